"""Readings as curves: a bounded number of points in which nothing short is lost.

Here a stretch of readings becomes one entry a bucket with its lowest, highest and last value, so
that a desaturation of twenty seconds survives any zoom; a stretch without values becomes a break
and is never bridged. Statements and pure functions; who asks, and for what, is in history.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Select, case, func, or_, select

from monitors.readings import Vital
from monitors.store.schema import readings

GAP_MS = {
    Vital.SPO2: 5_000,
    Vital.PULSE_RATE: 5_000,
    Vital.PERFUSION_INDEX: 5_000,
    Vital.HEART_RATE: 5_000,
    Vital.RESPIRATION_RATE: 15_000,
    Vital.TEMPERATURE: 60_000,
}
"""Longest step between two values, in ms, that a curve may draw as a line (a choice of ours: five
values of a device that gives one a second; respiration and temperature come more slowly)."""

Point = tuple[int, float | None]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Hold what was measured within one stretch; start_utc_ms: where the stretch begins.

    first_utc_ms and last_utc_ms: stamps of its first and last value. count: values in it;
    questionable: how many of them a device marked as doubtful.
    """

    start_utc_ms: int
    first_utc_ms: int
    last_utc_ms: int
    lowest: float
    highest: float
    last: float
    count: int
    questionable: int


def bucket_statement(
    streams: Sequence[int],
    vital_key: int,
    questionable_key: int,
    span: tuple[int, int],
    width_ms: int,
    gap_ms: int,
) -> Select[Any]:
    """Return the statement that gives one row for each bucket and each stretch within it.

    A stretch (island) ends where the next value is more than gap_ms away, or, with one stream,
    where the device said that it had none.
    """
    islands = _islands(streams, vital_key, questionable_key, span, width_ms, gap_ms)
    c = islands.c
    latest = func.last_value(c.value).over(
        partition_by=(c.island, c.bucket), order_by=c.at_utc_ms, rows=(None, None)
    )
    rows = select(islands, latest.label("latest")).where(c.value.is_not(None)).cte("with_latest")
    r = rows.c
    return (
        select(
            r.island,
            r.bucket,
            func.min(r.at_utc_ms),
            func.max(r.at_utc_ms),
            func.min(r.value),
            func.max(r.value),
            func.max(r.latest),
            func.count(),
            func.sum(r.is_questionable),
        )
        .group_by(r.island, r.bucket)
        .order_by(r.island, r.bucket)
    )


def _islands(
    streams: Sequence[int],
    vital_key: int,
    questionable_key: int,
    span: tuple[int, int],
    width_ms: int,
    gap_ms: int,
) -> CTE:
    """Return the readings with the number of their bucket and of their unbroken stretch."""
    c = readings.c
    source = (
        select(
            c.at_utc_ms,
            c.value,
            ((c.at_utc_ms - span[0]) // width_ms).label("bucket"),
            case((c.validity_key == questionable_key, 1), else_=0).label("is_questionable"),
            (c.at_utc_ms - func.lag(c.at_utc_ms).over(order_by=c.at_utc_ms)).label("step_ms"),
            case((func.lag(c.value).over(order_by=c.at_utc_ms).is_(None), 1), else_=0).label(
                "follows_none"
            ),
        )
        .where(c.stream_key.in_(streams), c.vital_key == vital_key)
        .where(c.at_utc_ms >= span[0], c.at_utc_ms < span[1])
        .cte("source")
    )
    s = source.c
    breaks = s.step_ms > gap_ms
    if len(streams) == 1:
        breaks = or_(breaks, s.follows_none == 1)
    island = func.sum(case((breaks, 1), else_=0)).over(order_by=s.at_utc_ms)
    columns = (s.at_utc_ms, s.value, s.bucket, s.is_questionable)
    return select(*columns, island.label("island")).cte("islands")


def with_breaks(rows: Iterable[Any], start_utc_ms: int, width_ms: int) -> Iterator[Bucket | None]:
    """Yield the buckets of a statement's rows in order of time, None wherever a stretch ends."""
    previous = None
    for island, bucket, first, last, lowest, highest, latest, count, questionable in rows:
        if previous is not None and island != previous:
            yield None
        previous = island
        begins = start_utc_ms + bucket * width_ms
        yield Bucket(begins, first, last, lowest, highest, latest, count, int(questionable or 0))


def thinned(points: Iterable[Point], width_ms: int, gap_ms: int) -> list[Point]:
    """Keep of each stretch of width_ms the lowest and the highest point, in their order.

    A point without a value, or a step of more than gap_ms, leaves one point whose value is None.
    """
    kept: list[Point] = []
    group: list[tuple[int, float]] = []
    for at, value in points:
        is_break = value is None or (bool(group) and at - group[-1][0] > gap_ms)
        if group and (is_break or at // width_ms != group[0][0] // width_ms):
            kept.extend(_extremes(group))
            if is_break:
                kept.append((group[-1][0] + 1, None))
            group = []
        if value is not None:
            group.append((at, value))
    return kept + _extremes(group)


def _extremes(group: list[tuple[int, float]]) -> list[Point]:
    """Return the lowest and the highest point of a group, or one where they are equal."""
    if not group:
        return []
    lowest = min(group, key=lambda point: point[1])
    highest = max(group, key=lambda point: point[1])
    if lowest[1] == highest[1]:
        return [group[0], group[-1]] if len(group) > 1 else [group[0]]
    return sorted({lowest, highest})
