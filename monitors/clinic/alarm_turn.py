"""One turn of the alarm engine in progress: a state being changed, and the events it gives.

Here live the moves every rule is made of: a step becomes true, a condition starts, worsens, eases,
ends or latches, and its acknowledgement with it. Why a step is broken is known in judging.py and
equipment.py; when a turn happens, in alarms.py. Nothing here outlives the turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from monitors.clinic.alarm_event import AlarmEvent, EventState, Inactivation, Transition
from monitors.clinic.alarm_state import (
    AlarmState,
    Latch,
    Rank,
    StepTrack,
    Track,
    breaks_through,
    is_held,
)
from monitors.clinic.conditions import CONDITIONS, Condition, Direction, Priority
from monitors.clinic.limits import Bound, Limit, Limits, Step


@dataclass(slots=True)
class Turn:
    """Hold the state as changed so far, the limits, the moment, and the events so far."""

    state: AlarmState
    limits: Limits
    at_ms: int
    events: list[AlarmEvent] = field(default_factory=list)

    def limit(self, condition: Condition) -> Limit | None:
        """Return the limit of a condition; None where it is off or not in the preset."""
        limit = self.limits.by_condition.get(condition)
        return None if limit is None or limit.is_off else limit

    def change(self, **fields: Any) -> None:
        """Replace fields of the state."""
        self.state = replace(self.state, **fields)

    def put(self, track: Track) -> None:
        """Keep a track."""
        self.change(tracks={**self.state.tracks, track.id: track})

    def drop(self, track_id: str) -> None:
        """Forget a track."""
        if track_id in self.state.tracks:
            self.change(
                tracks={name: one for name, one in self.state.tracks.items() if name != track_id}
            )

    def note(self, transition: Transition, **facts: Any) -> None:
        """Log what concerns the recliner and no single condition."""
        self.events.append(AlarmEvent(self.at_ms, transition, self.state.recliner, **facts))

    def tell(self, track: Track, transition: Transition, **facts: Any) -> None:
        """Log what happened to a condition."""
        known: dict[str, Any] = {
            "condition": track.condition,
            "priority": track.priority or track.told,
            "state": event_state(track),
            "inactivation": inactivation(self.state, track),
            "key": track.key,
            "value": track.value,
            "worst": track.worst,
            "limit": track.level,
            "limit_words": track.limit_words,
            "since_ms": track.true_since_ms,
            "device_id": track.device_id,
            "reason": track.reason,
            "latched": latched_words(track),
        }
        self.note(transition, **(known | facts))


def event_state(track: Track) -> EventState:
    """Return how a condition stands: true, only still shown, or gone."""
    if track.rank is not None:
        return EventState.ACTIVE
    return EventState.LATCHED if track.latched is not None else EventState.INACTIVE


def latched_words(track: Track) -> str | None:
    """Say what is still told though it is over: priority, bound, worst; None where nothing is."""
    told = track.as_told
    if told is track or told.limit_words is None:
        return None
    worst = "" if told.worst is None else f", worst {told.worst:g}"
    return f"{track.told}, {told.limit_words}{worst}"


def inactivation(state: AlarmState, track: Track) -> Inactivation:
    """Return what keeps a condition from sounding."""
    if track.acknowledged is not None:
        return Inactivation.ACKNOWLEDGED
    if is_held(state, track):
        return Inactivation.ALARM_PAUSED
    if state.pause is not None and not breaks_through(track, state.pause):
        return Inactivation.AUDIO_PAUSED
    return Inactivation.ENABLED


def start_step(
    step: Step, since_ms: int, now_ms: int, known_until_ms: int | None = None
) -> StepTrack:
    """Begin to count a broken step: its delay runs from now, its growth from the first break."""
    due_ms = None if step.confirm_after_s is not None else now_ms + round(step.delay_s * 1000)
    grows_ms = None
    if step.grows_after_s is not None:
        grows_ms = since_ms + round(step.grows_after_s * 1000)
    return StepTrack(since_ms, due_ms, known_until_ms, grows_ms=grows_ms)


def rank_of(steps: tuple[StepTrack | None, ...], limit: Limit) -> Rank | None:
    """Return the worst step that is true, with its priority; None when none is."""
    worst: Rank | None = None
    for index, (track, step) in enumerate(zip(steps, limit.steps, strict=True)):
        if track is None or not track.is_active:
            continue
        priority = step.grows_to if track.has_grown and step.grows_to else step.priority
        rank = (priority.rank, index)
        worst = rank if worst is None or rank > worst else worst
    return worst


def settle(turn: Turn, before: Track | None, after: Track, limit: Limit) -> None:
    """Keep a changed track, and say what its change means to those who are told."""
    old = before.rank if before else None
    rank = rank_of(after.steps, limit)
    after = _dressed(turn, after, rank, limit)
    if rank == old:
        _keep(turn, after)
    elif rank is None:
        _end(turn, before, after)
    elif old is None:
        _start(turn, after)
    elif rank > old:
        after = replace(after, acknowledged=None)
        turn.tell(after, Transition.ESCALATED)
        _keep(turn, after)
    else:
        _ease(turn, before, after)


def _dressed(turn: Turn, track: Track, rank: Rank | None, limit: Limit) -> Track:
    """Write how bad it is, the bound in force in number and words, and whether it is quiet."""
    if rank is None:
        return track if track.rank is None else replace(track, rank=None)
    step, known = limit.steps[rank[1]], track.steps[rank[1]]
    key = known.key if known is not None and known.key is not None else track.key
    found = bound_in_force(step, key, turn)
    level, words = track.level, track.limit_words
    if found is not None:
        level, words = found[1], f"{found[0].words} {found[1]:g}"
    if (rank, key, level, words) == (track.rank, track.key, track.level, track.limit_words):
        return track
    return replace(
        track, rank=rank, key=key, level=level, limit_words=words, is_quiet=step.is_quiet
    )


def bound_in_force(step: Step, key: str | None, turn: Turn) -> tuple[Bound, float] | None:
    """Return the bound of a step that a value of this key meets first, and its number."""
    found: list[tuple[Bound, float]] = []
    for bound in step.bounds:
        level = bound.level(turn.state.baseline)
        if level is not None:
            found.append((bound, level))
    own = [pair for pair in found if pair[0].key == key] or found
    if not own:
        return None
    pick = max if own[0][0].direction is Direction.BELOW else min
    return pick(own, key=lambda pair: pair[1])


def _keep(turn: Turn, track: Track) -> None:
    is_idle = track.rank is None and track.latched is None and not any(track.steps)
    if is_idle:
        turn.drop(track.id)
    else:
        turn.put(track)


def _start(turn: Turn, after: Track) -> None:
    began = replace(after, since_ms=turn.at_ms, acknowledged=None)
    turn.tell(began, Transition.STARTED)
    _keep(turn, began)


def _end(turn: Turn, before: Track | None, after: Track) -> None:
    """End the fact; a high priority that nobody acknowledged stays shown."""
    assert before is not None
    is_unknown_to_all = before.acknowledged is None and before.told is Priority.HIGH
    gone = replace(after, acknowledged=None)
    gone = _latched(before, gone) if is_unknown_to_all else replace(gone, latched=None, latch=None)
    since_ms = before.true_since_ms
    turn.tell(gone, Transition.ENDED, priority=before.priority, since_ms=since_ms)
    _keep(turn, replace(gone, fact_since_ms=None))


def _latched(before: Track, after: Track) -> Track:
    """Go on telling a high priority with the bound it had broken, whatever is true since.

    Each time it was high counts, from the first that nobody has acknowledged.
    """
    latch = before.latch
    if before.priority is Priority.HIGH or latch is None:
        latch = Latch(before.first_ms, before.key, before.level, before.limit_words, before.times)
    return replace(after, latched=Priority.HIGH, latch=latch)


def _ease(turn: Turn, before: Track | None, after: Track) -> None:
    """Lower the priority; a high one that nobody acknowledged stays shown as high."""
    assert before is not None
    assert before.rank is not None
    old = before.rank
    known = after.acknowledged
    if known is not None:
        assert after.rank is not None
        again = known.tell_again_ms if after.priority is Priority.HIGH else None
        after = replace(after, acknowledged=replace(known, rank=after.rank, tell_again_ms=again))
    elif old[0] == Priority.HIGH.rank and after.priority is not Priority.HIGH:
        after = _latched(before, after)
    if after.rank is not None and after.rank[0] != old[0]:
        turn.tell(after, Transition.DE_ESCALATED)
    _keep(turn, after)


def fire_step(turn: Turn, track: Track, index: int) -> None:
    """Make a counted step true."""
    limit = turn.limit(track.condition)
    step = track.steps[index]
    if limit is None or step is None:
        turn.drop(track.id)
        return
    steps = list(track.steps)
    steps[index] = replace(step, is_active=True)
    settle(turn, track, replace(track, steps=tuple(steps)), limit)
    wanted = limit.steps[index].asks_repeat_s
    if wanted is not None:
        turn.tell(turn.state.tracks[track.id], Transition.REPEAT_ASKED, repeat_in_s=wanted)


def grow_step(turn: Turn, track: Track, index: int) -> None:
    """Raise the priority of a step that has lasted."""
    limit = turn.limit(track.condition)
    step = track.steps[index]
    assert step is not None
    if limit is None:
        turn.drop(track.id)
        return
    steps = list(track.steps)
    steps[index] = replace(step, has_grown=True)
    settle(turn, track, replace(track, steps=tuple(steps)), limit)


def tell_again(turn: Turn, track: Track) -> None:
    """Let an acknowledgement run out while its condition is still true."""
    again = replace(track, acknowledged=None)
    turn.put(again)
    turn.tell(again, Transition.TOLD_AGAIN)


def present(
    turn: Turn,
    condition: Condition,
    since_ms: int,
    device_id: str | None = None,
    reason: str | None = None,
) -> None:
    """Take up a fault that holds until it is told otherwise; nothing where it is known."""
    limit = turn.limit(condition)
    fresh = Track(condition, device_id, fact_since_ms=since_ms, reason=reason)
    known = turn.state.tracks.get(fresh.id)
    if limit is None or (known is not None and any(known.steps)):
        return
    steps = tuple(start_step(step, since_ms, turn.at_ms) for step in limit.steps)
    base = known or fresh
    turn.put(replace(base, steps=steps, fact_since_ms=since_ms, reason=reason))


def absent(
    turn: Turn, condition: Condition, device_id: str | None = None, reason: str | None = None
) -> None:
    """Let go of a fault; nothing where it is not known."""
    track = turn.state.tracks.get(Track(condition, device_id).id)
    if track is None:
        return
    limit = turn.limits.by_condition.get(condition)
    if limit is None:
        turn.drop(track.id)
        return
    none = tuple(None for _ in limit.steps)
    settle(turn, track, replace(track, steps=none, reason=reason or track.reason), limit)


def kinds_of(track: Track) -> tuple[str, str] | None:
    """Return the vital and direction a condition is about; None where no number is judged."""
    row = CONDITIONS[track.condition]
    if row.vital is None or row.direction is None:
        return None
    return str(row.vital), str(row.direction)
