"""Each simulated cuff at a real TCP port, read by the product's own link."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from monitors.clock import SystemClock
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link, LinkEvent, Opened, Received, Speaking
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome
from simulators.control import ask
from simulators.room import Room
from tests.simulators.examples import plan

WAIT_S = 15.0
SPEED = 20.0
STARTED = [
    ("suntech", NibpFailure.OVERPRESSURE),
    ("stx-etx", NibpFailure.UNKNOWN),
]

PUSHING = ["omron-hbp9030", "terumo"]


class Listener:
    """Hold a link to a simulated device and what it has told."""

    def __init__(self, port: str, device: str) -> None:
        self._events: queue.Queue[LinkEvent] = queue.Queue()
        clock = SystemClock(SPEED)
        self.link = Link("R1/monitor", kind_of(device), port, clock, self._events.put)
        self.link.start()

    def until(self, kind: type[LinkEvent]) -> None:
        while not isinstance(self._events.get(timeout=WAIT_S), kind):
            pass

    def next_determination(self) -> NibpDetermination:
        while True:
            event = self._events.get(timeout=WAIT_S)
            if isinstance(event, Received) and isinstance(event.reading, NibpDetermination):
                return event.reading


@pytest.fixture
def listen() -> Iterator:
    """Open the product's own link to a port."""
    listeners: list[Listener] = []

    def open_link(port: str, device: str) -> Listener:
        listeners.append(Listener(port, device))
        return listeners[-1]

    yield open_link
    for listener in listeners:
        listener.link.close()


@pytest.mark.parametrize(("device", "reason"), STARTED)
def test_a_cuff_started_over_tcp_measures_and_fails_under_too_much_pressure(
    open_room, listen, device: str, reason: NibpFailure
) -> None:
    room = open_room(plan(devices=(device,)), speed=SPEED)
    listener = listen(room.ports["R1/monitor"], device)
    listener.until(Speaking)
    listener.link.start_cuff()
    done = listener.next_determination()
    assert done.outcome is NibpOutcome.COMPLETED
    assert done.systolic_mmhg > done.diastolic_mmhg > 0
    ask(room.control_port, "fault R1 overpressure on")
    ask(room.control_port, "cuff R1")
    assert listener.next_determination().reason is reason


def start_at_the_monitor(room: Room, listener: Listener) -> NibpDetermination:
    """Press the monitor's key as soon as its line is served, and wait for the outcome."""
    ask(room.control_port, "cuff R1")
    return listener.next_determination()


@pytest.mark.parametrize("device", PUSHING)
def test_a_measurement_started_at_the_monitor_is_read_over_tcp(
    open_room, listen, device: str
) -> None:
    room = open_room(plan(devices=(device,)), speed=SPEED)
    listener = listen(room.ports["R1/monitor"], device)
    listener.until(Opened)
    done = start_at_the_monitor(room, listener)
    assert done.outcome is NibpOutcome.COMPLETED
    assert done.systolic_mmhg > done.diastolic_mmhg > 0
    ask(room.control_port, "fault R1 overpressure on")
    assert start_at_the_monitor(room, listener).reason is NibpFailure.UNKNOWN
