"""The marks on a session's chart: phases, limits, alarms, entries, the planned end, the model.

Here each kind of mark becomes plotly traces, shapes or annotations, as dictionaries. An alarm is
told by colour, shape and text together; a pause is hatched; a limit carries its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from views import colours
from views.session_chart import AlarmBar, EntryMark, LimitLine, Panel, SessionChart
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
        "customdata": [alarm_words(alarm) for alarm in alarms],
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
                "customdata": [alarm_words(alarm) for alarm in here],
                "marker": _alarm_marker(priority, 11),
                "hovertemplate": "%{x|%H:%M:%S}  %{customdata}<extra></extra>",
            }
        )
    return traces


def alarm_words(alarm: AlarmBar) -> str:
    """Write an alarm in full: sign, sentence, how long, who knew."""
    seconds = (alarm.to_utc_ms - alarm.from_utc_ms) // 1000
    said = f"{SIGN[alarm.priority]} {alarm.words}, {words.duration(seconds)}"
    if alarm.acknowledged_by:
        said += f", ✓ {alarm.acknowledged_by}"
    return plain(said)


def plain(text: str) -> str:
    """Return text that plotly shows as it was typed, not as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
            "customdata": [plain(entry.words) for entry in entries],
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
    return f"<s>{plain(text)}</s>" if entry.is_corrected else plain(text)


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
