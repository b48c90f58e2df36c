"""The recliner page in a real browser: its tile lives, its zoom stays, its orders arrive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.rig import PATIENCE_S, Room

pytestmark = pytest.mark.browser
PATIENCE_MS = PATIENCE_S * 1000


class PastRoom(Room):
    """A room whose sessions have half an hour on record."""

    def start_collector(self) -> None:
        command = [sys.executable, "-m", "tests.browser.fake_collector", "--past"]
        command += ["--store", str(self.folder / "room.db"), "--recliners", str(self.recliners)]
        command += ["--cast", self.cast] if self.cast else []
        self.collector = self._start(command, "collector.log")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Open a room of three: calm, low SpO2, calm."""
    opened = PastRoom(tmp_path_factory.mktemp("room"), 3, "calm,low_spo2,calm")
    try:
        opened.start_collector()
        opened.start_dashboard()
        yield opened
    finally:
        opened.close()


@pytest.fixture
def chart(page: Page, room: Room) -> Locator:
    """Open the page of R2 and return its chart once it is drawn."""
    page.goto(f"{room.url}recliner?recliner=R2")
    root = page.locator("[data-session='session-2'][data-drawn]")
    root.wait_for(timeout=PATIENCE_MS)
    return root


def numbers(root: Locator, name: str) -> int:
    """Return a count that the chart tells of itself."""
    return int(root.get_attribute(name) or 0)


def drawn_again(page: Page, root: Locator) -> None:
    """Wait until the chart was drawn twice more, so that something newer has come."""
    count = numbers(root, "data-drawn") + 2
    page.wait_for_function(
        "([root, count]) => Number(root.dataset.drawn) >= count",
        arg=[root.element_handle(), count],
        timeout=PATIENCE_MS,
    )


def view_of(root: Locator) -> list[str]:
    """Return the stretch of time that the chart shows."""
    shown: list[Any] = root.locator(".chairside-chart").evaluate(
        "plot => plot._fullLayout.xaxis.range.slice()"
    )
    return [str(edge)[:19] for edge in shown]


def zoom(page: Page, root: Locator) -> None:
    """Drag over a stretch of the SpO2 panel."""
    box = root.locator(".chairside-chart").bounding_box()
    assert box is not None
    y = box["y"] + 170
    page.mouse.move(box["x"] + box["width"] * 0.4, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=6)
    page.mouse.up()


def test_the_tile_of_the_chosen_recliner_alone_is_live_and_nothing_comes_from_afar(
    page: Page, room: Room
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{room.url}recliner?recliner=R2")
    expect(page.locator("[data-recliner]")).to_have_count(1, timeout=PATIENCE_MS)
    number = page.locator("[data-recliner='R2'] [data-vital='spo2_pct']")
    expect(number).to_have_text("86", timeout=PATIENCE_MS)
    wall = page.locator(".chairside-wall")
    expect(wall).to_have_attribute("data-live", "live", timeout=PATIENCE_MS)
    page.locator("[data-session='session-2'][data-drawn]").wait_for(timeout=PATIENCE_MS)
    assert any("/api/plotly.min.js?v=" in url for url in asked)
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_an_alarm_stays_in_sight_where_its_strip_is_scrolled_away(
    page: Page, chart: Locator
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    far = page.locator(".chairside-badge .far")
    expect(far).to_have_text("")
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, main.scrollHeight)")
    expect(far).to_have_text("!!! R2 SpO₂ 86")
    expect(far).to_have_attribute("data-kind", "high")
    expect(far).to_be_in_viewport(ratio=1)
    main.evaluate("main => main.scrollTo(0, 0)")
    expect(far).to_have_text("")


def test_a_zoom_asks_for_finer_points_stays_and_ends_with_a_double_click(
    page: Page, chart: Locator
) -> None:
    whole = numbers(chart, "data-points")
    zoom(page, chart)
    page.wait_for_function("root => root.dataset.view", arg=chart.element_handle())
    drawn_again(page, chart)
    shown = view_of(chart)
    assert numbers(chart, "data-points") < whole
    drawn_again(page, chart)
    assert view_of(chart) == shown
    box = chart.locator(".chairside-chart").bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, box["y"] + 170)
    page.wait_for_function("root => root.dataset.view === ''", arg=chart.element_handle())
    drawn_again(page, chart)
    assert view_of(chart)[0] < shown[0]
    assert numbers(chart, "data-points") >= whole


def test_words_being_typed_survive_the_renewals_and_reach_the_collector(
    page: Page, chart: Locator
) -> None:
    name = page.get_by_role("combobox", name="Signed by")
    name.click()
    name.fill("A. Nurse")
    name.press("Enter")
    page.get_by_role("button", name="Pause", exact=True).click(timeout=PATIENCE_MS)
    reason = page.get_by_role("textbox", name="Reason").last
    reason.press_sequentially("nausea, eases when paused", delay=150)
    drawn_again(page, chart)
    assert reason.input_value() == "nausea, eases when paused"
    reason.press("Enter")
    told = page.get_by_text("Pause: done – Pause by A. Nurse")
    expect(told.first).to_be_visible(timeout=PATIENCE_MS)


def test_enter_never_signs_as_somebody_whom_nobody_named(page: Page, chart: Locator) -> None:
    box = page.get_by_role("combobox", name="Signed by")
    signs = page.get_by_role("button", name="Pause", exact=True)

    def sign(name: str) -> None:
        """Open the box, type a name, and press Enter; with no name press Enter alone."""
        box.click()
        page.keyboard.type(name, delay=60)
        page.keyboard.press("Enter")

    sign("C. Night")
    expect(box).to_have_value("C. Night", timeout=PATIENCE_MS)
    expect(signs).to_be_enabled(timeout=PATIENCE_MS)
    sign("")
    drawn_again(page, chart)
    expect(box).to_have_value("C. Night")
    sign("C. Night")
    drawn_again(page, chart)
    expect(box).to_have_value("C. Night")
    sign("B. Nurse")
    expect(box).to_have_value("B. Nurse", timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    "name",
    [
        "review",
        *(pytest.param(one, marks=pytest.mark.long) for one in ("protocols", "day")),
        pytest.param("recliner?recliner=R2", marks=pytest.mark.long),
    ],
)
def test_no_table_offers_a_download_that_says_nothing_of_what_it_is(
    page: Page, room: Room, name: str
) -> None:
    page.goto(f"{room.url}{name}")
    place = page.locator("[data-testid='stDataFrame']:visible")
    place.first.wait_for(timeout=PATIENCE_MS)
    place.first.hover()
    expect(page.get_by_label("Search").locator("visible=true").first).to_be_visible()
    downloads = page.get_by_label("Download as CSV")
    assert downloads.count() >= 1
    assert not any(one.is_visible() for one in downloads.all())


def test_a_chart_that_is_not_renewed_says_so(page: Page, chart: Locator) -> None:
    page.context.set_offline(True)
    note = page.locator(".chairside-chart-note")
    expect(note).to_contain_text("Chart not renewed for", timeout=PATIENCE_MS)
    assert chart.get_attribute("data-state") == "stale"


def test_the_script_of_the_chart_puts_no_text_into_markup() -> None:
    folder = Path(__file__).parents[2] / "views" / "plot"
    script = (folder / "chart.js").read_text("utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "http"):
        assert word not in script
