"""Plotly figures of a session, as plain dictionaries: what is drawn where, in which colour.

Here a SessionChart becomes traces and a layout; nothing is read, asked or sent. Ranges are fixed
clinical ones and never follow the data; a break in the data is a break in the line; what lies
beyond a range is marked at its edge with its number, so that nothing leaves the picture unseen.
"""

from __future__ import annotations

from typing import Any

from views import colours
from views.figure_marks import (
    alarm_traces,
    band_traces,
    entry_traces,
    limit_marks,
    model_traces,
    planned_end,
)
from views.session_chart import Curve, Panel, Pressure, SessionChart
from views.words import pages_en as words

RANGES: dict[Panel, tuple[float, float]] = {
    Panel.SPO2: (80, 100),
    Panel.PULSE: (30, 180),
    Panel.NIBP: (40, 220),
}
"""The view of each panel; SpO2 opens down to 70 where anything lies below 80."""
SPO2_DEEP = (70, 100)
TICKS: dict[Panel, list[int]] = {
    Panel.SPO2: [70, 75, 80, 85, 90, 95, 100],
    Panel.PULSE: [30, 60, 90, 120, 150, 180],
    Panel.NIBP: [40, 80, 120, 160, 200],
}
AXIS = {Panel.NIBP: "y2", Panel.PULSE: "y3", Panel.SPO2: "y4"}
STRIP_AXIS = "y5"
MODEL_AXIS = "y6"
HEIGHT = 640
MODEL_HEIGHT = 90
_COLOUR = {Panel.SPO2: colours.SPO2, Panel.PULSE: colours.PULSE}
_LINE = {Panel.SPO2: 1.8, Panel.PULSE: 1.4}

Figure = dict[str, Any]
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
    layout = _layout(chart, ranges)
    layout["shapes"] = planned_lines
    layout["annotations"] = [*_titles(chart), *notes, *planned_notes]
    return {"data": traces, "layout": layout}


def ranges_of(chart: SessionChart) -> dict[Panel, tuple[float, float]]:
    """Return the view of each panel; of two fixed ones for SpO2."""
    curve = chart.curves.get(Panel.SPO2)
    values = (value for _, value in curve.points) if curve else ()
    is_deep = any(value is not None and value < RANGES[Panel.SPO2][0] for value in values)
    return RANGES | ({Panel.SPO2: SPO2_DEEP} if is_deep else {})


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


# ---- layout

_DOMAINS = {
    Panel.NIBP: (0.0, 0.34),
    Panel.PULSE: (0.375, 0.605),
    Panel.SPO2: (0.64, 0.90),
}
_STRIP_DOMAIN = (0.915, 1.0)


def _domain(chart: SessionChart, share: tuple[float, float]) -> list[float]:
    """Return where a row stands; with a model below, all rows move up."""
    if chart.model is None:
        return list(share)
    foot = MODEL_HEIGHT / (HEIGHT + MODEL_HEIGHT) + 0.02
    return [foot + (1 - foot) * edge for edge in share]


def _layout(chart: SessionChart, ranges: dict[Panel, tuple[float, float]]) -> Figure:
    start, end = (at + chart.offset_ms for at in chart.span)
    layout: Figure = {
        "uirevision": chart.session_id,
        "height": HEIGHT + (MODEL_HEIGHT if chart.model else 0),
        "margin": {"l": 46, "r": 58, "t": 14, "b": 34},
        "paper_bgcolor": colours.GROUND,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": colours.TEXT, "size": 12},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "zoom",
        "hoverlabel": {"bgcolor": colours.PANEL, "font": {"color": colours.TEXT}},
        "xaxis": _time_axis(start, end),
        "yaxis": _hidden_axis([0.0, 1.0], (0, 1)),
        "yaxis5": _hidden_axis(_domain(chart, _STRIP_DOMAIN), (0, 5)),
    }
    for panel, axis in AXIS.items():
        layout[f"yaxis{axis[1:]}"] = _panel_axis(chart, panel, ranges[panel])
    if chart.model is not None:
        layout["yaxis6"] = _model_axis(chart)
    return layout


def _time_axis(start: int, end: int) -> Figure:
    return {
        "type": "date",
        "range": [start, end],
        "anchor": "y",
        "gridcolor": colours.GRID,
        "linecolor": colours.EDGE,
        "tickformat": "%H:%M",
        "hoverformat": "%H:%M:%S",
        "tickfont": {"color": colours.QUIET},
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikecolor": colours.FAINT,
    }


def _hidden_axis(domain: list[float], view: tuple[float, float]) -> Figure:
    return {
        "domain": domain,
        "range": list(view),
        "fixedrange": True,
        "visible": False,
        "anchor": "x",
    }


def _panel_axis(chart: SessionChart, panel: Panel, view: tuple[float, float]) -> Figure:
    low, high = view
    return {
        "domain": _domain(chart, _DOMAINS[panel]),
        "range": [low, high + (0.6 if panel is Panel.SPO2 else 0)],
        "fixedrange": True,
        "anchor": "x",
        "tickvals": [tick for tick in TICKS[panel] if low <= tick <= high],
        "tickfont": {"color": colours.QUIET},
        "gridcolor": colours.GRID,
        "zeroline": False,
        "showline": True,
        "linecolor": colours.EDGE,
    }


def _model_axis(chart: SessionChart) -> Figure:
    assert chart.model is not None
    top = max((value for _, value in chart.model.points), default=0.0)
    step = next((s for s in MODEL_STEPS if top <= s), MODEL_STEPS[-1])
    return {
        "domain": [0.0, MODEL_HEIGHT / (HEIGHT + MODEL_HEIGHT)],
        "range": [0, step],
        "fixedrange": True,
        "anchor": "x",
        "nticks": 4,
        "tickfont": {"color": colours.FAINT},
        "gridcolor": colours.GRID,
        "zeroline": False,
    }


MODEL_STEPS = (300, 600, 1200, 2400, 4800)
"""Fixed tops of the model's row, ng/mL: the first that holds the whole curve."""


def _titles(chart: SessionChart) -> list[Figure]:
    rows = [(words.VITALS[panel], _domain(chart, _DOMAINS[panel])) for panel in AXIS]
    if chart.model is not None:
        foot = MODEL_HEIGHT / (HEIGHT + MODEL_HEIGHT)
        rows.append((words.MODEL_TITLE.format(model=chart.model.name), [0.0, foot]))
    titles = [
        {
            "text": text,
            "x": 0.002,
            "y": domain[1],
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "top",
            "showarrow": False,
            "font": {"color": colours.QUIET, "size": 12},
        }
        for text, domain in rows
    ]
    if chart.is_simulated:
        titles.append(
            {
                "text": words.SIMULATED,
                "x": 0.5,
                "y": 0.5,
                "xref": "paper",
                "yref": "paper",
                "showarrow": False,
                "opacity": 0.16,
                "font": {"color": colours.SIMULATED, "size": 64},
            }
        )
    return titles
