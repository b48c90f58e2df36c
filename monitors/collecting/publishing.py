"""What the pages are given to see: changed recliners, fresh traces, the heartbeat.

Here is remembered what changed since the picture was last written, so that an unchanged room costs
a heartbeat and nothing else. What may be shown of a recliner is decided in depiction.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitors.clinic.depiction import depict
from monitors.clinic.recliner import Recliner
from monitors.clock import Clock
from monitors.collecting.pacing import Pace
from monitors.collecting.room_alarms import mark_storms, standing_of
from monitors.readings import WaveformChunk
from monitors.store.picture import Beat, Picture

BEAT_EVERY_MS = 300


class Publisher:
    """Write into the picture what is new. holder: the collector's name in its heartbeat."""

    def __init__(
        self,
        picture: Picture,
        recliners: Mapping[str, Recliner],
        clock: Clock,
        pace: Pace,
        holder: str,
    ) -> None:
        self._picture = picture
        self._recliners = recliners
        self._clock = clock
        self._pace = pace
        self._holder = holder
        self._changed: set[str] = set()
        self._traces: dict[str, list[dict[str, Any]]] = {}
        self._beat = 0

    def has_changed(self, *names: str) -> None:
        """Let these recliners be drawn anew."""
        self._changed.update(names)

    def take_trace(self, name: str, chunk: WaveformChunk, at_ms: int) -> None:
        """Take samples of a recliner's trace; at_ms is when the last of them arrived."""
        self._traces.setdefault(name, []).append(
            {
                "end": self._clock.utc_ms(at_ms),
                "rate": chunk.sample_rate_hz,
                "full_scale": chunk.full_scale,
                "samples": chunk.samples,
            }
        )

    def publish(self, *, is_store_degraded: bool) -> None:
        """Write the picture if something is new, and the beat in any case from time to time."""
        is_beat_due = self._pace.is_due("beat", BEAT_EVERY_MS)
        if not self._changed and not self._traces and not is_beat_due:
            return
        now_ms = self._clock.now_ms()
        self._beat += 1
        pictures = self._pictures(now_ms)
        self._picture.publish(pictures, self._traces, self._beat_at(now_ms, is_store_degraded))
        self._changed.clear()
        self._traces = {}

    def _pictures(self, now_ms: int) -> dict[str, dict[str, Any]]:
        pictures = {
            name: depict(self._recliners[name], now_ms, self._clock.utc_ms, self._clock.rate)
            for name in self._changed
        }
        mark_storms(pictures, standing_of(self._recliners, now_ms))
        return pictures

    def _beat_at(self, now_ms: int, is_store_degraded: bool) -> Beat:
        store = "degraded" if is_store_degraded else "ok"
        return Beat(self._holder, self._beat, self._clock.utc_ms(now_ms), store, self._clock.rate)
