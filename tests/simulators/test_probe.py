import pytest

from simulators.faults import Fault, FaultSwitches, FaultWindow
from simulators.probe import Perfusion
from tests.simulators.examples import empty_recliner, recliner


@pytest.mark.parametrize("seed", range(8))
def test_a_cuff_on_the_same_arm_takes_the_pulse_and_gives_it_back(seed):
    place = recliner(is_same_arm=True, seed=seed)
    place.cuff.start(100.0)
    usable = {}
    for tenth in range(1000, 1800):
        place.advance(tenth / 10)
        usable[tenth / 10] = place.probe.at(tenth / 10).spo2_pct is not None
    lost = next(at for at, is_usable in usable.items() if not is_usable)
    back = next(at for at, is_usable in usable.items() if at > lost and is_usable)
    assert place.cuff.last is not None
    assert 5.0 <= lost - 100.0 <= 10.0
    assert 5.0 <= back - place.cuff.last.at_s <= 15.0


def test_saturation_reads_a_few_per_cent_high_while_the_cuff_takes_the_pulse():
    place = recliner(is_same_arm=True)
    before = place.probe.at(99.0)
    place.cuff.start(100.0)
    squeezed = place.probe.at(103.0)
    assert squeezed.has_artifact
    assert squeezed.spo2_pct is not None
    assert 1 <= squeezed.spo2_pct - before.spo2_pct <= 4


def test_a_cuff_on_the_other_arm_leaves_the_finger_alone():
    place = recliner(is_same_arm=False)
    place.cuff.start(100.0)
    assert all(place.probe.at(float(at)).spo2_pct is not None for at in range(100, 150))


def test_a_finger_that_left_has_no_numbers_and_is_searched_for_when_it_returns():
    place = recliner(FaultWindow(Fault.PROBE_OFF, 20.0, for_s=30.0))
    assert place.probe.at(19.0).spo2_pct is not None
    away = place.probe.at(21.0)
    assert (away.has_finger, away.spo2_pct, away.pulse_rate_per_min) == (False, None, None)
    searching = place.probe.at(51.0)
    assert searching.has_finger
    assert searching.spo2_pct is None
    assert place.probe.at(58.0).spo2_pct is not None


def test_motion_marks_an_artifact_and_shakes_the_trace():
    still = recliner()
    shaken = recliner(FaultWindow(Fault.MOTION, 0.0))
    calm, rough = still.probe.at(30.0), shaken.probe.at(30.0)
    assert rough.has_artifact
    assert not calm.has_artifact
    smooth = [still.probe.pleth(30 + n / 75, calm) for n in range(300)]
    wild = [shaken.probe.pleth(30 + n / 75, rough) for n in range(300)]
    assert max(smooth) - min(smooth) > 0.5
    assert sum(height in (0.0, 1.0) for height in wild) > sum(h in (0.0, 1.0) for h in smooth)


def test_low_perfusion_shrinks_the_trace_and_says_weak():
    signal = recliner(FaultWindow(Fault.LOW_PERFUSION, 0.0)).probe.at(10.0)
    assert signal.perfusion is Perfusion.WEAK
    assert signal.spo2_pct is not None


def test_nobody_in_the_recliner_means_a_flat_trace():
    place = empty_recliner()
    signal = place.probe.at(10.0)
    assert signal.is_plugged
    assert not signal.has_finger
    assert len({place.probe.pleth(10 + n / 75, signal) for n in range(75)}) == 1


def test_a_fault_switched_off_ends_what_the_scenario_planned():
    switches = FaultSwitches([FaultWindow(Fault.MOTION, 10.0, for_s=5.0, every_s=60.0)])
    assert switches.is_on(Fault.MOTION, 72.0)
    switches.switch(Fault.MOTION, False, 73.0)
    assert not switches.is_on(Fault.MOTION, 74.0)
    assert not switches.is_on(Fault.MOTION, 132.0)
    assert switches.ended_s(Fault.MOTION, 74.0) == 73.0


def test_a_fault_of_one_device_is_not_the_others():
    switches = FaultSwitches()
    switches.switch(Fault.SILENT, True, 5.0, role="oximeter")
    assert switches.is_on(Fault.SILENT, 6.0, "oximeter")
    assert not switches.is_on(Fault.SILENT, 6.0, "monitor")
    switches.switch(Fault.SILENT, False, 7.0)
    assert not switches.is_on(Fault.SILENT, 8.0, "oximeter")
