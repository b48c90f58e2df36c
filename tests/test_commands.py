"""The command line as a person types it, against real ports and real files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.room.rig import TOP, Room, room, until

RECORDINGS = TOP.parent / "shared" / "recordings"


def monitors(*arguments: str, stdin: bytes = b"", cwd: Path = TOP) -> tuple[int, str, str]:
    """Run a command of the product; return status, output and errors."""
    done = subprocess.run(
        [sys.executable, "-m", "monitors", *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_decode_prints_a_reading_a_line_and_a_summary() -> None:
    frames = bytes.fromhex("80 48 62 80 48 62 81 0c 62 e3 7f 7f")
    status, out, err = monitors("decode", "nonin-df1", stdin=frames)
    readings = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [(r["spo2_pct"], r["pulse_rate_per_min"]) for r in readings] == [
        (98, 72),
        (98, 72),
        (98, 140),
        (None, None),
    ]
    assert json.loads(err) == {"frames": 4, "bad_checksums": 0, "discarded_bytes": 0}


def test_decode_reads_hexadecimal_text_and_names_what_is_not() -> None:
    status, out, _ = monitors("decode", "nonin-df1", "-", "--hex", stdin=b"80 48 62")
    assert status == 0
    assert json.loads(out)["spo2_pct"] == 98
    status, _, err = monitors("decode", "nonin-df1", "-", "--hex", stdin=b"80 48\n6x")
    assert status == 2
    assert "line 2" in err


def test_a_mistyped_device_or_config_is_named_and_ends_with_two(tmp_path: Path) -> None:
    status, _, err = monitors("decode", "nonin-df3", stdin=b"")
    assert (status, "did you mean" in err) == (2, True)
    for command in ("check", "run"):
        flag = ["--config"] if command == "run" else []
        status, _, err = monitors(command, *flag, str(tmp_path / "clinc.toml"))
        assert (status, "clinc.toml: cannot be read" in err) == (2, True)
        assert "Traceback" not in err


def test_check_reads_the_clinics_own_protocols_too(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(
        '[clinic]\nname = "C"\nprotocols = "own.toml"\n[[recliners]]\nname = "R1"\n'
        '[[recliners.devices]]\ndevice = "dinamap"\nport = "/dev/ttyUSB9"\n',
        "utf-8",
    )
    own = tmp_path / "own.toml"
    own.write_text('[[protocols]]\nname = "mood50"\nplaned_min = 50\n', "utf-8")
    status, out, err = monitors("check", str(tmp_path / "clinic.toml"), "--no-ports")
    assert (status, "nothing wrong" in out) == (2, True)
    assert re.search(r"own\.toml:3: .*planed_min.*planned_min", err, re.DOTALL), err
    own.unlink()
    status, out, _ = monitors("check", str(tmp_path / "clinic.toml"), "--no-ports")
    assert (status, "own.toml" in out) == (0, False)


def test_check_tells_which_ports_answer_and_which_do_not(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        place.simulate(1, "--scenario", "steady")
        status, out, _ = monitors("check", str(place.config), "--seconds", "4")
        assert status == 0
        assert re.search(
            r"R1/oximeter .* answers \(\d+ oximetry, newest SpO2 \d+ %, valid\); "
            r"\d+ frames, 0 bad checksums, 0 bytes discarded",
            out,
        )
        (cuff,) = (line for line in out.splitlines() if line.startswith("R1/monitor"))
        assert re.search(r"answers \((\d+ nibp, newest|no reading of nibp yet)", cuff), cuff
        assert "oximetry" not in cuff
        place.kill("simulators")
        status, out, _ = monitors("check", str(place.config), "--seconds", "1")
        assert status == 1
        assert re.search(r"R1/monitor .* NO PORT", out)


CONFLICT = """[clinic]
store = "{store}"
[[recliners]]
name = "R1"
cuff_arm = "left"
iv_arm = "{iv}"
[[recliners.devices]]
device = "dinamap"
port = "/dev/ttyUSB9"
"""


def test_check_warns_of_a_cuff_on_the_arm_of_the_line(tmp_path: Path) -> None:
    config = tmp_path / "clinic.toml"
    config.write_text(CONFLICT.format(store="x.db", iv="left"), "utf-8")
    status, out, _ = monitors("check", str(config), "--no-ports")
    assert (status, "nothing wrong" in out) == (1, False)
    assert f"{config}:5: recliner 'R1': cuff_arm and iv_arm are both 'left'" in out
    config.write_text(CONFLICT.format(store="x.db", iv="right"), "utf-8")
    status, out, _ = monitors("check", str(config), "--no-ports")
    assert (status, "nothing wrong" in out) == (0, True)
    assert [path.name for path in tmp_path.iterdir()] == ["clinic.toml"]


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("/proc/x.db", ":2: nothing can be written in /proc, for the store"),
        ("gone/dir/x.db", "gone/dir, for the store; mend the path"),
        (".", "cannot be written: Is a directory"),
        ("mysql://h/db", ":2: a store is sqlite or postgresql, not mysql"),
    ],
)
def test_check_tells_that_a_store_cannot_be_written(tmp_path: Path, store: str, words: str) -> None:
    config = tmp_path / "clinic.toml"
    config.write_text(CONFLICT.format(store=store, iv="right"), "utf-8")
    status, out, _ = monitors("check", str(config), "--no-ports")
    assert (status, words in out) == (1, True), out


def test_the_collector_makes_no_folder_for_a_mistyped_store(tmp_path: Path) -> None:
    config = tmp_path / "clinic.toml"
    config.write_text(CONFLICT.format(store="gone/dir/x.db", iv="right"), "utf-8")
    status, _, err = monitors("run", "--config", str(config))
    assert (status, f"{config}:2: there is no folder {tmp_path}/gone/dir" in err) == (2, True), err
    assert not (tmp_path / "gone").exists()


def test_decode_ends_quietly_when_nobody_reads_on(tmp_path: Path) -> None:
    frames = tmp_path / "frames.bin"
    frames.write_bytes(bytes.fromhex("804862") * 100_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "monitors", "decode", "nonin-df1", str(frames)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=TOP,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    assert (process.wait(60), said) == (0, b"")
    process.stderr.close()


def test_replay_says_on_standard_error_what_it_read(tmp_path: Path) -> None:
    trend = tmp_path / "two.csv"
    trend.write_text("time,spo2,pulse\n0,97,70\n1,,71\n", "utf-8")
    status, out, err = monitors("replay", str(trend))
    assert (status, out) == (0, "")
    assert err == (
        f"{trend}: 2 rows in 0:00:01, values: 2 of pulse_rate_per_min, 1 of spo2_pct; "
        "0 alarms told\n"
    )
    rows = "".join(f"{second},84,71\n" for second in range(60))
    trend.write_text(f"time,spo2,pulse\n{rows}", "utf-8")
    status, out, err = monitors("replay", str(trend))
    begun = sum(json.loads(line)["transition"] == "start" for line in out.splitlines())
    assert begun
    assert err.endswith(f"; {begun} alarm{'' if begun == 1 else 's'} told\n")


def _port_of(place: Room) -> str:
    place.run("device", "simulators", "port", "nonin-df2", "--until-stdin-closes")
    return until(lambda: re.search(r"socket://[\d.:]+", place.log("device")), "a port is told")[0]


def test_probe_names_the_device_and_the_lines_to_paste(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        port = _port_of(place)
        status, out, _ = monitors("probe", port)
        assert status == 0
        assert "it is a Nonin oximeter (DF2)" in out
        assert 'device = "nonin-df2"' in out
        assert "simulated = true" in out


def test_a_capture_decodes_to_readings(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        port, kept = _port_of(place), tmp_path / "kept.capture"
        status, _, err = monitors("capture", port, "nonin-df2", str(kept), "--seconds", "3")
        assert status == 0, err
        status, _, err = monitors("capture", port, "nonin-df2", str(kept), "--seconds", "1")
        assert (status, "exists already" in err) == (2, True)
        status, out, _ = monitors("decode", "nonin-df2", str(kept))
        assert status == 0
        assert all(90 <= json.loads(line)["spo2_pct"] <= 100 for line in out.splitlines())
        assert len(out.splitlines()) >= 4


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
def test_replay_prints_the_same_alarms_each_time() -> None:
    recording = str(RECORDINGS / "bidmc_22_Numerics.csv")
    first = monitors("replay", recording, "--limits", "mood")
    again = monitors("replay", recording, "--limits", "mood")
    assert first == again
    assert first[0] == 0
    keys = {"at", "condition", "priority", "transition", "value", "limit"}
    assert all(set(json.loads(line)) == keys for line in first[1].splitlines())


def test_replay_names_what_it_does_not_find(tmp_path: Path) -> None:
    status, _, err = monitors("replay", str(tmp_path / "none.csv"))
    assert (status, "there is no such file" in err) == (2, True)
    status, _, err = monitors("replay", "abc", "--config", str(tmp_path / "none.toml"))
    assert (status, "name its --store" in err) == (2, True)
    status, _, err = monitors("replay", "x.csv", "--limits", "moood")
    assert (status, "did you mean 'mood'" in err) == (2, True)


def _to_a_full_disk(*arguments: str, is_buffered: bool) -> tuple[int, str]:
    """Run a command with its output on a disk without room; return status and errors."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "" if is_buffered else "1"}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "monitors", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=TOP,
            env=environment,
            timeout=120,
            check=False,
        )
    return done.returncode, done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("is_buffered", [True, False])
@pytest.mark.parametrize("command", ["decode", "replay", "check", "probe"])
def test_a_full_disk_behind_the_output_is_blamed(
    tmp_path: Path, command: str, is_buffered: bool
) -> None:
    frames, trend, clinic = (tmp_path / name for name in ("f.bin", "t.csv", "clinic.toml"))
    frames.write_bytes(bytes.fromhex("804862"))
    trend.write_text("time,spo2\n" + "".join(f"{n},80\n" for n in range(60)), "utf-8")
    clinic.write_text(CONFLICT.format(store="x.db", iv="right"), "utf-8")
    words = {
        "decode": ("nonin-df1", str(frames)),
        "replay": (str(trend), "--limits", "pain"),
        "check": (str(clinic), "--no-ports"),
        "probe": ("/dev/null",),
    }
    said = "the output cannot be written: No space left on device\n"
    assert _to_a_full_disk(command, *words[command], is_buffered=is_buffered) == (2, said)


def test_replay_reads_standard_input_by_either_name(tmp_path: Path) -> None:
    trend = ("time,spo2\n" + "".join(f"{n},80\n" for n in range(60))).encode()
    (tmp_path / "t.csv").write_bytes(trend)
    status, expected, _ = monitors("replay", str(tmp_path / "t.csv"))
    assert (status, expected.count('"start"') > 0) == (0, True)
    for name, words in (("-", "standard input"), ("/dev/stdin", "/dev/stdin")):
        status, out, err = monitors("replay", name, stdin=trend)
        assert (status, out) == (0, expected), err
        assert err.startswith(f"{words}: 60 rows")


@pytest.mark.parametrize("command", ["probe", "capture"])
@pytest.mark.parametrize(
    ("port", "words"),
    [
        ("/dev/null", "it is not a serial port"),
        ("/tmp", "it is a folder, not a serial port"),
        ("socket://10.0.0.1:70000", "the port 70000 is beyond 65535"),
    ],
)
def test_what_is_no_port_is_told_in_words(
    tmp_path: Path, command: str, port: str, words: str
) -> None:
    more = ["nonin-df1", str(tmp_path / "kept"), "--seconds", "0.3"] if command == "capture" else []
    status, out, err = monitors(command, port, *more)
    assert (status != 0, words in out + err) == (True, True), out + err
    assert "rrno" not in out + err
    assert "Traceback" not in err
