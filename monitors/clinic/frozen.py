"""Whether a device that still sends has frozen: the same bytes again are not fresh data.

Here a field that must move (a counter, a timer) is watched in what is known of its device. A field
that never moved freezes nothing, for then nobody knows that it should; the catalogue says which
field a device has.
"""

from __future__ import annotations

from monitors.clinic.place import DeviceStanding

FROZEN_AFTER_AT_LEAST_MS = 5_000


def is_frozen(device: DeviceStanding, now_ms: int) -> bool:
    """Say whether a device's moving field once moved and has stood still too long since."""
    if device.setup.moving_field is None or device.moved_ms is None:
        return False
    longest = max(device.setup.longest_silence_ms, FROZEN_AFTER_AT_LEAST_MS)
    return now_ms - device.moved_ms > longest


def watch_field(device: DeviceStanding, value: int, now_ms: int) -> bool | None:
    """Take the moving field; return True where the feed is frozen, False where it runs again.

    None: there is nothing to tell.
    """
    was_frozen = is_frozen(device, now_ms)
    if device.moving is not None and device.moving == value:
        return True if was_frozen else None
    device.moved_ms = now_ms if device.moving is not None else None
    device.moving = value
    return False if was_frozen else None
