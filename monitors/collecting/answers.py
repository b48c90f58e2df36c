"""Orders taken from the pages, and the answers they wait for.

Here each order is taken once, and answered when the journal has it; where the journal takes too
long the order counts all the same and is answered as not yet on record. What an order leads to is
in desk.py. Source of the rule: docs/decisions/0004-orders.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from monitors.clinic.recliner import Recliner
from monitors.clock import Clock
from monitors.collecting.books import Books
from monitors.collecting.pacing import Pace
from monitors.store.facts import Command, CommandFact
from monitors.store.picture import Picture

ANSWER_AFTER_MS = 1_000


@dataclass(frozen=True, slots=True)
class _Answer:
    """Hold an outcome that waits for the journal, at most until a moment of the world."""

    status: str
    message: str
    done_at: int
    latest_ms: int


class Answers:
    """Take orders and give answers. world_ms: milliseconds of the world, whatever the rate."""

    def __init__(
        self,
        picture: Picture,
        books: Books,
        clock: Clock,
        pace: Pace,
        world_ms: Callable[[], int],
    ) -> None:
        self._picture = picture
        self._books = books
        self._clock = clock
        self._pace = pace
        self._world_ms = world_ms
        self._taken: set[str] = set()
        self._waiting: dict[str, _Answer] = {}

    def new_orders(self) -> Iterator[Command]:
        """Give each waiting order once; one that is on record already is only answered again."""
        for command in self._picture.pending():
            if command.command_id in self._taken:
                continue
            self._taken.add(command.command_id)
            if not self._is_answered_from_record(command.command_id):
                yield command

    def _is_answered_from_record(self, command_id: str) -> bool:
        known = self._books.outcome_of(command_id)
        if known is None or known.done_at_utc_ms is None:
            return False
        self._picture.answer(
            command_id, known.status, known.message, known.done_at_utc_ms, is_on_record=True
        )
        self._taken.discard(command_id)
        return True

    def give(
        self, command: Command, status: str, message: str, recliner: Recliner | None = None
    ) -> None:
        """Answer a command and put it, with its outcome, on record in the same turn."""
        done_at = self._clock.utc_ms(self._clock.now_ms())
        latest_ms = self._world_ms() + ANSWER_AFTER_MS
        self._waiting[command.command_id] = _Answer(status, message, done_at, latest_ms)
        self._books.sign(_fact(command, status, message, done_at, recliner), recliner)
        self._pace.hasten("publish")

    def put_on_record(self, command_ids: Iterable[str]) -> None:
        """Answer orders that the journal has; those answered before are marked as on record."""
        for command_id in command_ids:
            self._taken.discard(command_id)
            answer = self._waiting.pop(command_id, None)
            if answer is None:
                self._picture.put_on_record((command_id,))
            else:
                self._picture.answer(
                    command_id, answer.status, answer.message, answer.done_at, is_on_record=True
                )

    def give_late_ones(self) -> None:
        """Answer orders that the journal has not taken in time: carried out, not yet on record."""
        now_ms = self._world_ms()
        late = [one for one, answer in self._waiting.items() if now_ms >= answer.latest_ms]
        for command_id in late:
            answer = self._waiting.pop(command_id)
            self._picture.answer(command_id, answer.status, answer.message, answer.done_at)


def _fact(
    command: Command, status: str, message: str, done_at: int, recliner: Recliner | None
) -> CommandFact:
    session = recliner.session if recliner else None
    return CommandFact(
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
