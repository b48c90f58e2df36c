"""Run each story three times: as it is, killed after each line, and looked at between the lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.clinic.alarms.story import Story

Telling = Callable[..., Story]


@pytest.fixture(params=["plain", "killed", "watched"])
def tell(request: pytest.FixtureRequest) -> Telling:
    """Begin a story; the same must come of it however the engine is treated meanwhile."""

    def begin(
        preset: str = "mood", phase: str | None = "infusing", has_oximeter: bool = True
    ) -> Story:
        return Story(preset, phase, request.param, has_oximeter)

    return begin
