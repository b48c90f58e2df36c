"""What the wall shows of a room, read from the page with a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rig import Room, room

pytestmark = pytest.mark.browser
SIZES = {"a wall screen": (1920, 1080), "a tablet": (1024, 768)}

MISFITS = (Path(__file__).parent / "misfits.js").read_text("utf-8")


@pytest.fixture(scope="module")
def full_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Open a room of sixteen recliners, each in another state."""
    with room(tmp_path_factory.mktemp("sixteen"), 16) as opened:
        yield opened


def open_wall(page: Page, opened: Room, recliners: int | None = None) -> None:
    """Open the wall and wait until every recliner is there and the feed is alive."""
    page.goto(opened.url)
    expect(page.locator("[data-recliner]")).to_have_count(
        recliners or opened.recliners, timeout=30_000
    )
    expect(page.locator(".strip")).to_have_attribute("data-live", "live", timeout=10_000)


def test_sixteen_recliners_fit_a_wall_screen_and_a_tablet(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".grid")).to_have_attribute(
            "data-mode", {1920: "tall", 1024: "row"}[width]
        )
        page.wait_for_function(f"({MISFITS})().length === 0", timeout=30_000)


@pytest.mark.parametrize("recliners", [1, 6])
def test_a_few_recliners_fit_and_are_written_larger(
    page: Page, tmp_path: Path, recliners: int
) -> None:
    with room(tmp_path, recliners) as opened:
        open_wall(page, opened)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"({MISFITS})().length === 0", timeout=30_000)
            number = page.locator('[data-recliner="R1"] [data-vital="spo2_pct"]')
            box = number.bounding_box()
            assert box is not None
            assert box["height"] > (180 if recliners == 1 and width == 1920 else 70)


def numbers(page: Page, recliner: str) -> dict[str, dict[str, str]]:
    """Return every number of a tile by its vital: text and attributes."""
    found: dict[str, dict[str, str]] = page.eval_on_selector_all(
        f'[data-recliner="{recliner}"] [data-vital]',
        """(all) => Object.fromEntries(all.map((e) =>
            [e.dataset.vital, { text: e.textContent, ...e.dataset }]))""",
    )
    return found


def test_every_number_says_what_it_is_worth(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    valid = numbers(page, "R3")
    assert valid["nibp"]["value"] == valid["nibp"]["text"] == "183/104"
    assert valid["spo2_pct"]["value"] == valid["spo2_pct"]["text"]
    assert 96 <= int(valid["spo2_pct"]["value"]) <= 98
    assert {one["state"] for one in valid.values()} == {"valid"}
    assert all(int(one["at"]) > 1_700_000_000_000 for one in valid.values())
    assert int(valid["infusion_elapsed_s"]["value"]) >= 1_421


def test_a_missing_number_is_two_dashes_and_the_words_why(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    probe_off, never = numbers(page, "R11"), numbers(page, "R15")
    assert (probe_off["spo2_pct"]["value"], probe_off["spo2_pct"]["text"]) == ("", "––")
    assert probe_off["spo2_pct"]["state"] == "invalid"
    expect(page.locator('[data-recliner="R11"] .spo2_pct .why')).to_have_text("probe off")
    assert never["spo2_pct"]["state"] == "absent"
    expect(page.locator('[data-recliner="R15"] .spo2_pct .why')).to_have_text("NO DATA")
    expect(page.locator('[data-recliner="R15"] footer')).to_contain_text("Oximeter never heard")


def test_a_silent_device_says_so_and_its_number_goes(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    number = page.locator('[data-recliner="R8"] [data-vital="spo2_pct"]')
    expect(page.locator('[data-recliner="R8"] .nodata')).to_have_text("NO DATA")
    expect(number).to_have_attribute("data-state", "gone", timeout=16_000)
    expect(number).to_have_attribute("data-value", "")


def test_an_empty_recliner_is_calm_and_numbers_without_a_session_are_shown(
    page: Page, full_room: Room
) -> None:
    open_wall(page, full_room)
    expect(page.locator('[data-recliner="R7"] .calm')).to_contain_text("oximeter ready")
    expect(page.locator('[data-recliner="R12"] .phase')).to_have_text("NO SESSION")
    assert numbers(page, "R12")["spo2_pct"]["state"] == "valid"


def test_tiles_stay_in_their_places_and_what_is_simulated_says_so(
    page: Page, full_room: Room
) -> None:
    open_wall(page, full_room)
    order = page.eval_on_selector_all(
        "[data-recliner]", "(all) => all.map((e) => e.dataset.recliner)"
    )
    assert order == [f"R{n}" for n in range(1, 17)]
    expect(page.locator(".simulated")).to_be_visible()
    expect(page.locator(".foot")).to_contain_text("Secondary display. Bedside alarms stay on.")


def flash_of(page: Page, selector: str) -> list[Any]:
    """Return the periods of the flashing faces of an element, milliseconds."""
    periods: list[Any] = page.eval_on_selector(
        selector,
        """(e) => e.getAnimations({ subtree: true }).map((one) => one.effect)
            .filter((effect) => effect.target === e && effect.pseudoElement === '::before')
            .map((effect) => effect.getTiming().duration)""",
    )
    return periods


def test_high_flashes_at_two_hertz_medium_at_half_a_hertz_and_the_rest_stand_still(
    page: Page, full_room: Room
) -> None:
    open_wall(page, full_room)
    assert flash_of(page, '[data-recliner="R2"] .spo2_pct .plate') == [500]
    assert flash_of(page, '[data-recliner="R2"]') == [500]
    assert flash_of(page, '[data-recliner="R3"] .nibp .plate') == [2000]
    assert flash_of(page, '[data-recliner="R8"]') == []
    assert flash_of(page, '[data-recliner="R14"]') == []


def test_marks_tell_priority_without_colour(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    for recliner, sign in {"R2": "!!!", "R3": "!!", "R8": "!"}.items():
        expect(page.locator(f'[data-recliner="{recliner}"] .sign')).to_have_text(sign)
    expect(page.locator('[data-recliner="R2"] footer')).to_contain_text("SpO₂ 86 below 90")
    expect(page.locator('[data-recliner="R2"] footer')).to_contain_text("lowest 84")
    expect(page.locator('[data-recliner="R3"] footer')).to_contain_text("at or above 180")
    expect(page.locator(".chip").first).to_have_text("!!! R2 SpO₂ 86")


CLIPPED = """(parts) => [...document.querySelectorAll('[data-recliner] .told')].flatMap((told) => {
    const room = told.getBoundingClientRect();
    return [...told.querySelectorAll(parts)].flatMap((part) => [...part.getClientRects()])
        .filter((box) => box.right > room.right + 1 || box.bottom > room.bottom + 1);
}).length"""


@pytest.mark.parametrize("recliners", [4, 8, 10, 16])
def test_what_was_worst_and_since_when_is_never_clipped(
    page: Page, tmp_path: Path, recliners: int
) -> None:
    with room(tmp_path, recliners, "latched,low_spo2,latched_pressure") as opened:
        open_wall(page, opened)
        footer = page.locator('[data-recliner="R1"] footer')
        expect(footer).to_contain_text("SpO₂ was below 90, lowest 85")
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"({MISFITS})().length === 0", timeout=30_000)
            page.wait_for_function(
                f"({CLIPPED})('.what .whole, .aside .whole:first-child') === 0", timeout=5_000
            )
            expect(page.locator(".chip").first).to_contain_text("!!! R")


def test_an_alarm_that_is_over_is_told_with_its_worst_value_and_acknowledged_in_words(
    browser: Browser, tmp_path: Path
) -> None:
    with room(tmp_path, 2, "latched,over") as opened:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        open_wall(page, opened)
        expect(page.locator(".chip").first).to_have_text("!!! R1 SpO₂ was below 90, lowest 85")
        expect(page.locator('[data-recliner="R2"] footer')).to_contain_text("since 5 min")
        page.locator('[data-recliner="R1"]').click()
        row = page.locator(".panel .row")
        expect(row).to_contain_text("SpO₂ was below 90, lowest 85")
        expect(row.locator(".aside")).to_have_text(
            re.compile(r"^since \d\d:\d\d:\d\d · over, unacknowledged$")
        )
        button = page.get_by_role("button", name="Acknowledge")
        button.click()
        expect(page.locator(".outcome")).to_contain_text("name is needed")
        page.locator("input.person").fill("A. Nurse")
        button.click()
        expect(page.locator(".outcome")).to_have_text(
            "Done. Acknowledged: SpO₂ was below 90, lowest 85", timeout=30_000
        )
        page.close()


def test_both_faces_of_a_flashing_plate_can_be_read(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    for priority in ("high", "medium"):
        for theme in ("dark", "day"):
            page.eval_on_selector(".chairside-wall", "(e, t) => { e.dataset.theme = t; }", theme)
            ink = colour(page, f"--{priority}-text")
            for face in (f"--{priority}", f"--{priority}-dim"):
                assert contrast(ink, colour(page, face)) >= 4.5


def colour(page: Page, name: str) -> tuple[int, int, int]:
    """Return a colour of the wall as red, green, blue."""
    painted: str = page.eval_on_selector(
        ".chairside-wall",
        """(e, name) => { const probe = document.createElement('i'); e.append(probe);
            probe.style.color = `var(${name})`; const seen = getComputedStyle(probe).color;
            probe.remove(); return seen; }""",
        name,
    )
    red, green, blue = (int(part) for part in painted[4:-1].split(","))
    return red, green, blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast of two colours (Web Content Accessibility Guidelines 2.2, 1.4.3)."""

    def light(rgb: tuple[int, int, int]) -> float:
        parts = [v / 255 for v in rgb]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_pleth_moves_and_a_silent_one_is_empty(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    painted = """(id) => { const c = document.querySelector(`[data-recliner="${id}"] .pleth`);
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data
            .reduce((sum, v, i) => i % 4 === 3 ? sum + (v > 0) : sum, 0); }"""
    page.wait_for_function(f"({painted})('R1') > 200", timeout=10_000)
    before = page.evaluate(f"({painted})('R1')")
    page.wait_for_function(f"({painted})('R1') !== {before}", timeout=30_000)
    assert page.evaluate(f"({painted})('R11')") == 0


def test_an_alarm_is_acknowledged_by_name_from_the_wall(browser: Browser, tmp_path: Path) -> None:
    with room(tmp_path, 2) as opened:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        open_wall(page, opened)
        page.locator('[data-recliner="R2"]').click()
        button = page.get_by_role("button", name="Acknowledge")
        button.click()
        expect(page.locator("input.wanted")).to_be_visible()
        page.locator("input.person").fill("A. Nurse")
        button.click()
        expect(page.locator('[data-recliner="R2"] footer')).to_contain_text(
            "✓ A. Nurse", timeout=30_000
        )
        expect(page.locator(".outcome")).to_contain_text("Done", timeout=30_000)
        expect(page.locator(".chip").first).to_have_attribute("data-known", "true")
        assert flash_of(page, '[data-recliner="R2"]') == []
        page.get_by_role("button", name="Pause sound here").click()
        expect(page.locator('[data-recliner="R2"] .hush')).to_contain_text(
            "sound paused 1:5", timeout=30_000
        )
        page.close()


def test_a_limit_that_is_off_shows_a_crossed_bell_and_an_arm_conflict_is_told_before_the_infusion(
    page: Page, full_room: Room
) -> None:
    open_wall(page, full_room)
    bell = page.locator('[data-recliner="R5"] .unlike')
    expect(bell).to_be_visible()
    expect(bell).to_have_attribute("title", "alarm off: pulse high")
    expect(page.locator('[data-recliner="R1"] .unlike')).not_to_be_visible()
    expect(page.locator('[data-recliner="R4"] footer')).to_contain_text("Cuff sits on the IV arm")
    expect(page.locator('[data-recliner="R1"] footer')).not_to_be_visible()


def test_daylight_is_one_click_away_and_remembered(page: Page, full_room: Room) -> None:
    open_wall(page, full_room)
    page.get_by_role("button", name="Day / night").click()
    expect(page.locator(".chairside-wall")).to_have_attribute("data-theme", "day")
    open_wall(page, full_room)
    expect(page.locator(".chairside-wall")).to_have_attribute("data-theme", "day")


def test_a_recliners_page_is_one_step_away_and_the_wall_comes_back_alone(
    page: Page, full_room: Room
) -> None:
    open_wall(page, full_room)
    page.locator('[data-recliner="R2"]').click()
    page.get_by_role("button", name="Open recliner").click()
    page.wait_for_function("location.search === '?recliner=R2'", timeout=30_000)
    page.get_by_role("link", name="Wall").click()
    expect(page.locator("[data-recliner]")).to_have_count(16, timeout=30_000)
    expect(page.locator(".chairside-wall")).to_have_count(1)
    expect(page.locator(".strip")).to_have_attribute("data-live", "live", timeout=10_000)
