"""Past sessions: choose one, see its chart, its pressures, alarms, entries and orders.

What is shown here is the record, read and never changed; the drawing and the rows are made in
views/chart_source.py, views/rows.py and views/alarm_table.py.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitors.store.answers import SessionRow
from monitors.store.history import History
from views import access
from views.alarm_table import log_row
from views.chart_source import Asked, chart_of, settled
from views.forms.chart import choose_model, show_chart, zoomed_to
from views.forms.tables import show_entries, show_table
from views.local_time import LocalTime
from views.page_frame import as_of, frame, say, told_errors
from views.plain import plain
from views.presets_here import alarm_presets
from views.rows import alarm_counts, command_row, pressure_row, protocol_title, session_row
from views.words import pages_en as words
from views.words.log_en import LOG_SHOWN

SESSIONS_SHOWN = 30
TABLE_HEIGHT = 320
ROWS_WITHOUT_SCROLLING = 8
STAMP_WIDTH = 160


def _page() -> None:
    local = frame(words.REVIEW_TITLE)
    with told_errors():
        history = access.history()
        now = as_of(local, "review_again")
        sessions = _listed(history)
        if not sessions:
            say(words.NO_SESSIONS)
            return
        chosen = _choose(history, sessions, local, now)
        if chosen is not None:
            _show(history, chosen, local)


def _listed(history: History) -> list[SessionRow]:
    """Return a page of sessions, newest first; the viewer may go on to older ones."""
    before = st.session_state.get("review_before")
    return history.sessions(SESSIONS_SHOWN, before_utc_ms=before)


def _choose(
    history: History, sessions: list[SessionRow], local: LocalTime, now: int
) -> SessionRow | None:
    """Show the sessions; return the one chosen here, or named by the address."""
    counts = alarm_counts(history.alarms(span=(sessions[-1].begun_utc_ms, _until(sessions, now))))
    rows = [session_row(one, counts.get(one.session_id, 0), local.stamp, now) for one in sessions]
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        height=TABLE_HEIGHT if len(rows) > ROWS_WITHOUT_SCROLLING else "content",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            words.SESSION_TABLE[name]: st.column_config.Column(width=STAMP_WIDTH)
            for name in ("begun", "ended")
        },
        key=f"sessions-{sessions[0].session_id}",
    )
    _turn_pages(sessions)
    rows_picked = picked["selection"]["rows"]
    if rows_picked:
        chosen = sessions[rows_picked[0]]
        st.query_params["session"] = chosen.session_id
        return chosen
    asked = st.query_params.get("session")
    if asked:
        return history.session(asked)
    say(words.CHOOSE_SESSION)
    return None


def _until(sessions: list[SessionRow], now: int) -> int:
    ends = [one.ended_utc_ms for one in sessions]
    known = [end for end in ends if end is not None]
    return now if len(known) < len(ends) else max(known) + 1


def _turn_pages(sessions: list[SessionRow]) -> None:
    newest, older, _ = st.columns([1, 1, 5])
    if newest.button(words.NEWEST, disabled="review_before" not in st.session_state):
        del st.session_state["review_before"]
        st.rerun()
    if older.button(words.OLDER, disabled=len(sessions) < SESSIONS_SHOWN):
        st.session_state["review_before"] = sessions[-1].begun_utc_ms
        st.rerun()


def _show(history: History, session: SessionRow, local: LocalTime) -> None:
    name = protocol_title(session)
    st.markdown(f"#### {plain(f'{session.label} · {session.recliner} · {name}')}")
    st.caption(local.stamp(session.begun_utc_ms))
    names = ("chart", "pressures", "alarms", "entries", "audit")
    chart, pressures, alarms, entries, orders = st.tabs([words.TABS[one] for one in names])
    with chart:
        _chart(history, session, local)
    with pressures:
        found = history.determinations(session_id=session.session_id)
        show_table([pressure_row(row, local.stamp) for row in found])
    with alarms:
        told = history.alarms(session_id=session.session_id)
        names = {session.session_id: session.label}
        show_table([log_row(row, local, names) for row in told], LOG_SHOWN)
    with entries:
        show_entries(history.entries(session_id=session.session_id), local)
    with orders:
        given = history.commands(session_id=session.session_id)
        show_table([command_row(row, local.stamp) for row in given])


@st.fragment
def _chart(history: History, session: SessionRow, local: LocalTime) -> None:
    """Draw the chart; a zoom asks for finer points and draws this part alone anew."""
    key = f"review-{session.session_id}"
    until = settled(access.room_utc_ms(), session.begun_utc_ms)
    offset = local.offset_ms(session.begun_utc_ms)
    place, model = st.container(), choose_model()
    asked = Asked(until, zoomed_to(key), offset, alarm_presets(), model)
    with told_errors():
        chart = chart_of(history, session, asked)
        with place:
            show_chart(key, chart, is_running=False)
        if model and chart.model is None:
            st.caption(words.MODEL_UNKNOWN)


_page()
