from __future__ import annotations

import pytest

from monitors.devices.stx_etx_frames import ABORT, SEND_STATUS, START, Status
from monitors.readings import CuffState, NibpFailure, NibpOutcome
from simulators.devices.stx_etx import StxEtxModule
from simulators.faults import Fault, FaultWindow
from tests.simulators.cuff_talk import Talk
from tests.simulators.examples import empty_recliner, recliner

FAULTS = [
    Fault.HOSE_OFF,
    Fault.CUFF_LEAK,
    Fault.HOSE_KINKED,
    Fault.MOTION,
    Fault.WEAK_PULSE,
    Fault.OVERPRESSURE,
    Fault.TOO_LONG,
]


def module(*faults: FaultWindow) -> StxEtxModule:
    twin = StxEtxModule(recliner(*faults, devices=("stx-etx",)))
    twin.plugged_in(0.0)
    return twin


def test_a_cycle_is_streamed_five_times_a_second_and_ends_with_999() -> None:
    twin = module()
    assert twin.hear(START.to_bytes(), 1.0) == b""
    stream = twin.speak(6.0)
    assert stream.count(b"C0S3\x03\r") == 25
    assert twin.speak(80.0).count(b"\x02999C0S3\x03\r") == 1
    assert twin.speak(90.0) == b""
    status = Status.from_bytes(twin.hear(SEND_STATUS.to_bytes(), 91.0))
    assert status.systolic_mmhg > status.mean_mmhg > status.diastolic_mmhg > 0


def test_a_command_cut_in_pieces_is_obeyed_and_a_broken_one_is_not() -> None:
    twin = module()
    word = SEND_STATUS.to_bytes()
    answers = [twin.hear(word[at : at + 1], 1.0) for at in range(len(word))]
    assert sum(map(bool, answers)) == 1
    assert twin.hear(b"\x0201;;D8\x03" + b"x" * 300, 2.0) == b""
    assert twin.speak(10.0) == b""


def test_x_and_cr_let_the_pressure_out() -> None:
    twin = module()
    twin.hear(START.to_bytes(), 1.0)
    twin.hear(ABORT, 10.0)
    assert b"999C" in twin.speak(12.0)
    assert Status.from_bytes(twin.hear(SEND_STATUS.to_bytes(), 13.0)) == Status()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_a_failure_of_unknown_reason_told_once(fault: Fault) -> None:
    talk = Talk("stx-etx", module(FaultWindow(fault, 0.0))).until(220.0, {4.0: "start_cuff"})
    assert [told.reason for told in talk.determinations] == [NibpFailure.UNKNOWN]


def test_a_started_measurement_is_followed_and_told_once() -> None:
    talk = Talk("stx-etx", module()).until(90.0, {4.0: "start_cuff"})
    (told,) = talk.determinations
    assert told.outcome is NibpOutcome.COMPLETED
    assert not told.is_age_unknown
    assert talk.states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]
    assert max(talk.pressures) >= 150
    assert talk.adapter.counts.discarded_bytes == talk.adapter.counts.bad_checksums == 0


def test_a_cancelled_measurement_is_told_once_as_cancelled_and_the_next_one_counts() -> None:
    orders = {4.0: "start_cuff", 14.0: "cancel_cuff", 50.0: "start_cuff"}
    talk = Talk("stx-etx", module()).until(130.0, orders)
    assert [told.outcome for told in talk.determinations] == ["failed", "completed"]
    assert talk.determinations[0].reason is NibpFailure.CANCELLED


def test_an_end_missed_with_the_cable_out_is_found_by_asking() -> None:
    talk = Talk("stx-etx", module()).until(15.0, {4.0: "start_cuff"}).unplugged(60.0)
    talk.until(90.0)
    (told,) = talk.determinations
    assert told.outcome is NibpOutcome.COMPLETED
    assert told.is_age_unknown


def test_an_empty_recliner_fails() -> None:
    talk = Talk("stx-etx", StxEtxModule(empty_recliner())).until(120.0, {4.0: "start_cuff"})
    assert [told.reason for told in talk.determinations] == [NibpFailure.UNKNOWN]
