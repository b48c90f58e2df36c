"""What a tile and the strip make of the pictures they are told, one story at a time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.staged_wall import StagedWall, now_ms, picture

pytestmark = pytest.mark.browser
LOST_WITHIN_MS = 6_000
TABLET = {"width": 1024, "height": 768}
NARROW = {"width": 768, "height": 1024}


def history(session: str | None, minutes: int = 20) -> dict[str, Any]:
    """Return the half hour of one session: a line at 91 and a cuff reading."""
    end = now_ms() - 2_000
    line = [[at, 91] for at in range(end - minutes * 60_000, end, 5_000)]
    return {"session": session, "spo2_pct": line, "nibp": [[end - 300_000, 190, 95, 120]]}


def nothing_measured(**changes: Any) -> dict[str, Any]:
    """Return a picture of an empty recliner whose probe has just begun to tell."""
    free = picture(1, "free") | {"baseline": {}, "limits": [], "seat_since": now_ms()}
    free["vitals"]["spo2_pct"] |= {"value": 98, "state": "valid", "at": now_ms()}
    return free | changes


def seated(label: str, session: str) -> dict[str, Any]:
    """Return a picture of somebody who has just sat down."""
    one = nothing_measured()
    told = picture()["session"] | {"id": session, "label": label, "phase": "intake"}
    told |= {"infusion_elapsed_ms": 0, "is_running": False}
    return one | {"session": told}


def drawn(wall: StagedWall) -> tuple[int, int]:
    """Return how much of the trend is line and how much are cuff marks, drawn anew."""
    return wall.painted("spo2"), wall.painted("nibp")


@pytest.fixture
def left(page: Page) -> StagedWall:
    """Stage R1 with a patient whose trend is full."""
    wall = StagedWall(page)
    wall.hello(picture(), trend={"R1": history("session-1")})
    wall.wait_until_painted("spo2", 300)
    assert drawn(wall)[1] > 30
    return wall


def is_empty(wall: StagedWall) -> None:
    """See that neither line nor cuff mark of anybody is there, beyond a point of now."""
    line, cuffs = drawn(wall)
    assert line < 40
    assert cuffs == 0


def test_a_tile_keeps_nothing_of_a_session_that_ended(page: Page, left: StagedWall) -> None:
    left.update(nothing_measured())
    is_empty(left)
    expect(page.locator(".phase")).to_have_text("NO SESSION")
    expect(page.locator(".done")).to_have_attribute("style", "transform:scaleX(0.000)")
    expect(page.locator(".time")).to_have_text("")
    left.update(seated("SP-12", "session-9"))
    is_empty(left)
    expect(page.locator(".who")).to_have_text("SP-12")


def test_the_next_patient_begins_without_what_was_measured_while_nobody_sat(
    page: Page, left: StagedWall
) -> None:
    left.hello(nothing_measured(seat_since=now_ms() - 3_600_000), trend={"R1": history(None)})
    assert drawn(left)[0] > 300
    left.update(seated("SP-12", "session-9"))
    is_empty(left)


def test_one_session_after_the_other_begins_empty_too(page: Page, left: StagedWall) -> None:
    left.update(seated("SP-12", "session-9"))
    is_empty(left)


def test_a_half_hour_that_comes_late_is_not_the_next_patients(page: Page, left: StagedWall) -> None:
    left.update(seated("SP-12", "session-9"))
    left.tell_trend({"R1": history("session-1")})
    is_empty(left)
    left.tell_trend({"R1": history("session-9")})
    is_empty(left)
    left.hello(nothing_measured(), trend={"R1": history("session-9")})
    is_empty(left)


def test_a_reading_from_before_somebody_sat_down_is_not_drawn(page: Page, left: StagedWall) -> None:
    late = seated("SP-12", "session-9")
    late["nibp"] |= {"systolic_mmhg": 190, "diastolic_mmhg": 95, "at": now_ms() - 60_000}
    left.update(late)
    is_empty(left)


def test_the_tile_of_a_recliners_page_is_emptied_as_well(page: Page) -> None:
    wall = StagedWall(page, width=900, only=["R1"], height=310)
    wall.hello(picture(), trend={"R1": history("session-1")})
    wall.wait_until_painted("spo2", 200)
    wall.update(nothing_measured())
    is_empty(wall)


# ---- the strip


def alarm(condition: str, priority: str, vital: str, **facts: Any) -> dict[str, Any]:
    """Return an alarm about a patient."""
    known = {
        "condition": condition,
        "kind": "physiological",
        "priority": priority,
        "vital": vital,
        "value": 86,
        "worst": 86,
        "limit": 90,
        "direction": "below",
        "key": vital,
        "limit_words": None,
        "since": now_ms() - 20_000,
        "fact_since": None,
        "state": "active",
        "acknowledged_by": None,
        "is_audible": True,
        "is_held": False,
        "device_id": None,
        "reason": None,
    }
    return known | facts


def pressure(condition: str, bound: int, priority: str = "medium", **facts: Any) -> dict[str, Any]:
    """Return an alarm about a systolic pressure of 181."""
    told = {"value": 181, "worst": 181, "limit": bound, "limit_words": f"at or above {bound}"}
    told |= {"direction": "above", "key": "systolic_mmhg", "is_audible": False}
    return alarm(condition, priority, "nibp", **(told | facts))


def with_pressure(number: int, *alarms: dict[str, Any], **cuff: Any) -> dict[str, Any]:
    """Return a picture with 181/107 on the cuff and these alarms."""
    one = picture(number, alarms=list(alarms))
    one["nibp"] |= {"systolic_mmhg": 181, "diastolic_mmhg": 107, "mean_mmhg": 131}
    one["nibp"] |= {"alarm": alarms[0]["priority"] if alarms else None} | cuff
    return one


def busy_room() -> list[dict[str, Any]]:
    """Return six recliners of which four call."""
    low = alarm("spo2_low", "high", "spo2_pct")
    return [
        picture(1),
        with_pressure(2, pressure("nibp_high", 165)),
        picture(3, alarms=[low | {"acknowledged_by": "A. Nurse"}]),
        picture(4, alarms=[low]),
        with_pressure(5, pressure("nibp_very_high", 180)),
        picture(6),
    ]


OUTSIDE = """() => {
    const strip = document.querySelector('.strip').getBoundingClientRect();
    const parts = [...document.querySelectorAll('.strip > *:not(.chips), .chip')]
        .filter((e) => e.offsetParent && e.textContent)
        .map((e) => [e.className, e.getBoundingClientRect()])
        .sort((a, b) => a[1].left - b[1].left);
    return parts.flatMap(([name, box], i) => [
        ...(box.left < strip.left - 1 || box.right > strip.right + 1 ? [`${name} cut off`] : []),
        ...(i && box.left < parts[i - 1][1].right - 1 ? [`${name} on ${parts[i - 1][0]}`] : []),
    ]);
}"""


@pytest.mark.parametrize("is_armed", [True, False], ids=["armed", "not armed"])
@pytest.mark.parametrize(
    ("size", "width"),
    [
        (TABLET, None),
        (TABLET, 864),
        (NARROW, None),
        (NARROW, 736),
        ({"width": 640, "height": 800}, 600),
    ],
)
def test_the_most_urgent_alarm_is_always_in_the_strip(
    page: Page, size: Any, width: int | None, is_armed: bool
) -> None:
    page.set_viewport_size(size)
    alone: dict[str, Any] = {"only": ["R1"], "height": 310} if width else {}
    wall = StagedWall(page, width, is_armed, **alone)
    wall.hello(*busy_room())
    first = page.locator(".chip").first
    expect(first).to_have_text("!!! R4 SpO₂ 86")
    expect(first).to_be_visible()
    expect(first).to_have_attribute("data-kind", "high")
    assert page.evaluate(OUTSIDE) == []
    assert first.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
    shown = page.locator(".chip:visible")
    if shown.count() < 4:
        expect(shown.last).to_have_text(re.compile(r"^\+\d( more)?, worst !!"))
    sound = page.locator(".sound")
    expect(sound).to_contain_text("♪" if is_armed else "SOUND OFF")
    expect(page.locator(".simulated")).to_be_visible()
    expect(page.locator(".live")).to_be_visible()


def test_where_there_is_room_the_name_and_every_chip_stand(page: Page) -> None:
    wall = StagedWall(page)
    wall.hello(*busy_room())
    expect(page.locator(".chip:visible")).to_have_count(4)
    expect(page.locator(".clinic")).to_be_visible()
    page.set_viewport_size(NARROW)
    expect(page.locator(".clinic")).not_to_be_visible()
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.locator(".clinic")).to_be_visible()
    expect(page.locator(".chip:visible")).to_have_count(4)


def test_what_is_counted_says_its_worst_priority(page: Page) -> None:
    page.set_viewport_size(NARROW)
    wall = StagedWall(page, is_armed=False)
    low = alarm("spo2_low", "high", "spo2_pct")
    wall.hello(*(picture(n, alarms=[low | {"since": n}]) for n in range(1, 10)))
    more = page.locator(".chip:visible").last
    expect(more).to_have_text(re.compile(r"^\+\d, worst !!!$"))
    expect(more).to_have_attribute("data-worst", "high")


def test_a_vital_has_one_chip_and_its_gravest_bound_is_named(page: Page) -> None:
    wall = StagedWall(page)
    milder = pressure("nibp_high", 165, since=now_ms() - 90_000)
    graver = pressure("nibp_very_high", 180, since=now_ms() - 30_000)
    low = alarm("spo2_low", "high", "spo2_pct", since=now_ms())
    wall.hello(with_pressure(2, milder, graver), picture(3, alarms=[low]))
    expect(page.locator('[data-recliner="R2"] footer')).to_contain_text(
        "BP 181/107 at or above 180"
    )
    expect(page.locator('[data-recliner="R2"] .others')).to_have_text("+1")
    assert page.locator(".chip:visible").all_text_contents() == [
        "!!! R3 SpO₂ 86",
        "!! R2 BP 181/107 +1",
    ]


# ---- a pressure past its time

CONTRAST = """([selector, face]) => {
    const seen = document.querySelector(selector);
    const [ink, plate] = [getComputedStyle(seen), seen.closest('.plate')];
    const ground_of = (element) => getComputedStyle(element).backgroundColor;
    const bright = getComputedStyle(plate, '::before');
    const isBright = face && bright.display !== 'none';
    let ground = isBright ? bright.backgroundColor : ground_of(plate);
    if (ground === 'rgba(0, 0, 0, 0)') ground = ground_of(seen.closest('.tile'));
    const light = (colour) => {
        const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const [a, b] = [light(ink.color), light(ground)].sort((x, y) => y - x);
    return { contrast: (a + 0.05) / (b + 0.05), opacity: Number(ink.opacity), colour: ink.color };
}"""


@pytest.mark.parametrize("theme", ["dark", "day"])
@pytest.mark.parametrize("priority", [None, "low", "medium", "high"])
def test_an_old_pressure_is_dimmed_with_its_mean_and_can_be_read(
    page: Page, theme: str, priority: str | None
) -> None:
    wall = StagedWall(page)
    alarms = [pressure("nibp_high", 165, priority)] if priority else []
    page.eval_on_selector(".chairside-wall", "(e, t) => { e.dataset.theme = t; }", theme)

    def looks(state: str, face: bool) -> list[dict[str, Any]]:
        wall.hello(with_pressure(1, *alarms, state=state))
        expect(page.locator(".nibp .number")).to_have_attribute("data-state", state)
        parts = (".nibp .number", ".nibp .mean")
        return [page.evaluate(CONTRAST, [part, face]) for part in parts]

    fresh = looks("valid", False)
    for face in (False, True):
        old = looks("old", face)
        assert all(part["contrast"] >= 4.5 and part["opacity"] == 1 for part in old)
        assert old[0]["colour"] == old[1]["colour"]
    assert page.locator(".nibp").get_attribute("data-aged") == "true"
    assert old[0] != fresh[0]


# ---- no data


def test_what_stood_when_the_data_stopped_is_told_in_quiet_words(page: Page) -> None:
    wall = StagedWall(page)
    low = alarm("spo2_low", "high", "spo2_pct", since=now_ms() - 90_000)
    wall.hello(
        picture(1, "low_spo2", alarms=[low]),
        with_pressure(2, pressure("nibp_extreme", 200, "high"), low),
        picture(3),
    )
    tile, chips = page.locator('[data-recliner="R1"]'), page.locator(".chip:visible")
    expect(tile).to_have_attribute("data-alarm", "high")
    wall.stop()
    expect(tile.locator("footer")).to_contain_text(
        "alarm stood when data stopped: SpO₂ low", timeout=LOST_WITHIN_MS
    )
    expect(tile.locator("footer")).to_have_attribute("data-kind", "lost")
    expect(page.locator('[data-recliner="R2"] footer')).to_contain_text(
        "alarms stood when data stopped: SpO₂ low, BP extreme"
    )
    expect(page.locator('[data-recliner="R3"] footer')).not_to_contain_text("stood")
    assert tile.get_attribute("data-alarm") is None
    expect(chips).to_have_text(["R1: SpO₂ low stood", "R2: SpO₂ low, BP extreme stood"])
    assert {chip.get_attribute("data-kind") for chip in chips.all()} == {"stood"}
    assert not re.search(r"\b86\b", page.inner_text(".strip"))
    wall.hello(picture(1, alarms=[]), picture(3))
    expect(tile.locator("footer")).not_to_be_visible()
    expect(chips).to_have_count(0)


@pytest.mark.parametrize("size", [TABLET, NARROW], ids=["tablet", "narrow"])
def test_a_narrow_strip_says_why_there_is_no_data_and_what_stood(page: Page, size: Any) -> None:
    page.set_viewport_size(size)
    wall = StagedWall(page, size["width"] - 32, is_armed=False, only=["R1"], height=310)
    wall.hello(picture(1, alarms=[alarm("spo2_low", "high", "spo2_pct")]))
    wall.stop()
    expect(page.locator(".chip").first).to_contain_text("R1: SpO₂ low", timeout=LOST_WITHIN_MS)
    expect(page.locator(".live")).to_contain_text("NO DATA")
    assert page.evaluate(OUTSIDE) == []
    for part in (page.locator(".live"), page.locator(".chip").first):
        assert part.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")


def test_an_open_panel_holds_no_number_once_the_data_stopped(page: Page) -> None:
    wall = StagedWall(page)
    wall.hello(picture(1, alarms=[alarm("spo2_low", "high", "spo2_pct")]))
    page.locator('[data-recliner="R1"]').click()
    expect(page.locator(".panel .row")).to_contain_text("SpO₂ 86 below 90")
    wall.stop()
    rows = page.locator(".panel .rows")
    expect(rows).to_contain_text("alarm stood when data stopped: SpO₂ low", timeout=LOST_WITHIN_MS)
    expect(rows).to_contain_text("NO DATA")
    expect(rows).not_to_contain_text("86")
    wall.hello(picture(1, alarms=[alarm("spo2_low", "high", "spo2_pct", value=85)]))
    expect(page.locator(".panel .row")).to_contain_text("SpO₂ 85 below 90")


def test_the_words_no_data_stand_where_no_line_is(page: Page) -> None:
    page.set_viewport_size(TABLET)
    wall = StagedWall(page, width=864, only=["R1"], height=310)
    wall.hello(picture(), trend={"R1": history("session-1")})
    wall.stop()
    expect(page.locator(".nodata")).to_have_text("NO DATA", timeout=LOST_WITHIN_MS)
    words, trend = (page.locator(one).bounding_box() for one in (".nodata", "canvas.trend"))
    assert words is not None
    assert trend is not None
    assert words["x"] + words["width"] <= trend["x"] + 1
