"""A tap stands until it is answered, even where the drawing that should answer it is cut short."""

from __future__ import annotations

import tomllib
from pathlib import Path

from views.taps import WAITS_S, Taps

PROJECT = Path(__file__).resolve().parents[2]


class Pushed:
    """A clock that moves when it is pushed."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_tap_is_told_until_it_is_answered_and_then_never_again() -> None:
    taps = Taps(Pushed())
    taps.note("nausea")
    assert taps.is_waiting("nausea")
    assert taps.is_waiting("nausea")
    taps.answered()
    assert not taps.is_waiting("nausea")


def test_a_second_tap_answered_first_does_not_answer_the_one_that_was_cut_short() -> None:
    taps = Taps(Pushed())
    taps.note("nausea")
    taps.note("dizziness")
    assert taps.is_waiting("nausea")
    # The drawing is cut short here; the next one comes to the other button first.
    assert taps.is_waiting("dizziness")
    taps.answered()
    assert taps.is_waiting("nausea")
    assert not taps.is_waiting("dizziness")


def test_a_tap_that_nobody_answers_is_forgotten() -> None:
    clock = Pushed()
    taps = Taps(clock)
    taps.note("nausea")
    clock.now_s = WAITS_S + 0.1
    assert not taps.is_waiting("nausea")


def test_an_answer_without_a_tap_takes_nothing_away() -> None:
    taps = Taps(Pushed())
    taps.note("nausea")
    taps.answered()
    assert taps.is_waiting("nausea")


def test_a_drawing_that_has_not_begun_is_never_stopped_with_the_taps_it_was_to_answer() -> None:
    told = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert told["runner"]["fastReruns"] is False
