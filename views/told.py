"""What the collector answered, in the words of the pages.

Answers name alarms, orders and fields of the intake as the program does; here each gets the name
under which people know it. Nothing else in an answer is touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from views.words import log_en, pages_en, visit_en

_NAMES = visit_en.ITEMS | visit_en.SHORT_FIELDS | log_en.CONDITIONS | pages_en.VERBS
_CODES = re.compile(rf"\b(?:{'|'.join(sorted((n for n in _NAMES if '_' in n), key=len))})\b")


def in_words(message: str) -> str:
    """Return an answer with people's names for what the program calls otherwise."""
    return _CODES.sub(lambda code: _NAMES[code[0]], message)


def finding_words(finding: Mapping[str, Any], visit: Mapping[str, Any]) -> str:
    """Say what speaks against starting the drug; of open questions, which."""
    if finding["code"] == "unanswered":
        names = [visit_en.SHORT_FIELDS[name] for name in visit["unanswered"] if name != "label"]
        return visit_en.UNANSWERED.format(fields=", ".join(names))
    return str(finding["words"]).replace("_", " ")
