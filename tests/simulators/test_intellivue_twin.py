import pytest

from monitors.devices import intellivue
from monitors.devices.intellivue_frames import framed
from monitors.devices.intellivue_messages import PollRequest, association_request
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Validity,
    Vital,
    VitalReading,
)
from simulators.devices.intellivue import PATIENCE_S, IntellivueMonitor
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("intellivue",)


def _converse(monitor, end_s, cuff_at_s=None, step_s=0.1, silent=(0.0, 0.0)):
    """Let the product's adapter talk with the monitor; in a silent stretch nothing is carried."""
    adapter, told = intellivue.adapter(), []
    monitor.plugged_in(0.0)
    sent = adapter.begin(0.0)
    for step in range(round(end_s / step_s)):
        now_s = step * step_s
        if cuff_at_s is not None and now_s >= cuff_at_s:
            monitor._recliner.cuff.start(now_s)
            cuff_at_s = None
        if silent[0] <= now_s < silent[1]:
            sent = adapter.due(now_s)
            monitor.speak(now_s)
            continue
        answer = monitor.hear(sent, now_s) + monitor.speak(now_s)
        told += [(now_s, reading) for reading in adapter.feed(answer, now_s)]
        sent = adapter.due(now_s)
    assert adapter.counts.discarded_bytes == adapter.counts.bad_checksums == 0
    return told


def _of(kind, told):
    return [reading for _, reading in told if isinstance(reading, kind)]


def test_the_product_associates_and_hears_every_vital_each_second():
    told = _converse(IntellivueMonitor(recliner(devices=ALONE)), 20.0)
    numbers = _of(OximetryReading, told)
    assert 18 <= len(numbers) <= 20
    assert all(95 <= r.spo2_pct <= 100 and r.pulse_rate_per_min for r in numbers)
    vitals = {r.vital: r.value for r in _of(VitalReading, told)}
    assert 50 <= vitals[Vital.HEART_RATE] <= 110
    assert vitals[Vital.TEMPERATURE] == pytest.approx(36.7, abs=0.1)


def test_a_cuff_result_is_told_once_with_its_age_and_pulse():
    told = _converse(IntellivueMonitor(recliner(devices=ALONE)), 120.0, cuff_at_s=10.0)
    (found,) = _of(NibpDetermination, told)
    assert found.outcome is NibpOutcome.COMPLETED
    assert 0 <= found.age_s <= 2.5
    assert found.pulse_rate_per_min is not None
    states = [r.state for r in _of(CuffActivity, told)]
    assert states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]


def test_a_failed_cycle_is_told_once():
    monitor = IntellivueMonitor(recliner(FaultWindow(Fault.CUFF_LEAK, 0.0), devices=ALONE))
    (found,) = _of(NibpDetermination, _converse(monitor, 60.0, cuff_at_s=10.0))
    assert (found.outcome, found.reason) == (NibpOutcome.FAILED, NibpFailure.UNKNOWN)


def test_an_association_that_the_monitor_gave_up_is_made_again():
    told = _converse(IntellivueMonitor(recliner(devices=ALONE)), 60.0, silent=(10.0, 30.0))
    times = [at_s for at_s, reading in told if isinstance(reading, OximetryReading)]
    assert any(at_s < 10.0 for at_s in times)
    assert any(30.0 < at_s < 40.0 for at_s in times)


def test_polls_are_answered_only_when_the_announcement_was_confirmed():
    monitor = IntellivueMonitor(recliner(devices=ALONE))
    poll = framed(PollRequest(1).to_bytes())
    assert monitor.hear(poll, 0.0)[1:3] == framed(b"\x19\0")[1:3]
    monitor.hear(framed(association_request()), 1.0)
    assert monitor.hear(poll, 1.1) == b""
    assert monitor.speak(1.2)
    assert monitor.speak(1.1 + PATIENCE_S + 1.0)
    assert monitor.speak(30.0) == b""


def test_motion_makes_numbers_questionable():
    monitor = IntellivueMonitor(recliner(FaultWindow(Fault.MOTION, 0.0), devices=ALONE))
    numbers = _of(OximetryReading, _converse(monitor, 5.0))
    assert {reading.validity for reading in numbers} == {Validity.QUESTIONABLE}


def test_without_a_finger_saturation_is_invalid_and_without_a_probe_it_is_not_told():
    lost = IntellivueMonitor(recliner(FaultWindow(Fault.PROBE_OFF, 0.0), devices=ALONE))
    assert {r.validity for r in _of(OximetryReading, _converse(lost, 5.0))} == {Validity.INVALID}
    for place in (recliner(), empty_recliner()):
        assert _of(OximetryReading, _converse(IntellivueMonitor(place), 5.0)) == []
