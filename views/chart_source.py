"""A session's chart read from the store: what was measured, told, entered, and which limits stood.

Here rows of the record become the plain values of session_chart.py, with a bounded number of
points for any stretch of time; nothing is drawn. A page that zooms asks again for the part it
shows, so a short fall is never lost to an older, coarser answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from monitors.clinic.limits import Limits
from monitors.clinic.preset_file import presets as built_in_presets
from monitors.readings import Validity, Vital
from monitors.store.answers import AlarmRow, DeterminationRow, EntryRow, SessionRow
from monitors.store.curves import GAP_MS, Bucket, points_of
from monitors.store.history import History
from views.limit_history import limit_lines
from views.predicted import model_curve
from views.sentences import alarm_sentence, entry_sentence
from views.session_chart import (
    AlarmBar,
    Curve,
    EntryMark,
    Panel,
    PhaseBand,
    Pressure,
    SessionChart,
)
from views.visits import session_of

BUCKETS = 1200
SHORTEST_STEP_MS = 3_000
CURVES_KEPT = 64
ON_RECORD_AFTER_MS = 60_000
FULL_BELOW_MS = BUCKETS * 1000
CURVES = {Panel.SPO2: Vital.SPO2, Panel.PULSE: Vital.PULSE_RATE}
LAST_PHASES = ("discharged", "abandoned")
QUIET_ENTRIES = frozenset({"intake", "cuff_stop", "set_interval"})
"""Kinds of entry that stand in the tables and leave no mark on the chart."""
_ENDS = frozenset({"end", "clear"})
_PANEL_OF = {str(panel): panel for panel in Panel}
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what a page wants to see: the present moment, and the part in view.

    until_utc_ms: now, up to when a session that runs is drawn. view: from, to in UTC milliseconds,
    None for the whole. offset_ms: of the viewer's clock. presets: alarm presets by name, for the
    limits that stood. model: name of the drug model whose prediction is wanted, None for none.
    """

    until_utc_ms: int
    view: Span | None = None
    offset_ms: int = 0
    presets: Mapping[str, Limits] = field(default_factory=built_in_presets)
    model: str | None = None


def chart_of(history: History, session: SessionRow, asked: Asked) -> SessionChart:
    """Return the chart of a session. Raises StoreError where the record cannot be read."""
    span = whole_span(session, asked.until_utc_ms)
    view, now = clipped(asked.view, span), asked.until_utc_ms
    reached = now if session.ended_utc_ms is None else session.ended_utc_ms
    drawn = (span[0], min(max(reached, span[0]), span[1]))
    entries = history.entries(session_id=session.session_id)
    return SessionChart(
        session.session_id,
        span,
        asked.offset_ms,
        {panel: curve(history, session.session_id, CURVES[panel], view, now) for panel in CURVES},
        pressures_of(history.determinations(session_id=session.session_id)),
        tuple(limit_lines(session, entries, drawn, asked.presets)),
        tuple(phase_bands(session, drawn)),
        tuple(alarm_bars(history.alarms(session_id=session.session_id), drawn[1])),
        tuple(entry_marks(entries)),
        planned_end(session, entries, asked.until_utc_ms),
        model_curve(session, entries, drawn, asked.model) if asked.model else None,
        session.is_simulated,
        now if session.ended_utc_ms is None else None,
    )


def settled(now_utc_ms: int, begun_utc_ms: int) -> int:
    """Return the moment up to which a running session is drawn: a step behind now at most.

    A step is a six-hundredth of the session so far, 3 s at least: less would not be seen, and
    all viewers of a session ask the same within it.
    """
    return now_utc_ms - now_utc_ms % step_ms(now_utc_ms - begun_utc_ms)


def step_ms(length_ms: int) -> int:
    """Return how far apart two drawings of a running session of that length are."""
    return max(1, length_ms // 600 // SHORTEST_STEP_MS) * SHORTEST_STEP_MS


def whole_span(session: SessionRow, until_utc_ms: int) -> Span:
    """Return from the session's beginning to its end, or to now, at least a quarter of an hour."""
    begun = session.begun_utc_ms
    end = session.ended_utc_ms or until_utc_ms
    return begun, max(end, begun + 900_000)


def clipped(view: Span | None, span: Span) -> Span:
    """Return the part of a session in view, with a little beside it; all of it where none is."""
    if view is None or view[1] <= view[0]:
        return span
    margin = (view[1] - view[0]) // 10
    start, end = max(span[0], view[0] - margin), min(span[1], view[1] + margin)
    return (start, end) if start < end else span


# ---- curves


_Asked = tuple[str, Vital, Span, int | None]
_lock = threading.Lock()
_kept: WeakKeyDictionary[History, OrderedDict[_Asked, Curve]] = WeakKeyDictionary()


def curve(history: History, session_id: str, vital: Vital, view: Span, now_utc_ms: int) -> Curve:
    """Return a vital over a stretch up to now; what several viewers ask for is read once.

    A stretch of the last minute is read anew at each moment: the record may still be written.
    """
    view = view[0], min(view[1], now_utc_ms)
    if view[1] <= view[0]:
        return Curve(())
    is_settled = view[1] + ON_RECORD_AFTER_MS <= now_utc_ms
    asked = (session_id, vital, view, None if is_settled else now_utc_ms)
    with _lock:
        kept = _kept.setdefault(history, OrderedDict())
        if asked in kept:
            return kept[asked]
    found = _read(history, session_id, vital, view)
    with _lock:
        kept[asked] = found
        while len(kept) > CURVES_KEPT:
            kept.popitem(last=False)
    return found


def _read(history: History, session_id: str, vital: Vital, view: Span) -> Curve:
    """Read a vital: every value where there is room, else the extremes of buckets."""
    if view[1] - view[0] <= FULL_BELOW_MS:
        return _full(history, session_id, vital, view)
    buckets = history.buckets(vital, view, BUCKETS, session_id=session_id)
    return Curve(tuple(points_of(buckets)), tuple(_uncertain(buckets)))


def _uncertain(buckets: Sequence[Bucket | None]) -> Iterator[tuple[int, float]]:
    for bucket in buckets:
        if bucket is not None and bucket.questionable:
            yield bucket.lowest_utc_ms, bucket.lowest


def _full(history: History, session_id: str, vital: Vital, view: Span) -> Curve:
    rows = history.readings(vital, session_id=session_id, span=view)
    gap_ms = GAP_MS[vital]
    points: list[tuple[int, float | None]] = []
    for row in rows:
        if points and row.at_utc_ms - points[-1][0] > gap_ms:
            points.append((points[-1][0] + 1, None))
        points.append((row.at_utc_ms, row.value))
    doubtful = (row for row in rows if row.validity is Validity.QUESTIONABLE)
    return Curve(
        tuple(points), tuple((r.at_utc_ms, r.value) for r in doubtful if r.value is not None)
    )


def pressures_of(rows: Iterable[DeterminationRow]) -> tuple[Pressure, ...]:
    """Return the cuff readings by the moment they were measured."""
    return tuple(_pressure(row) for row in rows)


def _pressure(row: DeterminationRow) -> Pressure:
    found = row.determination
    return Pressure(
        row.at_utc_ms,
        found.systolic_mmhg,
        found.diastolic_mmhg,
        found.mean_mmhg,
        found.pulse_rate_per_min,
        str(found.reason or "unknown") if found.systolic_mmhg is None else None,
    )


# ---- phases and plan


def phase_bands(session: SessionRow, span: Span) -> Iterator[PhaseBand]:
    """Yield each phase from its beginning to the next one's."""
    for index, entered in enumerate(session.phases):
        if entered.phase in LAST_PHASES:
            return
        later = session.phases[index + 1 : index + 2]
        end = later[0].at_utc_ms if later else span[1]
        yield PhaseBand(entered.phase, entered.at_utc_ms, max(end, entered.at_utc_ms))


def planned_end(session: SessionRow, entries: Sequence[EntryRow], until_utc_ms: int) -> int | None:
    """Return when the infusion that runs will end as planned; None where none runs."""
    known = session_of(session, entries)
    return known.projected_end_ms(until_utc_ms) if known else None


# ---- alarms and entries


def alarm_bars(rows: Iterable[AlarmRow], until_utc_ms: int) -> list[AlarmBar]:
    """Return each alarm from its start to its end, with the highest priority it had."""
    running: dict[tuple[str, str | None], list[AlarmRow]] = {}
    bars: list[AlarmBar] = []
    for row in rows:
        name = (row.condition, row.device_id)
        if row.transition == "start":
            if name in running:
                bars.append(_bar(running.pop(name), row.at_utc_ms))
            running[name] = [row]
        elif name in running:
            running[name].append(row)
            if row.transition in _ENDS:
                bars.append(_bar(running.pop(name), row.at_utc_ms))
    bars += [_bar(own, until_utc_ms) for own in running.values()]
    return sorted(bars, key=lambda bar: bar.from_utc_ms)


_RANK = {"low": 1, "medium": 2, "high": 3}


def _bar(rows: Sequence[AlarmRow], until_utc_ms: int) -> AlarmBar:
    first = rows[0]
    worst = max(rows, key=lambda row: _RANK.get(row.priority, 0))
    knower = next((row.by for row in rows if row.transition == "acknowledge"), None)
    return AlarmBar(
        worst.priority,
        alarm_row_sentence(worst),
        first.at_utc_ms,
        max(until_utc_ms, first.at_utc_ms),
        _PANEL_OF.get(str(first.vital)) if first.kind == "physiological" else None,
        first.value,
        knower,
    )


def alarm_row_sentence(row: AlarmRow) -> str:
    """Say what an alarm's row says."""
    return alarm_sentence(
        row.condition,
        row.value,
        row.bound,
        row.direction,
        limit_words=row.details.get("limit_words"),
        device=row.device_id,
        reason=row.reason,
    )


def entry_marks(rows: Sequence[EntryRow]) -> Iterator[EntryMark]:
    """Yield a mark for each entry of staff; one that was corrected is kept and shown as such."""
    corrected = {row.corrects for row in rows if row.corrects}
    for row in rows:
        if row.kind in QUIET_ENTRIES or row.kind == "withdrawn":
            continue
        short, full = entry_sentence(row.kind, row.payload)
        yield EntryMark(
            row.at_utc_ms, row.kind, short, f"{full} · {row.by}", row.entry_id in corrected
        )
