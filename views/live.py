"""The dashboard's one look at the picture, shared by every viewer.

Here one task reads what is new and turns it into one message for all; each viewer has a short
queue of its own, which is emptied when its line is too slow, and then gets everything anew.
Ages are told as durations by this process's steady clock, never as a difference of wall clocks.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from monitors.store.picture import Beat, PictureDelta
from views.half_hour import HalfHour, TrendSource

QUEUE_LIMIT = 30
SPEAK_AT_LEAST_MS = 900
SPEAK_AT_MOST_MS = 95
STOPPED_AFTER_MS = 1_200


class PictureReader(Protocol):
    """Read the picture of a store."""

    def since(self, seq: int) -> PictureDelta | None:
        """Return what is newer than seq, or None."""


class Viewer:
    """Hold the messages that one page has not been sent yet, at most :data:`QUEUE_LIMIT`."""

    def __init__(self) -> None:
        self._messages: deque[str] = deque()
        self._wake = asyncio.Event()
        self.is_behind = True
        self.dropped = 0

    def offer(self, message: str) -> None:
        """Queue a message; a viewer that is too slow loses them all and starts anew."""
        if self.is_behind:
            self._wake.set()
            return
        if len(self._messages) >= QUEUE_LIMIT:
            self.dropped += len(self._messages) + 1
            self.begin_anew()
        else:
            self._messages.append(message)
            self._wake.set()

    def begin_anew(self) -> None:
        """Forget what is queued; the next message is everything."""
        self._messages.clear()
        self.is_behind = True
        self._wake.set()

    async def next(self) -> str | None:
        """Wait for the next message; None says that the viewer needs everything anew."""
        while not self._messages and not self.is_behind:
            self._wake.clear()
            await self._wake.wait()
        if self.is_behind:
            self.is_behind = False
            return None
        return self._messages.popleft()


class Live:
    """Follow the picture of one store and tell every viewer what is new."""

    def __init__(
        self,
        steady_ms: Callable[[], int],
        utc_ms: Callable[[], int],
        is_alive: Callable[[str], bool],
    ) -> None:
        self.clinic = ""
        self.recliners: dict[str, dict[str, Any]] = {}
        self.beat: Beat | None = None
        self.half_hour = HalfHour()
        self._reader: PictureReader | None = None
        self._steady_ms = steady_ms
        self._utc_ms = utc_ms
        self._is_alive = is_alive
        self._seq = 0
        self._count = 0
        self._moved_ms: int | None = None
        self._spoke_ms = -SPEAK_AT_LEAST_MS
        self._waiting: dict[str, Any] = {"recliners": {}, "pleth": {}}
        self._viewers: set[Viewer] = set()

    def read_from(
        self, reader: PictureReader, clinic: str, trend: TrendSource | None = None
    ) -> None:
        """Say whose picture is to be followed; before this there is nothing to see."""
        self._reader = reader
        self.clinic = clinic
        self.half_hour = HalfHour(trend)

    # ---- looking

    def look(self) -> PictureDelta | None:
        """Read what is new. Blocks for the time of one query; call it off the event loop."""
        return self._reader.since(self._seq) if self._reader else None

    def take(self, delta: PictureDelta | None) -> None:
        """Take what a look has found, and speak if it is time to."""
        if delta is not None:
            self._merge(delta)
        now = self._steady_ms()
        silence = now - self._spoke_ms
        has_news = bool(self._waiting["recliners"] or self._waiting["pleth"]) or delta is not None
        if silence >= SPEAK_AT_LEAST_MS or (has_news and silence >= SPEAK_AT_MOST_MS):
            self._speak(now)

    def _merge(self, delta: PictureDelta) -> None:
        self._seq = delta.seq
        self._follow_beat(delta.beat)
        self.recliners.update(delta.recliners)
        self._waiting["recliners"].update(delta.recliners)
        for recliner, chunks in delta.pleth.items():
            self._waiting["pleth"].setdefault(recliner, []).extend(chunks)
        for recliner, picture in delta.recliners.items():
            self.half_hour.add(recliner, picture)

    def _follow_beat(self, beat: Beat | None) -> None:
        """Note when the beat moved. The first one seen may be old, so it does not count."""
        if beat is None:
            return
        before, self.beat = self.beat, beat
        if before is None or (before.holder, before.beat) == (beat.holder, beat.beat):
            return
        self._moved_ms = self._steady_ms()
        if before.holder != beat.holder:
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget an earlier collector's recliners; the next look gives everything."""
        self.recliners.clear()
        self._seq = 0
        for viewer in self._viewers:
            viewer.begin_anew()

    # ---- speaking

    def beat_age_ms(self) -> int | None:
        """Return milliseconds since the collector's beat moved; None if it never did."""
        return None if self._moved_ms is None else self._steady_ms() - self._moved_ms

    def collector(self) -> str:
        """Say what the collector's process does: running, stopped, or never (heard of)."""
        if self.beat is None:
            return "never"
        age = self.beat_age_ms()
        if age is not None and age < STOPPED_AFTER_MS:
            return "running"
        return "running" if self._is_alive(self.beat.holder) else "stopped"

    def _envelope(self) -> dict[str, Any]:
        return {
            "n": self._count,
            "now": self._utc_ms(),
            "up_ms": self._steady_ms(),
            "beat": self.beat.to_record() if self.beat else None,
            "beat_age_ms": self.beat_age_ms(),
            "collector": self.collector(),
        }

    def _speak(self, now: int) -> None:
        self._count += 1
        self._spoke_ms = now
        if self._viewers:
            message = {"type": "update", **self._envelope(), **self._waiting}
            self._tell(json.dumps(message, separators=(",", ":")))
        self._waiting = {"recliners": {}, "pleth": {}}

    def _tell(self, text: str) -> None:
        for viewer in self._viewers:
            viewer.offer(text)

    def hello(self) -> str:
        """Return the message that gives a viewer everything, the last half hour included."""
        message = {
            "type": "hello",
            "clinic": self.clinic,
            **self._envelope(),
            "recliners": self.recliners,
        }
        head = json.dumps(message, separators=(",", ":"))
        return f'{head[:-1]},"trend":{self.half_hour.text(self._steady_ms())}}}'

    def join(self) -> Viewer:
        """Admit a viewer; its first message is everything."""
        viewer = Viewer()
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)

    @property
    def viewers(self) -> int:
        """Return how many viewers are there."""
        return len(self._viewers)

    # ---- the half hour before

    def needs_history(self) -> bool:
        """Say whether the stored half hour is to be read: once for each collector that beats."""
        return (
            self.beat is not None
            and self._moved_ms is not None
            and self.half_hour.is_wanted(self.beat.holder, self._steady_ms())
        )

    def recall(self) -> None:
        """Read the stored half hour. Blocks; call it off the event loop."""
        assert self.beat is not None
        self.half_hour.read(tuple(self.recliners), self.beat.holder, self._steady_ms())

    def tell_history(self) -> None:
        """Send the half hour to viewers who came before it was read."""
        self._tell(f'{{"type":"trend","trend":{self.half_hour.text(self._steady_ms())}}}')
