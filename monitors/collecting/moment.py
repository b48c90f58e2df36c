"""The present moment in the meaning room's words: on the timeline, in UTC, and of which boot."""

from __future__ import annotations

from monitors.clinic.verbs import Moment
from monitors.clock import Clock


def moment_of(clock: Clock) -> Moment:
    """Return the present moment of a clock."""
    now_ms = clock.now_ms()
    return Moment(now_ms, clock.utc_ms(now_ms), clock.boot_id)
