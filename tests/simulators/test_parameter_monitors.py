"""Every simulated monitor of many parameters at a real port, read by the product's own link."""

from __future__ import annotations

import queue
from collections.abc import Callable

import pytest

from monitors.clock import SystemClock
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import LinkEvent, Lost, Received
from monitors.readings import NibpDetermination, OximetryReading, Reading, Vital, VitalReading
from simulators.control import ask
from tests.simulators.examples import plan

WAIT_S = 45.0
SPEED = 10.0
MONITORS = ("pm6750", "ge-dri", "ivy-450c", "hl7-mllp", "intellivue")
every_monitor = pytest.mark.parametrize("device", MONITORS)
Hears = Callable[[Reading], bool]


def _hear(events: queue.Queue[LinkEvent], is_it: Hears) -> Reading:
    while True:
        event = events.get(timeout=WAIT_S)
        if isinstance(event, Received) and is_it(event.reading):
            return event.reading


def _is_number(reading: Reading) -> bool:
    if isinstance(reading, VitalReading):
        return reading.vital is Vital.HEART_RATE and reading.value is not None
    return False


def _has_spo2(reading: Reading) -> bool:
    if isinstance(reading, OximetryReading):
        return reading.spo2_pct is not None
    is_spo2 = isinstance(reading, VitalReading) and reading.vital is Vital.SPO2
    return is_spo2 and reading.value is not None


@every_monitor
def test_at_a_real_port_the_product_hears_numbers_and_a_cuff_and_again_after_a_pulled_cable(
    open_room, device: str
) -> None:
    room = open_room(plan(devices=(device,)), speed=SPEED)
    events: queue.Queue[LinkEvent] = queue.Queue()
    port = room.ports["R1/monitor"]
    link = Link("R1/monitor", kind_of(device), port, SystemClock(SPEED), events.put)
    link.start()
    try:
        _hear(events, _is_number)
        _hear(events, _has_spo2)
        ask(room.control_port, "cuff R1")
        found = _hear(events, lambda reading: isinstance(reading, NibpDetermination))
        assert isinstance(found, NibpDetermination)
        assert found.systolic_mmhg > found.diastolic_mmhg
        ask(room.control_port, "fault R1/monitor cable on")
        while not isinstance(events.get(timeout=WAIT_S), Lost):
            pass
        ask(room.control_port, "fault R1/monitor cable off")
        _hear(events, _is_number)
    finally:
        link.close()
