"""Forms with slips in them, and the gate before the drug."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clinic.doses import Dose, DoseUnit, DoubtLevel, dose_of, doubt_about, rate_doubt
from monitors.clinic.gate import GateLevel, baseline_of, check_gate, gate
from monitors.clinic.intake import Intake, IntakeRefused, read_intake
from monitors.clinic.intake_fields import Arm, EscortKind
from monitors.clinic.phases import SessionKind
from monitors.errors import SessionError
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

FORM = {
    "label": "JD-3",
    "age_years": 44,
    "weight_kg": "82,5",
    "dose": "0.5 mg/kg",
    "infusion_number": 3,
    "series_length": 6,
    "anesthesiologist": "Dr. B",
    "nurse": "A. Nurse",
    "food_hours": 8,
    "drink_hours": 3,
    "has_used_restroom": True,
    "takes_lamotrigine": True,
    "lamotrigine_hours": 10,
    "takes_benzodiazepine": False,
    "has_nausea_history": False,
    "has_motion_sickness": False,
    "is_manic_today": False,
    "sleep_apnea": "none",
    "has_cardiac_history": False,
    "companion": "sister",
    "escort": "driver",
    "escort_name": "sister",
    "iv_site": "back of the hand",
    "probe_arm": "left",
    "cuff_arm": "right",
    "iv_arm": "left",
    "is_cuff_on_forearm": True,
    "score_scale": "phq9",
    "score": 17,
}


def read(planned_s: int | None = 2400, **changes: object) -> Intake:
    return read_intake(FORM | changes, planned_s=planned_s)


def reading(systolic: int, diastolic: int, pulse: int | None = 70) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.COMPLETED, systolic, diastolic, None, pulse)


CALM = baseline_of([reading(150, 95), reading(126, 78), reading(122, 75)])


def test_a_whole_form_becomes_an_intake_with_nothing_open() -> None:
    intake = read()
    assert intake.weight_kg == 82.5
    assert intake.dose == Dose(0.5, DoseUnit.MG_PER_KG)
    assert (intake.escort, intake.cuff_arm) == (EscortKind.DRIVER, Arm.RIGHT)
    assert intake.unanswered() == ()
    assert Intake.from_record(json.loads(json.dumps(intake.to_record()))) == intake


def test_an_empty_form_is_an_intake_with_everything_open() -> None:
    intake = read_intake({"label": " ", "weight_kg": None}, planned_s=2400)
    assert intake == Intake()
    assert "escort" in intake.unanswered()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("label", "John Doe", "initials or a number, never a name"),
        ("age_years", 0, "1 to 120 years"),
        ("age_years", 44.5, "a whole number"),
        ("weight_kg", 8, "20 to 350 kg"),
        ("weight_kg", "heavy", "20 to 350 kg"),
        ("weight_kg", "nan", "20 to 350 kg"),
        ("weight_kg", True, "20 to 350 kg"),
        ("dose", "half", "a number and mg, mg/kg, mg/h or mg/kg/h"),
        ("dose", "0 mg", "above zero"),
        ("food_hours", -1, "0 to 168 hours"),
        ("escort", "taxi", "one of none, collected_inside, driver, ride_share_walked_to_car"),
        ("cuff_arm", "leg", "one of left, right"),
        ("is_manic_today", "perhaps", "yes or no"),
        ("score", 28, "0 to 27"),
        ("infusion_number", 7, "cannot exceed the series"),
        ("companion", "x" * 61, "at most 60 characters"),
        ("shoe_size", 42, "no such field"),
    ],
)
def test_a_wrong_field_is_refused_with_its_name_its_range_and_its_reason(
    field: str, value: object, words: str
) -> None:
    with pytest.raises(IntakeRefused) as refusal:
        read(**{field: value})
    (fault,) = refusal.value.faults
    assert fault.field == field
    assert words in fault.words
    assert fault.token is None


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(IntakeRefused) as refusal:
        read(weight_kg=-1, food_hours=999)
    assert {fault.field for fault in refusal.value.faults} == {"weight_kg", "food_hours"}


def test_a_dose_per_kg_without_a_weight_asks_for_the_weight() -> None:
    with pytest.raises(IntakeRefused, match=r"weight_kg: .*needs a weight"):
        read(weight_kg=None)


def test_an_unusual_weight_or_dose_counts_once_it_was_entered_twice() -> None:
    with pytest.raises(IntakeRefused) as refusal:
        read(weight_kg=205, dose="1.5 mg/kg")
    tokens = [fault.token for fault in refusal.value.faults]
    assert tokens == ["weight_kg=205", "dose=1.5 mg/kg in 205 kg"]
    confirmed = [token for token in tokens if token]
    form = FORM | {"weight_kg": 205, "dose": "1.5 mg/kg"}
    assert read_intake(form, planned_s=2400, confirmed=confirmed).weight_kg == 205
    with pytest.raises(IntakeRefused):
        read_intake(form | {"dose": "1.6 mg/kg"}, planned_s=2400, confirmed=confirmed)


@pytest.mark.parametrize(
    ("text", "total_mg", "rate_mg_per_h"),
    [
        ("0.5 mg/kg", 40, 60),
        ("40 mg", 40, 60),
        ("0,75 mg/kg/h", 40, 60),
        ("60 mg/hr", 40, 60),
    ],
)
def test_the_same_dose_in_four_units_is_the_same_dose(
    text: str, total_mg: float, rate_mg_per_h: float
) -> None:
    dose = dose_of(text)
    assert dose.total_mg(80, 2400) == pytest.approx(total_mg)
    assert dose.rate_mg_per_h(80, 2400) == pytest.approx(rate_mg_per_h)
    assert Dose.from_record(dose.to_record()) == dose


INFUSION, INJECTION = SessionKind.INFUSION, SessionKind.INJECTION
ASK, REFUSE = DoubtLevel.ASK_TWICE, DoubtLevel.REFUSED


@pytest.mark.parametrize(
    ("text", "planned_s", "kind", "level", "words"),
    [
        ("0.5 mg/kg", 2400, INFUSION, None, ""),
        ("1 mg/kg", 2400, INFUSION, None, ""),
        ("0.6 mg/kg/h", 14400, INFUSION, None, ""),
        ("200 mg", 14400, INFUSION, None, ""),
        ("2 mg/kg/h", 3600, INFUSION, None, ""),
        ("2.1 mg/kg/h", 3600, INFUSION, ASK, "2.1 mg/kg/h is outside 0.1 to 2; enter it again"),
        ("0.05 mg/kg/h", 14400, INFUSION, ASK, "enter it again"),
        ("35 mg/kg", 2400, INFUSION, REFUSE, "was 35 mg meant"),
        ("0.5 mg", 2400, INFUSION, REFUSE, "was 0.5 mg/kg meant"),
        ("0.5 mg/h", 7200, INFUSION, REFUSE, "was 0.5 mg/kg/h meant"),
        ("500 mg/h", 7200, INFUSION, REFUSE, "coma doses"),
        ("600 mg/h", 7200, INFUSION, REFUSE, "coma doses"),
        ("40 mg/kg/h", 7200, INFUSION, REFUSE, "coma doses"),
        ("350 mg", 2400, INFUSION, REFUSE, "coma doses"),
        ("0.5 mg/kg", None, INJECTION, None, ""),
        ("1.2 mg/kg", None, INJECTION, ASK, "outside 0.1 to 1"),
        ("50 mg/kg", None, INJECTION, REFUSE, "was 50 mg meant"),
        ("30 mg/h", None, INJECTION, REFUSE, "is a rate"),
        ("0.5 mg/kg", None, INFUSION, REFUSE, "is a total"),
    ],
)
def test_a_dose_beyond_a_sane_bound_is_asked_twice_or_refused(
    text: str, planned_s: int | None, kind: SessionKind, level: DoubtLevel | None, words: str
) -> None:
    doubt = doubt_about(dose_of(text), 70, planned_s, kind)
    assert (doubt and doubt.level) == level
    assert words in (doubt.words if doubt else "")


def test_a_rate_change_is_doubted_like_a_dose() -> None:
    assert rate_doubt(dose_of("0.6 mg/kg/h"), 70) is None
    doubt = rate_doubt(dose_of("500 mg/h"), 70)
    assert doubt is not None
    assert doubt.level is REFUSE


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.floats(0.001, 1000), st.floats(20, 350), st.integers(60, 21600))
def test_no_dose_that_makes_a_coma_rate_ever_passes(
    amount: float, weight_kg: float, planned_s: int
) -> None:
    for unit in DoseUnit:
        dose = Dose(amount, unit)
        doubt = doubt_about(dose, weight_kg, planned_s, INFUSION)
        rate = dose.rate_mg_per_h(weight_kg, planned_s)
        if rate >= 500 or rate / weight_kg >= 7:
            assert doubt is not None
            assert doubt.level is REFUSE
        elif rate / weight_kg > 2.001:
            assert doubt is not None


def test_the_baseline_is_the_median_of_the_last_two_good_readings() -> None:
    assert CALM is not None
    assert (CALM.pressure, CALM.readings) == ("124/77", 2)
    failed = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.MOTION)
    assert baseline_of([reading(120, 80), failed]) == baseline_of([reading(120, 80)])
    assert baseline_of([failed]) is None


@pytest.mark.parametrize(
    ("systolic", "diastolic", "level"),
    [
        (139, 89, GateLevel.OK),
        (140, 80, GateLevel.DISCUSS),
        (120, 90, GateLevel.DISCUSS),
        (159, 99, GateLevel.DISCUSS),
        (160, 80, GateLevel.PHYSICIAN),
        (120, 100, GateLevel.PHYSICIAN),
    ],
)
def test_a_high_baseline_is_discussed_or_needs_a_physicians_word(
    systolic: int, diastolic: int, level: GateLevel
) -> None:
    high = baseline_of([reading(systolic, diastolic)] * 2)
    assert gate(high, read()).level is level


def test_the_clock_may_not_start_over_the_gate_without_name_and_reason() -> None:
    high = gate(baseline_of([reading(172, 96)] * 2), read())
    for physician, reason in ((None, None), ("Dr. B", " "), ("", "seen")):
        with pytest.raises(SessionError, match="baseline 172/96 mmHg is at or above 160/100"):
            check_gate(high, physician, reason)
    check_gate(high, "Dr. B", "clonidine given, treated hypertension")
    check_gate(gate(CALM, read()), None, None)


def test_no_baseline_needs_a_physicians_word_and_a_single_reading_is_discussed() -> None:
    assert gate(None, read()).level is GateLevel.PHYSICIAN
    assert gate(baseline_of([reading(120, 80)]), read()).level is GateLevel.DISCUSS


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({"is_manic_today": True}, "mania", GateLevel.PHYSICIAN),
        ({"food_hours": 5}, "food", GateLevel.DISCUSS),
        ({"drink_hours": 1.5}, "drink", GateLevel.DISCUSS),
        ({"lamotrigine_hours": 5}, "lamotrigine", GateLevel.DISCUSS),
        ({"benzodiazepine_hours": 11}, "benzodiazepine", GateLevel.DISCUSS),
        ({"age_years": 17}, "minor", GateLevel.DISCUSS),
        ({"has_used_restroom": False}, "restroom", GateLevel.DISCUSS),
        ({"has_motion_sickness": True}, "nausea", GateLevel.DISCUSS),
        ({"sleep_apnea": "at_risk"}, "sleep_apnea", GateLevel.DISCUSS),
        ({"has_cardiac_history": True}, "ecg", GateLevel.DISCUSS),
        ({"escort": "none"}, "escort", GateLevel.DISCUSS),
        ({"cuff_arm": "left", "probe_arm": "right"}, "cuff_on_iv_arm", GateLevel.DISCUSS),
        ({"probe_arm": "right"}, "cuff_on_probe_arm", GateLevel.DISCUSS),
        ({"nurse": ""}, "unanswered", GateLevel.DISCUSS),
    ],
)
def test_each_answer_that_matters_is_found_at_its_level(
    changes: dict[str, object], code: str, level: GateLevel
) -> None:
    found = gate(CALM, read(**changes))
    assert [(finding.code, finding.level) for finding in found.findings] == [(code, level)]


def test_an_unremarkable_patient_passes_without_a_word() -> None:
    assert gate(CALM, read()).findings == ()
    assert not read().is_minor
    assert read(age_years=17).is_minor
