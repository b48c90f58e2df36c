"""The chart of the running session, with the drug model as a shaded line where it is asked for.

The line is a prediction from the doses on record, and says so on the chart and beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from monitors.clinic.pharmacology import KAMP_2020, MODELS
from views import access
from views.chart_source import Asked, chart_of
from views.forms.chart import show_chart, zoomed_to
from views.local_time import LocalTime
from views.page_frame import say, told_errors
from views.presets_here import alarm_presets
from views.session_chart import ModelCurve
from views.visit_forms.orders import Signed
from views.visit_record import VisitRecord, visit_record
from views.words import pages_en
from views.words import visit_en as words


def show_curve(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show the chart of what is on record so far."""
    model_name = _choose_model(signed)
    session_id, now = str(picture["session"]["id"]), int(picture["as_of"])
    key = f"visit-chart-{session_id}"
    with told_errors():
        history = access.history()
        session = history.session(session_id)
        if session is None:
            say(pages_en.NO_CHART)
            return
        asked = Asked(now, zoomed_to(key), local.offset_ms(now), alarm_presets())
        chart = chart_of(history, session, asked)
        if model_name is not None:
            kept = visit_record(session, history.entries(session_id=session_id))
            chart = replace(chart, model=_model(kept, model_name, (chart.span[0], now)))
        show_chart(key, chart, is_running=True)


def _choose_model(signed: Signed) -> str | None:
    """Ask whether a model is shaded, and which; None for none."""
    is_on = st.toggle(words.MODEL_SWITCH, key=signed.key("model"))
    if not is_on:
        return None
    name = st.segmented_control(
        words.MODEL_CHOICE,
        list(MODELS),
        default=KAMP_2020.name,
        required=True,
        format_func=lambda one: MODELS[one].title,
        key=signed.key("model-name"),
    )
    model = MODELS[str(name)]
    st.caption(
        words.MODEL_CAPTION.format(title=model.title, source=model.source, sampling=model.sampling)
    )
    return model.name


def _model(kept: VisitRecord, name: str, span: tuple[int, int]) -> ModelCurve | None:
    curve = kept.model_curve(MODELS[name], span)
    if curve is None:
        has_weight = kept.intake.weight_kg is not None and kept.intake.dose is not None
        say(words.MODEL_NOTHING if has_weight else words.MODEL_NEEDS)
    return curve
