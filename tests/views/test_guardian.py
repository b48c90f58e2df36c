"""Collectors started, kept and let go: shown with real processes and a pushed clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from views import guardian
from views.guardian import Guardian, is_process_alive

SLEEPER = "import sys; sys.stdin.read()"


class Nursery:
    """Start children that live until told, and end them all."""

    def __init__(self) -> None:
        self.children: list[subprocess.Popen[bytes]] = []
        self.is_there = False

    def start(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([sys.executable, "-c", SLEEPER], stdin=subprocess.PIPE)
        self.children.append(child)
        return child

    def end_last(self) -> None:
        self.children[-1].kill()
        self.children[-1].wait()


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    """Return a nursery that leaves no child behind."""
    opened = Nursery()
    yield opened
    for child in opened.children:
        guardian.end_bound(child)


def test_a_collector_that_is_there_is_left_alone(nursery: Nursery) -> None:
    nursery.is_there = True
    watch = Guardian(nursery.start, lambda: nursery.is_there)
    for second in range(10):
        watch.look(float(second))
    assert nursery.children == []


def test_where_none_is_one_is_started_at_once_and_only_one(nursery: Nursery) -> None:
    watch = Guardian(nursery.start, lambda: nursery.is_there)
    for second in range(10):
        watch.look(float(second))
    assert len(nursery.children) == 1


def test_one_that_died_is_started_again_after_the_wall_could_say_so(nursery: Nursery) -> None:
    watch = Guardian(nursery.start, lambda: False)
    watch.look(0.0)
    nursery.end_last()
    watch.look(1.0)
    watch.look(2.5)
    assert len(nursery.children) == 1
    watch.look(3.0)
    assert len(nursery.children) == 2


def test_one_that_keeps_dying_is_started_with_growing_patience(nursery: Nursery) -> None:
    watch = Guardian(nursery.start, lambda: False)
    starts, second = [], 0.0
    while len(nursery.children) < 4:
        before = len(nursery.children)
        watch.look(second)
        if len(nursery.children) > before:
            starts.append(second)
            nursery.end_last()
        second += 0.5
    pauses = [b - a for a, b in pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 2.0
    assert pauses[-1] >= 8.0


def test_a_bound_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(
        "import sys, os\nprint(os.getpid(), flush=True)\nsys.stdin.buffer.read()\n"
    )
    parent_code = (
        "import sys, threading; from pathlib import Path; from views import guardian;"
        f"guardian.start_bound('child', [], Path({str(tmp_path / 'log')!r}));"
        "threading.Event().wait()"
    )
    environment = {**guardian.environment()}
    environment["PYTHONPATH"] += os.pathsep + str(tmp_path)
    parent = subprocess.Popen([sys.executable, "-c", parent_code], env=environment)
    child = psutil.Process(int(first_line(tmp_path / "log")))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    child.wait(timeout=20)


def first_line(path: Path) -> str:
    """Wait for a file's first line."""
    tick = threading.Event()
    for _ in range(300):
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text().splitlines()[0]
        tick.wait(0.1)
    raise AssertionError(f"{path} stayed empty")


def test_a_holder_is_alive_only_as_the_same_process() -> None:
    process = psutil.Process()
    started = int(process.create_time() * 1000)
    here = socket.gethostname()
    assert is_process_alive(f"{here}:{process.pid}:{started}")
    assert not is_process_alive(f"{here}:{process.pid}:{started - 60_000}")
    assert is_process_alive(f"elsewhere:{process.pid}:1")
    assert is_process_alive("no holder at all")


def test_a_dead_child_that_nobody_fetched_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", SLEEPER], stdin=subprocess.PIPE)
    process = psutil.Process(child.pid)
    holder = f"{socket.gethostname()}:{child.pid}:{int(process.create_time() * 1000)}"
    assert is_process_alive(holder)
    child.kill()
    tick = threading.Event()
    for _ in range(100):
        if not is_process_alive(holder):
            break
        tick.wait(0.05)
    assert not is_process_alive(holder)
    child.wait()
    assert child.stdin is not None
    child.stdin.close()
