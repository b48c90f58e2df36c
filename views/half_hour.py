"""The last half hour of every recliner, as the wall draws it.

Here it is kept in memory: read once from the store when a collector begins, then grown by what the
picture brings, so that a page that opens costs no query. Five seconds are one point, the lowest
SpO2 of them, because a short fall must not vanish; a stretch without values stays a gap.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

TrendSource = Callable[[Sequence[str], float], dict[str, dict[str, list[list[Any]]]]]

MINUTES = 30
KEPT_MS = MINUTES * 60_000
STEP_MS = 5_000
GAP_MS = 20_000
TEXT_KEPT_MS = 5_000
AGAIN_AFTER_MS = 20_000
READS = 2
_TRACED = ("spo2_pct", "pulse_rate_per_min")
Series = dict[str, list[list[Any]]]


class HalfHour:
    """Keep the series of every recliner; stamps are UTC milliseconds of the collector."""

    def __init__(self, source: TrendSource | None = None) -> None:
        self._source = source
        self._series: dict[str, Series] = {}
        self._sessions: dict[str, str | None] = {}
        self._text = "{}"
        self._text_ms: int | None = None
        self._read_for: str | None = None
        self._reads = 0
        self._tried_ms: int | None = None

    def add(self, recliner: str, picture: dict[str, Any]) -> None:
        """Take one more picture of a recliner."""
        series = self._series_of(recliner, (picture.get("session") or {}).get("id"))
        for vital in _TRACED:
            shown = (picture.get("vitals") or {}).get(vital) or {}
            if shown.get("at") is not None:
                _append(series[vital], int(shown["at"]), shown.get("value"))
        _append_cuff(series["nibp"], picture.get("nibp") or {})

    def _series_of(self, recliner: str, session_id: str | None) -> Series:
        """Return a recliner's series; those of an earlier session are not the next patient's."""
        before = self._sessions.get(recliner)
        self._sessions[recliner] = session_id
        if session_id is not None and before is not None and before != session_id:
            self._series[recliner] = _empty()
        return self._series.setdefault(recliner, _empty())

    def is_wanted(self, holder: str, now_ms: int) -> bool:
        """Say whether the store is to be read for this collector, now.

        Twice, because one that begins with a past may still be writing it at the first time.
        """
        if self._source is None or (self._read_for == holder and self._reads >= READS):
            return False
        return self._tried_ms is None or now_ms - self._tried_ms >= AGAIN_AFTER_MS

    def read(self, recliners: Sequence[str], holder: str, now_ms: int) -> None:
        """Read the store and set what it holds before what was gathered since."""
        self._tried_ms = now_ms
        if self._source is None:
            return
        stored = self._source(recliners, MINUTES)
        for recliner, series in stored.items():
            gathered = self._series.get(recliner, _empty())
            self._series[recliner] = {
                name: _joined(series.get(name, []), gathered[name]) for name in gathered
            }
        self._reads = self._reads + 1 if self._read_for == holder else 1
        self._read_for = holder
        self._text_ms = None

    def text(self, now_ms: int) -> str:
        """Return it all as JSON, made at most every five seconds."""
        if self._text_ms is None or now_ms - self._text_ms >= TEXT_KEPT_MS:
            self._text = json.dumps(self._series, separators=(",", ":"))
            self._text_ms = now_ms
        return self._text


def _empty() -> Series:
    return {"spo2_pct": [], "pulse_rate_per_min": [], "nibp": []}


def _append(points: list[list[Any]], at: int, value: float | None) -> None:
    """Put a value into its five seconds: the lowest of them stays, and so does a missing one."""
    if points and at <= points[-1][0]:
        return
    if points and at - points[-1][0] > GAP_MS and points[-1][1] is not None:
        points.append([points[-1][0] + 1, None])
    bin_start = at - at % STEP_MS
    if points and points[-1][0] >= bin_start and value is not None and points[-1][1] is not None:
        points[-1][1] = min(points[-1][1], value)
        return
    if not points or points[-1][1] is not None or value is not None:
        points.append([at, value])
    _forget(points, at)


def _append_cuff(points: list[list[Any]], nibp: dict[str, Any]) -> None:
    at, systolic = nibp.get("at"), nibp.get("systolic_mmhg")
    if at is None or systolic is None or (points and points[-1][0] >= at):
        return
    points.append([at, systolic, nibp.get("diastolic_mmhg"), nibp.get("mean_mmhg")])
    _forget(points, at)


def _forget(points: list[list[Any]], now_utc_ms: int) -> None:
    while points and points[0][0] < now_utc_ms - KEPT_MS:
        points.pop(0)


def _joined(stored: list[list[Any]], gathered: list[list[Any]]) -> list[list[Any]]:
    """Put stored points before those gathered since, with a gap between them where one is."""
    newest = stored[-1][0] if stored else 0
    later = [point for point in gathered if point[0] > newest]
    is_apart = bool(stored and later) and later[0][0] - newest > GAP_MS
    needs_break = is_apart and len(later[0]) == 2 and stored[-1][1] is not None
    return [*stored, *([[newest + 1, None]] if needs_break else []), *later]
