"""What bytes that no decoder accepts tell about the line: polarity, speed, a printer's text.

Everything here looks at bytes alone and gives words for a person; no port, no device is touched.
Sources: the asynchronous frame (start bit 0, eight data bits lowest first, stop bit 1) and what
inverting or stretching it does; Masimo Rad-8 operator's manual (ASCII 2 is for printers and
TrendCom, ASCII 1 is the live output); the Nellcor trend printout as its operator's manuals show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FEWEST_BYTES = 24
_MASIMO_TREND = re.compile(rb"\d\d/\d\d/\d\d \d\d:\d\d:\d\d SpO2=[-\d]{3} PR=[-\d]{3}")
_NELLCOR_TREND = re.compile(rb"\bTREND\b|Output Complete", re.IGNORECASE)
_TEXT = frozenset(b"\t\r\n\x02\x03" + bytes(range(0x20, 0x7F)))


def printer_mode(heard: bytes) -> str | None:
    """Say which device was set to talk to a printer, and what to change; None if none was."""
    if _MASIMO_TREND.search(heard):
        return (
            "a Masimo oximeter in ASCII 2 (printer or TrendCom) mode: set its serial output to "
            "ASCII 1 (Rad-8: menu level 3, SEr, AS1)"
        )
    if _NELLCOR_TREND.search(heard):
        return (
            "a Nellcor oximeter printing a trend: let it finish, then set its data port to the "
            "real-time ASCII output"
        )
    return None


def is_text(heard: bytes) -> bool:
    """Tell whether nearly all bytes are readable characters."""
    return len(heard) >= FEWEST_BYTES and _share(byte in _TEXT for byte in heard) > 0.95


def upright(heard: bytes) -> bytes | None:
    """Give back the text whose line was inverted; None where the bytes are not that.

    On an inverted line a receiver takes the stop bit of each character as a start bit, so that
    every received byte is the next character inverted, one place higher, above a 1.
    """
    if len(heard) < FEWEST_BYTES or _share(byte & 1 for byte in heard) < 0.9:
        return None
    text = bytes(~(byte >> 1) & 0x7F for byte in heard if byte & 1)
    is_lines = b"\r" in text or b"\n" in text
    return text if is_lines and _share(byte in _TEXT for byte in text) > 0.9 else None


def is_stretched(heard: bytes) -> bool:
    """Tell whether the device sends at half the listener's speed or slower.

    Then no bit stands alone between two of the other kind.
    """
    return len(heard) >= FEWEST_BYTES and _share(_SLOW[byte] for byte in heard) > 0.9


def _has_no_lone_bit(byte: int) -> bool:
    bits = [0, *(byte >> place & 1 for place in range(8)), 1]
    return all(
        bits[place] == bits[place - 1] or bits[place] == bits[place + 1] for place in range(1, 8)
    )


def _share(marks: Iterable[object]) -> float:
    found = [bool(mark) for mark in marks]
    return sum(found) / len(found) if found else 0.0


_SLOW = tuple(_has_no_lone_bit(byte) for byte in range(256))
