"""``capture`` and ``decode`` of captures: what is written, when, and what is said of it."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

from monitors.clock import SystemClock
from monitors.devices.blackbox import CaptureWriter
from monitors.devices.capture_file import CaptureHeader, Direction, read_header
from monitors.devices.device_kind import LineSettings
from tests.room.rig import room, until
from tests.test_commands import monitors

FRAME = bytes.fromhex("804862")


@pytest.mark.parametrize("device", ["contec-v5", pytest.param("ge-dri", marks=pytest.mark.long)])
def test_a_simulated_device_with_parity_is_opened_again_and_again(
    tmp_path: Path, device: str
) -> None:
    with room(tmp_path) as place:
        place.run("device", "simulators", "port", device, "--pty", "--until-stdin-closes")
        port = until(lambda: re.search(r'(?m)^port = "(.*)"$', place.log("device")), "a port")[1]
        for name in ("first", "second"):
            kept = tmp_path / f"{name}.capture"
            status, _, err = monitors("capture", port, device, str(kept), "--seconds", "2")
            assert (status, f"{device} answers" in err) == (0, True), err
            assert read_header(kept).is_simulated
        status, out, _ = monitors("probe", port, "--seconds", "2")
        assert (status, f'device = "{device}"' in out) == (0, True), out
        assert "simulated = true" in out


def test_a_capture_of_a_loopback_socket_is_marked_simulated(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        place.run("device", "simulators", "port", "nonin-df1", "--until-stdin-closes")
        port = until(lambda: re.search(r"socket://[\d.:]+", place.log("device")), "a port")[0]
        monitors("capture", port, "nonin-df1", str(tmp_path / "kept"), "--seconds", "1")
        assert read_header(tmp_path / "kept").is_simulated


def test_a_port_that_is_not_there_leaves_no_file(tmp_path: Path) -> None:
    kept = tmp_path / "kept.capture"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
    status, _, err = monitors("capture", port, "nonin-df2", str(kept), "--seconds", "0.5")
    assert (status, "not written; nonin-df2 NO PORT" in err) == (1, True), err
    assert "exists already" not in err
    assert not kept.exists()


def test_a_capture_that_cannot_be_written_ends_with_a_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone" / "kept"
    status, _, err = monitors("capture", "/dev/null", "nonin-df7", str(gone), "--seconds", "1")
    assert (status, err) == (2, f"{gone}: there is no folder {gone.parent}\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        name = tmp_path / ("n" * 300)
        status, _, err = monitors("capture", port, "nonin-df7", str(name), "--seconds", "0.5")
    assert (status, "Traceback" in err, "File name too long" in err) == (2, False, True), err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "x"])
@pytest.mark.parametrize("command", ["capture", "probe", "check"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, command: str, seconds: str) -> None:
    words = ["/dev/null", "nonin-df2", str(tmp_path / "c")] if command == "capture" else ["x"]
    status, _, err = monitors(command, *words, f"--seconds={seconds}")
    assert (status, "argument --seconds" in err) == (2, True), err
    assert not (tmp_path / "c").exists()


def written(path: Path, device: str = "nonin-df1") -> Path:
    """Write a capture of two blocks."""
    header = CaptureHeader(device, "/dev/ttyUSB0", LineSettings(9600), 0)
    with CaptureWriter(path, header, SystemClock()) as writer:
        writer.record(0, Direction.OPENED, b"")
        for second in range(1, 6):
            writer.record(1000 * second, Direction.RECEIVED, FRAME)
        writer._shut()
        for second in range(6, 11):
            writer.record(1000 * second, Direction.RECEIVED, FRAME)
    return path


def test_a_capture_cut_short_is_told_and_decoded_up_to_there(tmp_path: Path) -> None:
    path = written(tmp_path / "whole.capture")
    _, whole, err = monitors("decode", "nonin-df1", str(path))
    assert len(err.splitlines()) == 1
    os.truncate(path, path.stat().st_size - 3)
    status, out, err = monitors("decode", "nonin-df1", str(path))
    told, summary = err.splitlines()
    assert status == 0
    assert f"{path}: its end is missing: the last " in told
    assert summary.startswith('{"frames":')
    assert whole.startswith(out)
    assert 0 < len(out) < len(whole)


def test_a_damaged_capture_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "damaged.capture")
    raw = bytearray(path.read_bytes())
    raw[-6] ^= 0xFF
    path.write_bytes(raw)
    status, _, err = monitors("decode", "nonin-df1", str(path))
    assert (status, err.startswith(f"{path}: expected a whole block")) == (2, True), err


def test_a_capture_of_another_device_is_told_with_both_names(tmp_path: Path) -> None:
    path = written(tmp_path / "other.capture")
    status, _, err = monitors("decode", "dinamap", str(path))
    told, summary = err.splitlines()
    assert told == f"{path} was recorded from nonin-df1 and is decoded as dinamap"
    assert (status, summary.startswith('{"frames":')) == (0, True)
