"""Readings as curves: a bounded number of points in which nothing short is lost.

Here a stretch of readings becomes one entry a bucket with its lowest, highest and last value, so
that a desaturation of twenty seconds survives any zoom; a stretch without values becomes a break
and is never bridged. Statements and pure functions; who asks, and for what, is in history.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, BigInteger, Select, case, cast, func, or_, select

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
SLOWEST_GAP_MS = max(GAP_MS.values())

LONGEST_SPAN_MS = 1 << 40
_VALUES = 1 << 20
Point = tuple[int, float | None]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Hold what was measured within one stretch; start_utc_ms: where the stretch begins.

    first_utc_ms and last_utc_ms: stamps of its first and last value; lowest_utc_ms and
    highest_utc_ms: of the first one that was so low or so high. last: to a thousandth. count:
    values in it; questionable: how many of them a device marked as doubtful.
    """

    start_utc_ms: int
    first_utc_ms: int
    last_utc_ms: int
    lowest: float
    highest: float
    last: float
    lowest_utc_ms: int
    highest_utc_ms: int
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
    where the device said that it had none. The span is at most LONGEST_SPAN_MS long. Value (in
    thousandths, 0 to 1048) and moment share one number, so that one pass over the rows finds the
    last value and the moments of lowest and highest; window functions took twice as long.
    """
    r = _islands(streams, vital_key, questionable_key, span, width_ms, gap_ms).c
    since_ms = r.at_utc_ms - span[0]
    thousandths = cast(func.round(r.value * 1000), BigInteger)
    return (
        select(
            r.island,
            r.bucket,
            func.min(r.at_utc_ms).label("first_at"),
            func.max(r.at_utc_ms).label("last_at"),
            func.min(r.value).label("lowest"),
            func.max(r.value).label("highest"),
            (func.max(since_ms * _VALUES + thousandths) % _VALUES).label("latest"),
            (func.min(thousandths * LONGEST_SPAN_MS + since_ms) % LONGEST_SPAN_MS).label(
                "lowest_since"
            ),
            (
                func.max(thousandths * LONGEST_SPAN_MS + (LONGEST_SPAN_MS - 1 - since_ms))
                % LONGEST_SPAN_MS
            ).label("highest_before_end"),
            func.count().label("known"),
            func.sum(r.is_questionable).label("questionable"),
        )
        .where(r.value.is_not(None))
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
    for row in rows:
        if previous is not None and row.island != previous:
            yield None
        previous = row.island
        yield Bucket(
            start_utc_ms + row.bucket * width_ms,
            row.first_at,
            row.last_at,
            row.lowest,
            row.highest,
            row.latest / 1000,
            start_utc_ms + row.lowest_since,
            start_utc_ms + LONGEST_SPAN_MS - 1 - row.highest_before_end,
            row.known,
            int(row.questionable),
        )


def points_of(buckets: Iterable[Bucket | None]) -> Iterator[Point]:
    """Yield of each bucket the lowest and the highest point, in their order in time.

    Where all values of a bucket are equal, its first and last point; at a break, a point of
    value None one millisecond after the last.
    """
    last = 0
    for bucket in buckets:
        if bucket is None:
            yield (last + 1, None)
            continue
        last = bucket.last_utc_ms
        if bucket.lowest == bucket.highest:
            ends = {(bucket.first_utc_ms, bucket.last), (last, bucket.last)}
        else:
            ends = {
                (bucket.lowest_utc_ms, bucket.lowest),
                (bucket.highest_utc_ms, bucket.highest),
            }
        yield from sorted(ends)
