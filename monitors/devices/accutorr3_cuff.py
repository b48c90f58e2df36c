"""Tell new cuff determinations from a monitor that repeats its last one with its age in minutes.

Here lies the memory between two patient lines: when the last determination must have been made,
and its numbers; no bytes and no polling. Source: Datascope, Accutorr 3 service manual (1990): the
last field is the minutes since the last measurement, status byte 2 tells over-pressure and motion.
"""

from __future__ import annotations

from dataclasses import replace

from monitors.devices.accutorr3_lines import CuffFlag, PatientLine, Unit
from monitors.devices.cuff_numbers import completed, failed
from monitors.readings import NibpDetermination, NibpFailure

OLDEST_MINUTES = 999
_SLACK_S = 2.0
_FAULTS = (
    Unit.UNCALIBRATED
    | Unit.RAM_FAIL
    | Unit.ROM_FAIL
    | Unit.OFFSET_MISMATCH
    | Unit.FILTER_MISMATCH
    | Unit.SYSTEM_TEST
)


class AgeWatch:
    """Say when an age in whole minutes can only be that of a newer event.

    Each age bounds when the event was: between so many minutes ago and one minute more. Bounds
    that agree are narrowed; an age that fell, or bounds that lie later, mean another event.
    """

    __slots__ = ("_earliest_s", "_latest_s", "_minutes")

    def __init__(self) -> None:
        self._minutes: int | None = None
        self._earliest_s = 0.0
        self._latest_s = 0.0

    def is_new(self, minutes: int, now_s: float) -> bool:
        """Take the age that a line shows; True for another event than the last, or the first."""
        latest_s = now_s - 60.0 * minutes
        earliest_s = latest_s - 60.0
        before, self._minutes = self._minutes, minutes
        has_fallen = before is None or minutes < before
        if has_fallen or earliest_s > self._latest_s + _SLACK_S:
            self._earliest_s, self._latest_s = earliest_s, latest_s
            return True
        narrowed = max(self._earliest_s, earliest_s), min(self._latest_s, latest_s)
        is_possible = narrowed[0] <= narrowed[1]
        self._earliest_s, self._latest_s = narrowed if is_possible else (earliest_s, latest_s)
        return False


class CuffWatch:
    """Follow one cuff through the patient lines.

    Numbers that change while the age does not are told once a second line has them too: a line
    has no checksum, and one wrong digit must not pass for a determination.
    """

    __slots__ = ("_age", "_held", "_is_first", "_numbers", "_reason")

    def __init__(self) -> None:
        self._age = AgeWatch()
        self._is_first = True
        self._numbers: NibpDetermination | None = None
        self._held: NibpDetermination | None = None
        self._reason: NibpFailure | None = None

    def take(self, line: PatientLine, now_s: float) -> NibpDetermination | None:
        """Return the determination or failure that a line tells for the first time."""
        reason = _reason(line)
        was_told, self._reason = self._reason, reason
        is_dated = line.minutes is not None and line.minutes < OLDEST_MINUTES
        if is_dated and self._age.is_new(line.minutes or 0, now_s):
            return self._new(line, reason)
        self._is_first = False
        if reason is not None:
            is_new_flag = bool(line.cuff) and reason is not was_told
            return failed(reason) if is_new_flag else None
        return self._changed(line) if is_dated else None

    def finish(self) -> NibpDetermination | None:
        """Return changed numbers that no second line could confirm any more."""
        held, self._held = self._held, None
        return held

    def _new(self, line: PatientLine, reason: NibpFailure | None) -> NibpDetermination | None:
        """Judge a line of another age: a measurement has been made, and its outcome is told.

        Numbers that stood beside or before a failure are not its own when they stand on.
        """
        was_first, self._is_first = self._is_first, False
        age_s = 60.0 * (line.minutes or 0)
        told = _determination(line)
        self._held, self._numbers = None, told or self._numbers
        if reason is not None:
            return failed(reason, age_s=age_s)
        if told is not None or was_first:
            return told
        return failed(NibpFailure.UNKNOWN, age_s=age_s)

    def _changed(self, line: PatientLine) -> NibpDetermination | None:
        """Judge a line of the same age: other numbers count when they come twice in a row."""
        held, self._held = self._held, None
        found = _determination(line)
        if found is None or _pressures(found) == _pressures(self._numbers):
            return None
        if _pressures(found) != _pressures(held):
            self._held = found
            return None
        self._numbers = found
        return found


def _reason(line: PatientLine) -> NibpFailure | None:
    """Return why the numbers of a line must not be believed; None if they may be."""
    if line.cuff & CuffFlag.OVERPRESSURE:
        return NibpFailure.OVERPRESSURE
    if line.cuff & CuffFlag.MOTION:
        return NibpFailure.MOTION
    return NibpFailure.DEVICE_FAULT if line.unit & _FAULTS else None


def _determination(line: PatientLine) -> NibpDetermination | None:
    """Return the numbers of a line; its pulse rate is not said to be the cuff's."""
    return completed(
        line.systolic_mmhg,
        line.diastolic_mmhg,
        line.mean_mmhg,
        age_s=60.0 * (line.minutes or 0),
    )


def _pressures(told: NibpDetermination | None) -> NibpDetermination | None:
    return replace(told, age_s=None) if told else None
