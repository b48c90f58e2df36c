"""Orders given from a page: each once, each with its outcome."""

from __future__ import annotations

from itertools import count

from monitors.errors import StoreError
from monitors.store.facts import Command, CommandOutcome
from views.desk import SAME_PRESS_MS, Desk, order

NOW = 1_763_771_200_000


class Inbox:
    """Take commands like the picture, answer when told to."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.outcomes: dict[str, CommandOutcome] = {}
        self.is_broken = False

    def put(self, command: Command) -> None:
        if self.is_broken:
            raise StoreError("there is no picture yet")
        self.commands.append(command)
        waiting = CommandOutcome(command.command_id, "pending", "", None)
        self.outcomes[command.command_id] = waiting

    def outcome(self, command_id: str) -> CommandOutcome | None:
        return self.outcomes.get(command_id)

    def answer(self, command_id: str, status: str, *, is_on_record: bool = True) -> None:
        self.outcomes[command_id] = CommandOutcome(command_id, status, "so", NOW, is_on_record)


def give(desk: Desk, inbox: Inbox, at: int = NOW, verb: str = "note", **arguments: str) -> bool:
    """Give an order and say whether it was a new one."""
    ids = (f"id{number}" for number in count(len(inbox.commands)))
    wanted = order(at, "A. Nurse", "recliner:R1", verb, arguments)
    return desk.give(inbox, lambda: next(ids), wanted)[1]


def test_the_same_press_twice_is_one_order() -> None:
    desk, inbox = Desk(), Inbox()
    assert give(desk, inbox, text="calm") is True
    inbox.answer("id0", "done")
    assert give(desk, inbox, NOW + SAME_PRESS_MS - 1, text="calm") is False
    assert len(inbox.commands) == 1


def test_the_same_order_later_is_another_one() -> None:
    desk, inbox = Desk(), Inbox()
    give(desk, inbox, verb="measure_now")
    inbox.answer("id0", "done")
    assert give(desk, inbox, NOW + SAME_PRESS_MS, verb="measure_now") is True


def test_an_order_that_still_waits_is_not_given_again_however_late() -> None:
    desk, inbox = Desk(), Inbox()
    give(desk, inbox, verb="pause_infusion")
    assert give(desk, inbox, NOW + 60_000, verb="pause_infusion") is False


def test_a_refused_order_may_be_given_again_at_once() -> None:
    desk, inbox = Desk(), Inbox()
    give(desk, inbox, verb="discharge")
    inbox.answer("id0", "refused")
    assert give(desk, inbox, NOW + 1, verb="discharge") is True


def test_other_arguments_make_another_order() -> None:
    desk, inbox = Desk(), Inbox()
    assert give(desk, inbox, text="calm") is True
    assert give(desk, inbox, text="asleep") is True


def test_an_inbox_that_cannot_take_an_order_refuses_it_in_words() -> None:
    desk, inbox = Desk(), Inbox()
    inbox.is_broken = True
    give(desk, inbox)
    (given,) = desk.shown(NOW)
    assert (given.status, given.message) == ("refused", "there is no picture yet")


def test_outcomes_are_followed_until_they_are_on_record() -> None:
    desk, inbox = Desk(), Inbox()
    give(desk, inbox)
    assert desk.shown(NOW)[0].is_open
    inbox.answer("id0", "done", is_on_record=False)
    desk.look(inbox)
    assert (desk.shown(NOW)[0].status, desk.shown(NOW)[0].is_on_record) == ("done", False)
    inbox.answer("id0", "done")
    desk.look(inbox)
    assert desk.shown(NOW)[0].is_on_record


def test_an_order_that_the_inbox_has_lost_is_told_as_unknown() -> None:
    desk, inbox = Desk(), Inbox()
    give(desk, inbox)
    inbox.outcomes.clear()
    desk.look(inbox)
    assert desk.shown(NOW)[0].status == "unknown"


def test_only_new_or_waiting_orders_of_this_place_are_shown_newest_first() -> None:
    desk, inbox = Desk(), Inbox()
    give(desk, inbox, text="one")
    inbox.answer("id0", "done")
    give(desk, inbox, NOW + 5_000, text="two")
    assert [g.command.arguments["text"] for g in desk.shown(NOW + 5_000)] == ["two", "one"]
    assert desk.shown(NOW, "recliner:R2") == []
    later = NOW + 10_000_000
    desk.look(inbox)
    assert [g.command.arguments["text"] for g in desk.shown(later)] == ["two"]


def test_arguments_that_nobody_gave_are_left_out() -> None:
    assert order(NOW, "A", "recliner:R1", "stop_infusion", {"reason": None}).arguments == {}
