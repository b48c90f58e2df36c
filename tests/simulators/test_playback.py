"""A capture is played back at a real port and decodes to the same readings."""

from __future__ import annotations

import queue
import re
from pathlib import Path

from monitors.clock import PushedClock, SystemClock
from monitors.devices.blackbox import CaptureWriter
from monitors.devices.capture_file import CaptureHeader, Direction, read_blocks, write_blocks
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import LinkEvent, Received
from monitors.readings import OximetryReading
from simulators.playback import Playback
from tests.room.rig import room, until

FRAMES = [bytes((0x80, pulse, 97)) for pulse in range(60, 72)]


def recorded(path: Path) -> Path:
    clock = PushedClock()
    header = CaptureHeader("nonin-df1", "/dev/ttyUSB0", kind_of("nonin-df1").line, 0)
    with CaptureWriter(path, header, clock) as writer:
        for number, frame in enumerate(FRAMES):
            writer.record(number * 100, Direction.RECEIVED, frame)
    return path


def test_bytes_come_at_their_own_time_and_begin_anew_for_each_listener(tmp_path: Path) -> None:
    player = Playback(recorded(tmp_path / "a.capture"))
    player.plugged_in(50.0)
    assert player.speak(50.0) == FRAMES[0]
    assert player.speak(50.25) == FRAMES[1] + FRAMES[2]
    player.plugged_in(60.0)
    assert player.speak(70.0) == b"".join(FRAMES)
    assert player.speak(80.0) == b""


def test_a_recording_over_a_restart_of_its_machine_plays_on(tmp_path: Path) -> None:
    path, clock = tmp_path / "a.capture", PushedClock()
    header = CaptureHeader("nonin-df1", "/dev/ttyUSB0", kind_of("nonin-df1").line, 0)
    with CaptureWriter(path, header, clock) as writer:
        writer.record(90_000, Direction.RECEIVED, FRAMES[0])
        writer.record(91_000, Direction.RECEIVED, FRAMES[1])
    early = tmp_path / "b.capture"
    with CaptureWriter(early, header, clock) as writer:
        writer.record(500, Direction.RECEIVED, FRAMES[2])
        writer.record(2_500, Direction.RECEIVED, FRAMES[3])
    write_blocks(path, header, [*read_blocks(path), *read_blocks(early)])
    player = Playback(path)
    assert player.seconds == 3.0
    assert player.speak(1.0) == b"".join(FRAMES[:3])
    assert player.speak(2.9) == b""
    assert player.speak(3.0) == FRAMES[3]


def test_a_capture_played_at_a_port_decodes_as_it_did(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.capture")
    with room(tmp_path) as place:
        place.run("player", "simulators", "play", str(path), "--until-stdin-closes")
        found = until(
            lambda: re.search(r'port = "(socket://[\d.:]+)"', place.log("player")), "a port"
        )
        events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
        link = Link("x", kind_of("nonin-df1"), found[1], SystemClock(), events.put)
        link.start()
        pulses: list[int | None] = []

        def all_came() -> bool:
            while not events.empty():
                event = events.get()
                if isinstance(event, Received) and isinstance(event.reading, OximetryReading):
                    pulses.append(event.reading.pulse_rate_per_min)
            return len(pulses) >= len(FRAMES) - 2

        try:
            until(all_came, "the recording is played")
        finally:
            link.close()
        assert pulses == list(range(60, 60 + len(pulses)))


def test_a_file_that_is_no_capture_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.capture"
    wrong.write_text("hello\n")
    with room(tmp_path) as place:
        player = place.run("player", "simulators", "play", str(wrong))
        assert player.wait(30) == 2
        assert "wrong.capture" in place.log("player")
