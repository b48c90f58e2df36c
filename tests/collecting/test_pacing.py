"""The record is written just after each full second, also where it was hastened in between."""

from __future__ import annotations

import pytest

from monitors.clock import PushedClock
from monitors.collecting.pacing import Pace


@pytest.mark.parametrize(("seconds", "is_so"), [(0.999, False), (1, True), (1.4, True)])
def test_work_by_full_seconds_is_due_when_one_is_over(seconds: float, is_so: bool) -> None:
    clock = PushedClock(10_000)
    pace = Pace(clock)
    assert pace.is_over("write", 1_000)
    clock.push(seconds)
    assert pace.is_over("write", 1_000) is is_so


def test_work_that_was_hastened_is_due_again_at_the_next_full_second() -> None:
    clock = PushedClock(10_000)
    pace = Pace(clock)
    pace.is_over("write", 1_000)
    clock.push(0.7)
    pace.hasten("write")
    assert pace.is_over("write", 1_000)
    clock.push(0.299)
    assert not pace.is_over("write", 1_000)
    clock.push(0.001)
    assert pace.is_over("write", 1_000)
