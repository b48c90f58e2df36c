"""An order is taken once, and answered when the journal has it or has had long enough."""

from __future__ import annotations

import pytest

from monitors.clock import PushedClock
from monitors.collecting.answers import ANSWER_AFTER_MS, Answers
from monitors.collecting.books import Books, OnRecord
from monitors.collecting.pacing import Pace
from monitors.store.facts import Command, CommandFact, CommandOutcome
from monitors.store.journal import Journal
from monitors.store.lease import Holder
from monitors.store.picture import Picture

ORDER = Command("c1", 1_763_771_234_567, "A. Nurse", "recliner:R1", "pause_audio")


class Counter:
    """Take and answer orders; nothing brings facts to the journal unless a test does."""

    def __init__(self, picture: Picture, page: Picture, journal: Journal) -> None:
        self.clock, self.world = PushedClock(at_ms=5_000), PushedClock(at_ms=90_000)
        self.told: list[OnRecord] = []
        self.journal, self.page = journal, page
        pace = Pace(self.clock)
        holder = Holder.of_this_process()
        books = Books(journal, {}, holder, self.clock, pace, self.told.append)
        self.answers = Answers(picture, books, self.clock, pace, self.world.now_ms)

    def taken(self) -> list[str]:
        return [command.command_id for command in self.answers.new_orders()]

    def outcome(self, command_id: str = "c1") -> CommandOutcome:
        found = self.page.outcome(command_id)
        assert found is not None
        return found


@pytest.fixture
def counter(picture: Picture, page: Picture, journal: Journal) -> Counter:
    page.put(ORDER)
    return Counter(picture, page, journal)


def test_an_order_is_taken_once_however_often_one_looks(counter: Counter) -> None:
    assert [counter.taken(), counter.taken()] == [["c1"], []]


def test_an_answer_waits_until_the_journal_has_the_order(counter: Counter) -> None:
    counter.taken()
    counter.answers.give(ORDER, "done", "sound paused")
    counter.answers.give_late_ones()
    assert counter.outcome().status == "pending"
    counter.answers.put_on_record(["c1"])
    told = counter.outcome()
    assert (told.status, told.message, told.is_on_record) == ("done", "sound paused", True)


def test_a_journal_that_takes_too_long_delays_an_answer_by_a_second_and_no_more(
    counter: Counter,
) -> None:
    counter.taken()
    counter.answers.give(ORDER, "refused", "no session")
    counter.world.push((ANSWER_AFTER_MS - 1) / 1000)
    counter.answers.give_late_ones()
    assert counter.outcome().status == "pending"
    counter.world.push(0.001)
    counter.answers.give_late_ones()
    assert (counter.outcome().status, counter.outcome().is_on_record) == ("refused", False)
    counter.answers.put_on_record(["c1"])
    assert counter.outcome().is_on_record


def test_an_order_of_an_earlier_collector_is_answered_from_the_record_and_not_carried_out(
    counter: Counter,
) -> None:
    done = CommandFact(
        "c1", ORDER.at_utc_ms, ORDER.by, ORDER.target, ORDER.verb, {}, "done", "sound paused", 7_000
    )  # fmt: skip
    counter.journal.write([done])
    assert counter.taken() == []
    told = counter.outcome()
    assert (told.status, told.done_at_utc_ms, told.is_on_record) == ("done", 7_000, True)
