import json
import os
import queue
import socket
import sys
from collections.abc import Iterator

import pytest

from monitors.clock import SystemClock
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import LinkEvent, Lost, Received, Speaking
from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    OximetryReading,
    SignalCondition,
    WaveformChunk,
)
from simulators.control import ask
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import plan

WAIT_S = 45.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals need POSIX")


def _place(url: str) -> tuple[str, int]:
    host, _, number = url.removeprefix("socket://").partition(":")
    return host, int(number)


def _connect(url: str) -> socket.socket:
    return socket.create_connection(_place(url), timeout=WAIT_S)


def _take(line: socket.socket, count: int) -> bytes:
    taken = b""
    while len(taken) < count:
        chunk = line.recv(4096)
        if not chunk:
            break
        taken += chunk
    return taken


@pytest.fixture
def listen() -> Iterator:
    """Open the product's own link to a port and return what it learns and itself."""
    links = []

    def open_link(port: str, device: str = "nonin-df2", rate: float = 1.0):
        events: queue.Queue[LinkEvent] = queue.Queue()
        link = Link("R1/device", kind_of(device), port, SystemClock(rate), events.put)
        link.start()
        links.append(link)
        return events, link

    yield open_link
    for link in links:
        link.close()


def _until(events: queue.Queue[LinkEvent], is_it) -> LinkEvent:
    while True:
        event = events.get(timeout=WAIT_S)
        if is_it(event):
            return event


def _has_number(event: LinkEvent) -> bool:
    return (
        isinstance(event, Received)
        and isinstance(event.reading, OximetryReading)
        and event.reading.spo2_pct is not None
    )


def _is_determination(event: LinkEvent) -> bool:
    return isinstance(event, Received) and isinstance(event.reading, NibpDetermination)


def _says(condition: SignalCondition):
    def is_it(event: LinkEvent) -> bool:
        return (
            isinstance(event, Received)
            and isinstance(event.reading, OximetryReading)
            and condition in event.reading.conditions
        )

    return is_it


@pytest.mark.parametrize("has_terminals", [False, pytest.param(True, marks=posix)])
def test_the_products_link_reads_numbers_and_trace_from_a_real_port(
    open_room, listen, has_terminals
):
    room = open_room(plan(), has_terminals=has_terminals)
    events, _ = listen(room.ports["R1/oximeter"])
    _until(events, _has_number)
    _until(events, lambda e: isinstance(e, Received) and isinstance(e.reading, WaveformChunk))


@pytest.mark.parametrize("has_terminals", [False, pytest.param(True, marks=posix)])
def test_a_pulled_cable_closes_the_port_and_a_plugged_one_opens_it_under_its_name(
    open_room, listen, has_terminals
):
    room = open_room(plan(), has_terminals=has_terminals)
    events, _ = listen(room.ports["R1/oximeter"])
    _until(events, _has_number)
    assert ask(room.control_port, "fault R1/oximeter cable on").startswith("ok")
    _until(events, lambda event: isinstance(event, Lost))
    assert ask(room.control_port, "fault R1/oximeter cable off").startswith("ok")
    _until(events, lambda event: isinstance(event, Speaking))
    _until(events, _has_number)


def test_a_finger_taken_out_by_command_is_told_by_the_product(open_room, listen):
    room = open_room(plan(), speed=5.0)
    events, _ = listen(room.ports["R1/oximeter"])
    _until(events, _has_number)
    ask(room.control_port, "fault R1 probe_off on")
    _until(events, _says(SignalCondition.FINGER_OUT))
    ask(room.control_port, "fault R1 probe_off off")
    _until(events, _has_number)


def test_only_one_host_is_served_and_the_next_when_it_has_left(open_room):
    room = open_room(plan())
    url = room.ports["R1/oximeter"]
    with _connect(url) as first:
        assert _take(first, 500)
        with _connect(url) as second:
            assert second.recv(4096) == b""
        assert _take(first, 500)
    for _ in range(50):
        with _connect(url) as third:
            if third.recv(1):
                return
    pytest.fail("the port stayed taken after its host had left")


def test_ports_listen_on_this_machine_only(open_room):
    room = open_room(plan())
    assert {_place(url)[0] for url in room.ports.values()} == {"127.0.0.1"}


def test_a_silent_device_keeps_its_port_and_says_nothing(open_room):
    room = open_room(plan(FaultWindow(Fault.SILENT, 0.0, role="oximeter")))
    with _connect(room.ports["R1/oximeter"]) as line:
        line.settimeout(0.6)
        with pytest.raises(TimeoutError):
            line.recv(1)
        line.settimeout(WAIT_S)
        ask(room.control_port, "fault R1/oximeter silent off")
        assert _take(line, 100)


@pytest.mark.parametrize("fault", [Fault.GARBLE, Fault.DROP])
def test_a_bad_line_spoils_some_bytes_and_the_good_frames_are_still_read(open_room, fault):
    room = open_room(plan(FaultWindow(fault, 0.0)), speed=60.0)
    adapter = kind_of("nonin-df2").make()
    adapter.begin(0.0)
    with _connect(room.ports["R1/oximeter"]) as line:
        told = adapter.feed(_take(line, 20_000), 0.0)
    assert adapter.counts.discarded_bytes > 100
    numbers = [r for r in told if isinstance(r, OximetryReading) and r.spo2_pct is not None]
    assert numbers
    assert all(94 <= r.spo2_pct <= 100 for r in numbers)


def test_a_cuff_started_over_tcp_measures_once_and_a_hose_taken_off_fails(open_room, listen):
    room = open_room(plan(), speed=10.0)
    events, link = listen(room.ports["R1/monitor"], "dinamap", rate=10.0)
    _until(events, lambda event: isinstance(event, Speaking))
    link.start_cuff()
    done = _until(events, _is_determination).reading
    assert done.systolic_mmhg > done.diastolic_mmhg > 0
    ask(room.control_port, "fault R1 hose_off on")
    ask(room.control_port, "cuff R1")
    failed = _until(events, _is_determination).reading
    assert failed.reason is NibpFailure.LOOSE_CUFF


def test_a_speed_makes_the_stream_faster(open_room):
    room = open_room(plan(), speed=60.0)
    adapter = kind_of("nonin-df2").make()
    with _connect(room.ports["R1/oximeter"]) as line:
        adapter.feed(_take(line, 375 * 60), 0.0)
    assert adapter.counts.frames >= 75 * 59


def test_the_control_port_answers_each_line_and_explains_mistakes(open_room):
    room = open_room(plan())
    control = room.control_port
    assert ask(control, "event R1 panic 0.5") == "ok R1 panic 0.5"
    assert ask(control, "cuff R1") == "ok R1 inflating"
    assert ask(control, "cuff R1") == "ok R1 was inflating already"
    assert ask(control, "cuff R1 stop") == "ok R1 stopped"
    assert ask(control, "cuff R1 burst").startswith("error: a cuff is started, or stopped by")
    vitals = json.loads(ask(control, "vitals R1").removeprefix("ok "))
    assert 90 < vitals["spo2_pct"] <= 100
    assert json.loads(ask(control, "ports").removeprefix("ok ")) == room.ports
    for wrong in ("fault R9 probe_off on", "fault R1 nonsense on", "fault R1", "sing"):
        assert ask(control, wrong).startswith("error: ")
        assert "probe_off" in ask(control, wrong)


def test_several_callers_may_hold_the_control_port_and_one_may_leave_rudely(open_room):
    room = open_room(plan())
    with _connect(f"socket://127.0.0.1:{room.control_port}") as other:
        other.sendall(b"vitals")
        assert ask(room.control_port, "help").startswith("ok fault")
    assert ask(room.control_port, "help").startswith("ok fault")


@posix
def test_a_pseudo_terminals_name_is_gone_while_its_cable_is_pulled_and_after_the_end(open_room):
    room = open_room(plan(FaultWindow(Fault.CABLE, 0.0, role="monitor")), has_terminals=True)
    ask(room.control_port, "help")
    oximeter, monitor = room.ports["R1/oximeter"], room.ports["R1/monitor"]
    assert os.path.exists(oximeter)
    for _ in range(200):
        ask(room.control_port, "help")
        if not os.path.lexists(monitor):
            break
    else:
        pytest.fail("the name of the pulled port stayed")
