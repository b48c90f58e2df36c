"""Cables are pulled at random from 32 devices; every link comes back, and nothing is left over."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import psutil
import pytest

from tests.soak.cables import mixed, soak

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
SHORT_S, LONG_S = 10, 600


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    """Fail a test after which a thread or a handle is left."""
    process = psutil.Process()
    threads, handles = set(threading.enumerate()), process.num_fds()
    yield
    assert [one.name for one in threading.enumerate() if one not in threads] == []
    assert process.num_fds() <= handles


def test_in_a_short_soak_every_link_comes_back_within_its_time() -> None:
    found = soak(SHORT_S, seed=1)
    assert found["overdue"] == []
    assert found["silent_devices"] == []
    assert found["adapter_failures"] == 0
    assert found["pulls"] >= found["devices"] // 2
    assert set(found["longest_back_ms"]) == set(mixed(found["devices"]))


@pytest.mark.long
def test_in_ten_minutes_of_pulled_cables_every_link_comes_back_within_its_time() -> None:
    found = soak(LONG_S, seed=2)
    assert found["overdue"] == []
    assert found["silent_devices"] == []
    assert found["adapter_failures"] == 0
    assert found["pulls"] >= 20 * found["devices"]
