"""Plotly figures of a session, as plain dictionaries: what is drawn where, in which colour.

Here a SessionChart becomes traces and a layout; nothing is read, asked or sent. Ranges are fixed
clinical ones and never follow the data; a break in the data is a break in the line; what lies
beyond a range is marked at its edge with its number, so that nothing leaves the picture unseen.
"""

from __future__ import annotations

from typing import Any

from views import colours
from views.event_marks import alarm_traces, entry_traces
from views.figure_layout import (
    AXIS,
    MODEL_AXIS,
    STRIP_AXIS,
    Figure,
    layout_of,
    ranges_of,
    titles,
)
from views.figure_marks import band_traces, limit_marks, model_traces, planned_end
from views.session_chart import Curve, Panel, Pressure, SessionChart
from views.words import pages_en as words

_COLOUR = {Panel.SPO2: colours.SPO2, Panel.PULSE: colours.PULSE}
_LINE = {Panel.SPO2: 1.8, Panel.PULSE: 1.4}

Trace = dict[str, Any]


def session_figure(chart: SessionChart) -> Figure:
    """Return the chart of one session: bands, three panels, a strip of alarms and entries."""
    ranges = ranges_of(chart)
    lines, notes = limit_marks(chart, AXIS, ranges)
    planned_lines, planned_notes = planned_end(chart)
    traces = [
        *band_traces(chart),
        *_curves(chart, ranges),
        *_pressures(chart, ranges),
        *lines,
        *alarm_traces(chart, AXIS, STRIP_AXIS, ranges),
        *entry_traces(chart, STRIP_AXIS),
        *model_traces(chart, MODEL_AXIS),
    ]
    layout = layout_of(chart, ranges)
    layout["shapes"] = planned_lines
    layout["annotations"] = [*titles(chart), *notes, *planned_notes]
    return {"data": traces, "layout": layout}


def _curves(chart: SessionChart, ranges: dict[Panel, tuple[float, float]]) -> list[Trace]:
    traces: list[Trace] = []
    for panel in (Panel.SPO2, Panel.PULSE):
        curve = chart.curves.get(panel)
        if curve is None or not curve.points:
            continue
        traces.append(_line(chart, panel, curve))
        traces += _dots(chart, panel, lone_points(curve), _COLOUR[panel], words.VITALS[panel])
        traces += _dots(chart, panel, list(curve.uncertain), colours.UNCERTAIN, words.UNCERTAIN)
        traces += _beyond(chart, panel, curve, ranges[panel])
    return traces


def _line(chart: SessionChart, panel: Panel, curve: Curve) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words.VITALS[panel],
        "x": [at + chart.offset_ms for at, _ in curve.points],
        "y": [value for _, value in curve.points],
        "yaxis": AXIS[panel],
        "connectgaps": False,
        "line": {"color": _COLOUR[panel], "width": _LINE[panel], "shape": "linear"},
        "hovertemplate": "%{x|%H:%M:%S}  %{y:.0f}<extra>" + words.VITALS[panel] + "</extra>",
        "meta": {"panel": str(panel)},
    }


def lone_points(curve: Curve) -> list[tuple[int, float]]:
    """Return values that stand alone between two breaks, which no line would show."""
    points = curve.points
    lone = []
    for index, (at, value) in enumerate(points):
        before = points[index - 1][1] if index else None
        after = points[index + 1][1] if index + 1 < len(points) else None
        if value is not None and before is None and after is None:
            lone.append((at, value))
    return lone


def _dots(
    chart: SessionChart,
    panel: Panel,
    points: list[tuple[int, float]],
    colour: str,
    name: str,
) -> list[Trace]:
    if not points:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": [at + chart.offset_ms for at, _ in points],
            "y": [value for _, value in points],
            "yaxis": AXIS[panel],
            "marker": {"color": colour, "size": 4, "symbol": "circle-open"},
            "hovertemplate": "%{x|%H:%M:%S}  %{y:.0f}<extra>" + name + "</extra>",
        }
    ]


def _beyond(
    chart: SessionChart, panel: Panel, curve: Curve, view: tuple[float, float]
) -> list[Trace]:
    """Mark values outside the view at its edge, with their number."""
    out = [(at, v) for at, v in curve.points if v is not None and not view[0] <= v <= view[1]]
    if not out:
        return []
    low, high = view
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": words.BEYOND_VIEW,
            "x": [at + chart.offset_ms for at, _ in out],
            "y": [low if value < low else high for _, value in out],
            "yaxis": AXIS[panel],
            "text": [f"{value:.0f}" for _, value in out],
            "textposition": ["top center" if v < low else "bottom center" for _, v in out],
            "textfont": {"color": colours.TEXT, "size": 11},
            "marker": {
                "color": colours.TEXT,
                "size": 8,
                "symbol": ["triangle-down" if v < low else "triangle-up" for _, v in out],
            },
            "hovertemplate": "%{x|%H:%M:%S}  %{text}<extra>" + words.BEYOND_VIEW + "</extra>",
        }
    ]


# ---- pressures


def _pressures(chart: SessionChart, ranges: dict[Panel, tuple[float, float]]) -> list[Trace]:
    done = [p for p in chart.pressures if p.systolic_mmhg is not None]
    failed = [p for p in chart.pressures if p.failure is not None]
    traces = [_stems(chart, done), *_ends(chart, done)] if done else []
    if failed:
        traces.append(_failures(chart, failed, ranges[Panel.NIBP][0]))
    return traces


def _stems(chart: SessionChart, done: list[Pressure]) -> Trace:
    """Draw a line from systolic to diastolic for each reading, unconnected to the next."""
    x: list[int | None] = []
    y: list[int | None] = []
    for one in done:
        at = one.at_utc_ms + chart.offset_ms
        x += [at, at, None]
        y += [one.systolic_mmhg, one.diastolic_mmhg, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words.VITALS["nibp"],
        "x": x,
        "y": y,
        "yaxis": AXIS[Panel.NIBP],
        "connectgaps": False,
        "line": {"color": colours.PRESSURE, "width": 2},
        "hoverinfo": "skip",
    }


def _ends(chart: SessionChart, done: list[Pressure]) -> list[Trace]:
    parts = (
        ("systolic_mmhg", "triangle-down-open", 9),
        ("diastolic_mmhg", "triangle-up-open", 9),
        ("mean_mmhg", "line-ew-open", 9),
    )
    return [_end(chart, done, part, symbol, size) for part, symbol, size in parts]


def _end(chart: SessionChart, done: list[Pressure], part: str, symbol: str, size: int) -> Trace:
    known = [one for one in done if getattr(one, part) is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.PRESSURES[part],
        "x": [one.at_utc_ms + chart.offset_ms for one in known],
        "y": [getattr(one, part) for one in known],
        "yaxis": AXIS[Panel.NIBP],
        "marker": {
            "color": colours.PRESSURE,
            "size": size,
            "symbol": symbol,
            "line": {"color": colours.PRESSURE, "width": 1.6},
        },
        "text": [pressure_words(one) for one in known],
        "hovertemplate": "%{x|%H:%M:%S}  %{text}<extra>" + words.VITALS["nibp"] + "</extra>",
    }


def _failures(chart: SessionChart, failed: list[Pressure], floor: float) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.CUFF_FAILED,
        "x": [one.at_utc_ms + chart.offset_ms for one in failed],
        "y": [floor + 6] * len(failed),
        "yaxis": AXIS[Panel.NIBP],
        "marker": {"color": colours.ALARM["low"], "size": 9, "symbol": "x-thin-open"},
        "text": [words.cuff_failed(one.failure or "unknown") for one in failed],
        "hovertemplate": "%{x|%H:%M:%S}  %{text}<extra></extra>",
    }


def pressure_words(one: Pressure) -> str:
    """Write a pressure as it is spoken: 142/88 (106), pulse 78."""
    said = f"{one.systolic_mmhg}/{one.diastolic_mmhg}"
    if one.mean_mmhg is not None:
        said += f" ({one.mean_mmhg})"
    if one.pulse_rate_per_min is not None:
        said += words.WITH_PULSE.format(pulse=one.pulse_rate_per_min)
    return said
