"""What staff enter: bounds, times, corrections by new entries only, and the doses they make."""

import json

import pytest

from monitors.clinic.doses import dose_of
from monitors.clinic.entries import AskTwice, Entry, enter, standing
from monitors.clinic.entry_kinds import (
    Fact,
    Medicine,
    Note,
    Orientation,
    RateChange,
    Rating,
    Sedation,
    SideEffect,
    SideEffectName,
    Withdrawn,
    fact_of,
    fact_record,
    kind_of,
)
from monitors.clinic.given import given_doses
from monitors.clinic.pharmacology import Bolus, InfusionSegment, plasma_ng_per_ml
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.scores import RatingScale
from monitors.clinic.session_orders import begin, move, replan
from monitors.errors import SessionError

UTC = 1_700_000_000_000
MINUTE = 60_000
VALUES = {
    "rate_change": {"rate": "0.6 mg/kg/h"},
    "medicine": {"name": "midazolam", "amount": 1, "unit": "mg", "route": "IV"},
    "side_effect": {"name": "nausea"},
    "orientation": {"person": True, "place": True, "time": False, "situation": True},
    "sedation": {"moaas": 4},
    "rating": {"scale": "dissociation", "score": 7},
    "steadiness": {"is_steady": True},
    "aldrete": {
        "activity": 2,
        "respiration": 2,
        "circulation": 1,
        "consciousness": 2,
        "oxygen": 2,
    },
    "padss": {"vitals": 2, "activity": 2, "comfort": 1, "bleeding": 2, "intake_output": 2},
    "tick": {"name": "advice_given"},
    "note": {"text": "music changed"},
    "withdrawn": {"reason": "wrong recliner"},
}


def entry(
    entry_id: str, fact: Fact, minute: float = 0, corrects: str | None = None, late_min: float = 0
) -> Entry:
    at_utc_ms = UTC + round(minute * MINUTE)
    return Entry(entry_id, at_utc_ms, at_utc_ms + round(late_min * MINUTE), "N", fact, corrects)


def entered(*made: Entry) -> tuple[Entry, ...]:
    entries: tuple[Entry, ...] = ()
    for one in made:
        entries = enter(entries, one, began_utc_ms=UTC, weight_kg=70)
    return entries


@pytest.mark.parametrize("kind", VALUES)
def test_every_kind_of_entry_is_built_from_plain_values_and_read_back(kind: str) -> None:
    fact = fact_of(kind, VALUES[kind])
    assert kind_of(fact) == kind
    stored = json.loads(json.dumps(Entry("e", UTC, UTC, "N", fact).to_record()))
    assert Entry.from_record(stored).fact == fact
    assert fact_of(kind, fact_record(fact)) == fact


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("dance", {}, "an entry is one of rate_change"),
        ("sedation", {"moaas": 6}, "MOAA/S is a whole number from 0 to 5"),
        ("sedation", {"moaas": True}, "from 0 to 5"),
        ("rating", {"scale": "nausea", "score": 4}, "nausea is a whole number from 0 to 3"),
        ("rating", {"scale": "joy", "score": 4}, "joy"),
        ("rating", {"scale": "pain"}, "score"),
        ("note", {"text": "  "}, "write 1 to 1000 characters"),
        ("note", {"text": "x" * 1001}, "write 1 to 1000 characters"),
        ("orientation", VALUES["orientation"] | {"time": 1}, "time is yes or no"),
        ("rate_change", {"rate": "40 mg"}, "a rate is in mg/h or mg/kg/h"),
        ("medicine", {"name": "midazolam", "amount": 40, "unit": "mg"}, "outside 0.25 to 15 mg"),
        ("medicine", {"name": "clonidine", "amount": 100, "unit": "mg"}, "outside 0.025 to 0.6"),
        ("medicine", {"name": "labetalol", "amount": 10, "unit": "mL"}, "entered in mg, not mL"),
        ("medicine", {"name": "saline", "amount": 10, "unit": "cups"}, "needs a unit"),
        ("medicine", {"name": "saline", "amount": -1, "unit": "mL"}, "outside"),
        ("medicine", {"name": " "}, "1 to 60 characters"),
        ("aldrete", VALUES["aldrete"] | {"oxygen": 3}, "oxygen is 0, 1 or 2 points"),
        ("tick", {"name": "went_home"}, "went_home"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_it_may_be(
    kind: str, values: dict[str, object], words: str
) -> None:
    with pytest.raises(SessionError, match=words):
        fact_of(kind, values)


def test_a_medicine_in_micrograms_is_compared_in_milligrams() -> None:
    assert fact_of("medicine", {"name": "Clonidine", "amount": 100, "unit": "mcg"})
    with pytest.raises(SessionError, match="outside"):
        fact_of("medicine", {"name": "clonidine", "amount": 10, "unit": "mcg"})


def test_a_time_in_the_future_or_before_yesterday_is_refused() -> None:
    future = Entry("e", UTC + 60_000, UTC, "N", Note("hm"))
    with pytest.raises(SessionError, match="60 s in the future"):
        entered(future)
    with pytest.raises(SessionError, match="more than 24 h before"):
        entered(entry("e", Note("hm"), minute=-25 * 60))
    assert entered(entry("e", Medicine("ondansetron", 4, "mg"), minute=-60))


def test_an_entry_needs_a_person_and_an_id_of_its_own() -> None:
    with pytest.raises(SessionError, match="needs a person"):
        entered(Entry("e", UTC, UTC, " ", Note("hm")))
    with pytest.raises(SessionError, match="already recorded"):
        entered(entry("e", Note("a")), entry("e", Note("b")))


def test_a_correction_is_a_new_entry_and_the_old_one_stays_on_record() -> None:
    entries = entered(
        entry("a", Medicine("midazolam", 1, "mg"), 1),
        entry("b", Medicine("midazolam", 2, "mg"), 1, corrects="a", late_min=5),
    )
    assert [e.entry_id for e in entries] == ["a", "b"]
    assert [e.entry_id for e in standing(entries)] == ["b"]
    again = enter(entries, entry("c", Withdrawn("not given"), 7, corrects="b"), began_utc_ms=UTC)
    assert standing(again) == ()
    assert len(again) == 3


def test_a_correction_must_fit_a_standing_entry_of_its_kind() -> None:
    first = entry("a", Sedation(4), 1)
    second = entry("b", Sedation(3), 1, corrects="a")
    for wrong, words in (
        ((first, entry("c", Note("x"), 2, corrects="a")), "a sedation is corrected by a sedation"),
        ((first, second, entry("c", Sedation(2), 2, corrects="a")), "no standing entry a"),
        ((first, entry("c", Sedation(2), 2, corrects="zz")), "no standing entry zz"),
        ((entry("c", Withdrawn("oops"), 2),), "say which entry"),
    ):
        with pytest.raises(SessionError, match=words):
            entered(*wrong)


def test_a_score_is_corrected_on_its_own_scale_alone() -> None:
    nausea = entry("a", Rating(RatingScale.NAUSEA, 1), 1)
    with pytest.raises(SessionError, match="a score of nausea is corrected by one of nausea alone"):
        entered(nausea, entry("b", Rating(RatingScale.ANXIETY, 3), 2, corrects="a"))
    right = entry("b", Rating(RatingScale.NAUSEA, 0), 2, corrects="a")
    assert entered(nausea, right) == (nausea, right)


def test_two_people_correcting_one_entry_at_once_do_not_overwrite_each_other() -> None:
    entries = entered(entry("a", Sedation(4), 1), entry("b", Sedation(3), 1, corrects="a"))
    with pytest.raises(SessionError, match="no standing entry a to correct"):
        enter(entries, entry("c", Sedation(5), 1, corrects="a"), began_utc_ms=UTC)


def test_what_stands_is_in_order_of_its_time_not_of_its_entering() -> None:
    entries = entered(entry("late", Note("x"), 9), entry("early", Note("y"), 3, late_min=10))
    assert [e.entry_id for e in standing(entries)] == ["early", "late"]


def test_an_unusual_rate_is_asked_twice_and_a_coma_rate_is_refused() -> None:
    fast = entry("e", RateChange(dose_of("2.5 mg/kg/h")))
    with pytest.raises(AskTwice, match="enter it again"):
        enter((), fast, began_utc_ms=UTC, weight_kg=70)
    assert enter((), fast, began_utc_ms=UTC, weight_kg=70, is_confirmed=True)
    coma = entry("e", RateChange(dose_of("600 mg/h")))
    with pytest.raises(SessionError, match="coma doses") as refusal:
        enter((), coma, began_utc_ms=UTC, weight_kg=70, is_confirmed=True)
    assert not isinstance(refusal.value, AskTwice)
    with pytest.raises(SessionError, match="needs the weight"):
        enter((), fast, began_utc_ms=UTC)


def test_a_record_of_no_entry_is_refused_in_words() -> None:
    with pytest.raises(SessionError, match="cannot be read"):
        Entry.from_record({"kind": "note"})


def test_orientation_counts_what_the_patient_could_tell() -> None:
    assert Orientation(True, True, False, True).score == 3
    assert SideEffect(SideEffectName.NAUSEA) == fact_of("side_effect", {"name": "nausea"})


def test_a_planned_dose_with_a_pause_and_a_rate_change_becomes_segments() -> None:
    session = begin("s", "R1", "JD", "mood40", 0, UTC, "N", planned_s=2400)
    for phase, minute in (
        (Phase.BASELINE, 0),
        (Phase.INFUSING, 10),
        (Phase.PAUSED, 20),
        (Phase.INFUSING, 25),
    ):
        session = move(session, phase, minute * MINUTE, UTC + minute * MINUTE, "N")
    session = replan(session, 3600, 28 * MINUTE, UTC, "N", "slower")
    entries = entered(
        entry("r", RateChange(dose_of("42 mg/h")), 30),
        entry("k", Medicine("Ketamine", 5, "mg"), 12),
    )
    assert given_doses(session, dose_of("0.5 mg/kg"), 70, entries) == (
        Bolus(720, 5),
        InfusionSegment(600, 1200, pytest.approx(0.875)),
        InfusionSegment(1500, 1800, pytest.approx(0.875)),
        InfusionSegment(1800, None, pytest.approx(0.7)),
    )


def test_the_given_doses_reproduce_the_model_of_the_plan() -> None:
    session = begin("s", "R1", "JD", "mood40", 0, UTC, "N", planned_s=2400)
    for phase, minute in ((Phase.BASELINE, 0), (Phase.INFUSING, 10), (Phase.RECOVERY, 50)):
        session = move(session, phase, minute * MINUTE, UTC + minute * MINUTE, "N")
    doses = given_doses(session, dose_of("0.5 mg/kg"), 70, ())
    assert plasma_ng_per_ml(doses, 50 * 60, 70) == pytest.approx(253, abs=1.3)
    assert given_doses(session, None, 70, ()) == ()


def test_an_injection_is_one_bolus_at_its_mark() -> None:
    session = begin("s", "R1", "JD", "injection", 0, UTC, "N", kind=SessionKind.INJECTION)
    for phase, minute in ((Phase.BASELINE, 0), (Phase.RECOVERY, 8)):
        session = move(session, phase, minute * MINUTE, UTC + minute * MINUTE, "N")
    assert given_doses(session, dose_of("0.5 mg/kg"), 80, ()) == (Bolus(480, 40),)


def test_a_rating_knows_its_scale() -> None:
    assert fact_of("rating", {"scale": "pain", "score": 10}) == Rating(RatingScale.PAIN, 10)
