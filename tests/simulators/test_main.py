import json
import subprocess
import sys

import pytest

from monitors import config
from simulators.__main__ import main
from simulators.control import ask

WAIT_S = 20.0


@pytest.fixture
def running():
    """Start the simulators as a process whose standard input the test holds."""
    processes = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators", *words, "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def _control_port(process: subprocess.Popen[str]) -> int:
    return int(process.stdout.readline().rsplit(":", 1)[1])


def test_the_room_prints_a_clinic_the_product_accepts_and_ends_with_its_parent(running, tmp_path):
    path = tmp_path / "clinic.toml"
    process = running("run", "--recliners", "3", "--speed", "2", "--config-out", str(path))
    assert ask(_control_port(process), "vitals R3").startswith("ok {")
    clinic = config.load(path)
    assert clinic.is_simulated
    assert clinic.clinic.clock_rate == 2.0
    assert [recliner.device_id(0) for recliner in clinic.recliners] == [
        "R1/oximeter",
        "R2/oximeter",
        "R3/oximeter",
    ]
    assert next(recliner.device_id(1) for recliner in clinic.recliners) == "R1/monitor"
    process.stdin.close()
    assert process.wait(timeout=WAIT_S) == 0


def test_one_device_alone_is_served_and_told(running):
    process = running("port", "dinamap")
    control = _control_port(process)
    ports = json.loads(ask(control, "ports").removeprefix("ok "))
    assert list(ports) == ["R1/monitor"]
    assert main(["fault", str(control), "R1", "hose_off", "on"]) == 0
    assert main(["fault", str(control), "R7", "hose_off", "on"]) == 1
    assert main(["tell", str(control), "event", "R1", "panic"]) == 0


def test_a_wrong_name_ends_with_a_sentence(capsys):
    assert main(["port", "nonin-df3"]) == 2
    assert "nonin-df" in capsys.readouterr().err
    assert main(["run", "--scenario", "nowhere"]) == 2
    assert "supplied are" in capsys.readouterr().err


def test_history_is_written_as_json_lines(capsys):
    assert main(["history", "--recliners", "3", "--now-utc-ms", "1800000000000"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["command"]["verb"] == "begin_session"
    assert lines[-1]["at_utc_ms"] < 1_800_000_000_000
