"""The pages around the wall as their users meet them, on a real store."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitors.decode import parse_hex
from tests.views.log_room import Room, alarm_fact, open_room, past_visit, running_visit
from tests.views.tables import tables
from views.plain import read_plain
from views.words import log_en as words

DAY = date(2026, 3, 4)
TRANSCRIPTS = Path(__file__).resolve().parents[1] / "devices" / "transcripts"
AS_OF = words.AS_OF.replace("{time}", r"\d\d:\d\d:\d\d")
EVERY_PAGE = ("alarm_log", "what_if", "day", "protocols", "devices")


@pytest.fixture(autouse=True)
def _runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Return a room with a past visit, a running one, and a file for its own protocols."""
    facts = [*past_visit(), *running_visit()]
    with open_room(tmp_path, facts, 'protocols = "protocols.toml"') as opened:
        yield opened


def said(page: AppTest) -> str:
    """Return everything a page says outside its tables."""
    assert not page.exception, page.exception
    html = [one.proto.body for one in page.get("html")]
    told = [
        read_plain(one.value) for kind in (page.markdown, page.caption, page.info) for one in kind
    ]
    return "\n".join([*html, *told, *(one.value for one in page.code)])


def table(page: AppTest, number: int = 0) -> list[dict[str, object]]:
    """Return the rows of a page's table."""
    return list(page.dataframe[number].value.to_dict("records"))


def log_table(page: AppTest) -> list[dict[str, str]]:
    """Return the rows of the alarm log."""
    return tables(page)[0]


def log_of_the_day(room: Room) -> AppTest:
    """Return the alarm log of the day of the tests."""
    page = room.page("alarm_log")
    page.date_input(key="log_from").set_value(DAY)
    return page.date_input(key="log_to").set_value(DAY).run()


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_every_page_says_that_it_is_secondary_and_simulated(room: Room, name: str) -> None:
    told = said(room.page(name))
    assert words.SECONDARY in told
    assert words.SIMULATED in told


@pytest.mark.parametrize("name", ["alarm_log", "what_if", "day"])
def test_a_page_without_a_store_says_so_and_does_not_break(tmp_path: Path, name: str) -> None:
    with open_room(tmp_path) as room:
        page = room.page(name)
        assert not page.exception
        assert "there is no journal" in " ".join(one.value for one in page.info)


# ---- alarm log


def test_the_log_shows_the_newest_transition_first_with_all_facets(room: Room) -> None:
    rows = log_table(log_of_the_day(room))
    assert [row["What"] for row in rows] == [
        "began", "hold ended", "ended", "acknowledged", "began",
    ]  # fmt: skip
    acknowledged = rows[3]
    assert list(acknowledged)[-1] == words.MACHINE_CODE
    assert acknowledged[words.MACHINE_CODE] == "196670^MDC_EVT_LO^MDC"
    assert acknowledged["Source"] == "SpO₂"
    assert (acknowledged["Value"], acknowledged["Limit"]) == ("86", "below 90")
    assert (acknowledged["Phase"], acknowledged["State"]) == ("goes on", "stands")
    assert acknowledged["Inactivation"] == "acknowledged"
    assert acknowledged["Who"] == "Dr. B"
    assert "AB-1" in str(acknowledged["Session"])


def test_the_log_is_narrowed_by_recliner_alarm_priority_and_session(room: Room) -> None:
    page = log_of_the_day(room)
    page.selectbox(key="log_recliner").set_value("R2").run()
    assert [row["Alarm"] for row in log_table(page)] == ["probe off"]
    page.selectbox(key="log_recliner").set_value(words.ALL)
    page.multiselect(key="log_conditions").set_value(["spo2_low"]).run()
    assert [row["Alarm"] for row in log_table(page)] == ["SpO₂ low"] * 3
    page.multiselect(key="log_conditions").set_value([])
    page.multiselect(key="log_priorities").set_value(["low"]).run()
    assert len(log_table(page)) == 2
    page.selectbox(key="log_session").set_value("runs").run()
    assert [row["Recliner"] for row in log_table(page)] == ["R2"]


def test_days_in_the_wrong_order_are_refused(room: Room) -> None:
    page = log_of_the_day(room)
    page.date_input(key="log_to").set_value(date(2026, 3, 1)).run()
    assert words.DAYS_WRONG in said(page)


def test_a_long_log_is_paged(tmp_path: Path) -> None:
    many = [alarm_fact("start", 610 + second) for second in range(70)]
    with open_room(tmp_path, [*past_visit(), *many]) as room:
        page = log_of_the_day(room)
        first = log_table(page)
        assert len(first) == 50
        page.button(key="log_older").click().run()
        second = log_table(page)
        assert len(second) == 23
        assert str(second[0]["Time"]) < str(first[-1]["Time"])


def test_the_load_report_counts_what_the_log_holds(room: Room) -> None:
    page = log_of_the_day(room)
    page.text_input(key="load_shifts").set_value("0, 12").run()
    rows = table(page)
    low = next(row for row in rows if row["Alarm"] == "SpO₂ low")
    assert (low["Alarms"], low["Limit"], low["Acknowledged"]) == ("1", "below 90", "1")
    assert low["Median answer, s"] == "21"
    assert low["Over by itself within 15 s"] == "0%"
    held = next(row for row in rows if row["Alarm"] == words.HELD)
    assert held["Held, s"] == "12"


def test_hours_of_shifts_that_make_no_sense_are_named(room: Room) -> None:
    page = log_of_the_day(room)
    page.text_input(key="load_shifts").set_value("15, 7").run()
    assert words.SHIFTS_WRONG in said(page)


# ---- what-if


def test_two_presets_are_held_against_a_stored_session(room: Room) -> None:
    page = room.page("what_if")
    page.selectbox(key="what_if_session").set_value("past").run()
    assert words.WHAT_IF_LEAVES_OUT in said(page)
    assert not page.exception
    counts = {row["Alarm"]: row for row in table(page)}
    assert counts["SpO₂ low"]["A mood"] == counts["SpO₂ low"]["B default"] == 1
    assert [metric.value for metric in page.metric][1] != "0.0"
    assert len(page.get("plotly_chart")) == 1


def test_what_a_running_session_comes_to_is_told_with_its_time(room: Room) -> None:
    page = room.page("what_if")
    page.selectbox(key="what_if_session").set_value("past").run()
    assert not [button for button in page.button if button.key == "what_if_again"]
    page.selectbox(key="what_if_session").set_value("runs").run()
    assert re.search(AS_OF, said(page))
    page.button(key="what_if_again").click().run()
    assert re.search(AS_OF, said(page))


@pytest.mark.parametrize(("name", "key"), [("alarm_log", "log_again"), ("day", "day_again")])
def test_a_page_that_tells_the_present_says_of_what_time(room: Room, name: str, key: str) -> None:
    page = room.page(name)
    page.button(key=key).click().run()
    assert re.search(AS_OF, said(page))


def test_no_figure_offers_a_picture_without_the_words_of_the_page(room: Room) -> None:
    page = room.page("what_if")
    page.selectbox(key="what_if_session").set_value("past").run()
    config = json.loads(page.get("plotly_chart")[0].proto.config)
    assert config["modeBarButtonsToRemove"] == ["toImage"]


def test_what_one_set_of_limits_misses_is_listed(room: Room, tmp_path: Path) -> None:
    page = room.page("what_if")
    page.selectbox(key="what_if_session").set_value("past")
    page.selectbox(key="what_if_limits_1").set_value("own").run()
    assert words.OWN_LIMITS_WANTED in said(page)
    deaf = """
name = "deaf"
date = 2026-01-01
source = "a test"
based_on = "mood"
[[limits]]
condition = "spo2_low"
when = "below"
source = "a test"
hysteresis = 2
[[limits.steps]]
bound = 80
priority = "high"
delay_s = 10
[[limits]]
condition = "spo2_very_low"
when = "below"
source = "a test"
hysteresis = 2
[[limits.steps]]
bound = 70
priority = "high"
delay_s = 0
"""
    page.file_uploader(key="what_if_toml_1").set_value(("deaf.toml", deaf.encode(), "text/plain"))
    page.run()
    assert not page.exception
    assert words.MISSED.format(own="B deaf", other="A mood") in said(page)
    missed = page.dataframe[1].value.to_dict("records")
    assert [row["Alarm"] for row in missed] == ["SpO₂ low"]
    assert words.NOTHING_MISSED.format(own="A mood", other="B deaf") in said(page)


def test_a_trend_file_is_compared_and_a_wrong_one_is_named(room: Room) -> None:
    page = room.page("what_if")
    page.segmented_control(key="what_if_source").set_value("file").run()
    assert words.WHAT_IF_NO_FILE in said(page)
    lines = ["Time [s], HR, PULSE, RESP, SpO2"]
    lines += [f"{second},80,80,14,{85 if second > 60 else 97}" for second in range(180)]
    given = ("bidmc.csv", "\n".join(lines).encode(), "text/csv")
    page.file_uploader(key="what_if_file").set_value(given).run()
    assert not page.exception
    assert "SpO₂ low" in {row["Alarm"] for row in table(page)}
    page.file_uploader(key="what_if_file").set_value(("x.csv", b"a,b\n1,2\n", "text/csv")).run()
    assert "no known trend file has these columns: a, b" in said(page)


# ---- day and series


def test_the_day_shows_who_sits_where_until_when(room: Room) -> None:
    page = room.page("day")
    page.date_input(key="day_day").set_value(DAY).run()
    assert not page.exception
    past, runs = table(page)
    assert (past["Room"], past["Recliner"], past["Label"]) == ("Room A", "R1", "AB-1")
    assert (past["Phase"], past["Protocol"]) == ("Discharged", "Mood 40")
    assert runs["Phase"] == "Baseline"
    assert str(runs["Until"]).startswith("expected until")
    page.date_input(key="day_day").set_value(date(2026, 3, 3)).run()
    assert words.DAY_EMPTY in said(page)


def test_the_series_has_the_main_figures_of_a_session(room: Room) -> None:
    page = room.page("day")
    page.selectbox(key="series_label").set_value("AB-1").run()
    (row,) = table(page, len(page.dataframe) - 1)
    assert (row["No."], row["Stated"]) == ("1", "3 of 6 (counted 1)")
    assert row["Highest systolic / diastolic"] == "152 / 94"
    assert (row["Lowest SpO₂"], row["Highest pulse"]) == ("86", "72")
    assert (row["Infused, min"], row["Alarms"]) == ("40.0", "1")
    assert row["Dose"] == "0.5 mg/kg"


# ---- protocols


def test_a_preset_edited_in_the_form_is_saved_by_a_named_person(room: Room) -> None:
    page = room.page("protocols")
    assert page.button(key="protocol_save_form").disabled
    page.number_input(key="protocol_planned_min_mood40").set_value(50)
    page.text_area(key="protocol_source_mood40").set_value("Dr. B, 2026")
    page.selectbox(key="protocol_by_form").set_value("Dr. B").run()
    with room.office():
        page.button(key="protocol_save_form").click().run()
    assert "Done" in said(page)
    (command,) = room.given
    assert (command.verb, command.target, command.by) == ("save_protocol", "system", "Dr. B")
    page = room.page("protocols")
    saved = next(row for row in table(page) if row["Name"] == "mood40")
    assert (saved["Planned, min"], saved["Source"]) == ("50", "Dr. B, 2026")
    assert saved["Whose"] == words.REPLACED


def test_a_wrong_preset_is_named_by_its_line_and_cannot_be_saved(room: Room) -> None:
    page = room.page("protocols")
    page.selectbox(key="protocol_by_form").set_value("Dr. B")
    page.number_input(key="protocol_planned_min_mood40").set_value(500).run()
    assert page.button(key="protocol_save_form").disabled
    assert "Line 8: 'planned_min'" in said(page)


def test_a_wrong_text_is_named_by_its_line(room: Room) -> None:
    page = room.page("protocols")
    text = '[[protocols]]\nname = "own"\ntitel = "x"\n'
    page.text_area(key="protocol_text").set_value(text)
    page.selectbox(key="protocol_by_text").set_value("Dr. B").run()
    told = said(page)
    assert "Line 3: there is no key 'titel'; did you mean 'title'?" in told
    assert page.button(key="protocol_save_text").disabled


def test_a_clinic_without_such_a_file_is_told_what_to_write(tmp_path: Path) -> None:
    with open_room(tmp_path, past_visit()) as room:
        page = room.page("protocols")
        page.selectbox(key="protocol_by_form").set_value("Dr. B").run()
        assert words.NO_PROTOCOL_FILE in said(page)
        assert page.button(key="protocol_save_form").disabled


# ---- devices


def test_each_configured_device_tells_its_counts_with_their_moment(room: Room) -> None:
    first, second = table(room.page("devices"))
    assert (first["Device"], first["State"]) == ("R1/oximeter", "answers")
    assert (first["Frames"], first["Bad checksums"], first["Bytes discarded"]) == ("750", "2", "17")
    assert first["Age then, s"] == "1.5"
    assert (second["State"], second["Last byte at"]) == ("never heard", "never")


def name_port(page: AppTest, port: str) -> None:
    """Name a port that the machine does not list."""
    page.radio(key="devices_port").set_value("").run()
    page.text_input(key="devices_named").set_value(port).run()


def test_a_port_in_use_is_not_probed(room: Room) -> None:
    page = room.page("devices")
    name_port(page, "socket://localhost:5001")
    page.button(key="devices_probe").click().run()
    assert "is used by R1/oximeter" in said(page)


def test_a_free_port_is_probed_and_its_lines_are_offered(room: Room) -> None:
    frames = parse_hex((TRANSCRIPTS / "nonin-df2" / "steady.hex").read_bytes(), "steady.hex")
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()
        device = threading.Thread(target=_speak, args=(server, frames, over))
        device.start()
        try:
            page = room.page("devices")
            port = f"socket://127.0.0.1:{server.getsockname()[1]}"
            name_port(page, port)
            page.button(key="devices_probe").click().run()
        finally:
            over.set()
            device.join()
    told = said(page)
    assert "Nonin" in told
    assert f'port = "{port}"' in told
    assert "simulated = true" in told


def _speak(server: socket.socket, frames: bytes, over: threading.Event) -> None:
    """Send frames to whoever connects, until the test is over."""
    server.settimeout(0.1)
    while not over.is_set():
        try:
            line, _ = server.accept()
        except TimeoutError:
            continue
        with line:
            try:
                while not over.wait(0.02):
                    line.sendall(frames)
            except OSError:
                continue
