from __future__ import annotations

import pytest

from monitors.devices.accutorr3_lines import ASK_PATIENT, ASK_PROMPT, PROMPT, PatientLine
from monitors.readings import NibpFailure, NibpOutcome, OximetryReading, Validity
from simulators.devices.accutorr3 import AccutorrMonitor
from simulators.faults import Fault, FaultWindow
from tests.simulators.cuff_talk import Talk
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("accutorr3",)
REASONS = [
    (Fault.HOSE_OFF, NibpFailure.UNKNOWN),
    (Fault.CUFF_LEAK, NibpFailure.UNKNOWN),
    (Fault.HOSE_KINKED, NibpFailure.UNKNOWN),
    (Fault.WEAK_PULSE, NibpFailure.UNKNOWN),
    (Fault.TOO_LONG, NibpFailure.UNKNOWN),
    (Fault.MOTION, NibpFailure.MOTION),
    (Fault.OVERPRESSURE, NibpFailure.OVERPRESSURE),
]


def patient_line(twin: AccutorrMonitor, now_s: float) -> PatientLine:
    return PatientLine.from_bytes(twin.hear(ASK_PATIENT, now_s).removesuffix(PROMPT))


def test_each_known_character_is_answered_with_the_prompt_behind_it() -> None:
    twin = AccutorrMonitor(recliner(devices=ALONE))
    assert twin.hear(ASK_PROMPT, 1.0) == PROMPT
    assert twin.hear(b"L", 1.0).startswith(b"L:")
    assert twin.hear(b"Q\r\n", 1.0) == b""
    assert twin.power_up().endswith(b"ready\r\n>")
    assert patient_line(twin, 1.0).minutes is None


def test_a_measurement_is_told_with_its_minutes() -> None:
    patient = recliner(devices=ALONE)
    twin = AccutorrMonitor(patient)
    patient.cuff.start(1.0)
    line = patient_line(twin, 100.0)
    assert line.systolic_mmhg > line.mean_mmhg > line.diastolic_mmhg > 0
    assert patient_line(twin, 400.0).minutes == int((400.0 - patient.cuff.last.at_s) / 60)


@pytest.mark.parametrize(
    ("fault", "bit"), [(Fault.PROBE_UNPLUGGED, 0x01), (Fault.PROBE_OFF, 0x02), (Fault.MOTION, 0x04)]
)
def test_each_fault_of_the_probe_has_its_bit(fault: Fault, bit: int) -> None:
    twin = AccutorrMonitor(recliner(FaultWindow(fault, 0.0), devices=ALONE))
    assert patient_line(twin, 30.0).probe & bit


def test_a_measurement_is_heard_once_with_saturation_each_second() -> None:
    patient = recliner(devices=ALONE)
    talk = Talk("accutorr3", AccutorrMonitor(patient)).until(10.0)
    patient.cuff.start(10.0)
    talk.until(200.0)
    (told,) = talk.determinations
    assert told.outcome is NibpOutcome.COMPLETED
    assert told.systolic_mmhg == patient.cuff.last.result.systolic_mmhg
    fingers = [reading for _, reading in talk.told if isinstance(reading, OximetryReading)]
    assert 190 <= len(fingers) <= 201
    assert {reading.validity for reading in fingers} == {Validity.VALID}
    assert talk.adapter.counts.discarded_bytes == 0


@pytest.mark.parametrize(("fault", "reason"), REASONS)
def test_each_fault_of_the_cuff_is_told_once(fault: Fault, reason: NibpFailure) -> None:
    patient = recliner(FaultWindow(fault, 60.0), devices=ALONE)
    twin = AccutorrMonitor(patient)
    patient.cuff.start(1.0)
    talk = Talk("accutorr3", twin).until(120.0)
    patient.cuff.start(120.0)
    talk.until(420.0)
    assert [told.reason for told in talk.determinations] == [None, reason]


def test_a_stopped_measurement_leaves_the_last_result_standing() -> None:
    patient = recliner(devices=ALONE)
    talk = Talk("accutorr3", AccutorrMonitor(patient))
    patient.cuff.start(1.0)
    talk.until(100.0)
    patient.cuff.start(100.0)
    talk.until(110.0)
    patient.cuff.cancel(110.0)
    assert [told.outcome for told in talk.until(200.0).determinations] == [NibpOutcome.COMPLETED]


def test_beside_another_device_it_has_no_sensor_and_an_empty_recliner_has_no_finger() -> None:
    beside = AccutorrMonitor(recliner(devices=("nonin-df2", "accutorr3")))
    assert patient_line(beside, 10.0).probe == 0x01
    assert patient_line(AccutorrMonitor(empty_recliner()), 10.0).spo2_pct is None
