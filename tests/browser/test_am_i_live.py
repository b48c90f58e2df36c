"""The page itself says when nothing new comes, and why; shown by killing and hanging the parts.

The waits are bounds of the promise itself: the words within 5 s, the number gone after 15 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rig import Room, end, hang, room, wake

pytestmark = pytest.mark.browser
SAID_WITHIN_MS = 5_000
GONE_WITHIN_MS = 17_000
BACK_WITHIN_MS = 60_000


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Open a room whose parts are killed, one after the other."""
    with room(tmp_path_factory.mktemp("live"), 3, "calm,low_spo2,frozen") as opened:
        yield opened


@pytest.fixture
def wall(page: Page, lived_in: Room) -> Page:
    """Open the wall and wait until it is alive."""
    page.goto(lived_in.url)
    expect(page.locator("[data-recliner]")).to_have_count(3, timeout=30_000)
    is_live(page)
    return page


def is_live(page: Page) -> None:
    """Wait until the wall is alive, with numbers in full colour and a pleth that moves."""
    expect(page.locator(".strip")).to_have_attribute("data-live", "live", timeout=BACK_WITHIN_MS)
    number = page.locator('[data-recliner="R1"] [data-vital="spo2_pct"]')
    expect(number).to_have_attribute("data-state", "valid", timeout=BACK_WITHIN_MS)


def says_no_data(page: Page, why: str) -> None:
    """Wait for the words, and see that no number looks alive."""
    expect(page.locator(".live")).to_contain_text("NO DATA", timeout=SAID_WITHIN_MS)
    expect(page.locator(".live")).to_contain_text(why, timeout=SAID_WITHIN_MS)
    expect(page.locator('[data-recliner="R1"]')).to_contain_text("NO DATA")
    expect(page.locator('[data-recliner="R1"] footer')).to_contain_text(why)
    assert "{" not in page.inner_text(".chairside-wall")
    states = page.eval_on_selector_all("[data-vital]", "(all) => all.map((e) => e.dataset.state)")
    assert set(states) <= {"stale", "gone"}
    assert page.locator(".plate:visible").evaluate_all(
        "(all) => all.every((e) => e.getAnimations({ subtree: true }).length === 0)"
    )


def numbers_go(page: Page) -> None:
    """Wait until no number stands on the page."""
    values = """() => [...document.querySelectorAll('[data-vital]')]
        .every((e) => e.dataset.value === '' && !/[0-9]/.test(e.textContent))"""
    page.wait_for_function(values, timeout=GONE_WITHIN_MS)


def test_a_recliner_that_nothing_renews_ages_by_itself_while_others_live(wall: Page) -> None:
    number = wall.locator('[data-recliner="R3"] [data-vital="spo2_pct"]')
    expect(wall.locator('[data-recliner="R3"] .why').first).to_contain_text(
        "NO DATA", timeout=SAID_WITHIN_MS
    )
    expect(number).to_have_attribute("data-state", "gone", timeout=GONE_WITHIN_MS)
    expect(number).to_have_text("––")
    is_live(wall)


def test_a_killed_collector_is_told_its_numbers_go_and_come_back(
    wall: Page, lived_in: Room
) -> None:
    end(lived_in.collector)
    says_no_data(wall, "collector stopped")
    found = lived_in.health()
    assert found is not None
    assert found[1]["collector"] == "stopped"
    numbers_go(wall)
    found = lived_in.health()
    assert found is not None
    assert found[0] == 503
    lived_in.start_collector()
    is_live(wall)


def test_a_hung_collector_is_told_and_comes_back(wall: Page, lived_in: Room) -> None:
    hang(lived_in.collector)
    says_no_data(wall, "collector not answering")
    wake(lived_in.collector)
    is_live(wall)


def test_a_hung_server_is_told_its_numbers_go_and_come_back(wall: Page, lived_in: Room) -> None:
    hang(lived_in.dashboard)
    says_no_data(wall, "dashboard server not answering")
    numbers_go(wall)
    wake(lived_in.dashboard)
    is_live(wall)


def test_a_killed_server_is_told_and_a_new_one_knows_the_old_page(
    wall: Page, lived_in: Room
) -> None:
    end(lived_in.dashboard)
    says_no_data(wall, "dashboard server gone")
    lived_in.start_dashboard()
    is_live(wall)
    assert wall.get_attribute(".chairside-wall", "data-refusals") is None


def test_a_page_that_opens_onto_a_dead_room_says_so(page: Page, tmp_path: Path) -> None:
    with room(tmp_path, 1) as opened:
        hang(opened.collector)
        page.goto(opened.url)
        expect(page.locator(".live")).to_contain_text("NO DATA", timeout=30_000)
