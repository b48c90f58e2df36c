"""What every Nonin serial format shares: status bits, missing values, the fields of a packet.

Here bits become names and a packet of 25 frames becomes readings; where a frame begins and ends
is told by the stream modules, and nothing here looks for a start byte. Source: Nonin, "OEM
Specification and Technical Information" of the Onyx II 9560 and the Xpod LP specification
(formats 1, 2, 7, 8); the nine-bit pulse rate is two bits in one frame and seven in the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from functools import cache

from monitors.errors import FrameError
from monitors.readings import (
    DeviceIdentity,
    MovingField,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    Waveform,
    WaveformChunk,
)

FRAMES_PER_PACKET = 25
FRAMES_PER_SECOND = 75.0
MISSING_PULSE_RATE = 511
MISSING_SPO2 = 127


class FrameStatus(IntFlag):
    """Name the bits of the status byte of formats 2 and 7.

    RED alone is weak perfusion, GREEN alone strong, both together marginal ("yellow"), neither
    means that the frame lies between pulses. SENSOR_ALARM: the values may not be used.
    """

    MARK = 0x80
    SENSOR_DISCONNECTED = 0x40
    ARTIFACT = 0x20
    OUT_OF_TRACK = 0x10
    SENSOR_ALARM = 0x08
    RED = 0x04
    GREEN = 0x02
    SYNC = 0x01


_UNUSABLE = int(FrameStatus.SENSOR_DISCONNECTED | FrameStatus.SENSOR_ALARM)
_NO_NUMBER = _UNUSABLE | int(FrameStatus.OUT_OF_TRACK)


@dataclass(frozen=True, slots=True)
class PacketFields:
    """Hold the numbers that the 25 FLOAT bytes of one packet spell.

    Rates per minute 0 to 510, saturations in per cent 0 to 126, None where the device sends its
    missing value. timer counts packets in 14 bits; firmware is the device's own revision number.
    Only spo2_pct and pulse_rate_per_min are shown: averages are slower and the display values
    may be held for ten seconds after the finger has left.
    """

    pulse_rate_per_min: int | None
    spo2_pct: int | None
    firmware: int = 0
    timer: int = 0
    is_battery_low: bool = False
    is_smartpoint: bool = False
    spo2_display_pct: int | None = None
    spo2_fast_pct: int | None = None
    spo2_beat_pct: int | None = None
    extended_pulse_rate_per_min: int | None = None
    extended_spo2_pct: int | None = None
    extended_spo2_display_pct: int | None = None
    pulse_rate_display_per_min: int | None = None
    extended_pulse_rate_display_per_min: int | None = None

    @classmethod
    def from_floats(cls, floats: bytes) -> PacketFields:
        """Read the 25 FLOAT bytes in their order; raise FrameError for another number of them."""
        if len(floats) != FRAMES_PER_PACKET:
            raise FrameError(f"a Nonin packet has 25 FLOAT bytes, not {len(floats)}")
        return cls(
            pulse_rate_per_min=pulse_rate_of(floats[0], floats[1]),
            spo2_pct=spo2_of(floats[2]),
            firmware=floats[3],
            timer=(floats[5] & 0x7F) << 7 | floats[6] & 0x7F,
            is_battery_low=bool(floats[7] & 0x01),
            is_smartpoint=bool(floats[7] & 0x20),
            spo2_display_pct=spo2_of(floats[8]),
            spo2_fast_pct=spo2_of(floats[9]),
            spo2_beat_pct=spo2_of(floats[10]),
            extended_pulse_rate_per_min=pulse_rate_of(floats[13], floats[14]),
            extended_spo2_pct=spo2_of(floats[15]),
            extended_spo2_display_pct=spo2_of(floats[16]),
            pulse_rate_display_per_min=pulse_rate_of(floats[19], floats[20]),
            extended_pulse_rate_display_per_min=pulse_rate_of(floats[21], floats[22]),
        )

    def to_floats(self) -> bytes:
        """Write the 25 FLOAT bytes; reserved ones are zero. FrameError for a value too large."""
        if not (0 <= self.timer < 1 << 14 and 0 <= self.firmware < 256):
            raise FrameError(f"timer is 14 bits, firmware 8: {self.timer}, {self.firmware}")
        stat2 = self.is_smartpoint << 5 | self.is_battery_low
        return bytes(
            (
                *pulse_rate_bytes(self.pulse_rate_per_min),
                spo2_byte(self.spo2_pct),
                *(self.firmware, 0, self.timer >> 7, self.timer & 0x7F, stat2),
                spo2_byte(self.spo2_display_pct),
                spo2_byte(self.spo2_fast_pct),
                spo2_byte(self.spo2_beat_pct),
                *(0, 0),
                *pulse_rate_bytes(self.extended_pulse_rate_per_min),
                spo2_byte(self.extended_spo2_pct),
                spo2_byte(self.extended_spo2_display_pct),
                *(0, 0),
                *pulse_rate_bytes(self.pulse_rate_display_per_min),
                *pulse_rate_bytes(self.extended_pulse_rate_display_per_min),
                *(0, 0),
            )
        )


@dataclass(frozen=True, slots=True)
class Packet:
    """Hold one third of a second: 25 status bytes, 25 pleth samples, 25 FLOAT bytes."""

    statuses: bytes
    samples: tuple[int, ...]
    floats: bytes

    @property
    def status(self) -> int:
        """Return the OR of the status of all frames: one bad frame marks the packet."""
        merged = 0
        for status in set(self.statuses):
            merged |= status
        return merged

    @property
    def fields(self) -> PacketFields:
        """Return every number of the packet."""
        return PacketFields.from_floats(self.floats)


class PacketReader:
    """Turn packets into readings, remembering firmware and whether the timer runs.

    The timer is told as a moving field only after it stepped by one twice in a row: newer Xpods
    mark those bytes as reserved, and a reserved byte may stand still in a living device.
    """

    __slots__ = ("_firmware", "_full_scale", "_steps", "_timer")

    def __init__(self, full_scale: int) -> None:
        self._full_scale = full_scale
        self._firmware = 0
        self._timer: int | None = None
        self._steps = 0

    def readings(self, packet: Packet) -> list[Reading]:
        """Return the packet's trace and numbers, and its timer and identity where they tell."""
        floats, status = packet.floats, packet.status
        told: list[Reading] = [
            WaveformChunk(Waveform.PLETH, FRAMES_PER_SECOND, self._full_scale, _trace(packet)),
            oximetry_of(
                pulse_rate_of(floats[0], floats[1]),
                spo2_of(floats[2]),
                *_judge(status, bool(floats[7] & 0x01)),
            ),
        ]
        if floats[3] and floats[3] != self._firmware:
            self._firmware = floats[3]
            told.append(DeviceIdentity(firmware=str(floats[3])))
        if self._does_timer_run((floats[5] & 0x7F) << 7 | floats[6] & 0x7F):
            told.append(MovingField("timer", self._timer or 0))
        return told

    def _does_timer_run(self, timer: int) -> bool:
        if self._steps < 2:
            is_step = self._timer is not None and timer == (self._timer + 1) % (1 << 14)
            self._steps = self._steps + 1 if is_step else 0
        self._timer = timer
        return self._steps >= 2


def pulse_rate_of(high: int, low: int) -> int | None:
    """Return the nine-bit pulse rate per minute of two bytes; None for the missing value 511."""
    rate = (high & 0x03) << 7 | low & 0x7F
    return None if rate == MISSING_PULSE_RATE else rate


def spo2_of(value: int) -> int | None:
    """Return the saturation in per cent of a byte; None for the missing value 127."""
    spo2 = value & 0x7F
    return None if spo2 == MISSING_SPO2 else spo2


def pulse_rate_bytes(rate: int | None) -> tuple[int, int]:
    """Split a pulse rate into its upper two and lower seven bits; FrameError beyond 0 to 510."""
    if rate is None:
        rate = MISSING_PULSE_RATE
    elif not 0 <= rate < MISSING_PULSE_RATE:
        raise FrameError(f"a Nonin pulse rate is 0 to 510 per minute or missing, not {rate}")
    return rate >> 7, rate & 0x7F


def spo2_byte(spo2: int | None) -> int:
    """Return the byte of a saturation; FrameError beyond 0 to 126."""
    if spo2 is None:
        return MISSING_SPO2
    if not 0 <= spo2 < MISSING_SPO2:
        raise FrameError(f"a Nonin SpO2 is 0 to 126 per cent or missing, not {spo2}")
    return spo2


def oximetry_of(
    rate: int | None,
    spo2: int | None,
    validity: Validity,
    conditions: tuple[SignalCondition, ...],
) -> OximetryReading:
    """Build a reading; a missing, zero or impossible number takes both numbers away."""
    is_told = rate is not None and rate > 0 and spo2 is not None and 0 < spo2 <= 100
    if validity is Validity.INVALID or not is_told:
        return OximetryReading(None, None, None, Validity.INVALID, conditions)
    return OximetryReading(spo2, rate, None, validity, conditions)


def _trace(packet: Packet) -> tuple[int | None, ...]:
    """Return the pleth with the samples of an unusable sensor taken out."""
    if not any(status & _UNUSABLE for status in set(packet.statuses)):
        return packet.samples
    pairs = zip(packet.samples, packet.statuses, strict=True)
    return tuple(None if status & _UNUSABLE else sample for sample, status in pairs)


@cache
def _judge(status: int, is_battery_low: bool) -> tuple[Validity, tuple[SignalCondition, ...]]:
    """Return what the merged status of a packet means for its numbers."""
    flags = (
        (status & FrameStatus.SENSOR_DISCONNECTED, SignalCondition.PROBE_UNPLUGGED),
        (status & FrameStatus.SENSOR_ALARM, SignalCondition.FINGER_OUT),
        (status & FrameStatus.RED, SignalCondition.LOW_PERFUSION),
        (status & FrameStatus.ARTIFACT, SignalCondition.ARTIFACT),
        (status & FrameStatus.OUT_OF_TRACK, SignalCondition.OUT_OF_TRACK),
        (is_battery_low, SignalCondition.LOW_BATTERY),
    )
    conditions = tuple(condition for is_set, condition in flags if is_set)
    if status & _NO_NUMBER:
        return Validity.INVALID, conditions
    if status & (FrameStatus.ARTIFACT | FrameStatus.RED):
        return Validity.QUESTIONABLE, conditions
    return Validity.VALID, conditions
