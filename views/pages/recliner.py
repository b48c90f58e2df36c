"""One recliner: its live tile, its running session as a chart, and the orders staff can give.

The tile is the wall's own component, which watches its feed by itself; everything else is drawn
by one fragment that looks again every few seconds. Orders are records; no pump is controlled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views import access
from views.chart_source import Asked, chart_of, settled
from views.forms.alarm_rows import show_alarms
from views.forms.chart import choose_model, show_chart, zoomed_to
from views.forms.choosing import choose_recliner, tell_trouble
from views.forms.limit_orders import show_limits
from views.forms.notes import show_notes
from views.forms.ordering import show_orders
from views.forms.phase_orders import show_cuff_orders, show_phase_orders
from views.here import dashboard
from views.local_time import LocalTime
from views.page_frame import frame, say, signed_by, told_errors
from views.pages import page, page_names
from views.presets_here import alarm_presets
from views.wall_mount import mount
from views.words import pages_en as words

LOOK_EVERY_S = 3


def _page() -> None:
    local = frame(words.RECLINER_TITLE)
    where, who = st.columns([3, 1], vertical_alignment="bottom")
    with where:
        recliner = choose_recliner(access.recliners_now())
    with who:
        by = signed_by("recliner_person")
    if recliner is not None:
        mount(f"tile-{recliner}", only=[recliner])
        _now(recliner, by or "", local)


@st.fragment(run_every=LOOK_EVERY_S)
def _now(recliner: str, by: str, local: LocalTime) -> None:
    """Draw what changes: the one fragment of this page that looks again by itself."""
    picture = dashboard().live.recliners.get(recliner)
    if picture is None:
        say(words.NO_RECLINERS)
        return
    tell_trouble()
    left, right = st.columns([2.6, 1], gap="medium")
    with right:
        st.markdown(f"##### {words.ALARMS}")
        show_alarms(picture, by, local)
        st.markdown(f"##### {words.ORDERS}")
        show_orders(f"recliner:{recliner}")
        show_phase_orders(picture, by)
        _way_to_visit(recliner)
        st.markdown(f"##### {words.CUFF}")
        show_cuff_orders(picture, by)
    with left:
        _chart(picture, local)
        limits, notes = st.tabs([words.LIMITS, words.NOTES])
        with limits:
            show_limits(picture, by)
        with notes:
            show_notes(picture, by, local)


def _way_to_visit(recliner: str) -> None:
    """Offer the page with intake, entries, cadence and discharge of this recliner."""
    if "visit" in page_names() and st.button(words.OPEN_VISIT, type="tertiary"):
        st.switch_page(page("visit"), query_params={"recliner": recliner})


def _chart(picture: Mapping[str, Any], local: LocalTime) -> None:
    running = picture.get("session")
    if running is None:
        say(words.NO_SESSION)
        return
    key = f"chart-{running['id']}"
    now = settled(int(picture["as_of"]), int(running["begun_at"]))
    with told_errors():
        history = access.history()
        session = history.session(str(running["id"]))
        if session is None:
            say(words.NO_CHART)
            return
        place, model = st.container(), choose_model()
        asked = Asked(now, zoomed_to(key), local.offset_ms(now), alarm_presets(), model)
        chart = chart_of(history, session, asked)
        with place:
            show_chart(key, chart, is_running=True)
        if model and chart.model is None:
            st.caption(words.MODEL_UNKNOWN)


_page()
