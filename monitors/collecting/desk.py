"""Where orders are carried out: at a recliner, at a cuff, at a port's black box, at the office.

Here an order finds the part that can carry it out, and its outcome becomes an answer; an order that
failed in our own code is refused in words like any other. What an order means is decided where it
is carried out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from monitors.clinic.happenings import Happening
from monitors.clinic.recliner import Recliner
from monitors.clinic.verbs import Order, carry_out
from monitors.clock import Clock, world_utc_ms
from monitors.collecting.answers import Answers
from monitors.collecting.black_boxes import BlackBoxes
from monitors.collecting.cuff_orders import CuffOrders, CuffOutcome
from monitors.collecting.moment import moment_of
from monitors.collecting.office import Office
from monitors.errors import SessionError
from monitors.store.facts import Command

OLDEST_COMMAND_MS = 60_000

log = logging.getLogger(__name__)

Tell = Callable[[Recliner, Iterable[Happening]], None]


class Desk:
    """Carry out the orders of staff. tell: takes what happened at a recliner."""

    def __init__(
        self,
        recliners: Mapping[str, Recliner],
        office: Office,
        boxes: BlackBoxes,
        cuffs: CuffOrders,
        answers: Answers,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._recliners = recliners
        self._office = office
        self._boxes = boxes
        self._cuffs = cuffs
        self._answers = answers
        self._clock = clock
        self._tell = tell

    def take(self, command: Command, *, is_clerk: bool) -> None:
        """Carry an order out, or refuse it. is_clerk: orders to the system are for this desk."""
        kind, _, name = command.target.partition(":")
        recliner = self._recliners.get(name) if kind == "recliner" else None
        if world_utc_ms() - command.at_utc_ms > OLDEST_COMMAND_MS:
            message = "it waited too long and was not carried out"
            self._answers.give(command, "refused", message, recliner)
            return
        self._office.look()
        if recliner is not None and command.verb == "keep_bytes":
            self._answers.give(command, *self._boxes.keep(command), recliner)
        elif recliner is not None:
            self._order(recliner, command)
        elif command.target == "system" and is_clerk:
            self._answers.give(command, *self._office.carry_out(command))
        else:
            self._answers.give(command, "refused", f"there is no {command.target!r} here")

    def _order(self, recliner: Recliner, command: Command) -> None:
        order = Order(command.verb, command.by, command.arguments, command.command_id)
        try:
            carried = carry_out(recliner, order, moment_of(self._clock))
        except SessionError as error:
            self._answers.give(command, "refused", str(error), recliner)
            return
        except Exception:
            log.exception("order %s failed", command.verb)
            message = "Chairside failed to carry this out"
            self._answers.give(command, "refused", message, recliner)
            return
        self._tell(recliner, carried.happened)
        if carried.cuff is None:
            self._answers.give(command, "done", carried.message, recliner)
        else:
            self._cuffs.ask(carried.cuff, command)
        for cuff in carried.further_cuffs:
            self._cuffs.ask(cuff)

    def take_cuff_outcome(self, recliner: Recliner, outcome: CuffOutcome) -> None:
        """Take what came back from a cuff, and answer whoever asked."""
        now_ms = self._clock.now_ms()
        self._tell(recliner, recliner.cuff_answered(outcome.order, outcome.error, now_ms))
        if outcome.command is not None:
            self._answers.give(outcome.command, outcome.status, outcome.words, recliner)
