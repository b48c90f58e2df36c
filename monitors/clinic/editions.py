"""Which words a protocol has now: a short name for exactly these, to notice that they changed.

Here a preset, or the text of a clinic's file, gets a name that changes with anything in it, so
that a person's order holds for what the page showed and for nothing else.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from monitors.clinic.protocols import ClinicProtocol

_LENGTH = 16


@lru_cache(maxsize=64)
def edition_of(preset: ClinicProtocol) -> str:
    """Name a preset as it is now: presets that differ in anything have different names."""
    return edition_of_text(json.dumps(preset.to_record(), sort_keys=True))


def edition_of_text(text: str) -> str:
    """Name a text as it is now."""
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
