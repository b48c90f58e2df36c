"""A tap stands until it is answered, even where the drawing that should answer it is cut short."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

from views.every_tap import keep_every_tap
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


class NewerWaits(Exception):
    """Stand for the newer request that cuts a drawing short."""


def test_what_a_tap_brought_is_taken_up_though_something_newer_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = SafeSessionState.on_script_will_rerun
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", usual)

    def cut_short() -> None:
        raise NewerWaits

    taken: list[object] = []
    state = SimpleNamespace(on_script_will_rerun=lambda told, **_: taken.append(told))
    safe = SafeSessionState(cast(SessionState, state), cut_short)
    with pytest.raises(NewerWaits):
        safe.on_script_will_rerun(WidgetStates())
    assert taken == [], "Streamlit keeps the tap by itself now: views/every_tap.py can go"
    keep_every_tap()
    safe.on_script_will_rerun(WidgetStates())
    assert taken == [WidgetStates()]


def test_a_drawing_that_has_not_begun_is_never_stopped_with_the_taps_it_was_to_answer() -> None:
    told = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert told["runner"]["fastReruns"] is False
