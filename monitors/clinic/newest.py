"""The newest value of each vital of one recliner, and how far it may still be believed.

Here a number ages: it is fresh, then stale, then gone, by the silence its device is allowed;
nothing here judges it against a limit. The figures of ageing come from the caller (the device
catalogue) and, for cuff readings, from the module's own table below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitors.clinic.cuff_cycle import CuffCycle
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpOutcome,
    SignalCondition,
    Validity,
    Vital,
    VitalReading,
)

GONE_AFTER_AT_LEAST_MS = 15_000
"""A number is gone at three times its device's longest silence, and never before this."""

SAME_RESULT_WITHIN_MS = 2_500

NIBP_OLD_AFTER_MS = 20 * 60_000
NIBP_GONE_AFTER_MS = 60 * 60_000
"""Without a cadence: a cuff reading is dimmed, then blanked. Monitors keep showing a last reading
15 to 90 minutes (operator manuals of several makers); with a cadence the interval decides."""


class Shown(StrEnum):
    """Say how a number may be shown."""

    VALID = "valid"
    QUESTIONABLE = "questionable"
    INVALID = "invalid"
    STALE = "stale"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ShownVital:
    """Hold one vital as a page may show it.

    value is None unless the state is valid, questionable or stale; at_ms is when the newest
    reading arrived, None if there never was one; reason names why there is no number.
    """

    value: float | None
    state: Shown
    at_ms: int | None
    reason: str | None
    conditions: tuple[SignalCondition, ...]
    stale_after_ms: int
    gone_after_ms: int


@dataclass(slots=True)
class _Kept:
    reading: VitalReading
    at_ms: int
    stale_after_ms: int


def gone_after_ms(stale_after_ms: int) -> int:
    """Return after what age a number is taken away."""
    return max(3 * stale_after_ms, GONE_AFTER_AT_LEAST_MS)


@dataclass(slots=True)
class NewestVitals:
    """Keep the newest reading of each continuous vital."""

    _kept: dict[Vital, _Kept] = field(default_factory=dict)

    def take(self, reading: VitalReading, at_ms: int, stale_after_ms: int) -> None:
        """Keep a reading that arrived at a moment from a device with that longest silence."""
        self._kept[reading.vital] = _Kept(reading, at_ms, stale_after_ms)

    def forget(self) -> None:
        """Forget everything: the next number belongs to the next patient."""
        self._kept.clear()

    def vitals(self) -> tuple[Vital, ...]:
        """Return the vitals that ever had a reading."""
        return tuple(self._kept)

    def shown(self, vital: Vital, now_ms: int) -> ShownVital | None:
        """Return a vital as it may be shown now; None if no reading of it ever came."""
        kept = self._kept.get(vital)
        if kept is None:
            return None
        age_ms = now_ms - kept.at_ms
        reading, gone_ms = kept.reading, gone_after_ms(kept.stale_after_ms)
        state = _state(reading, age_ms, kept.stale_after_ms, gone_ms)
        has_number = state in {Shown.VALID, Shown.QUESTIONABLE, Shown.STALE}
        return ShownVital(
            value=reading.value if has_number else None,
            state=state,
            at_ms=kept.at_ms,
            reason=_reason(reading, state),
            conditions=reading.conditions,
            stale_after_ms=kept.stale_after_ms,
            gone_after_ms=gone_ms,
        )


def _state(reading: VitalReading, age_ms: int, stale_ms: int, gone_ms: int) -> Shown:
    if age_ms >= gone_ms:
        return Shown.ABSENT
    if reading.value is None or reading.validity in {Validity.INVALID, Validity.NOT_AVAILABLE}:
        return Shown.INVALID
    if age_ms >= stale_ms:
        return Shown.STALE
    return Shown.QUESTIONABLE if reading.validity is Validity.QUESTIONABLE else Shown.VALID


_TELLING = (
    SignalCondition.PROBE_UNPLUGGED,
    SignalCondition.FINGER_OUT,
    SignalCondition.SEARCHING,
    SignalCondition.INTERFERENCE,
    SignalCondition.LOW_SIGNAL,
    SignalCondition.OUT_OF_TRACK,
    SignalCondition.LOW_PERFUSION,
    SignalCondition.ARTIFACT,
)


def _reason(reading: VitalReading, state: Shown) -> str | None:
    if state is Shown.ABSENT or state is Shown.STALE:
        return "no_data"
    if state is Shown.VALID:
        return None
    for condition in _TELLING:
        if condition in reading.conditions:
            return str(condition)
    return "no_value" if state is Shown.INVALID else None


@dataclass(slots=True)
class NewestNibp:
    """Keep the newest cuff result of this patient, the last failure and what the cuff does.

    A reading taken before ``belongs_from_ms``, or in a cycle begun before, is another patient's and
    is not kept.
    """

    determination: NibpDetermination | None = None
    measured_ms: int | None = None
    failure: NibpDetermination | None = None
    failed_ms: int | None = None
    activity: CuffActivity = field(default_factory=lambda: CuffActivity(CuffState.UNKNOWN))
    belongs_from_ms: int | None = None
    cycle: CuffCycle = field(default_factory=CuffCycle)

    def has_heard(self, determination: NibpDetermination, measured_ms: int) -> bool:
        """Say whether this very result is known: a device tells its last one again when asked anew.

        The same numbers measured at the same moment, as far as an age in whole seconds can tell;
        or a failure of unknown age that is the last thing known of this cuff.
        """
        kept, at_ms = self.determination, self.measured_ms
        if determination.outcome is NibpOutcome.FAILED:
            return determination.is_age_unknown and self._is_last_failure(determination)
        if kept is None or at_ms is None:
            return False
        return abs(measured_ms - at_ms) <= SAME_RESULT_WITHIN_MS and (
            (kept.systolic_mmhg, kept.diastolic_mmhg, kept.mean_mmhg)
            == (determination.systolic_mmhg, determination.diastolic_mmhg, determination.mean_mmhg)
        )

    def _is_last_failure(self, determination: NibpDetermination) -> bool:
        if self.failure is None or self.failed_ms is None:
            return False
        is_newest = self.measured_ms is None or self.measured_ms < self.failed_ms
        return is_newest and self.failure.reason is determination.reason

    def take(self, determination: NibpDetermination, measured_ms: int) -> bool:
        """Keep a result; False if it is known, not this patient's, or older than the kept one."""
        if self.has_heard(determination, measured_ms):
            return False
        if self.is_anothers(determination, measured_ms):
            self._leave_out(determination, measured_ms)
            return False
        self.cycle.ended(measured_ms)
        if determination.outcome is NibpOutcome.FAILED:
            self.failure, self.failed_ms = determination, measured_ms
            return True
        if self.measured_ms is not None and measured_ms < self.measured_ms:
            return False
        self.determination, self.measured_ms = determination, measured_ms
        return True

    def is_anothers(self, determination: NibpDetermination, measured_ms: int) -> bool:
        """Say whether a result is not known to be this patient's."""
        from_ms = self.belongs_from_ms
        if from_ms is None:
            return False
        if determination.is_age_unknown or measured_ms < from_ms:
            return True
        return self.cycle.has_begun_before(from_ms, measured_ms)

    def _leave_out(self, determination: NibpDetermination, measured_ms: int) -> None:
        """End another patient's cycle; its result told once more is not this patient's either."""
        if determination.is_age_unknown or self.belongs_from_ms is None:
            return
        if measured_ms >= self.belongs_from_ms:
            self.belongs_from_ms = measured_ms + SAME_RESULT_WITHIN_MS
        self.cycle.ended(measured_ms)

    def start_over(self, from_ms: int | None) -> None:
        """Forget the last patient; from here on only what is measured after that moment counts."""
        self.determination = self.measured_ms = self.failure = self.failed_ms = None
        self.belongs_from_ms = from_ms

    def state(self, now_ms: int, interval_s: int | None) -> str:
        """Return how the pressure may be shown: valid, old, gone, or absent when there is none."""
        if self.measured_ms is None:
            return "absent"
        age_ms = now_ms - self.measured_ms
        old_ms, gone_ms = NIBP_OLD_AFTER_MS, NIBP_GONE_AFTER_MS
        if interval_s is not None:
            old_ms, gone_ms = round(1500 * interval_s), max(4000 * interval_s, 30 * 60_000)
        if age_ms >= gone_ms:
            return "gone"
        return "old" if age_ms >= old_ms else "valid"
