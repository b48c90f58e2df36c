"""The hub that serves every simulated port in one thread, and the clock of a scenario.

One selector waits for all ports: fifteen times a second each device says what it has to say, and
answers come at once. Here alone the simulators ask what time it is; devices and patients are
handed scenario seconds. What a port is (TCP, pseudo-terminal, control) stands in lines.py and
control.py.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from typing import Protocol

HOST = "127.0.0.1"
TICK_S = 1 / 15


class ScenarioClock:
    """Tell scenario seconds: the world's seconds times a speed.

    begun_s: seconds that have already passed when it is made, at that speed.
    """

    def __init__(self, speed: float = 1.0, begun_s: float = 0.0) -> None:
        self._speed = speed
        self._zero = time.monotonic() - begun_s / speed

    def now_s(self) -> float:
        """Return seconds since the scenario's start."""
        return (time.monotonic() - self._zero) * self._speed


def seconds_since(utc_ms: int) -> float:
    """Return how many seconds of the world ago a UTC moment (epoch milliseconds) was."""
    return time.time() - utc_ms / 1000.0


def utc_now_ms() -> int:
    """Return the time of the world, UTC, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Served(Protocol):
    """Be served by the hub."""

    def tick(self, now_s: float) -> None:
        """Do what is due."""

    def close(self) -> None:
        """Let go of everything held."""


class Hub:
    """Serve every port of the room in one thread."""

    def __init__(self, clock: ScenarioClock) -> None:
        self.clock = clock
        self._selector = selectors.DefaultSelector()
        self._served: list[Served] = []
        self._is_over = False

    def add(self, served: Served) -> None:
        """Tick something from now on."""
        self._served.append(served)

    def watch(self, source: socket.socket | int, ready: Callable[[], None]) -> None:
        """Call ``ready`` whenever bytes or a connection wait at a source."""
        self._selector.register(source, selectors.EVENT_READ, ready)

    def forget(self, source: socket.socket | int) -> None:
        """Watch a source no longer."""
        self._selector.unregister(source)

    def stop(self) -> None:
        """End the serving soon; may be called from any thread."""
        self._is_over = True

    def serve(self) -> None:
        """Serve until stopped, then close everything."""
        try:
            next_tick = time.monotonic()
            while not self._is_over:
                next_tick = self._turn(next_tick)
        finally:
            for served in self._served:
                served.close()
            self._selector.close()

    def _turn(self, next_tick: float) -> float:
        for key, _ in self._selector.select(max(0.0, next_tick - time.monotonic())):
            key.data()
        now = time.monotonic()
        if now < next_tick:
            return next_tick
        now_s = self.clock.now_s()
        for served in self._served:
            served.tick(now_s)
        return max(next_tick + TICK_S, now)
