"""Measure how long an alarm takes from the end of its delay to its mark on the page.

``python -m tests.benchmarks.alarms --recliners 16 --rounds 6`` prints one JSON object. Simulators,
collector, dashboard and Chromium are the real ones; one oximeter after another falls silent, and
the page notes when a tile's alarm mark changes. An alarm's own ``since`` is the end of its delay.
Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright

from tests.benchmarks.room import OPEN_WITHIN_S, WINDOW, open_dashboard
from tests.benchmarks.store import percentiles
from tests.browser.rig import FLAGS, chromium_path
from tests.room.rig import Page, Room, room, until

WATCH = """
(names) => {
  const find = (node) => {
    if (node.querySelector?.('[data-recliner]')) return node;
    for (const one of node.querySelectorAll?.('*') ?? []) {
      const found = one.shadowRoot && find(one.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  const root = find(document);
  window.marked = {};
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const name = target.dataset?.recliner;
      if (!name) continue;
      const seen = window.marked[name] ??= [];
      seen.push([target.dataset.alarm ?? "", Date.now()]);
    }
  }).observe(root, { subtree: true, attributes: true, attributeFilter: ["data-alarm"] });
}
"""


def main(words: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(description="Measure alarms on their way to the page.")
    parser.add_argument("--recliners", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=6, help="alarms to raise")
    asked = parser.parse_args(words)
    print(json.dumps(measure(asked.recliners, asked.rounds)))  # noqa: T201


def measure(recliners: int, rounds: int) -> dict[str, Any]:
    """Raise alarms one after another and return how late their marks were, in ms."""
    with tempfile.TemporaryDirectory() as folder, room(Path(folder)) as place:
        place.simulate(recliners, "--scenario", "steady")
        place.collect()
        desk = Page(place.picture())
        names = [f"R{number}" for number in range(1, recliners + 1)]
        for name in names:
            desk.see(name, lambda p: p["vitals"]["spo2_pct"]["value"], "SpO2 is shown")
            assert desk.order(name, "begin_session", label="AA-01", protocol="mood40")
            assert desk.order(name, "begin_baseline").status == "done"
        url = open_dashboard(place, recliners)
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
            view = browser.new_page(viewport=WINDOW)
            view.goto(url)
            view.wait_for_selector("[data-recliner=R1]", timeout=OPEN_WITHIN_S * 1000)
            view.evaluate(WATCH, names)
            late = [_late(place, desk, view, names[n % len(names)]) for n in range(rounds)]
            browser.close()
    return {"recliners": recliners, "alarms": len(late), "delay_to_page_ms": percentiles(late)}


def _late(place: Room, desk: Page, view: BrowserPage, name: str) -> float:
    place.tell("fault", name, "silent", "on")
    alarm = desk.see(name, lambda p: next(iter(p["alarms"]), None), "an alarm is told")
    marked = until(lambda: view.evaluate("(n) => window.marked[n]", name), "the page marks it")
    place.tell("fault", name, "silent", "off")
    return float(marked[0][1] - alarm["since"])


if __name__ == "__main__":
    main()
