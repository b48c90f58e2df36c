"""The day: who sits where until when; and the series: one label's sessions in order.

Streamlit's part alone. What a visit is and when it is expected to end is monitors.clinic.series'.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from monitors.clinic.series import DayRow, SeriesRow, day_view, series_of
from views import access, here
from views.day_figure import day_figure
from views.local_time import LocalTime
from views.page_frame import as_of, frame, say, told_errors
from views.visits import past_session, rooms_of, session_of, title_of
from views.words import log_en as words

MOST_SESSIONS = 1_000
MOST_OF_A_LABEL = 100


def _draw_rooms(local: LocalTime, now: int) -> None:
    day = st.date_input(words.DAY, local.day(now), key="day_day", width=220)
    span = local.span(day)
    history = access.history()
    stored = history.day(*span)
    read = [session_of(row, history.entries(session_id=row.session_id)) for row in stored]
    sessions = {one.session_id: one for one in read if one is not None}
    rooms = rooms_of(_settings(), stored)
    since = min([span[0], *(one.begun_utc_ms for one in stored)])
    rows = day_view(sessions.values(), rooms, since, now, span[1])
    if not rows:
        say(words.DAY_EMPTY)
        return
    st.plotly_chart(
        day_figure(rows, sessions, rooms, local, span, now),
        theme=None,
        config={"displayModeBar": False},
        key="day_figure",
    )
    _table([_day_row(row, title_of(sessions[row.session_id]), local) for row in rows], "day_table")


def _settings() -> list[tuple[str, str]]:
    """Return recliners and rooms in the order of the wall."""
    known = [(one.name, one.room) for one in here.dashboard().clinic.recliners]
    pictured = access.recliners_now().values()
    return known or [(str(one["recliner"]), str(one.get("room", ""))) for one in pictured]


def _day_row(row: DayRow, title: str, local: LocalTime) -> dict[str, Any]:
    until = words.NOT_KNOWN if row.until_utc_ms is None else local.minute(row.until_utc_ms)
    if row.is_expected and row.until_utc_ms is not None:
        until = words.EXPECTED.format(time=until)
    told = {
        "room": row.room,
        "recliner": row.recliner,
        "label": row.label,
        "protocol": title,
        "phase": words.PHASES[row.phase],
        "from": local.stamp(row.from_utc_ms)[:16],
        "until": until,
    }
    return {words.DAY_COLUMNS[name]: value for name, value in told.items()}


def _draw_series(local: LocalTime, now: int) -> None:
    history = access.history()
    labels = list(dict.fromkeys(one.label for one in history.sessions(MOST_SESSIONS)))
    if not labels:
        say(words.NO_LABELS)
        return
    label = st.selectbox(words.LABEL, labels, key="series_label", width=220)
    st.caption(words.SERIES_ABOUT)
    stored = history.sessions(MOST_OF_A_LABEL, label=label)
    past = [one for row in stored if (one := past_session(history, row)) is not None]
    rows = series_of(label, past, now)
    titles = {one.session.session_id: title_of(one.session) for one in past}
    _table([_series_row(row, titles[row.session_id], local) for row in rows], "series_table")


def _series_row(row: SeriesRow, title: str, local: LocalTime) -> dict[str, Any]:
    told = {
        "number": row.number,
        "stated": _stated(row),
        "began": local.stamp(row.began_utc_ms)[:16],
        "protocol": title,
        "dose": row.dose,
        "infused": row.infused_min,
        "peak": _peak(row),
        "lowest_spo2": row.lowest_spo2_pct,
        "highest_pulse": row.highest_pulse_rate_per_min,
        "dissociation": row.peak_dissociation,
        "score": None if row.score is None else f"{row.score} {row.score_scale or ''}".strip(),
        "alarms": row.alarms,
        "ended": words.PHASES[row.ended_as],
    }
    return {
        words.SERIES_COLUMNS[name]: words.NONE if value is None else str(value)
        for name, value in told.items()
    }


def _stated(row: SeriesRow) -> str | None:
    if row.is_number_doubtful:
        return words.DOUBTFUL.format(stated=row.stated, number=row.number)
    return row.stated


def _peak(row: SeriesRow) -> str | None:
    if row.peak_systolic_mmhg is None and row.peak_diastolic_mmhg is None:
        return None
    parts = (row.peak_systolic_mmhg, row.peak_diastolic_mmhg)
    return " / ".join(words.NONE if part is None else str(part) for part in parts)


def _table(rows: list[dict[str, Any]], key: str) -> None:
    st.dataframe(pd.DataFrame(rows), hide_index=True, key=key)


def _draw() -> None:
    local = frame(words.DAY_TITLE, words.DAY_ABOUT)
    with told_errors():
        now = as_of(local, "day_again")
        rooms, series = st.tabs(list(words.DAY_TABS))
        with rooms:
            _draw_rooms(local, now)
        with series:
            _draw_series(local, now)


_draw()
