"""What the chart of a stored session takes from the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitors.store.facts import EventFact, Fact, ReadingFact
from monitors.store.history import History
from tests.views.sessions import MINUTE, SESSION, T0, Room, alarm, at, entry, session_facts, store
from views.chart_source import Asked, chart_of, clipped, settled
from views.figures import session_figure
from views.session_chart import Curve, Panel, SessionChart


def read(room: Room, view: tuple[int, int] | None = None, until: int | None = None) -> SessionChart:
    """Read the chart of the room's session."""
    session = room.history().session(SESSION)
    assert session is not None
    return chart_of(room.history(), session, Asked(until or at(40), view))


def values(chart: SessionChart, panel: Panel = Panel.SPO2) -> list[float | None]:
    """Return the values of a curve, breaks among them."""
    return [value for _, value in chart.curves[panel].points]


def test_a_fall_of_twenty_seconds_survives_the_coarsest_view(past_room: Room) -> None:
    chart = read(past_room)
    assert len(chart.curves[Panel.SPO2].points) <= 2 * 1200 + 2
    lowest = min((v, a) for a, v in chart.curves[Panel.SPO2].points if v is not None)
    assert lowest == (84, at(20))


def test_a_gap_of_two_minutes_is_one_break_and_nothing_is_drawn_in_it(past_room: Room) -> None:
    chart = read(past_room)
    assert values(chart).count(None) == 1
    inside = [a for a, v in chart.curves[Panel.SPO2].points if at(30) <= a < at(32)]
    assert all(value is None for a, value in chart.curves[Panel.SPO2].points if a in inside)
    line = next(t for t in session_figure(chart)["data"] if t["name"] == "SpO₂ %")
    assert line["y"].count(None) == 1


def test_a_closer_view_gives_every_value_that_was_kept(past_room: Room) -> None:
    chart = read(past_room, (at(20), at(21)))
    points = chart.curves[Panel.SPO2].points
    assert [a for a, _ in points] == list(range(at(19.9), at(21.1), 1000))
    assert values(chart).count(84) == 20
    assert chart.span == (T0, at(40))


def test_doubtful_values_are_marked(past_room: Room) -> None:
    assert read(past_room, (T0, at(3))).curves[Panel.SPO2].uncertain == ((T0 + 100_000, 97),)
    assert [v for _, v in read(past_room).curves[Panel.SPO2].uncertain] == [97]


def test_pressures_are_dated_by_their_measurement_and_a_failed_one_has_its_reason(
    past_room: Room,
) -> None:
    pressures = read(past_room).pressures
    assert [p.at_utc_ms for p in pressures] == [at(1), at(12), at(17)]
    assert (pressures[1].systolic_mmhg, pressures[1].failure) == (142, None)
    assert (pressures[2].systolic_mmhg, pressures[2].failure) == (None, "leak")


def test_phases_follow_each_other_and_the_end_closes_the_last(past_room: Room) -> None:
    bands = read(past_room).bands
    assert [(b.phase, (b.to_utc_ms - b.from_utc_ms) // MINUTE) for b in bands] == [
        ("intake", 2), ("baseline", 3), ("infusing", 10), ("paused", 3), ("infusing", 20),
        ("recovery", 2),
    ]  # fmt: skip


def test_a_changed_limit_is_drawn_as_it_was_before_and_after(past_room: Room) -> None:
    limits = [line for line in read(past_room).limits if line.panel is Panel.NIBP]
    high = {(x.from_utc_ms, x.to_utc_ms, x.level) for x in limits if x.level in (165, 175)}
    assert high == {(T0, at(5), 165), (at(5), at(10), 165), (at(10), at(40), 175)}
    assert any(line.is_changed for line in limits if line.level == 175)
    assert "BP mmHg at or above 165" in {line.words for line in limits}


def test_a_limit_relative_to_the_baseline_stands_only_once_there_is_one(past_room: Room) -> None:
    rises = [line for line in read(past_room).limits if line.level == 162]
    assert rises
    assert min(line.from_utc_ms for line in rises) == at(5)


def test_an_alarm_is_a_bar_from_its_start_to_its_end_with_who_knew(past_room: Room) -> None:
    (bar,) = read(past_room).alarms
    assert (bar.from_utc_ms, bar.to_utc_ms) == (at(20.2), at(20.9))
    assert (bar.words, bar.acknowledged_by) == ("SpO₂ 86 below 90", "B. Nurse")
    assert (bar.panel, bar.value) == (Panel.SPO2, 86)


def test_a_corrected_entry_stays_and_is_told_as_corrected(past_room: Room) -> None:
    marks = {mark.words: mark.is_corrected for mark in read(past_room).entries}
    assert marks["Medicine: midazolam 2 mg · A. Nurse"] is True
    assert marks["Medicine: midazolam 1 mg · A. Nurse"] is False


def test_a_running_infusion_shows_when_it_ends_as_planned(running_room: Room) -> None:
    chart = read(running_room, until=at(37))
    assert chart.planned_end_utc_ms == at(37) + (40 - 29) * MINUTE
    assert chart.bands[-1].to_utc_ms == at(37)


def test_what_still_runs_in_a_short_session_ends_now_and_not_with_the_axis(tmp_path: Path) -> None:
    later = (ReadingFact, EventFact)
    facts = [fact for fact in session_facts(is_over=False) if not isinstance(fact, later)]
    standing = alarm("start", 6, condition="nibp_overdue", kind="technical")
    history = History.open(store(tmp_path, [*facts, standing]))
    session = history.session(SESSION)
    assert session is not None
    short = replace(session, phases=session.phases[:3])
    chart = chart_of(history, short, Asked(at(8)))
    history.close()
    assert chart.span == (T0, at(15))
    assert chart.bands[-1].to_utc_ms == at(8)
    assert [bar.to_utc_ms for bar in chart.alarms if bar.from_utc_ms == at(6)] == [at(8)]
    assert max(line.to_utc_ms for line in chart.limits) == at(8)
    assert chart.until_utc_ms == at(8)


def test_the_curve_of_a_short_session_grows_with_every_look(running_room: Room) -> None:
    for minutes in (5, 5.05, 8):
        points = read(running_room, until=at(minutes)).curves[Panel.SPO2].points
        assert points[-1][0] == at(minutes) - 1000


def test_a_view_that_ends_now_is_read_again_a_past_one_is_not(running_room: Room) -> None:
    def seen(view: tuple[int, int], until: int) -> Curve:
        return read(running_room, view, until).curves[Panel.SPO2]

    ends_now = (at(4), at(7.9))
    assert seen(ends_now, at(8)) is not seen(ends_now, at(8.05))
    past = (at(2), at(4))
    assert seen(past, at(8)) is seen(past, at(8.05))
    assert seen((at(10), at(12)), at(8)).points == ()


def test_a_session_that_is_over_is_drawn_to_its_end(past_room: Room) -> None:
    chart = read(past_room, until=at(300))
    assert (chart.span, chart.until_utc_ms) == ((T0, at(40)), None)
    assert chart.bands[-1].to_utc_ms == at(40)


def test_a_view_never_reaches_beyond_the_session() -> None:
    assert clipped((0, 10), (100, 200)) == (100, 200)
    assert clipped((120, 140), (100, 200)) == (118, 142)
    assert clipped((195, 400), (100, 200)) == (175, 200)
    assert clipped((140, 120), (100, 200)) == (100, 200)


def test_the_drug_model_is_drawn_from_recorded_dose_weight_and_pauses(tmp_path: Path) -> None:
    intake = entry("intake", 1, weight_kg=70.0, dose="0.5 mg/kg")
    chart = model_of([*session_facts(), intake], tmp_path)
    assert chart.model is not None
    assert chart.model.name == "Kamp 2020"
    by_time = dict(chart.model.points)
    assert max(by_time[at(5)], by_time[T0]) == 0.0
    before_pause = max(v for a, v in chart.model.points if a <= at(15))
    after_pause = next(v for a, v in chart.model.points if a >= at(17.9))
    assert before_pause == pytest.approx(155, abs=2)
    assert 50 < after_pause < before_pause


def test_without_weight_or_dose_there_is_no_model(tmp_path: Path) -> None:
    assert model_of(session_facts(), tmp_path).model is None


def model_of(facts: list[Fact], folder: Path) -> SessionChart:
    """Return the chart of a stored session with the drug model asked for."""
    history = History.open(store(folder, facts))
    try:
        session = history.session(SESSION)
        assert session is not None
        return chart_of(history, session, Asked(at(40), model="kamp2020"))
    finally:
        history.close()


def test_a_running_session_is_drawn_up_to_a_step_that_all_viewers_share() -> None:
    assert settled(T0 + 20_500, T0) == T0 + 20_500 - (T0 + 20_500) % 3_000
    three_hours = 3 * 3_600_000
    step = 18_000
    assert settled(T0 + three_hours + 7, T0) % step == 0
    assert 0 <= T0 + three_hours + 7 - settled(T0 + three_hours + 7, T0) < step


def test_a_curve_that_was_read_once_is_not_read_again_and_another_store_has_its_own(
    past_room: Room, tmp_path: Path
) -> None:
    first = read(past_room).curves[Panel.SPO2]
    assert read(past_room).curves[Panel.SPO2] is first
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    empty = [fact for fact in session_facts() if not isinstance(fact, ReadingFact)]
    assert model_of(empty, elsewhere).curves[Panel.SPO2].points == ()
