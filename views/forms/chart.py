"""A session's chart on a page: plotly in the browser, fed with bounded points, more on zoom."""

from __future__ import annotations

import json
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import streamlit as st

from monitors.clinic.pharmacology import MODELS
from views import access
from views.chart_script import LIBRARY_PATH
from views.chart_source import step_ms
from views.figures import session_figure
from views.session_chart import SessionChart
from views.words import pages_en as words

LATE_BY_MS = 12_000
_FOLDER = Path(__file__).parent.parent / "plot"


@cache
def _source(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def zoomed_to(key: str) -> tuple[int, int] | None:
    """Return the stretch that the viewer of a chart has zoomed to, UTC ms; None for the whole."""
    state = st.session_state.get(key)
    view = state.get("view") if state else None
    return (int(view[0]), int(view[1])) if view and len(view) == 2 else None


def choose_model() -> str | None:
    """Let the viewer have a drug model's prediction below the chart; None for none."""
    chosen = st.selectbox(
        words.MODEL_SWITCH,
        [None, *MODELS],
        format_func=lambda name: MODELS[name].title if name else words.NO_MODEL,
        key="drug_model",
        width=320,
    )
    return str(chosen) if chosen else None


def show_chart(key: str, chart: SessionChart, *, is_running: bool) -> None:
    """Draw a chart; while is_running it says by itself when it was not renewed.

    Of a session that runs it says up to when it is drawn, and how long ago that is once it is late.
    """
    component = st.components.v2.component(
        "chairside_chart", css=_source("chart.css"), js=_source("chart.js"), isolate_styles=False
    )
    component(
        key=key,
        data=_told(chart, is_running),
        on_view_change=lambda: None,
    )


def _told(chart: SessionChart, is_running: bool) -> dict[str, Any]:
    figure = session_figure(chart)
    now, until = access.room_utc_ms(), chart.until_utc_ms
    return {
        "session": chart.session_id,
        "figure": figure,
        "version": blake2b(json.dumps(figure).encode(), digest_size=8).hexdigest(),
        "library": st.get_option("server.baseUrlPath").rstrip("/") + LIBRARY_PATH,
        "offset_ms": chart.offset_ms,
        "is_running": is_running,
        "told_at": now,
        "until": until,
        "old_after_ms": LATE_BY_MS + step_ms((until or now) - chart.span[0]),
        "words": words.CHART,
    }
