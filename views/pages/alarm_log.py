"""The alarm log: every transition with its facets, who and when; and the alarm load.

Streamlit's part alone: questions, tables, a download. What a row says is alarm_rows.py's.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from monitors.clinic.conditions import Condition, Priority
from monitors.store.answers import AlarmRow, SessionRow
from views import access, here
from views.alarm_rows import (
    SOUND,
    Choice,
    Shifts,
    chosen,
    load_rows,
    log_csv,
)
from views.alarm_table import load_rows_shown, log_row
from views.forms.tables import show_table
from views.local_time import LocalTime
from views.page_frame import as_of, frame, say, told_errors
from views.plain import plain
from views.words import log_en as words

MOST_ROWS = 10_000
ROWS_A_PAGE = 50
DAYS_SHOWN = 7
USUAL_SHIFTS = "7, 15, 23"


def _ask_span(local: LocalTime) -> tuple[int, int] | None:
    """Ask for the days; None where they are in the wrong order."""
    today = local.day(access.room_utc_ms())
    columns = st.columns(6)
    first: date = columns[0].date_input(
        words.FROM_DAY, today - timedelta(days=DAYS_SHOWN - 1), key="log_from"
    )
    last: date = columns[1].date_input(words.TO_DAY, today, key="log_to")
    if last < first:
        say(words.DAYS_WRONG)
        return None
    st.session_state["log_columns"] = columns[2:]
    return local.span(first, last)


def _ask_choice(sessions: list[SessionRow], names: dict[str, str]) -> Choice:
    """Ask which rows; the columns stand beside the days."""
    columns = st.session_state.pop("log_columns")
    recliners = [words.ALL, *_recliners(sessions)]
    recliner = columns[0].selectbox(words.RECLINER, recliners, key="log_recliner")
    conditions = columns[1].multiselect(
        words.ALARM,
        [*map(str, Condition), SOUND],
        format_func=lambda name: words.CONDITIONS.get(name, name),
        placeholder=words.ALL,
        key="log_conditions",
    )
    priorities = columns[2].multiselect(
        words.PRIORITY,
        [str(one) for one in reversed(Priority)],
        format_func=lambda name: words.PRIORITIES[name],
        placeholder=words.ALL,
        key="log_priorities",
    )
    session = columns[3].selectbox(
        words.SESSION,
        [words.ALL, *names],
        format_func=lambda one: names.get(one, one),
        key="log_session",
    )
    return Choice(
        None if recliner == words.ALL else recliner,
        None if session == words.ALL else session,
        tuple(conditions),
        tuple(priorities),
    )


def _recliners(sessions: list[SessionRow]) -> list[str]:
    known = dict.fromkeys(access.recliners_now())
    known |= dict.fromkeys(one.recliner for one in sessions)
    return list(known)


def _names(sessions: list[SessionRow], local: LocalTime) -> dict[str, str]:
    """Return what sessions are called, newest first."""
    return {
        one.session_id: words.SESSION_NAME.format(
            label=one.label, recliner=one.recliner, begun=local.stamp(one.begun_utc_ms)[:16]
        )
        for one in reversed(sessions)
    }


def _draw_log(rows: list[AlarmRow], names: dict[str, str], local: LocalTime) -> None:
    if not rows:
        say(words.LOG_EMPTY)
        return
    pages = -(-len(rows) // ROWS_A_PAGE)
    number = min(st.session_state.get("log_page", 1), pages)
    shown = rows[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    _turn(number, pages, len(rows))
    show_table([log_row(row, local, names) for row in shown], words.LOG_SHOWN)
    _offer(rows, names, local)


def _show(rows: list[dict[str, str]], widths: dict[str, int], key: str) -> None:
    """Show rows in columns of fixed widths."""
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(760, 38 + 35 * len(rows)),
        column_config={name: st.column_config.Column(width=w) for name, w in widths.items()},
        key=key,
    )


def _turn(number: int, pages: int, rows: int) -> None:
    newer, text, older = st.columns([1, 4, 1], vertical_alignment="center")
    text.caption(words.PAGE.format(page=number, pages=pages, rows=rows))
    if newer.button(words.NEWER, disabled=number <= 1, key="log_newer"):
        _go_to(number - 1)
    if older.button(words.OLDER, disabled=number >= pages, key="log_older"):
        _go_to(number + 1)


def _go_to(number: int) -> None:
    st.session_state["log_page"] = number
    st.rerun()


def _offer(rows: list[AlarmRow], names: dict[str, str], local: LocalTime) -> None:
    text = log_csv(
        rows,
        local,
        clinic=here.dashboard().clinic.name,
        is_simulated=access.is_simulated(),
        labels=names,
    )
    st.download_button(
        words.DOWNLOAD, text, "alarm-log.csv", "text/csv", on_click="ignore", key="log_download"
    )


def _draw_load(
    rows: list[AlarmRow], sessions: list[SessionRow], span: tuple[int, int], local: LocalTime
) -> None:
    st.caption(words.LOAD_ABOUT)
    text = st.text_input(words.SHIFTS, USUAL_SHIFTS, key="load_shifts", width=240)
    shifts = Shifts.read(text, local)
    if shifts is None:
        say(words.SHIFTS_WRONG)
        return
    until = min(span[1], access.room_utc_ms())
    table = load_rows_shown(load_rows(rows, sessions, shifts, (span[0], until)))
    if not table:
        say(words.LOAD_EMPTY)
        return
    _show(table, words.LOAD_WIDTHS, "load_table")


def _draw() -> None:
    local = frame(words.LOG_TITLE, words.LOG_ABOUT)
    with told_errors():
        history = access.history()
        as_of(local, "log_again")
        span = _ask_span(local)
        if span is None:
            return
        sessions = history.day(*span)
        names = _names(sessions, local)
        choice = _ask_choice(sessions, names)
        rows = history.alarms(span=span, limit=MOST_ROWS)
        if len(rows) == MOST_ROWS:
            say(words.LOG_CUT.format(most=MOST_ROWS))
        wanted = chosen(rows, choice)
        log, load = st.tabs(list(words.LOG_TABS))
        with log:
            _draw_log(wanted, names, local)
        with load:
            _draw_load(wanted[::-1], sessions, span, local)
        st.caption(plain(words.TIMES_ARE.format(zone=local.name(span[0]))))


_draw()
