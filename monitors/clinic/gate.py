"""The gate before the drug: what baseline and intake say, and whose word it takes to go on.

Here live the baseline (median of the last two cuff readings) and the findings, each with its
level; the session's order of phases knows nothing of them. Sources: 140/90 at rest is one clinic's
bound for treating at all and the caution of the Spravato label, 160/100 lies at a trial's
exclusion bound (NCT04173962); fasting and medicine holds follow published clinic instructions.
A clinic's physician sets them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from statistics import median

from monitors.clinic.intake import Intake
from monitors.clinic.intake_fields import EscortKind, SleepApnea
from monitors.errors import SessionError
from monitors.readings import NibpDetermination, NibpOutcome

BASELINE_READINGS = 2


class GateLevel(IntEnum):
    """Say what a finding asks for before the drug is started."""

    OK = 0
    DISCUSS = 1
    PHYSICIAN = 2


@dataclass(frozen=True, slots=True)
class GateLimits:
    """Hold the bounds, at or above which a finding is made; pressures in mmHg, times in hours."""

    discuss_mmhg: tuple[int, int] = (140, 90)
    physician_mmhg: tuple[int, int] = (160, 100)
    food_h: float = 6.0
    drink_h: float = 2.0
    lamotrigine_h: float = 6.0
    benzodiazepine_h: float = 12.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """Hold the patient's own resting pressure in mmHg and pulse a minute.

    mean_mmhg, pulse_rate_per_min: None where the cuff gave none. readings: how many stand
    behind it, 1 or 2.
    """

    systolic_mmhg: int
    diastolic_mmhg: int
    mean_mmhg: int | None
    pulse_rate_per_min: int | None
    readings: int

    @property
    def pressure(self) -> str:
        """Write the pressure as it is spoken."""
        return f"{self.systolic_mmhg}/{self.diastolic_mmhg}"


def baseline_of(determinations: Sequence[NibpDetermination]) -> Baseline | None:
    """Return the median of the last two completed determinations, oldest first; None for none.

    The first reading of a visit tends to be high, so earlier ones do not count. Halves round up.
    """
    completed = [d for d in determinations if d.outcome is NibpOutcome.COMPLETED]
    last = completed[-BASELINE_READINGS:]
    systolic = _middle([d.systolic_mmhg for d in last])
    diastolic = _middle([d.diastolic_mmhg for d in last])
    if systolic is None or diastolic is None:
        return None
    mean = _middle([d.mean_mmhg for d in last])
    pulse = _middle([d.pulse_rate_per_min for d in last])
    return Baseline(systolic, diastolic, mean, pulse, len(last))


def _middle(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return int(median(known) + 0.5) if known else None


@dataclass(frozen=True, slots=True)
class GateFinding:
    """Hold one thing that speaks against going on at once; code names it for other languages."""

    code: str
    level: GateLevel
    words: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Hold all findings, the gravest first."""

    findings: tuple[GateFinding, ...]

    @property
    def level(self) -> GateLevel:
        """Return what the whole asks for."""
        return max((finding.level for finding in self.findings), default=GateLevel.OK)


def gate(
    baseline: Baseline | None, intake: Intake | None, limits: GateLimits | None = None
) -> Gate:
    """Return what baseline and intake say against starting."""
    limits = limits or GateLimits()
    found = [*_pressure(baseline, limits), *_answers(intake or Intake(), limits)]
    return Gate(tuple(sorted(found, key=lambda finding: -finding.level)))


def check_gate(found: Gate, physician: str | None, reason: str | None) -> None:
    """Let pass, or raise SessionError naming what needs a physician's word.

    physician: who gave it; reason: what was decided. Both are needed at that level only.
    """
    if found.level < GateLevel.PHYSICIAN or ((physician or "").strip() and (reason or "").strip()):
        return
    needed = "; ".join(f.words for f in found.findings if f.level is GateLevel.PHYSICIAN)
    raise SessionError(f"a physician's word, with name and reason, is needed before: {needed}")


def _pressure(baseline: Baseline | None, limits: GateLimits) -> Iterator[GateFinding]:
    if baseline is None:
        yield GateFinding("no_baseline", GateLevel.PHYSICIAN, "there is no baseline pressure")
        return
    if baseline.readings < BASELINE_READINGS:
        words = f"the baseline {baseline.pressure} rests on a single reading"
        yield GateFinding("single_baseline", GateLevel.DISCUSS, words)
    for level, (systolic, diastolic) in (
        (GateLevel.PHYSICIAN, limits.physician_mmhg),
        (GateLevel.DISCUSS, limits.discuss_mmhg),
    ):
        if baseline.systolic_mmhg >= systolic or baseline.diastolic_mmhg >= diastolic:
            words = f"baseline {baseline.pressure} mmHg is at or above {systolic}/{diastolic}"
            yield GateFinding("baseline_high", level, words)
            return


def _answers(intake: Intake, limits: GateLimits) -> Iterator[GateFinding]:
    open_fields = [name.replace("_", " ") for name in intake.unanswered() if name != "label"]
    if open_fields:
        words = f"not answered: {', '.join(open_fields)}"
        yield GateFinding("unanswered", GateLevel.DISCUSS, words)
    if intake.is_manic_today:
        yield GateFinding("mania", GateLevel.PHYSICIAN, "mania today")
    yield from _hours(intake, limits)
    for code, is_found, words in _plain(intake):
        if is_found:
            yield GateFinding(code, GateLevel.DISCUSS, words)


def _hours(intake: Intake, limits: GateLimits) -> Iterator[GateFinding]:
    for code, hours, least_h, words in (
        ("food", intake.food_hours, limits.food_h, "food"),
        ("drink", intake.drink_hours, limits.drink_h, "drink"),
        ("lamotrigine", intake.lamotrigine_hours, limits.lamotrigine_h, "lamotrigine"),
        ("benzodiazepine", intake.benzodiazepine_hours, limits.benzodiazepine_h, "benzodiazepine"),
    ):
        if hours is not None and hours < least_h:
            told = f"{words} {hours:g} h ago, less than {least_h:g} h"
            yield GateFinding(code, GateLevel.DISCUSS, told)


def _plain(intake: Intake) -> tuple[tuple[str, bool, str], ...]:
    is_queasy = bool(intake.has_nausea_history or intake.has_motion_sickness)
    arms = (intake.cuff_arm, intake.iv_arm, intake.probe_arm)
    return (
        ("minor", intake.is_minor, f"age {intake.age_years}: the limits are for adults"),
        ("restroom", intake.has_used_restroom is False, "the restroom was not used"),
        ("nausea", is_queasy and not intake.prophylaxis, "prone to nausea, no prophylaxis named"),
        (
            "sleep_apnea",
            intake.sleep_apnea not in (None, SleepApnea.NONE),
            f"sleep apnoea: {str(intake.sleep_apnea).replace('_', ' ')}",
        ),
        ("ecg", intake.is_ecg_wanted, "cardiac history: ECG wanted"),
        ("escort", intake.escort is EscortKind.NONE, "nobody takes the patient home yet"),
        (
            "cuff_on_iv_arm",
            arms[0] is not None and arms[0] == arms[1],
            f"cuff and IV are both on the {arms[0]} arm",
        ),
        (
            "cuff_on_probe_arm",
            arms[0] is not None and arms[0] == arms[2],
            f"cuff and finger probe are both on the {arms[0]} arm: SpO2 pauses while it inflates",
        ),
    )
