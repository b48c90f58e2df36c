"""Facts that wait for the journal, and the thread that brings them there.

Here facts are kept in memory while the journal cannot be written (disk full, locked, away), in
bounded numbers, and given to it again later: alarms, phases, commands and entries are never let
go, old waveforms go first and old readings next. What is written and how is the journal's part.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitors.errors import StoreError
from monitors.store.facts import Checkpoint, Fact, ReadingFact, WaveformFact
from monitors.store.journal import FactsRefused
from monitors.store.lease import LeaseLost

MOST_READINGS = 400_000
MOST_WAVEFORMS = 40_000
FACTS_IN_ONE_WRITE = 4_000
BEHIND_AFTER_MS = 5_000
RENEW_EVERY_MS = 1_000
_WAITS_MS = (500, 1_000, 2_000, 4_000, 5_000)

log = logging.getLogger(__name__)


class TakesFacts(Protocol):
    """Be a journal, as far as a spool sees it."""

    def write(self, facts: Sequence[Fact], now_utc_ms: int | None = None) -> None:
        """Write all facts or none."""


@dataclass(frozen=True, slots=True)
class SpoolCounts:
    """Count what waits for the journal and what was let go since the start.

    refused: facts that the journal will never take. problem: why it cannot be written, in words;
    None while it can.
    """

    waiting: int
    waveforms_let_go: int
    readings_let_go: int
    refused: int
    problem: str | None


class Spool:
    """Hold facts until the journal takes them; safe between threads, adding never waits.

    on_record: called with the facts of each successful write, in the thread that flushes.
    """

    def __init__(
        self,
        journal: TakesFacts,
        *,
        on_record: Callable[[Sequence[Fact]], None] | None = None,
        most_readings: int = MOST_READINGS,
        most_waveforms: int = MOST_WAVEFORMS,
    ) -> None:
        self._journal = journal
        self._on_record = on_record
        self._most_readings = most_readings
        self._most_waveforms = most_waveforms
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._records: deque[Fact] = deque()
        self._readings: deque[Fact] = deque()
        self._waveforms: deque[Fact] = deque()
        self._checkpoints: dict[str, Checkpoint] = {}
        self._in_flight = 0
        self._readings_let_go = self._waveforms_let_go = self._refused = 0
        self._problem: str | None = None
        self._failures = 0
        self._next_try_ms: int | None = None
        self._waiting_since_ms: int | None = None
        self._renewed_ms = -RENEW_EVERY_MS

    def add(self, facts: Sequence[Fact], now_ms: int) -> None:
        """Take facts to be written; now_ms: the room's timeline."""
        with self._lock:
            for fact in facts:
                if isinstance(fact, Checkpoint):
                    self._checkpoints[fact.recliner] = fact
                else:
                    self._queue_of(fact).append(fact)
            self._let_go()
            if facts and self._waiting_since_ms is None:
                self._waiting_since_ms = now_ms

    def _queue_of(self, fact: Fact) -> deque[Fact]:
        if isinstance(fact, ReadingFact):
            return self._readings
        return self._waveforms if isinstance(fact, WaveformFact) else self._records

    def _let_go(self) -> None:
        while len(self._waveforms) > self._most_waveforms:
            self._waveforms.popleft()
            self._waveforms_let_go += 1
        while len(self._readings) > self._most_readings:
            self._readings.popleft()
            self._readings_let_go += 1

    def flush(self, now_ms: int, now_utc_ms: int | None = None) -> bool:
        """Give the journal what waits; True when nothing is left.

        After a failure the next tries are 0.5, 1, 2, 4 and then 5 s apart; until then this does
        nothing. now_utc_ms renews the leases in the same transaction. Raises LeaseLost.
        """
        with self._flushing:
            if self._next_try_ms is not None and now_ms < self._next_try_ms:
                return False
            try:
                while batch := self._take():
                    self._write(batch, now_utc_ms)
                    self._renewed_ms = now_ms
                if now_utc_ms is not None and now_ms - self._renewed_ms >= RENEW_EVERY_MS:
                    self._write([], now_utc_ms)
                    self._renewed_ms = now_ms
            except LeaseLost:
                raise
            except StoreError as error:
                self._note_failure(str(error), now_ms)
                return False
            self._note_success(now_ms)
        return True

    def _take(self) -> list[Fact]:
        """Take the next batch out: records first, the checkpoints with the last ones."""
        batch: list[Fact] = []
        with self._lock:
            for queue in (self._records, self._readings, self._waveforms):
                while queue and len(batch) < FACTS_IN_ONE_WRITE:
                    batch.append(queue.popleft())
            if len(batch) < FACTS_IN_ONE_WRITE:
                batch.extend(self._checkpoints.values())
                self._checkpoints.clear()
            self._in_flight = len(batch)
        return batch

    def _write(self, batch: list[Fact], now_utc_ms: int | None) -> None:
        try:
            self._journal.write(batch, now_utc_ms)
        except FactsRefused:
            batch = self._write_one_by_one(batch)
        except BaseException:
            self._put_back(batch)
            raise
        self._in_flight = 0
        self._tell(batch)

    def _tell(self, batch: list[Fact]) -> None:
        if self._on_record is None:
            return
        try:
            self._on_record(batch)
        except StoreError as error:
            log.warning("what is on record could not be told: %s", error)

    def _write_one_by_one(self, batch: list[Fact]) -> list[Fact]:
        """Write what can be written of a batch of which something never can; return that."""
        written: list[Fact] = []
        for number, fact in enumerate(batch):
            try:
                self._journal.write([fact])
                written.append(fact)
            except FactsRefused as error:
                self._refused += 1
                log.error("a %s was let go: %s", type(fact).__name__, error)
            except BaseException:
                self._put_back(batch[number:])
                raise
        return written

    def _put_back(self, batch: list[Fact]) -> None:
        with self._lock:
            for fact in reversed(batch):
                if isinstance(fact, Checkpoint):
                    self._checkpoints.setdefault(fact.recliner, fact)
                else:
                    self._queue_of(fact).appendleft(fact)
            self._in_flight = 0
            self._let_go()

    def _note_failure(self, problem: str, now_ms: int) -> None:
        if self._problem is None:
            log.error("%s; facts wait in memory", problem)
        self._problem = problem
        self._next_try_ms = now_ms + _WAITS_MS[min(self._failures, len(_WAITS_MS) - 1)]
        self._failures += 1

    def _note_success(self, now_ms: int) -> None:
        if self._problem is not None:
            log.warning("the journal can be written again, after %d tries", self._failures)
        self._problem, self._failures, self._next_try_ms = None, 0, None
        with self._lock:
            is_empty = not (self._records or self._readings or self._waveforms)
            self._waiting_since_ms = None if is_empty and not self._checkpoints else now_ms

    def is_degraded(self, now_ms: int) -> bool:
        """Tell whether the record lags: the journal cannot be written, or is 5 s behind."""
        since_ms = self._waiting_since_ms
        is_behind = since_ms is not None and now_ms - since_ms > BEHIND_AFTER_MS
        return self._problem is not None or is_behind

    def counts(self) -> SpoolCounts:
        """Return what waits and what was let go."""
        with self._lock:
            waiting = len(self._records) + len(self._readings) + len(self._waveforms)
            waiting += len(self._checkpoints) + self._in_flight
        return SpoolCounts(
            waiting, self._waveforms_let_go, self._readings_let_go, self._refused, self._problem
        )


class Scribe:
    """Bring facts to the journal in a thread of its own, so that a slow disk delays nobody.

    now_ms: the room's timeline. now_utc_ms: the machine's UTC, for the leases.
    """

    def __init__(
        self, spool: Spool, now_ms: Callable[[], int], now_utc_ms: Callable[[], int]
    ) -> None:
        self._spool = spool
        self._now_ms = now_ms
        self._now_utc_ms = now_utc_ms
        self._is_called = threading.Event()
        self._is_ending = threading.Event()
        self._failure: StoreError | None = None
        self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def hand_over(self, facts: Sequence[Fact]) -> None:
        """Take facts and return at once. Raises LeaseLost when the leases were taken over."""
        if self._failure is not None:
            raise self._failure
        self._spool.add(facts, self._now_ms())
        self._is_called.set()

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write what waits and end the thread; False where something could not be written."""
        self._is_ending.set()
        self._is_called.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive() and self._spool.counts().waiting == 0

    def _run(self) -> None:
        while not self._is_ending.is_set() and self._failure is None:
            self._is_called.wait(_WAITS_MS[0] / 1000)
            self._is_called.clear()
            self._flush()
        self._flush()

    def _flush(self) -> None:
        try:
            self._spool.flush(self._now_ms(), self._now_utc_ms())
        except LeaseLost as error:
            self._failure = error
            log.error("%s", error)
        except Exception:
            log.exception("the scribe met an error of its own and goes on")
