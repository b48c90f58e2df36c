"""The two ways of having a collector, with real processes: the clinic's and the demo's."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
from websockets.sync.client import connect

from simulators.control import ask
from tests.browser.rig import PROJECT, Room, end, room
from views.chart_script import LIBRARY_PATH
from views.gate import Gate
from views.lines import CUT_AFTER_S
from views.live import QUEUE_LIMIT

T = TypeVar("T")
ENDS_WITHIN_S = 30
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
        with connect(
            f"ws://127.0.0.1:{self.port}/api/feed",
            subprotocols=["chairside", token_of(self)],  # type: ignore[list-item]
            origin=f"http://127.0.0.1:{self.port}",  # type: ignore[arg-type]
        ) as line:
            told: dict[str, Any] = json.loads(line.recv(10))
            return told


def token_of(opened: Room) -> str:
    """Return a token for the feed, as a page of this dashboard gets it."""
    return Gate((opened.runtime / "dashboard.key").read_text("ascii")).sign()


def asked(opened: Room, request: str) -> socket.socket:
    """Return a line on which something was asked, from a peer that takes little in."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(10)
    line.connect(("127.0.0.1", opened.port))
    host = f"127.0.0.1:{opened.port}"
    head = f"{request}\r\nHost: {host}\r\nOrigin: http://{host}\r\n\r\n"
    line.sendall(head.encode("ascii"))
    return line


def stuck_download(opened: Room) -> socket.socket:
    """Return a line on which several megabytes were asked for and nothing is read."""
    line = asked(opened, f"GET {LIBRARY_PATH} HTTP/1.1")
    assert b" 200 " in line.recv(15)
    return line


def stuck_viewer(opened: Room) -> socket.socket:
    """Return a line to the feed that reads nothing beyond the server's word of welcome."""
    key = base64.b64encode(os.urandom(16)).decode("ascii")
    line = asked(
        opened,
        "GET /api/feed HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Protocol: chairside, {token_of(opened)}",
    )
    assert b" 101 " in line.recv(40)
    return line


def ask_for_more(line: socket.socket) -> None:
    """Ask the feed for so much at once that it says everything anew, again and again."""
    question = b'{"type":"renew"}'
    frame = bytes([0x81, 0x80 | len(question)]) + bytes(4) + question
    tick = threading.Event()
    with contextlib.suppress(OSError):
        for _ in range(100):
            line.sendall(frame * 2 * QUEUE_LIMIT)
            tick.wait(0.01)


def stands(process: psutil.Process, line: socket.socket) -> bool:
    """Say whether a process still holds its end of a line."""
    ours = line.getsockname()[1]
    return any(one.raddr and one.raddr.port == ours for one in process.net_connections("tcp"))


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
    log = (standing.folder / "dashboard.log").read_text("utf-8")
    control = re.search(r"simulators tell (\d+) help", log)
    assert control is not None
    assert ask(int(control[1]), "sit R6") == "ok somebody sits in R6"
    assert standing.dashboard is not None
    standing.dashboard.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []


def test_ctrl_c_ends_the_demo_though_pages_read_no_more(standing: Standing) -> None:
    standing.start()
    standing.wait_for_answer()
    assert standing.dashboard is not None
    dashboard = psutil.Process(standing.dashboard.pid)
    everybody = [dashboard, *standing.processes("monitors"), *standing.processes("simulators")]
    assert len(everybody) == 3
    with contextlib.ExitStack() as held:
        for kind in (stuck_download, stuck_viewer, stuck_viewer):
            assert stands(dashboard, held.enter_context(kind(standing)))
        standing.dashboard.send_signal(signal.SIGINT)
        _, alive = psutil.wait_procs(everybody, timeout=ENDS_WITHIN_S)
    assert alive == []
    assert list(standing.folder.glob("chairside-demo-*")) == []


@pytest.mark.long
def test_a_viewer_that_reads_no_more_is_let_go_and_its_line_cut(tmp_path: Path) -> None:
    with room(tmp_path, 16) as opened, stuck_viewer(opened) as line:
        assert opened.dashboard is not None
        dashboard = psutil.Process(opened.dashboard.pid)
        assert stands(dashboard, line)
        until(lambda: is_let_go(opened, line), 30)
        until(lambda: not stands(dashboard, line), 2 * CUT_AFTER_S)


def is_let_go(opened: Room, line: socket.socket) -> bool:
    """Ask for more and say whether the dashboard serves nobody."""
    ask_for_more(line)
    found = opened.health()
    return found is not None and found[1]["viewers"] == 0


def has_all_phases(pictures: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pictures once an infusion, a recovery, a baseline and an empty one are there."""
    phases = {(picture["session"] or {}).get("phase") for picture in pictures.values()}
    return pictures if {"infusing", "recovery", "baseline", None} <= phases else None
