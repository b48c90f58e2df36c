"""How old a chart says that it is: asked of the chart's own script in an empty page."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from views.words import pages_en as words

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "views" / "plot" / "chart.js"
NOW = 1_763_771_200_000
DRAW = """async ([url, data]) => {
  window.Plotly ??= {
    react: async (plot) => { plot.on = () => {}; plot._fullLayout = { width: 0 }; },
    purge: () => {}, relayout: () => {},
  };
  window.chart ??= await import(url);
  window.place ??= document.body.appendChild(document.createElement("div"));
  window.chart.default({ parentElement: window.place, data, setStateValue: () => {} });
}"""


@pytest.fixture
def empty(browser: Browser) -> Iterator[Page]:
    """Return an empty page."""
    page = browser.new_page()
    yield page
    page.close()


def draw(page: Page, **changes: Any) -> None:
    """Hand the chart a figure as a page does."""
    data: dict[str, Any] = {
        "session": "s1", "version": "1", "library": "", "offset_ms": 3_600_000,
        "figure": {"data": [], "layout": {"xaxis": {"range": [0, 1]}}},
        "is_running": True, "told_at": NOW, "until": NOW - 4_000, "old_after_ms": 15_000,
        "words": words.CHART,
    }  # fmt: skip
    encoded = base64.b64encode(SCRIPT.read_bytes()).decode()
    page.evaluate(DRAW, [f"data:text/javascript;base64,{encoded}", data | changes])


def test_a_running_chart_says_in_the_viewers_time_until_when_it_is_drawn(empty: Page) -> None:
    draw(empty)
    note = empty.locator(".chairside-chart-note")
    expect(note).to_have_text("Drawn until 01:26:36. Drag over a stretch to see it closer.")
    assert empty.locator("[data-session]").get_attribute("data-state") == "fresh"


def test_a_chart_that_is_old_when_it_comes_says_so_at_once(empty: Page) -> None:
    draw(empty, until=NOW - 69_000)
    note = empty.locator(".chairside-chart-note")
    expect(note).to_have_text("OLD: drawn until 01:25:31, 69 s ago.")
    assert empty.locator("[data-session]").get_attribute("data-state") == "stale"


def test_the_same_answer_told_again_does_not_make_a_chart_young(empty: Page) -> None:
    draw(empty, until=NOW - 14_500)
    for _ in range(8):
        empty.wait_for_timeout(200)
        draw(empty, until=NOW - 14_500)
    expect(empty.locator(".chairside-chart-note")).to_contain_text("OLD: drawn until 01:26:25")
    draw(empty, told_at=NOW + 2_000, until=NOW)
    expect(empty.locator(".chairside-chart-note")).to_contain_text("Drawn until 01:26:40.")


def test_a_chart_that_nobody_renews_says_until_when_it_is_drawn_and_stays_readable(
    empty: Page,
) -> None:
    draw(empty, is_running=False, until=NOW - 69_000)
    expect(empty.locator(".chairside-chart-note")).to_contain_text("Drawn until 01:25:31.")
    assert empty.locator("[data-session]").get_attribute("data-state") == "fresh"


def test_a_session_that_is_over_is_never_old(empty: Page) -> None:
    draw(empty, is_running=False, until=None)
    expect(empty.locator(".chairside-chart-note")).to_have_text(words.CHART["zoom"])
