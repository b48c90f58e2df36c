"""Tell what "BCI" packets say: Berry's BM1000 and the many oximeters that copy its output.

Here bits become names; how packets are found and written is in five_bytes. Source: Berry, "BCI
Protocol" V1.2, and three libraries that agree with its layout. The document names no line speed;
100 packets a second need more than 4800 baud.
"""

from __future__ import annotations

from enum import IntFlag

from monitors.devices.five_bytes import FiveByteAdapter, FiveByteFrame, FlagMap
from monitors.devices.oximetry import oximetry_of
from monitors.readings import OximetryReading, SignalCondition, Validity

PACKETS_PER_SECOND = 100.0
FULL_SCALE = 100
NO_RATE_CODE = 255
NO_SPO2_CODE = 127
NO_WAVE = 0


class First(IntFlag):
    """Name the flags of byte 1."""

    BEAT = 0x40
    PROBE_UNPLUGGED = 0x20
    NO_SIGNAL = 0x10


class Third(IntFlag):
    """Name the flags of byte 3."""

    SEARCHING = 0x20
    NO_FINGER = 0x10


def reading_of(frame: FiveByteFrame) -> OximetryReading:
    """Judge a packet: no number without probe, finger and signal, nor while it searches."""
    flags = (
        (frame.first & First.PROBE_UNPLUGGED, SignalCondition.PROBE_UNPLUGGED),
        (frame.third & Third.NO_FINGER, SignalCondition.FINGER_OUT),
        (frame.third & Third.SEARCHING, SignalCondition.SEARCHING),
        (frame.first & First.NO_SIGNAL, SignalCondition.LOW_SIGNAL),
    )
    conditions = tuple(condition for is_set, condition in flags if is_set)
    validity = Validity.INVALID if conditions else Validity.VALID
    spo2 = None if frame.spo2_code == NO_SPO2_CODE else frame.spo2_code
    rate = None if frame.pulse_rate_code == NO_RATE_CODE else frame.pulse_rate_code
    return oximetry_of(spo2, rate, None, validity, conditions)


FLAGS = FlagMap(
    sample_rate_hz=PACKETS_PER_SECOND,
    full_scale=FULL_SCALE,
    samples=tuple(wave if NO_WAVE < wave <= FULL_SCALE else None for wave in range(128)),
    off_first=int(First.PROBE_UNPLUGGED),
    off_third=int(Third.NO_FINGER),
    read=reading_of,
)


def adapter() -> FiveByteAdapter:
    """Make the listener of an oximeter that speaks BCI."""
    return FiveByteAdapter(FLAGS)
