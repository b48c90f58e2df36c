"""Hold the conversation with a BerryMed PM6750 board: cuff, oximeter, ECG, thermometer.

Here outputs are switched on, reports become readings and staff's orders become commands; frames
are in pm6750_frames, their search in pm6750_stream, the memory of the cuff in pm6750_cuff. Nothing
that belongs to the factory (pressure tests, calibration, leak test) is ever sent. Source: BerryMed,
PM6750 technical manual, as three independent programs quote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitors.devices.adapter import DecodeCounts
from monitors.devices.pm6750_cuff import CuffWatch
from monitors.devices.pm6750_frames import (
    CUFF_FOR_ADULT,
    DEFAULT_TARGET_MMHG,
    ECG_ON,
    OXIMETRY_ON,
    PLETH_FULL_SCALE,
    PLETH_ON,
    PLETH_PER_SECOND,
    RESPIRATION_WAVE_OFF,
    START_CUFF,
    STOP_CUFF,
    TEMPERATURE_ON,
    EcgReport,
    Kind,
    NibpReport,
    OximetryReport,
    Pm6750Frame,
    ProbeStatus,
    TemperatureReport,
    cuff_target,
)
from monitors.devices.pm6750_stream import MOST_KNOWN, FrameFinder
from monitors.errors import FrameError
from monitors.readings import (
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    Vital,
    VitalReading,
    Waveform,
    WaveformChunk,
)

SWITCH_AGAIN_S = 5.0
"""An output that has said nothing for so long is switched on again (our own choice)."""
PLETH_SAMPLES = 10
ABOVE_LAST_MMHG = 30
HIGHEST_OWN_TARGET_MMHG = 280
HIGHEST_RATE_PER_MIN = 250
_SWITCHES = {
    Kind.ECG: (ECG_ON, RESPIRATION_WAVE_OFF),
    Kind.OXIMETRY: (OXIMETRY_ON, PLETH_ON),
    Kind.TEMPERATURE: (TEMPERATURE_ON,),
}
_CONDITIONS: dict[int, tuple[SignalCondition, ...]] = {
    ProbeStatus.SENSOR_OFF: (SignalCondition.PROBE_UNPLUGGED,),
    ProbeStatus.NO_FINGER: (SignalCondition.FINGER_OUT,),
    ProbeStatus.SEARCHING: (SignalCondition.SEARCHING,),
    ProbeStatus.SEARCHED_TOO_LONG: (SignalCondition.SEARCHING,),
}


class Pm6750Adapter:
    """Switch a PM6750's outputs on and tell what they say.

    has_ecg: whether the ECG output is asked for; heart rate and respiration come with it, and so
    does its wave, which is counted and passed over.
    """

    __slots__ = ("_cuff", "_finder", "_next_check_s", "_now_s", "_spoke_s", "counts")

    def __init__(self, has_ecg: bool = True) -> None:
        self.counts = DecodeCounts()
        self._finder = FrameFinder(self.counts)
        self._cuff = CuffWatch()
        outputs = [kind for kind in _SWITCHES if has_ecg or kind is not Kind.ECG]
        self._spoke_s: dict[int, float] = dict.fromkeys(outputs, float("-inf"))
        self._next_check_s = float("-inf")
        self._now_s = 0.0

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and switch every output on."""
        self._finder.forget()
        self._cuff.reopened()
        self._spoke_s = dict.fromkeys(self._spoke_s, float("-inf"))
        return self._switch_on(now_s)

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the reports completed by these bytes tell, and the trace in tenths."""
        self._now_s = now_s
        told = self._told(self._finder.cut(chunk), now_s)
        if len(self._finder.pleth) >= PLETH_SAMPLES:
            told.append(self._trace())
        return told

    def due(self, now_s: float) -> bytes:
        """Return the switch of each output that has been silent for SWITCH_AGAIN_S."""
        return b"" if now_s < self._next_check_s else self._switch_on(now_s)

    def finish(self) -> Sequence[Reading]:
        """End the input: decode what is whole, discard the rest, give out the trace."""
        told = self._told(self._finder.cut(b"", is_last=True), self._now_s)
        return [*told, self._trace()] if self._finder.pleth else told

    def start_cuff(self, now_s: float) -> bytes:
        """Return the bytes that start one determination on an adult.

        The target goes right before the start, as the manual asks: 150 mmHg, or 30 above the last
        systolic pressure where that is higher.
        """
        self._cuff.started(now_s)
        last = self._cuff.last_systolic_mmhg or 0
        target = min(max(DEFAULT_TARGET_MMHG, last + ABOVE_LAST_MMHG), HIGHEST_OWN_TARGET_MMHG)
        frames = (CUFF_FOR_ADULT, cuff_target(target), START_CUFF)
        return b"".join(frame.to_bytes() for frame in frames)

    def cancel_cuff(self, now_s: float) -> bytes:
        """Return the bytes that end the running determination."""
        self._cuff.cancelled()
        return STOP_CUFF.to_bytes()

    def _switch_on(self, now_s: float) -> bytes:
        self._next_check_s = now_s + SWITCH_AGAIN_S
        silent_since_s = now_s - SWITCH_AGAIN_S
        return b"".join(
            frame.to_bytes()
            for kind, at_s in self._spoke_s.items()
            if at_s <= silent_since_s
            for frame in _SWITCHES[Kind(kind)]
        )

    def _told(self, frames: Iterable[bytes], now_s: float) -> list[Reading]:
        """Return what checked frames tell, and note which outputs spoke."""
        told: list[Reading] = []
        spoke_s = self._spoke_s
        for raw in frames:
            kind, readings, cuff = _meaning_of(raw)
            if cuff is not None:
                told += self._cuff.take(cuff, now_s)
            elif kind in spoke_s:
                spoke_s[kind] = now_s
            told += readings
        return told

    def _trace(self) -> WaveformChunk:
        samples = tuple(self._finder.pleth)
        self._finder.pleth.clear()
        return WaveformChunk(Waveform.PLETH, PLETH_PER_SECOND, PLETH_FULL_SCALE, samples)


class _Meaning(NamedTuple):
    """Hold what a frame says by itself: its type, its readings, or the cuff's report.

    kind: None for a frame that cannot be read, which tells nothing.
    """

    kind: int | None
    readings: tuple[Reading, ...] = ()
    cuff: NibpReport | None = None


@lru_cache(MOST_KNOWN)
def _meaning_of(raw: bytes) -> _Meaning:
    """Read a checked frame; the same bytes always mean the same, so the last ones are kept."""
    frame = Pm6750Frame(raw[3], raw[4:-1])
    try:
        if frame.kind == Kind.NIBP:
            return _Meaning(frame.kind, cuff=NibpReport.from_frame(frame))
        return _Meaning(frame.kind, _readings_of(frame))
    except FrameError:
        return _Meaning(None)


def _readings_of(frame: Pm6750Frame) -> tuple[Reading, ...]:
    """Return the readings of a report that needs no memory; FrameError for a broken one."""
    if frame.kind == Kind.OXIMETRY:
        return (_oximetry_of(OximetryReport.from_frame(frame)),)
    if frame.kind == Kind.ECG:
        return _rates_of(EcgReport.from_frame(frame))
    if frame.kind == Kind.TEMPERATURE:
        return (_temperature_of(TemperatureReport.from_frame(frame)),)
    return ()


def _oximetry_of(report: OximetryReport) -> OximetryReading:
    """Judge an SpO2 report: numbers count only under the normal status, each for itself."""
    spo2, pulse = report.spo2_pct, report.pulse_rate_per_min
    if report.status == ProbeStatus.NORMAL and (spo2 is not None or pulse is not None):
        return OximetryReading(spo2, pulse)
    conditions = _CONDITIONS.get(report.status, ())
    return OximetryReading(None, None, None, Validity.INVALID, conditions)


def _rates_of(report: EcgReport) -> tuple[Reading, ...]:
    """Judge an ECG report: a lead that is off takes heart rate and respiration with it."""
    return (
        _rate_of(Vital.HEART_RATE, report.heart_rate_per_min, report),
        _rate_of(Vital.RESPIRATION_RATE, report.respiration_rate_per_min, report),
    )


def _rate_of(vital: Vital, rate: int, report: EcgReport) -> VitalReading:
    if report.is_lead_off or not 0 < rate <= HIGHEST_RATE_PER_MIN:
        return VitalReading(vital, None, Validity.INVALID)
    if report.is_signal_weak:
        return VitalReading(vital, rate, Validity.QUESTIONABLE, (SignalCondition.LOW_SIGNAL,))
    return VitalReading(vital, rate)


def _temperature_of(report: TemperatureReport) -> VitalReading:
    """Return the first probe's temperature, or the second's where the first is off."""
    value = report.second_c if report.first_c is None else report.first_c
    validity = Validity.INVALID if value is None else Validity.VALID
    return VitalReading(Vital.TEMPERATURE, value, validity)


def adapter() -> Pm6750Adapter:
    """Make the conversation with a PM6750 that has all its sensors."""
    return Pm6750Adapter()
