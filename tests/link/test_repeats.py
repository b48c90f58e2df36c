"""Packets that repeat a number: what comes at one instant is told once."""

from __future__ import annotations

from collections.abc import Callable

from monitors.clock import PushedClock
from monitors.devices.catalogue import kind_of
from monitors.devices.five_bytes import FiveByteFrame
from monitors.devices.link import Link
from monitors.devices.link_events import Opened, Received
from monitors.readings import OximetryReading
from tests.link.room import Cable, Told

Plug = Callable[..., Cable]
Start = Callable[..., Link]


def packets(*rates: int) -> bytes:
    return b"".join(FiveByteFrame(rate, 97, 50).to_bytes() for rate in rates)


def readings_of(told: Told) -> list[tuple[int | None, int]]:
    return [
        (event.reading.pulse_rate_per_min, event.at_ms)
        for event in told.rest()
        if isinstance(event, Received) and isinstance(event.reading, OximetryReading)
    ]


def test_equal_packets_of_one_instant_are_told_once_and_every_change_is(
    plug: Plug, start: Start, told: Told
) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, kind_of("bci"), clock)
    told.next(Opened)
    cable.say(packets(*[72] * 40, *[73] * 40, *[72] * 40, 74, 75))
    while not readings_of(told) or readings_of(told)[-1][0] != 74:
        told.next(Received)
    rates = [rate for rate, _ in readings_of(told)]
    assert [rate for place, rate in enumerate(rates) if rates[place - 1 : place] != [rate]] == [
        72,
        73,
        72,
        74,
    ]
    assert len(rates) < 20, "121 packets that came in a few reads"


def test_the_same_number_a_moment_later_is_told_again(plug: Plug, start: Start, told: Told) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, kind_of("bci"), clock)
    told.next(Opened)
    cable.say(packets(*[72] * 10))
    told.next(Received)
    clock.push(1.0)
    cable.say(packets(*[72] * 10))
    while told.next(Received).at_ms != 2000:
        pass
    assert {at_ms for _, at_ms in readings_of(told)} == {1000, 2000}
