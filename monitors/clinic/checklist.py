"""May the patient leave: each item met or missing, with what is missing in words.

Here live the discharge checklist and its bounds, fed with readings, entries and the intake;
whether a session may be closed without an item is a person's decision with a reason. Sources:
pressure within 20 per cent or 20 mmHg follows the Aldrete tables, oriented and steady on the
feet, escort and advice follow published clinic practice; the waits after sedatives are judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import (
    OPIOIDS,
    SEDATIVES,
    AldreteEntry,
    Medicine,
    Orientation,
    PadssEntry,
    Rating,
    Steadiness,
    Tick,
    TickName,
)
from monitors.clinic.gate import Baseline
from monitors.clinic.intake import Intake
from monitors.clinic.intake_fields import EscortKind
from monitors.clinic.phases import Phase
from monitors.clinic.scores import FIT_FROM, CirculationRule, RatingScale
from monitors.clinic.session import InfusionSession
from monitors.errors import SessionError
from monitors.readings import NibpDetermination, NibpOutcome

T = TypeVar("T")

MINUTE_MS = 60_000


class ItemName(StrEnum):
    """Name an item of the checklist, in the order it is read out."""

    PRESSURE = "pressure"
    PULSE = "pulse"
    SPO2 = "spo2"
    ORIENTED = "oriented"
    STEADY = "steady"
    NAUSEA = "nausea"
    DISSOCIATION = "dissociation"
    RECOVERY_TIME = "recovery_time"
    SEDATIVE_WAIT = "sedative_wait"
    ALDRETE = "aldrete"
    PADSS = "padss"
    ESCORT = "escort"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class LeavingRules:
    """Hold the bounds of the checklist.

    distance: of pressure from baseline, per cent or mmHg by ``circulation``. apart_min: between
    two such readings. pulse_per_min: from, to. spo2_pct and spo2_below_baseline_pct: either
    suffices. sedative_min, with_opioid_min: minutes since a sedative.
    """

    circulation: CirculationRule = CirculationRule.PCT
    distance: int = 20
    apart_min: int = 10
    pulse_per_min: tuple[int, int] = (50, 110)
    spo2_pct: int = 94
    spo2_below_baseline_pct: int = 2
    nausea_most: int = 1
    dissociation_above_baseline: int = 1
    sedative_min: int = 30
    with_opioid_min: int = 60
    are_scores_needed: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """Hold what is known when somebody asks to leave.

    pressures: (measured UTC in ms, determination) of the session, oldest first. pulse, SpO2: the
    newest valid ones, None if there are none. baseline_spo2_pct: None if never measured.
    """

    session: InfusionSession
    minimum_recovery_min: int
    now_ms: int
    now_utc_ms: int
    baseline: Baseline | None
    pressures: Sequence[tuple[int, NibpDetermination]] = ()
    pulse_rate_per_min: int | None = None
    spo2_pct: int | None = None
    baseline_spo2_pct: int | None = None
    entries: Sequence[Entry] = ()
    intake: Intake = field(default_factory=Intake)
    rules: LeavingRules = field(default_factory=LeavingRules)


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one item; words say what it rests on, or what is missing."""

    name: ItemName
    is_met: bool
    words: str
    is_optional: bool = False


def checklist(leaving: Leaving) -> tuple[Item, ...]:
    """Return all items in order."""
    return (
        _pressure(leaving),
        _pulse(leaving),
        _spo2(leaving),
        _oriented(leaving),
        _steady(leaving),
        _nausea(leaving),
        _dissociation(leaving),
        _recovery_time(leaving),
        _sedative_wait(leaving),
        *_scores(leaving),
        _escort(leaving),
        _advice(leaving),
    )


def missing(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return what stands against leaving."""
    return tuple(item for item in items if not item.is_met and not item.is_optional)


def check_leaving(items: Sequence[Item], by: str, reason: str | None) -> None:
    """Let go, or raise SessionError naming what is missing unless a person gives a reason."""
    left = missing(items)
    if not left:
        return
    if by.strip() and (reason or "").strip():
        return
    words = "; ".join(f"{item.name.replace('_', ' ')}: {item.words}" for item in left)
    raise SessionError(f"discharge without these needs a reason and a name: {words}")


def _pressure(leaving: Leaving) -> Item:
    """Want the newest readings of recovery near baseline, the run of them long enough."""
    baseline, rules = leaving.baseline, leaving.rules
    if baseline is None:
        return Item(ItemName.PRESSURE, False, "there is no baseline to compare with")
    run = []
    for at_utc_ms, reading in reversed(_recovery_pressures(leaving)):
        if not _is_near(reading, baseline, rules):
            break
        run.append(at_utc_ms)
    apart_ms = run[0] - run[-1] if run else 0
    unit = "%" if rules.circulation is CirculationRule.PCT else "mmHg"
    near = f"within {rules.distance} {unit} of {baseline.pressure}"
    if run and apart_ms >= rules.apart_min * MINUTE_MS:
        return Item(ItemName.PRESSURE, True, f"{near}, {apart_ms // MINUTE_MS} min apart")
    wanted = f"two readings in recovery {near}, {rules.apart_min} min apart"
    return Item(ItemName.PRESSURE, False, f"{wanted}; {_run_words(leaving, len(run), apart_ms)}")


def _run_words(leaving: Leaving, count: int, apart_ms: int) -> str:
    """Say how many of the newest readings count, or why the newest does not."""
    taken = _recovery_pressures(leaving)
    if not taken:
        return "none taken in recovery yet"
    if count == 0:
        newest = taken[-1][1]
        return f"the newest, {newest.systolic_mmhg}/{newest.diastolic_mmhg}, lies outside"
    since = " since one outside" if count < len(taken) else ""
    told = f"so far {count}{since}"
    return told if count == 1 else f"{told}, {apart_ms // MINUTE_MS} min apart"


def _recovery_pressures(leaving: Leaving) -> list[tuple[int, NibpDetermination]]:
    began = _recovery_utc_ms(leaving)
    return [
        (at_utc_ms, reading)
        for at_utc_ms, reading in leaving.pressures
        if reading.outcome is NibpOutcome.COMPLETED and began is not None and at_utc_ms >= began
    ]


def _is_near(reading: NibpDetermination, baseline: Baseline, rules: LeavingRules) -> bool:
    pairs = (
        (reading.systolic_mmhg, baseline.systolic_mmhg),
        (reading.diastolic_mmhg, baseline.diastolic_mmhg),
    )
    for now, before in pairs:
        if now is None:
            return False
        is_pct = rules.circulation is CirculationRule.PCT
        allowed = before * rules.distance / 100 if is_pct else rules.distance
        if abs(now - before) > allowed:
            return False
    return True


def _pulse(leaving: Leaving) -> Item:
    low, high = leaving.rules.pulse_per_min
    return _in_range(ItemName.PULSE, leaving.pulse_rate_per_min, low, high, "a minute")


def _in_range(name: ItemName, value: int | None, low: int, high: int, unit: str) -> Item:
    if value is None:
        return Item(name, False, f"no valid value; {low} to {high} {unit} is wanted")
    return Item(name, low <= value <= high, f"{value} {unit}; {low} to {high} is wanted")


def _spo2(leaving: Leaving) -> Item:
    rules, before = leaving.rules, leaving.baseline_spo2_pct
    least = rules.spo2_pct
    if before is not None:
        least = min(least, before - rules.spo2_below_baseline_pct)
    return _in_range(ItemName.SPO2, leaving.spo2_pct, least, 100, "%")


def _oriented(leaving: Leaving) -> Item:
    newest = _newest(leaving, Orientation)
    if newest is None:
        return Item(ItemName.ORIENTED, False, "orientation was not asked in recovery")
    return Item(ItemName.ORIENTED, newest.score == 4, f"oriented x{newest.score} of 4")


def _steady(leaving: Leaving) -> Item:
    newest = _newest(leaving, Steadiness)
    if newest is None:
        return Item(ItemName.STEADY, False, "sitting, standing and walking were not tried")
    return Item(ItemName.STEADY, newest.is_steady, "steady" if newest.is_steady else "not steady")


def _nausea(leaving: Leaving) -> Item:
    score = _newest_rating(leaving, RatingScale.NAUSEA)
    if score is None:
        return Item(ItemName.NAUSEA, False, "nausea was not asked in recovery")
    most = leaving.rules.nausea_most
    return Item(ItemName.NAUSEA, score <= most, f"nausea {score}, at most {most} is wanted")


def _dissociation(leaving: Leaving) -> Item:
    score = _newest_rating(leaving, RatingScale.DISSOCIATION)
    if score is None:
        return Item(ItemName.DISSOCIATION, False, "dissociation was not asked in recovery")
    most = _dissociation_before(leaving) + leaving.rules.dissociation_above_baseline
    words = f"dissociation {score}, at most {most} is wanted"
    return Item(ItemName.DISSOCIATION, score <= most, words)


def _dissociation_before(leaving: Leaving) -> int:
    """Return the rating before the drug; 0 where nobody asked."""
    dosed_ms = leaving.session.dosed_ms
    before = [
        entry.fact.score
        for entry in standing(leaving.entries)
        if isinstance(entry.fact, Rating)
        and entry.fact.scale is RatingScale.DISSOCIATION
        and dosed_ms is not None
        and entry.at_utc_ms < dosed_ms + leaving.session.utc_offset_ms
    ]
    return before[-1] if before else 0


def _recovery_time(leaving: Leaving) -> Item:
    elapsed_ms = leaving.session.recovery_elapsed_ms(leaving.now_ms) or 0
    least = leaving.minimum_recovery_min
    words = f"{elapsed_ms // MINUTE_MS} of {least} min"
    return Item(ItemName.RECOVERY_TIME, elapsed_ms >= least * MINUTE_MS, words)


def _sedative_wait(leaving: Leaving) -> Item:
    given = [
        (entry.at_utc_ms, entry.fact.name.strip().lower())
        for entry in standing(leaving.entries)
        if isinstance(entry.fact, Medicine)
    ]
    sedatives = [at_utc_ms for at_utc_ms, name in given if name in SEDATIVES]
    if not sedatives:
        return Item(ItemName.SEDATIVE_WAIT, True, "no sedative was given")
    has_opioid = any(name in OPIOIDS for _, name in given)
    least = leaving.rules.with_opioid_min if has_opioid else leaving.rules.sedative_min
    since_ms = leaving.now_utc_ms - max(sedatives)
    words = f"{since_ms // MINUTE_MS} of {least} min since a sedative"
    return Item(ItemName.SEDATIVE_WAIT, since_ms >= least * MINUTE_MS, words)


def _scores(leaving: Leaving) -> tuple[Item, Item]:
    is_optional = not leaving.rules.are_scores_needed
    aldrete, padss = _newest(leaving, AldreteEntry), _newest(leaving, PadssEntry)
    return (
        _score(ItemName.ALDRETE, None if aldrete is None else aldrete.score.total, is_optional),
        _score(ItemName.PADSS, None if padss is None else padss.score.total, is_optional),
    )


def _score(name: ItemName, total: int | None, is_optional: bool) -> Item:
    if total is None:
        return Item(name, False, "not scored in recovery", is_optional)
    return Item(name, total >= FIT_FROM, f"{total} of 10, {FIT_FROM} is wanted", is_optional)


def _escort(leaving: Leaving) -> Item:
    intake = leaving.intake
    if intake.escort in (None, EscortKind.NONE):
        return Item(ItemName.ESCORT, False, "nobody takes the patient home yet")
    who = intake.escort_name
    if who is None and intake.escort is not EscortKind.RIDE_SHARE:
        return Item(ItemName.ESCORT, False, "the escort is not named")
    kind = str(intake.escort).replace("_", " ")
    return Item(ItemName.ESCORT, True, f"{who}, {kind}" if who else kind)


def _advice(leaving: Leaving) -> Item:
    is_given = any(entry.fact == Tick(TickName.ADVICE_GIVEN) for entry in standing(leaving.entries))
    words = "no driving till next morning: told" if is_given else "no-driving advice not ticked"
    return Item(ItemName.ADVICE, is_given, words)


def _recovery_utc_ms(leaving: Leaving) -> int | None:
    began_ms = leaving.session.first_ms(Phase.RECOVERY)
    return None if began_ms is None else began_ms + leaving.session.utc_offset_ms


def _in_recovery(leaving: Leaving) -> tuple[Entry, ...]:
    began = _recovery_utc_ms(leaving)
    if began is None:
        return ()
    return tuple(entry for entry in standing(leaving.entries) if entry.at_utc_ms >= began)


def _newest(leaving: Leaving, kind: type[T]) -> T | None:
    found = [entry.fact for entry in _in_recovery(leaving) if isinstance(entry.fact, kind)]
    return found[-1] if found else None


def _newest_rating(leaving: Leaving, scale: RatingScale) -> int | None:
    found = [
        entry.fact.score
        for entry in _in_recovery(leaving)
        if isinstance(entry.fact, Rating) and entry.fact.scale is scale
    ]
    return found[-1] if found else None
