"""The collector: the one place where links, recliners and the store meet.

Here events from the ports, orders from the pages and the passing of time reach the recliners in
one thread, and what they tell goes to the journal's writer and into the picture. It decides
nothing about patients and decodes nothing; it survives any page and, with the store, itself.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from monitors.annunciator import Annunciator, Loudspeaker, Pager, apprise_call, urgent_ones
from monitors.clinic import stimuli
from monitors.clinic.conditions import Condition
from monitors.clinic.depiction import depict
from monitors.clinic.happenings import CuffOrder, Happening
from monitors.clinic.place import DeviceState
from monitors.clinic.preset_file import presets
from monitors.clinic.recliner import Recliner
from monitors.clinic.remembering import recall, remember
from monitors.clinic.standing import storm
from monitors.clinic.swapped import identified
from monitors.clinic.verbs import Moment, Order, carry_out
from monitors.clock import Clock, SystemClock, world_utc_ms
from monitors.collecting.black_boxes import BlackBoxes
from monitors.collecting.office import Office
from monitors.collecting.pacing import Pace
from monitors.collecting.recorder import Recorder
from monitors.collecting.setups import device_fact, recliner_setups
from monitors.collecting.staging import read_lines, relive
from monitors.config import AnnunciatorSettings, Clinic
from monitors.devices.cuff_cycle import REST_S, STAT_REST_S
from monitors.devices.link import (
    CuffCancelled,
    CuffStarted,
    LineCounts,
    Link,
    LinkEvent,
    Lost,
    Opened,
    Received,
    Silent,
    Speaking,
    Tap,
)
from monitors.errors import ConfigurationError, SessionError, TransportError
from monitors.readings import DeviceIdentity, NibpDetermination, WaveformChunk
from monitors.store.facts import Checkpoint, Command, CommandFact, Fact, Place
from monitors.store.journal import Journal
from monitors.store.lease import Holder, LeaseLost
from monitors.store.picture import Beat, Picture
from monitors.store.spool import Scribe, Spool

PUBLISH_EVERY_MS = 100
BEAT_EVERY_MS = 300
REDRAW_EVERY_MS = 1000
WRITE_EVERY_MS = 1000
OLDEST_COMMAND_MS = 60_000
ANSWER_AFTER_MS = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """Say that the journal has these commands now."""

    command_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CuffOutcome:
    """Say what became of a cuff order; error is None when the bytes were sent."""

    order: CuffOrder
    command: Command | None
    error: str | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """Hold an outcome that waits for the journal, at most until a moment of the world."""

    status: str
    message: str
    done_at: int
    latest_ms: int


CollectorEvent = LinkEvent | OnRecord | CuffOutcome


class PortLink(Protocol):
    """Be what the collector needs of a link."""

    def start(self) -> None:
        """Begin to listen."""

    def close(self) -> None:
        """Give the port back."""

    def start_cuff(self, rest_s: float = REST_S) -> None:
        """Send a start; TransportError if it was not sent."""

    def cancel_cuff(self) -> None:
        """Send a stop; TransportError if it was not sent."""


MakeLink = Callable[[str, Callable[[LinkEvent], None], Tap], PortLink]


class Collector:
    """Run the recliners of one clinic.

    Everything happens in the thread that calls :meth:`run` (or, in tests, :meth:`handle` and
    :meth:`turn`); links, the journal's writer and cuff orders only put events into its inbox.
    """

    def __init__(self, clinic: Clinic, journal: Journal, picture: Picture, clock: Clock) -> None:
        self.clinic = clinic
        self.clock = clock
        self._journal = journal
        self._picture = picture
        self._holder = Holder.of_this_process()
        self.inbox: queue.SimpleQueue[CollectorEvent] = queue.SimpleQueue()
        known = presets(clinic.preset_paths)
        self.recliners = {
            setup.name: Recliner(setup, presets=known) for setup in recliner_setups(clinic)
        }
        self._owner = {
            device.device_id: recliner
            for recliner in self.recliners.values()
            for device in recliner.setup.devices
        }
        self._recorders = {
            name: Recorder(name, recliner.setup.room, clock.utc_ms, clock.rate)
            for name, recliner in self.recliners.items()
        }
        self._spool = Spool(journal, on_record=self._tell_on_record)
        self._world = SystemClock()
        self._scribe = Scribe(self._spool, self._world.now_ms, world_utc_ms)
        self._cuff_orders = ThreadPoolExecutor(4, "cuff order")
        self._links: dict[str, PortLink] = {}
        self._pleth: dict[str, list[dict[str, Any]]] = {}
        self._dirty: set[str] = set()
        self._remembered: dict[str, dict[str, Any]] = {}
        self._beat = 0
        self._is_store_degraded = False
        self._pace = Pace(clock)
        self.is_deposed = False
        self._is_clerk = False
        self._taken: set[str] = set()
        self._unanswered: dict[str, _Answer] = {}
        self._office = Office(clinic, self.recliners)
        self._boxes = BlackBoxes(clinic, clock)
        self._annunciator = annunciator_of(clinic.annunciator)

    # ---- beginning and end

    def open(self) -> None:
        """Claim the recliners and go on where an earlier collector left off.

        Raises StoreError that says who holds a recliner.
        """
        places = [Place(r.setup.name, r.setup.room, r.setup.place) for r in self._all()]
        self._journal.claim(self.recliners, self._holder, world_utc_ms())
        self._journal.furnish(places)
        self._is_clerk = self._journal.claim_clerk(self._holder, world_utc_ms())
        self._scribe.start()
        for name, recliner in self.recliners.items():
            checkpoint = self._journal.restore(name)
            if checkpoint is not None:
                boot_id = checkpoint.boot_id
                happened = recall(recliner, checkpoint.record, self._moment(), boot_id)
                self._happened(recliner, happened)
        self._dirty.update(self.recliners)

    def start_links(self, make_link: MakeLink) -> None:
        """Open every port; a port that cannot be opened is an alarm on its tile, no error here."""
        for device_id in self._owner:
            tap = self._boxes.open(device_id)
            self._links[device_id] = make_link(device_id, self.inbox.put, tap)
        for link in self._links.values():
            link.start()

    def close(self) -> None:
        """Stop our own cuff cycles, give ports and leases back, write what waits."""
        closing = [threading.Thread(target=link.close) for link in self._links.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
        self._cuff_orders.shutdown()
        while not self.inbox.empty():
            self.handle(self.inbox.get())
        facts = [fact for recorder in self._recorders.values() for fact in recorder.drain_all()]
        self._keep([*facts, *self._checkpoints()])
        self._scribe.close()
        if not self.is_deposed:
            self._journal.release(self._holder)
        self._journal.close()
        self._picture.close()

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop, or until another collector has taken over."""
        while not stop.is_set() and not self.is_deposed:
            self._wait_for_events()
            self.turn()

    def _wait_for_events(self) -> None:
        """Handle what has come, waiting at most until the next publishing is due."""
        wait_s = self._pace.wait_s("publish")
        try:
            self.handle(self.inbox.get(timeout=wait_s))
            for _ in range(1000):
                self.handle(self.inbox.get_nowait())
        except queue.Empty:
            return

    # ---- events

    def handle(self, event: CollectorEvent) -> None:
        """Take one event from a link, the writer or a cuff order."""
        if isinstance(event, OnRecord):
            self._answer_on_record(event.command_ids)
        elif isinstance(event, CuffOutcome):
            self._take_cuff_outcome(event)
        else:
            self._guarded(self._owner[event.device_id], partial(self._take_link_event, event))

    @staticmethod
    def _guarded(recliner: Recliner, work: Callable[[], None]) -> None:
        """Do a recliner's work; a fault of our own there must not stop the other recliners."""
        try:
            work()
        except Exception:
            log.exception("a fault at %s; the others go on", recliner.setup.name)

    def _take_link_event(self, event: LinkEvent) -> None:
        recliner = self._owner[event.device_id]
        if isinstance(event, Received):
            self._take_reading(recliner, event)
            return
        if isinstance(event, LineCounts):
            standing = recliner.devices[event.device_id]
            standing.last_byte_ms = event.last_byte_ms
            standing.counts = {
                "frames": event.frames,
                "bad_checksums": event.bad_checksums,
                "discarded_bytes": event.discarded_bytes,
            }
            return
        self._take_port_event(recliner, event)

    def _take_reading(self, recliner: Recliner, event: Received) -> None:
        reading, name = event.reading, recliner.setup.name
        recliner.devices[event.device_id].last_byte_ms = event.at_ms
        is_wanted = recliner.covers(event.device_id, reading)
        if not is_wanted or recliner.has_heard(reading, event.at_ms):
            return
        if isinstance(reading, WaveformChunk):
            self._pleth.setdefault(name, []).append(
                {
                    "end": self.clock.utc_ms(event.at_ms),
                    "rate": reading.sample_rate_hz,
                    "full_scale": reading.full_scale,
                    "samples": reading.samples,
                }
            )
        session_id = recliner.session_of(event.device_id, reading, event.at_ms)
        measured_ms = None
        if isinstance(reading, NibpDetermination):
            measured_ms = recliner.measured_ms(reading, event.at_ms)
        self._recorders[name].take(event.device_id, reading, event.at_ms, session_id, measured_ms)
        self._happened(recliner, recliner.take(event.device_id, reading, event.at_ms))
        if isinstance(reading, DeviceIdentity):
            self._identified(recliner, event.device_id, reading.serial_number, event.at_ms)
            self._device_fact(recliner, event, "identified")

    def _take_port_event(
        self,
        recliner: Recliner,
        event: Opened | Lost | Silent | Speaking | CuffStarted | CuffCancelled,
    ) -> None:
        device_id, at_ms = event.device_id, event.at_ms
        if isinstance(event, Speaking):
            self._happened(recliner, recliner.port_is(device_id, DeviceState.SPEAKING, at_ms))
        elif isinstance(event, Silent):
            state = DeviceState.NEVER if event.last_frame_ms is None else DeviceState.SILENT
            self._happened(recliner, recliner.port_is(device_id, state, at_ms))
        elif isinstance(event, Lost):
            happened = recliner.port_is(device_id, DeviceState.CLOSED, at_ms, event.reason)
            self._happened(recliner, happened)
        elif isinstance(event, Opened):
            self._identified(recliner, device_id, event.identity, at_ms)
        self._device_fact(recliner, event, _PORT_WORDS[type(event)])

    def _identified(self, recliner: Recliner, device_id: str, name: str | None, at_ms: int) -> None:
        """Take a device's name; one that was another recliner's in mid-session is suspected."""
        happened = identified(recliner, device_id, name, at_ms, self._all())
        self._happened(recliner, happened)

    def _device_fact(self, recliner: Recliner, event: LinkEvent, what: str) -> None:
        self._keep([device_fact(self.clinic, recliner.setup, event, what, self.clock)])

    def _look_at_store(self) -> None:
        """Tell every recliner when the record begins to lag, and when it has caught up."""
        now_ms = self.clock.now_ms()
        is_degraded = self._spool.is_degraded(self._world.now_ms())
        if is_degraded == self._is_store_degraded:
            return
        self._is_store_degraded = is_degraded
        problem = self._spool.counts().problem
        fault = stimuli.Fault(Condition.STORE_DEGRADED, is_degraded, None, problem)
        for recliner in self._all():
            self._happened(recliner, recliner.step(fault, now_ms))

    def _happened(self, recliner: Recliner, happened: Iterable[Happening]) -> None:
        """Put on record what happened; anything that did goes to the journal with this turn."""
        name = recliner.setup.name
        self._dirty.add(name)
        happened = list(happened)
        if happened:
            self._recorders[name].record(happened)
            self._pace.hasten("write")

    # ---- time

    def turn(self) -> None:
        """Let time pass: alarms, orders, the picture and the journal, each when it is due."""
        now_ms = self.clock.now_ms()
        for recliner in self._all():
            self._guarded(recliner, partial(self._advance, recliner, now_ms))
        if self._pace.is_due("publish", PUBLISH_EVERY_MS):
            for command in self._picture.pending():
                if command.command_id not in self._taken:
                    self._taken.add(command.command_id)
                    self._take_command(command)
            self._answer_without_record()
            self._publish()
        if self._pace.is_due("write", WRITE_EVERY_MS):
            self._write()

    def _advance(self, recliner: Recliner, now_ms: int) -> None:
        deadline_ms = recliner.deadline_ms()
        if deadline_ms is not None and deadline_ms <= now_ms:
            self._happened(recliner, recliner.advance(now_ms))
        for cuff in recliner.cuff_due(now_ms):
            self._order_cuff(cuff, None)

    def _publish(self) -> None:
        """Write the picture if something is new, and the beat in any case from time to time."""
        if self._pace.is_due("redraw", REDRAW_EVERY_MS):
            self._look_at_store()
            self._sound(self.clock.now_ms())
            self._dirty.update(self.recliners)
        is_beat_due = self._pace.is_due("beat", BEAT_EVERY_MS)
        if not self._dirty and not self._pleth and not is_beat_due:
            return
        now_ms = self.clock.now_ms()
        self._beat += 1
        pictures = {
            name: depict(self.recliners[name], now_ms, self.clock.utc_ms, self.clock.rate)
            for name in self._dirty
        }
        beat = Beat(
            self._holder.name,
            self._beat,
            self.clock.utc_ms(now_ms),
            "degraded" if self._is_store_degraded else "ok",
            self.clock.rate,
        )
        self._gather_storms(pictures, now_ms)
        self._picture.publish(pictures, self._pleth, beat)
        self._dirty.clear()
        self._pleth = {}

    def _gather_storms(self, pictures: dict[str, dict[str, Any]], now_ms: int) -> None:
        """Mark the alarms that are one fault of the room, so that pages tell them in one line."""
        standing = {name: r.standing(now_ms) for name, r in self.recliners.items()}
        of_storm = {
            (str(found.condition), name): list(found.recliners)
            for found in storm(standing).storms
            for name in found.recliners
        }
        for name, picture in pictures.items():
            for alarm in picture["alarms"]:
                alarm["storm"] = of_storm.get((alarm["condition"], name))

    def _sound(self, now_ms: int) -> None:
        """Let the host sound what stands, and call somebody where nobody has acknowledged."""
        standing = {name: r.standing(now_ms) for name, r in self.recliners.items()}
        sound = storm(standing).sound
        self._annunciator.hear(str(sound) if sound else None, urgent_ones(standing), now_ms)

    def _write(self) -> None:
        facts = [fact for recorder in self._recorders.values() for fact in recorder.drain()]
        self._keep([*facts, *self._checkpoints()])

    def _keep(self, facts: list[Fact]) -> None:
        """Hand facts to the scribe; when another collector has taken over, this one stops."""
        try:
            self._scribe.hand_over(facts)
        except LeaseLost as error:
            log.error("%s", error)
            self.is_deposed = True

    def _tell_on_record(self, facts: Sequence[Fact]) -> None:
        ids = tuple(fact.command_id for fact in facts if isinstance(fact, CommandFact))
        if ids:
            self.inbox.put(OnRecord(ids))

    def _checkpoints(self) -> list[Fact]:
        """Return what has changed of what a successor must know."""
        moment = self._moment()
        changed: list[Fact] = []
        for name, recliner in self.recliners.items():
            record = remember(recliner, moment)
            if record != self._remembered.get(name):
                self._remembered[name] = record
                changed.append(
                    Checkpoint(name, record, moment.boot_id, moment.now_ms, moment.utc_ms)
                )
        return changed

    # ---- orders

    def _take_command(self, command: Command) -> None:
        known = self._journal.has_command(command.command_id)
        if known is not None and known.done_at_utc_ms is not None:
            done = known.done_at_utc_ms
            self._picture.answer(
                command.command_id, known.status, known.message, done, is_on_record=True
            )
            self._taken.discard(command.command_id)
            return
        if world_utc_ms() - command.at_utc_ms > OLDEST_COMMAND_MS:
            self._answer(command, "refused", "it waited too long and was not carried out")
            return
        kind, _, name = command.target.partition(":")
        if kind == "recliner" and name in self.recliners and command.verb == "keep_bytes":
            self._answer(command, *self._boxes.keep(command), self.recliners[name])
        elif kind == "recliner" and name in self.recliners:
            self._order(self.recliners[name], command)
        elif command.target == "system" and self._is_clerk:
            self._answer(command, *self._office.carry_out(command))
        else:
            self._answer(command, "refused", f"there is no {command.target!r} here")

    def _order(self, recliner: Recliner, command: Command) -> None:
        order = Order(command.verb, command.by, command.arguments, command.command_id)
        try:
            carried = carry_out(recliner, order, self._moment())
        except SessionError as error:
            self._answer(command, "refused", str(error), recliner)
            return
        except Exception:
            log.exception("order %s failed", command.verb)
            self._answer(command, "refused", "Chairside failed to carry this out", recliner)
            return
        self._happened(recliner, carried.happened)
        if carried.cuff is None:
            self._answer(command, "done", carried.message, recliner)
        else:
            self._order_cuff(carried.cuff, command)
        for cuff in carried.further_cuffs:
            self._order_cuff(cuff, None)

    def _order_cuff(self, order: CuffOrder, command: Command | None) -> None:
        """Ask the device in a thread of its own: a port that does not answer delays nobody."""
        link = self._links.get(order.device_id)

        def ask() -> None:
            error: str | None = None
            try:
                if link is None:
                    raise TransportError(f"{order.device_id} has no port")
                self._move_cuff(link, order)
            except TransportError as trouble:
                error = str(trouble)
            except Exception as trouble:
                log.exception("cuff order failed")
                error = f"Chairside failed: {trouble}"
            self.inbox.put(CuffOutcome(order, command, error))

        self._cuff_orders.submit(ask)

    @staticmethod
    def _move_cuff(link: PortLink, order: CuffOrder) -> None:
        if order.is_start:
            link.start_cuff(STAT_REST_S if order.is_stat else REST_S)
        else:
            link.cancel_cuff()

    def _take_cuff_outcome(self, outcome: CuffOutcome) -> None:
        recliner = self._owner[outcome.order.device_id]
        now_ms = self.clock.now_ms()
        self._happened(recliner, recliner.cuff_answered(outcome.order, outcome.error, now_ms))
        if outcome.command is None:
            return
        words = "cuff started" if outcome.order.is_start else "cuff stopped"
        status = "done" if outcome.error is None else "refused"
        self._answer(outcome.command, status, outcome.error or words, recliner)

    def _answer(
        self, command: Command, status: str, message: str, recliner: Recliner | None = None
    ) -> None:
        """Answer a command and put it, with its outcome, on record in the same turn."""
        done_at = self.clock.utc_ms(self.clock.now_ms())
        session = recliner.session if recliner else None
        fact = CommandFact(
            command.command_id,
            command.at_utc_ms,
            command.by,
            command.target,
            command.verb,
            command.arguments,
            status,
            message,
            done_at,
            recliner.setup.name if recliner else None,
            session.session_id if session else None,
        )
        facts: list[Fact] = [fact]
        if recliner is not None:
            facts = [*self._recorders[recliner.setup.name].drain(), fact, *self._checkpoints()]
        self._unanswered[command.command_id] = _Answer(
            status, message, done_at, self._world.now_ms() + ANSWER_AFTER_MS
        )
        self._keep(facts)
        self._pace.hasten("publish")

    def _answer_on_record(self, command_ids: Iterable[str]) -> None:
        """Answer orders that the journal has; those answered before are marked as on record."""
        for command_id in command_ids:
            self._taken.discard(command_id)
            answer = self._unanswered.pop(command_id, None)
            if answer is None:
                self._picture.put_on_record((command_id,))
            else:
                self._picture.answer(
                    command_id, answer.status, answer.message, answer.done_at, is_on_record=True
                )

    def _answer_without_record(self) -> None:
        """Answer orders that the journal has not taken in time: carried out, not yet on record."""
        now_ms = self._world.now_ms()
        late = [one for one, answer in self._unanswered.items() if now_ms >= answer.latest_ms]
        for command_id in late:
            answer = self._unanswered.pop(command_id)
            self._picture.answer(command_id, answer.status, answer.message, answer.done_at)

    # ---- a staged past

    def relive(self, lines: Iterable[dict[str, Any]]) -> None:
        """Live through a simulated past, each line at its own time, before going live."""
        for facts in relive(self.recliners, self._recorders, lines, self.clock):
            self._keep(facts)
        self._keep(self._checkpoints())

    # ---- small things

    def _all(self) -> Iterable[Recliner]:
        return self.recliners.values()

    def _moment(self) -> Moment:
        now_ms = self.clock.now_ms()
        return Moment(now_ms, self.clock.utc_ms(now_ms), self.clock.boot_id)


_PORT_WORDS: dict[type, str] = {
    Opened: "opened",
    Lost: "lost",
    Silent: "silent",
    Speaking: "speaking",
    CuffStarted: "cuff_started",
    CuffCancelled: "cuff_cancelled",
}


def run_collector(clinic: Clinic, stop: threading.Event, stage: Path | None = None) -> None:
    """Run the collector of a clinic until told to stop.

    stage: a simulated past to begin with. Raises ConfigurationError where there is nothing to
    collect or a real clinic is staged, StoreError that says who holds a recliner.
    """
    if not clinic.has_devices:
        raise ConfigurationError(f"{clinic.source}: no recliner has a device to collect from")
    if stage is not None and not clinic.is_simulated:
        raise ConfigurationError(f"{clinic.source}: only a simulated clinic can be staged")
    clock = clinic.make_clock()
    journal = Journal.open(clinic.store_url, simulated=clinic.is_simulated, clock_rate=clock.rate)
    try:
        picture = Picture(clinic.store_url, create=True)
        collector = Collector(clinic, journal, picture, clock)
        collector.open()
    except BaseException:
        journal.close()
        raise
    try:
        if stage is not None:
            collector.relive(read_lines(stage))
        collector.start_links(_link_maker(clinic, clock))
        log.info("collecting for %s", ", ".join(collector.recliners))
        collector.run(stop)
    finally:
        collector.close()


def _link_maker(clinic: Clinic, clock: Clock) -> MakeLink:
    settings = {
        device_id: (recliner, device) for recliner, device_id, device in clinic.all_devices()
    }

    def make(device_id: str, sink: Callable[[LinkEvent], None], tap: Tap) -> PortLink:
        recliner, device = settings[device_id]
        return Link(
            device_id,
            device.kind,
            device.port,
            clock,
            sink,
            device.line,
            tap=tap,
            may_start_cuff=recliner.cuff_start,
            serial_number=device.serial_number,
        )

    return make


def annunciator_of(settings: AnnunciatorSettings) -> Annunciator:
    """Return what clinic.toml allows to be heard on this host."""
    speaker = Loudspeaker(settings.loudspeaker.alsa_device) if settings.loudspeaker else None
    if settings.webhook is None:
        return Annunciator(speaker, None)
    call = apprise_call(settings.webhook.urls)
    return Annunciator(speaker, Pager(call, settings.webhook.after_s * 1000))
