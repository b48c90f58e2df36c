"""A running session takes over an edited protocol, because a person orders it with a reason.

Here the session, the cuff's cadence and the limits go over to the new edition together, or none of
them does; the planned time stays. An edit of a file reaches a running session in no other way.
"""

from __future__ import annotations

from monitors.clinic import session_orders, stimuli
from monitors.clinic.cadence_events import StagesAre
from monitors.clinic.editions import edition_of
from monitors.clinic.happenings import Happening
from monitors.clinic.limits import Limits
from monitors.clinic.preset_file import limits_from_record
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.recliner import Recliner
from monitors.clinic.session import InfusionSession
from monitors.clinic.verbs import Moment, Order
from monitors.errors import SessionError


def take_over(
    recliner: Recliner, running: InfusionSession, plan: ClinicProtocol, order: Order, moment: Moment
) -> list[Happening]:
    """Let the session follow a preset from now on, and return what happened.

    Raises SessionError where the session cannot, or follows it already; nothing has changed then.
    """
    if running.plan == plan:
        raise SessionError(f"{recliner.setup.name} follows {plan.title} as it is now already")
    adopted = session_orders.adopt(
        running, plan, moment.now_ms, moment.utc_ms, order.by, order.text("reason")
    )
    limits = _limits_under(recliner, running, plan)
    recliner.session = adopted
    payload = {
        "from_s": running.planned_s,
        "to_s": adopted.planned_s,
        "reason": order.reason(),
        "edition": edition_of(plan),
        "protocol": plan.to_record(),
    }
    happened: list[Happening] = [
        recliner.entry("plan_changed", moment.now_ms, order.by, payload),
        *recliner.tell_phase(moment.now_ms),
        *recliner.tell_cadence(StagesAre(plan.cuff), moment.now_ms),
    ]
    return happened if limits is None else happened + _load(recliner, limits, order, moment)


def _limits_under(
    recliner: Recliner, running: InfusionSession, plan: ClinicProtocol
) -> Limits | None:
    """Return the limits that a preset brings in the present phase; None where they stay.

    As when a phase changes: what a person changed is changed again on the new numbers, limits
    that a person loaded stay, and so does the absence of limits under 18.
    """
    now, name = recliner.limits, plan.preset_of(running.phase)
    was_protocols = running.plan and running.plan.preset_of(running.phase) == now.preset
    if not was_protocols or name == now.preset:
        return None
    try:
        return limits_from_record(now.to_record() | {"preset": name}, recliner.presets)
    except SessionError as error:
        raise SessionError(
            f"a limit that was changed here does not go with those of {name}: {error}. Change "
            "that limit first"
        ) from error


def _load(recliner: Recliner, limits: Limits, order: Order, moment: Moment) -> list[Happening]:
    """Judge by other limits from now on; the alarm log has a row for each that changed."""
    before, recliner.limits = recliner.limits, limits
    reason = order.reason()
    happened: list[Happening] = list(
        recliner.step(stimuli.LimitsAre(limits, order.by, reason), moment.now_ms)
    )
    for condition in sorted(before.by_condition.keys() | limits.by_condition.keys()):
        was, now = before.by_condition.get(condition), limits.by_condition.get(condition)
        if was is None or now is None or (was.steps, was.is_off) != (now.steps, now.is_off):
            change = stimuli.LimitsAre(limits, order.by, reason, condition)
            happened += recliner.step(change, moment.now_ms)
    phase = str(recliner.session.phase) if recliner.session else None
    payload = {"preset": limits.preset, "phase": phase, "reason": reason}
    return [*happened, recliner.entry("limits_loaded", moment.now_ms, order.by, payload)]
