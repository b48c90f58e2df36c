"""A DINAMAP of the catalogue at the end of a real cable, answered reply by reply."""

from __future__ import annotations

from collections.abc import Callable

from monitors.clock import PushedClock
from monitors.devices.catalogue import kind_of
from monitors.devices.cuff_cycle import CancelReason
from monitors.devices.dinamap_frames import CANCEL_CUFF, READ_NIBP, START_CUFF, NibpReply
from monitors.devices.link import Link
from monitors.devices.link_events import CuffCancelled, CuffStarted, Lost, Opened, Received
from monitors.readings import CuffActivity, CuffState
from tests.link.room import Cable, Told

Plug = Callable[..., Cable]
Start = Callable[..., Link]
ASKED, START, STOP = READ_NIBP.to_bytes(), START_CUFF.to_bytes(), CANCEL_CUFF.to_bytes()
BUSY = NibpReply(0, 100, 128, 79, 95).to_bytes()
IDLE = NibpReply(1, 100, 128, 79, 95).to_bytes()


def told_activity(told: Told) -> CuffState:
    reading = told.next(Received).reading
    while not isinstance(reading, CuffActivity):
        reading = told.next(Received).reading
    return reading.state


def test_a_cycle_still_running_after_the_cable_returned_is_stopped(
    plug: Plug, start: Start, told: Told
) -> None:
    clock, cable = PushedClock(1_000_000), plug()
    link = start(str(cable.path), told, kind_of("dinamap"), clock)
    cable.expect(ASKED)
    cable.say(IDLE)
    assert told_activity(told) is CuffState.IDLE
    link.start_cuff()
    told.next(CuffStarted)
    clock.push(1.5)
    cable.expect(START)
    cable.say(BUSY)
    assert told_activity(told) is CuffState.MEASURING
    cable.pull()
    told.next(Lost)
    clock.push(5)
    back = plug()
    told.next(Opened)
    assert back.expect(ASKED) == ASKED
    back.say(BUSY)
    assert told.next(CuffCancelled).reason is CancelReason.CABLE_RETURNED
    back.expect(STOP)
