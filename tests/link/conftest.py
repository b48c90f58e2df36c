"""Cables and links that are put away after each test, and a check that nothing stays behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from monitors.devices.link import Link
from tests.link.room import Cable, Told, link_to


@pytest.fixture
def told() -> Told:
    """Return a place where events gather."""
    return Told()


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[..., Cable]]:
    """Return a function that plugs a cable in under a name."""
    cables: list[Cable] = []

    def plug_in(name: str = "ttyUSB0") -> Cable:
        cables.append(Cable(tmp_path / name))
        return cables[-1]

    yield plug_in
    for cable in cables:
        cable.pull()


@pytest.fixture
def start() -> Iterator[Callable[..., Link]]:
    """Return a function that starts a link and closes it after the test."""
    links: list[Link] = []

    def start_link(*args: object, **more: object) -> Link:
        links.append(link_to(*args, **more))  # type: ignore[arg-type]
        links[-1].start()
        return links[-1]

    yield start_link
    for link in links:
        link.close()


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    """Fail a test after which a thread of a link or a handle is left."""
    process = psutil.Process()
    before = process.num_fds() if psutil.POSIX else 0
    yield
    assert not [t.name for t in threading.enumerate() if t.name.startswith("link ")]
    if psutil.POSIX:
        assert process.num_fds() <= before
