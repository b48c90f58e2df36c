"""Taps of one viewer, each kept until it is answered, whatever the page is drawing at the moment.

Streamlit tells a page of a tap in one drawing only; a drawing that the next tap cuts short before
it comes to the button would lose the first one. Here a tap is noted by the button's callback, which
runs before anything is drawn, and stands until a drawing has answered it. Nothing here draws or
touches the session's state, so that nothing can cut it short.
"""

from __future__ import annotations

import time
from collections.abc import Callable

WAITS_S = 15.0


class Taps:
    """Keep what was tapped and not yet answered. A tap that nobody answers is forgotten.

    steady_s: seconds that only move on; a tap waits :data:`WAITS_S` of them.
    """

    def __init__(self, steady_s: Callable[[], float] = time.monotonic) -> None:
        self._steady_s = steady_s
        self._waiting: dict[str, float] = {}
        self._answering: str | None = None

    def note(self, key: str) -> None:
        """Note a tap; the same one twice before an answer is one."""
        self._waiting[key] = self._steady_s()

    def is_waiting(self, key: str) -> bool:
        """Say whether a tap waits for its answer, which the caller gives now."""
        noted_s = self._waiting.get(key)
        if noted_s is None:
            return False
        if self._steady_s() - noted_s > WAITS_S:
            del self._waiting[key]
            return False
        self._answering = key
        return True

    def answered(self) -> None:
        """Say that the tap asked for last has its answer."""
        if self._answering is not None:
            self._waiting.pop(self._answering, None)
            self._answering = None
