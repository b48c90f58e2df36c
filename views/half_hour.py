"""The last half hour of every recliner, as the wall draws it.

Here it is kept in memory: read once from the store when a collector begins, then grown by what the
picture brings, so that a page that opens costs no query. Five seconds are one point, the lowest
SpO2 of them, because a short fall must not vanish; a stretch without values stays a gap.

It belongs to whoever sits there now. As a session begins or ends it starts empty, and whatever a
store that lags behind still tells of the time before is left out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


def _empty() -> Series:
    return {"spo2_pct": [], "pulse_rate_per_min": [], "nibp": []}


@dataclass(slots=True)
class _Seat:
    """Hold the series of whoever sits in a recliner.

    session: whose they are, None while nobody sits there. since_ms: what was measured before is
    another's; None where that is not known.
    """

    session: str | None = None
    since_ms: int | None = None
    series: Series = field(default_factory=_empty)

    def owns(self, point: Sequence[Any]) -> bool:
        """Say whether a point may be shown for whoever sits there."""
        return self.since_ms is None or point[0] >= self.since_ms


class HalfHour:
    """Keep the series of every recliner; stamps are UTC milliseconds of the collector.

    The store is read beside the thread that takes pictures, so both change the seats under a lock.
    """

    def __init__(self, source: TrendSource | None = None) -> None:
        self._source = source
        self._seats: dict[str, _Seat] = {}
        self._lock = threading.Lock()
        self._text = "{}"
        self._text_ms: int | None = None
        self._read_for: str | None = None
        self._reads = 0
        self._tried_ms: int | None = None

    def add(self, recliner: str, picture: dict[str, Any]) -> None:
        """Take one more picture of a recliner."""
        with self._lock:
            seat = self._seat_of(recliner, picture)
            for vital in _TRACED:
                shown = (picture.get("vitals") or {}).get(vital) or {}
                if shown.get("at") is not None and seat.owns([shown["at"]]):
                    _append(seat.series[vital], int(shown["at"]), shown.get("value"))
            nibp = picture.get("nibp") or {}
            if nibp.get("at") is not None and seat.owns([nibp["at"]]):
                _append_cuff(seat.series["nibp"], nibp)

    def _seat_of(self, recliner: str, picture: dict[str, Any]) -> _Seat:
        """Return a recliner's seat; a new and empty one where somebody came or went."""
        session: str | None = (picture.get("session") or {}).get("id")
        seat = self._seats.get(recliner)
        if seat is None or seat.session != session:
            seat = self._seats[recliner] = _Seat(session)
            self._text_ms = None
        seat.since_ms = picture.get("seat_since")
        return seat

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
        with self._lock:
            for recliner, series in stored.items():
                seat = self._seats.setdefault(recliner, _Seat())
                for name, gathered in seat.series.items():
                    own = [point for point in series.get(name, []) if seat.owns(point)]
                    seat.series[name] = _joined(own, gathered)
            self._reads = self._reads + 1 if self._read_for == holder else 1
            self._read_for = holder
            self._text_ms = None

    def text(self, now_ms: int) -> str:
        """Return it all as JSON, made every five seconds, at once where somebody came or went."""
        with self._lock:
            if self._text_ms is None or now_ms - self._text_ms >= TEXT_KEPT_MS:
                told = {name: {"session": s.session, **s.series} for name, s in self._seats.items()}
                self._text = json.dumps(told, separators=(",", ":"))
                self._text_ms = now_ms
            return self._text


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
    at, systolic = nibp["at"], nibp.get("systolic_mmhg")
    if systolic is None or (points and points[-1][0] >= at):
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
