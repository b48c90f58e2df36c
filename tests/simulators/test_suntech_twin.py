from __future__ import annotations

import pytest

from monitors.devices.suntech_frames import (
    ABORT,
    GET_RESULT,
    START_ADULT,
    Acknowledgement,
    BpResult,
    command,
)
from monitors.readings import CuffState, NibpFailure, NibpOutcome
from simulators.devices.suntech import ErrorDigits, SuntechModule
from simulators.faults import Fault, FaultWindow
from tests.simulators.cuff_talk import Talk
from tests.simulators.examples import empty_recliner, recliner

REASONS = [
    (Fault.HOSE_OFF, 87, NibpFailure.LEAK),
    (Fault.CUFF_LEAK, 87, NibpFailure.LEAK),
    (Fault.HOSE_KINKED, 85, NibpFailure.BLOCKED),
    (Fault.MOTION, 2, NibpFailure.MOTION),
    (Fault.WEAK_PULSE, 1, NibpFailure.WEAK_SIGNAL),
    (Fault.OVERPRESSURE, 89, NibpFailure.OVERPRESSURE),
    (Fault.TOO_LONG, 88, NibpFailure.TIMEOUT),
]


def letter(name: str) -> bytes:
    return Acknowledgement(name).to_bytes()


def module(*faults: FaultWindow) -> SuntechModule:
    return SuntechModule(recliner(*faults, devices=("suntech",)))


def test_a_start_is_received_a_second_one_is_refused_and_the_end_is_said_once() -> None:
    twin = module()
    assert twin.hear(START_ADULT, 1.0) == letter("O")
    assert twin.hear(START_ADULT, 2.0) == letter("B")
    assert twin.speak(3.0) == b""
    assert twin.speak(60.0) == letter("K")
    assert twin.speak(61.0) == b""
    result = BpResult.from_bytes(twin.hear(GET_RESULT, 62.0))
    assert result.systolic_mmhg > result.mean_mmhg > result.diastolic_mmhg > 0
    assert result.error == 0


def test_an_abort_says_a_and_when_the_cuff_is_empty_k() -> None:
    twin = module()
    twin.hear(START_ADULT, 1.0)
    assert twin.hear(ABORT, 10.0) == letter("A")
    assert twin.speak(10.5) == b""
    assert twin.speak(11.5) == letter("K")
    assert twin.hear(ABORT, 20.0) == letter("A") + letter("K")


def test_what_it_does_not_know_it_does_not_understand() -> None:
    assert module().hear(command(0x0C, 0, 1, 1), 1.0) == letter("N")
    assert module().hear(b"\x3a\x20\xa7", 1.0) == b""


@pytest.mark.parametrize(("fault", "code", "reason"), REASONS)
@pytest.mark.parametrize("digits", ErrorDigits)
def test_each_fault_is_told_by_either_spelling_of_its_error(
    fault: Fault, code: int, reason: NibpFailure, digits: ErrorDigits
) -> None:
    twin = SuntechModule(recliner(FaultWindow(fault, 0.0), devices=("suntech",)), digits)
    talk = Talk("suntech", twin).until(220.0, {2.0: "start_cuff"})
    assert [told.reason for told in talk.determinations] == [reason]
    error = BpResult.from_bytes(twin.hear(GET_RESULT, 230.0)).error
    assert error == (code if digits is ErrorDigits.DECIMAL else int(str(code), 16))


def test_a_started_measurement_is_followed_and_told_once() -> None:
    talk = Talk("suntech", module()).until(90.0, {2.0: "start_cuff"})
    (told,) = talk.determinations
    assert told.outcome is NibpOutcome.COMPLETED
    assert not told.is_age_unknown
    assert talk.states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]
    assert max(talk.pressures) >= 150
    assert talk.sent.count(START_ADULT) == 1
    assert talk.adapter.counts.discarded_bytes == talk.adapter.counts.bad_checksums == 0


def test_a_cancelled_measurement_is_told_once_as_cancelled() -> None:
    talk = Talk("suntech", module()).until(60.0, {2.0: "start_cuff", 14.0: "cancel_cuff"})
    assert [told.reason for told in talk.determinations] == [NibpFailure.CANCELLED]
    assert talk.states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]


def test_after_a_cancel_the_next_measurement_counts() -> None:
    orders = {2.0: "start_cuff", 14.0: "cancel_cuff", 50.0: "start_cuff"}
    talk = Talk("suntech", module()).until(120.0, orders)
    assert [told.outcome for told in talk.determinations] == ["failed", "completed"]


def test_an_end_missed_with_the_cable_out_is_found_by_the_empty_cuff() -> None:
    talk = Talk("suntech", module()).until(15.0, {2.0: "start_cuff"}).unplugged(60.0)
    before = len(talk.told)
    talk.until(90.0)
    (told,) = talk.determinations
    assert told.outcome is NibpOutcome.COMPLETED
    assert told.is_age_unknown
    assert CuffState.MEASURING not in [getattr(r, "state", None) for _, r in talk.told[before:]]


def test_a_cycle_still_running_when_the_cable_is_back_is_seen_running() -> None:
    talk = Talk("suntech", module()).until(10.0, {2.0: "start_cuff"}).unplugged(2.0)
    before = len(talk.told)
    talk.until(12.5)
    assert [r.state for _, r in talk.told[before:]][:1] == [CuffState.MEASURING]
    talk.until(90.0)
    assert [told.outcome for told in talk.determinations] == ["completed"]


def test_an_empty_recliner_fails() -> None:
    twin = SuntechModule(empty_recliner())
    talk = Talk("suntech", twin).until(120.0, {2.0: "start_cuff"})
    assert [told.reason for told in talk.determinations] == [NibpFailure.LEAK]
