"""Scores and the discharge checklist: what is missing is named."""

from dataclasses import replace

import pytest

from monitors.clinic.checklist import (
    ItemName,
    Leaving,
    LeavingRules,
    check_leaving,
    checklist,
    missing,
)
from monitors.clinic.entries import Entry
from monitors.clinic.entry_kinds import (
    AldreteEntry,
    Fact,
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
from monitors.clinic.scores import (
    Aldrete,
    CirculationRule,
    Padss,
    RatingScale,
    aldrete_circulation,
    aldrete_oxygen,
    padss_activity,
    padss_vitals,
)
from monitors.clinic.session_orders import begin, move
from monitors.errors import SessionError
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

UTC = 1_700_000_000_000
MINUTE = 60_000
RECOVERY, NOW = 50, 75


def cuff(minute: int, systolic: int, diastolic: int) -> tuple[int, NibpDetermination]:
    reading = NibpDetermination(NibpOutcome.COMPLETED, systolic, diastolic, None, 70)
    return UTC + minute * MINUTE, reading


def entry(minute: float, fact: Fact) -> Entry:
    at_utc_ms = UTC + round(minute * MINUTE)
    return Entry(f"{minute} {fact}", at_utc_ms, at_utc_ms, "N", fact)


FACTS: tuple[tuple[float, Fact], ...] = (
    (5, Rating(RatingScale.DISSOCIATION, 1)),
    (40, Rating(RatingScale.DISSOCIATION, 8)),
    (60, Orientation(True, True, True, True)),
    (61, Steadiness(True)),
    (62, Rating(RatingScale.NAUSEA, 1)),
    (63, Rating(RatingScale.DISSOCIATION, 2)),
    (64, Tick(TickName.ADVICE_GIVEN)),
)


def ready() -> Leaving:
    """Return a patient who may go: recovery from minute 50, now minute 75."""
    session = begin("s", "R1", "JD", "mood40", 0, UTC, "N", planned_s=2400)
    for phase, minute in ((Phase.BASELINE, 0), (Phase.INFUSING, 10), (Phase.RECOVERY, RECOVERY)):
        session = move(session, phase, minute * MINUTE, UTC + minute * MINUTE, "N")
    return Leaving(
        session,
        15,
        NOW * MINUTE,
        UTC + NOW * MINUTE,
        Baseline(125, 78, 94, 70, 2),
        (cuff(5, 126, 78), cuff(50, 151, 92), cuff(60, 140, 84), cuff(70, 132, 80)),
        72,
        97,
        98,
        tuple(entry(minute, fact) for minute, fact in FACTS),
        Intake(escort=EscortKind.DRIVER, escort_name="sister"),
    )


def lacking(leaving: Leaving) -> list[ItemName]:
    return [item.name for item in missing(checklist(leaving))]


def without(kind: type[Fact]) -> tuple[Entry, ...]:
    return tuple(entry(m, fact) for m, fact in FACTS if not isinstance(fact, kind))


def and_also(*added: tuple[float, Fact]) -> tuple[Entry, ...]:
    return tuple(entry(minute, fact) for minute, fact in (*FACTS, *added))


def test_a_patient_with_every_item_met_may_go_without_a_reason() -> None:
    assert lacking(ready()) == []
    check_leaving(checklist(ready()), "N", None)


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"baseline": None}, ItemName.PRESSURE),
        ({"pressures": (cuff(66, 132, 80), cuff(74, 130, 80))}, ItemName.PRESSURE),
        ({"pressures": (cuff(60, 132, 80), cuff(71, 132, 95))}, ItemName.PRESSURE),
        (
            {"pressures": (cuff(55, 130, 80), cuff(62, 160, 80), cuff(70, 130, 80))},
            ItemName.PRESSURE,
        ),
        ({"pressures": (cuff(20, 130, 80), cuff(45, 130, 80))}, ItemName.PRESSURE),
        ({"pulse_rate_per_min": 111}, ItemName.PULSE),
        ({"pulse_rate_per_min": 49}, ItemName.PULSE),
        ({"pulse_rate_per_min": None}, ItemName.PULSE),
        ({"spo2_pct": 93}, ItemName.SPO2),
        ({"spo2_pct": None}, ItemName.SPO2),
        ({"entries": without(Orientation)}, ItemName.ORIENTED),
        ({"entries": and_also((70, Orientation(True, True, False, True)))}, ItemName.ORIENTED),
        ({"entries": without(Steadiness)}, ItemName.STEADY),
        ({"entries": and_also((70, Steadiness(False)))}, ItemName.STEADY),
        ({"entries": and_also((70, Rating(RatingScale.NAUSEA, 2)))}, ItemName.NAUSEA),
        ({"entries": and_also((70, Rating(RatingScale.DISSOCIATION, 3)))}, ItemName.DISSOCIATION),
        ({"minimum_recovery_min": 26}, ItemName.RECOVERY_TIME),
        ({"entries": and_also((46, Medicine("Midazolam", 1, "mg")))}, ItemName.SEDATIVE_WAIT),
        (
            {"entries": and_also((16, Medicine("midazolam")), (12, Medicine("fentanyl")))},
            ItemName.SEDATIVE_WAIT,
        ),
        ({"intake": Intake()}, ItemName.ESCORT),
        ({"intake": Intake(escort=EscortKind.NONE, escort_name="x")}, ItemName.ESCORT),
        ({"intake": Intake(escort=EscortKind.DRIVER)}, ItemName.ESCORT),
        ({"entries": without(Tick)}, ItemName.ADVICE),
        ({"rules": LeavingRules(distance=5)}, ItemName.PRESSURE),
    ],
)
def test_each_item_alone_keeps_the_patient_and_is_named(
    change: dict[str, object], item: ItemName
) -> None:
    assert lacking(replace(ready(), **change)) == [item]


def test_leaving_without_an_item_needs_a_reason_and_a_name() -> None:
    items = checklist(replace(ready(), spo2_pct=91, intake=Intake()))
    for by, reason in (("N", None), ("N", " "), (" ", "against advice")):
        with pytest.raises(SessionError, match="spo2: 91 %; 94 to 100 is wanted; escort: nobody"):
            check_leaving(items, by, reason)
    check_leaving(items, "N", "left against advice, husband in the car")


def test_a_low_baseline_saturation_lowers_the_bar() -> None:
    assert lacking(replace(ready(), spo2_pct=92, baseline_spo2_pct=94)) == []
    assert lacking(replace(ready(), spo2_pct=91, baseline_spo2_pct=94)) == [ItemName.SPO2]


@pytest.mark.parametrize(
    ("pressures", "told"),
    [
        ((cuff(20, 130, 80),), "none taken in recovery yet"),
        ((cuff(60, 130, 80), cuff(70, 160, 96)), "the newest, 160/96, lies outside"),
        ((cuff(70, 130, 80),), "so far 1"),
        ((cuff(66, 132, 80), cuff(74, 130, 80)), "so far 2, 8 min apart"),
        ((cuff(55, 130, 80), cuff(62, 160, 80), cuff(70, 130, 80)), "so far 1 since one outside"),
    ],
)
def test_what_the_pressures_lack_is_said(
    pressures: tuple[tuple[int, NibpDetermination], ...], told: str
) -> None:
    found = checklist(replace(ready(), pressures=pressures))[0].words
    assert found.startswith("two readings in recovery within 20 % of 125/78, 10 min apart; ")
    assert found.endswith(f"; {told}")


def test_pressure_near_baseline_is_judged_in_per_cent_or_in_mmhg_by_setting() -> None:
    readings = (cuff(60, 146, 94), cuff(71, 146, 94))
    in_pct = replace(ready(), pressures=readings)
    in_mmhg = replace(in_pct, rules=LeavingRules(circulation=CirculationRule.MMHG))
    assert lacking(in_pct) == [ItemName.PRESSURE]
    assert lacking(in_mmhg) == [ItemName.PRESSURE]
    wide = (cuff(60, 145, 97), cuff(71, 145, 97))
    assert lacking(replace(in_mmhg, pressures=wide)) == []
    assert lacking(replace(in_pct, pressures=wide)) == [ItemName.PRESSURE]


def test_a_failed_cycle_between_two_good_ones_is_no_reading() -> None:
    failed = (UTC + 65 * MINUTE, NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.LEAK))
    assert lacking(replace(ready(), pressures=(cuff(60, 130, 80), failed, cuff(71, 130, 80)))) == []


def test_scores_are_optional_unless_the_clinic_wants_them() -> None:
    strict = LeavingRules(are_scores_needed=True)
    assert lacking(replace(ready(), rules=strict)) == [ItemName.ALDRETE, ItemName.PADSS]
    scored = and_also(
        (70, AldreteEntry(Aldrete(2, 2, 1, 2, 2))), (70, PadssEntry(Padss(2, 2, 2, 2, 1)))
    )
    assert lacking(replace(ready(), rules=strict, entries=scored)) == []
    low = and_also(
        (70, AldreteEntry(Aldrete(2, 2, 1, 1, 2))), (70, PadssEntry(Padss(2, 2, 2, 2, 2)))
    )
    assert lacking(replace(ready(), rules=strict, entries=low)) == [ItemName.ALDRETE]


def test_what_was_seen_before_recovery_does_not_count_for_leaving() -> None:
    early = tuple(entry(min(minute, 45), fact) for minute, fact in FACTS)
    assert lacking(replace(ready(), entries=early)) == [
        ItemName.ORIENTED,
        ItemName.STEADY,
        ItemName.NAUSEA,
        ItemName.DISSOCIATION,
    ]


@pytest.mark.parametrize(
    ("systolic", "rule", "points"),
    [
        (144, CirculationRule.PCT, 2),
        (145, CirculationRule.PCT, 1),
        (140, CirculationRule.MMHG, 2),
        (141, CirculationRule.MMHG, 1),
        (170, CirculationRule.MMHG, 1),
        (171, CirculationRule.MMHG, 0),
        (181, CirculationRule.PCT, 0),
        (60, CirculationRule.PCT, 1),
        (59, CirculationRule.PCT, 0),
    ],
)
def test_aldrete_circulation_follows_the_chosen_rule(
    systolic: int, rule: CirculationRule, points: int
) -> None:
    assert aldrete_circulation(120, systolic, rule) == points


def test_aldrete_oxygen_and_the_padss_items_give_their_points() -> None:
    oxygen = [aldrete_oxygen(*case) for case in ((93, False), (92, False), (95, True), (89, True))]
    assert oxygen == [2, 1, 1, 0]
    vitals = [padss_vitals((120, 70), now) for now in ((144, 84), (120, 90), (169, 70))]
    assert vitals == [2, 1, 0]
    assert [padss_activity(*case) for case in ((True, True), (True, False))] == [2, 1]
    assert Aldrete(2, 2, 1, 2, 2).is_fit
    assert not Padss(2, 2, 1, 2, 1).is_fit
