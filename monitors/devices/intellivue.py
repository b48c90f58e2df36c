"""Hold the conversation with a Philips IntelliVue monitor over MIB/RS-232, read only: numerics.

Here results of polls become readings; frames are in intellivue_frames, messages in
intellivue_messages, values in intellivue_values, the pace in intellivue_session, the memory of the
cuff in intellivue_cuff. Nothing is ever set, and a cuff cannot be started over this port. Source:
Philips, "IntelliVue Data Export Interface Programming Guide", as public drivers cite it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitors.devices.adapter import DecodeCounts
from monitors.devices.intellivue_cuff import CuffWatch
from monitors.devices.intellivue_frames import FrameFinder
from monitors.devices.intellivue_messages import (
    MOST_OBSERVATIONS,
    Announcement,
    PollResult,
    Session,
    export_of,
)
from monitors.devices.intellivue_session import Conversation
from monitors.devices.intellivue_values import (
    TICKS_PER_SECOND,
    Numeric,
    Observation,
    Physio,
    State,
    Unit,
    clock_s,
)
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Reading, Validity, Vital, VitalReading

FAHRENHEIT = 0x1140
HIGHEST_RATE_PER_MIN = 350
COLDEST_C, WARMEST_C = 20.0, 46.0
_TICKS = 1 << 32
_ENDINGS = frozenset(
    {Session.REFUSED, Session.REFUSED_OTHERWISE, Session.ABORTED, Session.RELEASED}
)
_PULSES = (Physio.PLETH_PULSE_RATE, Physio.PULSE_RATE)
_BREATHS = (Physio.RESPIRATION_RATE, Physio.AIRWAY_RESPIRATION_RATE)
_TEMPERATURES = (
    Physio.TEMPERATURE,
    Physio.TEMPERATURE_CORE,
    Physio.TEMPERATURE_ESOPHAGUS,
    Physio.TEMPERATURE_NASOPHARYNX,
    Physio.TEMPERATURE_EAR,
)


class IntellivueAdapter:
    """Associate with a monitor, poll its numerics each second and tell what they say.

    The result of a poll may come in several linked parts; it is told when the last is there.
    """

    __slots__ = ("_announced", "_conversation", "_cuff", "_finder", "_invoke", "_parts", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = FrameFinder(self.counts)
        self._conversation = Conversation()
        self._cuff = CuffWatch()
        self._announced: Announcement | None = None
        self._parts: list[Observation] = []
        self._invoke: int | None = None

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and ask for an association."""
        self._finder.forget()
        self._cuff.reopened()
        self._parts.clear()
        return self._conversation.begin(now_s)

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the messages completed by these bytes tell."""
        told: list[Reading] = []
        for payload in self._finder.feed(chunk):
            told += self._take(payload, now_s)
        return told

    def due(self, now_s: float) -> bytes:
        """Return the next frame of the conversation."""
        return self._conversation.due(now_s)

    def finish(self) -> Sequence[Reading]:
        """End the input and count what is left over; a result without its last part is dropped."""
        self._finder.forget()
        self._parts.clear()
        return []

    def _take(self, payload: bytes, now_s: float) -> list[Reading]:
        kind = payload[0] if payload else 0
        if kind == Session.DATA_EXPORT:
            return self._take_export(payload, now_s)
        if kind == Session.ACCEPTED:
            self._conversation.accepted(now_s)
        elif kind in _ENDINGS or kind == Session.RELEASE_REQUEST:
            self._conversation.ended(now_s, is_asked=kind == Session.RELEASE_REQUEST)
        return []

    def _take_export(self, payload: bytes, now_s: float) -> list[Reading]:
        try:
            message = export_of(payload)
        except FrameError:
            return []
        if isinstance(message, Announcement):
            self._announced = message
            self._conversation.announced(message, now_s)
        if isinstance(message, PollResult):
            self._conversation.answered(message.is_last, now_s)
            return self._take_result(message)
        return []

    def _take_result(self, result: PollResult) -> list[Reading]:
        if result.invoke != self._invoke:
            self._parts.clear()
        self._invoke = result.invoke
        self._parts += result.observations[: MOST_OBSERVATIONS - len(self._parts)]
        if not result.is_last:
            return []
        parts = self._parts[:]
        self._parts.clear()
        return self._read(parts, self._clock_s(result))

    def _clock_s(self, result: PollResult) -> float | None:
        """Return the monitor's wall clock at a result, by its running time if it does not say."""
        told_s = clock_s(result.clock)
        known = self._announced
        if told_s is not None or known is None or known.clock is None or known.ticks is None:
            return told_s
        began_s = clock_s(known.clock)
        ran_s = (result.ticks - known.ticks) % _TICKS / TICKS_PER_SECOND
        return None if began_s is None else began_s + ran_s

    def _read(self, parts: list[Observation], now_clock_s: float | None) -> list[Reading]:
        numerics = _numerics_of(parts)
        told = [*_oximetry_of(numerics), *_vitals_of(numerics)]
        seen = _object_of(parts, Physio.NIBP_SYSTOLIC)
        if seen is not None:
            told += self._cuff.take(seen, _object_of(parts, Physio.NIBP_PULSE_RATE), now_clock_s)
        return told


def _numerics_of(parts: list[Observation]) -> dict[int, Numeric]:
    """Return one numeric for each code: the first that can be believed, else the first."""
    found: dict[int, Numeric] = {}
    for part in parts:
        for numeric in part.numerics:
            known = found.get(numeric.physio)
            if known is None or (numeric.is_believed and not known.is_believed):
                found[numeric.physio] = numeric
    return found


def _object_of(parts: list[Observation], physio: int) -> Observation | None:
    for part in parts:
        if any(numeric.physio == physio for numeric in part.numerics):
            return part
    return None


def _oximetry_of(numerics: dict[int, Numeric]) -> list[Reading]:
    spo2 = numerics.get(Physio.SPO2)
    pulse = next((numerics[code] for code in _PULSES if code in numerics), None)
    if spo2 is None:
        return [] if pulse is None else [_rate_of(Vital.PULSE_RATE, pulse)]
    saturation, rate = _whole(spo2, Unit.PERCENT, 100), None
    if pulse is not None:
        rate = _whole(pulse, Unit.BEATS_PER_MIN, HIGHEST_RATE_PER_MIN)
    if saturation is None and rate is None:
        return [OximetryReading(None, None, None, Validity.INVALID)]
    index = numerics.get(Physio.PERFUSION)
    shown = index.value if index is not None and index.is_believed else None
    doubts = [numeric for numeric in (spo2, pulse) if numeric and numeric.is_believed]
    return [OximetryReading(saturation, rate, shown or None, _validity_of(*doubts))]


def _vitals_of(numerics: dict[int, Numeric]) -> list[Reading]:
    told: list[Reading] = []
    if Physio.ECG_HEART_RATE in numerics:
        told.append(_rate_of(Vital.HEART_RATE, numerics[Physio.ECG_HEART_RATE]))
    breath = _first_of(numerics, _BREATHS)
    if breath is not None:
        told.append(_rate_of(Vital.RESPIRATION_RATE, breath, Unit.BREATHS_PER_MIN))
    warm = _first_of(numerics, _TEMPERATURES)
    if warm is not None:
        told.append(_temperature_of(warm))
    return told


def _first_of(numerics: dict[int, Numeric], codes: Sequence[int]) -> Numeric | None:
    """Return the first of these that can be believed, else the first there is."""
    found = [numerics[code] for code in codes if code in numerics]
    return next((one for one in found if one.is_believed), found[0] if found else None)


def _rate_of(vital: Vital, numeric: Numeric, unit: int = Unit.BEATS_PER_MIN) -> VitalReading:
    rate = _whole(numeric, unit, HIGHEST_RATE_PER_MIN)
    if rate is None:
        return VitalReading(vital, None, Validity.INVALID)
    return VitalReading(vital, rate, _validity_of(numeric))


def _temperature_of(numeric: Numeric) -> VitalReading:
    value = numeric.value if numeric.is_believed else None
    if value is not None and numeric.unit == FAHRENHEIT:
        value = round((value - 32) / 1.8, 1)
    elif numeric.unit != Unit.CELSIUS:
        value = None
    if value is None or not COLDEST_C <= value <= WARMEST_C:
        return VitalReading(Vital.TEMPERATURE, None, Validity.INVALID)
    return VitalReading(Vital.TEMPERATURE, value, _validity_of(numeric))


def _whole(numeric: Numeric, unit: int, highest: int) -> int | None:
    """Return a believed number in the unit it must have, a half rounded up; None outside 1 up."""
    if not numeric.is_believed or numeric.value is None or numeric.unit != unit:
        return None
    whole = math.floor(numeric.value + 0.5)
    return whole if 0 < whole <= highest else None


def _validity_of(*numerics: Numeric) -> Validity:
    is_doubtful = any(numeric.state & State.QUESTIONABLE for numeric in numerics)
    return Validity.QUESTIONABLE if is_doubtful else Validity.VALID


def adapter() -> IntellivueAdapter:
    """Make the conversation with an IntelliVue monitor."""
    return IntellivueAdapter()
