"""The alarm log and the alarm load in the words and numbers of people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitors.clinic import alarms
from monitors.clinic.alarm_event import EventPhase, EventState, Inactivation
from monitors.clinic.alarm_load import LoadRow
from monitors.clinic.conditions import Condition
from tests.views.test_log_rows import BERLIN, row
from views.alarm_table import load_rows_shown, log_row
from views.words import log_en as words


def test_every_word_of_the_last_facets_and_every_column_is_told() -> None:
    assert {str(one) for one in EventPhase} <= set(words.FACETS["phase"])
    assert {str(one) for one in EventState} == set(words.FACETS["state"])
    assert {str(one) for one in Inactivation} == set(words.FACETS["inactivation"])
    kept = set(words.LOG_COLUMNS.values()) - {words.LOG_COLUMNS["event"]}
    assert set(words.LOG_SHOWN) == kept | {words.MACHINE_CODE}
    assert set(words.LOAD_WIDTHS) == set(words.LOAD_COLUMNS.values())


def test_words_come_first_and_the_machine_code_last() -> None:
    shown = log_row(row(device_id="R1/oximeter"), BERLIN)
    assert shown["Source"] == "SpO₂, R1/oximeter"
    assert (shown["Value"], shown["Worst"], shown["State"]) == ("86", "85", "stands")
    assert list(shown)[-1] == words.MACHINE_CODE
    mean = log_row(row(vital="nibp", details={"key": "mean_mmhg"}), BERLIN)
    assert mean["Source"] == "mean BP"
    bare = log_row(row(vital=None, value=None, worst=None, bound=None, direction=None), BERLIN)
    assert "None" not in bare.values()
    assert (bare["Value"], bare["Source"]) == ("", "")


@pytest.mark.parametrize("file", ["alarm_orders", "alarms", "equipment", "recliner"])
def test_no_reason_of_the_engine_is_shown_raw(file: str) -> None:
    source = (Path(alarms.__file__).parent / f"{file}.py").read_text("utf-8")
    calls = (
        r'(?:end_hold|resume_audio|absent|present|Fault)\([^()]*"([a-z_]+)"\)|reason="([a-z_]+)"'
    )
    found = {one or other for one, other in re.findall(calls, source)}
    assert found
    assert {log_row(row(reason=one), BERLIN)["Reason"] for one in found}.isdisjoint(found)
    assert log_row(row(reason="asleep, ok"), BERLIN)["Reason"] == "asleep, ok"


def test_the_load_is_told_in_whole_seconds_and_one_decimal() -> None:
    one = LoadRow("R1", "today", Condition.SPO2_LOW, "below 90", 4, 1.2345, 0.5, 2, 254.664, 0.0)
    (shown,) = load_rows_shown([one])
    assert shown["An hour"] == "1.2"
    assert shown["Median answer, s"] == "255"
    assert shown["Held, s"] == ""
