"""The chart of the running session, with the drug model as a shaded line where it is asked for.

The line is a prediction from the doses on record, and says so on the chart and beside it, with
the paper it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.pharmacology import MODELS
from views import access
from views.chart_source import Asked, chart_of, settled
from views.forms.chart import choose_model, show_chart, zoomed_to
from views.local_time import LocalTime
from views.page_frame import say, told_errors
from views.presets_here import alarm_presets
from views.words import pages_en
from views.words import visit_en as words


def show_curve(picture: Mapping[str, Any], local: LocalTime) -> None:
    """Show the chart of what is on record so far, and where a model's line comes from."""
    running = picture["session"]
    session_id = str(running["id"])
    now = settled(int(picture["as_of"]), int(running["begun_at"]))
    key = f"visit-chart-{session_id}"
    name = choose_model()
    if name is not None:
        model = MODELS[name]
        told = {"title": model.title, "source": model.source, "sampling": model.sampling}
        st.caption(words.MODEL_CAPTION.format(**told))
    with told_errors():
        history = access.history()
        session = history.session(session_id)
        if session is None:
            say(pages_en.NO_CHART)
            return
        asked = Asked(now, zoomed_to(key), local.offset_ms(now), alarm_presets(), name)
        chart = chart_of(history, session, asked)
        if name is not None and chart.model is None:
            say(pages_en.MODEL_UNKNOWN)
        show_chart(key, chart, is_running=True)
