"""A collector is there, or is started: the processes that stand behind this dashboard.

Here lives when one is started, kept and let go; never what it does. In a clinic the collector is
detached and outlives the dashboard. In the demo simulators and collector hold the other end of a
pipe from this process, so that they end with it, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

PROJECT = Path(__file__).resolve().parent.parent
LOOK_EVERY_S = 0.5
FIRST_PATIENCE_S = 2.0
LONGEST_PATIENCE_S = 30.0
STEADY_AFTER_S = 60.0
LARGEST_LOG_BYTES = 2_000_000
_APART = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)

_log = logging.getLogger("chairside.guardian")


def is_process_alive(holder: str) -> bool:
    """Say whether the process that a beat names still runs; True where that cannot be known.

    holder: ``host:pid:started`` as the lease writes it, started in UTC milliseconds.
    """
    parts = holder.rsplit(":", 2)
    if len(parts) != 3 or parts[0] != socket.gethostname():
        return True
    try:
        process = psutil.Process(int(parts[1]))
        is_same = abs(process.create_time() * 1000 - int(parts[2])) < 2_000
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except (psutil.AccessDenied, ValueError):
        return True


def environment() -> Mapping[str, str]:
    """Return the environment of a child: ours, with the project on its path."""
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def start_detached(module: str, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a module of ours that outlives this process and writes what it says to a file."""
    with _opened_log(log) as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(),
            start_new_session=True,
            creationflags=_APART,
        )


def start_bound(module: str, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a module of ours that ends when this process does: its standard input closes."""
    with _opened_log(log) as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments, "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment(),
            start_new_session=True,
            creationflags=_APART,
        )


def _opened_log(path: Path) -> IO[bytes]:
    """Open a log for what a child says; one that has grown large begins anew."""
    is_large = path.exists() and path.stat().st_size > LARGEST_LOG_BYTES
    return path.open("wb" if is_large else "ab")


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Let a bound child go: close its input, at which it ends by itself."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def end_bound(process: subprocess.Popen[bytes], patience_s: float = 3.0) -> None:
    """Let a bound child go, wait, and end it if it stays."""
    let_go(process)
    for insist in (process.terminate, process.kill):
        try:
            process.wait(patience_s)
            return
        except subprocess.TimeoutExpired:
            insist()
    process.wait()


class Guardian:
    """Keep one collector running.

    start: starts one. is_there: says whether any collector lives for this store, ours or not.
    A collector that ends is started again after two seconds, so that the wall has said what
    happened, and later with growing patience.
    """

    def __init__(
        self, start: Callable[[], subprocess.Popen[bytes]], is_there: Callable[[], bool]
    ) -> None:
        self._start = start
        self._is_there = is_there
        self._child: subprocess.Popen[bytes] | None = None
        self._patience_s = FIRST_PATIENCE_S
        self._missed_s: float | None = None
        self._started_s = 0.0

    @property
    def child(self) -> subprocess.Popen[bytes] | None:
        """Return the collector that was started here last, if any."""
        return self._child

    async def keep(self) -> None:
        """Keep looking, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self.look(loop.time())
            except OSError as error:
                _log.error("a collector cannot be started: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self, now_s: float) -> None:
        """Look once: start a collector if none lives and patience is over.

        now_s: seconds of a steady clock.
        """
        if self._lives(now_s):
            self._missed_s = None
            return
        if self._missed_s is None:
            self._missed_s = now_s
        is_first = self._child is None
        if is_first or now_s - self._missed_s >= self._patience_s:
            self._begin(now_s, is_first)

    def _lives(self, now_s: float) -> bool:
        if self._child is not None and self._child.poll() is None:
            if now_s - self._started_s > STEADY_AFTER_S:
                self._patience_s = FIRST_PATIENCE_S
            return True
        return self._is_there()

    def _begin(self, now_s: float, is_first: bool) -> None:
        if self._child is not None:
            _log.warning("the collector ended with status %s", self._child.returncode)
        self._child = self._start()
        self._started_s = now_s
        self._missed_s = None
        if not is_first:
            self._patience_s = min(self._patience_s * 2, LONGEST_PATIENCE_S)
        _log.info("started a collector, process %d", self._child.pid)
