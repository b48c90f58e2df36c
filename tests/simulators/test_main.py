import json
import socket
import subprocess
import sys

import pytest

from monitors import config
from monitors.clinic.protocol_toml import built_in, presets, to_toml
from monitors.collecting.office import Office
from monitors.store.facts import Command
from simulators.__main__ import main
from simulators.control import ask
from simulators.ports import ScenarioClock
from simulators.room import Room
from simulators.scenario import load

WAIT_S = 45.0


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


def test_protocols_can_be_saved_in_a_simulated_clinic_beside_its_store(running, tmp_path):
    path = tmp_path / "clinic.toml"
    process = running("run", "--recliners", "1", "--store", "demo.db", "--config-out", str(path))
    _control_port(process)
    clinic = config.load(path)
    own = tmp_path / "demo-protocols.toml"
    assert clinic.protocols_path == own.resolve()
    assert not own.exists()
    text = to_toml((built_in()["mood40"].model_copy(update={"planned_min": 50}),))
    order = Command("c" * 32, 0, "Dr. B", "system", "save_protocol", {"toml": text})
    assert Office(clinic, {}).carry_out(order)[0] == "done"
    assert presets(own)["mood40"].planned_min == 50


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        ("simulated.db", "simulated-protocols.toml"),
        ("/var/lib/room.db", "/var/lib/room-protocols.toml"),
        ("postgresql+psycopg://user@host/db", "simulated-protocols.toml"),
    ],
)
def test_the_file_for_protocols_is_named_by_the_store(store, expected):
    room = Room(load("steady", 1, None), ScenarioClock(1.0))
    clinic = config.parse(room.clinic_toml(store))
    room.stop()
    room.serve()
    assert clinic.clinic.protocols == expected


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


def test_a_control_port_where_nobody_answers_is_named(capsys):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
    assert main(["fault", str(number), "R1", "cable", "on"]) == 2
    assert f"no room answers at control port {number} (" in capsys.readouterr().err
