"""Stories of a cuff that is started from here: over a real port, and the rules alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitors.clock import PushedClock
from monitors.devices import dinamap_cuff, pm6750_cuff, stx_etx_cuff, suntech_cuff
from monitors.devices.cuff_cycle import (
    BEGINS_WITHIN_S,
    HEARD_WITHIN_S,
    MOST_STOPS,
    REST_S,
    STAT_REST_S,
    STOP_AGAIN_S,
    CancelReason,
    CuffGuard,
)
from monitors.devices.link import Link
from monitors.devices.link_events import (
    CuffCancelled,
    CuffRunsOn,
    CuffStarted,
    Lost,
    Opened,
    Received,
    Silent,
    Speaking,
)
from monitors.errors import TransportError
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
)
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


def test_a_start_that_did_not_take_is_forgotten_when_its_adapter_has_given_it_up(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    clock.push(BEGINS_WITHIN_S + HEARD_WITHIN_S)
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


def test_a_lost_stop_is_repeated_and_then_said_to_be_in_vain(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    link.cancel_cuff()
    reasons = [told.next(CuffCancelled).reason]
    for _ in range(MOST_STOPS - 1):
        clock.push(STOP_AGAIN_S)
        say(cable, told, b"BUSY\n")
        reasons.append(told.next(CuffCancelled).reason)
    assert reasons == [CancelReason.STAFF] + [CancelReason.REPEATED] * (MOST_STOPS - 1)
    clock.push(STOP_AGAIN_S)
    assert told.next(CuffRunsOn).stops == MOST_STOPS
    clock.push(60)
    say(cable, told, b"BUSY\n")
    say(cable, told, b"BUSY\n")
    assert cable.heard_now() == b"START\n" + b"STOP\n" * MOST_STOPS
    assert told.count(CuffRunsOn) == 1


def test_a_stop_that_was_heeded_is_not_repeated(
    cable: Cable, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    link.cancel_cuff()
    clock.push(3)
    say(cable, told, b"IDLE\n")
    clock.push(200)
    say(cable, told, b"BUSY\n")
    link.close()
    assert cable.heard_now() == b"START\nSTOP\n"
    assert told.count(CuffRunsOn) == 0


def test_a_stop_that_was_lost_with_the_cable_is_sent_when_the_device_says_it_measures(
    cable: Cable, plug: Plug, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    link.cancel_cuff()
    told.next(CuffCancelled)
    cable.pull()
    told.next(Lost)
    clock.push(15)
    again = plug()
    told.next(Opened)
    assert again.expect(b"HELLO\n") == b"HELLO\n", "the device is asked before anything is sent"
    again.say(b"BUSY\n")
    assert told.next(CuffCancelled).reason is CancelReason.CABLE_RETURNED
    assert again.expect(b"STOP\n") == b"STOP\n"


def test_a_device_that_was_not_heard_since_the_cable_returned_is_sent_no_stop_and_no_start(
    cable: Cable, plug: Plug, told: Told, link: Link, clock: PushedClock
) -> None:
    link.start_cuff()
    say(cable, told, b"BUSY\n")
    link.cancel_cuff()
    cable.pull()
    told.next(Lost)
    clock.push(120)
    again = plug()
    told.next(Opened)
    clock.push(120)
    say(again, told, b"S97\n")
    with pytest.raises(TransportError, match="its own cycle is running"):
        link.start_cuff()
    link.close()
    assert again.heard_now() == b"HELLO\n"


def stops_of(guard: CuffGuard, seconds: range) -> list[tuple[int, str]]:
    """Push a guard through time as a link does and return when it stopped, and why."""
    sent = []
    for second in seconds:
        if (reason := guard.stop_due(second * 1000)) is not None:
            guard.cancelled(second * 1000, reason)
            sent.append((second, str(reason)))
        if guard.stops_in_vain(second * 1000) is not None:
            sent.append((second, "in vain"))
    return sent


def running(at_s: int = 1) -> CuffGuard:
    guard = CuffGuard()
    guard.started(0)
    guard.heard(MEASURING, at_s * 1000)
    return guard


def test_the_timeout_stops_a_cycle_that_heeded_no_stop_before() -> None:
    guard = running()
    guard.cancelled(2_000, CancelReason.STAFF)
    early = [(7, "repeated"), (12, "repeated"), (17, "repeated"), (22, "in vain")]
    late = [(181, "timeout"), (186, "repeated"), (191, "repeated"), (196, "repeated")]
    assert stops_of(guard, range(2, 1000)) == [*early, *late, (201, "in vain")]
    assert guard.own is not None, "a person can still order a stop"


def test_a_stop_ordered_again_by_staff_is_repeated_as_the_first_was() -> None:
    guard = running()
    guard.cancelled(2_000, CancelReason.STAFF)
    stops_of(guard, range(2, 60))
    guard.cancelled(60_000, CancelReason.STAFF)
    again = [(65, "repeated"), (70, "repeated"), (75, "repeated"), (80, "in vain")]
    assert stops_of(guard, range(60, 100)) == again


def test_a_stop_before_the_device_has_begun_holds_for_what_begins_after_it() -> None:
    guard = CuffGuard()
    guard.heard(IDLE, 0)
    guard.started(0)
    guard.cancelled(1_000, CancelReason.STAFF)
    guard.heard(NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.CANCELLED), 4_000)
    assert stops_of(guard, range(1, 12)) == []
    guard.heard(MEASURING, 12_000)
    assert stops_of(guard, range(12, 16)) == [(12, "repeated")]
    guard.heard(IDLE, 16_000)
    assert guard.own is None


def test_a_start_taken_back_in_time_is_forgotten() -> None:
    guard = CuffGuard()
    guard.heard(IDLE, 0)
    guard.started(0)
    guard.cancelled(1_000, CancelReason.STAFF)
    assert stops_of(guard, range(1, 200)) == []
    assert guard.own is None


def test_a_cycle_that_begins_late_is_still_our_own() -> None:
    guard = CuffGuard()
    guard.heard(IDLE, 0)
    guard.started(0)
    assert stops_of(guard, range(12)) == []
    guard.heard(MEASURING, 12_000)
    assert guard.own is not None
    assert stops_of(guard, range(12, 182))[0] == (181, "timeout")


def test_one_constant_says_how_late_a_cycle_may_begin() -> None:
    for adapter in (dinamap_cuff, pm6750_cuff, stx_etx_cuff, suntech_cuff):
        assert adapter.BEGINS_WITHIN_S is BEGINS_WITHIN_S


def test_a_cycle_found_again_sooner_than_another_can_begin_is_ours_however_long_it_lasts() -> None:
    guard = running()
    assert stops_of(guard, range(1, 182)) == [(181, "timeout")]
    guard.line_lost(182_000)
    guard.line_lost(183_000)
    guard.line_back(round(182_000 + REST_S * 1000) - 1)
    assert guard.own is not None
    guard.heard(MEASURING, 211_999)
    assert guard.stop_due(211_999) is CancelReason.CABLE_RETURNED
    guard.line_lost(220_000)
    guard.line_back(round(220_000 + REST_S * 1000))
    assert guard.own is None


def test_a_cycle_that_ended_while_the_cable_was_away_begins_a_rest() -> None:
    guard = running()
    guard.line_lost(2_000)
    guard.line_back(40_000)
    guard.heard(IDLE, 41_000)
    assert guard.own is None
    assert "wait 30 s more" in str(guard.refusal(41_000, 30))


def test_the_arm_rests_after_a_stop_from_when_the_cuff_is_idle() -> None:
    guard = running()
    guard.cancelled(2000, CancelReason.STAFF)
    assert guard.own is not None
    guard.heard(IDLE, 3000)
    assert guard.own is None
    assert "wait 30 s more" in str(guard.refusal(3000, 30))
