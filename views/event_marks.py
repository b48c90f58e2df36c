"""The marks of what happened on a session's chart: alarms and what staff entered.

Here each alarm and entry becomes plotly traces, as dictionaries: in the strip, and an alarm also at
the value it was about. An alarm is told by colour, shape and text together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from views import colours
from views.plain import in_figure
from views.session_chart import AlarmBar, EntryMark, Panel, SessionChart
from views.words import pages_en as words

Mark = dict[str, Any]

SIGN = {"high": "!!!", "medium": "!!", "low": "!"}
SYMBOL = {"high": "diamond", "medium": "triangle-up", "low": "circle"}
LANE = {"high": 4.2, "medium": 3.1, "low": 2.0}
ENTRY_LANE = 0.8
ENTRY_SYMBOL = {
    "medicine": "star-triangle-down",
    "rate_change": "hexagon",
    "side_effect": "diamond-wide-open",
    "note": "square-open",
    "limit_changed": "hourglass-open",
}
PRINTED = frozenset({"medicine", "rate_change", "side_effect"})
LONGEST_PRINTED = 16
LETTER = 0.0068
"""Share of the chart's width that a letter of an entry's name takes, on a narrow page."""


# ---- alarms


def alarm_traces(
    chart: SessionChart,
    axis: Mapping[Panel, str],
    strip: str,
    ranges: Mapping[Panel, tuple[float, float]],
) -> list[Mark]:
    """Draw each alarm as a bar in its priority's lane, and as a mark at the value it was about."""
    traces = []
    for priority in ("low", "medium", "high"):
        alarms = [alarm for alarm in chart.alarms if alarm.priority == priority]
        if alarms:
            traces += [
                _bars(chart, alarms, priority, strip),
                _signs(chart, alarms, priority, strip),
            ]
            traces += _at_values(chart, alarms, priority, axis, ranges)
    return traces


def _bars(chart: SessionChart, alarms: list[AlarmBar], priority: str, strip: str) -> Mark:
    x: list[int | None] = []
    for alarm in alarms:
        x += [alarm.from_utc_ms + chart.offset_ms, alarm.to_utc_ms + chart.offset_ms, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words.PRIORITIES[priority],
        "x": x,
        "y": [LANE[priority], LANE[priority], None] * len(alarms),
        "yaxis": strip,
        "connectgaps": False,
        "line": {"color": colours.ALARM[priority], "width": 7},
        "hoverinfo": "skip",
        "meta": {"priority": priority},
    }


def _signs(chart: SessionChart, alarms: list[AlarmBar], priority: str, strip: str) -> Mark:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": words.PRIORITIES[priority],
        "x": [alarm.from_utc_ms + chart.offset_ms for alarm in alarms],
        "y": [LANE[priority]] * len(alarms),
        "yaxis": strip,
        "text": [SIGN[priority]] * len(alarms),
        "textposition": "middle left",
        "textfont": {"color": colours.TEXT, "size": 11},
        "customdata": [_alarm_words(alarm) for alarm in alarms],
        "marker": _alarm_marker(priority, 10),
        "hovertemplate": "%{x|%H:%M:%S}  %{customdata}<extra></extra>",
    }


def _alarm_marker(priority: str, size: int) -> Mark:
    return {
        "color": colours.ALARM[priority],
        "symbol": SYMBOL[priority],
        "size": size,
        "line": {"color": colours.GROUND, "width": 1},
    }


def _at_values(
    chart: SessionChart,
    alarms: list[AlarmBar],
    priority: str,
    axis: Mapping[Panel, str],
    ranges: Mapping[Panel, tuple[float, float]],
) -> list[Mark]:
    traces = []
    for panel in Panel:
        here = [a for a in alarms if a.panel is panel and a.value is not None]
        if not here:
            continue
        low, high = ranges[panel]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words.PRIORITIES[priority],
                "x": [alarm.from_utc_ms + chart.offset_ms for alarm in here],
                "y": [min(max(alarm.value or 0, low), high) for alarm in here],
                "yaxis": axis[panel],
                "customdata": [_alarm_words(alarm) for alarm in here],
                "marker": _alarm_marker(priority, 11),
                "hovertemplate": "%{x|%H:%M:%S}  %{customdata}<extra></extra>",
            }
        )
    return traces


def _alarm_words(alarm: AlarmBar) -> str:
    """Write an alarm in full: sign, sentence, how long, who knew."""
    seconds = (alarm.to_utc_ms - alarm.from_utc_ms) // 1000
    said = f"{SIGN[alarm.priority]} {alarm.words}, {words.duration(seconds)}"
    if alarm.acknowledged_by:
        said += f", ✓ {alarm.acknowledged_by}"
    return in_figure(said)


# ---- entries


def entry_traces(chart: SessionChart, strip: str) -> list[Mark]:
    """Draw what staff recorded: a mark each, medicines and side effects with their words."""
    if not chart.entries:
        return []
    entries = sorted(chart.entries, key=lambda entry: entry.at_utc_ms)
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": words.ENTRIES,
            "x": [entry.at_utc_ms + chart.offset_ms for entry in entries],
            "y": [ENTRY_LANE] * len(entries),
            "yaxis": strip,
            "text": _with_names(chart, entries),
            "textposition": "middle right",
            "textfont": {"color": colours.ENTRY, "size": 11},
            "customdata": [in_figure(entry.words) for entry in entries],
            "marker": {
                "color": colours.ENTRY,
                "size": 9,
                "symbol": [ENTRY_SYMBOL.get(entry.kind, "circle-open") for entry in entries],
                "opacity": [0.35 if entry.is_corrected else 1.0 for entry in entries],
                "line": {"color": colours.ENTRY, "width": 1.4},
            },
            "hovertemplate": "%{x|%H:%M:%S}  %{customdata}<extra></extra>",
        }
    ]


def _with_names(chart: SessionChart, entries: list[EntryMark]) -> list[str]:
    """Return what stands beside each mark: a name where it ends before the next mark, or nothing.

    entries: in order of time.
    """
    letter_ms = LETTER * (chart.span[1] - chart.span[0])
    nexts = [entry.at_utc_ms for entry in entries[1:]]
    rooms = [after - one.at_utc_ms for one, after in zip(entries, nexts, strict=False)]
    letters = [int(room / letter_ms) - 2 for room in rooms] + [LONGEST_PRINTED]
    return [_printed(one, most) for one, most in zip(entries, letters, strict=True)]


def _printed(entry: EntryMark, letters: int) -> str:
    """Return an entry's name where so many letters hold it, shortened to the longest printed."""
    text = entry.short
    text = text if len(text) <= LONGEST_PRINTED else f"{text[: LONGEST_PRINTED - 1]}…"
    if entry.kind not in PRINTED or len(text) > letters:
        return ""
    return f"<s>{in_figure(text)}</s>" if entry.is_corrected else in_figure(text)
