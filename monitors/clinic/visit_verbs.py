"""What staff may order of a visit: intake, entries, plan, cadence, limits, a device that moved.

Here are the verbs of the session as a clinic runs it, in the same shape as those of verbs.py.
Each changes one thing, says in words what it did, and leaves everything as it was when refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from monitors.clinic import session_orders, stimuli, swapped
from monitors.clinic.adopting import take_over
from monitors.clinic.cadence_events import (
    Arm,
    CadenceEvent,
    Disarm,
    IntervalIs,
    RateRaised,
    Stat,
    StopStat,
)
from monitors.clinic.editions import edition_of
from monitors.clinic.entries import Entry, enter
from monitors.clinic.entry_kinds import RateChange, fact_of, fact_record
from monitors.clinic.given import rate_before
from monitors.clinic.happenings import EntryMade, Happening
from monitors.clinic.intake import Intake, read_intake
from monitors.clinic.phases import Phase
from monitors.clinic.place import Arms
from monitors.clinic.preset_file import technical_only
from monitors.clinic.protocol_toml import preset_named
from monitors.clinic.recliner import Recliner
from monitors.clinic.verbs import Carried, Moment, Order, Verb, open_session
from monitors.clinic.visit import Visit
from monitors.errors import SessionError


def _visit(recliner: Recliner, order: Order) -> Visit:
    """Return the visit in the recliner; SessionError if nobody sits there."""
    open_session(recliner, order)
    assert recliner.visit is not None
    return recliner.visit


def _see_version(visit: Visit, order: Order) -> None:
    """Refuse an order made on what is no longer so, rather than overwrite it silently."""
    seen = order.arguments.get("seen_version")
    if seen is not None and int(seen) != visit.version:
        raise SessionError(
            f"{order.name}: the session has changed since the page was opened "
            f"(last intake by {visit.intake_by or 'nobody'}); look again and repeat"
        )


# ---- intake


def _record_intake(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    visit, running = _visit(recliner, order), open_session(recliner, order)
    _see_version(visit, order)
    form: Mapping[str, Any] = {**visit.intake.to_record(), **dict(order.arguments.get("form", {}))}
    intake = read_intake(
        form,
        planned_s=running.planned_s,
        kind=running.kind,
        confirmed=tuple(order.arguments.get("confirmed", ())),
    )
    was_minor = visit.intake.is_minor
    visit.intake, visit.intake_by = intake, order.by
    recliner.arms = _arms(intake, recliner.setup.arms)
    happened: list[Happening] = [
        recliner.entry("intake", moment.now_ms, order.by, intake.to_record())
    ]
    if intake.is_minor and not was_minor:
        happened += _unload(recliner, order, moment)
        return Carried("intake recorded; under 18 no limits load by themselves", tuple(happened))
    return Carried("intake recorded", tuple(happened))


def _arms(intake: Intake, usual: Arms) -> Arms:
    return Arms(
        str(intake.probe_arm) if intake.probe_arm else usual.probe,
        str(intake.cuff_arm) if intake.cuff_arm else usual.cuff,
        str(intake.iv_arm) if intake.iv_arm else usual.iv,
    )


def _unload(recliner: Recliner, order: Order, moment: Moment) -> list[Happening]:
    recliner.limits = technical_only()
    change = stimuli.LimitsAre(recliner.limits, order.by, "the patient is under 18")
    return recliner.step(change, moment.now_ms)


def _load_limits(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    _visit(recliner, order)
    reason, name = order.text("reason"), order.text("preset")
    if name not in recliner.presets:
        raise SessionError(f"there is no preset {name!r}; known: {', '.join(recliner.presets)}")
    recliner.limits = recliner.presets[name]
    change = stimuli.LimitsAre(recliner.limits, order.by, reason)
    payload = {"preset": name, "reason": reason}
    happened: list[Happening] = list(recliner.step(change, moment.now_ms))
    happened.append(recliner.entry("limits_loaded", moment.now_ms, order.by, payload))
    return Carried(f"limits are now those of {name}", tuple(happened))


# ---- entries


def _enter(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    visit, running = _visit(recliner, order), open_session(recliner, order)
    at_utc_ms = int(order.arguments.get("at_utc_ms") or moment.utc_ms)
    entry = Entry(
        order.order_id or uuid4().hex,
        at_utc_ms,
        moment.utc_ms,
        order.by,
        fact_of(order.text("kind"), dict(order.arguments.get("values", {}))),
        order.arguments.get("corrects"),
    )
    rate_was = rate_before(running, visit.intake.dose, visit.intake.weight_kg, visit.entries)
    visit.entries = enter(
        visit.entries,
        entry,
        began_utc_ms=running.marks[0].utc_ms,
        weight_kg=visit.intake.weight_kg,
        is_confirmed=bool(order.arguments.get("is_confirmed")),
    )
    happened: list[Happening] = [_entry_made(recliner, entry, moment)]
    if isinstance(entry.fact, RateChange):
        happened += _tell_rate(recliner, entry.fact, rate_was, moment)
    return Carried(f"{entry.kind.replace('_', ' ')} recorded", tuple(happened))


def _entry_made(recliner: Recliner, entry: Entry, moment: Moment) -> EntryMade:
    at_ms = moment.now_ms - (moment.utc_ms - entry.at_utc_ms)
    payload = {**fact_record(entry.fact), "recorded_utc_ms": entry.recorded_utc_ms}
    session_id = recliner.session.session_id if recliner.session else None
    return EntryMade(
        session_id, entry.kind, at_ms, entry.by, payload, entry.corrects, entry.entry_id
    )


def _tell_rate(
    recliner: Recliner, fact: RateChange, rate_was: float | None, moment: Moment
) -> list[Happening]:
    """Tell the cadence of a raised rate; after one, pressures are taken more often."""
    visit = recliner.visit
    assert visit is not None
    now = fact.rate.rate_mg_per_h(visit.intake.weight_kg or 70.0, None)
    if rate_was is not None and now <= rate_was:
        return []
    return recliner.tell_cadence(RateRaised(), moment.now_ms)


# ---- the plan


def _extend(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    running = open_session(recliner, order)
    _see_version(_visit(recliner, order), order)
    planned_s = int(order.text("planned_s"))
    recliner.session = session_orders.replan(
        running, planned_s, moment.now_ms, moment.utc_ms, order.by, order.text("reason")
    )
    payload = {"from_s": running.planned_s, "to_s": planned_s, "reason": order.reason()}
    happened: list[Happening] = [
        recliner.entry("plan_changed", moment.now_ms, order.by, payload),
        *recliner.tell_phase(moment.now_ms),
    ]
    return Carried(f"planned time is now {planned_s / 60:g} min", tuple(happened))


def _adopt_protocol(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    """Go over to the clinic's present edition of a preset, as the page showed it."""
    running = open_session(recliner, order)
    name = str(order.arguments.get("protocol") or running.protocol)
    plan = preset_named(name, recliner.protocols)
    seen = order.arguments.get("edition")
    if seen is not None and seen != edition_of(plan):
        raise SessionError(
            f"{plan.title} is not what the page showed any more: its file was changed once more, "
            "or cannot be read; look again"
        )
    happened = take_over(recliner, running, plan, order, moment)
    return Carried(f"follows {plan.title} as dated {plan.dated} from now on", tuple(happened))


# ---- the cuff's cadence


def _tell(recliner: Recliner, order: Order, event: CadenceEvent, moment: Moment) -> list[Happening]:
    _visit(recliner, order)
    happened = recliner.tell_cadence(event, moment.now_ms)
    payload = {key: value for key, value in order.arguments.items() if key != "seen_version"}
    return [*happened, recliner.entry(order.verb, moment.now_ms, order.by, payload)]


def _arm_cadence(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    if recliner.setup.cuff_device() is None:
        raise SessionError(
            f"the cuff of {recliner.setup.name} cannot be started from here, so no cadence can: "
            "its device cannot, or clinic.toml does not allow it (cuff_start)"
        )
    event = Arm(order.by, recliner.arms.cuff, recliner.arms.iv)
    happened = _tell(recliner, order, event, moment)
    return Carried("the cadence starts the cuff in this session", tuple(happened))


def _disarm_cadence(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    happened = _tell(recliner, order, Disarm(order.by), moment)
    return Carried("the cadence no longer starts the cuff", tuple(happened))


def _stat_series(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    """Measure again and again for five minutes; where that cannot be, remind the nurse to."""
    may_start = recliner.setup.cuff_device() is not None
    _visit(recliner, order)
    _see_stat_arms(recliner, may_start)
    happened = _tell(recliner, order, Stat(order.by, may_start), moment)
    if may_start:
        return Carried("the cuff is started again and again for five minutes", tuple(happened))
    return Carried(
        "readings are due at short intervals for five minutes; the cuff of "
        f"{recliner.setup.name} cannot be started from here: the nurse measures",
        tuple(happened),
    )


def _see_stat_arms(recliner: Recliner, may_start: bool) -> None:
    """Refuse a series on the line's arm, and one of starts where nobody said which arm that is."""
    if recliner.setup.device_for("nibp") is None:
        raise SessionError(f"no cuff of {recliner.setup.name} tells its readings here")
    if recliner.arms.has_cuff_on_iv:
        raise SessionError("the cuff is on the arm of the IV line; move it before measuring")
    if may_start and None in (recliner.arms.cuff, recliner.arms.iv):
        raise SessionError(
            "say which arm has the cuff and which the IV before a STAT series, or measure once"
        )


def _stop_stat(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    cadence = _visit(recliner, order).cadence
    if cadence.stat_ms is None:
        raise SessionError("no STAT series runs")
    has_read = cadence.has_read_since(cadence.stat_ms)
    happened = tuple(_tell(recliner, order, StopStat(order.by), moment))
    return Carried("series ended" if has_read else "series ended without a reading", happened)


def _set_interval(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    every = order.arguments.get("every_min")
    try:
        phase = Phase(order.text("phase"))
        every_min = float(every) if every is not None else None
    except ValueError as error:
        raise SessionError(f"{order.name}: {error}") from None
    happened = _tell(recliner, order, IntervalIs(phase, every_min, order.by), moment)
    words = "the protocol's" if every_min is None else f"{every_min:g} min"
    return Carried(f"interval in {phase} is {words}", tuple(happened))


# ---- a device that is another one


def _accept_device(recliner: Recliner, order: Order, moment: Moment) -> Carried:
    device_id = order.text("device_id")
    happened = swapped.accept(recliner, device_id, order.by, moment.now_ms)
    return Carried(f"{device_id} counts again", tuple(happened))


VISIT_VERBS: dict[str, Verb] = {
    "record_intake": _record_intake,
    "load_limits": _load_limits,
    "enter": _enter,
    "extend": _extend,
    "adopt_protocol": _adopt_protocol,
    "arm_cadence": _arm_cadence,
    "disarm_cadence": _disarm_cadence,
    "stat_series": _stat_series,
    "stop_stat": _stop_stat,
    "set_interval": _set_interval,
    "accept_device": _accept_device,
}
