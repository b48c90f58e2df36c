"""The shared look at the picture: what is told, how old it is, what a slow viewer gets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from monitors.store.picture import Beat, PictureDelta
from views.live import QUEUE_LIMIT, SPEAK_AT_LEAST_MS, Live, Viewer


class Hands:
    """Push time, and lay out what the next look finds."""

    def __init__(self) -> None:
        self.now_ms = 10_000
        self.is_alive = True
        self.found: PictureDelta | None = None
        self.asked: list[int] = []
        self.live = Live(lambda: self.now_ms, lambda: 1_700_000_000_000, lambda _: self.is_alive)
        self.live.read_from(self, "Room")

    def since(self, seq: int) -> PictureDelta | None:
        self.asked.append(seq)
        found, self.found = self.found, None
        return found

    def bring(self, seq: int, beat: int, holder: str = "here:1:0", **recliners: Any) -> None:
        """Let one look find a beat and pictures."""
        self.found = PictureDelta(seq, Beat(holder, beat, 1_700_000_000_000), recliners)
        self.live.take(self.live.look())

    def pass_ms(self, ms: int) -> None:
        """Let time pass and look once, finding nothing."""
        self.now_ms += ms
        self.live.take(self.live.look())


@pytest.fixture
def hands() -> Hands:
    """Return a live look whose time is pushed by hand."""
    return Hands()


def drain(viewer: Viewer) -> list[dict[str, Any] | None]:
    """Return what a viewer would be sent now; None stands for everything anew."""
    found: list[dict[str, Any] | None] = []
    while viewer._messages or viewer.is_behind:
        message = asyncio.run(viewer.next())
        found.append(json.loads(message) if message else None)
    return found


def test_a_viewer_gets_everything_first_and_then_what_changed(hands: Hands) -> None:
    viewer = hands.live.join()
    assert drain(viewer) == [None]
    hands.bring(5, 1, R1={"as_of": 1})
    [update] = drain(viewer)
    assert update is not None
    assert update["type"] == "update"
    assert update["recliners"] == {"R1": {"as_of": 1}}
    assert json.loads(hands.live.hello())["recliners"] == {"R1": {"as_of": 1}}


def test_news_within_a_tenth_of_a_second_is_told_together(hands: Hands) -> None:
    viewer = hands.live.join()
    drain(viewer)
    hands.bring(1, 1, R1={"as_of": 1})
    hands.now_ms += 40
    hands.bring(2, 2, R2={"as_of": 2})
    hands.now_ms += 40
    hands.bring(3, 3, R1={"as_of": 3})
    assert len(drain(viewer)) == 1
    hands.pass_ms(40)
    [update] = drain(viewer)
    assert update is not None
    assert update["recliners"] == {"R1": {"as_of": 3}, "R2": {"as_of": 2}}


def test_the_line_speaks_once_a_second_when_nothing_is_new(hands: Hands) -> None:
    viewer = hands.live.join()
    hands.bring(1, 1)
    drain(viewer)
    hands.pass_ms(SPEAK_AT_LEAST_MS - 1)
    assert drain(viewer) == []
    hands.pass_ms(1)
    assert len(drain(viewer)) == 1


def test_the_first_beat_seen_may_be_old_and_does_not_count(hands: Hands) -> None:
    hands.bring(1, 41)
    assert hands.live.beat_age_ms() is None
    hands.bring(2, 42)
    assert hands.live.beat_age_ms() == 0
    hands.pass_ms(700)
    assert hands.live.beat_age_ms() == 700


def test_a_beat_that_stands_still_grows_old_though_pictures_come(hands: Hands) -> None:
    hands.bring(1, 1)
    hands.bring(2, 2)
    hands.now_ms += 3_000
    hands.bring(3, 2, R1={})
    assert hands.live.beat_age_ms() == 3_000


def test_a_collector_is_running_until_its_beat_stops_and_its_process_is_gone(hands: Hands) -> None:
    assert hands.live.collector() == "never"
    hands.bring(1, 1)
    hands.bring(2, 2)
    hands.is_alive = False
    assert hands.live.collector() == "running"
    hands.pass_ms(2_000)
    assert hands.live.collector() == "stopped"
    hands.is_alive = True
    assert hands.live.collector() == "running"


def test_a_viewer_that_is_too_slow_loses_its_queue_and_starts_anew(hands: Hands) -> None:
    viewer = hands.live.join()
    drain(viewer)
    for beat in range(QUEUE_LIMIT + 5):
        hands.now_ms += 100
        hands.bring(beat + 1, beat)
    assert len(viewer._messages) <= QUEUE_LIMIT
    assert viewer.dropped == QUEUE_LIMIT + 1
    assert drain(viewer)[0] is None


def test_another_collector_is_read_from_the_beginning(hands: Hands) -> None:
    hands.bring(9, 1, R1={"as_of": 1})
    viewer = hands.live.join()
    drain(viewer)
    hands.bring(12, 1, "here:2:0", R2={"as_of": 2})
    hands.pass_ms(100)
    assert hands.asked[-1] == 0
    assert "R1" not in hands.live.recliners
    assert drain(viewer)[0] is None


def test_a_viewer_that_left_is_told_nothing(hands: Hands) -> None:
    viewer = hands.live.join()
    drain(viewer)
    hands.live.leave(viewer)
    hands.bring(1, 1)
    assert hands.live.viewers == 0
    assert drain(viewer) == []


def test_pleth_chunks_go_out_once(hands: Hands) -> None:
    viewer = hands.live.join()
    drain(viewer)
    chunk = {"end": 1, "rate": 75, "full_scale": 255, "samples": [1]}
    beat = Beat("here:1:0", 1, 0)
    hands.found = PictureDelta(1, beat, {}, {"R1": [chunk]})
    hands.live.take(hands.live.look())
    hands.pass_ms(2_000)
    first, second = drain(viewer)
    assert first is not None
    assert second is not None
    assert (first["pleth"], second["pleth"]) == ({"R1": [chunk]}, {})
