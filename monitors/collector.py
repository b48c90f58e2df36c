"""The collector: the one place where links, recliners and the store meet.

Here events from the ports, orders from the pages and the passing of time reach the recliners in
one thread, and what they tell goes to the journal's writer and into the picture; the parts that do
each of these are in collecting/. It decides nothing about patients and decodes nothing; it survives
any page and, with the store, itself.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from monitors.clinic import stimuli
from monitors.clinic.conditions import Condition
from monitors.clinic.happenings import Happening
from monitors.clinic.preset_file import presets
from monitors.clinic.recliner import Recliner
from monitors.clock import Clock, SystemClock
from monitors.collecting.answers import Answers
from monitors.collecting.black_boxes import BlackBoxes
from monitors.collecting.books import Books, OnRecord
from monitors.collecting.cuff_orders import CuffOrders, CuffOutcome
from monitors.collecting.desk import Desk
from monitors.collecting.hearing import Hearing
from monitors.collecting.office import Office
from monitors.collecting.pacing import Pace
from monitors.collecting.ports import MakeLink, Ports
from monitors.collecting.publishing import Publisher
from monitors.collecting.room_alarms import annunciator_of, let_hear, standing_of
from monitors.collecting.setups import recliner_setups
from monitors.devices.link_events import LinkEvent
from monitors.settings import Clinic
from monitors.store.journal import Journal
from monitors.store.lease import Holder
from monitors.store.picture import Picture

PUBLISH_EVERY_MS = 100
REDRAW_EVERY_MS = 1000
WRITE_EVERY_MS = 1000
EVENTS_IN_ONE_TURN = 1000

log = logging.getLogger(__name__)

CollectorEvent = LinkEvent | OnRecord | CuffOutcome


class Collector:
    """Run the recliners of one clinic.

    Everything happens in the thread that calls :meth:`run` (or, in tests, :meth:`handle` and
    :meth:`turn`); links, the journal's writer and cuff orders only put events into its inbox.
    """

    def __init__(self, clinic: Clinic, journal: Journal, picture: Picture, clock: Clock) -> None:
        self.clock = clock
        self.inbox: queue.SimpleQueue[CollectorEvent] = queue.SimpleQueue()
        known = presets(clinic.preset_paths)
        self.recliners = {
            setup.name: Recliner(setup, presets=known) for setup in recliner_setups(clinic)
        }
        self._owner = {d: recliner for recliner in self._all() for d in recliner.devices}
        self._picture = picture
        self._is_store_degraded = False
        self._compose(clinic, journal)

    def _compose(self, clinic: Clinic, journal: Journal) -> None:
        """Put the parts together."""
        recliners, clock, picture, tell = self.recliners, self.clock, self._picture, self._happened
        holder, pace, boxes = Holder.of_this_process(), Pace(clock), BlackBoxes(clinic, clock)
        self._pace = pace
        self._books = Books(journal, recliners, holder, clock, pace, self.inbox.put)
        self._publisher = Publisher(picture, recliners, clock, pace, holder.name)
        self._hearing = Hearing(clinic, recliners, self._books, self._publisher, clock, tell)
        self._ports = Ports(boxes)
        self._cuffs = CuffOrders(self._ports, self.inbox.put)
        self._answers = Answers(picture, self._books, clock, pace, SystemClock().now_ms)
        office = Office(clinic, recliners)
        self._desk = Desk(recliners, office, boxes, self._cuffs, self._answers, clock, tell)
        self._annunciator = annunciator_of(clinic.annunciator)

    # ---- beginning and end

    def open(self) -> None:
        """Claim the recliners and go on where an earlier collector left off.

        Raises StoreError that says who holds a recliner.
        """
        self._books.open()
        self._publisher.has_changed(*self.recliners)

    def relive(self, lines: Iterable[dict[str, Any]]) -> None:
        """Live through a simulated past, each line at its own time, before going live."""
        self._books.relive(lines)

    def start_links(self, make_link: MakeLink) -> None:
        """Open every port; a port that cannot be opened is an alarm on its tile, no error here."""
        self._ports.open(self._owner, make_link, self.inbox.put)

    def close(self) -> None:
        """Stop our own cuff cycles, give ports and leases back, write what waits."""
        self._ports.close()
        self._cuffs.close()
        while not self.inbox.empty():
            self.handle(self.inbox.get())
        self._books.close()
        self._picture.close()

    # ---- the loop

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop, or until another collector has taken over."""
        while not stop.is_set() and not self.is_deposed:
            self._wait_for_events()
            self.turn()

    @property
    def is_deposed(self) -> bool:
        """Say whether another collector has taken over."""
        return self._books.is_deposed

    def _wait_for_events(self) -> None:
        """Handle what has come, waiting at most until the next publishing is due."""
        wait_s = self._pace.wait_s("publish")
        try:
            self.handle(self.inbox.get(timeout=wait_s))
            for _ in range(EVENTS_IN_ONE_TURN):
                self.handle(self.inbox.get_nowait())
        except queue.Empty:
            return

    def handle(self, event: CollectorEvent) -> None:
        """Take one event from a link, the writer or a cuff order."""
        if isinstance(event, OnRecord):
            self._answers.put_on_record(event.command_ids)
        elif isinstance(event, CuffOutcome):
            self._desk.take_cuff_outcome(self._owner[event.order.device_id], event)
        else:
            recliner = self._owner[event.device_id]
            self._guarded(recliner, partial(self._hearing.take, recliner, event))

    def turn(self) -> None:
        """Let time pass: alarms, orders, the picture and the journal, each when it is due."""
        now_ms = self.clock.now_ms()
        for recliner in self._all():
            self._guarded(recliner, partial(self._advance, recliner, now_ms))
        if self._pace.is_due("publish", PUBLISH_EVERY_MS):
            for command in self._answers.new_orders():
                self._desk.take(command, is_clerk=self._books.is_clerk)
            self._answers.give_late_ones()
            if self._pace.is_due("redraw", REDRAW_EVERY_MS):
                self._look_round()
            self._publisher.publish(is_store_degraded=self._is_store_degraded)
        if self._pace.is_over("write", WRITE_EVERY_MS):
            self._books.write()

    def _advance(self, recliner: Recliner, now_ms: int) -> None:
        deadline_ms = recliner.deadline_ms()
        if deadline_ms is not None and deadline_ms <= now_ms:
            self._happened(recliner, recliner.advance(now_ms))
        for cuff in recliner.cuff_due(now_ms):
            self._cuffs.ask(cuff)

    def _look_round(self) -> None:
        """Once a second: the state of the store, the sound of the room, every tile drawn anew."""
        self._look_at_store()
        now_ms = self.clock.now_ms()
        let_hear(self._annunciator, standing_of(self.recliners, now_ms), now_ms)
        self._publisher.has_changed(*self.recliners)

    def _look_at_store(self) -> None:
        """Tell every recliner when the record begins to lag, and when it has caught up."""
        is_degraded = self._books.is_degraded()
        if is_degraded == self._is_store_degraded:
            return
        self._is_store_degraded = is_degraded
        now_ms, problem = self.clock.now_ms(), self._books.problem()
        fault = stimuli.Fault(Condition.STORE_DEGRADED, is_degraded, None, problem)
        for recliner in self._all():
            self._happened(recliner, recliner.step(fault, now_ms))

    def _happened(self, recliner: Recliner, happened: Iterable[Happening]) -> None:
        """Show what happened at a recliner, and put it on record."""
        self._publisher.has_changed(recliner.setup.name)
        self._books.record(recliner, happened)

    @staticmethod
    def _guarded(recliner: Recliner, work: Callable[[], None]) -> None:
        """Do a recliner's work; a fault of our own there must not stop the other recliners."""
        try:
            work()
        except Exception:
            log.exception("a fault at %s; the others go on", recliner.setup.name)

    def _all(self) -> Iterable[Recliner]:
        return self.recliners.values()
