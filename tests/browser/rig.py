"""Real processes for tests of the pages: a fake collector, a dashboard, and waiting for them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Return the browser to test with; None lets Playwright use its own."""
    known = os.environ.get("CHAIRSIDE_CHROMIUM") or "/usr/bin/chromium"
    return known if Path(known).exists() else None


def free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes] | None) -> None:
    """Kill a process that was started here, also one that is stopped."""
    if process is not None and process.poll() is None:
        process.kill()
        process.wait(10)


@dataclass
class Room:
    """Hold a folder, a fake collector and a dashboard in front of it."""

    folder: Path
    recliners: int
    cast: str | None = None
    port: int = field(default_factory=free_port)
    collector: subprocess.Popen[bytes] | None = None
    dashboard: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where the wall is."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def runtime(self) -> Path:
        """Return the runtime folder of this room's processes."""
        return self.folder / "runtime"

    def _environment(self) -> dict[str, str]:
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
        return inherited | {
            "CHAIRSIDE_RUNTIME_DIR": str(self.runtime),
            "HOME": str(self.folder),
            "PYTHONPATH": str(PROJECT),
        }

    def start_collector(self) -> None:
        """Start the fake collector."""
        command = [sys.executable, "-m", "tests.browser.fake_collector"]
        command += ["--store", str(self.folder / "room.db"), "--recliners", str(self.recliners)]
        command += ["--cast", self.cast] if self.cast else []
        self.collector = self._start(command, "collector.log")

    def start_dashboard(self) -> None:
        """Start a dashboard that shows pages only, and wait until it answers."""
        config = self.folder / "clinic.toml"
        config.write_text(
            '[clinic]\nname = "Test room"\nstore = "room.db"\nstaff = ["A. Nurse", "B. Nurse"]\n'
        )
        command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboard.py")]
        command += ["--server.port", str(self.port), "--", "--config", str(config)]
        self.dashboard = self._start(command, "dashboard.log")
        self.wait_for_answer()

    def _start(self, command: list[str], log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=PROJECT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def health(self) -> tuple[int, dict[str, Any]] | None:
        """Return status and body of the dashboard's health, or None where nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/api/health")
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()

    def wait_for_answer(self) -> None:
        """Wait until the dashboard says that a collector beats."""
        tick = threading.Event()
        for _ in range(int(PATIENCE_S / 0.2)):
            found = self.health()
            if found is not None and found[0] == 200:
                return
            tick.wait(0.2)
        raise AssertionError((self.folder / "dashboard.log").read_text("utf-8", "replace"))

    def close(self) -> None:
        """End both processes."""
        end(self.dashboard)
        end(self.collector)


@contextlib.contextmanager
def room(folder: Path, recliners: int, cast: str | None = None) -> Iterator[Room]:
    """Open a room with a running collector and dashboard."""
    opened = Room(folder, recliners, cast)
    try:
        opened.start_collector()
        opened.start_dashboard()
        yield opened
    finally:
        opened.close()


def hang(process: subprocess.Popen[bytes] | None) -> None:
    """Stop a process without ending it."""
    assert process is not None
    process.send_signal(signal.SIGSTOP)


def wake(process: subprocess.Popen[bytes] | None) -> None:
    """Let a stopped process go on."""
    assert process is not None
    process.send_signal(signal.SIGCONT)
