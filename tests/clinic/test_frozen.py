"""A field that must move tells a frozen feed from a living one."""

from __future__ import annotations

from monitors.clinic.frozen import FROZEN_AFTER_AT_LEAST_MS, is_frozen, watch_field
from monitors.clinic.place import DeviceSetup, DeviceStanding


def standing(moving_field: str | None = "timer", silence_ms: int = 3_000) -> DeviceStanding:
    measures = frozenset({"oximetry"})
    return DeviceStanding(
        DeviceSetup("R1/oximeter", "x", "X", "p", measures, silence_ms, moving_field=moving_field)
    )


def test_a_field_that_stood_still_too_long_is_told_with_every_repeat_until_it_moves() -> None:
    device = standing()
    told = [watch_field(device, value, at_ms) for value, at_ms in ((1, 0), (2, 1_000), (2, 6_000))]
    assert told == [None, None, None]
    assert not is_frozen(device, 1_000 + FROZEN_AFTER_AT_LEAST_MS)
    assert watch_field(device, 2, 6_001) is True
    assert watch_field(device, 2, 7_000) is True
    assert watch_field(device, 3, 8_000) is False
    assert watch_field(device, 4, 9_000) is None


def test_a_slow_device_is_given_its_own_longest_silence() -> None:
    device = standing(silence_ms=20_000)
    for value, at_ms in ((1, 0), (2, 1_000)):
        watch_field(device, value, at_ms)
    assert not is_frozen(device, 21_000)
    assert is_frozen(device, 21_001)


def test_a_field_that_never_moved_or_is_not_watched_freezes_nothing() -> None:
    still, unwatched = standing(), standing(moving_field=None)
    for at_ms in range(0, 60_000, 1_000):
        assert watch_field(still, 7, at_ms) is None
        watch_field(unwatched, at_ms % 2_000, at_ms)
    assert not is_frozen(still, 60_000)
    assert not is_frozen(unwatched, 600_000)
