"""``check`` says what ``run`` would refuse, and looks at a store without changing it."""

from __future__ import annotations

import re
import socket
import sqlite3
from pathlib import Path

import pytest

from monitors.store.journal import Journal
from tests.room.rig import room, until
from tests.test_commands import monitors

CLINIC = """[clinic]
store = "{store}"
[[recliners]]
name = "R1"
[[recliners.devices]]
device = "{device}"
port = "{port}"
{more}
"""


def clinic_file(
    folder: Path,
    store: str = "x.db",
    device: str = "nonin-df2",
    port: str = "/dev/ttyUSB9",
    more: str = "",
) -> Path:
    path = folder / "clinic.toml"
    path.write_text(CLINIC.format(store=store, device=device, port=port, more=more), "utf-8")
    return path


def refusals(config: Path) -> tuple[str, str]:
    """Return what check says is to be put right, and what run ends with."""
    status, out, _ = monitors("check", str(config), "--no-ports")
    assert (status, "1 thing to put right" in out) == (1, True), out
    status, _, err = monitors("run", "--config", str(config))
    assert (status, "Traceback" in err) == (2, False), err
    return out, err.strip().removeprefix(f"{config}:2: ")


@pytest.mark.parametrize(
    "text",
    [
        '[[recliners]]\nname = "R1"\n',
        *(pytest.param(one, marks=pytest.mark.long) for one in ("", '[clinic]\nname = "C"\n')),
    ],
)
def test_a_clinic_without_devices_is_told_as_run_tells_it(tmp_path: Path, text: str) -> None:
    config = tmp_path / "clinic.toml"
    config.write_text(text, "utf-8")
    said, refused = refusals(config)
    assert refused == f"{config}: no recliner has a device to collect from"
    assert refused in said


@pytest.mark.parametrize(
    "store",
    [
        "junk.db",
        "postgresql://u:secret@127.0.0.1:1/x",
        *(pytest.param(one, marks=pytest.mark.long) for one in ("/dev/full", ".")),
    ],
)
def test_a_store_that_run_refuses_is_told_in_the_same_words(tmp_path: Path, store: str) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"no database " * 100)
    config = clinic_file(tmp_path, store)
    said, refused = refusals(config)
    assert f"{config}:2: {refused}" in said
    assert "secret" not in said + refused
    status, out, err = monitors("check", str(config), "--seconds", "0.2")
    assert (status, refused in out, "Traceback" in err) == (1, True, False)
    assert junk.read_bytes() == b"no database " * 100
    assert {path.name for path in tmp_path.iterdir()} == {"junk.db", "clinic.toml"}


def test_a_server_that_never_answers_is_not_waited_for_forever(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://u@127.0.0.1:{mute.getsockname()[1]}/x"
        status, out, _ = monitors("check", str(clinic_file(tmp_path, url)), "--no-ports")
    assert (status, "cannot be opened: connection timeout expired" in out) == (1, True), out


@pytest.mark.parametrize("is_simulated", [True, False])
def test_a_store_of_the_other_kind_is_told_and_left_as_it_is(
    tmp_path: Path, is_simulated: bool
) -> None:
    store = tmp_path / "x.db"
    Journal.open(store, simulated=is_simulated).close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    more = "" if is_simulated else "simulated = true"
    config = clinic_file(tmp_path, more=more)
    said, _ = refusals(config)
    holds, takes = ("simulated", "real") if is_simulated else ("real", "simulated")
    assert f"the store {store} holds {holds} sessions and takes no {takes} ones" in said
    config.unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_store_of_a_newer_version_is_told(tmp_path: Path) -> None:
    Journal.open(tmp_path / "x.db", simulated=False).close()
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("update alembic_version set version_num = 'of_tomorrow'")
    connection.close()
    said, refused = refusals(clinic_file(tmp_path))
    assert "written by a newer version" in refused
    assert refused in said


def test_a_good_store_and_one_that_is_not_there_are_nothing_to_put_right(tmp_path: Path) -> None:
    config = clinic_file(tmp_path)
    assert monitors("check", str(config), "--no-ports")[0] == 0
    assert not (tmp_path / "x.db").exists()
    Journal.open(tmp_path / "x.db", simulated=False).close()
    before = {path.name for path in tmp_path.iterdir()}
    assert monitors("check", str(config), "--no-ports")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("device", ["omron-hbp9030", "terumo"])
def test_a_cuff_that_only_prints_is_not_called_silent(tmp_path: Path, device: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as cuff:
        port = f"socket://127.0.0.1:{cuff.getsockname()[1]}"
        config = clinic_file(tmp_path, device=device, port=port, more="simulated = false")
        status, out, _ = monitors("check", str(config), "--seconds", "0.5")
    assert (status, "speaks only after a measurement: take one" in out) == (0, True), out
    assert "SILENT" not in out
    status, out, _ = monitors("check", str(config), "--seconds", "0.5")
    assert (status, "NO PORT" in out) == (1, True), out


def test_ports_that_a_collector_reads_are_left_to_it(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        place.simulate(2, "--scenario", "steady")
        collector = place.collect()
        until(lambda: "collecting for" in place.log("collector"), "the collector runs")
        status, out, err = monitors("check", str(place.config), "--seconds", "2")
        assert (status, err) == (0, ""), (out, err)
        who = re.escape(f"a collector is running (process {collector.pid}, since ")
        assert re.search(rf"{who}[-\d]+ [\d:]+ UTC\): ports in use are not opened", out), out
        assert len(re.findall(r"(?m)^R[12]/\w+ .* in use by the collector$", out)) == 4
        assert not re.search("NO PORT|SILENT|is lost", out)
        assert " is lost" not in place.log("collector")
        place.kill("collector")
        status, out, _ = monitors("check", str(place.config), "--seconds", "4")
        assert (status, "a collector is running" in out) == (0, False), out
        assert len(re.findall(r"answers \(", out)) == 4


MONITORS = {
    "ge-dri": "SpO2 .* temperature",
    "pm6750": "SpO2 .* respiration",
    "ivy-450c": "SpO2 .* heart rate",
    "hl7-mllp": "SpO2 .* temperature",
    "intellivue": "SpO2 .* heart rate",
}


def test_the_newest_values_of_every_kind_of_monitor_are_told(tmp_path: Path) -> None:
    rows = "".join(
        f'[[recliners]]\nlabel = "P{place}"\npreset = "mood"\ninto_s = 60\ndevices = ["{device}"]\n'
        for place, device in enumerate(MONITORS)
    )
    (tmp_path / "monitors.toml").write_text(f'title = "Monitors"\n{rows}', "utf-8")
    with room(tmp_path) as place:
        place.simulate(len(MONITORS), "--scenario", str(tmp_path / "monitors.toml"))
        status, out, _ = monitors("check", str(place.config), "--seconds", "8")
    assert status == 0, out
    for device, vitals in MONITORS.items():
        (line,) = (line for line in out.splitlines() if f" {device} " in line)
        told = "newest " + vitals.replace(" .*", r" \d+ %, valid;.*") + r" \d+"
        assert re.search(told, line), line
        assert re.search(r"\d+ frames, 0 bad checksums, \d+ bytes discarded", line), line
