from monitors.devices import ivy_450c
from monitors.readings import (
    NibpDetermination,
    NibpOutcome,
    OximetryReading,
    Validity,
    VitalReading,
    WaveformChunk,
)
from simulators.devices.ivy_450c import IvyMonitor
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("ivy-450c",)


def _listen(monitor, end_s, cuff_at_s=None):
    adapter, told = ivy_450c.adapter(), []
    monitor.plugged_in(0.0)
    for second in range(end_s):
        if second == cuff_at_s:
            monitor._recliner.cuff.start(float(second))
        told += adapter.feed(monitor.speak(float(second)), float(second))
    assert adapter.counts.discarded_bytes == 0
    return told


def _of(kind, told):
    return [reading for reading in told if isinstance(reading, kind)]


def test_the_product_hears_every_vital_and_the_pleth_each_second():
    told = _listen(IvyMonitor(recliner(devices=ALONE)), 20)
    assert len(_of(OximetryReading, told)) == 19
    assert all(95 <= r.spo2_pct <= 100 for r in _of(OximetryReading, told))
    assert all(r.value is not None for r in _of(VitalReading, told))
    assert sum(len(r.samples) for r in _of(WaveformChunk, told)) == 19 * 50


def test_a_cuff_result_is_told_once_and_dated_by_its_appearance():
    told = _listen(IvyMonitor(recliner(devices=ALONE)), 200, cuff_at_s=10)
    (found,) = _of(NibpDetermination, told)
    assert found.outcome is NibpOutcome.COMPLETED
    assert not found.is_age_unknown
    assert found.systolic_mmhg > found.mean_mmhg > found.diastolic_mmhg


def test_a_failed_cycle_leaves_no_trace_on_the_line():
    monitor = IvyMonitor(recliner(FaultWindow(Fault.CUFF_LEAK, 0.0), devices=ALONE))
    assert _of(NibpDetermination, _listen(monitor, 100, cuff_at_s=10)) == []


def test_without_a_finger_beside_an_oximeter_and_with_nobody_there_saturation_is_missing():
    lost = FaultWindow(Fault.PROBE_OFF, 0.0)
    for place in (recliner(lost, devices=ALONE), recliner(), empty_recliner()):
        told = _listen(IvyMonitor(place), 5)
        assert {r.validity for r in _of(OximetryReading, told)} == {Validity.INVALID}
        assert _of(WaveformChunk, told) == []
