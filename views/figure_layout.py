"""The rows of a session's chart: where each stands, its fixed range, its ticks and titles.

Here is the layout of the figure, a plain dictionary, and the ranges that every part of it keeps to;
what is drawn in the rows is in figures.py, figure_marks.py and event_marks.py.
"""

from __future__ import annotations

from typing import Any

from views import colours
from views.session_chart import Panel, SessionChart
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
Figure = dict[str, Any]


def ranges_of(chart: SessionChart) -> dict[Panel, tuple[float, float]]:
    """Return the view of each panel; of two fixed ones for SpO2."""
    curve = chart.curves.get(Panel.SPO2)
    values = (value for _, value in curve.points) if curve else ()
    is_deep = any(value is not None and value < RANGES[Panel.SPO2][0] for value in values)
    return RANGES | ({Panel.SPO2: SPO2_DEEP} if is_deep else {})


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


def layout_of(chart: SessionChart, ranges: dict[Panel, tuple[float, float]]) -> Figure:
    """Return the layout: three panels, a strip above, a row below where there is a model."""
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


def titles(chart: SessionChart) -> list[Figure]:
    """Return the name of each row, and SIMULATED across the chart where it is."""
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
