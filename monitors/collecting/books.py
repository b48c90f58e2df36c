"""What the collector keeps on record, and what it goes on from after it was killed.

Here happenings and readings pass through the recorders to the scribe, which brings them to the
journal in a thread of its own; checkpoints go with them, so that a successor continues. What an
order is answered is in answers.py; how facts are written is the store's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.clinic.happenings import Happening
from monitors.clinic.recliner import Recliner
from monitors.clinic.remembering import recall, remember
from monitors.clock import Clock, SystemClock, world_utc_ms
from monitors.collecting.moment import moment_of
from monitors.collecting.pacing import Pace
from monitors.collecting.recorder import Recorder
from monitors.collecting.staging import relive
from monitors.errors import StoreError
from monitors.readings import NibpDetermination, Reading
from monitors.store.facts import Checkpoint, CommandFact, CommandOutcome, Fact, Place
from monitors.store.journal import Journal
from monitors.store.lease import Holder, LeaseLost
from monitors.store.spool import Scribe, Spool

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """Say that the journal has these commands now."""

    command_ids: tuple[str, ...]


class Books:
    """Keep the record of all recliners. tell: takes an OnRecord, in the scribe's thread.

    is_deposed: another collector has taken over, so that this one must stop. is_clerk: this one
    carries out what belongs to no recliner.
    """

    def __init__(
        self,
        journal: Journal,
        recliners: Mapping[str, Recliner],
        holder: Holder,
        clock: Clock,
        pace: Pace,
        tell: Callable[[OnRecord], None],
    ) -> None:
        self.is_deposed = False
        self.is_clerk = False
        self._journal = journal
        self._recliners = recliners
        self._holder = holder
        self._clock = clock
        self._pace = pace
        self._tell = tell
        self._recorders = {
            name: Recorder(name, recliner.setup.room, clock.utc_ms, clock.rate)
            for name, recliner in recliners.items()
        }
        self._world = SystemClock()
        self._spool = Spool(journal, on_record=self._tell_on_record)
        self._scribe = Scribe(self._spool, self._world.now_ms, world_utc_ms)
        self._remembered: dict[str, dict[str, Any]] = {}

    # ---- beginning and end

    def open(self) -> None:
        """Claim the recliners and put each back where an earlier collector left it.

        Raises StoreError that says who holds a recliner.
        """
        setups = [recliner.setup for recliner in self._recliners.values()]
        self._journal.claim(self._recliners, self._holder, world_utc_ms())
        self._journal.furnish([Place(one.name, one.room, one.place) for one in setups])
        self.is_clerk = self._journal.claim_clerk(self._holder, world_utc_ms())
        self._scribe.start()
        for recliner in self._recliners.values():
            self._go_on(recliner)

    def _go_on(self, recliner: Recliner) -> None:
        left = self._journal.restore(recliner.setup.name)
        if left is not None:
            moment = moment_of(self._clock)
            self.record(recliner, recall(recliner, left.record, moment, left.boot_id))

    def close(self) -> None:
        """Write what waits and give the leases back; say what could not be written."""
        facts = [fact for recorder in self._recorders.values() for fact in recorder.drain_all()]
        self.keep([*facts, *self._checkpoints()])
        if not self._scribe.close():
            counts = self._spool.counts()
            why = counts.problem or "the journal did not answer"
            log.error("%d facts are lost with this collector: %s", counts.waiting, why)
        try:
            if not self.is_deposed:
                self._journal.release(self._holder)
        except StoreError as error:
            log.error("the recliners could not be given back: %s", error)
        self._journal.close()

    # ---- what goes on record

    def take(self, recliner: Recliner, device_id: str, reading: Reading, at_ms: int) -> None:
        """Keep a reading, in the session it was taken in."""
        session_id = recliner.session_of(device_id, reading, at_ms)
        measured_ms = None
        if isinstance(reading, NibpDetermination):
            measured_ms = recliner.measured_ms(reading, at_ms)
        recorder = self._recorders[recliner.setup.name]
        recorder.take(device_id, reading, at_ms, session_id, measured_ms)

    def record(self, recliner: Recliner, happened: Iterable[Happening]) -> None:
        """Keep what happened; anything that did goes to the journal with this turn."""
        happened = list(happened)
        if happened:
            self._recorders[recliner.setup.name].record(happened)
            self._pace.hasten("write")

    def sign(self, fact: CommandFact, recliner: Recliner | None) -> None:
        """Put a command on record together with all that it led to at its recliner."""
        if recliner is None:
            self.keep([fact])
            return
        led_to = self._recorders[recliner.setup.name].drain()
        self.keep([*led_to, fact, *self._checkpoints()])

    def write(self) -> None:
        """Hand over what is ready, every second that is over with it."""
        now_ms = self._clock.now_ms()
        for recorder in self._recorders.values():
            recorder.end_second(now_ms)
        facts = [fact for recorder in self._recorders.values() for fact in recorder.drain()]
        self.keep([*facts, *self._checkpoints()])

    def keep(self, facts: Sequence[Fact]) -> None:
        """Hand facts to the scribe; when another collector has taken over, this one is deposed."""
        try:
            self._scribe.hand_over(facts)
        except LeaseLost as error:
            log.error("%s", error)
            self.is_deposed = True

    def relive(self, lines: Iterable[dict[str, Any]]) -> None:
        """Live through a simulated past, each line at its own time."""
        for facts in relive(self._recliners, self._recorders, lines, self._clock):
            self.keep(facts)
        self.keep(self._checkpoints())

    def _checkpoints(self) -> list[Fact]:
        """Return what has changed of what a successor must know."""
        moment = moment_of(self._clock)
        changed: list[Fact] = []
        for name, recliner in self._recliners.items():
            record = remember(recliner, moment)
            if record != self._remembered.get(name):
                self._remembered[name] = record
                changed.append(
                    Checkpoint(name, record, moment.boot_id, moment.now_ms, moment.utc_ms)
                )
        return changed

    # ---- what is on record

    def outcome_of(self, command_id: str) -> CommandOutcome | None:
        """Return the outcome of a command that is on record, or None."""
        return self._journal.has_command(command_id)

    def is_degraded(self) -> bool:
        """Say whether the record lags: the journal cannot be written, or is behind."""
        return self._spool.is_degraded(self._world.now_ms())

    def problem(self) -> str | None:
        """Return why the journal cannot be written, in words; None while it can."""
        return self._spool.counts().problem

    def _tell_on_record(self, facts: Sequence[Fact]) -> None:
        ids = tuple(fact.command_id for fact in facts if isinstance(fact, CommandFact))
        if ids:
            self._tell(OnRecord(ids))
