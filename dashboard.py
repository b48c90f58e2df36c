"""The door: ``streamlit run dashboard.py [-- --config clinic.toml | --view]``.

Here the server is composed: what it was asked to be (views/opening), a collector behind it
(views/guardian), one look at the picture for all viewers (views/live), routes, pages, and how it
ends (views/ending). Nothing is decided here that those do not say.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from monitors.errors import ChairsideError
from views import opening
from views.composition import Composition
from views.ending import Ending, told_of_signals
from views.every_tap import keep_every_tap
from views.lines import Lines

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

try:
    _opening = opening.read(sys.argv[1:], Path.cwd())
except ChairsideError as error:
    sys.exit(f"chairside: {error}")

_composition = Composition(
    steady_ms=lambda: time.monotonic_ns() // 1_000_000,
    utc_ms=lambda: time.time_ns() // 1_000_000,
)
_lines = Lines()
keep_every_tap()


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the dashboard, follow the picture and keep a collector until the server stops."""
    try:
        _composition.open(_opening)
    except ChairsideError as error:
        sys.exit(f"chairside: {error}")
    tasks = [asyncio.create_task(work) for work in _composition.works()]
    ending = Ending(tasks, _composition.close, _lines.cut)
    with told_of_signals(ending.begin):
        try:
            yield None
        finally:
            await ending.finish()


app = st.App(
    str(Path(__file__).parent / "views" / "navigation" / "main.py"),
    lifespan=lifespan,
    routes=_composition.routes(),
    middleware=[Middleware(_lines.watched)],
)
