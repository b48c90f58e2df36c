import pytest

from monitors.devices import pm6750
from monitors.devices.pm6750_frames import (
    START_CUFF,
    STOP_CUFF,
    CuffTest,
    Kind,
    NibpReport,
    Pm6750Frame,
)
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    SignalCondition,
    Vital,
    VitalReading,
    WaveformChunk,
)
from simulators.devices.pm6750 import Pm6750Board
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("pm6750",)


def _converse(board, end_s, orders=None, step_s=0.25):
    """Let the product's adapter talk with the board and return what it learns, dated."""
    adapter, told, orders = pm6750.adapter(), [], dict(orders or {})
    board.plugged_in(0.0)
    sent = adapter.begin(0.0)
    for step in range(round(end_s / step_s)):
        now_s = step * step_s
        for at_s in [at for at in orders if at <= now_s]:
            sent += getattr(adapter, orders.pop(at_s))(now_s)
        sent += adapter.due(now_s)
        answer = board.hear(sent, now_s) + board.speak(now_s)
        sent = b""
        told += [(now_s, reading) for reading in adapter.feed(answer, now_s)]
    return [reading for _, reading in told], adapter


def _frames(raw):
    found, at = [], 0
    while at < len(raw):
        size = raw[at + 2] + 2
        found.append(Pm6750Frame.from_bytes(raw[at : at + size]))
        at += size
    return found


def _of(kind, told):
    return [reading for reading in told if isinstance(reading, kind)]


def test_a_board_is_silent_until_it_is_switched_on():
    board = Pm6750Board(recliner(devices=ALONE))
    board.plugged_in(0.0)
    assert board.speak(10.0) == b""
    board.hear(pm6750.adapter().begin(10.0), 10.0)
    kinds = [frame.kind for frame in _frames(board.speak(20.0))]
    assert kinds.count(Kind.ECG_WAVE) == 2500
    assert kinds.count(Kind.PLETH) == 500
    assert kinds.count(Kind.NIBP) == 20
    assert kinds.count(Kind.OXIMETRY) == kinds.count(Kind.ECG) == 10
    assert 8 <= kinds.count(Kind.HEART_BEAT) <= 20
    assert Kind.RESPIRATION_WAVE not in kinds


def test_the_product_hears_every_vital_of_a_board_alone():
    told, adapter = _converse(Pm6750Board(recliner(devices=ALONE)), 12.0)
    numbers = _of(OximetryReading, told)
    vitals = {r.vital: r.value for r in _of(VitalReading, told)}
    assert all(95 <= r.spo2_pct <= 100 and r.pulse_rate_per_min for r in numbers)
    assert 50 <= vitals[Vital.HEART_RATE] <= 110
    assert 8 <= vitals[Vital.RESPIRATION_RATE] <= 25
    assert vitals[Vital.TEMPERATURE] == pytest.approx(36.7, abs=0.1)
    assert sum(len(r.samples) for r in _of(WaveformChunk, told)) > 400
    assert adapter.counts.bad_checksums == adapter.counts.discarded_bytes == 0


def test_a_started_cuff_measures_and_its_result_is_told_once():
    told, _ = _converse(Pm6750Board(recliner()), 90.0, {10.0: "start_cuff"})
    (found,) = _of(NibpDetermination, told)
    assert found.outcome is NibpOutcome.COMPLETED
    assert found.systolic_mmhg > found.mean_mmhg > found.diastolic_mmhg > 0
    pressures = [r.pressure_mmhg for r in _of(CuffActivity, told) if r.state is CuffState.MEASURING]
    assert max(pressures) >= 140


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.HOSE_OFF, NibpFailure.LOOSE_CUFF),
        (Fault.CUFF_LEAK, NibpFailure.UNKNOWN),
        (Fault.HOSE_KINKED, NibpFailure.UNKNOWN),
        (Fault.OVERPRESSURE, NibpFailure.OVERPRESSURE),
        (Fault.TOO_LONG, NibpFailure.TIMEOUT),
        (Fault.MOTION, NibpFailure.MOTION),
        (Fault.WEAK_PULSE, NibpFailure.OUT_OF_RANGE),
    ],
)
def test_each_fault_of_the_cuff_reaches_the_product_with_its_reason(fault, reason):
    board = Pm6750Board(recliner(FaultWindow(fault, 0.0)))
    told, _ = _converse(board, 200.0, {2.0: "start_cuff"}, step_s=0.5)
    assert [r.reason for r in _of(NibpDetermination, told)] == [reason]


def test_a_cuff_is_cancelled_by_its_stop():
    orders = {5.0: "start_cuff", 15.0: "cancel_cuff"}
    told, _ = _converse(Pm6750Board(recliner()), 30.0, orders)
    assert [r.reason for r in _of(NibpDetermination, told)] == [NibpFailure.CANCELLED]


def test_only_the_exact_commands_move_the_cuff():
    board = Pm6750Board(recliner())
    board.hear(Pm6750Frame(0x04, b"\x01").to_bytes(), 0.0)
    board.hear(START_CUFF.to_bytes()[:-1] + b"\x00", 0.0)
    board.hear(STOP_CUFF.to_bytes(), 0.0)
    frames = [f for f in _frames(board.speak(5.0)) if f.kind == Kind.NIBP]
    assert {NibpReport.from_frame(frame).test for frame in frames} == {CuffTest.FINISHED}


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        (Fault.PROBE_OFF, SignalCondition.FINGER_OUT),
        (Fault.PROBE_UNPLUGGED, SignalCondition.PROBE_UNPLUGGED),
    ],
)
def test_each_fault_of_the_probe_is_told_as_its_status(fault, condition):
    board = Pm6750Board(recliner(FaultWindow(fault, 0.0, 5.0), devices=ALONE))
    told, _ = _converse(board, 9.0)
    numbers = _of(OximetryReading, told)
    assert numbers[2].conditions == (condition,)
    assert numbers[-1].conditions == (SignalCondition.SEARCHING,)


def test_beside_an_oximeter_its_own_probe_is_unplugged():
    told, _ = _converse(Pm6750Board(recliner()), 4.0)
    assert {r.conditions for r in _of(OximetryReading, told)} == {
        (SignalCondition.PROBE_UNPLUGGED,)
    }


def test_an_empty_recliner_gives_no_numbers():
    told, _ = _converse(Pm6750Board(empty_recliner()), 4.0)
    assert {r.value for r in _of(VitalReading, told)} == {None}
