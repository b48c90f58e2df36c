"""Stories of one port: speaking, silent, pulled, back, broken, closed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from monitors.clock import PushedClock, SystemClock
from monitors.devices import nonin_df2
from monitors.devices.capture_file import Direction
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import LineCounts, Lost, Opened, Received, Silent, Speaking
from monitors.devices.nonin_common import Packet, PacketFields
from monitors.errors import TransportError
from monitors.readings import OximetryReading
from tests.link.room import OXIMETER, Cable, LineAdapter, Told, link_to, usb

Plug = Callable[..., Cable]
Start = Callable[..., Link]


def test_a_line_cut_in_two_gives_one_reading(plug: Plug, start: Start, told: Told) -> None:
    cable = plug()
    start(str(cable.path), told)
    cable.expect(b"HELLO\n")
    cable.say(b"S9")
    cable.say(b"7\nS98")
    cable.say(b"\n")
    assert told.next(Received).reading == OximetryReading(97, 70)
    assert told.next(Received).reading == OximetryReading(98, 70)
    assert told.count(Speaking) == 1


def test_readings_carry_the_room_time_at_which_they_arrived(
    plug: Plug, start: Start, told: Told
) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, clock=clock)
    assert told.next(Opened).at_ms == 1000
    clock.push(2.5)
    cable.say(b"S97\n")
    assert told.next(Received).at_ms == 3500


def test_a_port_that_never_spoke_is_told_as_never(plug: Plug, start: Start, told: Told) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, clock=clock)
    told.next(Opened)
    clock.push(3.1)
    silent = told.next(Silent)
    assert silent.last_frame_ms is None
    assert silent.at_ms == 4100


def test_bytes_that_make_no_frame_do_not_break_the_silence(
    plug: Plug, start: Start, told: Told
) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, clock=clock)
    told.next(Opened)
    clock.push(2)
    cable.say(b"rubbish\n")
    assert told.next(LineCounts).discarded_bytes == 8
    clock.push(1.1)
    assert told.next(Silent).last_frame_ms is None


def test_silence_is_told_once_and_speech_again(plug: Plug, start: Start, told: Told) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, clock=clock)
    told.next(Opened)
    cable.say(b"S97\n")
    told.next(Speaking)
    told.next(Received)
    clock.push(3.0)
    cable.say(b"S96\n")
    told.next(Received)
    assert told.count(Silent) == 0, "exactly the longest silence is still permitted"
    clock.push(3.001)
    assert told.next(Silent).last_frame_ms == 4000
    clock.push(30)
    cable.say(b"S95\n")
    told.next(Speaking)
    told.next(Received)
    assert told.count(Silent) == 1


def test_the_silence_follows_a_fast_clock(plug: Plug, start: Start, told: Told) -> None:
    cable = plug()
    start(str(cable.path), told, clock=SystemClock(rate=30.0))
    opened, silent = told.next(Opened), told.next(Silent)
    assert silent.at_ms - opened.at_ms > 3000


def test_a_polled_device_is_asked_at_the_adapters_pace(
    plug: Plug, start: Start, told: Told
) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, replace(OXIMETER, make=lambda: LineAdapter(1.0)), clock)
    assert cable.expect(b"?\n") == b"HELLO\n?\n"
    clock.push(1)
    assert cable.expect(b"?\n") == b"?\n"


def test_counts_are_told_when_they_have_changed(plug: Plug, start: Start, told: Told) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, clock=clock)
    told.next(Opened)
    cable.say(b"S97\nnoise\n")
    assert told.next(LineCounts) == LineCounts("R1/toy", 1000, 1, 0, 6, 1000)
    cable.say(b"S98\n")
    told.next(Received)
    clock.push(1)
    assert told.next(LineCounts) == LineCounts("R1/toy", 2000, 2, 0, 6, 1000)


def test_a_port_missing_at_the_start_is_told_once_and_then_found(
    plug: Plug, start: Start, told: Told, tmp_path: object
) -> None:
    name = f"{tmp_path}/ttyUSB0"
    link = start(name, told)
    lost = told.next(Lost)
    assert "does not exist" in lost.reason
    assert name in lost.reason
    assert link.is_open is False
    cable = plug()
    assert told.next(Opened).port == name
    cable.say(b"S97\n")
    told.next(Received)
    assert told.count(Lost) == 1


def test_a_pulled_cable_is_told_once_and_its_return_greeted(
    plug: Plug, start: Start, told: Told
) -> None:
    cable = plug()
    start(str(cable.path), told)
    told.next(Opened)
    cable.say(b"S97\nS9")
    told.next(Received)
    cable.pull()
    assert str(cable.path) in told.next(Lost).reason
    again = plug()
    again.expect(b"HELLO\n")
    again.say(b"6\nS95\n")
    assert told.next(Received).reading == OximetryReading(95, 70), "no half line survives"
    assert told.count(Lost) == 1
    assert told.count(Opened) == 2
    assert told.count(Speaking) == 2


def test_after_a_return_silence_is_not_told_as_never(plug: Plug, start: Start, told: Told) -> None:
    cable, clock = plug(), PushedClock(1000)
    start(str(cable.path), told, clock=clock)
    told.next(Opened)
    cable.say(b"S97\n")
    told.next(Received)
    cable.pull()
    told.next(Lost)
    plug().expect(b"HELLO\n")
    clock.push(4)
    assert told.next(Silent).last_frame_ms == 1000


def test_an_adapter_that_returns_under_another_name_is_found(
    plug: Plug, start: Start, told: Told
) -> None:
    cable = plug("ttyUSB0")
    listed = [usb(cable.path)]
    start(str(cable.path), told, lister=lambda: list(listed))
    assert told.next(Opened).identity == "0403:6001/A50285BI"
    cable.pull()
    listed.clear()
    told.next(Lost)
    again = plug("ttyUSB1")
    listed.append(usb(again.path, location="1-4"))
    assert told.next(Opened).port == str(again.path)
    again.say(b"S97\n")
    told.next(Received)


def test_a_port_that_must_be_a_certain_adapter_is_only_that(
    plug: Plug, start: Start, told: Told
) -> None:
    stranger = plug("ttyUSB0")
    listed = [usb(stranger.path, serial="B7777777")]
    start(str(stranger.path), told, lister=lambda: list(listed), serial_number="A50285BI")
    assert "expected the adapter with serial number A50285BI" in told.next(Lost).reason
    own = plug("ttyUSB1")
    listed.append(usb(own.path))
    assert told.next(Opened).port == str(own.path)


def test_a_stranger_under_the_old_name_is_not_read(plug: Plug, start: Start, told: Told) -> None:
    cable = plug("ttyUSB0")
    listed = [usb(cable.path)]
    start(str(cable.path), told, lister=lambda: list(listed))
    told.next(Opened)
    cable.pull()
    stranger = plug("ttyUSB0")
    listed[:] = [usb(stranger.path, serial="B7777777")]
    told.next(Lost)
    own = plug("ttyUSB3")
    listed.append(usb(own.path))
    assert told.next(Opened).port == str(own.path)
    assert stranger.heard_now() == b""


def test_two_links_on_one_port_give_a_clear_error(plug: Plug, start: Start, told: Told) -> None:
    cable, other = plug(), Told()
    start(str(cable.path), told)
    told.next(Opened)
    start(str(cable.path), other)
    assert "in use by another recliner or another program" in other.next(Lost).reason


def test_a_bug_in_an_adapter_costs_one_line_and_no_other_device(
    plug: Plug, start: Start, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    cable, other_cable, other = plug("a"), plug("b"), Told()
    link = start(str(cable.path), told)
    start(str(other_cable.path), other)
    told.next(Opened)
    other.next(Opened)
    cable.say(b"BOOM\n")
    assert "toy-oximeter adapter failed: RuntimeError" in told.next(Lost).reason
    other_cable.say(b"S97\n")
    other.next(Received)
    told.next(Opened)
    assert link.adapter_failures == 1
    cable.say(b"S96\n")
    assert told.next(Received).reading == OximetryReading(96, 70)
    assert sum("adapter failed" in r.message for r in caplog.records) == 1


def test_a_sink_that_fails_does_not_end_the_link(plug: Plug, start: Start) -> None:
    told = Told()
    is_first = threading.Event()

    def sink(event: object) -> None:
        if isinstance(event, Received) and not is_first.is_set():
            is_first.set()
            raise ValueError("the sink is broken")
        told.put(event)  # type: ignore[arg-type]

    cable = plug()
    link = Link("R1/toy", OXIMETER, str(cable.path), PushedClock(), sink, lister=list)
    link.start()
    told.next(Opened)
    cable.say(b"S97\nS96\n")
    assert told.next(Received).reading == OximetryReading(96, 70)
    link.close()


def test_closing_does_not_wait_for_the_pause_between_attempts(told: Told, tmp_path: object) -> None:
    link = link_to(f"{tmp_path}/nothing", told, pauses_s=(3600.0,))
    link.start()
    told.next(Lost)
    link.close()
    assert not [t for t in threading.enumerate() if t.name == "link R1/toy"]


def test_an_order_while_the_port_is_away_is_refused(
    start: Start, told: Told, tmp_path: object
) -> None:
    link = start(f"{tmp_path}/nothing", told)
    told.next(Lost)
    with pytest.raises(TransportError, match="toy-oximeter is not one"):
        link.start_cuff()


def test_the_tap_sees_every_byte_of_both_directions(plug: Plug, start: Start, told: Told) -> None:
    tapped: list[tuple[int, Direction, bytes]] = []
    cable = plug()
    start(str(cable.path), told, tap=lambda *chunk: tapped.append(chunk))
    told.next(Opened)
    cable.say(b"S97\n")
    told.next(Received)
    assert tapped == [
        (1000, Direction.OPENED, b""),
        (1000, Direction.SENT, b"HELLO\n"),
        (1000, Direction.RECEIVED, b"S97\n"),
    ]


def test_an_oximeter_of_the_catalogue_is_read_over_a_real_port(
    plug: Plug, start: Start, told: Told
) -> None:
    fields = PacketFields(pulse_rate_per_min=140, spo2_pct=96)
    statuses = bytes([0x81, *[0x80] * 24])
    packet = nonin_df2.packet_bytes(Packet(statuses, (90,) * 25, fields.to_floats()))
    cable = plug()
    start(str(cable.path), told, kind_of("nonin-df2"))
    told.next(Opened)
    cable.say(packet * 4)
    told.next(Speaking)
    reading = told.next(Received).reading
    while not isinstance(reading, OximetryReading):
        reading = told.next(Received).reading
    assert (reading.spo2_pct, reading.pulse_rate_per_min) == (96, 140)


def test_many_cables_pulled_at_random_all_come_back(plug: Plug, start: Start) -> None:
    chance = random.Random(11)
    ports = [(plug(f"ttyUSB{number}"), Told()) for number in range(8)]
    for cable, told in ports:
        start(str(cable.path), told)
        told.next(Opened)
    for _ in range(3):
        for place in chance.sample(range(8), 5):
            cable, told = ports[place]
            cable.pull()
            told.next(Lost)
            ports[place] = plug(cable.path.name), told
            told.next(Opened)
        for cable, told in ports:
            cable.say(b"S97\n")
            assert told.next(Received).reading == OximetryReading(97, 70)
