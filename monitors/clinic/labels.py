"""What a patient is called here: initials or a number, never a name.

Here lives the rule and its refusal, nothing else. The rule is pragmatic: it cannot know that
"LEE" is a surname, but it turns away whatever has the length or the letters of a name.
"""

from __future__ import annotations

import re

from monitors.errors import SessionError

LONGEST_LABEL = 12
MOST_LETTERS = 3
_ALLOWED = re.compile(r"[A-Z0-9#][A-Z0-9 .#/-]*\Z")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\Z")

LABEL_RULE = (
    "a label is initials or a number, never a name: at most 12 characters, capital letters "
    "(three at most), digits, and . - # / between them"
)


def label_fault(label: str) -> str | None:
    """Say what is wrong with a label; None if it may stand."""
    text = label.strip()
    if not text:
        return f"the label is empty; {LABEL_RULE}"
    if len(text) > LONGEST_LABEL:
        return f"the label has {len(text)} characters; {LABEL_RULE}"
    if not _ALLOWED.match(text) or sum(map(str.isalpha, text)) > MOST_LETTERS:
        return f"the label {text!r} could be a name; {LABEL_RULE}"
    if _DATE.match(text):
        return f"the label {text!r} could be a date of birth; {LABEL_RULE}"
    return None


def checked_label(label: str) -> str:
    """Return the label without blanks around it; SessionError if it breaks the rule."""
    if fault := label_fault(label):
        raise SessionError(fault)
    return label.strip()
