"""A patient takes a recliner, moves on from phase to phase, and leaves.

Here a session that the session machine has made or moved is put into its recliner, with all that
follows from it: limits and presets, the patient's own baseline, the cuff's cadence, and at the end
nothing left of anybody. Whether a move is allowed was decided before (verbs.py, session.py).
"""

from __future__ import annotations

from monitors.clinic import cadence_events, stimuli
from monitors.clinic.cadence import Cadence
from monitors.clinic.happenings import Happening, PhaseEntered, SessionBegan
from monitors.clinic.phases import Phase
from monitors.clinic.preset_file import limits_from_record
from monitors.clinic.recliner import Recliner
from monitors.clinic.session import InfusionSession
from monitors.clinic.visit import Visit
from monitors.errors import SessionError


def seat(recliner: Recliner, began: InfusionSession, now_ms: int) -> list[Happening]:
    """Take a new session: nothing of the last patient stays, limits are the preset's."""
    recliner.start_over(now_ms)
    cleared = recliner.step(stimuli.PhaseIs(str(began.phase)), now_ms)
    recliner.session, plan = began, began.plan
    assert plan is not None
    recliner.visit = Visit(Cadence(plan.cuff))
    name = plan.preset_of(began.phase)
    recliner.limits = recliner.presets[name]
    details = {"protocol": plan.to_record(), "preset": name}
    happened: list[Happening] = [
        *cleared,
        SessionBegan(began, details),
        PhaseEntered(began.session_id, began.marks[-1]),
    ]
    happened += recliner.step(stimuli.LimitsAre(recliner.limits), now_ms)
    return happened + recliner.tell_phase(now_ms)


def enter(recliner: Recliner, moved: InfusionSession, now_ms: int) -> list[Happening]:
    """Put a session that entered a phase in place of the one before."""
    mark = moved.marks[-1]
    happened: list[Happening] = [PhaseEntered(moved.session_id, mark)]
    if moved.is_drug_begun_now:
        happened += _freeze_baseline(recliner, now_ms, mark.by)
    before, recliner.session = recliner.session, moved
    happened += recliner.tell_phase(now_ms)
    happened += recliner.tell_cadence(cadence_events.PhaseIs(moved.phase), now_ms)
    if before is not None and moved.is_open:
        happened += _follow_phase(recliner, moved, before.phase, now_ms)
    if not moved.is_open:
        happened += _leave(recliner, now_ms)
    return happened


def _freeze_baseline(recliner: Recliner, now_ms: int, by: str) -> list[Happening]:
    """Freeze the patient's own values as the drug is given; relative limits start to count."""
    assert recliner.visit is not None
    own = recliner.visit.baseline = recliner.visit.measured_baseline()
    happened = recliner.step(stimuli.Baseline(dict(own)), now_ms)
    return [*happened, recliner.entry("baseline", now_ms, by, dict(own))]


def _follow_phase(
    recliner: Recliner, moved: InfusionSession, before: Phase, now_ms: int
) -> list[Happening]:
    """Load the protocol's preset of the phase, where it is another than that of the last one.

    What a person changed is changed again on the new numbers; limits that a person loaded, and
    the absence of limits under 18, stay. Where the two contradict each other, everything stays as
    it was and an entry says so: no phase is ever refused for its limits.
    """
    plan = moved.plan
    if plan is None or plan.preset_of(before) != recliner.limits.preset:
        return []
    name = plan.preset_of(moved.phase)
    if name == recliner.limits.preset:
        return []
    payload = {"preset": name, "phase": str(moved.phase)}
    record = recliner.limits.to_record() | {"preset": name}
    try:
        recliner.limits = limits_from_record(record, recliner.presets)
    except SessionError as error:
        kept = payload | {"reason": str(error)}
        return [recliner.entry("limits_kept", now_ms, "protocol", kept)]
    happened = recliner.step(stimuli.LimitsAre(recliner.limits), now_ms)
    return [*happened, recliner.entry("limits_loaded", now_ms, "protocol", payload)]


def _leave(recliner: Recliner, now_ms: int) -> list[Happening]:
    """Reset limits, alarms and values: the next patient starts from presets."""
    recliner.session = None
    recliner.start_over(now_ms)
    recliner.limits = recliner.presets[recliner.setup.default_preset]
    happened = recliner.step(stimuli.LimitsAre(recliner.limits), now_ms)
    return happened + recliner.tell_phase(now_ms)
