"""What may be sent to a port of which nobody knows yet what is on it.

A question is sent only if it cannot start or stop a cuff of any device known here, hold pressure in
one, change a setting or stop a stream. Sources of the forbidden bytes: the makers' command tables
(GE DINAMAP, SunTech, the STX/ETX family, BerryMed PM6750, Raycome, a Lepu board, the OEM module of
single bytes), Nonin's format command, which the 9560 stores, and Nellcor's two control bytes, which
open a menu and end the stream. Commands of a cuff whose meaning is not known count as harmful:
cycle times of the STX/ETX family, all but the status; NC and ND behind any unit's letter.
"""

from __future__ import annotations

import re

from monitors.devices.device_kind import LineSettings

SINGLE_BYTE_CUFF_LINE = LineSettings(115200)
_SINGLE_BYTES = {
    byte: f"at 115200 8N1 the byte {byte.hex().upper()} alone {what} the cuff of one OEM module"
    for byte, what in (
        (b"\xa1", "starts"),
        (b"\xa2", "stops"),
        (b"\xac", "holds the pressure in"),
        (b"\xad", "lets the pressure out of"),
    )
}
"""What single bytes do (A0, which only asks, is not among them)."""


def _forbidden(pattern: bytes, why: str) -> tuple[re.Pattern[bytes], str]:
    return re.compile(pattern, re.DOTALL), why


FORBIDDEN: tuple[tuple[re.Pattern[bytes], str], ...] = (
    _forbidden(rb"\x02\x70", "it stores another data format in a Nonin oximeter"),
    _forbidden(rb"\x03\x03", "it ends the stream of a Nellcor oximeter"),
    _forbidden(rb"NC", "it starts the cuff of a DINAMAP"),
    _forbidden(rb"ND", "it stops the cuff of a DINAMAP"),
    _forbidden(rb"\x3a[\x20\x28\x87]", "it starts the cuff of a SunTech module"),
    _forbidden(rb"\x3a\x79\x01", "it stops the cuff of a SunTech module"),
    _forbidden(rb"\x3a[\x0c\x86]", "it holds the cuff of a SunTech module under pressure"),
    _forbidden(
        rb"\x3a[\x04\x17\x81\x8a]",
        "it calibrates, resets or puts to sleep a SunTech module, or sets its first pressure",
    ),
    _forbidden(rb"\x02(?!18)\d\d;;", "it starts, stops or sets the cuff of an STX/ETX module"),
    _forbidden(rb"X\r", "it stops the cuff of an STX/ETX module"),
    _forbidden(rb"\x55\xaa\x04\x02", "it starts or stops the cuff of a PM6750"),
    _forbidden(rb"\x55\xaa\x04[\x09\x0a]", "it sets how far a PM6750 pumps its cuff"),
    _forbidden(rb"\x55\xaa\x04[\x0b-\x0e\x10]", "it tests or calibrates the cuff of a PM6750"),
    _forbidden(rb"\xcc\x80\x03.\x01[\x02\x03]", "it starts or stops the cuff of a Raycome module"),
    _forbidden(
        rb"\xaa\x55..[\xf0-\xf7]\x04[\x01-\x06\x0e]",
        "it starts, stops or sets the cuff of a Lepu board",
    ),
)
"""What must not be in a question, and why."""


def refusal(
    ask: bytes, line: LineSettings | None, is_single_byte_cuff_ruled_out: bool
) -> str | None:
    """Say why these bytes may not be sent at a line setting; None when they may.

    line is None where the speed is set elsewhere, at a device server: then any is possible.
    """
    for bad, why in FORBIDDEN:
        if bad.search(ask):
            return why
    is_its_line = line is None or _is_single_byte_cuffs(line)
    if is_its_line and not is_single_byte_cuff_ruled_out:
        return next((why for byte, why in _SINGLE_BYTES.items() if byte in ask), None)
    return None


def _is_single_byte_cuffs(line: LineSettings) -> bool:
    known = SINGLE_BYTE_CUFF_LINE
    return (line.baud, line.bytesize, line.parity, line.stopbits) == (
        known.baud,
        known.bytesize,
        known.parity,
        known.stopbits,
    )
