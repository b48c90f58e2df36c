"""A room in real processes, for tests and benchmarks: simulators and a collector.

Everything here waits for real events, within bounds, and ends its processes whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from monitors.clock import world_utc_ms
from monitors.store.facts import Command, CommandOutcome
from monitors.store.picture import Picture

TOP = Path(__file__).parent.parent.parent
WAIT_S = 60.0
T = TypeVar("T")


def until(what: Callable[[], T | None], says: str, wait_s: float = WAIT_S) -> T:
    """Return the first true answer of what(); AssertionError after wait_s."""
    end = time.monotonic() + wait_s
    pause = threading.Event()
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        pause.wait(0.02)
    raise AssertionError(f"not within {wait_s} s: {says}")


@dataclass
class Room:
    """Hold a running room: its folder, its processes and its picture."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    control_port: int = 0

    @property
    def config(self) -> Path:
        """Return the clinic.toml that the simulators wrote."""
        return self.folder / "clinic.toml"

    @property
    def store(self) -> str:
        """Return the journal's path."""
        return str(self.folder / "room.db")

    def picture(self) -> Picture:
        """Return the picture as a page opens it."""
        return Picture.open(self.store, create=False)

    def run(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start ``python -m …`` with its output in a log of the folder."""
        log = (self.folder / f"{name}.log").open("ab")
        environment = os.environ | {"XDG_RUNTIME_DIR": str(self.folder / "runtime")}
        (self.folder / "runtime").mkdir(mode=0o700, exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        log.close()
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        """Return what a process has printed so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def simulate(self, recliners: int, *more: str) -> None:
        """Start the simulators and wait for their clinic.toml."""
        self.run(
            "simulators",
            "simulators",
            "run",
            "--recliners",
            str(recliners),
            "--store",
            self.store,
            "--config-out",
            str(self.config),
            "--until-stdin-closes",
            *more,
        )
        found = until(
            lambda: re.search(r"Control port: 127\.0\.0\.1:(\d+)", self.log("simulators")),
            "the simulators print their control port",
        )
        self.control_port = int(found[1])
        until(self.config.exists, "the simulators write a clinic.toml")

    def tell(self, *words: str) -> None:
        """Send a line to the simulators' control port."""
        subprocess.run(
            [sys.executable, "-m", "simulators", "tell", str(self.control_port), *words],
            cwd=TOP,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=WAIT_S,
        )

    def collect(self, *more: str) -> subprocess.Popen[bytes]:
        """Start the collector."""
        return self.run(
            "collector", "monitors", "run", "--config", str(self.config),
            "--until-stdin-closes", *more,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill a process as a power cut would."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(WAIT_S)
        _shut_stdin(process)

    def close(self) -> None:
        """End every process."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait(WAIT_S)
            _shut_stdin(process)


def _shut_stdin(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


@dataclass
class Page:
    """Look at a picture and put orders into its inbox, as a page does."""

    picture: Picture
    recliners: dict[str, dict[str, Any]] = field(default_factory=dict)
    seq: int = 0
    beat: int = 0

    def look(self) -> dict[str, dict[str, Any]]:
        """Return the newest picture of each recliner."""
        if (delta := self.picture.since(self.seq)) is not None:
            self.seq = delta.seq
            self.recliners |= delta.recliners
            self.beat = delta.beat.beat if delta.beat else 0
        return self.recliners

    def see(self, recliner: str, is_so: Callable[[dict[str, Any]], Any], says: str) -> Any:
        """Wait until something is so of a recliner's picture, and return it."""

        def found() -> Any:
            picture = self.look().get(recliner)
            return is_so(picture) if picture else None

        return until(found, f"{recliner}: {says}")

    def order(self, recliner: str, verb: str, **arguments: Any) -> CommandOutcome:
        """Put an order and wait for its outcome."""
        command = Command(
            uuid4().hex, world_utc_ms(), "R. Ortiz, RN", f"recliner:{recliner}", verb, arguments
        )
        self.picture.put(command)
        return until(
            lambda: (o := self.picture.outcome(command.command_id)) and o.status != "pending" and o,
            f"{verb} is answered",
        )


@contextlib.contextmanager
def room(folder: Path) -> Iterator[Room]:
    """Give a room that ends with the test; its picture lives in the folder too."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    (folder / "runtime").mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    opened = Room(folder)
    try:
        yield opened
    finally:
        opened.close()
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
