"""Each simulated cuff at a real TCP port, read by the product's own link."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from monitors.clock import SystemClock
from monitors.devices.catalogue import kind_of
from monitors.devices.cuff_cycle import CancelReason
from monitors.devices.link import Link
from monitors.devices.link_events import CuffCancelled, LinkEvent, Lost, Opened, Received, Speaking
from monitors.readings import CuffActivity, CuffState, NibpDetermination, NibpFailure, NibpOutcome
from simulators.control import ask
from simulators.room import Room
from tests.simulators.examples import plan

WAIT_S = 45.0
SPEED = 20.0
STARTED = [
    ("suntech", NibpFailure.OVERPRESSURE),
    ("stx-etx", NibpFailure.UNKNOWN),
]

UNSTARTABLE = ["omron-hbp9030", "terumo", "accutorr3"]


class Listener:
    """Hold a link to a simulated device and what it has told."""

    def __init__(self, port: str, device: str, speed: float) -> None:
        self._events: queue.Queue[LinkEvent] = queue.Queue()
        self._seen: list[LinkEvent] = []
        row, clock = kind_of(device), SystemClock(speed)
        self.link = Link("R1/monitor", row, port, clock, self._take, pauses_s=(0.05,))
        self.link.start()

    def _take(self, event: LinkEvent) -> None:
        self._seen.append(event)
        self._events.put(event)

    def until(self, kind: type[LinkEvent]) -> LinkEvent:
        while not isinstance(event := self._events.get(timeout=WAIT_S), kind):
            pass
        return event

    def until_pressed(self) -> None:
        """Wait until the cuff is seen above 100 mmHg."""
        while True:
            reading = getattr(self.until(Received), "reading", None)
            if isinstance(reading, CuffActivity) and (reading.pressure_mmhg or 0) > 100:
                return

    def until_measuring(self) -> None:
        """Wait until the device says that its cuff measures."""
        while True:
            reading = getattr(self.until(Received), "reading", None)
            if isinstance(reading, CuffActivity) and reading.state is CuffState.MEASURING:
                return

    def has_heard(self, kind: type[LinkEvent]) -> bool:
        """Say whether an event of a kind has come."""
        return any(isinstance(event, kind) for event in self._seen)

    def next_determination(self) -> NibpDetermination:
        while True:
            event = self._events.get(timeout=WAIT_S)
            if isinstance(event, Received) and isinstance(event.reading, NibpDetermination):
                return event.reading


@pytest.fixture
def listen() -> Iterator:
    """Open the product's own link to a port."""
    listeners: list[Listener] = []

    def open_link(port: str, device: str, speed: float = SPEED) -> Listener:
        listeners.append(Listener(port, device, speed))
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


@pytest.mark.parametrize("device", [device for device, _ in STARTED])
def test_an_own_cycle_still_running_after_the_cable_returned_is_stopped(
    open_room, listen, device: str
) -> None:
    room = open_room(plan(devices=(device,)), speed=5.0)
    listener = listen(room.ports["R1/monitor"], device, 5.0)
    listener.until(Speaking)
    listener.link.start_cuff()
    listener.until_pressed()
    ask(room.control_port, "fault R1/monitor cable on")
    listener.until(Lost)
    ask(room.control_port, "fault R1/monitor cable off")
    cancelled = listener.until(CuffCancelled)
    assert isinstance(cancelled, CuffCancelled)
    assert cancelled.reason is CancelReason.CABLE_RETURNED
    assert listener.next_determination().reason is NibpFailure.CANCELLED


@pytest.mark.parametrize("device", ["suntech", "stx-etx", "pm6750", "dinamap"])
def test_a_cycle_of_ours_that_is_stopped_at_the_device_fails_and_is_sent_no_stop(
    open_room, listen, device: str
) -> None:
    room = open_room(plan(devices=(device,)), speed=5.0)
    listener = listen(room.ports["R1/monitor"], device, 5.0)
    listener.until(Speaking)
    listener.link.start_cuff()
    listener.until_measuring()
    assert ask(room.control_port, "cuff R1 stop") == "ok R1 stopped"
    reading = listener.next_determination()
    assert reading.outcome is NibpOutcome.FAILED
    assert reading.reason in (NibpFailure.CANCELLED, NibpFailure.UNKNOWN)
    assert not listener.has_heard(CuffCancelled)
    assert listener.link.own_cycle is None
    assert ask(room.control_port, "cuff R1 stop") == "ok R1 was not inflating"


def start_at_the_monitor(room: Room, listener: Listener) -> NibpDetermination:
    """Press the monitor's key as soon as its line is served, and wait for the outcome."""
    ask(room.control_port, "cuff R1")
    return listener.next_determination()


@pytest.mark.parametrize("device", UNSTARTABLE)
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
    failure = start_at_the_monitor(room, listener)
    assert failure.reason in (NibpFailure.UNKNOWN, NibpFailure.OVERPRESSURE)
