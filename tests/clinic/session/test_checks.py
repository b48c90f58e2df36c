"""Observations on their schedule: what is due, what is done, what was missed."""

from monitors.clinic.checks import SlotState, observation_slots, open_slots
from monitors.clinic.entries import Entry
from monitors.clinic.entry_kinds import (
    Fact,
    Note,
    Orientation,
    Rating,
    Sedation,
    TickName,
    Withdrawn,
)
from monitors.clinic.entry_kinds import Tick as Ticked
from monitors.clinic.phases import Phase
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.protocols import CheckName
from monitors.clinic.scores import RatingScale
from monitors.clinic.session import InfusionSession
from monitors.clinic.session_orders import begin, move

UTC = 1_700_000_000_000
MINUTE = 60_000
ORIENTED = Orientation(True, True, True, True)


def session_of(protocol: str, *steps: tuple[Phase, int]) -> InfusionSession:
    plan = built_in()[protocol]
    session = begin("s", "R1", "JD", protocol, 0, UTC, "N", plan=plan)
    for phase, minute in steps:
        session = move(session, phase, minute * MINUTE, UTC + minute * MINUTE, "N", "x")
    return session


def entry(entry_id: str, fact: Fact, minute: float, corrects: str | None = None) -> Entry:
    at_utc_ms = UTC + round(minute * MINUTE)
    return Entry(entry_id, at_utc_ms, at_utc_ms, "N", fact, corrects)


def told(
    session: InfusionSession, check: CheckName, minute: float, *entries: Entry
) -> list[tuple[int, str]]:
    """Return (minute, state) of one check."""
    assert session.plan is not None
    slots = observation_slots(session, session.plan, entries, UTC + round(minute * MINUTE))
    own = [slot for slot in slots if slot.check is check]
    return [((slot.due_utc_ms - UTC) // MINUTE, str(slot.state)) for slot in own]


RUNNING = ((Phase.BASELINE, 0), (Phase.INFUSING, 10))
ORIENTATION = CheckName.ORIENTATION


def test_a_mood_infusion_asks_at_baseline_15_30_end_and_twice_after() -> None:
    ended = session_of("mood40", *RUNNING, (Phase.RECOVERY, 50))
    minutes = [minute for minute, _ in told(ended, ORIENTATION, 50)]
    assert minutes == [0, 25, 40, 50, 65, 80]
    assert told(ended, CheckName.PAIN, 50) == []


def test_a_pain_infusion_goes_on_asking_every_half_hour_and_asks_for_pain() -> None:
    session = session_of("pain2h", *RUNNING)
    assert [m for m, _ in told(session, CheckName.PAIN, 85)] == [0, 25, 40, 70, 100]


def test_four_hours_ask_for_comfort_every_hour() -> None:
    session = session_of("pain4h", *RUNNING)
    comfort = entry("c", Ticked(TickName.COMFORT), 71)
    assert told(session, CheckName.COMFORT, 75, comfort) == [(70, "done"), (130, "upcoming")]


def test_an_observation_is_due_then_overdue_then_missed() -> None:
    session = session_of("mood40", *RUNNING)
    states = [dict(told(session, ORIENTATION, minute))[25] for minute in (24, 25, 29.9, 30, 35)]
    assert states == ["upcoming", "due", "due", "overdue", "missed"]


def test_an_entry_fills_the_slot_that_was_open_and_no_other() -> None:
    session = session_of("mood40", *RUNNING)
    early = entry("a", ORIENTED, 21)
    much_too_early = entry("a", ORIENTED, 19.9)
    assert dict(told(session, ORIENTATION, 27, early))[25] == "done"
    states = dict(told(session, ORIENTATION, 27, much_too_early))
    assert (states[0], states[25]) == ("done", "due")


def test_only_an_entry_of_its_own_kind_counts_and_a_withdrawn_one_does_not() -> None:
    session = session_of("mood40", *RUNNING)
    others = (entry("a", Note("fine"), 25), entry("b", Sedation(5), 25))
    assert dict(told(session, ORIENTATION, 26, *others))[25] == "due"
    assert dict(told(session, CheckName.SEDATION, 26, *others))[25] == "done"
    taken_back = (entry("a", ORIENTED, 25), entry("b", Withdrawn("slip"), 26, "a"))
    assert dict(told(session, ORIENTATION, 26, *taken_back))[25] == "due"


def test_an_early_stop_drops_what_was_still_to_come_and_asks_at_the_end() -> None:
    stopped = session_of("mood40", *RUNNING, (Phase.RECOVERY, 30))
    assert [m for m, _ in told(stopped, ORIENTATION, 30)] == [0, 25, 30, 45, 60]


def test_after_discharge_nothing_more_comes_due() -> None:
    gone = session_of("mood40", *RUNNING, (Phase.RECOVERY, 50), (Phase.DISCHARGED, 70))
    assert [m for m, _ in told(gone, ORIENTATION, 300)] == [0, 25, 40, 50, 65]
    left = session_of("pain2h", *RUNNING, (Phase.ABANDONED, 60))
    assert [m for m, _ in told(left, ORIENTATION, 300)] == [0, 25, 40]


def test_an_injection_counts_from_its_mark() -> None:
    session = session_of("injection", (Phase.BASELINE, 0), (Phase.RECOVERY, 10))
    assert [m for m, _ in told(session, ORIENTATION, 11)] == [0, 25, 40, 70, 100]


def test_before_baseline_nothing_is_due_and_open_slots_are_due_or_overdue() -> None:
    waiting = session_of("mood40")
    assert told(waiting, ORIENTATION, 5) == []
    session = session_of("mood40", *RUNNING)
    assert session.plan is not None
    rated = entry("a", Rating(RatingScale.DISSOCIATION, 4), 26)
    slots = observation_slots(session, session.plan, (rated,), UTC + 31 * MINUTE)
    assert {(slot.check, slot.state) for slot in open_slots(slots)} == {
        (CheckName.ORIENTATION, SlotState.OVERDUE),
        (CheckName.SEDATION, SlotState.OVERDUE),
        (CheckName.NAUSEA, SlotState.OVERDUE),
    }
    assert next(slot for slot in slots if slot.entry_id == "a").check is CheckName.DISSOCIATION
