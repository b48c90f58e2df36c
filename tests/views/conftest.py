"""Rooms for tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.views.sessions import Room, session_facts
from views import here


@pytest.fixture
def past_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Return a room whose one session is over."""
    yield from _room(tmp_path, monkeypatch, is_over=True)


@pytest.fixture
def running_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Return a room whose session still runs."""
    yield from _room(tmp_path, monkeypatch, is_over=False)


def _room(folder: Path, monkeypatch: pytest.MonkeyPatch, *, is_over: bool) -> Iterator[Room]:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(folder / "runtime"))
    monkeypatch.setattr(here, "_standing", [])
    opened = Room(folder, session_facts(is_over=is_over))
    yield opened
    opened.close()
