"""The what-if as a plotly figure, a plain dictionary: what was measured, and both lanes of alarms.

Here every alarm is a bar in its priority's colour, one lane a condition and set of limits, under
the values it came from. All points are drawn, so that zooming shows what was there; ranges are
fixed clinical ones and gaps stay gaps.
"""

from __future__ import annotations

from typing import Any

from monitors.clinic.conditions import CONDITIONS, Condition, Kind
from monitors.readings import Vital
from monitors.replay import Episode, Outcome
from views import colours
from views.comparison import Recording, clock_text
from views.plain import in_figure
from views.words import log_en as words

LANE_PX = 44
CURVES_PX = 230
MARGIN_PX = 74
BAR_PX = 11
SPO2_FLOORS = (80, 70, 50)
_OFFSETS = (0.2, -0.2)
_CURVES = (
    (Vital.SPO2, colours.SPO2, "y2"),
    (Vital.PULSE_RATE, colours.PULSE, "y3"),
    (Vital.HEART_RATE, colours.QUIET, "y3"),
)

Figure = dict[str, Any]
NOTHING: Figure = {"type": "scatter", "x": [None], "y": [None]}
"""What stands for no traces at all, which plotly refuses."""


def figure_of(
    recording: Recording, outcomes: tuple[Outcome, Outcome], names: tuple[str, str]
) -> Figure:
    """Return the figure. names: of the two sets of limits, as people chose them."""
    lanes = lanes_of(outcomes)
    traces = [*_measured(recording)]
    for outcome, other, name, offset in zip(outcomes, outcomes[::-1], names, _OFFSETS, strict=True):
        traces += _bars(outcome, name, lanes, offset)
        traces += _alone(other, name, lanes, offset)
    return {"data": traces or [NOTHING], "layout": _layout(recording, lanes)}


def lanes_of(outcomes: tuple[Outcome, Outcome]) -> dict[Condition, int]:
    """Return the lane of each condition that either told, the patient's above the equipment's."""
    told = {episode.condition for outcome in outcomes for episode in outcome.episodes}
    ordered = sorted(told, key=lambda one: (CONDITIONS[one].kind is Kind.PHYSIOLOGICAL, str(one)))
    return {condition: lane for lane, condition in enumerate(ordered)}


def _minutes(ms: int) -> float:
    return ms / 60_000


def _measured(recording: Recording) -> list[Figure]:
    traces = []
    for vital, colour, axis in _CURVES:
        points = recording.curve(vital)
        if any(value is not None for _, value in points):
            traces.append(_curve(vital, points, colour, axis))
    pressures = recording.pressures()
    return [*traces, _stems(pressures)] if pressures else traces


def _curve(vital: Vital, points: list[tuple[int, float | None]], colour: str, axis: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words.VITALS[vital],
        "x": [_minutes(at) for at, _ in points],
        "y": [value for _, value in points],
        "yaxis": axis,
        "connectgaps": False,
        "line": {"color": colour, "width": 1.4},
        "hovertemplate": "%{x:.1f} min  %{y:.0f}<extra>" + words.VITALS[vital] + "</extra>",
    }


def _stems(pressures: list[tuple[int, int, int | None]]) -> Figure:
    """Draw each cuff reading as a stem from systolic to diastolic, unconnected to the next."""
    x: list[float | None] = []
    y: list[int | None] = []
    for at, systolic, diastolic in pressures:
        x += [_minutes(at), _minutes(at), None]
        y += [systolic, systolic if diastolic is None else diastolic, None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": words.VITALS["nibp"],
        "x": x,
        "y": y,
        "yaxis": "y3",
        "connectgaps": False,
        "marker": {"color": colours.PRESSURE, "size": 5, "symbol": "line-ew-open"},
        "line": {"color": colours.PRESSURE, "width": 1.6},
        "hovertemplate": "%{x:.1f} min  %{y:.0f}<extra>" + words.VITALS["nibp"] + "</extra>",
    }


def _bars(outcome: Outcome, name: str, lanes: dict[Condition, int], offset: float) -> list[Figure]:
    """Draw one set's alarms, a trace a priority, with a mark at each beginning."""
    return [
        _bar(episodes, name, priority, lanes, offset)
        for priority in colours.ALARM
        if (episodes := [one for one in outcome.episodes if one.priority == priority])
    ]


def _bar(
    episodes: list[Episode], name: str, priority: str, lanes: dict[Condition, int], offset: float
) -> Figure:
    x: list[float | None] = []
    y: list[float | None] = []
    texts: list[str] = []
    for one in episodes:
        x += [_minutes(one.start_ms), _minutes(one.end_ms), None]
        y += [lanes[one.condition] + offset] * 2 + [None]
        texts += [_told(one, name)] * 2 + [""]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": in_figure(f"{name} {priority}"),
        "x": x,
        "y": y,
        "text": texts,
        "connectgaps": False,
        "line": {"color": colours.ALARM[priority], "width": BAR_PX},
        "marker": {
            "size": BAR_PX // 2,
            "symbol": "line-ns-open",
            "line": {"color": colours.ALARM[priority], "width": 2},
        },
        "hovertemplate": "%{text}<extra></extra>",
        "meta": {"limits": name, "priority": priority},
    }


def _told(one: Episode, name: str) -> str:
    worst = "" if one.worst is None else f", {words.WORST} {one.worst:g}"
    return in_figure(
        f"{name}: {words.CONDITIONS[one.condition]}, {words.PRIORITIES[one.priority]}, "
        f"{clock_text(one.start_ms)}–{clock_text(one.end_ms)}{worst}"
    )


def _alone(other: Outcome, name: str, lanes: dict[Condition, int], offset: float) -> list[Figure]:
    """Ring the beginnings of this set's alarms of which the other says nothing."""
    if not other.missed:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": in_figure(words.ALONE.format(name=name)),
            "x": [_minutes(one.start_ms) for one in other.missed],
            "y": [lanes[one.condition] + offset for one in other.missed],
            "marker": {
                "symbol": "circle-open",
                "size": BAR_PX + 8,
                "color": colours.TEXT,
                "line": {"color": colours.TEXT, "width": 2},
            },
            "text": [
                f"{in_figure(words.ALONE.format(name=name))}. {_told(one, name)}"
                for one in other.missed
            ],
            "hovertemplate": "%{text}<extra></extra>",
            "meta": {"alone": name},
        }
    ]


def _layout(recording: Recording, lanes: dict[Condition, int]) -> Figure:
    lanes_px = LANE_PX * max(1, len(lanes))
    height = MARGIN_PX + CURVES_PX + lanes_px
    foot = lanes_px / (height - MARGIN_PX)
    middle = foot + (1 - foot) * 0.5
    return {
        "height": height,
        "uirevision": recording.name,
        "margin": {"l": 170, "r": 24, "t": 20, "b": MARGIN_PX - 20},
        "paper_bgcolor": colours.GROUND,
        "plot_bgcolor": colours.PANEL,
        "font": {"color": colours.TEXT, "size": 12},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "zoom",
        "hoverlabel": {"bgcolor": colours.PANEL, "font": {"color": colours.TEXT}},
        "xaxis": {
            "range": [0, _minutes(recording.length_ms) or 1],
            "title": {"text": words.MINUTES_AXIS, "font": {"color": colours.QUIET}},
            "gridcolor": colours.GRID,
            "zeroline": False,
            "tickfont": {"color": colours.QUIET},
        },
        "yaxis": _lane_axis(lanes, foot),
        "yaxis2": _value_axis([middle + 0.01, 1.0], spo2_view(recording), words.VITALS["spo2_pct"]),
        "yaxis3": _value_axis([foot + 0.02, middle - 0.01], (20, 240), words.PULSE_AND_BP),
    }


def spo2_view(recording: Recording) -> tuple[float, float]:
    """Return the first of the fixed ranges for SpO2 that holds all its values."""
    values = [value for _, value in recording.curve(Vital.SPO2) if value is not None]
    lowest = min(values, default=SPO2_FLOORS[0])
    return next((floor for floor in SPO2_FLOORS if floor <= lowest), 0), 100.5


def _lane_axis(lanes: dict[Condition, int], foot: float) -> Figure:
    return {
        "domain": [0, max(0.01, foot - 0.02)],
        "range": [-0.55, max(0, len(lanes) - 1) + 0.55],
        "fixedrange": True,
        "tickvals": list(lanes.values()),
        "ticktext": [words.CONDITIONS[condition] for condition in lanes],
        "gridcolor": "rgba(0,0,0,0)",
        "zeroline": False,
    }


def _value_axis(domain: list[float], view: tuple[float, float], title: str) -> Figure:
    return {
        "domain": domain,
        "range": list(view),
        "fixedrange": True,
        "title": {"text": title, "font": {"color": colours.QUIET, "size": 11}},
        "tickfont": {"color": colours.QUIET},
        "gridcolor": colours.GRID,
        "zeroline": False,
        "nticks": 5,
    }
