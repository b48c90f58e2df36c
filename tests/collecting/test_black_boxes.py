"""The raw bytes of a port outlive the collector that heard them, and disks that take nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from monitors.clock import PushedClock
from monitors.collecting.black_boxes import BlackBoxes
from monitors.config import parse
from monitors.devices.capture_file import Direction, read_chunks, read_header
from monitors.settings import Clinic
from monitors.store.facts import Command

CLINIC = """
[clinic]
store = "{store}"
[[recliners]]
name = "R1"
[[recliners.devices]]
name = "oximeter"
device = "nonin-df2"
port = "/dev/ttyUSB0"
"""
KEEP = Command("c1", 0, "A. Tech", "recliner:R1", "keep_bytes", {"device_id": "R1/oximeter"})


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return parse(CLINIC.format(store=tmp_path / "chairside.db"))


def kept(boxes: BlackBoxes) -> list[bytes]:
    """Order the bytes to be kept, and return what the capture holds."""
    status, words = boxes.keep(KEEP)
    assert status == "done", words
    path = Path(words.partition(" are in ")[2])
    assert read_header(path).device == "nonin-df2"
    return [chunk.payload for chunk in read_chunks(path)]


def test_bytes_are_kept_over_a_killed_collector_in_order_and_once(clinic: Clinic) -> None:
    first = BlackBoxes(clinic, PushedClock())
    hear = first.open("R1/oximeter")
    hear(1, Direction.RECEIVED, b"one")
    first.to_disk()
    hear(2, Direction.RECEIVED, b"two")
    assert kept(first) == [b"one", b"two"]
    second = BlackBoxes(clinic, PushedClock())
    second.open("R1/oximeter")(3, Direction.RECEIVED, b"three")
    assert kept(second) == [b"one", b"three"]
    second.close()
    assert kept(second) == [b"one", b"three"]


def test_the_keeper_brings_bytes_to_disk_by_itself(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitors.collecting.black_boxes.KEEP_EVERY_S", 0.01)
    boxes = BlackBoxes(clinic, PushedClock())
    boxes.open("R1/oximeter")(1, Direction.RECEIVED, b"one")
    boxes.start()
    ring = tmp_path / "blackbox" / "R1-oximeter.capture"
    for _ in range(1_000):
        if ring.exists() and list(read_chunks(ring)):
            break
        boxes._closing.wait(0.01)
    boxes.close()
    assert [chunk.payload for chunk in read_chunks(ring)] == [b"one"]


def test_a_disk_that_takes_nothing_loses_nothing_and_is_told_once(
    clinic: Clinic, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    boxes = BlackBoxes(clinic, PushedClock())
    hear = boxes.open("R1/oximeter")
    in_the_way = tmp_path / "blackbox"
    in_the_way.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            hear(number, Direction.RECEIVED, b"%d" % number)
            boxes.to_disk()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    in_the_way.unlink()
    boxes.to_disk()
    assert kept(boxes) == [b"0", b"1", b"2"]
