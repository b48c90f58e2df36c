"""Staff order anything in any order, the collector dies between any two, and it still holds."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitors.clinic.phases import allowed_after
from monitors.clinic.remembering import recall, remember
from monitors.clinic.verbs import VERBS, Order, carry_out
from monitors.clinic.visit_verbs import VISIT_VERBS
from monitors.errors import SessionError
from monitors.readings import CuffActivity, CuffState, NibpDetermination, NibpFailure, NibpOutcome
from tests.clinic.test_recliner import CUFF, Recliner, Story, setup

ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    "begin_session": [
        {"label": "JD-14", "protocol": "mood40"},
        {"label": "MK-07", "protocol": "pain4h"},
        {"label": "AB-1", "protocol": "injection"},
        {"label": "Jonathan Doe", "protocol": "mood40"},
    ],
    "start_infusion": [{}, {"physician": "Dr. Chen", "reason": "agreed"}],
    "give_injection": [{}, {"physician": "Dr. Chen", "reason": "agreed"}],
    "pause_infusion": [{"reason": "nausea"}, {}],
    "stop_infusion": [{"reason": "done"}],
    "discharge": [{}, {"reason": "left against advice"}],
    "abandon": [{}, {"reason": "changed plans"}],
    "acknowledge": [{"condition": "spo2_low"}, {"condition": "nibp_overdue"}],
    "change_limit": [
        {"condition": "spo2_low", "bound": 91, "reason": "asked"},
        {"condition": "spo2_low", "bound": None, "reason": "asked"},
        {"condition": "pulse_high", "bound": None, "reason": "asked"},
    ],
    "note": [{"text": "well"}],
    "record_intake": [
        {"form": {"weight_kg": 70, "dose": "0.5 mg/kg"}},
        {"form": {"age_years": 15}},
        {"form": {"weight_kg": -1}},
    ],
    "load_limits": [{"preset": "mood", "reason": "Dr. Chen"}, {"preset": "none", "reason": "x"}],
    "enter": [
        {"kind": "medicine", "values": {"name": "ondansetron", "amount": 4, "unit": "mg"}},
        {"kind": "rate_change", "values": {"rate": "30 mg/h"}},
        {"kind": "rating", "values": {"scale": "nausea", "score": 9}},
    ],
    "extend": [{"planned_s": 3600, "reason": "slower"}, {"planned_s": 1, "reason": "slip"}],
    "adopt_protocol": [{"protocol": "pain4h", "reason": "asked"}, {"reason": "x"}, {}],
    "set_interval": [{"phase": "infusing", "every_min": 10}, {"phase": "nowhere"}],
    "accept_device": [{"device_id": "R1/oximeter"}],
}
ORDERS = [(verb, a) for verb in (*VERBS, *VISIT_VERBS) for a in ARGUMENTS.get(verb, [{}])]


class AnyOrder(RuleBasedStateMachine):
    """Drive one recliner."""

    @initialize()
    def sit(self) -> None:
        self.story = Story()
        self.elapsed: dict[str, int] = {}
        self.written = 0

    @property
    def recliner(self) -> Recliner:
        return self.story.recliner

    @rule(order=st.sampled_from(ORDERS))
    def order(self, order: tuple[str, dict[str, Any]]) -> None:
        verb, arguments = order
        self.written += 1
        before = remember(self.recliner, self.story.moment)
        session = self.recliner.session
        try:
            carry_out(
                self.recliner,
                Order(verb, "R. Ortiz, RN", arguments, f"order-{self.written}"),
                self.story.moment,
            )
        except SessionError:
            assert remember(self.recliner, self.story.moment) == before
            return
        after = self.recliner.session
        if session is not None and after is not None and after.phase is not session.phase:
            assert after.phase in allowed_after(session.kind, session.phase)

    @rule(spo2=st.one_of(st.none(), st.integers(70, 100)), seconds=st.integers(1, 12))
    def measure(self, spo2: int | None, seconds: int) -> None:
        self.story.spo2(spo2, seconds=seconds)

    @rule(systolic=st.integers(70, 220), age_s=st.integers(0, 200))
    def cuff(self, systolic: int, age_s: int) -> None:
        self.story.cuff(systolic, systolic * 6 // 10, age_s=age_s)

    @rule()
    def cuff_fails(self) -> None:
        failed = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.MOTION)
        self.recliner.take(CUFF, failed, self.story.clock.now_ms())

    @rule(state=st.sampled_from(CuffState))
    def cuff_moves(self, state: CuffState) -> None:
        self.recliner.take(CUFF, CuffActivity(state), self.story.clock.now_ms())

    @rule(seconds=st.sampled_from((1, 5, 30, 130, 600)))
    def wait(self, seconds: int) -> None:
        now_ms = self.story.later(seconds)
        for wanted in self.recliner.cuff_due(now_ms):
            assert self.recliner.visit is not None
            assert self.recliner.visit.cadence.may_start(now_ms)
            self.recliner.cuff_answered(wanted, None, now_ms)

    @rule(is_reboot=st.booleans())
    def die(self, is_reboot: bool) -> None:
        moment, before = self.story.moment, self.story.picture()
        record = remember(self.recliner, moment)
        clock = self.story.clock
        if is_reboot:
            utc_ms = clock.utc_ms(clock.at_ms)
            clock.at_ms, clock.boot_id = 7_000, clock.boot_id + "'"
            clock.utc_offset_ms = utc_ms - 7_000
        self.story.recliner = Recliner(setup())
        recall(self.recliner, record, self.story.moment, moment.boot_id)
        after = self.story.picture()
        assert after["session"] == before["session"]
        assert after["limits"] == before["limits"]
        told = {a["condition"] for a in before["alarms"] if a["kind"] == "physiological"}
        kept = {a["condition"] for a in after["alarms"] if a["kind"] == "physiological"}
        assert told <= kept
        for key in ("systolic_mmhg", "at", "state"):
            assert after["nibp"][key] == before["nibp"][key]

    @invariant()
    def infusion_time_never_runs_back(self) -> None:
        session = self.recliner.session
        if session is None:
            return
        elapsed_ms = session.infusion_elapsed_ms(self.story.clock.now_ms())
        assert elapsed_ms >= self.elapsed.get(session.session_id, 0)
        self.elapsed[session.session_id] = elapsed_ms

    @invariant()
    def an_empty_recliner_has_nothing_of_anybody(self) -> None:
        if self.recliner.session is None:
            assert self.recliner.visit is None
            assert self.recliner.baseline == {}
            assert self.recliner.limits.changes == ()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
