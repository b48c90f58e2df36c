"""Lets no tap be lost between two drawings of a page.

Streamlit 1.67 asks whether something newer waits before it has taken up what a tap brought; where
something does, that alone is taken, and the tap before it is gone: of buttons tapped faster than a
busy machine draws, only the last was answered. Here the order is turned: what came is taken up
first, its callbacks note the taps (taps.py), and then the newer one may cut the drawing short, for
which the script runner asks by itself right afterwards.

This rests on ``runner.fastReruns`` being off (.streamlit/config.toml): one thread alone draws for a
viewer then, so that nobody else changes its state meanwhile. Source: Streamlit 1.67,
runtime/state/safe_session_state.py and runtime/scriptrunner/script_runner.py; docs/decisions/0008.
"""

from __future__ import annotations

from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState


def keep_every_tap() -> None:
    """Let what a tap brought be taken up before anything newer; for the whole process."""
    SafeSessionState.on_script_will_rerun = _take_up  # type: ignore[method-assign]


def _take_up(self: SafeSessionState, *given: Any, **more: Any) -> None:
    with self._lock:
        self._state.on_script_will_rerun(*given, **more)
