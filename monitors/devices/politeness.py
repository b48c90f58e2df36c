"""What may be sent to a port of which nobody knows yet what is on it.

A question is sent only if it cannot start a cuff of any device known here, change a stored
setting or stop a stream. Sources of the forbidden bytes: the makers' command tables (GE DINAMAP,
SunTech, the STX/ETX family, BerryMed PM6750, Raycome, a Lepu board), Nonin's format command,
which the 9560 stores, and Nellcor's two control bytes, which open a menu and end the stream.
"""

from __future__ import annotations

from monitors.devices.catalogue import LineSettings

SINGLE_BYTE_CUFF_START = b"\xa1"
SINGLE_BYTE_CUFF_LINE = LineSettings(115200)
FORBIDDEN: dict[bytes, str] = {
    b"\x02\x70": "it stores another data format in a Nonin oximeter",
    b"\x03\x03": "it ends the stream of a Nellcor oximeter",
    b" NC": "it starts the cuff of a DINAMAP",
    b"\x3a\x20\xa6": "it starts the cuff of a SunTech module",
    b"\x3a\x28\x9e": "it starts the cuff of a SunTech module",
    b"\x3a\x87\x3f": "it starts the cuff of a SunTech module",
    b"\x0201;;": "it starts the cuff of an STX/ETX module",
    b"\x55\xaa\x04\x02": "it starts or stops the cuff of a PM6750",
    b"\xcc\x80\x03\x03\x01\x02": "it starts the cuff of a Raycome module",
    b"\xaa\x55\x08\x00\xf0\x04\x01": "it starts the cuff of a Lepu board",
}


def refusal(
    ask: bytes, line: LineSettings | None, is_single_byte_cuff_ruled_out: bool
) -> str | None:
    """Say why these bytes may not be sent at a line setting; None when they may.

    line is None where the speed is set elsewhere, at a device server: then any is possible.
    """
    for bad, why in FORBIDDEN.items():
        if bad in ask:
            return why
    is_its_line = line is None or _is_single_byte_cuffs(line)
    if is_its_line and not is_single_byte_cuff_ruled_out and SINGLE_BYTE_CUFF_START in ask:
        return "at 115200 8N1 the byte A1 alone starts the cuff of one OEM module"
    return None


def _is_single_byte_cuffs(line: LineSettings) -> bool:
    known = SINGLE_BYTE_CUFF_LINE
    return (line.baud, line.bytesize, line.parity, line.stopbits) == (
        known.baud,
        known.bytesize,
        known.parity,
        known.stopbits,
    )
