"""The half hour behind the trends."""

from __future__ import annotations

import json
from typing import Any

from views.half_hour import AGAIN_AFTER_MS, KEPT_MS, TEXT_KEPT_MS, HalfHour

START = 1_700_000_000_000


def shown(
    at: int,
    value: int | None,
    session: str | None = "s",
    cuff: Any = None,
    since: int | None = None,
) -> dict[str, Any]:
    """Return a picture with one SpO2; session None: nobody sits there; since: when that began."""
    return {
        "session": {"id": session} if session else None,
        "seat_since": since,
        "vitals": {"spo2_pct": {"at": at, "value": value}},
        "nibp": cuff,
    }


def spo2(half_hour: HalfHour, now_ms: int = 0) -> list[Any]:
    """Return R1's SpO2 points as a page gets them."""
    points: list[Any] = json.loads(half_hour.text(now_ms))["R1"]["spo2_pct"]
    return points


def test_the_lowest_of_five_seconds_stays() -> None:
    half_hour = HalfHour()
    for second, value in enumerate((97, 84, 96, 95, 97, 98, 97)):
        half_hour.add("R1", shown(START + 1_000 * second, value))
    assert spo2(half_hour) == [[START, 84], [START + 5_000, 97]]


def test_a_missing_value_breaks_the_line_once() -> None:
    half_hour = HalfHour()
    for second, value in enumerate((97, None, None, 96)):
        half_hour.add("R1", shown(START + 1_000 * second, value))
    assert [value for _, value in spo2(half_hour)] == [97, None, 96]


def test_a_stretch_without_any_word_is_a_gap_too() -> None:
    half_hour = HalfHour()
    half_hour.add("R1", shown(START, 97))
    half_hour.add("R1", shown(START + 60_000, 96))
    assert [value for _, value in spo2(half_hour)] == [97, None, 96]


def test_it_forgets_after_half_an_hour() -> None:
    half_hour = HalfHour()
    for minute in range(0, 45, 1):
        half_hour.add("R1", shown(START + 60_000 * minute, 97))
    oldest = spo2(half_hour)[0][0]
    assert oldest >= START + 44 * 60_000 - KEPT_MS


def test_the_next_patient_does_not_inherit_a_trend() -> None:
    half_hour = HalfHour()
    half_hour.add("R1", shown(START, 84, "first"))
    half_hour.add("R1", shown(START + 60_000, 98, "second"))
    assert [value for _, value in spo2(half_hour)] == [98]


CUFF = {"at": START, "systolic_mmhg": 190, "diastolic_mmhg": 95, "mean_mmhg": 120}


def test_discharge_empties_the_trend_and_so_does_the_next_session() -> None:
    half_hour = HalfHour()
    half_hour.add("R1", shown(START, 84, "first", CUFF))
    half_hour.add("R1", shown(START + 60_000, 97, None))
    told = json.loads(half_hour.text(0))["R1"]
    assert ([value for _, value in told["spo2_pct"]], told["nibp"]) == ([97], [])
    assert told["session"] is None
    half_hour.add("R1", shown(START + 120_000, 98, "second"))
    told = json.loads(half_hour.text(0))["R1"]
    assert [value for _, value in told["spo2_pct"]] == [98]
    assert told["session"] == "second"


def test_a_page_that_opens_right_after_a_discharge_gets_nothing_of_it() -> None:
    half_hour = HalfHour()
    half_hour.add("R1", shown(START, 84, "first", CUFF))
    assert spo2(half_hour, 0)
    half_hour.add("R1", shown(START + 1_000, None, None))
    assert [value for _, value in spo2(half_hour, TEXT_KEPT_MS - 1)] == [None]


def test_a_store_that_lags_behind_brings_nobody_back() -> None:
    """Its current session is still the one that ended: all of it is older than the empty seat."""
    stored = {"R1": {"spo2_pct": [[START - 5_000, 84]], "nibp": [[START - 9_000, 190, 95, 120]]}}
    for session in (None, "second"):
        half_hour = HalfHour(lambda recliners, minutes: stored)
        half_hour.add("R1", shown(START + 1_000, 98, session, since=START))
        half_hour.read(("R1",), "here", 0)
        told = json.loads(half_hour.text(0))["R1"]
        assert (told["spo2_pct"], told["nibp"]) == ([[START + 1_000, 98]], [])


def test_who_came_while_the_store_was_read_is_not_given_the_patient_before() -> None:
    half_hour = HalfHour()

    def slow(recliners: Any, minutes: float) -> Any:
        half_hour.add("R1", shown(START + 1_000, 98, "second", since=START))
        return {"R1": {"spo2_pct": [[START - 5_000, 84]]}}

    half_hour = HalfHour(slow)
    half_hour.add("R1", shown(START - 4_000, 85, "first", since=START - 60_000))
    half_hour.read(("R1",), "here", 0)
    assert spo2(half_hour) == [[START + 1_000, 98]]


def test_a_new_collector_does_not_bring_a_discharged_patient_back() -> None:
    stored = {"R1": {"spo2_pct": [[START - 5_000, 84]]}}
    half_hour = HalfHour(lambda recliners, minutes: stored)
    half_hour.add("R1", shown(START - 4_000, 84, "first", CUFF, START - 60_000))
    half_hour.read(("R1",), "one", 0)
    half_hour.add("R1", shown(START + 4_000, None, None, since=START))
    half_hour.read(("R1",), "two", AGAIN_AFTER_MS)
    assert [value for _, value in spo2(half_hour)] == [None]


def test_what_is_told_late_of_the_patient_before_is_left_out() -> None:
    half_hour = HalfHour()
    late = shown(START - 1_000, 84, "second", CUFF | {"at": START - 1_000}, START)
    half_hour.add("R1", late)
    told = json.loads(half_hour.text(0))["R1"]
    assert (told["spo2_pct"], told["nibp"]) == ([], [])


def test_a_cuff_result_stands_once() -> None:
    half_hour = HalfHour()
    cuff = {"at": START, "systolic_mmhg": 128, "diastolic_mmhg": 79, "mean_mmhg": 95}
    for second in range(3):
        half_hour.add("R1", shown(START + 1_000 * second, 97, cuff=cuff))
    assert json.loads(half_hour.text(0))["R1"]["nibp"] == [[START, 128, 79, 95]]


def test_what_the_store_holds_comes_before_what_was_gathered() -> None:
    stored = {"R1": {"spo2_pct": [[START - 20_000, 91], [START, 92]]}}
    half_hour = HalfHour(lambda recliners, minutes: stored)
    half_hour.add("R1", shown(START - 5_000, 90))
    half_hour.add("R1", shown(START + 6_000, 97))
    assert half_hour.is_wanted("here", 0)
    half_hour.read(("R1",), "here", 0)
    assert spo2(half_hour) == [[START - 20_000, 91], [START, 92], [START + 6_000, 97]]


def test_a_store_that_cannot_be_read_is_tried_again_with_patience() -> None:
    tries = []

    def fails(recliners: Any, minutes: float) -> Any:
        tries.append(recliners)
        raise OSError

    half_hour = HalfHour(fails)
    for now_ms in (0, 1_000, AGAIN_AFTER_MS):
        if half_hour.is_wanted("here", now_ms):
            try:
                half_hour.read(("R1",), "here", now_ms)
            except OSError:
                continue
    assert len(tries) == 2


def test_the_store_is_read_twice_for_a_collector_and_anew_for_the_next() -> None:
    half_hour = HalfHour(lambda recliners, minutes: {})
    half_hour.read(("R1",), "here", 0)
    assert not half_hour.is_wanted("here", AGAIN_AFTER_MS - 1)
    assert half_hour.is_wanted("here", AGAIN_AFTER_MS)
    half_hour.read(("R1",), "here", AGAIN_AFTER_MS)
    assert not half_hour.is_wanted("here", 10 * AGAIN_AFTER_MS)
    assert half_hour.is_wanted("another", 10 * AGAIN_AFTER_MS)


def test_between_the_stored_and_the_gathered_a_gap_stays_a_gap() -> None:
    half_hour = HalfHour(lambda recliners, minutes: {"R1": {"spo2_pct": [[START, 92]]}})
    half_hour.add("R1", shown(START + 400_000, 97))
    half_hour.read(("R1",), "here", 0)
    assert [value for _, value in spo2(half_hour)] == [92, None, 97]
