from __future__ import annotations

from collections.abc import Callable

import pytest

from monitors.devices.omron_hbp9030 import HbpLine
from monitors.devices.terumo import KioskResult
from monitors.readings import NibpFailure, NibpOutcome
from simulators.devices.omron_hbp9030 import hbp_monitor
from simulators.devices.terumo import kiosk_monitor
from simulators.devices.twin import Twin
from simulators.faults import Fault, FaultWindow
from simulators.recliner import SimulatedRecliner
from tests.simulators.cuff_talk import Talk
from tests.simulators.examples import empty_recliner, recliner

Make = Callable[[SimulatedRecliner], Twin]
every_twin = pytest.mark.parametrize(
    ("device", "make"), [("omron-hbp9030", hbp_monitor), ("terumo", kiosk_monitor)]
)
FAULTS = [
    Fault.HOSE_OFF,
    Fault.CUFF_LEAK,
    Fault.HOSE_KINKED,
    Fault.MOTION,
    Fault.WEAK_PULSE,
    Fault.OVERPRESSURE,
    Fault.TOO_LONG,
]


@every_twin
def test_a_measurement_is_pushed_once_when_it_has_ended(device: str, make: Make) -> None:
    patient = recliner(devices=(device,))
    talk = Talk(device, make(patient)).until(2.0)
    patient.cuff.start(2.0)
    talk.until(10.0)
    assert talk.determinations == []
    talk.until(100.0)
    (told,) = talk.determinations
    assert told.outcome is NibpOutcome.COMPLETED
    assert told.systolic_mmhg == patient.cuff.last.result.systolic_mmhg
    assert (told.mean_mmhg is None) == (device == "omron-hbp9030")
    assert talk.adapter.counts.discarded_bytes == 0


@every_twin
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_a_failure_of_unknown_reason(device: str, make: Make, fault: Fault) -> None:
    patient = recliner(FaultWindow(fault, 0.0), devices=(device,))
    talk = Talk(device, make(patient)).until(1.0)
    patient.cuff.start(1.0)
    talk.until(200.0)
    assert [told.reason for told in talk.determinations] == [NibpFailure.UNKNOWN]


@every_twin
def test_a_stopped_measurement_is_not_pushed(device: str, make: Make) -> None:
    patient = recliner(devices=(device,))
    talk = Talk(device, make(patient)).until(1.0)
    patient.cuff.start(1.0)
    talk.until(10.0)
    patient.cuff.cancel(10.0)
    assert talk.until(60.0).determinations == []


@every_twin
def test_what_was_measured_with_the_cable_out_is_lost(device: str, make: Make) -> None:
    patient = recliner(devices=(device,))
    talk = Talk(device, make(patient)).until(1.0)
    patient.cuff.start(1.0)
    twin = talk.twin
    twin.plugged_in(80.0)
    assert twin.speak(90.0) == b""


@every_twin
def test_an_empty_recliner_fails_and_nothing_sent_is_answered(device: str, make: Make) -> None:
    patient = empty_recliner()
    twin = make(patient)
    twin.plugged_in(0.0)
    assert twin.hear(b"anything", 0.5) == b""
    patient.cuff.start(1.0)
    assert twin.speak(100.0) != b""


def test_the_monitors_clock_runs_with_the_scenario() -> None:
    patient = recliner(devices=("terumo",))
    twins = hbp_monitor(patient), kiosk_monitor(patient)
    for twin in twins:
        twin.plugged_in(0.0)
    patient.cuff.start(3600.0)
    omron, terumo = (twin.speak(3700.0) for twin in twins)
    assert HbpLine.from_bytes(omron).taken == (2026, 3, 1, 10, 0)
    assert KioskResult.from_bytes(terumo).date == "260301"
    assert KioskResult.from_bytes(terumo).time.startswith("1000")


def test_numbers_beyond_the_makers_range_are_an_error_on_an_hbp_9030() -> None:
    patient = recliner(devices=("omron-hbp9030",))
    twin = hbp_monitor(patient)
    twin.plugged_in(0.0)
    patient.cuff.start(1.0)
    patient.cuff.advance(60.0)
    low = patient.cuff.last.result.__class__(NibpOutcome.COMPLETED, 58, 29, 40, 39)
    patient.cuff.last = patient.cuff.last.__class__(50.0, low)
    assert HbpLine.from_bytes(twin.speak(60.0)).error != 0
