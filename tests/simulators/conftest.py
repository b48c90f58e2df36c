"""Rooms served for real, in a thread of their own, until the test ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from simulators.ports import ScenarioClock
from simulators.room import Room
from simulators.scenario import ReclinerPlan, Scenario

OpenRoom = Callable[..., Room]


@pytest.fixture
def open_room() -> Iterator[OpenRoom]:
    """Open rooms of given recliners; each is stopped and its thread joined at the end."""
    running: list[tuple[Room, threading.Thread]] = []

    def serve(*plans: ReclinerPlan, speed: float = 1.0, has_terminals: bool = False) -> Room:
        scenario = Scenario("Test room", 1, ("A. Nurse",), plans)
        room = Room(scenario, ScenarioClock(speed), speed, has_terminals)
        thread = threading.Thread(target=room.serve)
        thread.start()
        running.append((room, thread))
        return room

    yield serve
    for room, thread in running:
        room.stop()
        thread.join(timeout=5.0)
        assert not thread.is_alive()
