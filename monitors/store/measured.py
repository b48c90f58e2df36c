"""What devices measured, as pages ask for it: readings, curves, determinations, traces.

Here are the questions that concern measurements and nothing about sessions or staff; lists are in
order of time, stamps are UTC in epoch milliseconds, a span runs from its start up to its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from monitors.readings import Validity, Vital, Waveform
from monitors.store import schema as s
from monitors.store.answers import (
    DeterminationRow,
    ReadingRow,
    WaveformRow,
    conditions_of,
    determination_row,
)
from monitors.store.curves import (
    GAP_MS,
    LONGEST_SPAN_MS,
    SLOWEST_GAP_MS,
    Bucket,
    bucket_statement,
    points_of,
    with_breaks,
)
from monitors.store.reader import EVER, Reader, Span, within
from monitors.store.samples import unpack

TREND_BUCKET_MS = 15_000


class Measured:
    """Answer what pages ask about measurements."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def readings(
        self,
        vital: Vital,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
        span: Span = EVER,
    ) -> list[ReadingRow]:
        """Return every reading of a vital, those without a value too."""
        streams = self._reader.streams(session_id, recliner)
        c = s.readings.c
        asked = select(s.readings).where(
            c.stream_key.in_(streams), c.vital_key == self._reader.word_key("vital", vital)
        )
        rows = self._reader.all(asked.where(within(c.at_utc_ms, span)).order_by(c.at_utc_ms))
        return [
            ReadingRow(
                r.at_utc_ms,
                r.value,
                Validity(self._reader.word(r.validity_key)),
                conditions_of(self._reader.word(r.conditions_key)),
                streams[r.stream_key],
            )
            for r in rows
        ]

    def reading_span(self, session_id: str) -> Span | None:
        """Return the stamps of a session's first and last reading, or None where it has none."""
        c = s.readings.c
        streams = list(self._reader.streams(session_id, None))
        asked = select(func.min(c.at_utc_ms), func.max(c.at_utc_ms))
        (first, last) = self._reader.all(asked.where(c.stream_key.in_(streams)))[0]
        return None if first is None else (first, last)

    def buckets(
        self,
        vital: Vital,
        span: Span,
        count: int,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
        gap_ms: int | None = None,
    ) -> list[Bucket | None]:
        """Return at most count buckets (more where gaps cut them), None wherever a gap lies.

        gap_ms: the longest step that is no gap; by default the vital's own in GAP_MS.
        """
        if not span[0] < span[1] <= span[0] + LONGEST_SPAN_MS or count < 1:
            raise ValueError(
                f"a span runs forward, 34 years at most, in one bucket or more; not {span}, {count}"
            )
        streams = list(self._reader.streams(session_id, recliner))
        width_ms = -((span[0] - span[1]) // count)
        gap_ms = GAP_MS.get(vital, SLOWEST_GAP_MS) if gap_ms is None else gap_ms
        return self._curve(streams, vital, span, width_ms, gap_ms)

    def _curve(
        self, streams: Sequence[int], vital: Vital, span: Span, width_ms: int, gap_ms: int
    ) -> list[Bucket | None]:
        if not streams:
            return []
        vital_key = self._reader.word_key("vital", vital)
        doubtful_key = self._reader.word_key("validity", Validity.QUESTIONABLE)
        asked = bucket_statement(streams, vital_key, doubtful_key, span, width_ms, gap_ms)
        return list(with_breaks(self._reader.all(asked), span[0], width_ms))

    def determinations(
        self,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
        span: Span = EVER,
    ) -> list[DeterminationRow]:
        """Return the cuff determinations, failed ones too, by the moment of measurement."""
        streams = self._reader.streams(session_id, recliner)
        c = s.determinations.c
        asked = select(s.determinations).where(c.stream_key.in_(list(streams)))
        rows = self._reader.all(asked.where(within(c.at_utc_ms, span)).order_by(c.at_utc_ms))
        return [determination_row(row, streams[row.stream_key]) for row in rows]

    def waveforms(
        self,
        waveform: Waveform,
        span: Span,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
    ) -> list[WaveformRow]:
        """Return the chunks of a trace that begin within the span."""
        streams = self._reader.streams(session_id, recliner)
        c = s.waveform_chunks.c
        asked = select(s.waveform_chunks).where(
            within(c.start_utc_ms, span),
            c.stream_key.in_(list(streams)),
            c.waveform_key == self._reader.word_key("waveform", waveform),
        )
        return [
            WaveformRow(
                r.start_utc_ms,
                r.sample_rate_hz,
                r.full_scale,
                unpack(r.samples),
                streams[r.stream_key],
            )
            for r in self._reader.all(asked.order_by(c.start_utc_ms))
        ]

    def trend_of(
        self,
        sessions: Mapping[str, str | None],
        minutes: float = 30,
        until_utc_ms: int | None = None,
    ) -> dict[str, dict[str, list[Any]]]:
        """Return the last minutes of each recliner's session, ready for a page.

        sessions: of each recliner the session, None for what was measured in none. Of each
        recliner: spo2_pct and pulse_rate_per_min as (utc_ms, value or None at a break), the lowest
        and highest of every 15 s, and nibp as (utc_ms, systolic, diastolic, mean). until_utc_ms:
        by default the newest reading of all.
        """
        streams = self._reader.streams_of(dict(sessions))
        if until_utc_ms is None:
            until_utc_ms = self._newest(list(streams)) + 1
        span = (until_utc_ms - int(minutes * 60_000), until_utc_ms)
        trends: dict[str, dict[str, list[Any]]] = {
            name: {str(Vital.SPO2): [], str(Vital.PULSE_RATE): [], str(Vital.NIBP): []}
            for name in sessions
        }
        for recliner, keys in _by_recliner(streams).items():
            for vital in (Vital.SPO2, Vital.PULSE_RATE):
                curve = self._curve(keys, vital, span, TREND_BUCKET_MS, GAP_MS[vital])
                trends[recliner][vital] = [list(point) for point in points_of(curve)]
        for recliner, pressures in self._pressures(streams, span):
            trends[recliner][Vital.NIBP].append(pressures)
        return trends

    def _pressures(self, streams: Mapping[int, str], span: Span) -> list[tuple[str, list[int]]]:
        c = s.determinations.c
        asked = select(s.determinations).where(
            c.stream_key.in_(list(streams)), c.systolic_mmhg.is_not(None)
        )
        rows = self._reader.all(asked.where(within(c.at_utc_ms, span)).order_by(c.at_utc_ms))
        return [
            (streams[r.stream_key], [r.at_utc_ms, r.systolic_mmhg, r.diastolic_mmhg, r.mean_mmhg])
            for r in rows
        ]

    def _newest(self, streams: Sequence[int]) -> int:
        """Return the stamp of the newest reading of the streams, 0 where there is none."""
        c = s.readings.c
        newest = [
            self._reader.all(select(func.max(c.at_utc_ms)).where(c.stream_key == stream))[0][0]
            for stream in streams
        ]
        return max((moment for moment in newest if moment is not None), default=0)


def _by_recliner(streams: Mapping[int, str]) -> dict[str, list[int]]:
    """Return the keys of each recliner's streams."""
    keys: dict[str, list[int]] = {}
    for key, recliner in streams.items():
        keys.setdefault(recliner, []).append(key)
    return keys
