"""What staff are told now: the standing alarms of a recliner, and the one sound of a room.

Here what is true becomes what is shown, most urgent first; nothing here changes any state. When
the same fault takes several recliners at once, the room gets one line and one sound for it, and
every recliner still shows its own.
Source of the order and of the storm's bounds: Chairside's own choice, docs/alarms.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitors.clinic.alarm_event import EventState
from monitors.clinic.alarm_state import AlarmState, Track, is_audible, is_held
from monitors.clinic.alarm_turn import event_state
from monitors.clinic.conditions import CONDITIONS, Condition, Direction, Kind, Priority
from monitors.clinic.limits import Limits
from monitors.readings import Vital

STORM_RECLINERS = 3
STORM_WITHIN_MS = 30_000

_GRAVE = {
    Condition.NIBP_EXTREME: 2,
    Condition.NIBP_VERY_HIGH: 1,
    Condition.SPO2_VERY_LOW: 1,
    Condition.PULSE_VERY_LOW: 1,
    Condition.PULSE_VERY_HIGH: 1,
}
"""Of two alarms about one vital that are equally urgent, these are the graver words."""


@dataclass(frozen=True, slots=True)
class StandingAlarm:
    """Hold one alarm as staff are told it.

    value, worst, limit: in the vital's unit (key tells which pressure); of a latched alarm those of
    the priority that latched. since_ms: timeline moment. fact_since_ms: since when it is true,
    where that is before it was told. state: active, or latched when it is over and nobody has
    acknowledged it. is_audible: it sounds now. is_held: a cuff on the probe's arm withholds it.
    is_quiet: it is shown without sound. times, first_ms: how often it was high since anybody knew
    of it, this time included, and when the first of these began.
    """

    condition: Condition
    kind: Kind
    priority: Priority
    vital: Vital | None
    value: float | None
    worst: float | None
    limit: float | None
    direction: Direction | None
    since_ms: int
    state: EventState
    acknowledged_by: str | None
    acknowledged_at_ms: int | None
    is_audible: bool
    is_held: bool
    device_id: str | None
    reason: str | None
    key: str | None = None
    limit_words: str | None = None
    is_quiet: bool = False
    fact_since_ms: int | None = None
    times: int = 1
    first_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Storm:
    """Hold one fault that took several recliners at once; since_ms: when the last one joined."""

    condition: Condition
    priority: Priority
    recliners: tuple[str, ...]
    since_ms: int


@dataclass(frozen=True, slots=True)
class RoomSignal:
    """Hold what a room is told as a whole.

    storms: one line each. sound: the one priority to sound; None for silence. sounding: the
    recliners that sound by themselves, those of a storm left out.
    """

    storms: tuple[Storm, ...]
    sound: Priority | None
    sounding: tuple[str, ...]


def standing(state: AlarmState, limits: Limits, now_ms: int) -> tuple[StandingAlarm, ...]:
    """Return what staff are told of a recliner now, most urgent first.

    now_ms is not needed to know it: the state is as of its last turn; call step first.
    """
    del limits, now_ms
    told = [
        _standing(state, track, priority)
        for track in state.tracks.values()
        if (priority := track.told) is not None
    ]
    return tuple(_by_bound(sorted(told, key=_urgency)))


def _standing(state: AlarmState, track: Track, priority: Priority) -> StandingAlarm:
    row = CONDITIONS[track.condition]
    known, told = track.acknowledged, track.as_told
    return StandingAlarm(
        track.condition,
        row.kind,
        priority,
        row.vital,
        told.value,
        told.worst,
        told.level,
        row.direction,
        told.since_ms or 0,
        event_state(track),
        known.by if known else None,
        known.at_ms if known else None,
        is_audible(state, track),
        is_held(state, track),
        track.device_id,
        track.reason,
        told.key,
        told.limit_words,
        track.is_quiet and track.latched is None,
        track.fact_since_ms,
        track.times,
        track.first_ms,
    )


def _urgency(alarm: StandingAlarm) -> tuple[int, bool, bool, bool, int, str, str]:
    return (
        -alarm.priority.rank,
        alarm.acknowledged_by is not None,
        alarm.state is EventState.LATCHED,
        alarm.kind is Kind.TECHNICAL,
        alarm.since_ms,
        str(alarm.condition),
        alarm.device_id or "",
    )


def _by_bound(alarms: list[StandingAlarm]) -> list[StandingAlarm]:
    """Put the further of two bounds of one vital first, where they are equally urgent."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, one in enumerate(alarms):
        if one.vital is not None and one.direction is not None:
            kind = (one.vital, one.direction, *_urgency(one)[:4])
            alike.setdefault(kind, []).append(place)
    found = list(alarms)
    for places in alike.values():
        further = sorted((alarms[place] for place in places), key=_bound_order)
        for place, one in zip(places, further, strict=True):
            found[place] = one
    return found


def _bound_order(alarm: StandingAlarm) -> tuple[int, float, int]:
    level = 0.0 if alarm.limit is None else alarm.limit
    outward = level if alarm.direction is Direction.BELOW else -level
    return -_GRAVE.get(alarm.condition, 0), outward, alarm.since_ms


def storm(standing_by_recliner: Mapping[str, Sequence[StandingAlarm]]) -> RoomSignal:
    """Gather what all recliners tell into one signal of the room.

    A technical condition that began at three recliners or more within 30 s is a storm: one line
    and one sound. Alarms about patients are never gathered.
    """
    storms = tuple(
        found
        for condition in Condition
        if CONDITIONS[condition].kind is Kind.TECHNICAL
        and (found := _storm_of(condition, standing_by_recliner)) is not None
    )
    gathered = {(one.condition, name) for one in storms for name in one.recliners}
    alone: dict[str, int] = {}
    ranks: list[Priority] = []
    for name, alarms in standing_by_recliner.items():
        for alarm in alarms:
            if not alarm.is_audible:
                continue
            ranks.append(alarm.priority)
            if (alarm.condition, name) not in gathered:
                alone[name] = max(alone.get(name, 0), alarm.priority.rank)
    sound = max(ranks, key=lambda one: one.rank, default=None)
    names = sorted(alone, key=lambda name: (-alone[name], name))
    return RoomSignal(storms, sound, tuple(names))


def _storm_of(
    condition: Condition, standing_by_recliner: Mapping[str, Sequence[StandingAlarm]]
) -> Storm | None:
    began: dict[str, StandingAlarm] = {}
    for name, alarms in standing_by_recliner.items():
        for alarm in alarms:
            if alarm.condition is condition and not alarm.is_held:
                began[name] = min(began.get(name, alarm), alarm, key=lambda one: one.since_ms)
    group = _closest(sorted(began, key=lambda name: (began[name].since_ms, name)), began)
    if len(group) < STORM_RECLINERS:
        return None
    priority = max((began[name].priority for name in group), key=lambda one: one.rank)
    return Storm(condition, priority, tuple(sorted(group)), began[group[-1]].since_ms)


def _closest(names: list[str], began: Mapping[str, StandingAlarm]) -> list[str]:
    """Return the largest run of recliners whose alarm began within the storm's span."""
    best: list[str] = []
    for start in range(len(names)):
        first = began[names[start]].since_ms
        run = [n for n in names[start:] if began[n].since_ms - first <= STORM_WITHIN_MS]
        best = run if len(run) > len(best) else best
    return best
