"""A wall in a page of its own, told pictures by a test instead of by a server.

Its script and style are the real ones; only the line is played, so that a test can say what comes,
when it stops coming, and what the tiles make of it.
"""

from __future__ import annotations

import base64
import time
from typing import Any

from playwright.sync_api import Page

from tests.browser.fake_collector import FakeRecliner
from views import bundle
from views.words import en

ADDRESS = "http://wall.test/"
PAGE = "<!doctype html><meta charset=utf-8><body style='margin:0;background:#07090c'></body>"
STAGE = """async ([url, data, width]) => {
    window.WebSocket = class { constructor() { window.line = this; } close() {} };
    const wall = await import(url);
    const parent = document.createElement('div');
    if (width) parent.style.width = `${width}px`;
    document.body.append(parent);
    wall.default({ parentElement: parent, data, setTriggerValue: () => {} });
    let beat = 0;
    const began = performance.now();
    window.tell = (message) => {
        if (!window.line.isOpen) { window.line.isOpen = true; window.line.onopen(); }
        const up_ms = performance.now() - began + 1000;
        const told = { now: Date.now(), up_ms, beat_age_ms: 0, collector: 'running',
            beat: { holder: 'h', beat: ++beat, at: Date.now(), rate: 1 }, ...message };
        window.line.onmessage({ data: JSON.stringify(told) });
    };
    window.heart = setInterval(() => window.tell({ type: 'update', recliners: {} }), 400);
}"""
SILENT = "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' })"
PAINTED = """([id, [r, g, b]]) => {
    const canvas = document.querySelector(`[data-recliner="${id}"] canvas.trend`);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
        const far = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b);
        if (data[i + 3] > 128 && far < 30) count += 1;
    }
    return count;
}"""
COLOURS = {"spo2": (0x35, 0xD0, 0xE6), "nibp": (0xF4, 0xF7, 0xFA)}


def now_ms() -> int:
    """Return UTC in epoch milliseconds, as the page's own clock tells it."""
    return time.time_ns() // 1_000_000


def picture(number: int = 1, part: str = "calm", **changes: Any) -> dict[str, Any]:
    """Return a picture of this moment, with some of it changed."""
    at = now_ms()
    return FakeRecliner(number, part, at - 60_000).picture(at) | changes


class StagedWall:
    """Tell a mounted wall what a server would."""

    def __init__(
        self, page: Page, width: int | None = None, is_armed: bool = True, **data: Any
    ) -> None:
        """Mount it; width: of the column it stands in, with ``only`` on a recliner's page."""
        self.page = page
        page.route(ADDRESS, lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.goto(ADDRESS)
        page.add_style_tag(content=bundle.style())
        if not is_armed:
            page.evaluate(SILENT)
        encoded = base64.b64encode(bundle.script().encode()).decode()
        told = {
            "token": "t",
            "feed_path": "/feed",
            "clinic": "Test clinic with a name",
            "staff": [],
            "person": "",
            "pages": ["recliner"],
            "words": en.WALL,
            "outcome": None,
            "only": None,
        }
        script = f"data:text/javascript;base64,{encoded}"
        page.evaluate(STAGE, [script, told | data, width])

    def hello(self, *pictures: dict[str, Any], trend: Any = None) -> None:
        """Tell everything anew."""
        self._tell("hello", pictures, {"trend": trend or {}})

    def update(self, *pictures: dict[str, Any]) -> None:
        """Tell what is new."""
        self._tell("update", pictures, {})

    def tell_trend(self, trend: Any) -> None:
        """Tell the half hour that was read meanwhile."""
        self.page.evaluate("(m) => window.tell(m)", {"type": "trend", "trend": trend})

    def _tell(self, kind: str, pictures: tuple[dict[str, Any], ...], more: Any) -> None:
        told = {one["recliner"]: one for one in pictures}
        self.page.evaluate("(m) => window.tell(m)", {"type": kind, "recliners": told} | more)

    def stop(self) -> None:
        """Say nothing any more."""
        self.page.evaluate("clearInterval(window.heart)")

    def painted(self, what: str, recliner: str = "R1") -> int:
        """Return how many pixels of a trend have the colour of SpO2 or of cuff readings."""
        count: int = self.page.evaluate(PAINTED, [recliner, COLOURS[what]])
        return count

    def wait_until_painted(self, what: str, least: int) -> None:
        """Wait until so many pixels of R1's trend have a colour: its room is measured late."""
        asked = ["R1", COLOURS[what], least]
        self.page.wait_for_function(f"([id, ink, n]) => ({PAINTED})([id, ink]) > n", arg=asked)
