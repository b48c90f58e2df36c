"""Read and write Nonin serial data format 1: three bytes, once a second.

Here stands what a frame says; how frames are found in the stream is in nonin_short. The numbers
are the recording ones, which vanish at once when the finger leaves: the format has no bit for it.
Source: Nonin, OEM specification of the 9560 and the Xpod LP specification, format 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from monitors.devices.nonin_common import pulse_rate_bytes, spo2_byte, spo2_of
from monitors.devices.nonin_short import (
    ShortAdapter,
    ShortStatus,
    check_layout,
    pulse_rate_in,
    short_reading,
)
from monitors.readings import OximetryReading

FRAME_BYTES = 3


@dataclass(frozen=True, slots=True)
class Df1Frame:
    """Hold one frame: status bits (ShortStatus), pulse rate per minute 0 to 510, SpO2 in per cent.

    A number is None where the device sends its missing value (511, 127).
    """

    pulse_rate_per_min: int | None
    spo2_pct: int | None
    status: int = int(ShortStatus.MARK)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Df1Frame:
        """Read three bytes; FrameError where length, bit 7 or the saturation cannot be."""
        check_layout(raw, FRAME_BYTES, "format 1")
        return cls(pulse_rate_in(raw), spo2_of(raw[2]), raw[0] & 0xFC)

    def to_bytes(self) -> bytes:
        """Write three bytes; FrameError where a number does not fit."""
        high, low = pulse_rate_bytes(self.pulse_rate_per_min)
        raw = bytes(((self.status & 0xFC) | ShortStatus.MARK | high, low, spo2_byte(self.spo2_pct)))
        check_layout(raw, FRAME_BYTES, "format 1")
        return raw


@lru_cache(maxsize=32)
def reading_of(raw: bytes) -> OximetryReading:
    """Return what one frame says, remembering the newest ones; FrameError if it is none."""
    frame = Df1Frame.from_bytes(raw)
    return short_reading(frame.status, frame.pulse_rate_per_min, frame.spo2_pct)


def adapter() -> ShortAdapter:
    """Make the listener of an oximeter set to format 1."""
    return ShortAdapter(FRAME_BYTES, reading_of)
