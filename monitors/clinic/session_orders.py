"""What staff may do with a session: begin it, enter a phase, change its plan.

Every change gives a new session and leaves a mark with its moment, its person and its reason;
what may not follow is refused in words. Pause and stop are records of what staff did: nothing
here asks the time, touches a pump or a store.
"""

from __future__ import annotations

from dataclasses import replace

from monitors.clinic.labels import checked_label
from monitors.clinic.marks import PhaseMark, PlanMark
from monitors.clinic.phases import Phase, SessionKind, allowed_after
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.session import InfusionSession
from monitors.errors import SessionError

SHORTEST_PLAN_S = 60
LONGEST_PLAN_S = 6 * 3600


def begin(
    session_id: str,
    recliner: str,
    label: str,
    protocol: str,
    now_ms: int,
    utc_ms: int,
    by: str,
    *,
    kind: SessionKind = SessionKind.INFUSION,
    planned_s: int | None = None,
    plan: ClinicProtocol | None = None,
    boot_id: str = "",
) -> InfusionSession:
    """Open a session in intake.

    plan: the preset to follow; it then gives kind and planned time (planned_s: seconds, where
    staff ask for another) and is kept as it is now.

    Raises SessionError for a label that could be a name, a missing person, a planned time out
    of bounds, or a planned time for an injection.
    """
    by = _person(by, "begin a session")
    mark = PhaseMark(Phase.INTAKE, now_ms, utc_ms, by, None, boot_id)
    if plan is not None:
        kind, planned_s = plan.kind, plan.planned_s(planned_s)
    _check_plan(kind, planned_s)
    label = checked_label(label)
    return InfusionSession(
        session_id, recliner, label, protocol, kind, planned_s, (mark,), plan=plan
    )


def move(
    session: InfusionSession,
    phase: Phase,
    now_ms: int,
    utc_ms: int,
    by: str,
    reason: str | None = None,
) -> InfusionSession:
    """Enter a phase.

    A moment before the last mark counts as the last mark's, so that a clock that was set back
    can never keep staff from recording a pause. Raises SessionError for an order that is not
    legal (naming both phases and what is allowed), for a missing person, and for abandoning
    without a reason.
    """
    if phase not in allowed_after(session.kind, session.phase):
        raise SessionError(_illegal(session, phase, now_ms))
    by = _person(by, f"move to {phase}")
    reason = _trimmed(reason)
    if phase is Phase.ABANDONED and reason is None:
        raise SessionError(f"{session.recliner}: abandoning a session needs a reason")
    at_ms = max(now_ms, session.marks[-1].at_ms)
    mark = PhaseMark(phase, at_ms, utc_ms, by, reason, session.boot_id)
    return replace(session, marks=(*session.marks, mark))


def replan(
    session: InfusionSession, planned_s: int, now_ms: int, utc_ms: int, by: str, reason: str
) -> InfusionSession:
    """Extend or shorten the planned infusion time (seconds), with a person and a reason.

    Raises SessionError once the infusion is over, for an injection, out of bounds, or without
    a reason.
    """
    _check_plan(session.kind, planned_s)
    mark = _plan_mark(session, planned_s, now_ms, utc_ms, by, reason)
    return replace(session, planned_s=planned_s, plan_marks=(*session.plan_marks, mark))


def adopt(
    session: InfusionSession,
    plan: ClinicProtocol,
    now_ms: int,
    utc_ms: int,
    by: str,
    reason: str,
) -> InfusionSession:
    """Follow another preset, or the newer edition of the same, from now on.

    The planned time stays as it is unless the session has none. Raises SessionError once the
    infusion is over, for a preset of the other kind, or without a reason: an edit of a preset
    never reaches a running session in any other way.
    """
    if plan.kind is not session.kind:
        raise SessionError(f"an {session.kind} session cannot follow {plan.title}, an {plan.kind}")
    planned_s = session.planned_s
    if planned_s is None:
        planned_s = plan.planned_s()
    mark = _plan_mark(session, planned_s, now_ms, utc_ms, by, reason)
    mark = replace(mark, protocol=plan.name, before=session.plan)
    marks = (*session.plan_marks, mark)
    return replace(session, protocol=plan.name, planned_s=planned_s, plan=plan, plan_marks=marks)


def _plan_mark(
    session: InfusionSession,
    planned_s: int | None,
    now_ms: int,
    utc_ms: int,
    by: str,
    reason: str,
) -> PlanMark:
    if session.first_ms(Phase.RECOVERY) is not None or not session.is_open:
        raise SessionError(
            f"{session.recliner}: the plan cannot change in {session.phase}; only before recovery"
        )
    words = _trimmed(reason)
    if words is None:
        raise SessionError(f"{session.recliner}: a change of plan needs a reason")
    by = _person(by, "change the plan")
    at_ms = max(now_ms, session.marks[-1].at_ms)
    return PlanMark(planned_s, at_ms, utc_ms, by, words, session.planned_s)


def _check_plan(kind: SessionKind, planned_s: int | None) -> None:
    if planned_s is None:
        return
    if kind is SessionKind.INJECTION:
        raise SessionError("an injection has no pump clock, so it takes no planned time")
    if not SHORTEST_PLAN_S <= planned_s <= LONGEST_PLAN_S:
        raise SessionError(
            f"the planned time is {SHORTEST_PLAN_S // 60} to {LONGEST_PLAN_S // 60} minutes, "
            f"not {planned_s / 60:g}"
        )


def _illegal(session: InfusionSession, phase: Phase, now_ms: int) -> str:
    last = session.marks[-1]
    if phase is last.phase:
        ago_s = session.phase_elapsed_ms(now_ms) // 1000
        return f"{session.recliner} is already in phase {phase}, by {last.by} {ago_s} s ago"
    allowed = ", ".join(allowed_after(session.kind, last.phase)) or "nothing, the session is over"
    return (
        f"{session.recliner} is in phase {last.phase}; {phase} cannot follow it in an "
        f"{session.kind} session. Allowed now: {allowed}"
    )


def _person(by: str, order: str) -> str:
    name = by.strip()
    if not name:
        raise SessionError(f"to {order}, say who does it: a person's name is missing")
    return name


def _trimmed(text: str | None) -> str | None:
    return (text or "").strip() or None
