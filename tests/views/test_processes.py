"""The two ways of having a collector, with real processes: the clinic's and the demo's."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
from websockets.sync.client import connect

from tests.browser.rig import PROJECT, Room, end
from views.gate import Gate

T = TypeVar("T")
CLINIC = """
[clinic]
store = "room.db"
[[recliners]]
name = "R1"
[[recliners.devices]]
device = "nonin-df2"
port = "socket://127.0.0.1:9"
simulated = true
"""


class Standing(Room):
    """A dashboard as a user starts it, in a folder of its own."""

    def start(self, *arguments: str) -> None:
        """Start the dashboard in the folder."""
        command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboard.py")]
        command += ["--server.port", str(self.port), "--", *arguments]
        with (self.folder / "dashboard.log").open("ab") as output:
            self.dashboard = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment() | {"TMPDIR": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def processes(self, module: str) -> list[psutil.Process]:
        """Return the processes of this folder that run a module of ours."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = process.info["cmdline"] or []
            is_ours = any(str(self.folder) in word for word in line)
            if is_ours and ["-m", module] == line[1:3] and process.status() != "zombie":
                found.append(process)
        return found

    def hello(self) -> dict[str, Any]:
        """Return what a page is told first."""
        token = Gate((self.runtime / "dashboard.key").read_text("ascii")).sign()
        with connect(
            f"ws://127.0.0.1:{self.port}/api/feed",
            subprotocols=["chairside", token],  # type: ignore[list-item]
            origin=f"http://127.0.0.1:{self.port}",  # type: ignore[arg-type]
        ) as line:
            told: dict[str, Any] = json.loads(line.recv(10))
            return told


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    """Return a dashboard that is not yet started, and leave no process behind."""
    opened = Standing(tmp_path, 0)
    yield opened
    end(opened.dashboard)
    for module in ("monitors", "simulators"):
        for process in opened.processes(module):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def until(found: Callable[[], T | None], seconds: float = 30.0) -> T:
    """Wait until something is found, and return it."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.2)):
        if thing := found():
            return thing
        tick.wait(0.2)
    raise AssertionError("waited in vain")


def test_a_clinics_collector_is_started_started_again_and_outlives_the_dashboard(
    standing: Standing,
) -> None:
    (standing.folder / "clinic.toml").write_text(CLINIC)
    standing.start()
    standing.wait_for_answer()
    [first] = standing.processes("monitors")
    first.kill()
    second = until(lambda: next((p for p in standing.processes("monitors") if p != first), None))
    standing.wait_for_answer()
    assert standing.dashboard is not None
    standing.dashboard.terminate()
    standing.dashboard.wait(20)
    assert second.is_running()


def test_a_dashboard_that_only_views_starts_nothing(standing: Standing) -> None:
    (standing.folder / "clinic.toml").write_text(CLINIC)
    standing.start("--view")
    _, found = until(standing.health)
    assert found["collector"] == "never"
    assert standing.processes("monitors") == []


def test_the_demo_fills_the_wall_and_ends_with_the_dashboard_however_it_ends(
    standing: Standing,
) -> None:
    standing.start()
    standing.wait_for_answer()
    pictures = until(lambda: has_all_phases(standing.hello()["recliners"]))
    assert list(pictures) == ["R1", "R2", "R3", "R4", "R5", "R6"]
    assert all(picture["simulated"] for picture in pictures.values())
    children = [*standing.processes("monitors"), *standing.processes("simulators")]
    assert len(children) == 2
    assert standing.dashboard is not None
    standing.dashboard.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []


def has_all_phases(pictures: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pictures once an infusion, a recovery, a baseline and an empty one are there."""
    phases = {(picture["session"] or {}).get("phase") for picture in pictures.values()}
    return pictures if {"infusing", "recovery", "baseline", None} <= phases else None
