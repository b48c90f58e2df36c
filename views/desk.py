"""The orders one viewer has given: each once, each with what became of it.

Here a press of a button becomes a command, unless it is the same press twice; what the collector
made of it is looked up and told. Nothing here knows a page, a clock or how an id is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitors.errors import StoreError
from monitors.store.facts import Command, CommandOutcome

SAME_PRESS_MS = 2_000
SHOWN = 4
SHOWN_FOR_MS = 120_000


class Inbox(Protocol):
    """Take commands and tell what became of them; the picture is one."""

    def put(self, command: Command) -> None:
        """Put a command in; StoreError where that is not possible."""

    def outcome(self, command_id: str) -> CommandOutcome | None:
        """Return what became of a command; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Given:
    """Hold an order and how it stands: pending, done, refused or unknown."""

    command: Command
    status: str = "pending"
    message: str = ""
    is_on_record: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether an answer is still awaited."""
        return self.status == "pending"


@dataclass(slots=True)
class Desk:
    """Keep a viewer's newest orders, the newest last."""

    given: list[Given] = field(default_factory=list)

    def give(self, inbox: Inbox, make_id: Callable[[], str], order: Command) -> tuple[Given, bool]:
        """Give an order and say whether it is a new one; the same press twice is given once.

        order: its command_id is filled in here. An inbox that cannot take it makes it refused.
        """
        self.look(inbox)
        again = self._same_press(order)
        if again is not None:
            return again, False
        command = Command(
            make_id(), order.at_utc_ms, order.by, order.target, order.verb, order.arguments
        )
        try:
            inbox.put(command)
            fresh = Given(command)
        except StoreError as error:
            fresh = Given(command, "refused", str(error))
        self.given = [*self.given, fresh][-20:]
        return fresh, True

    def _same_press(self, order: Command) -> Given | None:
        for one in reversed(self.given):
            known = one.command
            is_same = (known.target, known.verb, known.by, known.arguments) == (
                order.target,
                order.verb,
                order.by,
                order.arguments,
            )
            is_recent = order.at_utc_ms - known.at_utc_ms < SAME_PRESS_MS
            if is_same and one.status != "refused" and (one.is_open or is_recent):
                return one
        return None

    def look(self, inbox: Inbox) -> None:
        """Look up what became of the orders that are open or not yet on record."""
        self.given = [_looked_up(one, inbox) for one in self.given]

    def of(self, command_id: str) -> Given | None:
        """Return an order by its id; None where it is not among the newest any more."""
        return next((one for one in self.given if one.command.command_id == command_id), None)

    def shown(self, now_utc_ms: int, target: str | None = None) -> list[Given]:
        """Return the newest orders worth showing, newest first."""
        fresh = [
            one
            for one in self.given
            if (target is None or one.command.target == target)
            and (one.is_open or now_utc_ms - one.command.at_utc_ms < SHOWN_FOR_MS)
        ]
        return fresh[::-1][:SHOWN]


def _looked_up(one: Given, inbox: Inbox) -> Given:
    if one.status == "refused" or (one.status == "done" and one.is_on_record):
        return one
    try:
        found = inbox.outcome(one.command.command_id)
    except StoreError:
        return one
    if found is None:
        return Given(one.command, "unknown") if one.is_open else one
    return Given(one.command, found.status, found.message, found.is_on_record)


def order(
    at_utc_ms: int, by: str, target: str, verb: str, arguments: Mapping[str, Any] | None = None
) -> Command:
    """Return an order that has no id yet; arguments that are None are left out."""
    given = {key: value for key, value in (arguments or {}).items() if value is not None}
    return Command("", at_utc_ms, by, target, verb, given)
