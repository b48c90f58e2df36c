"""Every order of commands, legal and illegal, with a crash or a reboot between any two.

The model beside the session knows three things only: the pairs of phases that may follow each
other, the true time, and that infusion time passes while infusing.
"""

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitors.clinic.cadence import Cadence, cadence_from_record
from monitors.clinic.cadence_events import Arm, CuffResult, PhaseIs
from monitors.clinic.cadence_promise import promise
from monitors.clinic.cadence_steps import step as cadence_step
from monitors.clinic.entries import Entry, enter, standing
from monitors.clinic.entry_kinds import Note, Withdrawn
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.session import from_record, shift_of
from monitors.clinic.session_orders import adopt, begin, move, replan
from monitors.errors import SessionError
from monitors.readings import NibpDetermination, NibpOutcome

START_UTC = 1_700_000_000_000
P = Phase
LEGAL = {
    SessionKind.INFUSION: {
        (P.INTAKE, P.BASELINE),
        (P.BASELINE, P.INFUSING),
        (P.INFUSING, P.PAUSED),
        (P.PAUSED, P.INFUSING),
        (P.INFUSING, P.RECOVERY),
        (P.PAUSED, P.RECOVERY),
        (P.RECOVERY, P.DISCHARGED),
    },
    SessionKind.INJECTION: {
        (P.INTAKE, P.BASELINE),
        (P.BASELINE, P.RECOVERY),
        (P.RECOVERY, P.DISCHARGED),
    },
}
CLOSED = (P.DISCHARGED, P.ABANDONED)
READING = NibpDetermination(NibpOutcome.COMPLETED, 128, 78, 95, 72)


class SessionMachine(RuleBasedStateMachine):
    """Drive session, cadence and entries of one visit as staff, time and crashes would."""

    @initialize(name=st.sampled_from(["mood40", "pain2h", "injection"]))
    def open(self, name: str) -> None:
        self.plan = built_in()[name]
        self.utc_ms = START_UTC
        self.boot, self.boot_utc_ms = 0, START_UTC - 5_000_000
        self.session = begin(
            "s", "R1", "JD", name, self.now_ms, self.utc_ms, "N", plan=self.plan, boot_id="boot0"
        )
        self.cadence = Cadence(self.plan.cuff)
        self.entries: tuple[Entry, ...] = ()
        self.phase, self.infused_ms, self.planned_s = P.INTAKE, 0, self.session.planned_s

    @property
    def now_ms(self) -> int:
        return self.utc_ms - self.boot_utc_ms

    @rule(ms=st.integers(0, 20 * 60_000))
    def time_passes(self, ms: int) -> None:
        self.utc_ms += ms
        if self.phase is P.INFUSING:
            self.infused_ms += ms

    @rule(phase=st.sampled_from(list(Phase)))
    def somebody_orders_a_phase(self, phase: Phase) -> None:
        is_legal = (self.phase, phase) in LEGAL[self.session.kind] or (
            phase is P.ABANDONED and self.phase not in CLOSED
        )
        order = (self.session, phase, self.now_ms, self.utc_ms, "A. Nurse", "told to")
        if not is_legal:
            with pytest.raises(SessionError, match=f"(?s){self.phase}|{phase}"):
                move(*order)
            return
        self.session = move(*order)
        self.phase = phase
        self.cadence, _ = cadence_step(self.cadence, PhaseIs(phase), self.now_ms)

    @rule()
    def the_right_next_thing_is_ordered(self) -> None:
        following = [after for before, after in LEGAL[self.session.kind] if before is self.phase]
        if following:
            self.somebody_orders_a_phase(sorted(following)[0])

    @rule(minutes=st.integers(-10, 400), reason=st.sampled_from(["slower", " "]))
    def somebody_changes_the_planned_time(self, minutes: int, reason: str) -> None:
        is_allowed = (
            self.session.kind is SessionKind.INFUSION
            and 1 <= minutes <= 360
            and self.phase in (P.INTAKE, P.BASELINE, P.INFUSING, P.PAUSED)
            and reason.strip()
        )
        change = (self.session, minutes * 60, self.now_ms, self.utc_ms, "N", reason)
        if not is_allowed:
            with pytest.raises(SessionError):
                replan(*change)
            return
        self.session, self.planned_s = replan(*change), minutes * 60

    @rule(reason=st.sampled_from(["new edition", ""]))
    def somebody_takes_over_an_edited_preset(self, reason: str) -> None:
        edited = self.plan.model_copy(update={"minimum_recovery_min": 45})
        is_open = self.phase in (P.INTAKE, P.BASELINE, P.INFUSING, P.PAUSED)
        change = (self.session, edited, self.now_ms, self.utc_ms, "N", reason)
        if not (is_open and reason):
            with pytest.raises(SessionError):
                adopt(*change)
            return
        self.session, self.plan = adopt(*change), edited

    @rule(is_back=st.booleans())
    def somebody_makes_an_entry(self, is_back: bool) -> None:
        entry_id = f"e{len(self.entries)}"
        corrects = self.entries[-1].entry_id if is_back and self.entries else None
        fact = Withdrawn("slip") if corrects else Note("all well")
        entry = Entry(entry_id, self.utc_ms, self.utc_ms, "N", fact, corrects)
        can_stand = corrects is None or corrects in {e.entry_id for e in standing(self.entries)}
        if not can_stand:
            with pytest.raises(SessionError, match="no standing entry"):
                enter(self.entries, entry, began_utc_ms=START_UTC)
            return
        longer = enter(self.entries, entry, began_utc_ms=START_UTC)
        assert longer[:-1] == self.entries
        self.entries = longer

    @rule(is_within=st.booleans())
    def the_cuff_gives_a_reading(self, is_within: bool) -> None:
        result = CuffResult(READING, self.now_ms, is_within)
        self.cadence, _ = cadence_step(self.cadence, result, self.now_ms)

    @rule()
    def somebody_arms_the_cadence(self) -> None:
        arm = Arm("N", "right", "left")
        if self.phase in (P.INTAKE, *CLOSED):
            with pytest.raises(SessionError, match="from baseline to discharge"):
                cadence_step(self.cadence, arm, self.now_ms)
            return
        self.cadence, _ = cadence_step(self.cadence, arm, self.now_ms)

    @rule()
    def the_collector_is_killed_and_comes_back(self) -> None:
        before, due = self.session, promise(self.cadence, self.now_ms)
        self._restore()
        assert self.session == before
        assert promise(self.cadence, self.now_ms) == due

    @precondition(lambda self: self.boot < 4)
    @rule(down_ms=st.integers(0, 10 * 60_000))
    def the_machine_is_restarted(self, down_ms: int) -> None:
        due_utc_ms = self._due_utc_ms()
        self.time_passes(down_ms)
        self.boot += 1
        self.boot_utc_ms = self.utc_ms
        self._restore()
        assert self._due_utc_ms() == due_utc_ms
        assert not self.cadence.is_armed

    def _due_utc_ms(self) -> int | None:
        due_ms = promise(self.cadence, self.now_ms).due_ms
        return None if due_ms is None else due_ms + self.boot_utc_ms

    def _restore(self) -> None:
        """Forget everything but what the records hold."""
        record = json.loads(json.dumps(self.session.to_record()))
        cadence = json.loads(json.dumps(self.cadence.to_record()))
        entries = json.loads(json.dumps([entry.to_record() for entry in self.entries]))
        self.session = from_record(
            record, f"boot{self.boot}", lambda utc_ms: utc_ms - self.boot_utc_ms
        )
        self.cadence = cadence_from_record(cadence, shift_of(record, self.session))
        self.entries = tuple(Entry.from_record(entry) for entry in entries)

    @invariant()
    def phase_and_clocks_are_the_models(self) -> None:
        assert self.session.phase is self.phase
        assert self.session.infusion_elapsed_ms(self.now_ms) == self.infused_ms
        assert self.session.planned_s == self.planned_s
        if self.session.is_open:
            assert self.session.session_elapsed_ms(self.now_ms) == self.utc_ms - START_UTC

    @invariant()
    def marks_never_step_back_and_every_one_has_a_person(self) -> None:
        moments = [mark.at_ms for mark in self.session.marks]
        assert moments == sorted(moments)
        assert all(mark.by for mark in self.session.marks)

    @invariant()
    def a_cuff_is_promised_exactly_while_devices_are_watched(self) -> None:
        due = promise(self.cadence, self.now_ms)
        assert (due.due_ms is not None) == self.phase.is_watched
        assert self.phase.is_watched or not self.cadence.is_armed


SessionMachine.TestCase.settings = settings(
    deadline=None, derandomize=True, max_examples=60, stateful_step_count=40
)
TestSessionMachine = SessionMachine.TestCase
