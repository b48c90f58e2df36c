"""Tell what the five-byte packets of Contec's older oximeters say (CMS50D+ before 4.6, CMS50E).

Here bits become names; how packets are found and written is in five_bytes. Sources: Contec,
"Communication protocol" V5.0A, and five independent scripts that agree with it on the layout. The
missing values are not in that text: units were seen to send 0/0, and 127 and 255 are taken as
missing too, as in Contec's later protocol.
"""

from __future__ import annotations

from enum import IntFlag

from monitors.devices.five_bytes import FiveByteAdapter, FiveByteFrame, FlagMap
from monitors.devices.oximetry import oximetry_of
from monitors.readings import OximetryReading, SignalCondition, Validity

PACKETS_PER_SECOND = 60.0
FULL_SCALE = 127
NO_RATE_CODES = frozenset({0, 255})
NO_SPO2_CODES = frozenset({0, 127})


class First(IntFlag):
    """Name the flags of byte 1."""

    BEAT = 0x40
    SPO2_DROPPING = 0x20
    SEARCHING_TOO_LONG = 0x10


class Third(IntFlag):
    """Name the flags of byte 3. PROBE_ERROR: no finger is in the probe, or the probe is bad."""

    SEARCHING = 0x20
    PROBE_ERROR = 0x10


def reading_of(frame: FiveByteFrame) -> OximetryReading:
    """Judge a packet: no number while it searches or the probe sees no finger."""
    is_searching = bool(frame.first & First.SEARCHING_TOO_LONG or frame.third & Third.SEARCHING)
    is_off = bool(frame.third & Third.PROBE_ERROR)
    flags = (
        (is_off, SignalCondition.FINGER_OUT),
        (is_searching, SignalCondition.SEARCHING),
        (frame.first & First.SPO2_DROPPING, SignalCondition.DEVICE_ALARM),
    )
    conditions = tuple(condition for is_set, condition in flags if is_set)
    validity = Validity.INVALID if is_off or is_searching else Validity.VALID
    spo2 = None if frame.spo2_code in NO_SPO2_CODES else frame.spo2_code
    rate = None if frame.pulse_rate_code in NO_RATE_CODES else frame.pulse_rate_code
    return oximetry_of(spo2, rate, None, validity, conditions)


FLAGS = FlagMap(
    sample_rate_hz=PACKETS_PER_SECOND,
    full_scale=FULL_SCALE,
    samples=tuple(range(128)),
    off_first=0,
    off_third=int(Third.PROBE_ERROR),
    read=reading_of,
)


def adapter() -> FiveByteAdapter:
    """Make the listener of an older Contec oximeter."""
    return FiveByteAdapter(FLAGS)
