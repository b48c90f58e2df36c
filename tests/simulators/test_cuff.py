import itertools

import pytest

from monitors.readings import NibpFailure, NibpOutcome
from simulators.cuff import Cuff, measured
from simulators.faults import Fault, FaultSwitches, FaultWindow
from simulators.patient import Patient, PatientProfile
from simulators.population import mean_and_sd
from simulators.wander import draw_for


def _cuff(*windows: FaultWindow, seed: int = 1, next_due=None, **profile: float) -> Cuff:
    patient = Patient(PatientProfile(seed=seed, **profile))
    return Cuff(patient, FaultSwitches(windows), seed, next_due)


def _run(cuff: Cuff, started_s: float = 100.0) -> float:
    """Run one determination and return how long it took."""
    assert cuff.start(started_s)
    second = started_s
    while cuff.is_running(second):
        second += 0.25
        cuff.advance(second)
    return second - started_s


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rate", [50.0, 74.0, 110.0])
@pytest.mark.parametrize("systolic", [95.0, 128.0, 190.0])
def test_a_determination_takes_twenty_to_forty_five_seconds(seed, rate, systolic):
    cuff = _cuff(seed=seed, heart_rate_per_min=rate, systolic_mmhg=systolic)
    assert 19.0 <= _run(cuff) <= 46.0
    assert cuff.last is not None
    assert cuff.last.result.outcome is NibpOutcome.COMPLETED


def test_the_pressure_climbs_to_its_target_and_falls_in_steps_of_eight():
    cuff = _cuff(seed=4)
    cuff.start(0.0)
    trace = [cuff.pressure_mmhg(tenth / 10) for tenth in range(450)]
    top = trace.index(max(trace))
    plateaus = [a for a, b in zip(trace[top:], trace[top + 1 :], strict=False) if a == b and a > 0]
    levels = list(dict.fromkeys(plateaus))
    assert max(trace) == 160
    assert {a - b for a, b in itertools.pairwise(levels)} == {8}
    assert trace[-1] == 0


def test_repeated_readings_of_a_calm_patient_scatter_by_five_and_four():
    patient = Patient(PatientProfile(seed=1))
    readings = [measured(patient, 0.0, 9, draw_for(1, "repeat", n)) for n in range(2000)]
    systolic = mean_and_sd([r.systolic_mmhg for r in readings])
    diastolic = mean_and_sd([r.diastolic_mmhg for r in readings])
    assert 5.0 <= systolic[1] <= 6.0
    assert 3.5 <= diastolic[1] <= 4.5
    assert systolic[0] == pytest.approx(128, abs=0.5)
    for r in readings:
        assert r.diastolic_mmhg < r.mean_mmhg < r.systolic_mmhg


def test_the_first_cuff_of_a_visit_reads_five_to_ten_high():
    def mean_of(nth: int) -> float:
        patient = Patient(PatientProfile(seed=1))
        draws = [measured(patient, 0.0, nth, draw_for(2, nth, n)) for n in range(800)]
        return mean_and_sd([r.systolic_mmhg for r in draws])[0]

    settled = mean_of(2)
    assert 5 <= mean_of(0) - settled <= 10
    assert mean_of(1) - settled < mean_of(0) - settled


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.HOSE_OFF, NibpFailure.LOOSE_CUFF),
        (Fault.CUFF_LEAK, NibpFailure.LEAK),
        (Fault.HOSE_KINKED, NibpFailure.BLOCKED),
        (Fault.WEAK_PULSE, NibpFailure.WEAK_SIGNAL),
        (Fault.OVERPRESSURE, NibpFailure.OVERPRESSURE),
        (Fault.TOO_LONG, NibpFailure.TIMEOUT),
        (Fault.MOTION, NibpFailure.MOTION),
    ],
)
def test_each_fault_ends_a_determination_without_numbers(fault, reason):
    cuff = _cuff(FaultWindow(fault, 0.0))
    assert _run(cuff) <= 181.0
    assert cuff.last is not None
    assert cuff.last.result.reason is reason
    assert cuff.last.result.systolic_mmhg is None
    assert cuff.last_completed is None
    assert cuff.pressure_mmhg(cuff.last.at_s + 1) == 0


def test_a_cancelled_determination_empties_the_cuff_and_keeps_the_old_numbers():
    cuff = _cuff()
    _run(cuff)
    before = cuff.last_completed
    cuff.start(300.0)
    assert cuff.cancel(312.0)
    assert not cuff.is_running(313.5)
    cuff.advance(314.0)
    assert cuff.pressure_mmhg(314.0) == 0
    assert cuff.last is not None
    assert cuff.last.result.reason is NibpFailure.CANCELLED
    assert cuff.last_completed is before
    assert not cuff.cancel(320.0)


def test_a_running_determination_is_not_started_again():
    cuff = _cuff()
    assert cuff.start(10.0)
    assert not cuff.start(15.0)


def test_the_monitors_own_interval_starts_the_cuff_however_seldom_it_is_asked():
    def every_five_minutes(after_s: float) -> float:
        return (after_s // 300 + 1) * 300

    seldom = _cuff(next_due=every_five_minutes)
    seldom.begin(0.0)
    seldom.advance(3000.0)
    often = _cuff(next_due=every_five_minutes)
    often.begin(0.0)
    for second in range(3001):
        often.advance(float(second))
    assert seldom.last == often.last
    assert seldom.last is not None
    assert 2720.0 <= seldom.last.at_s <= 2746.0


def test_an_empty_cuff_gives_up_pumping():
    cuff = Cuff(None, FaultSwitches(), 1)
    assert 50.0 <= _run(cuff) <= 52.0
    assert cuff.last is not None
    assert cuff.last.result.reason is NibpFailure.LOOSE_CUFF
