"""A store of a test's own, journal and picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.store.journal import Journal
from monitors.store.picture import Picture


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    return str(tmp_path / "room.db")


@pytest.fixture
def journal(store: str) -> Iterator[Journal]:
    opened = Journal.open(store, simulated=True)
    yield opened
    opened.close()


@pytest.fixture
def picture(store: str) -> Iterator[Picture]:
    opened = Picture.open(store, create=True)
    yield opened
    opened.close()


@pytest.fixture
def page(picture: Picture, store: str) -> Iterator[Picture]:
    opened = Picture.open(store, create=False)
    yield opened
    opened.close()
