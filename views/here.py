"""What the pages of this process share: the clinic, the picture, the gate, the live look.

Here stands the one object that dashboard.py sets when the server starts and page modules ask for;
nothing is started or opened by asking.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from monitors.errors import ChairsideError
from monitors.settings import Clinic
from monitors.store import runtime
from monitors.store.picture import Picture
from views.gate import Gate, keep_key
from views.live import Live

KEY_NAME = "dashboard.key"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Hold what every page of this process uses."""

    clinic: Clinic
    picture: Picture
    gate: Gate
    live: Live

    @property
    def store(self) -> str:
        """Return the store: an absolute path or a URL."""
        return self.clinic.store_url


_standing: list[Dashboard] = []


def open_with(dashboard: Dashboard) -> None:
    """Make this the dashboard that pages of this process see."""
    _standing[:] = [dashboard]


def dashboard() -> Dashboard:
    """Return the dashboard of this process.

    Raises ChairsideError where a page runs without one.
    """
    if not _standing:
        raise ChairsideError("no dashboard is open: start with `streamlit run dashboard.py`")
    return _standing[0]


def signing_key() -> str:
    """Return the key of this user's dashboards; one of its own where no folder keeps it."""
    for folder in runtime.candidates():
        try:
            return keep_key(runtime.make_private(folder) / KEY_NAME)
        except (ChairsideError, OSError):
            continue
    return secrets.token_urlsafe(32)
