"""What staff may order at a recliner, verb by verb.

Here an order becomes a change of session, alarms or limits, or a wish to the cuff; each verb is
one short function in a table. A refusal is a SessionError whose words go back to the person who
asked. Orders are records of what staff did: nothing here controls a pump.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from monitors.clinic import session_orders, stimuli
from monitors.clinic.cadence_events import AskNow
from monitors.clinic.checklist import check_leaving
from monitors.clinic.conditions import Condition
from monitors.clinic.gate import check_gate
from monitors.clinic.happenings import CuffOrder, Happening
from monitors.clinic.limits import change_limit
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.preset_file import NO_PRESET
from monitors.clinic.protocol_toml import preset_named
from monitors.clinic.recliner import Recliner
from monitors.clinic.seating import enter, seat
from monitors.clinic.session import InfusionSession
from monitors.errors import ConfigurationError, SessionError
from monitors.readings import CuffState

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Moment:
    """Hold one moment on the room's timeline and in UTC, with the boot it belongs to."""

    now_ms: int
    utc_ms: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class Order:
    """Hold what a person asks of a recliner. arguments: as the verb's function reads them."""

    verb: str
    by: str
    arguments: Mapping[str, Any]
    order_id: str = ""

    @property
    def name(self) -> str:
        """Return what is ordered, as people say it: change limit."""
        return self.verb.replace("_", " ")

    def text(self, key: str) -> str:
        """Return an argument as text without blanks around it; SessionError if it is missing."""
        value = self.arguments.get(key)
        if value is None or not str(value).strip():
            raise SessionError(f"{self.name} needs {key!r}")
        return str(value).strip()

    def reason(self) -> str | None:
        """Return the reason given, or None."""
        return str(self.arguments.get("reason") or "").strip() or None


@dataclass(frozen=True, slots=True)
class Carried:
    """Hold what an order led to: words for the person and what happened.

    cuff: the order is a cuff order, answered when the device was asked; further_cuffs: readings
    that the order brings with it.
    """

    message: str
    happened: tuple[Happening, ...] = ()
    cuff: CuffOrder | None = None
    further_cuffs: tuple[CuffOrder, ...] = ()


Verb = Callable[[Recliner, Order, Moment], Carried]


def carry_out(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    """Carry out an order.

    Raises SessionError, with words for the person who asked, when it is unknown or not allowed;
    the recliner is then unchanged.
    """
    verbs = all_verbs()
    if order.verb not in verbs:
        raise SessionError(f"there is no order {order.verb!r}; known: {', '.join(sorted(verbs))}")
    if not order.by.strip():
        raise SessionError(f"{order.name}: say who orders it; a person's name is missing")
    try:
        carried = verbs[order.verb](recliner, order, moment)
    except ConfigurationError as error:
        raise SessionError(str(error)) from error
    if recliner.visit is not None:
        recliner.visit.version += 1
    return carried


@cache
def all_verbs() -> Mapping[str, Verb]:
    """Return every verb by its name."""
    from monitors.clinic.visit_verbs import VISIT_VERBS

    return VERBS | VISIT_VERBS


def open_session(recliner: Recliner, order: Order) -> InfusionSession:
    """Return the session in the recliner; SessionError if there is none."""
    if recliner.session is None:
        raise SessionError(f"{recliner.setup.name} has no session, so {order.name} is not possible")
    return recliner.session


# ---- the session


def _begin_session(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    if recliner.session is not None:
        label = recliner.session.label
        raise SessionError(f"{recliner.setup.name} already has a session ({label})")
    protocol = preset_named(order.text("protocol"), recliner.protocols)
    asked_s = order.arguments.get("planned_s")
    began = session_orders.begin(
        order.order_id or uuid4().hex,
        recliner.setup.name,
        order.text("label"),
        protocol.name,
        moment.now_ms,
        moment.utc_ms,
        order.by,
        planned_s=int(asked_s) if asked_s is not None else None,
        plan=protocol,
        boot_id=moment.boot_id,
    )
    happened = seat(recliner, began, moment.now_ms)
    return Carried(f"session of {began.label} begun", tuple(happened))


def _move(phase: Phase, words: str) -> Verb:
    """Return the verb that enters a phase."""

    def verb(recliner: Recliner, order: Order, moment: Moment) -> Carried:
        was = open_session(recliner, order)
        moved = session_orders.move(
            was, phase, moment.now_ms, moment.utc_ms, order.by, order.reason()
        )
        if phase is Phase.INFUSING or phase is Phase.RECOVERY:
            _see_gate(recliner, moved, order)
        if phase is Phase.DISCHARGED:
            _see_checklist(recliner, moved, order, moment)
        happened = enter(recliner, moved, moment.now_ms)
        if phase is Phase.PAUSED:
            happened += recliner.tell_cadence(AskNow(order.by), moment.now_ms)
        return Carried(words, tuple(happened))

    return verb


def _see_gate(recliner: Recliner, moved: InfusionSession, order: Order) -> None:
    """Let the drug be given for the first time only past the gate; SessionError says why not."""
    if not moved.is_drug_begun_now or recliner.visit is None:
        return
    if recliner.limits.preset == NO_PRESET:
        raise SessionError("under 18 no limits load by themselves: choose limits first")
    physician = str(order.arguments.get("physician") or "").strip() or None
    check_gate(recliner.visit.gate(), physician, order.reason())


def _see_checklist(
    recliner: Recliner, moved: InfusionSession, order: Order, moment: Moment
) -> None:
    """Let go only with nothing missing, or with a reason; SessionError names what is missing."""
    if recliner.visit is None or recliner.session is None:
        return
    items = recliner.checklist(moment.now_ms, moment.utc_ms)
    check_leaving(items, order.by, order.reason())


# ---- alarms


def _acknowledge(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    condition = _condition(order)
    standing = {alarm.condition for alarm in recliner.standing(moment.now_ms)}
    if condition not in standing:
        raise SessionError(f"{_alarm(condition)} does not stand at {recliner.setup.name} any more")
    device_id = order.arguments.get("device_id")
    stimulus = stimuli.Acknowledge(condition, order.by, device_id)
    return Carried(
        f"{_alarm(condition)} acknowledged", tuple(recliner.step(stimulus, moment.now_ms))
    )


def _alarm(condition: Condition) -> str:
    """Name an alarm as people do: SpO2 low, BP very high."""
    return condition.replace("spo2", "SpO2").replace("nibp", "BP").replace("_", " ")


def _condition(order: Order) -> Condition:
    name = order.text("condition")
    try:
        return Condition(name)
    except ValueError:
        raise SessionError(f"there is no alarm condition {name!r}") from None


def _pause_audio(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    happened = recliner.step(stimuli.PauseAudio(order.by), moment.now_ms)
    return Carried("sound of this recliner paused for two minutes", tuple(happened))


def _resume_audio(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    happened = recliner.step(stimuli.ResumeAudio(order.by), moment.now_ms)
    return Carried("sound of this recliner is on", tuple(happened))


def _change_limit(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    open_session(recliner, order)
    condition, bound = order.text("condition"), order.arguments.get("bound")
    if bound is not None and not isinstance(bound, int | float):
        raise SessionError(f"the new limit is a number, not {bound!r}")
    before = recliner.limits
    after = change_limit(before, condition, bound, order.by, order.text("reason"))
    recliner.limits = after
    change = stimuli.LimitsAre(after, order.by, order.reason(), Condition(condition))
    happened: list[Happening] = list(recliner.step(change, moment.now_ms))
    was = before.by_condition[Condition(condition)].bound
    payload = {
        "condition": condition,
        "from": was.number if was else None,
        "to": bound,
        "reason": order.reason(),
    }
    happened.append(recliner.entry("limit_changed", moment.now_ms, order.by, payload))
    words = "switched off" if bound is None else f"now {bound:g}"
    return Carried(f"{_alarm(Condition(condition))} is {words}", tuple(happened))


# ---- the cuff


def _measure_now(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    """Wish one measurement; without a session too: its result then belongs to no session."""
    device = recliner.setup.cuff_device()
    if device is None:
        raise SessionError(
            f"the cuff of {recliner.setup.name} cannot be started from here: its device cannot, "
            "or clinic.toml does not allow it (cuff_start)"
        )
    if recliner.arms.has_cuff_on_iv:
        raise SessionError("the cuff is on the arm of the IV line; move it before measuring")
    if recliner.nibp.activity.state is CuffState.MEASURING:
        raise SessionError("a measurement is running already")
    recliner.nibp.cycle.asked(moment.now_ms)
    asked = CuffOrder(device.device_id, True, order.by, remark=_arms_remark(recliner))
    return Carried("cuff started", cuff=asked)


def _arms_remark(recliner: Recliner) -> str:
    """Return what the person at the recliner must look at where nobody said which arm has what."""
    running, arms = recliner.session, recliner.arms
    if running is None or running.kind is not SessionKind.INFUSION:
        return ""
    if arms.cuff is not None and arms.iv is not None:
        return ""
    return "see that the cuff is not on the arm of the line: the intake does not say"


def _cancel_cuff(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    device = recliner.setup.cuff_device()
    if device is None:
        raise SessionError(f"the cuff of {recliner.setup.name} cannot be stopped from here")
    return Carried("cuff stopped", cuff=CuffOrder(device.device_id, False, order.by))


def _note(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    text = order.text("text")
    if len(text) > LONGEST_NOTE:
        raise SessionError(
            f"a note has at most {LONGEST_NOTE} characters, this one has {len(text)}"
        )
    entry = recliner.entry("note", moment.now_ms, order.by, {"text": text})
    return Carried("noted", (entry,))


VERBS: dict[str, Verb] = {
    "begin_session": _begin_session,
    "begin_baseline": _move(Phase.BASELINE, "baseline begun"),
    "start_infusion": _move(Phase.INFUSING, "infusion time runs; the pump is not controlled"),
    "pause_infusion": _move(Phase.PAUSED, "infusion time paused; the pump is not controlled"),
    "resume_infusion": _move(Phase.INFUSING, "infusion time runs; the pump is not controlled"),
    "stop_infusion": _move(Phase.RECOVERY, "infusion ended, recovery begun"),
    "give_injection": _move(Phase.RECOVERY, "injection recorded, observation begun"),
    "discharge": _move(Phase.DISCHARGED, "discharged"),
    "abandon": _move(Phase.ABANDONED, "session abandoned"),
    "acknowledge": _acknowledge,
    "pause_audio": _pause_audio,
    "resume_audio": _resume_audio,
    "change_limit": _change_limit,
    "measure_now": _measure_now,
    "cancel_cuff": _cancel_cuff,
    "note": _note,
}
