import pytest

from monitors.devices import dinamap
from monitors.devices.dinamap_frames import (
    CANCEL_CUFF,
    READ_NIBP,
    READ_OXIMETRY,
    READ_RATE,
    READ_RATE_PRO_200,
    READ_TEMPERATURE,
    START_CUFF,
    NibpReply,
    OximetryReply,
    RateReply,
    TemperatureReply,
)
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Validity,
)
from simulators.devices.dinamap import DinamapMonitor
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("dinamap",)


def _nibp(monitor, now_s) -> NibpReply:
    return NibpReply.from_bytes(monitor.hear(READ_NIBP.to_bytes(), now_s))


def _converse(monitor, start_s, end_s, orders=None, step_s=0.1):
    """Let the product's adapter talk with the monitor and return what it learns, dated."""
    adapter, told = dinamap.adapter(), []
    orders = dict(orders or {})
    monitor.plugged_in(start_s)
    sent = adapter.begin(start_s)
    for step in range(round((end_s - start_s) / step_s)):
        now_s = start_s + step * step_s
        for at_s in [at for at in orders if at <= now_s]:
            sent += getattr(adapter, orders.pop(at_s))(now_s)
        sent += adapter.due(now_s)
        answer, sent = monitor.hear(sent, now_s), b""
        told += [(now_s, reading) for reading in adapter.feed(answer, now_s)]
    return told, adapter


def _determinations(told):
    return [(at, reading) for at, reading in told if isinstance(reading, NibpDetermination)]


def test_a_monitor_that_never_measured_says_that_nothing_is_recent():
    reply = _nibp(DinamapMonitor(recliner()), 10.0)
    assert reply == NibpReply(status=1, age_s=None)


def test_a_started_cuff_is_busy_and_then_tells_numbers_whose_age_counts():
    monitor = DinamapMonitor(recliner())
    assert monitor.hear(START_CUFF.to_bytes(), 10.0) == START_CUFF.to_bytes()
    assert _nibp(monitor, 12.0).status == 0
    done = _nibp(monitor, 60.0)
    later = _nibp(monitor, 75.0)
    assert done.status == later.status == 1
    assert done.systolic_mmhg > done.mean_mmhg > done.diastolic_mmhg > 0
    assert later.age_s - done.age_s == 15
    assert (later.systolic_mmhg, later.mean_mmhg) == (done.systolic_mmhg, done.mean_mmhg)
    assert _nibp(monitor, 60.0 + 5500.0).age_s is None


def test_while_it_measures_again_the_old_numbers_stand_beside_status_0():
    monitor = DinamapMonitor(recliner())
    monitor.hear(START_CUFF.to_bytes(), 10.0)
    first = _nibp(monitor, 60.0)
    monitor.hear(START_CUFF.to_bytes(), 100.0)
    busy = _nibp(monitor, 110.0)
    assert (busy.status, busy.systolic_mmhg) == (0, first.systolic_mmhg)


def test_a_cancelled_cuff_leaves_the_last_result_in_force():
    monitor = DinamapMonitor(recliner())
    monitor.hear(START_CUFF.to_bytes(), 10.0)
    first = _nibp(monitor, 60.0)
    monitor.hear(START_CUFF.to_bytes(), 100.0)
    assert monitor.hear(CANCEL_CUFF.to_bytes(), 110.0) == CANCEL_CUFF.to_bytes()
    after = _nibp(monitor, 113.0)
    assert (after.status, after.systolic_mmhg) == (1, first.systolic_mmhg)
    assert after.age_s > 50


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.CUFF_LEAK, 3),
        (Fault.MOTION, 3),
        (Fault.WEAK_PULSE, 3),
        (Fault.HOSE_OFF, 4),
        (Fault.TOO_LONG, 6),
        (Fault.HOSE_KINKED, 7),
        (Fault.OVERPRESSURE, 8),
    ],
)
def test_each_fault_of_the_cuff_has_its_status_and_no_numbers(fault, status):
    monitor = DinamapMonitor(recliner(FaultWindow(fault, 0.0)))
    monitor.hear(START_CUFF.to_bytes(), 10.0)
    reply = _nibp(monitor, 200.0)
    assert reply.status == status
    assert (reply.systolic_mmhg, reply.diastolic_mmhg, reply.mean_mmhg) == (0, 0, 0)


def test_beside_an_oximeter_the_monitors_own_sensor_is_unplugged_and_the_rate_is_the_cuffs():
    monitor = DinamapMonitor(recliner())
    monitor.hear(START_CUFF.to_bytes(), 10.0)
    monitor.speak(60.0)
    oximetry = OximetryReply.from_bytes(monitor.hear(READ_OXIMETRY.to_bytes(), 61.0))
    rate = RateReply.from_bytes(monitor.hear(READ_RATE.to_bytes(), 61.0))
    assert (oximetry.status, oximetry.spo2_pct) == (6, None)
    assert rate.source == 3
    assert 55 <= rate.rate_per_min <= 95


def test_alone_the_monitor_measures_saturation_pulse_and_temperature_too():
    monitor = DinamapMonitor(recliner(devices=ALONE))
    oximetry = OximetryReply.from_bytes(monitor.hear(READ_OXIMETRY.to_bytes(), 61.0))
    rate = RateReply.from_bytes(monitor.hear(READ_RATE_PRO_200.to_bytes(), 61.0))
    temperature = TemperatureReply.from_bytes(monitor.hear(READ_TEMPERATURE.to_bytes(), 61.0))
    assert oximetry.status == 1
    assert 95 <= oximetry.spo2_pct <= 100
    assert oximetry.signal >= 5
    assert (rate.letters, rate.source) == ("RC", 2)
    assert temperature.temperature_c == pytest.approx(36.7, abs=0.1)


def test_an_empty_recliner_answers_without_numbers():
    monitor = DinamapMonitor(empty_recliner())
    assert _nibp(monitor, 10.0).age_s is None
    assert OximetryReply.from_bytes(monitor.hear(READ_OXIMETRY.to_bytes(), 10.0)).spo2_pct is None
    assert RateReply.from_bytes(monitor.hear(READ_RATE.to_bytes(), 10.0)).rate_per_min is None


def test_a_command_cut_in_pieces_is_answered_once_and_a_garbled_one_never():
    monitor = DinamapMonitor(recliner())
    sent = READ_NIBP.to_bytes()
    answers = [monitor.hear(sent[n : n + 1], 10.0) for n in range(len(sent))]
    assert sum(bool(answer) for answer in answers) == 1
    assert monitor.hear(b" NA!3\r", 11.0) == b""
    assert monitor.hear(b"x" * 10_000, 11.0) == b""
    assert monitor.hear(b"\r\n" + sent, 12.0) != b""


def test_the_products_adapter_hears_of_a_determination_it_started_exactly_once():
    told, adapter = _converse(DinamapMonitor(recliner()), 0.0, 90.0, {10.0: "start_cuff"})
    found = _determinations(told)
    assert len(found) == 1
    at_s, reading = found[0]
    assert reading.outcome is NibpOutcome.COMPLETED
    assert reading.pulse_rate_per_min is not None
    assert 25.0 <= at_s <= 60.0
    activity = [r.state for _, r in told if isinstance(r, CuffActivity)]
    assert activity == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]
    assert adapter.counts.bad_checksums == adapter.counts.discarded_bytes == 0


def test_the_products_adapter_hears_of_a_failure_and_of_a_cancel():
    leaky = DinamapMonitor(recliner(FaultWindow(Fault.HOSE_OFF, 0.0)))
    failed = _determinations(_converse(leaky, 0.0, 90.0, {5.0: "start_cuff"})[0])
    orders = {5.0: "start_cuff", 15.0: "cancel_cuff"}
    cancelled = _determinations(_converse(DinamapMonitor(recliner()), 0.0, 60.0, orders)[0])
    assert [reading.reason for _, reading in failed] == [NibpFailure.LOOSE_CUFF]
    assert [reading.reason for _, reading in cancelled] == [NibpFailure.CANCELLED]


def test_the_products_adapter_hears_saturation_and_rate_of_a_monitor_alone():
    told, _ = _converse(DinamapMonitor(recliner(devices=ALONE)), 0.0, 20.0)
    numbers = [reading for _, reading in told if isinstance(reading, OximetryReading)]
    assert len(numbers) >= 15
    assert {reading.validity for reading in numbers} == {Validity.VALID}
    assert all(reading.pulse_rate_per_min is not None for reading in numbers)
