"""Stories of a cuff that is started from here: over a real port, and the rules alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitors.clock import PushedClock
from monitors.devices.cuff_cycle import STAT_REST_S, CancelReason, CuffGuard
from monitors.devices.link import (
    CuffCancelled,
    CuffStarted,
    Link,
    Lost,
    Opened,
    Received,
    Silent,
    Speaking,
)
from monitors.errors import TransportError
from monitors.readings import CuffActivity, CuffState, NibpDetermination, NibpOutcome
from tests.link.room import CUFF, Cable, Told

Plug = Callable[..., Cable]
Start = Callable[..., Link]
MEASURING, IDLE = CuffActivity(CuffState.MEASURING), CuffActivity(CuffState.IDLE)


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock(1_000_000)


@pytest.fixture
def cable(plug: Plug) -> Cable:
    return plug()


@pytest.fixture
def link(cable: Cable, start: Start, told: Told, clock: PushedClock) -> Link:
    """Return a link to a cuff that speaks and is idle."""
    link = start(str(cable.path), told, CUFF, clock)
    told.next(Opened)
    cable.expect(b"HELLO\n")
    say(cable, told, b"IDLE\n")
    return link


def say(cable: Cable, told: Told, line: bytes) -> None:
    cable.say(line)
    told.next(Received)


def test_a_start_is_sent_once_and_reported(cable: Cable, told: Told, link: Link) -> None:
    link.start_cuff()
    assert cable.expect(b"\n") == b"START\n"
    assert told.next(CuffStarted).device_id == "R1/toy"
    assert link.own_cycle is not None


def test_a_second_start_is_refused_while_our_cycle_runs(
    cable: Cable, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    clock.push(20)
    with pytest.raises(TransportError, match="its own cycle is running since 20 s"):
        link.start_cuff()
    assert cable.heard_now() == b"START\n"


def test_a_start_is_refused_while_the_device_measures_by_itself(
    cable: Cable, told: Told, link: Link
) -> None:
    say(cable, told, b"BUSY\n")
    with pytest.raises(TransportError, match="already measuring"):
        link.start_cuff()
    assert cable.heard_now() == b""


def test_the_arm_rests_thirty_seconds_between_cycles(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    clock.push(25)
    say(cable, told, b"BP\n")
    say(cable, told, b"IDLE\n")
    clock.push(18)
    with pytest.raises(TransportError, match="wait 12 s more"):
        link.start_cuff()
    link.start_cuff(rest_s=STAT_REST_S)
    assert cable.heard_now() == b"START\nSTART\n"


def test_after_the_rest_the_next_start_is_sent(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    say(cable, told, b"BP 10\n")
    clock.push(19)
    with pytest.raises(TransportError, match="wait 1 s more"):
        link.start_cuff()
    clock.push(1)
    link.start_cuff()
    cable.expect(b"START\n")


def test_a_silent_device_is_not_started(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    clock.push(61)
    told.next(Silent)
    with pytest.raises(TransportError, match="silent, nothing was sent"):
        link.start_cuff()
    assert cable.heard_now() == b""


def test_a_recliner_without_permission_sends_nothing(
    cable: Cable, start: Start, told: Told
) -> None:
    link = start(str(cable.path), told, CUFF, may_start_cuff=False)
    told.next(Opened)
    cable.expect(b"HELLO\n")
    say(cable, told, b"IDLE\n")
    with pytest.raises(TransportError, match="does not permit"):
        link.start_cuff()
    assert cable.heard_now() == b""


def test_staff_can_stop_our_cycle_and_no_other(cable: Cable, told: Told, link: Link) -> None:
    say(cable, told, b"BUSY\n")
    with pytest.raises(TransportError, match="no cycle that was started from here"):
        link.cancel_cuff()
    say(cable, told, b"IDLE\n")
    link.start_cuff(rest_s=0)
    link.cancel_cuff()
    assert cable.expect(b"STOP\n") == b"START\nSTOP\n"
    assert told.next(CuffCancelled).reason is CancelReason.STAFF


def test_shutting_down_stops_our_cycle(cable: Cable, told: Told, link: Link) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    link.close()
    assert cable.expect(b"STOP\n") == b"START\nSTOP\n"
    assert told.next(CuffCancelled).reason is CancelReason.SHUTDOWN


def test_shutting_down_leaves_the_devices_own_cycle_alone(
    cable: Cable, told: Told, link: Link
) -> None:
    say(cable, told, b"BUSY\n")
    link.close()
    assert cable.heard_now() == b""


def test_a_finished_cycle_is_not_stopped_at_shutdown(cable: Cable, told: Told, link: Link) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    say(cable, told, b"BP\n")
    link.close()
    assert cable.heard_now() == b"START\n"


def test_a_cycle_longer_than_any_can_last_is_stopped(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    cable.expect(b"START\n")
    say(cable, told, b"BUSY\n")
    clock.push(180)
    say(cable, told, b"BUSY\n")
    assert cable.heard_now() == b""
    clock.push(1)
    assert told.next(CuffCancelled).reason is CancelReason.TIMEOUT
    cable.expect(b"STOP\n")


def test_after_a_lost_cable_the_device_is_heard_before_its_cycle_is_stopped(
    cable: Cable, plug: Plug, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    cable.pull()
    told.next(Lost)
    clock.push(15)
    again = plug()
    told.next(Opened)
    assert again.expect(b"HELLO\n") == b"HELLO\n", "nothing is sent again"
    again.say(b"BUSY\n")
    assert told.next(CuffCancelled).reason is CancelReason.CABLE_RETURNED
    assert again.expect(b"STOP\n") == b"STOP\n"


def test_after_a_lost_cable_an_idle_cuff_is_sent_nothing(
    cable: Cable, plug: Plug, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    cable.pull()
    told.next(Lost)
    clock.push(40)
    again = plug()
    told.next(Opened)
    say(again, told, b"IDLE\n")
    link.close()
    assert again.heard_now() == b"HELLO\n"


def test_a_cycle_found_after_minutes_away_is_the_devices_own(
    cable: Cable, plug: Plug, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    cable.pull()
    told.next(Lost)
    clock.push(200)
    again = plug()
    told.next(Opened)
    say(again, told, b"BUSY\n")
    link.close()
    assert again.heard_now() == b"HELLO\n"


def test_an_order_given_while_the_cable_is_away_is_never_sent(
    cable: Cable, plug: Plug, told: Told, link: Link
) -> None:
    cable.pull()
    told.next(Lost)
    with pytest.raises(TransportError):
        link.start_cuff()
    again = plug()
    told.next(Opened)
    say(again, told, b"IDLE\n")
    told.rest()
    link.close()
    assert again.heard_now() == b"HELLO\n"
    assert told.count(Speaking) == 2


def test_a_start_that_did_not_take_is_forgotten_after_ten_seconds(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    clock.push(11)
    say(cable, told, b"IDLE\n")
    say(cable, told, b"IDLE\n")
    link.start_cuff()
    assert cable.heard_now() == b"START\nSTART\n"


def test_an_older_determination_does_not_end_our_cycle() -> None:
    guard = CuffGuard()
    guard.started(100_000)
    guard.heard(NibpDetermination(NibpOutcome.COMPLETED, 120, 80, age_s=40), 105_000)
    assert guard.own is not None
    guard.heard(NibpDetermination(NibpOutcome.COMPLETED, 120, 80, age_s=0), 130_000)
    assert guard.own is None


def test_a_determination_of_unknown_age_neither_ends_a_cycle_nor_begins_a_rest() -> None:
    guard = CuffGuard()
    guard.heard(NibpDetermination(NibpOutcome.COMPLETED, 120, 80, is_age_unknown=True), 1000)
    assert guard.refusal(1000, 30) is None


def test_a_stop_can_be_asked_again_until_the_cuff_is_idle() -> None:
    guard = CuffGuard()
    guard.started(0)
    guard.heard(MEASURING, 1000)
    guard.cancelled(2000)
    assert guard.own is not None
    assert guard.stop_due(500_000) is None, "the stop was sent already"
    guard.heard(IDLE, 3000)
    assert guard.own is None
    assert "wait 30 s more" in str(guard.refusal(3000, 30))
