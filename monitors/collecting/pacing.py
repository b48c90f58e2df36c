"""When the collector's repeated work is due, on the room's timeline.

Here is nothing but arithmetic of milliseconds, so that a pushed clock paces it in tests; how long
to wait in the world follows from the clock's rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from monitors.clock import Clock

LONGEST_WAIT_S = 0.1


@dataclass(slots=True)
class Pace:
    """Remember when each named work was last done. Intervals are milliseconds of the world."""

    clock: Clock
    _next_ms: dict[str, int] = field(default_factory=dict)

    def is_due(self, work: str, every_ms: int) -> bool:
        """Say whether a work is due now; if so, the next time is set."""
        now_ms = self.clock.now_ms()
        if now_ms < self._next_ms.get(work, now_ms):
            return False
        self._next_ms[work] = now_ms + round(every_ms * self.clock.rate)
        return True

    def is_over(self, work: str, every_ms: int) -> bool:
        """Say whether an interval counted from the timeline's beginning has ended since last asked.

        Work paced so is done just after each full second, whenever it was hastened in between.
        """
        now_ms, step_ms = self.clock.now_ms(), round(every_ms * self.clock.rate)
        if now_ms < self._next_ms.get(work, now_ms):
            return False
        self._next_ms[work] = (now_ms // step_ms + 1) * step_ms
        return True

    def hasten(self, work: str) -> None:
        """Make a work due at once."""
        self._next_ms[work] = self.clock.now_ms()

    def wait_s(self, work: str) -> float:
        """Return how many seconds of the world may pass before a work is due; at most 0.1."""
        left_ms = self._next_ms.get(work, 0) - self.clock.now_ms()
        return min(max(left_ms / 1000 / self.clock.rate, 0.0), LONGEST_WAIT_S)
