"""The black box: bounded, whole, readable after a crash, and good for a replay."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clock import PushedClock
from monitors.devices.blackbox import BlackBox, CaptureWriter
from monitors.devices.blackbox_ring import RingFiles
from monitors.devices.capture_file import (
    CaptureHeader,
    Chunk,
    Direction,
    is_capture,
    read_chunks,
    read_header,
    unpacked,
)
from monitors.devices.device_kind import LineSettings
from monitors.devices.link import Link
from monitors.devices.link_events import Lost, Opened, Received
from monitors.devices.playing_back import decoded
from monitors.errors import FrameError
from tests.link.room import Cable, LineAdapter, Told

HEADER = CaptureHeader(
    "toy", "/dev/ttyUSB0", LineSettings(9600, parity="O"), 1_700_000_000_000, 1.0, True
)
CHUNKS = st.lists(
    st.tuples(st.integers(0, 10_000_000), st.sampled_from(Direction), st.binary(max_size=300)),
    max_size=30,
)


@given(CHUNKS)
@settings(deadline=None, max_examples=50)
def test_what_is_recorded_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list
) -> None:
    path = tmp_path_factory.mktemp("box") / "capture"
    clock, at_ms = PushedClock(), 5_000
    box = BlackBox(clock)
    expected = []
    with CaptureWriter(path, HEADER, clock) as writer:
        for delta_ms, direction, payload in steps:
            at_ms += delta_ms
            for record in (box.record, writer.record):
                record(at_ms, direction, payload)
            expected.append(Chunk(at_ms, clock.utc_ms(at_ms), direction, payload))
    assert list(box.chunks()) == expected
    assert list(read_chunks(path)) == expected
    box.capture_to_file(path, HEADER)
    assert list(read_chunks(path)) == expected
    assert read_header(path) == HEADER
    assert is_capture(path)


def test_the_box_is_bounded_and_keeps_the_newest() -> None:
    box = BlackBox(PushedClock(), capacity_bytes=200_000)
    noise = random.Random(7)
    for number in range(2000):
        box.record(number * 50, Direction.RECEIVED, noise.randbytes(500))
    held = list(box.chunks())
    assert box.held_bytes <= 200_000
    assert box.dropped_blocks > 0
    assert held[-1].at_ms == 1999 * 50
    assert [c.at_ms for c in held] == list(range(held[0].at_ms, 1999 * 50 + 1, 50))


def test_an_hour_of_an_oximeter_takes_little_room() -> None:
    box = BlackBox(PushedClock())
    noise = random.Random(7)
    for number in range(3 * 3600):
        frames = b"".join(b"\x01\x80" + noise.randbytes(1) + b"\x48\x27" for _ in range(25))
        box.record(number * 333, Direction.RECEIVED, frames)
    assert box.held_bytes < 700_000
    assert box.dropped_blocks == 0


def test_a_file_cut_by_a_crash_is_read_up_to_the_cut(tmp_path: Path) -> None:
    path, clock, noise = tmp_path / "capture", PushedClock(), random.Random(7)
    with CaptureWriter(path, HEADER, clock) as writer:
        for number in range(1000):
            writer.record(number, Direction.RECEIVED, noise.randbytes(100))
    whole = list(read_chunks(path))
    path.write_bytes(path.read_bytes()[:-1000])
    cut = list(read_chunks(path))
    assert 0 < len(cut) < len(whole) == 1000
    assert cut == whole[: len(cut)]


def test_a_damaged_file_is_an_error_and_never_wrong_bytes(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    with CaptureWriter(path, HEADER, PushedClock()) as writer:
        writer.record(0, Direction.RECEIVED, random.Random(7).randbytes(2000))
    damaged = bytearray(path.read_bytes())
    damaged[-500] ^= 0x40
    path.write_bytes(damaged)
    with pytest.raises(FrameError, match="damaged"):
        list(read_chunks(path))


@pytest.mark.parametrize("text", [b"", b"SPO2=097\r\n", b'{"format": "other"}\n', b"[]\n"])
def test_another_file_is_no_capture(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(text)
    assert not is_capture(path)
    with pytest.raises(FrameError, match="expected the header"):
        read_header(path)


# ---- on disk


def received(ring: RingFiles) -> list[int]:
    """Return the moments of what a ring on disk holds."""
    return [chunk.at_ms for block in ring.blocks() for chunk in unpacked(block)]


def spoken(*moments_ms: int, payload: bytes = b"x") -> list[bytes]:
    """Return packed blocks of what came at these moments."""
    box = BlackBox(PushedClock())
    for at_ms in moments_ms:
        box.record(at_ms, Direction.RECEIVED, payload)
    return box.take()


def test_what_was_taken_is_held_no_longer_unless_it_is_given_back() -> None:
    box = BlackBox(PushedClock())
    box.record(1, Direction.RECEIVED, b"one")
    taken = box.take()
    assert (list(box.chunks()), box.held_bytes) == ([], 0)
    box.record(2, Direction.RECEIVED, b"two")
    box.give_back(taken)
    assert [chunk.payload for chunk in box.chunks()] == [b"one", b"two"]


def test_a_ring_on_disk_outlives_its_process_and_goes_on(tmp_path: Path) -> None:
    RingFiles(tmp_path, "R1-oximeter", HEADER).append(spoken(1, 2))
    later = replace(HEADER, began_at_utc_ms=1_800_000_000_000)
    ring = RingFiles(tmp_path, "R1-oximeter", later)
    assert received(ring) == [1, 2]
    ring.append(spoken(3))
    assert received(ring) == [1, 2, 3]
    path = tmp_path / "R1-oximeter.capture"
    assert [chunk.at_ms for chunk in read_chunks(path)] == [1, 2, 3]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("tail", [b"\0\0", b"\0\0\0\x40torn", b"\0" * 4096, b"\xff" * 40])
def test_a_half_written_block_of_a_killed_process_is_taken_off(tmp_path: Path, tail: bytes) -> None:
    RingFiles(tmp_path, "R1-oximeter", HEADER).append(spoken(1, 2))
    with (tmp_path / "R1-oximeter.capture").open("ab") as file:
        file.write(tail)
    ring = RingFiles(tmp_path, "R1-oximeter", HEADER)
    ring.append(spoken(3))
    assert received(ring) == [1, 2, 3]


def test_a_ring_on_disk_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    ring, noise = RingFiles(tmp_path, "R1-oximeter", HEADER, 100_000), random.Random(7)
    for number in range(100):
        ring.append(spoken(number, payload=noise.randbytes(5_000)))
        held = received(ring)
        assert held == list(range(held[0], number + 1))
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert 50_000 <= sum(sizes) <= 110_000


def test_another_device_under_the_same_name_begins_a_ring_of_its_own(tmp_path: Path) -> None:
    RingFiles(tmp_path, "R1-oximeter", HEADER).append(spoken(1, 2))
    ring = RingFiles(tmp_path, "R1-oximeter", replace(HEADER, device="other"))
    assert received(ring) == []
    ring.append(spoken(3))
    assert received(ring) == [3]
    before = tmp_path / "R1-oximeter.before.capture"
    assert [chunk.at_ms for chunk in read_chunks(before)] == [1, 2]


def test_a_disk_that_takes_nothing_leaves_the_files_as_they_were(tmp_path: Path) -> None:
    ring = RingFiles(tmp_path / "box", "R1-oximeter", HEADER)
    (tmp_path / "box").write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        ring.append(spoken(1))
    (tmp_path / "box").unlink()
    ring.append(spoken(2))
    assert received(ring) == [2]


# ---- decoded again


def test_a_session_decoded_again_gives_the_same_readings(
    plug: Callable[..., Cable], start: Callable[..., Link], told: Told
) -> None:
    clock = PushedClock(1000)
    box = BlackBox(clock)
    cable = plug()
    start(str(cable.path), told, clock=clock, tap=box.record)
    told.next(Opened)
    for spo2 in (97, 96, 95):
        cable.say(b"S%d\n" % spo2)
        told.next(Received)
        clock.push(1)
    cable.pull()
    told.next(Lost)
    cable = plug()
    told.next(Opened)
    cable.say(b"S94\n")
    told.next(Received)
    live = [(e.at_ms, e.reading) for e in told.rest() if isinstance(e, Received)]
    again = [(c.at_ms, reading) for c, reading in decoded(box.chunks(), LineAdapter())]
    assert again == live
    assert len(again) == 4
