"""The session page as staff use it, on a real collector, store and picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitors.clinic.intake import IntakeRefused, read_intake
from monitors.clock import world_utc_ms
from tests.room.rig import until
from tests.views.visit_room import PAGE, Nurse, VisitRoom
from views import access, here
from views.forms import ordering
from views.plain import read_plain
from views.told import in_words
from views.words import log_en, pages_en
from views.words import visit_en as words


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitRoom]:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(here, "_standing", [])
    opened = VisitRoom(tmp_path)
    yield opened
    opened.close()


def begun(room: VisitRoom, protocol: str = "mood40") -> None:
    room.order("begin_session", label="JD-14", protocol=protocol)


def in_baseline(room: VisitRoom, **pressure: int) -> None:
    begun(room)
    room.order("begin_baseline")
    for _ in range(2):
        room.measure(**pressure)
        room.pass_minutes(2)


def infusing(room: VisitRoom) -> None:
    in_baseline(room)
    room.order("record_intake", form={"weight_kg": 70, "dose": "0.5 mg/kg", "age_years": 40})
    room.order("start_infusion")


def in_recovery(room: VisitRoom) -> None:
    infusing(room)
    room.order("stop_infusion", reason="as planned")


def entries(room: VisitRoom) -> list[Any]:
    return access.history().entries(session_id=room.picture["session"]["id"])


# ---- on every look


def test_the_page_says_what_it_is_and_shows_no_live_number(room: VisitRoom) -> None:
    infusing(room)
    said = room.nurse().look()
    assert log_en.SECONDARY in said
    assert log_en.SIMULATED in said
    assert words.NOT_THE_PUMP in said
    assert not re.search(r"SpO₂:? *98|[Pp]ulse:? *72", said)


def test_nothing_can_be_ordered_unsigned(room: VisitRoom) -> None:
    begun(room)
    nurse = Nurse(room.nurse(name="").page)
    assert nurse.button(words.BEGIN_BASELINE).disabled
    assert nurse.button(words.RECORD_INTAKE).disabled


# ---- what became of an order


def test_an_answer_that_comes_late_is_told_on_the_same_plate(room: VisitRoom) -> None:
    in_baseline(room)
    nurse = room.nurse()
    with room.hung():
        nurse.press(words.MEASURE)
        assert "R1: Measure now waits for the collector" in nurse.said()
    nurse.until("✓ R1: Measure now")
    assert "waits for the collector" not in nurse.said()


def test_an_order_that_waited_too_long_is_told_as_not_carried_out(
    room: VisitRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_baseline(room)
    nurse = room.nurse()
    monkeypatch.setattr(ordering, "world_utc_ms", lambda: world_utc_ms() - 64_000)
    with room.hung():
        nurse.press(words.MEASURE)
    nurse.until("✕ R1: Measure now was refused: it waited too long and was not carried out")
    kept = access.history().commands(session_id=room.picture["session"]["id"])
    assert [one.status for one in kept if one.verb == "measure_now"] == ["refused"]


def test_two_taps_on_one_button_end_with_one_answer(room: VisitRoom) -> None:
    begun(room)
    nurse = room.nurse().number("intake-weight_kg", 70)
    with room.hung():
        nurse.press(words.RECORD_INTAKE)
        nurse.press(words.RECORD_INTAKE)
        assert "Intake waits" in nurse.said()
    nurse.until("✓ R1: Intake")
    assert "Intake waits" not in nurse.said()


def test_an_answer_names_alarms_orders_and_fields_as_people_do() -> None:
    assert in_words("spo2_low acknowledged") == "SpO₂ low acknowledged"
    assert in_words("pause_infusion needs 'reason'") == "Pause needs 'reason'"
    assert in_words("has_used_restroom: yes or no") == "Restroom used: yes or no"
    assert (
        in_words("R1/my_spo2_low_probe at /dev/tty_usb") == "R1/my_spo2_low_probe at /dev/tty_usb"
    )


def test_both_pages_name_open_questions_alike_and_never_the_label(room: VisitRoom) -> None:
    begun(room)
    gate = room.picture["visit"]["gate"]["findings"]
    assert "unanswered" in [one["code"] for one in gate]
    assert not any("_" in one["words"] or "label" in one["words"] for one in gate)
    told = "not answered: Age, Weight, dose, "
    assert told in room.nurse().said()
    page = AppTest.from_file(str(PAGE.with_name("recliner.py")), default_timeout=30).run()
    (caption,) = [one for one in page.caption if "not answered" in one.value]
    assert told in read_plain(caption.value)
    assert not re.search("[a-z]_[a-z]|[Ll]abel", read_plain(caption.value))


# ---- beginning


def test_a_name_is_refused_as_label_at_its_field_and_initials_begin_a_session(
    room: VisitRoom,
) -> None:
    nurse = room.nurse()
    assert "never a name" in nurse.said()
    nurse.type("begin-label", "JOHN SMITH").press(words.BEGIN)
    assert "could be a name" in nurse.said()
    assert room.picture["session"] is None
    nurse.type("begin-label", "JD-14").press(words.BEGIN)
    assert room.picture["session"]["label"] == "JD-14"
    assert words.RECORD_INTAKE in [one.label for one in nurse.page.button]


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitRoom]:
    """Open a room where JD-14 sits in the second of two recliners."""
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(here, "_standing", [])
    opened = VisitRoom(tmp_path, recliners=2)
    try:
        opened.rig.order("begin_session", "recliner:R2", label="JD-14", protocol="mood40")
        until(lambda: opened.live.recliners["R2"]["session"], "somebody sits in R2")
        yield opened
    finally:
        opened.close()


def test_a_label_that_sits_elsewhere_is_told_and_begins_when_entered_again(two: VisitRoom) -> None:
    nurse = two.nurse().type("begin-label", "JD-14").press(words.BEGIN)
    told = "JD-14 sits in R2 already (Intake). Enter it again to begin here with it too."
    assert told in nurse.said()
    assert two.picture["session"] is None
    nurse.type("begin-label", "JD-15").press(words.BEGIN)
    assert two.picture["session"]["label"] == "JD-15"


def test_a_label_that_is_meant_in_two_places_is_taken_the_second_time(two: VisitRoom) -> None:
    nurse = two.nurse().type("begin-label", "JD-14").press(words.BEGIN).press(words.BEGIN)
    assert "sits in R2" not in nurse.said()
    assert two.picture["session"]["label"] == "JD-14"


def test_the_recliners_page_tells_of_a_label_that_sits_elsewhere_too(two: VisitRoom) -> None:
    page = AppTest.from_file(str(PAGE.with_name("recliner.py")), default_timeout=30)
    page.session_state["person"] = "A. Nurse"

    def begin() -> None:
        (label,) = [one for one in page.text_input if one.label == "Label"]
        label.set_value("JD-14")
        (button,) = [one for one in page.button if one.label == "Begin session"]
        button.click().run()

    page.run()
    begin()
    assert any("sits in R2 already" in read_plain(one.value) for one in page.caption)
    assert two.picture["session"] is None
    begin()
    until(lambda: two.picture["session"], "it begins when entered again")


def test_a_custom_protocol_asks_for_its_time_with_the_range_beside_it(room: VisitRoom) -> None:
    nurse = room.nurse().choose("begin-protocol", "custom").draw()
    nurse.type("begin-label", "17").number("begin-planned-custom", 500).press(words.BEGIN)
    assert words.PLANNED_WANTED.format(low=30, high=360, given="500") in nurse.said()
    nurse.number("begin-planned-custom", 90).press(words.BEGIN)
    assert room.picture["session"]["planned_s"] == 5400


# ---- intake


@pytest.mark.parametrize(
    ("field", "value", "unit", "told"),
    [
        ("weight_kg", 3.0, None, "20 to 350 kg"),
        ("food_hours", 400.0, None, "0 to 168 hours"),
        ("dose-amount", 40.0, "mg/kg", "was 40 mg meant?"),
        ("dose-amount", 600.0, "mg/h", "coma doses, which are out of scope"),
        ("dose-amount", 0.5, None, words.DOSE_UNIT_WANTED),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_nothing_is_recorded(
    room: VisitRoom, field: str, value: float, unit: str | None, told: str
) -> None:
    begun(room)
    nurse = room.nurse().number("intake-weight_kg", 70).number(f"intake-{field}", value)
    if unit:
        nurse.choose("intake-dose-unit", unit)
    nurse.press(words.RECORD_INTAKE)
    name = field.removesuffix("-amount")
    plates = [one for one in nurse.said().splitlines() if f"data-fault='{name}'" in one]
    assert any(told in plate for plate in plates), plates
    assert room.picture["visit"]["intake_by"] is None


def test_an_unusual_weight_is_asked_twice_and_then_stands(room: VisitRoom) -> None:
    begun(room)
    nurse = room.nurse().number("intake-weight_kg", 38).press(words.RECORD_INTAKE)
    assert "outside 40 to 200" in nurse.said()
    assert words.CONFIRM_BELOW in nurse.said().lower()
    assert "nter it again" not in nurse.said()
    nurse.press(words.RECORD_INTAKE)
    assert room.picture["visit"]["intake_by"] is None
    nurse.tick("intake-weight_kg-confirm-weight_kg=38").press(words.RECORD_INTAKE)
    assert room.picture["visit"]["intake"]["weight_kg"] == 38
    nurse.type("intake-iv_site", "left hand").press(words.RECORD_INTAKE)
    assert room.picture["visit"]["intake"]["iv_site"] == "left hand"


def test_of_two_who_fill_in_the_intake_the_second_is_told_and_overwrites_nothing(
    room: VisitRoom,
) -> None:
    begun(room)
    first, second = room.nurse("A. Nurse"), room.nurse("B. Nurse")
    first.number("intake-weight_kg", 70).press(words.RECORD_INTAKE)
    second.number("intake-weight_kg", 90).press(words.RECORD_INTAKE)
    told = words.CHANGED_MEANWHILE.format(name="A. Nurse", fields="Weight, Label")
    assert told in second.said()
    here = words.CHANGED_HERE.format(name="A. Nurse", fields="Weight, Label")
    for mark in ("data-refused='intake'", "data-told='refused'"):
        assert any(mark in one and here in one for one in second.said().splitlines()), mark
    assert room.picture["visit"]["intake"]["weight_kg"] == 70
    second.press(words.TAKE_OVER.format(name="A. Nurse"))
    assert second._field("number_input", "intake-weight_kg").value == 70
    second.type("intake-iv_site", "hand").press(words.RECORD_INTAKE)
    assert room.picture["visit"]["intake"]["weight_kg"] == 70
    assert room.picture["visit"]["intake_by"] == "B. Nurse"


def test_the_range_beside_a_field_is_the_one_it_is_judged_by() -> None:
    for name, label in words.FIELDS.items():
        found = re.search(r"\((\d+)–(\d+)\)", label)
        if found is None:
            continue
        low, high = float(found[1]), float(found[2])
        tokens = [f"weight_kg={edge:g}" for edge in (low, high)]
        for edge in (low, high):
            read_intake({name: edge}, planned_s=2400, confirmed=tokens)
        for beyond in (low - 1, high + 1):
            with pytest.raises(IntakeRefused):
                read_intake({name: beyond}, planned_s=2400)


# ---- the gate


def test_a_high_baseline_takes_a_physicians_name_and_reason(room: VisitRoom) -> None:
    in_baseline(room, systolic=172, diastolic=104)
    nurse = room.nurse()
    said = nurse.said()
    assert "172/104 mmHg" in said
    assert "data-gate='physician'" in said
    nurse.press(words.START["infusion"])
    assert words.PHYSICIAN_WANTED["name"] in nurse.said()
    assert room.picture["session"]["phase"] == "baseline"
    nurse._field("selectbox", "physician").set_value("Dr. B")
    nurse.type("physician-reason", "treated hypertension").press(words.START["infusion"])
    assert room.picture["session"]["phase"] == "infusing"
    assert words.PUMP in nurse.said()


def test_a_cuff_on_the_iv_arm_is_told_before_the_drug_and_the_cadence_stays_closed(
    room: VisitRoom,
) -> None:
    in_baseline(room)
    nurse = room.nurse().choose("intake-cuff_arm", "left").choose("intake-iv_arm", "left")
    nurse.press(words.RECORD_INTAKE)
    assert words.CONFLICT["cuff_on_iv_arm"] in nurse.said()
    assert nurse.button(words.ARM).help == words.CONFLICT["cuff_on_iv_arm"]
    assert nurse.button(words.STAT).help == pages_en.CUFF_ON_IV


def test_while_a_stat_series_runs_nothing_says_that_no_reading_starts_by_itself(
    room: VisitRoom,
) -> None:
    in_baseline(room)
    room.order("record_intake", form={"cuff_arm": "right", "iv_arm": "left"})
    nurse = room.nurse()
    assert words.DISARMED in nurse.said()
    nurse.press(words.STAT)
    assert words.STAT_RUNS in nurse.said()
    assert words.DISARMED not in nurse.said()


def test_under_18_the_drug_waits_until_a_person_chose_limits(room: VisitRoom) -> None:
    in_baseline(room)
    nurse = room.nurse().number("intake-age_years", 16).press(words.RECORD_INTAKE)
    assert words.MINOR in nurse.said()
    nurse.press(words.START["infusion"])
    assert "choose limits first" in nurse.said()
    nurse.choose("limits-preset", "mood").type("limits-reason", "Dr. B agreed")
    nurse.press(words.LOAD_LIMITS)
    nurse.press(words.START["infusion"])
    assert room.picture["session"]["phase"] == "infusing"


# ---- running


def test_a_medicine_takes_one_tap_at_the_time_chosen_and_a_slip_of_two_taps_is_one(
    room: VisitRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    infusing(room)
    tapped_ms = world_utc_ms()
    monkeypatch.setattr("views.visit_forms.entering.world_utc_ms", lambda: tapped_ms)
    nurse = room.nurse().number("amount-midazolam", 2).choose("when-", 5)
    nurse.press(words.MEDICINE_NAMES["midazolam"])
    nurse.press(words.SIDE_EFFECT_NAMES["nausea"]).press(words.SIDE_EFFECT_NAMES["nausea"])
    found = {one.kind: one for one in entries(room) if one.kind in ("medicine", "side_effect")}
    medicine = found["medicine"]
    assert (medicine.payload["name"], medicine.payload["amount"]) == ("midazolam", 2)
    back_ms = medicine.payload["recorded_utc_ms"] - medicine.at_utc_ms
    assert 60_000 < back_ms < 12 * 60_000
    assert [one.kind for one in entries(room)].count("side_effect") == 1


def test_an_entry_is_corrected_by_a_new_one_and_taken_back_with_a_reason(
    room: VisitRoom,
) -> None:
    infusing(room)
    nurse = room.nurse().number("amount-ondansetron", 8)
    nurse.press(words.MEDICINE_NAMES["ondansetron"]).press(words.CORRECT)
    assert "data-correcting='medicine'" in nurse.said()
    assert nurse.button(words.SIDE_EFFECT_NAMES["headache"]).help == words.OTHER_KIND
    nurse.number("amount-ondansetron", 4).press(words.MEDICINE_NAMES["ondansetron"])
    first, second = (one for one in entries(room) if one.kind == "medicine")
    assert (second.corrects, second.payload["amount"]) == (first.entry_id, 4)
    assert second.at_utc_ms == first.at_utc_ms
    assert "(corrected to Medicine: ondansetron 4 mg, " in nurse.said()
    nurse.press(words.TAKE_BACK)
    assert words.REASON_WANTED in nurse.said()
    nurse.choose(f"take-back-{second.entry_id}-reason", "Tapped by mistake").press(words.TAKE_BACK)
    assert f"({words.TAKEN_BACK})" in nurse.said()
    assert entries(room)[-1].payload["reason"] == "Tapped by mistake"


def test_a_score_is_corrected_with_the_buttons_of_its_own_scale(room: VisitRoom) -> None:
    infusing(room)
    nurse = room.nurse().rate("nausea", 1).press(words.CORRECT)

    def refused(scale: str) -> bool:
        (found,) = [one for one in nurse.page.button if str(one.key).startswith(f"scale-{scale}-2")]
        return bool(found.disabled)

    assert [refused("nausea"), refused("dissociation"), refused("sedation")] == [False, True, True]
    nurse.press(words.CORRECT_CANCEL)
    assert not refused("dissociation")


def test_an_entry_beyond_the_newest_can_still_be_taken_back(room: VisitRoom) -> None:
    infusing(room)
    for hour in range(14):
        room.order("enter", kind="note", values={"text": f"note {hour}"})
    nurse = room.nurse()
    assert "Note: note 13" in nurse.said()
    assert "Note: note 0 " not in nurse.said()
    nurse.turn("all-entries")
    assert "Note: note 0 " in nurse.said()
    offered = [one.label for one in nurse.page.button].count(words.CORRECT)
    assert offered == [one.kind for one in entries(room)].count("note")


def test_what_is_overdue_stands_out_until_it_is_done(room: VisitRoom) -> None:
    infusing(room)
    room.pass_minutes(21)
    nurse = room.nurse()
    overdue = next(one for one in nurse.said().splitlines() if "data-checks='overdue'" in one)
    assert "OVERDUE Orientation" in overdue
    nurse.press(words.ORIENTED_FULLY)
    nurse.rate("sedation", 4)
    said = nurse.look()
    overdue = next(one for one in said.splitlines() if "data-checks='overdue'" in one)
    assert "Orientation" not in overdue
    assert "Sedation" not in overdue
    assert "OVERDUE Dissociation" in overdue


def test_an_unusual_rate_is_asked_twice_and_a_coma_dose_refused(room: VisitRoom) -> None:
    infusing(room)
    nurse = room.nurse().number("rate-amount", 2.5).choose("rate-unit", "mg/kg/h")
    nurse.press(words.RECORD_RATE)
    assert "Press again if 2.5 mg/kg/h is right" in nurse.said()
    assert not any(one.kind == "rate_change" for one in entries(room))
    nurse.press(words.RECORD_RATE)
    assert [o.payload["rate"] for o in entries(room) if o.kind == "rate_change"] == ["2.5 mg/kg/h"]
    nurse.number("rate-amount", 600).choose("rate-unit", "mg/h").press(words.RECORD_RATE)
    assert "coma doses" in nurse.said()
    assert [o.kind for o in entries(room)].count("rate_change") == 1


def test_an_early_stop_wants_a_reason_and_a_new_plan_too(room: VisitRoom) -> None:
    infusing(room)
    nurse = room.nurse().press(words.STOP_NOW)
    assert words.REASON_WANTED in nurse.said()
    nurse.choose("extend-more-40", 10).choose("extend-reason", "Physician's order")
    nurse.press(words.EXTEND_BUTTON)
    assert room.picture["session"]["planned_s"] == 3000
    room.pass_minutes(3)
    nurse.draw().number("extend-to-50", 2).press(words.EXTEND_BUTTON)
    assert "have run already. Press again if 2 min is right." in nurse.said()
    assert room.picture["session"]["planned_s"] == 3000
    nurse.number("extend-to-50", 2).press(words.EXTEND_BUTTON)
    assert room.picture["session"]["planned_s"] == 120
    nurse.press(words.PAUSE)
    assert "PAUSED since" in nurse.look()
    nurse.press(words.RESUME)
    nurse.choose("stop-reason", "Side effects").press(words.STOP_NOW)
    assert room.picture["session"]["phase"] == "recovery"


# ---- the cuff


def test_the_cadence_is_armed_here_by_name_and_its_lateness_told_in_words(
    room: VisitRoom,
) -> None:
    infusing(room)
    nurse = room.nurse().press(words.ARM)
    assert "say which arm has the cuff and which the IV" in nurse.said()
    room.order("record_intake", form={"iv_arm": "left"})
    nurse.press(words.ARM)
    assert words.ARMED.format(name="A. Nurse") in nurse.said()
    nurse.press(words.DISARM)
    nurse.choose("interval-every", 10.0).press(words.INTERVAL_RECORD)
    room.sees(lambda p: p["nibp"]["interval_s"] == 600, "the interval is ten minutes")
    room.pass_minutes(16)
    said = nurse.look()
    assert "data-cuff='technical'" in said
    assert words.OVERDUE_REASONS["not_started"] in said


# ---- leaving


def test_what_is_missing_is_named_and_leaving_without_it_needs_a_reason(room: VisitRoom) -> None:
    in_recovery(room)
    nurse = room.nurse()
    missing = next(one for one in nurse.said().splitlines() if "data-missing=" in one)
    for name in ("pressure", "oriented", "steady", "escort", "advice"):
        assert words.ITEMS[name] in missing
    nurse.press(words.DISCHARGE_WITHOUT)
    assert words.REASON_WANTED in nurse.said()
    assert room.picture["session"]["phase"] == "recovery"
    nurse.choose("leave-reason", "Against advice").press(words.DISCHARGE_WITHOUT)
    assert room.picture["session"] is None
    assert words.BEGIN_HEAD.format(recliner="R1") in nurse.look()


def test_a_patient_with_nothing_missing_is_discharged_with_one_tap(room: VisitRoom) -> None:
    in_recovery(room)
    nurse = room.nurse().press(words.ORIENTED_FULLY).press(words.STEADY_WORDS[True])
    nurse.rate("nausea", 0)
    nurse.rate("dissociation", 0)
    nurse.press(words.TICKS["advice_given"])
    nurse.choose("leave-escort", "driver").type("leave-escort-name", "Ana")
    nurse.press(words.ESCORT_RECORD)
    for item in words.ALDRETE_ITEMS:
        nurse.choose(f"aldrete-{item}", 2)
    nurse.press(words.SCORE_RECORD.format(title=words.ALDRETE_TITLE))
    for _ in range(2):
        room.measure()
        room.pass_minutes(11)
    assert words.ALL_THERE in nurse.look()
    assert room.picture["visit"]["intake"]["weight_kg"] == 70
    nurse.press(words.DISCHARGE)
    assert room.picture["session"] is None


# ---- the model


def test_the_models_line_names_its_paper_and_says_that_it_is_none(room: VisitRoom) -> None:
    infusing(room)
    room.pass_minutes(5)
    nurse = room.nurse().choose("section-running", "record").draw()
    nurse.page.selectbox(key="drug_model").set_value("kamp2020")
    said = nurse.look()
    assert "MODEL, not a measurement" in said
    assert "Anesthesiology 2020" in said
