"""The wall's pure rules, asked in the browser that runs them: layout, liveness, sound, words."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from views import bundle
from views.words import en

pytestmark = pytest.mark.browser
ADDRESS = "http://white.test/"
DRAWN = "<!doctype html><meta charset=utf-8><div id=root><p>drawn</p></div>"


class Module:
    """Ask the wall's module in an empty page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        encoded = base64.b64encode(bundle.script().encode()).decode()
        page.evaluate(
            "async (url) => { window.wall = await import(url); }",
            f"data:text/javascript;base64,{encoded}",
        )

    def ask(self, expression: str, given: Any = None) -> Any:
        """Return what an expression of the module gives; ``wall`` is the module."""
        return self._page.evaluate(f"(given) => {expression}", given)


@pytest.fixture(scope="module")
def module(browser: Browser) -> Iterator[Module]:
    """Load the module once."""
    page = browser.new_page()
    yield Module(page)
    page.close()


@pytest.mark.parametrize(("width", "height"), [(1900, 990), (1010, 680), (3800, 2060), (700, 1100)])
def test_any_number_of_recliners_gets_a_place_of_its_own(
    module: Module, width: int, height: int
) -> None:
    units = []
    for count in range(1, 17):
        plan = module.ask("wall.layout(...given)", [count, width, height])
        assert plan["columns"] * plan["rows"] >= count
        assert plan["columns"] * (plan["tileWidth"] + 8) <= width + 9
        assert plan["rows"] * (plan["tileHeight"] + 8) <= height + 9
        units.append(plan["unit"])
    assert units[0] > units[7] > units[15]


def test_the_trend_goes_first_then_the_pleth(module: Module) -> None:
    seen = [
        module.ask("wall.layout(...given).traces", [1, 700, height])
        for height in range(700, 60, -5)
    ]
    order = list(dict.fromkeys(seen))
    assert order == ["trend", "pleth", "bare"]


PULSE = """((steps) => {
    const pulse = new wall.Pulse(0);
    const said = [];
    for (const [at, message] of steps) {
        if (message) pulse.hear(message, at);
        else said.push(pulse.judge(at).live + ' ' + pulse.judge(at).reason);
    }
    return said;
})(given)"""


def message(up_ms: int, beat_age_ms: int | None = 0, collector: str = "running") -> dict[str, Any]:
    """Return the part of a message that tells how live the room is."""
    return {"up_ms": up_ms, "beat_age_ms": beat_age_ms, "collector": collector}


def test_silence_becomes_late_and_then_no_data_and_life_ends_it(module: Module) -> None:
    steps = [[100, message(0)], [200, None], [1_700, None], [3_100, None]]
    steps += [[4_000, message(3_900)], [4_001, None]]
    assert module.ask(PULSE, steps) == [
        "live null",
        "late late",
        "no-data server_silent",
        "live null",
    ]


def test_a_message_is_no_life_while_the_beat_stands_still(module: Module) -> None:
    steps: list[Any] = []
    for second in range(6):
        steps += [[100 + 1_000 * second, message(1_000 * second, 1_000 * second)]]
        steps += [[101 + 1_000 * second, None]]
    said = module.ask(PULSE, steps)
    assert said[0] == "live null"
    assert said[3:] == ["no-data collector_silent"] * 3


def test_a_stopped_collector_and_one_never_heard_have_their_own_words(module: Module) -> None:
    steps = [[100, message(0)], [200, message(100, 1_300, "stopped")], [201, None]]
    assert module.ask(PULSE, steps) == ["no-data collector_stopped"]
    never = [[100, message(0, None, "never")], [200, None], [4_000, message(3_900, None)]]
    assert module.ask(PULSE, [*never, [4_001, None]]) == [
        "late connecting",
        "no-data never",
    ]


def test_messages_that_come_late_are_as_old_as_they_are(module: Module) -> None:
    steps: list[Any] = [[100 + 100 * n, message(100 * n)] for n in range(20)]
    steps += [[2_100 + 4_000, message(2_000)], [6_101, None]]
    assert module.ask(PULSE, steps)[0].startswith("no-data")


VITAL = {"value": 97, "state": "valid", "stale_after_ms": 3_000, "gone_after_ms": 15_000}


@pytest.mark.parametrize(
    ("change", "age_ms", "lost_ms", "state", "shown"),
    [
        ({}, 900, 0, "valid", 97),
        ({}, 3_000, 0, "stale", 97),
        ({}, 15_000, 0, "gone", None),
        ({}, 900, 1, "stale", 97),
        ({}, 900, 15_000, "gone", None),
        ({"state": "questionable"}, 900, 0, "questionable", 97),
        ({"state": "held"}, 900, 0, "held", 97),
        ({"state": "invalid"}, 900, 0, "invalid", None),
        ({"value": None, "state": "invalid"}, 900, 0, "invalid", None),
        ({"value": None, "state": "absent"}, 0, 0, "absent", None),
        ({"value": None}, 0, 0, "absent", None),
        ({"value": 0}, 0, 0, "valid", 0),
    ],
)
def test_what_a_value_is_worth(
    module: Module, change: Any, age_ms: int, lost_ms: int, state: str, shown: int | None
) -> None:
    judged = module.ask("wall.judgeVital(...given)", [VITAL | change, age_ms, lost_ms])
    assert judged == {"state": state, "shown": shown}


def test_bursts_keep_the_figures_of_the_standard(module: Module) -> None:
    """IEC 60601-1-8: pulses, their length, the spaces within a burst, the pause after it."""
    counts = {p: len(module.ask("wall.burst(given)", p)) for p in ("high", "medium", "low")}
    assert counts == {"high": 10, "medium": 3, "low": 1}
    high = module.ask("wall.burst('high')")
    spaces = [b["at_s"] - a["at_s"] - a["length_s"] for a, b in pairwise(high)]
    x = spaces[0]
    assert 0.05 <= x <= 0.125
    assert all(0.075 <= pulse["length_s"] <= 0.2 for pulse in high)
    twice = 2 * x + high[0]["length_s"]
    assert [spaces[2], spaces[7]] == pytest.approx([twice, twice])
    assert 0.35 <= spaces[4] <= 1.3
    medium = module.ask("wall.burst('medium')")
    assert all(0.125 <= pulse["length_s"] <= 0.25 for pulse in medium)
    assert 0.125 <= medium[1]["at_s"] - medium[0]["length_s"] <= 0.25
    pauses = {p: module.ask("wall.pauseBetween(given)", p) for p in counts}
    assert 2.5 <= pauses["high"] <= 15
    assert 2.5 <= pauses["medium"] <= 30
    assert pauses["low"] > 15


def test_the_loudest_audible_alarm_is_the_one_to_hear(module: Module) -> None:
    high = {"priority": "high", "is_audible": False}
    medium = {"priority": "medium", "is_audible": True}
    assert module.ask("wall.loudest(given)", [high, medium]) == "medium"
    assert module.ask("wall.loudest(given)", [high]) is None
    assert module.ask("wall.loudest(given)", [medium, high | {"is_audible": True}]) == "high"


def test_the_line_waits_longer_from_time_to_time_and_never_alike(module: Module) -> None:
    least = [module.ask("wall.backoffMs(given, () => 0)", n) for n in range(8)]
    most = [module.ask("wall.backoffMs(given, () => 1)", n) for n in range(8)]
    assert min(least) >= 250
    assert max(most) == 3_000
    assert all(a < b for a, b in zip(least[2:], most[2:], strict=True))


def test_traces_are_drawn_less_often_where_the_machine_is_late_and_come_back(
    module: Module,
) -> None:
    steps = module.ask(
        """(() => {
          const pace = new wall.FramePace(), seen = [pace.frameMs];
          let now = 0;
          const run = (gap, ms) => {
            for (const end = now + ms; now < end; now += gap) pace.drawn(now);
            seen.push(pace.frameMs);
          };
          run(33, 5000); run(120, 2400); run(250, 9000);
          for (const end = now + 60000; now < end; now += pace.frameMs) {
            pace.drawn(now);
            if (pace.frameMs !== seen.at(-1)) seen.push(pace.frameMs);
          }
          return seen;
        })()"""
    )
    assert steps[:2] == [33, 33]
    assert steps[2] > 33
    assert steps[3] == 125
    assert steps[-1] == 33
    assert steps[4:] == sorted(steps[4:], reverse=True)


def test_one_condition_on_many_recliners_is_one_line(module: Module) -> None:
    silent = {"kind": "technical", "condition": "port_silent"}
    low = {"kind": "physiological", "condition": "spo2_low"}
    entries = [{"alarm": low}] * 4 + [{"alarm": silent}] * 4
    counts = [one["count"] for one in module.ask("wall.grouped(given)", entries)]
    assert counts == [1, 1, 1, 1, 4]


def test_urgency_comes_before_age_and_acknowledged_ones_come_after(module: Module) -> None:
    alarms = [
        {"priority": "low", "since": 1, "acknowledged_by": None},
        {"priority": "high", "since": 9, "acknowledged_by": None},
        {"priority": "high", "since": 5, "acknowledged_by": "A."},
        {"priority": "high", "since": 3, "acknowledged_by": None},
    ]
    ordered = module.ask("wall.byUrgency(given)", alarms)
    assert [alarm["since"] for alarm in ordered] == [3, 9, 5, 1]


def bounds(*told: tuple[str, str, int, int, str]) -> list[dict[str, Any]]:
    """Return alarms of a vital: condition, pressure, bound, since when, priority."""
    names = ("condition", "key", "limit", "since", "priority")
    common = {"vital": "nibp", "direction": "above", "kind": "physiological"}
    return [common | dict(zip(names, one, strict=True)) for one in told]


def test_of_equally_urgent_bounds_of_a_vital_the_furthest_comes_first(module: Module) -> None:
    alarms = bounds(
        ("nibp_rise", "systolic_mmhg", 172, 1, "medium"),
        ("nibp_high", "systolic_mmhg", 165, 2, "medium"),
        ("nibp_very_high", "diastolic_mmhg", 110, 3, "medium"),
        ("nibp_extreme", "systolic_mmhg", 200, 4, "high"),
    )
    alarms.append(
        {"condition": "pulse_high", "vital": "pulse_rate_per_min", "direction": "above"}
        | {"key": "pulse_rate_per_min", "limit": 120, "since": 0, "priority": "medium"}
    )
    for order in (alarms, alarms[::-1]):
        ordered = [one["condition"] for one in module.ask("wall.byUrgency(given)", order)]
        assert ordered[:2] == ["nibp_extreme", "pulse_high"]
        assert ordered[2:] == ["nibp_very_high", "nibp_rise", "nibp_high"]


def test_below_the_lower_bound_is_the_further_one(module: Module) -> None:
    alarms = [
        {"condition": "spo2_low", "vital": "spo2_pct", "direction": "below", "key": "spo2_pct"}
        | {"limit": limit, "since": limit, "priority": "high"}
        for limit in (85, 90, 80)
    ]
    ordered = module.ask("wall.byUrgency(given)", alarms)
    assert [alarm["limit"] for alarm in ordered] == [80, 85, 90]


def test_what_stands_comes_before_what_is_over_and_patients_before_equipment(
    module: Module,
) -> None:
    one = {"priority": "high", "kind": "physiological", "state": "active", "since": 9}
    alarms = [
        one | {"condition": "no_valid_spo2", "kind": "technical", "since": 1},
        one | {"condition": "nibp_low", "state": "latched", "since": 2},
        one | {"condition": "spo2_low"},
    ]
    ordered = module.ask("wall.byUrgency(given)", alarms)
    assert [alarm["condition"] for alarm in ordered] == ["spo2_low", "no_valid_spo2", "nibp_low"]


def test_a_page_that_went_white_is_loaded_anew(page: Page) -> None:
    page.route(ADDRESS, lambda route: route.fulfill(body=DRAWN, content_type="text/html"))
    page.goto(ADDRESS)
    script = (bundle.FOLDER / "blank.js").read_text("utf-8")
    page.add_script_tag(content=script, type="module")
    page.evaluate("window.isOld = true")
    page.wait_for_timeout(2_000)
    assert page.evaluate("window.isOld"), "a page that shows something is left alone"
    page.evaluate("document.getElementById('root').replaceChildren()")
    page.wait_for_function("!window.isOld && document.getElementById('root')?.childElementCount")


def test_a_vital_of_a_recliner_is_one_chip_unless_somebody_knows_of_the_first_alone(
    module: Module,
) -> None:
    known, milder = bounds(
        ("nibp_extreme", "systolic_mmhg", 200, 1, "high"),
        ("nibp_high", "systolic_mmhg", 165, 2, "medium"),
    )
    for by, chips in ((None, [("R1", 1)]), ("A.", [("R1", 0), ("R1", 0)])):
        entries = [
            {"recliner": "R1", "alarm": known | {"acknowledged_by": by}},
            {"recliner": "R1", "alarm": milder},
            {"recliner": "R2", "alarm": milder},
        ]
        told = module.ask("wall.onePerVital(given)", entries)
        assert [(one["recliner"], one["others"]) for one in told] == [*chips, ("R2", 0)]


@pytest.mark.parametrize(
    ("value", "limit", "words", "text"),
    [
        (89, 90, "below", "SpO₂ 89 below 90"),
        (90, 90, "below", "SpO₂ was below 90"),
        (90, 90, "at or below", "SpO₂ 90 at or below 90"),
        (92, 90, "below", "SpO₂ was below 90"),
    ],
)
def test_a_value_that_is_back_is_not_said_to_be_beyond_its_limit(
    module: Module, value: int, limit: int, words: str, text: str
) -> None:
    alarm = {
        "condition": "spo2_low",
        "direction": "below",
        "vital": "spo2_pct",
        "value": value,
        "limit": limit,
    }
    picture = {"limits": [{"condition": "spo2_low", "words": words}]}
    assert module.ask("wall.sentence(...given)", [alarm, picture, en.WALL]) == text


LATCHED = {
    "condition": "spo2_low",
    "direction": "below",
    "vital": "spo2_pct",
    "value": 97,
    "worst": 85,
    "limit": 90,
    "limit_words": "below 90",
    "state": "latched",
    "acknowledged_by": None,
    "since": 0,
}
HIGH_DIASTOLIC = LATCHED | {
    "condition": "nibp_extreme",
    "direction": "above",
    "vital": "nibp",
    "key": "diastolic_mmhg",
    "value": 84,
    "worst": 124,
    "limit": 120,
    "limit_words": "at or above 120",
}


@pytest.mark.parametrize(
    ("alarm", "text", "brief"),
    [
        (LATCHED, "SpO₂ was below 90, lowest 85", "SpO₂ was 85"),
        (LATCHED | {"value": 89}, "SpO₂ was below 90, lowest 85", "SpO₂ was 85"),
        (LATCHED | {"state": "active"}, "SpO₂ was below 90, lowest 85", "SpO₂ was 85"),
        (
            HIGH_DIASTOLIC,
            "Diastolic was at or above 120, highest 124",
            "Diastolic was 124",
        ),
    ],
)
def test_what_is_over_is_told_with_its_limit_and_worst_value_and_never_the_present_one(
    module: Module, alarm: Any, text: str, brief: str
) -> None:
    asked = [alarm, {"limits": []}, en.WALL]
    assert module.ask("wall.sentence(...given)", asked) == text
    assert module.ask("wall.shortSentence(...given)", asked) == text
    assert module.ask("wall.shortSentence(...given, true)", asked) == brief


def test_beside_the_sentence_the_worst_value_and_since_come_first(module: Module) -> None:
    picture: Any = {"limits": []}
    known = LATCHED | {"value": 86, "state": "active", "acknowledged_by": "A."}

    def aside(alarm: Any) -> Any:
        """Return what stands there, where a moment is told as it is."""
        said = "wall.aside(given[0], given[1], (at) => `since ${at}`, given[2])"
        return module.ask(said, [alarm, picture, en.WALL])

    assert aside(known | {"since": 9}) == "lowest 85 · since 9 · ✓ A."
    assert aside(LATCHED | {"since": 9}) == "since 9 · over, unacknowledged"
    thrice: Any = {"since": 9, "times": 3, "first": 4}
    assert aside(known | thrice) == "lowest 85 · since 9 · 3 times since 4 · ✓ A."
    over = LATCHED | thrice | {"since": 4}
    assert aside(over) == "since 4 · 3 times · over, unacknowledged"


def test_an_alarm_is_told_since_it_is_true_where_that_is_known(module: Module) -> None:
    assert module.ask("wall.trueSince(given)", {"since": 301, "fact_since": 1}) == 1
    assert module.ask("wall.trueSince(given)", {"since": 301, "fact_since": None}) == 301


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0:00"), (1_421_000, "23:41"), (7_710_000, "2:08:30"), (-5, "0:00")]
)
def test_durations_are_written_like_a_clock(module: Module, ms: int, text: str) -> None:
    assert module.ask("wall.clockText(given)", ms) == text
