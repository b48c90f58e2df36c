"""What the wall lets be heard: armed by a touch, in bursts, and in words when it cannot be.

The page is asked through the browser's own protocol without a user gesture: Playwright's ordinary
questions count as a person's touch and would arm the sound by themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.rig import Room, room

pytestmark = pytest.mark.browser

COUNT_PULSES = """
    const start = OscillatorNode.prototype.start;
    window.pulses = [];
    OscillatorNode.prototype.start = function (at) {
        window.pulses.push([at, this.frequency.value]);
        return start.call(this, at);
    };
"""
STRIP = "document.querySelector('.strip').dataset"


@pytest.fixture(scope="module")
def alarming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Open a room with a high and a medium alarm."""
    with room(tmp_path_factory.mktemp("sound"), 3) as opened:
        yield opened


class Untouched:
    """Look at a page, and touch it, as far as the browser can tell, only by the mouse."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._line: CDPSession = page.context.new_cdp_session(page)
        page.add_init_script(COUNT_PULSES)
        page.goto(url, wait_until="commit")

    def ask(self, expression: str) -> Any:
        """Return what an expression gives in the page."""
        asked = {"expression": expression, "returnByValue": True, "userGesture": False}
        return self._line.send("Runtime.evaluate", asked)["result"].get("value")

    def wait(self, expression: str, seconds: float = 60) -> Any:
        """Wait until an expression is true in the page."""
        tick = threading.Event()
        for _ in range(int(seconds / 0.1)):
            if found := self.ask(f"(() => {{ try {{ return {expression} }} catch {{}} }})()"):
                return found
            tick.wait(0.1)
        raise AssertionError(f"never true: {expression}; strip: {self.ask(STRIP)}")

    def click(self, selector: str, words: str = "") -> None:
        """Click the middle of the element that carries these words, with the mouse."""
        found = f"[...document.querySelectorAll('{selector}')]"
        middle = "[box.left + box.width / 2, box.top + box.height / 2]"
        x, y = self.wait(
            f"{found}.filter((e) => e.textContent.includes('{words}'))"
            f".map((e) => e.getBoundingClientRect()).map((box) => {middle})[0]"
        )
        self._page.mouse.click(x, y)


@pytest.fixture
def wall(page: Page, alarming: Room) -> Untouched:
    """Open the wall, untouched, and wait until its alarm stands."""
    opened = Untouched(page, alarming.url)
    opened.wait("document.querySelector('[data-recliner=R2]').dataset.alarm === 'high'", 30)
    return opened


def test_before_a_touch_the_wall_says_that_it_is_silent(wall: Untouched) -> None:
    wall.wait(f"{STRIP}.sounding === 'high'")
    assert wall.ask(f"{STRIP}.sound") == "off"
    assert "ALARM SOUND OFF" in wall.ask("document.querySelector('.sound').textContent")
    assert wall.ask("window.pulses.length") == 0


def test_one_touch_arms_it_and_the_loudest_alarm_is_heard_in_ten_pulses(wall: Untouched) -> None:
    wall.click(".ranges")
    wall.wait(f"{STRIP}.sound === 'on' && {STRIP}.bursts === '1'")
    starts = [at for at, _ in wall.ask("window.pulses.slice(0, 10)")]
    assert len(starts) == 10
    gaps = [round(b - a, 2) for a, b in pairwise(starts)]
    short, long, longest = gaps[0], gaps[2], gaps[4]
    assert gaps == [short, short, long, short, longest, short, short, long, short]
    assert short < long < longest
    wall.wait(f"{STRIP}.bursts === '2' && window.pulses.length === 20")


def test_the_touch_that_arms_opens_nothing_and_the_next_opens_the_panel(wall: Untouched) -> None:
    wall.click(".sound")
    wall.wait(f"{STRIP}.sound === 'on'")
    assert wall.ask("document.querySelector('.veil').hidden") is True
    wall.click(".sound")
    wall.wait("!document.querySelector('.veil').hidden")


def test_muting_this_screen_is_said_and_taken_back(wall: Untouched) -> None:
    wall.click(".sound")
    wall.wait(f"{STRIP}.sound === 'on'")
    wall.click(".sound")
    wall.click(".panel button", "Mute this screen")
    wall.wait(f"{STRIP}.sound === 'muted'")
    assert "MUTED HERE" in wall.ask("document.querySelector('.sound').textContent")
    wall.click(".sound")
    wall.click(".panel button", "Sound on again")
    wall.wait(f"{STRIP}.sound === 'on'")


def test_the_self_test_plays_all_three_priorities(wall: Untouched) -> None:
    wall.click(".sound")
    wall.wait(f"{STRIP}.sound === 'on'")
    wall.click(".sound")
    wall.click(".panel button", "Test the three sounds")
    wall.wait("new Set(window.pulses.map((pulse) => pulse[1])).size === 3")
    tones = {tone for _, tone in wall.ask("window.pulses")}
    assert all(150 <= tone <= 1000 for tone in tones)


def test_a_context_that_the_browser_keeps_shut_is_called_blocked(wall: Untouched) -> None:
    wall.ask("void (AudioContext.prototype.resume = () => Promise.reject(new Error()))")
    wall.ask("AudioContext.prototype.__defineGetter__('state', () => 'suspended')")
    wall.click(".ranges")
    wall.wait(f"{STRIP}.sound === 'blocked'")
    assert "BLOCKED" in wall.ask("document.querySelector('.sound').textContent")
    assert wall.ask("window.pulses.length") == 0


def test_the_title_calls_for_the_worst_recliner(wall: Untouched) -> None:
    wall.wait("document.title.startsWith('!!! R2')")
