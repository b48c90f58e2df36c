"""A simulated patient from the first question to the door, as a nurse takes one: with taps alone.

Simulators, collector, dashboard and browser are the real ones; the room's clock runs forty times as
fast, so that the least recovery and two pressures ten minutes apart pass while the test waits for
what the page says.
"""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from monitors.store.history import History
from tests.browser.rig import free_port
from tests.room.rig import Room, room, until
from views.words import visit_en as words

pytestmark = pytest.mark.browser
SPEED = "40"
SLOW_MS = 45_000
NO_WIDTH = "\u2060"
PASSES_MS = 180_000
ANSWERED_MS = 15_000
AT_ONCE = ("dizziness", "headache", "nausea")
SLIP = ("anxiety", "distress")
TYPED = (
    "Labetalol 2*5 mg at chair, then 1*5 mg by Dr B; SpO2 ~90~ once, :red[hi] $x^2$ -> "
    "[a](http://e.org) www.e.org :smile:"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Room, str]]:
    """Open a room with one calm patient, its collector, and a dashboard in front of it."""
    with room(tmp_path) as opened:
        opened.simulate(1, "--scenario", "steady", "--speed", SPEED)
        opened.collect()
        port = free_port()
        opened.run(
            "dashboard", "streamlit", "run", "dashboard.py", "--server.port", str(port),
            "--", "--config", str(opened.config), "--view",
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(f"{url}/api/health"), "the dashboard answers", wait_s=60)
        yield opened, url


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


class Nurse:
    """Tap and type as a nurse does, seeing only what the page shows."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def part(self, name: str) -> Locator:
        """Return the element of the page that carries a key."""
        return self.page.locator(f"[class*='st-key-{name}']").first

    def sign(self, name: str) -> None:
        box = self.page.get_by_label("Signed by").first
        box.click(timeout=SLOW_MS)
        self._type(box, name)
        self.page.keyboard.press("Tab")
        expect(self.page.locator("[data-unsigned]")).to_have_count(0, timeout=SLOW_MS)

    def press(self, label: str) -> None:
        button = self.page.get_by_role("button", name=label, exact=True).locator("visible=true")
        expect(button.first).to_be_enabled(timeout=SLOW_MS)
        button.first.click(timeout=SLOW_MS)

    def press_at_once(self, *labels: str) -> None:
        """Press buttons one after the other, faster than any page can be drawn."""
        for label in labels:
            button = self.page.get_by_role("button", name=label, exact=True)
            expect(button.locator("visible=true").first).to_be_enabled(timeout=SLOW_MS)
        self.page.evaluate(
            """labels => labels.map(label => [...document.querySelectorAll("button")]
                .find(one => one.innerText.trim() === label)).forEach(one => one.click())""",
            labels,
        )

    def slip(self, first: str, second: str) -> None:
        """Tap twice at one spot of the glass, where another button stands at the second tap."""
        self.page.evaluate(
            """labels => labels.map(label => [...document.querySelectorAll("button")]
                .find(one => one.innerText.trim() === label)).forEach(one => one.dispatchEvent(
                    new MouseEvent("click", {bubbles: true, cancelable: true, detail: 1,
                                             clientX: 300, clientY: 400})))""",
            [first, second],
        )

    def places(self) -> dict[str, int]:
        """Return how far down the page each one-tap button and scale stands, in pixels."""
        found: dict[str, int] = self.page.evaluate(
            """() => Object.fromEntries(
                [...document.querySelectorAll("[class*='st-key-scale-'], [class*='st-key-tap-']")]
                .map(one => [
                    one.className.match(/st-key-(\\S+?)-R1/)[1],
                    Math.round(one.getBoundingClientRect().top
                        + document.querySelector("[data-testid='stMain']").scrollTop),
                ]))"""
        )
        return found

    def fill(self, name: str, text: str) -> None:
        self.part(name).locator("input").first.fill(text, timeout=SLOW_MS)

    def choose(self, name: str, label: str) -> None:
        button = self.part(name).get_by_text(label, exact=True).first
        button.click(timeout=SLOW_MS)

    def person(self, name: str, who: str) -> None:
        box = self.part(name).locator("input").first
        box.click(timeout=SLOW_MS)
        self._type(box, who)
        self.page.keyboard.press("Tab")
        expect(box).to_have_value(who, timeout=SLOW_MS)

    def _type(self, box: Locator, who: str) -> None:
        """Type a name as fast as fingers do, and wait until the box offers it."""
        self.page.keyboard.type(who, delay=60)
        expect(box).to_have_value(who, timeout=SLOW_MS)
        offered = self.page.get_by_role("option").filter(has_text=who).locator("visible=true")
        expect(offered.first).to_be_visible(timeout=SLOW_MS)
        self.page.wait_for_function(
            """([box, who]) => document.getElementById(box.getAttribute("aria-activedescendant"))
                ?.innerText.trim().endsWith(who)""",
            arg=[box.element_handle(), who],
            timeout=SLOW_MS,
        )

    def reads(self, text: str | re.Pattern[str], within_ms: int = SLOW_MS) -> None:
        """Wait until the page says how the session stands."""
        expect(self.page.locator("[data-standing]")).to_contain_text(text, timeout=within_ms)

    def told(self, text: str) -> None:
        """Wait until the page says that something was done."""
        expect(self.page.locator("[data-told='ok']")).to_contain_text(text, timeout=SLOW_MS)


def fill_in(nurse: Nurse) -> None:
    """Answer the intake, once with a slip of the keyboard."""
    nurse.fill("intake-age_years", "42")
    nurse.fill("intake-weight_kg", "720")
    nurse.fill("intake-dose-amount", "0.5")
    nurse.choose("intake-dose-unit", "mg/kg")
    nurse.press(words.RECORD_INTAKE)
    fault = nurse.page.locator("[data-fault='weight_kg']")
    expect(fault).to_contain_text("20 to 350 kg", timeout=SLOW_MS)
    nurse.fill("intake-weight_kg", "72")
    for name, hours in (("food_hours", "8"), ("drink_hours", "3")):
        nurse.fill(f"intake-{name}", hours)
    for name in ("is_manic_today", "has_cardiac_history", "has_nausea_history"):
        nurse.choose(f"intake-{name}", words.NO)
    for name in ("takes_lamotrigine", "takes_benzodiazepine"):
        nurse.choose(f"intake-{name}", words.NO)
    nurse.choose("intake-has_used_restroom", words.YES)
    nurse.choose("intake-sleep_apnea", "No")
    nurse.choose("intake-probe_arm", "Left")
    nurse.choose("intake-cuff_arm", "Right")
    nurse.choose("intake-iv_arm", "Left")
    nurse.choose("intake-escort", words.OPTIONS["escort"]["driver"])
    nurse.fill("intake-escort_name", "Ana")
    nurse.choose("intake-score_scale", words.OPTIONS["score_scale"]["mood_0_10"])
    nurse.fill("intake-score-", "4")
    nurse.person("intake-anesthesiologist", "Demo physician")
    nurse.person("intake-nurse", "Demo nurse")
    nurse.press(words.RECORD_INTAKE)
    nurse.told(words.INTAKE)


def take_baseline(nurse: Nurse) -> None:
    """Let the armed cuff measure until the gate has nothing against starting."""
    nurse.press(words.BEGIN_BASELINE)
    nurse.reads("baseline since")
    nurse.press(words.ARM)
    expect(nurse.page.get_by_text("ARMED by Demo nurse")).to_be_visible(timeout=SLOW_MS)
    gate = nurse.page.locator("[data-gate='ok']")
    expect(gate).to_be_visible(timeout=PASSES_MS)


def chart_the_infusion(nurse: Nurse) -> None:
    """Record what is seen and given, a pause, and an early end."""
    nurse.press(words.START["infusion"])
    nurse.reads("infusing")
    expect(nurse.part("tap-side_effect-Nausea")).to_be_visible(timeout=SLOW_MS)
    before = nurse.places()
    nurse.press(words.ORIENTED_FULLY)
    nurse.told(words.ORIENTED_FULLY)
    nurse.choose("scale-sedation", "5")
    nurse.told("MOAA/S 5")
    nurse.choose("scale-dissociation", "3")
    nurse.told("Dissociation 3")
    nurse.fill("amount-ondansetron", "4")
    nurse.press(words.MEDICINE_NAMES["ondansetron"])
    nurse.told("Ondansetron 4 mg")
    nurse.press_at_once(*(words.SIDE_EFFECT_NAMES[name] for name in AT_ONCE))
    nurse.slip(words.SIDE_EFFECT_NAMES[SLIP[0]], words.SIDE_EFFECT_NAMES[SLIP[1]])
    for name in (*AT_ONCE, SLIP[0]):
        entry = nurse.page.locator("p", has_text=re.compile(rf": .*{name}.* Demo nurse"))
        expect(entry.first).to_be_visible(timeout=SLOW_MS)
    assert before
    assert nurse.places() == before, "a button moved under the thumb"
    nurse.fill("note-", TYPED)
    nurse.press(words.RECORD_NOTE)
    note = nurse.page.locator("p", has_text="Note: Labetalol").first
    expect(note).to_be_visible(timeout=SLOW_MS)
    shown = note.inner_text().replace(NO_WIDTH, "")
    assert TYPED in shown, f"the note reads otherwise than it was typed: {shown}"
    assert note.locator("a, em, del, .katex").count() == 0
    nurse.press(words.PAUSE)
    nurse.choose("pause_infusion-reason", words.PAUSE_REASONS[0])
    nurse.page.get_by_test_id("stPopoverBody").get_by_role("button", name=words.PAUSE).click()
    nurse.reads("PAUSED since")
    nurse.press(words.RESUME)
    nurse.reads("infusing")
    nurse.press(words.STOP)
    nurse.choose("stop-reason", words.STOP_REASONS[1])
    nurse.press(words.STOP_NOW)
    nurse.reads("recovery for")


def let_go(nurse: Nurse) -> None:
    """Ask what the checklist wants, wait for what only time gives, and discharge."""
    missing = nurse.page.locator("[data-missing]")
    expect(missing).to_contain_text(words.ITEMS["steady"], timeout=SLOW_MS)
    nurse.press(words.STEADY_WORDS[True])
    nurse.told(words.STEADY_WORDS[True])
    nurse.press(words.ORIENTED_FULLY)
    nurse.told(words.ORIENTED_FULLY)
    nurse.choose("scale-dissociation", "0")
    nurse.told("Dissociation 0")
    nurse.choose("scale-nausea", "0")
    nurse.told("Nausea 0")
    nurse.press(words.TICKS["advice_given"])
    nurse.told(words.TICKS["advice_given"])
    expect(nurse.page.locator("[data-missing='0']")).to_be_visible(timeout=PASSES_MS)
    until(lambda: is_discharged(nurse), "the patient is let go", wait_s=180)


def is_discharged(nurse: Nurse) -> bool:
    """Press Discharge and say whether it was carried out.

    On a busy machine the room's fast clock lets a value lapse now and then, and with no valid
    value nobody is let go: then it is pressed again, as a nurse would.
    """
    over = nurse.page.locator("[data-standing]").filter(has_text="nobody sits here")
    if over.is_visible():
        return True
    nurse.press(words.DISCHARGE)
    with contextlib.suppress(AssertionError):
        expect(over).to_be_visible(timeout=ANSWERED_MS)
    return over.is_visible()


def test_a_nurse_takes_a_patient_from_intake_to_the_door(
    page: Page, place: tuple[Room, str]
) -> None:
    opened, url = place
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{url}/visit?recliner=R1")
    nurse = Nurse(page)
    nurse.sign("Demo nurse")
    nurse.fill("begin-label", "JD-14")
    nurse.press(words.BEGIN)
    nurse.reads("intake")
    fill_in(nurse)
    take_baseline(nurse)
    chart_the_infusion(nurse)
    let_go(nurse)
    expect(page.get_by_text("JD-14")).to_have_count(0, timeout=SLOW_MS)
    check_record(opened)


def hang_between_two_writes(opened: Room, collector: subprocess.Popen[bytes]) -> None:
    """Stop the collector where it does not hold the picture, so that an order can still be put."""
    (path,) = (opened.folder / "runtime").rglob("*.picture")
    for _ in range(50):
        collector.send_signal(signal.SIGSTOP)
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as beside:
            try:
                beside.execute("begin immediate")
                beside.execute("rollback")
            except sqlite3.OperationalError:
                collector.send_signal(signal.SIGCONT)
                continue
        return
    raise AssertionError("the collector always holds the picture")


@pytest.mark.long
def test_the_answer_to_an_order_that_waited_is_told_by_the_page_itself(
    page: Page, place: tuple[Room, str]
) -> None:
    opened, url = place
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{url}/visit?recliner=R1")
    nurse = Nurse(page)
    nurse.sign("Demo nurse")
    nurse.fill("begin-label", "JD-14")
    nurse.press(words.BEGIN)
    nurse.reads("intake")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    nurse.fill("intake-weight_kg", "72")
    page.evaluate("() => { setTimeout(() => location.reload()); }")
    until(lambda: page.wait_for_timeout(50) or asked, "the browser asks before it forgets")
    assert asked == ["beforeunload"]
    expect(nurse.part("intake-weight_kg").locator("input").first).to_have_value("72")
    page.get_by_role("button", name=words.ABANDON).scroll_into_view_if_needed()
    expect(page.locator(".chairside-badge")).to_be_in_viewport(ratio=1)
    collector = opened.processes["collector"]
    hang_between_two_writes(opened, collector)
    nurse.press(words.BEGIN_BASELINE)
    waits = page.locator("[data-told='waits']")
    expect(waits).to_contain_text(words.BEGIN_BASELINE, timeout=SLOW_MS)
    collector.send_signal(signal.SIGCONT)
    nurse.told(words.BEGIN_BASELINE)


def check_record(opened: Room) -> None:
    """See that all of it is on record, signed."""
    history = History.open(opened.store)
    (session,) = history.sessions(10)
    phases = [row.phase for row in session.phases]
    made = history.entries(session_id=session.session_id)
    orders = history.commands(recliner="R1")
    history.close()
    assert phases == [
        "intake", "baseline", "infusing", "paused", "infusing", "recovery", "discharged",
    ]  # fmt: skip
    effects = [row.payload["name"] for row in made if row.kind == "side_effect"]
    assert sorted(effects) == sorted([*AT_ONCE, SLIP[0]])
    kinds = {row.kind for row in made}
    assert {"intake", "orientation", "sedation", "rating", "medicine", "side_effect"} <= kinds
    assert {"steadiness", "tick", "arm_cadence", "baseline"} <= kinds
    others = {(row.verb, row.status) for row in orders if row.status != "done"}
    assert others <= {("discharge", "refused")}
    assert {row.by for row in orders} == {"Demo nurse"}
