"""Read and write Nonin serial data format 8: four bytes, once a second.

Here stands what a frame says; how frames are found in the stream is in nonin_short. The numbers
are the display ones, which may be held for ten seconds after the finger has left, so the sensor
alarm bit of byte 4 takes them away. Source: Nonin, OEM specification of the 9560 and the Xpod LP
specification, format 8.
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

FRAME_BYTES = 4
_SMARTPOINT = 0x20
_SENSOR_ALARM = 0x08
_BATTERY_LOW = 0x01


@dataclass(frozen=True, slots=True)
class Df8Frame:
    """Hold one frame: status bits (ShortStatus), pulse rate per minute 0 to 510, SpO2 in per cent.

    A number is None where the device sends its missing value (511, 127). is_sensor_alarm: the
    values are held ones and may not be used. is_smartpoint: the device calls them high-quality.
    """

    pulse_rate_per_min: int | None
    spo2_pct: int | None
    status: int = int(ShortStatus.MARK)
    is_smartpoint: bool = False
    is_sensor_alarm: bool = False
    is_battery_low: bool = False

    @classmethod
    def from_bytes(cls, raw: bytes) -> Df8Frame:
        """Read four bytes; FrameError where length, bit 7 or the saturation cannot be."""
        check_layout(raw, FRAME_BYTES, "format 8")
        return cls(
            pulse_rate_in(raw),
            spo2_of(raw[2]),
            raw[0] & 0xFC,
            bool(raw[3] & _SMARTPOINT),
            bool(raw[3] & _SENSOR_ALARM),
            bool(raw[3] & _BATTERY_LOW),
        )

    def to_bytes(self) -> bytes:
        """Write four bytes, reserved bits zero; FrameError where a number does not fit."""
        high, low = pulse_rate_bytes(self.pulse_rate_per_min)
        first = (self.status & 0xFC) | ShortStatus.MARK | high
        last = (
            self.is_smartpoint * _SMARTPOINT
            | self.is_sensor_alarm * _SENSOR_ALARM
            | self.is_battery_low * _BATTERY_LOW
        )
        raw = bytes((first, low, spo2_byte(self.spo2_pct), last))
        check_layout(raw, FRAME_BYTES, "format 8")
        return raw


@lru_cache(maxsize=32)
def reading_of(raw: bytes) -> OximetryReading:
    """Return what one frame says, remembering the newest ones; FrameError if it is none."""
    frame = Df8Frame.from_bytes(raw)
    return short_reading(
        frame.status,
        frame.pulse_rate_per_min,
        frame.spo2_pct,
        frame.is_sensor_alarm,
        frame.is_battery_low,
    )


def adapter() -> ShortAdapter:
    """Make the listener of an oximeter set to format 8."""
    return ShortAdapter(FRAME_BYTES, reading_of)
