"""Write an alarm state as JSON values and read it back, in the same boot or after another.

Within one boot every moment stays what it was, so delays in progress go on. After a reboot the
timeline has begun anew: moments are carried over by UTC, delays in progress start again with the
next value, and what people were told or did (alarms, latches, acknowledgements, pauses) is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from monitors.clinic.alarm_orders import LONGEST_PAUSE_MS
from monitors.clinic.alarm_state import (
    Acknowledgement,
    AlarmState,
    AudioPause,
    CuffMemory,
    Hold,
    Latch,
    StepTrack,
    Track,
)
from monitors.clinic.conditions import Condition, Priority

_SCHEDULED = frozenset({Condition.NIBP_OVERDUE, Condition.CLOCK_OVERRUN})
_BLIND_AGAIN_MS = 30_000
_MOMENTS = (
    "now_ms",
    "since_ms",
    "due_ms",
    "spo2_at_ms",
    "blind_ms",
    "known_until_ms",
    "grows_ms",
    "fact_since_ms",
    "at_ms",
    "tell_again_ms",
    "until_ms",
    "remind_ms",
    "lost_ms",
    "measured_ms",
)


def written(state: AlarmState, utc_ms: int | None = None) -> dict[str, Any]:
    """Write a state; utc_ms: UTC stamp of state.now_ms, so that a reboot can carry it over."""
    record: dict[str, Any] = {one.name: getattr(state, one.name) for one in fields(state)}
    record["tracks"] = [_flat(track) for track in state.tracks.values()]
    record["baseline"] = dict(state.baseline)
    record["cuff"] = _flat(state.cuff) | {"pressures": dict(state.cuff.pressures)}
    record["hold"] = _flat(state.hold) if state.hold else None
    record["pause"] = _flat(state.pause) if state.pause else None
    record["utc_ms"] = utc_ms
    return record


def _flat(part: Any) -> dict[str, Any]:
    """Write one frozen part, and those inside it, as plain values."""
    flat: dict[str, Any] = {}
    for one in fields(part):
        value = getattr(part, one.name)
        if isinstance(value, StepTrack | Acknowledgement | Latch):
            value = _flat(value)
        elif isinstance(value, tuple):
            value = [
                _flat(item) if isinstance(item, StepTrack) else _listed(item) for item in value
            ]
        elif isinstance(value, str):
            value = str(value)
        flat[one.name] = value
    return flat


def _listed(item: Any) -> Any:
    return list(item) if isinstance(item, tuple) else item


def restored(
    record: Mapping[str, Any], same_boot: bool, now_ms: int, utc_ms: int | None = None
) -> AlarmState:
    """Read a state back.

    same_boot: whether the timeline is still the same. now_ms: the timeline now. utc_ms: UTC now;
    without it, or without one in the record, no time counts as passed across a reboot.
    """
    plain = {name: value for name, value in record.items() if name != "utc_ms"}
    if not same_boot:
        plain = _shifted(plain, _shift(record, now_ms, utc_ms))
    tracks = [_track(one) for one in plain["tracks"]]
    plain["tracks"] = {track.id: track for track in tracks}
    plain["cuff"] = CuffMemory(**plain["cuff"])
    plain["hold"] = Hold(**plain["hold"]) if plain["hold"] else None
    plain["pause"] = _pause(plain["pause"]) if plain["pause"] else None
    state = AlarmState(**plain)
    return state if same_boot else _after_reboot(state, now_ms)


def _shift(record: Mapping[str, Any], now_ms: int, utc_ms: int | None) -> int:
    """Return what to add to a moment of the old timeline for the new one."""
    before = record.get("utc_ms")
    away_ms = 0 if before is None or utc_ms is None else max(0, utc_ms - before)
    return int(now_ms - (record["now_ms"] + away_ms))


def _shifted(value: Any, shift_ms: int) -> Any:
    """Move every moment in a record."""
    if isinstance(value, Mapping):
        return {
            name: one + shift_ms
            if name in _MOMENTS and isinstance(one, int)
            else _shifted(one, shift_ms)
            for name, one in value.items()
        }
    return [_shifted(one, shift_ms) for one in value] if isinstance(value, list) else value


def _track(flat: Mapping[str, Any]) -> Track:
    plain = dict(flat)
    plain["condition"] = Condition(plain["condition"])
    plain["latched"] = Priority(plain["latched"]) if plain["latched"] else None
    plain["latch"] = Latch(**plain["latch"]) if plain.get("latch") else None
    plain["rank"] = tuple(plain["rank"]) if plain["rank"] else None
    plain["steps"] = tuple(StepTrack(**one) if one else None for one in plain["steps"])
    if known := plain["acknowledged"]:
        plain["acknowledged"] = Acknowledgement(**{**known, "rank": tuple(known["rank"])})
    return Track(**plain)


def _pause(flat: Mapping[str, Any]) -> AudioPause:
    plain = dict(flat)
    plain["floor"] = Priority(plain["floor"])
    plain["covered"] = tuple((vital, direction) for vital, direction in plain["covered"])
    return AudioPause(**plain)


def _after_reboot(state: AlarmState, now_ms: int) -> AlarmState:
    """Drop delays in progress; keep what is told and what is only scheduled."""
    tracks = {name: fresh for name, one in state.tracks.items() if (fresh := _settled(one))}
    pause = state.pause
    if pause is not None:
        until_ms = min(pause.until_ms, now_ms + LONGEST_PAUSE_MS)
        pause = replace(pause, until_ms=until_ms)
    was_counting = state.blind_ms is not None
    return replace(
        state,
        now_ms=now_ms,
        tracks=tracks,
        pause=pause,
        hold=None,
        may_hold=True,
        blind_ms=None if not was_counting else now_ms + _BLIND_AGAIN_MS,
        spo2_at_ms=now_ms if was_counting else None,
    )


def _settled(track: Track) -> Track | None:
    if track.condition in _SCHEDULED:
        return track
    steps = tuple(one if one is not None and _stays(one) else None for one in track.steps)
    if track.rank is None and track.latched is None and not any(steps):
        return None
    return replace(track, steps=steps)


def _stays(one: StepTrack) -> bool:
    """Tell whether a step outlives a reboot: it was true, or waits for a repeat, not a delay."""
    return one.is_active or one.due_ms is None
