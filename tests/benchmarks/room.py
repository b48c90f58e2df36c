"""Run a whole simulated room with headless viewers and measure it.

``python -m tests.benchmarks.room --recliners 16 --viewers 4 --seconds 60`` prints one JSON object.
Simulators, collector, dashboard and Chromium are the real ones, in processes of their own; the
first recliner's oximeter is played here (named_oximeter.py), so that each number on a page and in
the store names the packet it came from. Nothing is asserted: figures are for reading.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from tests.benchmarks.named_oximeter import PACKETS_PER_S, NamedOximeter
from tests.benchmarks.store import percentiles
from tests.benchmarks.watching import (
    Appetite,
    Machine,
    Seen,
    StoreWatch,
    Viewer,
    browsers,
    family,
    stored_bytes,
)
from tests.browser.rig import FLAGS, chromium_path
from tests.browser.rig import Room as Server
from tests.room.rig import TOP, Page, Room, room, until

RECLINER, OXIMETER = "R1", "nonin-df2"
PROCESSES = ("simulators", "collector", "dashboard")
WINDOW = {"width": 1920, "height": 1080}
SETTLE_S = 5.0
LOOK_EVERY_S = 10.0
OPEN_WITHIN_S = 120.0


def main(words: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(description="Measure a whole simulated room.")
    parser.add_argument("--recliners", type=int, default=16, help="1 to 64")
    parser.add_argument("--viewers", type=int, default=4, help="0 or more pages")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to measure")
    asked = parser.parse_args(words)
    print(json.dumps(measure(asked.recliners, asked.viewers, asked.seconds)))  # noqa: T201


def measure(recliners: int, viewers: int, seconds: float) -> dict[str, Any]:
    """Run a room and return everything measured in it; all of it has ended on return."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="room-")))
        oximeter = stack.enter_context(NamedOximeter())
        place = stack.enter_context(room(folder))
        url = open_room(place, oximeter, recliners)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        stack.callback(browser.close)
        windows = [browser.new_context(viewport=WINDOW) for _ in range(viewers)]
        pages = [Viewer(window, url) for window in windows]
        for page in pages:
            page.wait_for(recliners, RECLINER)
        threading.Event().wait(min(SETTLE_S, seconds))
        return {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "recliners": recliners,
            "viewers": viewers,
            "seconds": seconds,
        } | watch(place, oximeter, pages, recliners, seconds)


def open_room(place: Room, oximeter: NamedOximeter, recliners: int) -> str:
    """Start simulators, collector and dashboard, in mid-session; return the wall's address."""
    now = ("--now-utc-ms", str(time.time_ns() // 1_000_000))
    place.simulate(recliners, *now)
    text = place.config.read_text("utf-8")
    place.config.write_text(with_port(text, RECLINER, OXIMETER, oximeter.url), "utf-8")
    past = place.run("past", "simulators", "history", "--recliners", str(recliners), *now)
    assert past.wait(OPEN_WITHIN_S) == 0, place.log("past")
    place.collect("--stage", str(place.folder / "past.log"))
    page = Page(place.picture())
    until(lambda: _pulse(page.look()), "the collector shows a pulse", OPEN_WITHIN_S)
    return open_dashboard(place, recliners)


def _pulse(recliners: dict[str, dict[str, Any]]) -> int | None:
    vitals = recliners.get(RECLINER, {}).get("vitals", {})
    pulse: int | None = vitals.get("pulse_rate_per_min", {}).get("value")
    return pulse


def with_port(text: str, recliner: str, device: str, url: str) -> str:
    """Return a clinic.toml in which one device of one recliner stands at another port."""
    within = r"(?:(?!\[\[recliners\]\]).*\n)*?"
    own = re.compile(rf'(name = "{recliner}"\n{within}device = "{device}"\nport = )"[^"]*"')
    replaced, count = own.subn(rf'\g<1>"{url}"', text, count=1)
    assert count == 1, f"clinic.toml gives {recliner} no {device}"
    return replaced


def open_dashboard(place: Room, recliners: int) -> str:
    """Start the pages and wait until they answer that the collector beats."""
    server = Server(place.folder, recliners)
    place.run(
        "dashboard", "streamlit", "run", str(TOP / "dashboard.py"),
        "--server.port", str(server.port), "--", "--view", "--config", str(place.config),
    )  # fmt: skip
    server.wait_for_answer()
    return server.url


def watch(
    place: Room, oximeter: NamedOximeter, pages: list[Viewer], recliners: int, seconds: float
) -> dict[str, Any]:
    """Watch a running room for some seconds and return what was measured."""
    eaters = {name: Appetite(family(place.processes[name].pid)) for name in PROCESSES}
    eaters["browser"] = Appetite(browsers())
    eaters["benchmark"] = Appetite([psutil.Process()])
    with StoreWatch(place.store, RECLINER) as store:
        for page in pages:
            page.begin(RECLINER)
        machine, stored_before, began = Machine(), stored_bytes(place.store), time.monotonic()
        for eater in eaters.values():
            eater.begin()
        _let_pass(seconds, eaters)
        elapsed_s = time.monotonic() - began
        busy_s = machine.end(elapsed_s)
        appetites = {name: eater.end(elapsed_s) for name, eater in eaters.items()}
        grown = stored_bytes(place.store) - stored_before
        on_pages = [seen for page in pages for seen in page.seen()]
        costs = [page.end() for page in pages]
    return {
        "packets_a_viewer": round(elapsed_s * PACKETS_PER_S),
        "byte_to_store_ms": delays(oximeter, store.seen),
        "byte_to_page_ms": delays(oximeter, on_pages),
        "bytes_per_recliner_hour": round(grown / recliners / elapsed_s * 3600),
        "whole_machine_cpu_s_per_s": busy_s,
        "processes": appetites,
        "pages": costs,
    }


def _let_pass(seconds: float, eaters: dict[str, Appetite]) -> None:
    """Wait, looking at the memory of all processes now and then."""
    ends, pause = time.monotonic() + seconds, threading.Event()
    while (left := ends - time.monotonic()) > 0:
        pause.wait(min(left, LOOK_EVERY_S))
        for eater in eaters.values():
            eater.look()


def delays(oximeter: NamedOximeter, seen: Iterable[Seen]) -> dict[str, float]:
    """Return how long after a packet's last byte its number was seen, milliseconds."""
    found = [
        one.seen_ms - sent.at_ms
        for one in seen
        if (sent := oximeter.of(one.value, one.received_ms))
    ]
    return percentiles(found) | {"count": len(found)} if found else {"count": 0}


if __name__ == "__main__":
    main()
