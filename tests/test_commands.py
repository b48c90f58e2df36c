"""The command line as a person types it, against real ports and real files."""

from __future__ import annotations

import json
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
        '[clinic]\nname = "C"\nprotocols = "own.toml"\n[[recliners]]\nname = "R1"\n', "utf-8"
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
        assert re.search(r"R1/oximeter .* answers \(\d+ oximetry, newest SpO2 \d+ %, valid\)", out)
        place.kill("simulators")
        status, out, _ = monitors("check", str(place.config), "--seconds", "1")
        assert status == 1
        assert re.search(r"R1/monitor .* NO PORT", out)


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
