"""The marks of what a session stood under: phases, limits, the planned end, the model.

Here each kind of mark becomes plotly traces, shapes or annotations, as dictionaries. A pause is
hatched; a limit carries its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from views import colours
from views.session_chart import LimitLine, Panel, SessionChart
from views.words import pages_en as words

Mark = dict[str, Any]

ROOM_FOR_NUMBER = 0.07
"""Share of a panel that a limit's printed number takes."""


def band_traces(chart: SessionChart) -> list[Mark]:
    """Draw each phase as a band over the whole height; a pause is hatched in white."""
    return [_band(chart, index) for index in range(len(chart.bands))]


def _band(chart: SessionChart, index: int) -> Mark:
    band = chart.bands[index]
    start, end = band.from_utc_ms + chart.offset_ms, band.to_utc_ms + chart.offset_ms
    trace: Mark = {
        "type": "scatter",
        "mode": "lines",
        "name": words.PHASES.get(band.phase, band.phase),
        "x": [start, start, end, end],
        "y": [0, 1, 1, 0],
        "yaxis": "y",
        "fill": "toself",
        "fillcolor": colours.PHASE_FILL.get(band.phase, "rgba(0,0,0,0)"),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "meta": {"phase": band.phase},
    }
    if band.phase == "paused":
        trace["fillpattern"] = {
            "shape": "/",
            "fgcolor": "rgba(238, 243, 247, .30)",
            "bgcolor": colours.PHASE_FILL["paused"],
            "size": 9,
            "solidity": 0.12,
        }
    return trace


def planned_end(chart: SessionChart) -> tuple[list[Mark], list[Mark]]:
    """Return a line and its words where the infusion ends as planned, if that is in view."""
    at = chart.planned_end_utc_ms
    if at is None or not chart.span[0] <= at <= chart.span[1]:
        return [], []
    x = at + chart.offset_ms
    line = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "line": {"color": colours.PHASE_EDGE["infusing"], "width": 1, "dash": "dash"},
    }
    note = {
        "text": words.PLANNED_END,
        "x": x,
        "y": 0,
        "xref": "x",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": colours.PHASE_EDGE["infusing"], "size": 11},
    }
    return [line], [note]


# ---- limits


def limit_marks(
    chart: SessionChart, axis: Mapping[Panel, str], ranges: Mapping[Panel, tuple[float, float]]
) -> tuple[list[Mark], list[Mark]]:
    """Return dotted lines for the limits while they stood, and the numbers of the newest."""
    lines = [_limit(chart, line, axis[line.panel]) for line in chart.limits]
    last_at = max((line.to_utc_ms for line in chart.limits), default=0)
    newest = [line for line in chart.limits if line.to_utc_ms == last_at]
    printed = [line for panel in Panel for line in _with_room(newest, panel, ranges[panel])]
    return lines, [_limit_number(line, axis[line.panel]) for line in printed]


def _with_room(lines: list[LimitLine], panel: Panel, view: tuple[float, float]) -> list[LimitLine]:
    """Return the lines whose numbers do not cover each other; the nearest limits come first."""
    room = (view[1] - view[0]) * ROOM_FOR_NUMBER
    printed: list[LimitLine] = []
    own = [line for line in lines if line.panel is panel and view[0] <= line.level <= view[1]]
    for line in sorted(own, key=lambda one: (not one.is_main, not one.is_changed)):
        if all(abs(line.level - other.level) >= room for other in printed):
            printed.append(line)
    return printed


def _limit(chart: SessionChart, line: LimitLine, axis: str) -> Mark:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.words,
        "x": [line.from_utc_ms + chart.offset_ms, line.to_utc_ms + chart.offset_ms],
        "y": [line.level, line.level],
        "yaxis": axis,
        "line": {
            "color": colours.TEXT if line.is_changed else colours.LIMIT,
            "width": 1.3 if line.is_main else 0.8,
            "dash": "dot",
        },
        "opacity": 1.0 if line.is_main else 0.6,
        "text": [line.words, line.words],
        "hovertemplate": "%{text}<extra></extra>",
        "meta": {"limit": line.words, "panel": str(line.panel)},
    }


def _limit_number(line: LimitLine, axis: str) -> Mark:
    changed = words.CHANGED_MARK if line.is_changed else ""
    return {
        "text": f"{line.level:.0f}{changed}",
        "hovertext": line.words,
        "x": 1.003,
        "y": line.level,
        "xref": "paper",
        "yref": axis,
        "xanchor": "left",
        "yanchor": "middle",
        "showarrow": False,
        "font": {
            "color": colours.TEXT if line.is_changed else colours.LIMIT,
            "size": 11 if line.is_main else 10,
        },
    }


# ---- the drug model


def model_traces(chart: SessionChart, axis: str) -> list[Mark]:
    """Draw the predicted concentration, shaded and dotted, in a row of its own."""
    if chart.model is None:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words.MODEL,
            "x": [at + chart.offset_ms for at, _ in chart.model.points],
            "y": [value for _, value in chart.model.points],
            "yaxis": axis,
            "fill": "tozeroy",
            "fillcolor": colours.MODEL_FILL,
            "line": {"color": colours.MODEL, "width": 1, "dash": "dot"},
            "hovertemplate": "%{x|%H:%M}  %{y:.0f} ng/mL<extra>" + words.MODEL + "</extra>",
        }
    ]
