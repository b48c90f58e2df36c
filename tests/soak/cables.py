"""Thirty-two devices on pseudo-terminals whose cables are pulled at random, for as long as asked.

``python -m tests.soak.cables --seconds 600`` prints one JSON object; the tests of this folder run
the same. Simulators, ports and links are the real ones; every pulled cable must be noticed, and
after its return the device must be heard within the time its link promises: the longest pause
between two attempts to open, and the longest silence of its row of the catalogue. Of a device that
may be silent for longer than a minute (it speaks when a cuff has been taken), the port must open.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from monitors.clock import SystemClock
from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.devices.link import PAUSES_S, Link
from monitors.devices.link_events import LineCounts, LinkEvent, Lost, Opened, Received, Speaking
from simulators.control import ask
from simulators.devices.catalogue import TWINS
from simulators.ports import ScenarioClock
from simulators.room import Room
from simulators.scenario import load

DEVICES = 32
LOOK_S = 0.02
PLUGGED_S = (0.5, 6.0)
PULLED_S = (0.0, 3.0)
MACHINE_SPARE_S = 5.0
TALKATIVE_S = 60.0


class Told:
    """Keep the moment of the newest event of each sort that each link told."""

    def __init__(self) -> None:
        self.came = threading.Condition()
        self.received: Counter[str] = Counter()
        self._newest: dict[tuple[str, type[LinkEvent]], int] = {}

    def put(self, event: LinkEvent) -> None:
        """Take an event; the sink of all links."""
        if isinstance(event, LineCounts):
            return
        with self.came:
            if isinstance(event, Received):
                self.received[event.device_id] += 1
                return
            self._newest[event.device_id, type(event)] = event.at_ms
            self.came.notify_all()

    def since(self, device_id: str, sort: type[LinkEvent], at_ms: int) -> int | None:
        """Return when an event of a sort was last told, None if not at or after a moment."""
        newest = self._newest.get((device_id, sort))
        return newest if newest is not None and newest >= at_ms else None


class Stage(StrEnum):
    """Say where a cable is in its life."""

    AWAITED = "awaited"
    PLUGGED = "plugged"
    PULLED = "pulled"
    OUT = "out"


@dataclass
class Cable:
    """Pull and return one device's cable at random moments, and see what its link tells.

    back_ms: how long after each return the device was heard. overdue: what was not told in time.
    """

    device_id: str
    kind: str
    draw: random.Random
    told: Told
    control_port: int
    stage: Stage = Stage.AWAITED
    since_ms: int = 0
    until_ms: float = 0.0
    back_ms: list[int] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)

    @property
    def allowed_ms(self) -> float:
        """Return how long the link may take to hear the device again."""
        silence_s = kind_of(self.kind).longest_silence_s if is_talkative(self.kind) else 0
        return (PAUSES_S[-1] + silence_s + MACHINE_SPARE_S) * 1000

    @property
    def sign_of_life(self) -> type[LinkEvent]:
        """Return the event that says that the device is back."""
        return Speaking if is_talkative(self.kind) else Opened

    def step(self, now_ms: int, may_pull: bool) -> None:
        """Do what is due at a moment of the timeline."""
        if self.stage is Stage.PLUGGED and may_pull and now_ms >= self.until_ms:
            self._switch("on")
            self._enter(Stage.PULLED, now_ms)
        elif self.stage is Stage.PULLED and self._is_told(Lost, now_ms):
            self._enter(Stage.OUT, now_ms, PULLED_S)
        elif self.stage is Stage.OUT and now_ms >= self.until_ms:
            self._enter(Stage.AWAITED, now_ms)
            self._switch("off")
        elif self.stage is Stage.AWAITED and self._is_told(self.sign_of_life, now_ms):
            heard_ms = self.told.since(self.device_id, self.sign_of_life, self.since_ms)
            self.back_ms.append((heard_ms or now_ms) - self.since_ms)
            self._enter(Stage.PLUGGED, now_ms, PLUGGED_S)

    def _enter(self, stage: Stage, now_ms: int, for_s: tuple[float, float] = (0, 0)) -> None:
        self.stage, self.since_ms = stage, now_ms
        self.until_ms = now_ms + 1000 * self.draw.uniform(*for_s)

    def _is_told(self, sort: type[LinkEvent], now_ms: int) -> bool:
        """Say whether the link told an event of a sort; give up on it when its time has passed."""
        if self.told.since(self.device_id, sort, self.since_ms) is not None:
            return True
        if now_ms <= self.since_ms + self.allowed_ms:
            return False
        self.overdue.append(f"{self.device_id} ({self.kind}): no {sort.__name__}, {self.stage}")
        return True

    def _switch(self, state: str) -> None:
        answer = ask(self.control_port, f"fault {self.device_id} cable {state}")
        assert answer.startswith("ok"), answer


def is_talkative(kind: str) -> bool:
    """Say whether a device speaks by itself or when asked, whatever the patient does."""
    return kind_of(kind).longest_silence_s <= TALKATIVE_S


@contextmanager
def simulated(kinds: list[str], seed: int) -> Iterator[Room]:
    """Serve one recliner a device on pseudo-terminals, in a thread that ends with the block."""
    scenario = load("steady", len(kinds), seed)
    plans = [
        replace(plan, devices=(kind,)) for plan, kind in zip(scenario.recliners, kinds, strict=True)
    ]
    room = Room(replace(scenario, recliners=tuple(plans)), ScenarioClock(), has_terminals=True)
    thread = threading.Thread(target=room.serve, name="simulators")
    thread.start()
    try:
        yield room
    finally:
        room.stop()
        thread.join(30)


@contextmanager
def linked(room: Room, kinds: list[str], told: Told) -> Iterator[list[Link]]:
    """Listen to every port of a room; all links are closed with the block."""
    clock = SystemClock()
    links = [
        Link(device_id, kind_of(kind), url, clock, told.put)
        for (device_id, url), kind in zip(room.ports.items(), kinds, strict=True)
    ]
    for link in links:
        link.start()
    try:
        yield links
    finally:
        for link in links:
            link.close()


def mixed(count: int) -> list[str]:
    """Name so many devices, every kind that can be simulated in turn."""
    kinds = sorted(TWINS.keys() & CATALOGUE.keys())
    return list(itertools.islice(itertools.cycle(kinds), count))


def soak(seconds: float, seed: int, devices: int = DEVICES) -> dict[str, Any]:
    """Pull cables for some seconds, wait until all devices are heard, and say how it went."""
    kinds, told, clock = mixed(devices), Told(), SystemClock()
    with simulated(kinds, seed) as room, linked(room, kinds, told) as links:
        began_ms = clock.now_ms()
        cables = [
            Cable(device_id, kind, random.Random(seed * 1000 + place), told, room.control_port)
            for place, (device_id, kind) in enumerate(zip(room.ports, kinds, strict=True))
        ]
        for cable in cables:
            cable.since_ms = began_ms - 1000
        pull_until_ms = began_ms + seconds * 1000
        while clock.now_ms() < pull_until_ms or any(c.stage is not Stage.PLUGGED for c in cables):
            for cable in cables:
                cable.step(clock.now_ms(), may_pull=clock.now_ms() < pull_until_ms)
            with told.came:
                told.came.wait(LOOK_S)
        failures = sum(link.adapter_failures for link in links)
    return _report(cables, told, failures) | {"seconds": seconds, "seed": seed}


def _report(cables: list[Cable], told: Told, failures: int) -> dict[str, Any]:
    by_kind: dict[str, list[int]] = {}
    for cable in cables:
        by_kind.setdefault(cable.kind, []).extend(cable.back_ms[1:])
    return {
        "devices": len(cables),
        "pulls": sum(len(back_ms) for back_ms in by_kind.values()),
        "longest_back_ms": {kind: max(b, default=None) for kind, b in sorted(by_kind.items())},
        "overdue": [words for cable in cables for words in cable.overdue],
        "readings": sum(told.received.values()),
        "silent_devices": [
            f"{cable.device_id} ({cable.kind})"
            for cable in cables
            if is_talkative(cable.kind) and not told.received[cable.device_id]
        ],
        "adapter_failures": failures,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Pull cables at random.")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=DEVICES)
    asked = parser.parse_args()
    print(json.dumps(soak(asked.seconds, asked.seed, asked.devices)))  # noqa: T201
