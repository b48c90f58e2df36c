import queue
import socket

import pytest

from monitors.clock import SystemClock
from monitors.devices import hl7_mllp
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import Received
from monitors.readings import NibpDetermination, OximetryReading, Validity, Vital, VitalReading
from simulators.devices.hl7_mllp import Hl7Gateway
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ALONE = ("hl7-mllp",)
WAIT_S = 45.0


def _converse(gateway, end_s, cuff_at_s=None):
    adapter, told = hl7_mllp.adapter(), []
    gateway.plugged_in(0.0)
    for second in range(end_s):
        if second == cuff_at_s:
            gateway._recliner.cuff.start(float(second))
        told += adapter.feed(gateway.speak(float(second)), float(second))
        gateway.hear(adapter.due(float(second)), float(second))
    assert adapter.counts.discarded_bytes == 0
    return told, adapter


def _of(kind, told):
    return [reading for reading in told if isinstance(reading, kind)]


def test_the_product_hears_every_vital_and_acknowledges_each_message():
    gateway = Hl7Gateway(recliner(devices=ALONE))
    told, adapter = _converse(gateway, 30)
    assert len(_of(OximetryReading, told)) == adapter.counts.frames == gateway.acknowledged == 6
    vitals = {r.vital: r.value for r in _of(VitalReading, told)}
    assert 50 <= vitals[Vital.HEART_RATE] <= 110
    assert vitals[Vital.TEMPERATURE] == pytest.approx(36.7, abs=0.1)


def test_a_cuff_result_is_told_once_with_the_age_its_time_tells():
    told, _ = _converse(Hl7Gateway(recliner(devices=ALONE)), 200, cuff_at_s=10)
    (found,) = _of(NibpDetermination, told)
    assert 0 <= found.age_s <= 6 or found.age_s is None
    assert found.systolic_mmhg > found.mean_mmhg > found.diastolic_mmhg


def test_a_sensor_without_a_value_is_told_as_invalid():
    gateway = Hl7Gateway(recliner(FaultWindow(Fault.PROBE_OFF, 0.0), devices=ALONE))
    numbers = _of(OximetryReading, _converse(gateway, 12)[0])
    assert {reading.validity for reading in numbers} == {Validity.INVALID}


def test_an_empty_recliner_sends_messages_without_numbers():
    told, adapter = _converse(Hl7Gateway(empty_recliner()), 12)
    assert adapter.counts.frames
    assert told == []


def test_a_gateway_that_connects_to_us_is_read_and_answered_and_may_come_back():
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    events: queue.Queue = queue.Queue()
    port = f"listen://127.0.0.1:{number}"
    link = Link("R1/monitor", kind_of("hl7-mllp"), port, SystemClock(), events.put)
    link.start()
    gateway = Hl7Gateway(recliner(devices=ALONE))
    try:
        for visit in (1, 2):
            with _connect(number) as line:
                line.sendall(gateway.speak(100.0 * visit))
                assert b"MSA|AA|" in line.recv(4096)
            _wait_for(events, OximetryReading)
    finally:
        link.close()


def _connect(number):
    last = None
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", number), timeout=WAIT_S)
        except ConnectionRefusedError as error:
            last = error
            queue_wait()
    raise last


def queue_wait():
    """Give the link's thread a moment to listen."""
    with pytest.raises(queue.Empty):
        queue.Queue().get(timeout=0.05)


def _wait_for(events, kind):
    while True:
        event = events.get(timeout=WAIT_S)
        if isinstance(event, Received) and isinstance(event.reading, kind):
            return
