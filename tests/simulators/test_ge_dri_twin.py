import pytest

from monitors.devices import ge_dri
from monitors.devices.ge_dri_frames import DriRecord, Request
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
from simulators.devices.ge_dri import GeMonitor
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("ge-dri",)


def _converse(monitor, end_s, cuff_at_s=None, step_s=0.5):
    adapter, told, box = ge_dri.adapter(), [], monitor._recliner.cuff
    monitor.plugged_in(0.0)
    sent = adapter.begin(0.0)
    for step in range(round(end_s / step_s)):
        now_s = step * step_s
        if now_s == cuff_at_s:
            box.start(now_s)
        answer = monitor.hear(sent, now_s) + monitor.speak(now_s)
        told += adapter.feed(answer, now_s)
        sent = adapter.due(now_s)
    return told, adapter


def _of(kind, told):
    return [reading for reading in told if isinstance(reading, kind)]


def test_the_product_hears_every_vital_each_five_seconds():
    told, adapter = _converse(GeMonitor(recliner(devices=ALONE)), 60.0)
    numbers = _of(OximetryReading, told)
    assert 11 <= len(numbers) <= 13
    assert all(95 <= r.spo2_pct <= 100 and r.pulse_rate_per_min for r in numbers)
    vitals = {r.vital: r.value for r in _of(VitalReading, told)}
    assert 50 <= vitals[Vital.HEART_RATE] <= 110
    assert 8 <= vitals[Vital.RESPIRATION_RATE] <= 25
    assert vitals[Vital.TEMPERATURE] == pytest.approx(36.7, abs=0.1)
    assert adapter.counts.discarded_bytes == adapter.counts.bad_checksums == 0


def test_a_cuff_started_at_the_monitor_is_seen_running_and_its_result_told_once_with_its_age():
    told, _ = _converse(GeMonitor(recliner(devices=ALONE)), 200.0, cuff_at_s=10.0)
    (found,) = _of(NibpDetermination, told)
    assert found.outcome is NibpOutcome.COMPLETED
    assert 0 <= found.age_s <= 6
    states = [r.state for r in _of(CuffActivity, told)]
    assert states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]


def test_a_failed_cycle_is_told_once_without_numbers():
    monitor = GeMonitor(recliner(FaultWindow(Fault.CUFF_LEAK, 0.0), devices=ALONE))
    (found,) = _of(NibpDetermination, _converse(monitor, 200.0, cuff_at_s=10.0)[0])
    assert (found.outcome, found.reason) == (NibpOutcome.FAILED, NibpFailure.UNKNOWN)


def test_a_request_for_once_is_answered_once_and_an_end_ends():
    monitor = GeMonitor(recliner(devices=ALONE))
    monitor.plugged_in(0.0)
    answer = monitor.hear(Request(interval_s=-1).to_bytes(), 1.0)
    assert len(DriRecord.from_bytes(answer).sub_records) == 2
    assert monitor.speak(20.0) == b""
    monitor.hear(Request(interval_s=1).to_bytes(), 21.0)
    assert monitor.speak(21.0)
    assert monitor.speak(25.0) == b""
    assert monitor.speak(26.0)
    monitor.hear(Request(interval_s=0).to_bytes(), 27.0)
    assert monitor.speak(60.0) == b""


def test_beside_an_oximeter_and_with_nobody_there_numbers_are_missing():
    for place in (recliner(), empty_recliner()):
        told, _ = _converse(GeMonitor(place), 6.0)
        assert {r.validity for r in _of(OximetryReading, told)} == {Validity.NOT_AVAILABLE}
