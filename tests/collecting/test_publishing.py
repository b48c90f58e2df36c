"""The pages get what is new, and a heartbeat when nothing is."""

from __future__ import annotations

import pytest

from monitors.clock import PushedClock
from monitors.collecting.pacing import Pace
from monitors.collecting.publishing import BEAT_EVERY_MS, Publisher
from monitors.readings import Waveform, WaveformChunk
from monitors.store.picture import Picture, PictureDelta
from tests.clinic.test_recliner import Story


class Window:
    """Publish a room of two recliners, and look at it."""

    def __init__(self, picture: Picture, page: Picture) -> None:
        self.clock, self.page, self.seq = PushedClock(at_ms=5_000), page, 0
        recliners = {name: Story().recliner for name in ("R1", "R2")}
        pace = Pace(self.clock)
        self.publisher = Publisher(picture, recliners, self.clock, pace, "clinic-pc:42")

    def publish(self, *, is_store_degraded: bool = False) -> PictureDelta | None:
        self.publisher.publish(is_store_degraded=is_store_degraded)
        delta = self.page.since(self.seq)
        if delta is not None:
            self.seq = delta.seq
        return delta


@pytest.fixture
def window(picture: Picture, page: Picture) -> Window:
    made = Window(picture, page)
    made.publisher.has_changed("R1", "R2")
    made.publish()
    return made


def test_only_the_recliner_that_changed_is_drawn_anew(window: Window) -> None:
    window.publisher.has_changed("R2")
    delta = window.publish()
    assert delta is not None
    assert list(delta.recliners) == ["R2"]


def test_an_unchanged_room_costs_a_heartbeat_and_nothing_between(window: Window) -> None:
    assert window.publish() is None
    window.clock.push(BEAT_EVERY_MS / 1000)
    delta = window.publish(is_store_degraded=True)
    assert delta is not None
    assert delta.beat is not None
    assert (delta.recliners, delta.beat.beat, delta.beat.store) == ({}, 2, "degraded")


def test_a_trace_is_published_once_with_the_moment_of_its_last_sample(window: Window) -> None:
    chunk = WaveformChunk(Waveform.PLETH, 75.0, 255, (1, None, 3))
    window.publisher.take_trace("R1", chunk, 4_900)
    delta = window.publish()
    assert delta is not None
    (sent,) = delta.pleth["R1"]
    assert (sent["end"], sent["samples"]) == (window.clock.utc_ms(4_900), [1, None, 3])
    assert window.publish() is None
