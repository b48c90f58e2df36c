"""What a standing alarm of the picture says beside its tile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.views.sessions import standing
from views.sentences import standing_sentence

DIASTOLIC: dict[str, Any] = {
    "condition": "nibp_extreme", "vital": "nibp", "key": "diastolic_mmhg", "direction": "above",
    "limit": 120, "limit_words": "at or above 120", "value": 84, "worst": 124,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "SpO₂ below 90, lowest 84"),
        ({"value": 97, "state": "latched"}, "SpO₂ was below 90, lowest 84"),
        ({"value": 89, "state": "latched"}, "SpO₂ was below 90, lowest 84"),
        ({"value": 92}, "SpO₂ was below 90, lowest 84"),
        (DIASTOLIC, "Diastolic was at or above 120, highest 124"),
        (DIASTOLIC | {"value": 121}, "Diastolic at or above 120, highest 124"),
    ],
)
def test_it_says_limit_and_worst_value_and_leaves_the_present_one_to_the_tile(
    changes: dict[str, Any], said: str
) -> None:
    assert standing_sentence(standing(**changes)) == said


def test_without_a_number_it_says_what_it_is() -> None:
    told = standing(
        condition="clock_overrun", vital=None, value=None, worst=None, limit=None,
        direction=None, limit_words=None,
    )  # fmt: skip
    assert standing_sentence(told) == "Planned time is over"
