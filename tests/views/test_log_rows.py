"""What stands in the tables, files and figures of the pages around the wall, without a page."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import date

import pytest

from monitors.clinic.alarm_event import Transition
from monitors.clinic.conditions import Condition, Priority
from monitors.clinic.phases import Phase
from monitors.clinic.preset_file import load_preset
from monitors.clinic.protocol_toml import built_in, parse, to_toml
from monitors.config import parse as clinic_of
from monitors.devices.usb import PortDescription, UsbIdentity
from monitors.errors import TransportError
from monitors.readings import Vital
from monitors.store.answers import AlarmRow, PhaseRow, SessionRow
from views import page_frame
from views.alarm_rows import Choice, Shifts, chosen, load_rows, log_csv, table_row, tame, watched
from views.comparison import compared, recording_of_file
from views.comparison_figure import figure_of, lanes_of, spo2_view
from views.local_time import LocalTime
from views.ports import owner_of, probing
from views.protocol_forms import (
    Mistake,
    check_rows,
    cuff_rows,
    file_text,
    mistakes_of,
    record_of,
)
from views.visits import session_of
from views.words import log_en as words

T0 = 1_772_625_600_000
HOUR_MS = 3_600_000
BERLIN = LocalTime.of("Europe/Berlin")


def row(transition: str = "start", at_s: float = 0, **more: object) -> AlarmRow:
    told: dict[str, object] = {
        "recliner": "R1",
        "session_id": "s1",
        "at_utc_ms": T0 + round(at_s * 1000),
        "since_utc_ms": T0,
        "condition": "spo2_low",
        "kind": "physiological",
        "priority": "high",
        "transition": transition,
        "event": "196670^MDC_EVT_LO^MDC",
        "vital": "spo2_pct",
        "value": 86.0,
        "worst": 85.0,
        "bound": 90.0,
        "direction": "below",
        "phase": "start",
        "state": "active",
        "inactivation": "enabled",
        "device_id": None,
        "by": None,
        "reason": None,
        "details": {},
    }
    return AlarmRow(**(told | more))  # type: ignore[arg-type]


def stored_session(ended_ms: int | None = None) -> SessionRow:
    phases = [PhaseRow("s1", "intake", T0, 0, "N", None)]
    if ended_ms is not None:
        phases.append(PhaseRow("s1", "discharged", ended_ms, 1, "N", None))
    details = {"protocol": built_in()["mood40"].to_record()}
    told = ("s1", "R1", "Room A", "AB", "mood40", "infusion", 2400, T0, "N", True, 1.0, details)
    return SessionRow(*told, tuple(phases))


# ---- words


def test_every_condition_priority_transition_and_phase_has_its_word() -> None:
    assert {str(one) for one in Condition} <= set(words.CONDITIONS)
    assert {str(one) for one in Priority} == set(words.PRIORITIES)
    assert {str(one) for one in Transition} == set(words.TRANSITIONS)
    assert {str(one) for one in Phase} <= set(words.PHASES)


# ---- local time


def test_a_day_on_which_the_clocks_change_has_its_true_length() -> None:
    begins, ends = BERLIN.span(date(2026, 3, 29))
    assert ends - begins == 23 * HOUR_MS
    assert BERLIN.clock(begins) == "00:00:00"
    assert BERLIN.span(date(2026, 3, 28), date(2026, 3, 29))[1] == ends


def test_an_unknown_zone_is_the_machines_own() -> None:
    assert LocalTime.of("No/Such") == LocalTime.of(None) == LocalTime()


# ---- alarm log


def test_a_choice_narrows_by_every_column_at_once_and_turns_the_order() -> None:
    rows = [row(), row(recliner="R2"), row(priority="low"), row(session_id=None), row("end", 9)]
    assert chosen(rows, Choice()) == rows[::-1]
    wanted = Choice("R1", "s1", ("spo2_low",), ("high",))
    assert chosen(rows, wanted) == [rows[4], rows[0]]


def test_the_csv_begins_with_what_it_is_and_every_row_carries_the_mark() -> None:
    text = log_csv([row()], BERLIN, clinic="Test room", is_simulated=True, labels={"s1": "AB"})
    head, *rest = text.splitlines()
    assert head.startswith(f"# {words.SIMULATED} {words.DISCLAIMER} Test room")
    (read,) = csv.DictReader(io.StringIO("\n".join(rest)))
    assert (read["simulated"], read["at_utc_ms"], read["Session"]) == ("true", str(T0), "AB")
    assert (read["Time"], read["Limit"]) == ("2026-03-04 13:00:00", "below 90")
    real = log_csv([row()], BERLIN, clinic="C", is_simulated=False)
    assert words.SIMULATED not in real
    assert ",false" in real


def test_a_row_names_what_a_latched_alarm_goes_on_telling() -> None:
    told = {"limit_words": "below 93", "latched": "high, below 90, worst 85"}
    shown = table_row(row("end", priority="medium", state="latched", details=told), BERLIN)
    assert shown["Limit"] == "below 93 (latched: high, below 90, worst 85)"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert tame(cell) == f"'{cell}"
    assert tame(-5.0) == -5.0


def test_a_shift_over_midnight_belongs_to_the_day_it_began_on() -> None:
    shifts = Shifts.read("7, 15, 23", BERLIN)
    assert shifts is not None
    names = {BERLIN.stamp(at)[:16]: shifts.of(at) for at in range(T0, T0 + 24 * HOUR_MS, HOUR_MS)}
    assert names["2026-03-04 13:00"] == "2026-03-04 07–15 h"
    assert names["2026-03-04 23:00"] == names["2026-03-05 06:00"] == "2026-03-04 23–07 h"
    assert names["2026-03-05 07:00"] == "2026-03-05 07–15 h"


@pytest.mark.parametrize("text", ["", "x", "7, 7", "15, 7", "7, 24", "-1"])
def test_shifts_that_make_no_sense_are_not_read(text: str) -> None:
    assert Shifts.read(text, BERLIN) is None


def test_an_hour_counts_only_where_a_session_was_under_way() -> None:
    span = (T0 - HOUR_MS, T0 + 4 * HOUR_MS)
    assert watched([stored_session(T0 + HOUR_MS)], span) == [("R1", T0, T0 + HOUR_MS)]
    assert watched([stored_session()], span) == [("R1", T0, span[1])]
    shifts = Shifts.read("0", BERLIN)
    assert shifts is not None
    rows = [row("start", 10), row("end", 20), row("start", 60), row("acknowledge", 90)]
    (load,) = load_rows(rows, [stored_session(T0 + 2 * HOUR_MS)], shifts, span)
    assert (load.alarms, load.per_hour, load.short_share, load.answer_s) == (2, 1.0, 0.5, 30.0)
    assert load.limit_words == "below 90"


def test_a_row_of_another_version_is_left_out_of_the_load() -> None:
    shifts = Shifts.read("0", BERLIN)
    assert shifts is not None
    rows = [row(condition="brand_new"), row(transition="brand_new")]
    assert load_rows(rows, [], shifts, (T0, T0 + 1)) == ()


# ---- what-if


def recorded(lowest: int = 85) -> bytes:
    lines = ["Time [s],HR,PULSE,RESP,SpO2"]
    for second in range(240):
        spo2 = "" if 200 <= second < 230 else lowest if 60 <= second < 120 else 97
        lines.append(f"{second},80,80,14,{spo2}")
    return "\n".join(lines).encode()


def test_a_curve_breaks_where_nothing_was_measured() -> None:
    recording = recording_of_file(recorded(), "x.csv")
    curve = recording.curve(Vital.SPO2)
    assert (200_000, None) in curve
    assert recording.length_ms == 239_000


def test_the_figure_has_both_timelines_and_rings_what_one_side_tells_alone() -> None:
    recording = recording_of_file(recorded(), "x.csv")
    mood = load_preset("mood")
    kept = tuple(one for one in mood.limits if not str(one.condition).startswith("spo2"))
    deaf = type(mood)("deaf", mood.dated, mood.source, kept)
    outcomes = compared(recording, mood, deaf)
    assert [str(one.condition) for one in outcomes[1].missed] == ["spo2_low"]
    figure = figure_of(recording, outcomes, ("A", "B"))
    sides = {trace["meta"].get("limits") for trace in figure["data"] if "meta" in trace}
    assert "A" in sides
    ringed = [trace for trace in figure["data"] if trace.get("meta", {}).get("alone")]
    assert [(ring["meta"]["alone"], len(ring["x"])) for ring in ringed] == [("A", 1)]
    assert Condition.SPO2_LOW in lanes_of(outcomes)


@pytest.mark.parametrize(("lowest", "floor"), [(85, 80), (74, 70), (60, 50), (44, 0)])
def test_no_saturation_leaves_the_figure(lowest: int, floor: int) -> None:
    assert spo2_view(recording_of_file(recorded(lowest), "x.csv"))[0] == floor


def test_red_and_yellow_are_the_alarms_alone() -> None:
    recording = recording_of_file(recorded(), "x.csv")
    mood = load_preset("mood")
    figure = figure_of(recording, compared(recording, mood, mood), ("A", "B"))
    others = [trace for trace in figure["data"] if "priority" not in trace.get("meta", {})]
    assert not re.search("#e5202a|#ffd02e", str(others))


# ---- visits


def test_a_stored_session_is_put_together_again_with_its_protocol() -> None:
    session = session_of(stored_session(T0 + HOUR_MS))
    assert session is not None
    assert session.plan == built_in()["mood40"]
    assert (session.began_ms, session.ended_ms) == (T0, T0 + HOUR_MS)
    assert session_of(SessionRow(*[getattr(stored_session(), n) for n in FIELDS], ())) is None


FIELDS = [name for name in SessionRow.__dataclass_fields__ if name != "phases"]


# ---- protocols


@pytest.mark.parametrize("name", list(built_in()))
def test_a_preset_goes_through_the_form_unchanged(name: str) -> None:
    preset = built_in()[name]
    told = preset.to_record()
    fields = {key: value for key, value in told.items() if key not in ("cuff", "checks")}
    record = record_of(fields, cuff_rows(preset), check_rows(preset))
    assert parse(file_text((), record, name)) == (preset,)


def test_the_clinics_other_presets_stay_as_they_are() -> None:
    own = (built_in()["mood40"], built_in()["pain2h"])
    record = built_in()["mood40"].to_record() | {"planned_min": 50}
    saved = parse(file_text(own, record, "mood40"))
    assert [(one.name, one.planned_min) for one in saved] == [("mood40", 50), ("pain2h", 120)]
    added = parse(file_text(own, record | {"name": "own"}, "own"))
    assert [one.name for one in added] == ["mood40", "pain2h", "own"]


def test_what_is_no_number_reaches_the_reader_and_is_named_with_its_line() -> None:
    preset = built_in()["mood40"]
    rows = [row | {"dosed_min": "15, soon"} for row in check_rows(preset)]
    record = record_of(preset.to_record(), cuff_rows(preset), rows)
    text = file_text((), record, "mood40")
    (wrong,) = mistakes_of(text)
    assert "soon" in wrong.words
    assert wrong.line is not None
    assert text.splitlines()[wrong.line - 1].startswith("dosed_min")


def test_a_text_that_is_no_toml_is_named_with_its_line() -> None:
    (wrong,) = mistakes_of(to_toml((built_in()["mood40"],)) + "\nthis is = = nothing\n")
    assert wrong.line is not None
    assert "TOML" in wrong.words
    assert mistakes_of(to_toml((built_in()["mood40"],))) == []
    assert mistakes_of("protocols = []")[0] == Mistake(
        1, "no protocol is given: write [[protocols]] tables"
    )


# ---- ports

CLINIC = """
[[recliners]]
name = "R1"
[[recliners.devices]]
device = "nonin-df2"
port = "/dev/ttyUSB0"
serial_number = "A50285BI"
"""


def test_a_port_is_known_by_its_name_and_by_its_adapter() -> None:
    clinic = clinic_of(CLINIC)
    moved = PortDescription("/dev/ttyUSB7", "", UsbIdentity(0x0403, 0x6001, "A50285BI"))
    other = PortDescription("/dev/ttyUSB8", "", UsbIdentity(0x0403, 0x6001, "B7777777"))
    listed = [moved, other]
    assert owner_of("/dev/ttyUSB0", clinic, (), listed) == "R1/oximeter"
    assert owner_of("/dev/ttyUSB7", clinic, (), listed) == "R1/oximeter"
    assert owner_of("/dev/ttyUSB8", clinic, (), listed) is None
    seen = {"device_id": "R9/cuff", "port": "/dev/ttyUSB3", "identity": "0403:6001/B7777777"}
    assert owner_of("/dev/ttyUSB8", clinic, [{"devices": [seen]}], listed) == "R9/cuff"


def test_two_pages_do_not_probe_one_port() -> None:
    with probing("socket://localhost:5001"):
        with (
            pytest.raises(TransportError, match="another page"),
            probing("socket://127.0.0.1:5001"),
        ):
            pass
        with probing("socket://127.0.0.1:5002"):
            pass
    with probing("socket://127.0.0.1:5001"):
        pass


# ---- the sign of life


def test_the_sign_of_life_is_one_module_that_fetches_nothing() -> None:
    script = page_frame.badge_script()
    declared = re.findall(r"^(?:export )?(?:class|function|const|let) (\w+)", script, re.MULTILINE)
    assert [name for name, count in Counter(declared).items() if count > 1] == []
    assert script.count("export default") == 1
    assert not re.search(r"^import |innerHTML|https?://(?!www\.w3\.org)", script, re.MULTILINE)
