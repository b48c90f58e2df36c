"""The parts of the dashboard put together, apart from the server that carries them.

Here the routes exist from the first moment and see nothing until the dashboard is opened; then the
picture, the stored half hour, and, where asked for, a collector stand behind them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from monitors.settings import Clinic
from monitors.store import runtime
from monitors.store.history import History
from monitors.store.picture import Picture
from views import demo, here
from views.chart_script import library_route
from views.feed import FeedRoutes, follow
from views.gate import Gate
from views.guardian import Guardian, is_process_alive, start_detached
from views.live import Live
from views.opening import Mode, Opening


class Composition:
    """Compose a dashboard: routes first, the rest when it opens."""

    def __init__(self, steady_ms: Callable[[], int], utc_ms: Callable[[], int]) -> None:
        self._gate = Gate(here.signing_key())
        self._live = Live(steady_ms, utc_ms, is_process_alive)
        self._demo: demo.Demo | None = None
        self._guardian: Guardian | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes to add to the server."""
        return [*FeedRoutes(self._live, self._gate).routes(), library_route()]

    def open(self, opening: Opening) -> None:
        """Open what was asked for. Raises ChairsideError where the demo cannot start."""
        clinic = self._clinic(opening)
        self._gate.allow(clinic.clinic.allowed_hosts)
        picture = Picture.open(clinic.store_url, create=False)
        self._live.read_from(picture, clinic.name, partial(_trend, clinic.store_url))
        here.open_with(here.Dashboard(clinic, picture, self._gate, self._live))
        if opening.mode is Mode.CLINIC:
            self._guardian = Guardian(partial(_start_for, clinic), self._is_collector_there)

    def _clinic(self, opening: Opening) -> Clinic:
        if opening.clinic is not None:
            return opening.clinic
        self._demo = demo.begin()
        self._guardian = Guardian(self._demo.start_collector, self._is_collector_there)
        return self._demo.clinic

    def _is_collector_there(self) -> bool:
        """Say whether a collector of this store beats, or hangs but still holds its ports."""
        beat = self._live.beat
        return beat is not None and is_process_alive(beat.holder)

    def works(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Yield what is to run as long as the server does."""
        yield follow(self._live)
        if self._guardian is not None:
            yield self._guardian.keep()

    def close(self) -> None:
        """End what ends with the dashboard; a clinic's collector goes on."""
        if self._demo is None:
            return
        self._demo.end(self._guardian.child if self._guardian is not None else None)


def _start_for(clinic: Clinic) -> subprocess.Popen[bytes]:
    """Start the collector of a clinic, detached."""
    folder = runtime.choose(clinic.store_url).parent
    arguments = ["run", "--config", str(clinic.source)]
    return start_detached("monitors", arguments, folder / "collector.log")


def _trend(store: str, recliners: Sequence[str], minutes: float) -> dict[str, dict[str, list[Any]]]:
    """Read the stored half hour; the journal is opened for this one look."""
    history = History.open(store)
    try:
        return history.trend(recliners, minutes)
    finally:
        history.close()
