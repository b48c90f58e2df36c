"""Hold the conversation with a GE S/5, CARESCAPE or B-series monitor: numerics it displays.

Here displayed values are asked for and become readings; records are in ge_dri_frames, their search
in ge_dri_stream, the memory of the cuff in ge_dri_cuff. The cuff cannot be started over this line.
Sources: GE/Datex-Ohmeda, "S/5 Computer Interface" M1017617 and "Datex-Ohmeda Record Specification"
8005313; public drivers for the heart rate source and for asking by DRI level.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.adapter import DecodeCounts
from monitors.devices.ge_dri_cuff import CuffWatch
from monitors.devices.ge_dri_frames import (
    PHYSIOLOGICAL,
    Auxiliary,
    Displayed,
    DriRecord,
    Group,
    Request,
    SubRecord,
)
from monitors.devices.ge_dri_stream import RecordFinder
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Reading, Validity, Vital, VitalReading

INTERVAL_S = 5
ASK_AGAIN_S = 10.0
"""So long without a record, and the request is sent again, at the next level (our choice)."""
LEVELS = (0, 9, 8, 7)
"""DRI levels asked at: 0 as in the maker's example, then 2005, 2003 and 2001 as drivers do."""

_SOURCES_OTHER_THAN_ECG = frozenset({2, 3, 4, 5, 6, 7, 8, 10, 11, 12})
_NOT_BODY = frozenset({7, 8, 9, 16})
"""Temperature labels skin, airway, room and surface."""
_HIGHEST_RATE_PER_MIN = 350


class GeDriAdapter:
    """Subscribe to a monitor's displayed values and tell what they say."""

    __slots__ = ("_ask_at_s", "_cuff", "_finder", "_is_answered", "_level", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = RecordFinder(self.counts)
        self._cuff = CuffWatch()
        self._level = 0
        self._is_answered = True
        self._ask_at_s = float("-inf")

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and ask for the displayed values."""
        self._finder.forget()
        self._cuff.reopened()
        self._is_answered = True
        return self._ask(now_s)

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the records completed by these bytes tell."""
        told: list[Reading] = []
        for record in self._finder.feed(chunk):
            told += self._take(record, now_s)
        return told

    def due(self, now_s: float) -> bytes:
        """Return the request again where no values have come for ASK_AGAIN_S."""
        return b"" if now_s < self._ask_at_s else self._ask(now_s)

    def finish(self) -> Sequence[Reading]:
        """End the input and count what is left over."""
        self._finder.forget()
        return []

    def _ask(self, now_s: float) -> bytes:
        """Ask at the level that was answered last, or at the next where the last had no answer."""
        if not self._is_answered:
            self._level = (self._level + 1) % len(LEVELS)
        self._is_answered = False
        self._ask_at_s = now_s + ASK_AGAIN_S
        return Request(interval_s=INTERVAL_S, level=LEVELS[self._level]).to_bytes()

    def _take(self, record: DriRecord, now_s: float) -> list[Reading]:
        if record.main_type != PHYSIOLOGICAL:
            return []
        measured_at = _measured_at(record)
        told: list[Reading] = []
        for kind, content in record.sub_records:
            if kind == SubRecord.DISPLAYED and (values := _displayed(content)):
                self._is_answered = True
                self._ask_at_s = now_s + ASK_AGAIN_S
                told += self._read(values, measured_at)
        return told

    def _read(self, values: Displayed, measured_at: int | None) -> list[Reading]:
        return [
            _oximetry_of(values.spo2),
            _heart_rate_of(values.ecg),
            _respiration_of(values),
            _temperature_of(values.temperatures),
            *self._cuff.take(values.nibp, values.time_s, measured_at),
        ]


def _displayed(content: bytes) -> Displayed | None:
    try:
        return Displayed.from_sub_record(content)
    except FrameError:
        return None


def _measured_at(record: DriRecord) -> int | None:
    """Return when the record says its last cuff measurement was, by the monitor's clock."""
    for kind, content in record.sub_records:
        if kind == SubRecord.AUXILIARY:
            try:
                return Auxiliary.from_sub_record(content).nibp_time_s
            except FrameError:
                return None
    return None


def _oximetry_of(group: Group) -> OximetryReading:
    if not group.is_active:
        return OximetryReading(None, None, None, Validity.NOT_AVAILABLE)
    hundredths, pulse = group.values
    spo2 = _rounded(hundredths, 1, 100)
    rate = pulse if pulse is not None and 0 < pulse <= _HIGHEST_RATE_PER_MIN else None
    if spo2 is None and rate is None:
        return OximetryReading(None, None, None, Validity.INVALID)
    return OximetryReading(spo2, rate)


def _heart_rate_of(group: Group) -> VitalReading:
    """Return the heart rate, unless the monitor says that it counts a pressure or a pleth."""
    if group.status >> 3 & 0x0F in _SOURCES_OTHER_THAN_ECG:
        return VitalReading(Vital.HEART_RATE, None, Validity.NOT_AVAILABLE)
    return _vital(Vital.HEART_RATE, group, group.values[0])


def _respiration_of(values: Displayed) -> VitalReading:
    """Return the respiration rate by impedance, or by carbon dioxide where that has none."""
    by_impedance = _vital(Vital.RESPIRATION_RATE, values.ecg, values.ecg.values[4])
    if by_impedance.value is None and values.co2.is_active:
        return _vital(Vital.RESPIRATION_RATE, values.co2, values.co2.values[2])
    return by_impedance


def _vital(vital: Vital, group: Group, rate: int | None) -> VitalReading:
    if not group.is_active:
        return VitalReading(vital, None, Validity.NOT_AVAILABLE)
    if rate is None or not 0 < rate <= _HIGHEST_RATE_PER_MIN:
        return VitalReading(vital, None, Validity.INVALID)
    return VitalReading(vital, rate)


def _temperature_of(groups: tuple[Group, ...]) -> VitalReading:
    """Return the first temperature that is one of the body."""
    body = [group for group in groups if group.is_active and group.label not in _NOT_BODY]
    for group in body:
        hundredths = group.values[0]
        if hundredths is not None and hundredths > 0:
            return VitalReading(Vital.TEMPERATURE, hundredths / 100)
    return VitalReading(
        Vital.TEMPERATURE, None, Validity.INVALID if body else Validity.NOT_AVAILABLE
    )


def _rounded(hundredths: int | None, lowest: int, highest: int) -> int | None:
    """Round hundredths as a person would, a half up; None outside the range."""
    if hundredths is None:
        return None
    whole = (hundredths + 50) // 100
    return whole if lowest <= whole <= highest else None


def adapter() -> GeDriAdapter:
    """Make the conversation with a monitor that displays what it has."""
    return GeDriAdapter()
