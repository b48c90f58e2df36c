"""A day of the rooms as a plotly figure, a plain dictionary: who sits where until when.

Here each visit is a row of phases in their colours on its recliner's line, and what is still
expected an outline behind it; nothing is asked or read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitors.clinic.phases import Phase
from monitors.clinic.series import DayRow
from monitors.clinic.session import InfusionSession
from views import colours
from views.local_time import LocalTime
from views.plain import in_figure
from views.visits import title_of
from views.words import log_en as words

LANE_PX = 46
MARGIN_PX = 84
EARLIEST_HOUR, LATEST_HOUR = 8, 18
FEWEST_HOURS = 8
HOUR_MS = 3_600_000

Figure = dict[str, Any]


def day_figure(
    rows: Sequence[DayRow],
    sessions: Mapping[str, InfusionSession],
    rooms: Mapping[str, str],
    local: LocalTime,
    span: tuple[int, int],
    now_utc_ms: int,
) -> Figure:
    """Return the figure of a day. rows: its visits; sessions: theirs, by id; span: the day."""
    lanes = {recliner: lane for lane, recliner in enumerate(list(rooms)[::-1])}
    traces = [*_phases(rows, sessions, lanes, local, now_utc_ms), *_expected(rows, lanes, local)]
    is_today = span[0] <= now_utc_ms < span[1]
    layout = _layout(rooms, lanes, local, _view(rows, span))
    layout["annotations"] = [
        _label(row, title_of(sessions[row.session_id]), lanes, local, span[0]) for row in rows
    ]
    if is_today:
        layout["shapes"] = [_now_line(local, now_utc_ms)]
    return {"data": traces, "layout": layout}


def _iso(local: LocalTime, utc_ms: int) -> str:
    """Write a moment as the chart's axis wants it: local, without a zone."""
    return local.at(utc_ms).replace(tzinfo=None).isoformat()


def stretches(session: InfusionSession, now_utc_ms: int) -> list[tuple[Phase, int, int]]:
    """Return a visit's phases with begin and end; the present one ends now."""
    ends = [*(mark.utc_ms for mark in session.marks[1:]), now_utc_ms]
    return [
        (mark.phase, mark.utc_ms, max(mark.utc_ms, end))
        for mark, end in zip(session.marks, ends, strict=True)
        if not mark.phase.is_closed
    ]


def _phases(
    rows: Sequence[DayRow],
    sessions: Mapping[str, InfusionSession],
    lanes: Mapping[str, int],
    local: LocalTime,
    now_utc_ms: int,
) -> list[Figure]:
    """Return one trace a phase, a bar for each stretch of it."""
    bars: dict[Phase, list[tuple[DayRow, int, int]]] = {}
    for row in rows:
        for phase, begun, ended in stretches(sessions[row.session_id], now_utc_ms):
            bars.setdefault(phase, []).append((row, begun, ended))
    return [_bars(phase, bars[phase], lanes, local) for phase in Phase if phase in bars]


def _bars(
    phase: Phase,
    stretched: Sequence[tuple[DayRow, int, int]],
    lanes: Mapping[str, int],
    local: LocalTime,
) -> Figure:
    name = words.PHASES[phase]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [lanes[row.recliner] for row, _, _ in stretched],
        "base": [_iso(local, begun) for _, begun, _ in stretched],
        "x": [ended - begun for _, begun, ended in stretched],
        "width": 0.44,
        "marker": {"color": colours.PHASE_EDGE[phase], "opacity": 0.62},
        "text": [
            in_figure(f"{row.label}: {name} {local.minute(begun)}–{local.minute(ended)}")
            for row, begun, ended in stretched
        ],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _expected(rows: Sequence[DayRow], lanes: Mapping[str, int], local: LocalTime) -> list[Figure]:
    """Outline visits that go on, from their beginning to their expected end."""
    open_ones = [row for row in rows if row.is_expected and row.until_utc_ms is not None]
    if not open_ones:
        return []
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": words.EXPECTED_END,
            "y": [lanes[row.recliner] for row in open_ones],
            "base": [_iso(local, row.from_utc_ms) for row in open_ones],
            "x": [(row.until_utc_ms or 0) - row.from_utc_ms for row in open_ones],
            "width": 0.56,
            "marker": {
                "color": "rgba(0,0,0,0)",
                "line": {"color": colours.QUIET, "width": 1.2},
            },
            "text": [
                words.EXPECTED.format(time=local.minute(row.until_utc_ms or 0)) for row in open_ones
            ],
            "textposition": "none",
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _label(
    row: DayRow, title: str, lanes: Mapping[str, int], local: LocalTime, day_begins_utc_ms: int
) -> Figure:
    return {
        "x": _iso(local, max(row.from_utc_ms, day_begins_utc_ms)),
        "y": lanes[row.recliner] + 0.41,
        "text": in_figure(f"{row.label}  {title}"),
        "xanchor": "left",
        "yanchor": "middle",
        "showarrow": False,
        "font": {"color": colours.TEXT, "size": 11},
    }


def _now_line(local: LocalTime, now_utc_ms: int) -> Figure:
    at = _iso(local, now_utc_ms)
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": colours.TEXT, "width": 1, "dash": "dot"},
    }


def _view(rows: Sequence[DayRow], span: tuple[int, int]) -> tuple[int, int]:
    """Return the hours shown: those of the visits, eight at least; without any the working day."""
    if not rows:
        return span[0] + EARLIEST_HOUR * HOUR_MS, span[0] + LATEST_HOUR * HOUR_MS
    first = max(span[0], min(row.from_utc_ms for row in rows) - HOUR_MS // 4)
    ends = [(row.until_utc_ms or row.from_utc_ms) + HOUR_MS // 4 for row in rows]
    return first, max([first + FEWEST_HOURS * HOUR_MS, *ends])


def _layout(
    rooms: Mapping[str, str],
    lanes: Mapping[str, int],
    local: LocalTime,
    view: tuple[int, int],
) -> Figure:
    return {
        "height": MARGIN_PX + LANE_PX * max(1, len(lanes)),
        "barmode": "overlay",
        "margin": {"l": 150, "r": 20, "t": 34, "b": 34},
        "paper_bgcolor": colours.GROUND,
        "plot_bgcolor": colours.PANEL,
        "font": {"color": colours.TEXT, "size": 12},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "font": {"size": 11}},
        "hoverlabel": {"bgcolor": colours.PANEL, "font": {"color": colours.TEXT}},
        "dragmode": False,
        "xaxis": {
            "type": "date",
            "range": [_iso(local, view[0]), _iso(local, view[1])],
            "tickformat": "%H:%M",
            "gridcolor": colours.GRID,
            "tickfont": {"color": colours.QUIET},
        },
        "yaxis": {
            "tickvals": list(lanes.values()),
            "ticktext": [_place(recliner, rooms[recliner]) for recliner in lanes],
            "range": [-0.6, max(0, len(lanes) - 1) + 0.7],
            "fixedrange": True,
            "gridcolor": colours.GRID,
            "zeroline": False,
        },
    }


def _place(recliner: str, room: str) -> str:
    return in_figure(f"{room} · {recliner}" if room else recliner)
