"""One fault of the room is one line on its tiles, and one call for somebody."""

from __future__ import annotations

import queue
from typing import Any

from monitors.annunciator import Annunciator, Pager, urgent_ones
from monitors.clinic.place import DeviceState
from monitors.collecting.room_alarms import Standing, let_hear, mark_storms, standing_of
from tests.clinic.test_recliner import OXIMETER, Story


def unplugged(count: int) -> dict[str, Story]:
    """Tell of recliners that all lost their oximeter at the same moment."""
    stories = {f"R{number}": Story().spo2(97) for number in range(1, count + 1)}
    for story in stories.values():
        story.recliner.port_is(OXIMETER, DeviceState.SILENT, story.later(5))
    return stories


def told(stories: dict[str, Story]) -> Standing:
    now_ms = next(iter(stories.values())).clock.now_ms()
    return standing_of({name: story.recliner for name, story in stories.items()}, now_ms)


def storm_of(picture: dict[str, Any]) -> list[str] | None:
    (silent,) = [alarm for alarm in picture["alarms"] if alarm["condition"] == "port_silent"]
    storm: list[str] | None = silent["storm"]
    return storm


def test_a_picture_names_every_recliner_of_the_storm_also_those_not_drawn_anew() -> None:
    stories = unplugged(3)
    pictures = {"R2": stories["R2"].picture()}
    mark_storms(pictures, told(stories))
    assert storm_of(pictures["R2"]) == ["R1", "R2", "R3"]


def test_two_recliners_are_no_storm_and_say_so() -> None:
    stories = unplugged(2)
    pictures = {name: story.picture() for name, story in stories.items()}
    mark_storms(pictures, told(stories))
    assert [storm_of(picture) for picture in pictures.values()] == [None, None]


def test_an_alarm_of_a_patient_is_never_part_of_a_storm() -> None:
    stories = unplugged(3)
    stories["R4"] = Story().infusing().spo2(85, seconds=20)
    pictures = {"R4": stories["R4"].picture()}
    mark_storms(pictures, told(stories))
    assert {alarm["storm"] for alarm in pictures["R4"]["alarms"]} == {None}


def test_somebody_is_called_for_a_high_alarm_until_it_is_acknowledged() -> None:
    calls: queue.SimpleQueue[str] = queue.SimpleQueue()
    pager = Pager(lambda title, body: calls.put(title) is None, after_ms=0)
    annunciator = Annunciator(None, pager)
    story = Story().infusing().spo2(85, seconds=20)
    let_hear(annunciator, told({"R1": story}), story.clock.now_ms())
    assert "R1 needs somebody" in calls.get(timeout=30)
    story.order("acknowledge", condition="spo2_low")
    let_hear(Annunciator(None, pager), told({"R1": story}), story.clock.now_ms())
    assert calls.empty()


def test_a_message_about_an_alarm_that_is_over_tells_the_worst_value_and_that_it_is_over() -> None:
    story = Story().infusing().spo2(84, seconds=20).spo2(97, seconds=30)
    messages = [one.words(story.clock.now_ms()) for one in urgent_ones(told({"R1": story}))]
    assert messages
    for said in messages:
        assert " 84 (below " in said
        assert ", over, unacknowledged for " in said
