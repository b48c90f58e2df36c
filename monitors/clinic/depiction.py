"""What a page may know of a recliner, as one JSON-able dictionary.

Here the recliner's state becomes words and numbers without any sentence: moments in UTC, states
as closed words, None where there is nothing. Pages add language and ages; this file decides only
what may be shown at all, never how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitors.clinic.alarms import StandingAlarm
from monitors.clinic.conditions import CONDITIONS, Component, Direction, Kind
from monitors.clinic.coverage import MEASURE_OF
from monitors.clinic.editions import edition_of
from monitors.clinic.limits import Limit
from monitors.clinic.newest import ShownVital
from monitors.clinic.place import DeviceStanding, DeviceState
from monitors.clinic.recliner import Recliner
from monitors.clinic.visit_depiction import depict_visit
from monitors.readings import Vital

UtcOf = Callable[[int], int]

_ALWAYS_SHOWN = (Vital.SPO2, Vital.PULSE_RATE)
_RANK = {"high": 3, "medium": 2, "low": 1}


def depict(recliner: Recliner, now_ms: int, utc_of: UtcOf, rate: float = 1.0) -> dict[str, Any]:
    """Return the picture of a recliner at a moment."""
    setup = recliner.setup
    standing = recliner.standing(now_ms)
    alarms_by_vital = _alarm_by_vital(standing)
    utc, pause, hold = _Utc(utc_of), recliner.alarms.pause, recliner.alarms.hold
    return {
        "recliner": setup.name,
        "room": setup.room,
        "place": setup.place,
        "simulated": setup.is_simulated,
        "as_of": utc_of(now_ms),
        "rate": rate,
        "session": _session(recliner, now_ms, utc),
        "seat_since": _seat_since(recliner, utc),
        "vitals": _vitals(recliner, now_ms, utc, alarms_by_vital),
        "nibp": _nibp(recliner, now_ms, utc, alarms_by_vital.get(Vital.NIBP)),
        "devices": [_device(device, utc) for device in recliner.devices.values()],
        "alarms": [_alarm(alarm, utc) for alarm in standing],
        "audio_paused_until": utc(pause.until_ms) if pause else None,
        "audio_paused_by": pause.by if pause else None,
        "held_total_ms": recliner.alarms.held_total_ms,
        "is_spo2_held": hold is not None and hold.lost_ms is not None,
        "limits": [_limit(limit, recliner.baseline) for limit in recliner.limits.limits],
        "preset": recliner.limits.preset,
        "baseline": dict(recliner.baseline),
        "arms": {
            "probe": recliner.arms.probe,
            "cuff": recliner.arms.cuff,
            "iv": recliner.arms.iv,
            "is_conflict": recliner.arms.has_cuff_on_iv,
        },
        "can_start_cuff": setup.cuff_device() is not None,
        "visit": depict_visit(recliner, now_ms, utc_of(now_ms)),
    }


class _Utc:
    """Turn a moment of the timeline, or None, into UTC milliseconds, or None."""

    __slots__ = ("_utc_of",)

    def __init__(self, utc_of: UtcOf) -> None:
        self._utc_of = utc_of

    def __call__(self, at_ms: int | None) -> int | None:
        return None if at_ms is None else self._utc_of(at_ms)


def _alarm_by_vital(standing: tuple[StandingAlarm, ...]) -> dict[str, str]:
    worst: dict[str, str] = {}
    for alarm in standing:
        if alarm.vital is None or alarm.kind is not Kind.PHYSIOLOGICAL or alarm.state != "active":
            continue
        vital, priority = str(alarm.vital), str(alarm.priority)
        if _RANK[priority] > _RANK.get(worst.get(vital, ""), 0):
            worst[vital] = priority
    return worst


def _session(recliner: Recliner, now_ms: int, utc: _Utc) -> dict[str, Any] | None:
    session = recliner.session
    if session is None:
        return None
    return {
        "id": session.session_id,
        "label": session.label,
        "protocol": session.plan.title if session.plan else session.protocol,
        "protocol_name": session.protocol,
        "edition": edition_of(session.plan) if session.plan else None,
        "kind": str(session.kind),
        "phase": str(session.phase),
        "planned_s": session.planned_s,
        "infusion_elapsed_ms": session.infusion_elapsed_ms(now_ms),
        "is_running": session.is_running,
        "session_elapsed_ms": session.session_elapsed_ms(now_ms),
        "phase_since": utc(session.marks[-1].at_ms),
        "recovery_elapsed_ms": session.recovery_elapsed_ms(now_ms),
        "projected_end": utc(session.projected_end_ms(now_ms)),
        "begun_at": utc(session.began_ms),
    }


def _seat_since(recliner: Recliner, utc: _Utc) -> int | None:
    """Return since when whoever sits there does, or nobody: what is older is another patient's."""
    session = recliner.session
    return utc(session.began_ms if session else recliner.nibp.belongs_from_ms)


def _vitals(
    recliner: Recliner, now_ms: int, utc: _Utc, alarms: dict[str, str]
) -> dict[str, dict[str, Any]]:
    measured = {measure for device in recliner.setup.devices for measure in device.measures}
    wanted = [v for v in _ALWAYS_SHOWN if MEASURE_OF[v] in measured]
    wanted += [v for v in recliner.newest.vitals() if v not in wanted]
    return {str(v): _vital(recliner, v, now_ms, utc, alarms.get(v)) for v in wanted}


def _vital(
    recliner: Recliner, vital: Vital, now_ms: int, utc: _Utc, alarm: str | None
) -> dict[str, Any]:
    shown = recliner.newest.shown(vital, now_ms)
    lost = _lost_device(recliner, vital)
    if shown is None:
        return {
            "value": None,
            "state": "absent",
            "at": None,
            "reason": lost or "never_received",
            "conditions": [],
            "limits": _range(recliner, vital),
            "alarm": alarm,
        }
    return {
        "value": _tidy(shown.value),
        "state": str(shown.state),
        "at": utc(shown.at_ms),
        "reason": _reason(shown, lost),
        "conditions": [str(condition) for condition in shown.conditions],
        "stale_after_ms": shown.stale_after_ms,
        "gone_after_ms": shown.gone_after_ms,
        "limits": _range(recliner, vital),
        "alarm": alarm,
    }


def _tidy(value: float | None) -> float | int | None:
    """Return a whole number as an int, so that 97.0 is never shown."""
    return int(value) if value is not None and float(value).is_integer() else value


def _reason(shown: ShownVital, lost: str | None) -> str | None:
    return lost if lost and shown.reason == "no_data" else shown.reason


_LOST = {
    DeviceState.SILENT: "port_silent",
    DeviceState.CLOSED: "port_closed",
    DeviceState.NEVER: "never_received",
}


def _lost_device(recliner: Recliner, vital: Vital) -> str | None:
    device = recliner.setup.device_for(MEASURE_OF[vital])
    return _LOST.get(recliner.devices[device.device_id].state) if device else None


def _range(recliner: Recliner, vital: Vital) -> dict[str, float | None]:
    """Return the nearest low and high number that would be told for a vital."""
    lows: list[float] = []
    highs: list[float] = []
    for limit in recliner.limits.by_vital.get(vital, ()):
        level = limit.bound.level(recliner.baseline) if limit.bound else None
        if level is not None and limit.bound is not None:
            (lows if limit.bound.direction is Direction.BELOW else highs).append(level)
    return {"low": max(lows, default=None), "high": min(highs, default=None)}


def _nibp(recliner: Recliner, now_ms: int, utc: _Utc, alarm: str | None) -> dict[str, Any] | None:
    if recliner.setup.device_for("nibp") is None:
        return None
    nibp = recliner.nibp
    promise = recliner.visit.promise if recliner.visit else None
    interval_s = promise.interval_s if promise else None
    state = nibp.state(now_ms, interval_s)
    kept = nibp.determination if state in {"valid", "old"} else None
    failure = nibp.failure
    is_newer = failure is not None and (nibp.failed_ms or 0) > (nibp.measured_ms or -(2**62))
    return {
        "systolic_mmhg": kept.systolic_mmhg if kept else None,
        "diastolic_mmhg": kept.diastolic_mmhg if kept else None,
        "mean_mmhg": kept.mean_mmhg if kept else None,
        "pulse_rate_per_min": kept.pulse_rate_per_min if kept else None,
        "at": utc(nibp.measured_ms),
        "outcome": "completed" if kept else None,
        "state": state,
        "last_failure": {"reason": str(failure.reason), "at": utc(nibp.failed_ms)}
        if failure is not None and is_newer
        else None,
        "cuff": str(nibp.activity.state),
        "cuff_pressure_mmhg": nibp.activity.pressure_mmhg,
        "next_due_at": utc(promise.due_ms) if promise else None,
        "interval_s": interval_s,
        "limits": _pressure_limits(recliner),
        "alarm": alarm,
    }


def _pressure_limits(recliner: Recliner) -> dict[str, float | None]:
    """Return the nearest low and high number of systolic and diastolic pressure."""
    found: dict[str, float | None] = {}
    for component in (Component.SYSTOLIC, Component.DIASTOLIC):
        lows: list[float] = []
        highs: list[float] = []
        for limit in recliner.limits.by_vital.get(Vital.NIBP, ()):
            for bound in limit.steps[limit.main].bounds:
                level = bound.level(recliner.baseline) if bound.key == component else None
                if level is not None:
                    (lows if bound.direction is Direction.BELOW else highs).append(level)
        word = component.removesuffix("_mmhg")
        found[f"{word}_low"] = max(lows, default=None)
        found[f"{word}_high"] = min(highs, default=None)
    return found


def _device(device: DeviceStanding, utc: _Utc) -> dict[str, Any]:
    setup = device.setup
    return {
        "device_id": setup.device_id,
        "device": setup.device,
        "title": setup.title,
        "port": setup.port,
        "measures": sorted(setup.measures),
        "state": str(device.state),
        "since": utc(device.since_ms),
        "reason": device.reason,
        "last_byte_at": utc(device.last_byte_ms),
        "longest_silence_ms": setup.longest_silence_ms,
        "can_start_cuff": setup.can_start_cuff,
        "counts": dict(device.counts),
        "identity": device.identity,
        "is_suspect": device.is_suspect,
    }


def _alarm(alarm: StandingAlarm, utc: _Utc) -> dict[str, Any]:
    return {
        "condition": str(alarm.condition),
        "kind": str(alarm.kind),
        "priority": str(alarm.priority),
        "vital": str(alarm.vital) if alarm.vital else None,
        "value": _tidy(alarm.value),
        "worst": _tidy(alarm.worst),
        "limit": _tidy(alarm.limit),
        "direction": str(alarm.direction) if alarm.direction else None,
        "since": utc(alarm.since_ms),
        "fact_since": utc(alarm.fact_since_ms),
        "times": alarm.times,
        "first": utc(alarm.first_ms),
        "state": str(alarm.state),
        "acknowledged_by": alarm.acknowledged_by,
        "acknowledged_at": utc(alarm.acknowledged_at_ms),
        "is_audible": alarm.is_audible,
        "is_held": alarm.is_held,
        "device_id": alarm.device_id,
        "reason": alarm.reason,
        "key": alarm.key,
        "limit_words": alarm.limit_words,
        "is_quiet": alarm.is_quiet,
    }


def _limit(limit: Limit, baseline: dict[str, float]) -> dict[str, Any]:
    bound = limit.bound
    row = CONDITIONS[limit.condition]
    return {
        "condition": str(limit.condition),
        "vital": str(row.vital) if row.vital else None,
        "key": str(bound.key) if bound else None,
        "direction": str(row.direction) if row.direction else None,
        "words": bound.words if bound else None,
        "bound": _tidy(bound.number) if bound else None,
        "level": _tidy(bound.level(baseline)) if bound else None,
        "is_relative": bound is not None and bound.absolute is None,
        "priority": str(limit.priority),
        "delay_s": limit.steps[limit.main].delay_s,
        "is_changed": limit.is_changed,
        "is_off": limit.is_off,
    }
