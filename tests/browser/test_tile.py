"""What a tile makes of the pictures it is told, one story at a time."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.staged_wall import StagedWall, now_ms, picture

pytestmark = pytest.mark.browser


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
