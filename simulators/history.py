"""The past of a scenario: what each visit would have left behind before the simulators started.

Lines are told as a collector would have heard them: readings a device, determinations at their
end, and the commands of the staff who ran the visit. The same patients, cuffs and probes serve
them as at the ports, so that what comes live goes on exactly where the past ends (scenario second
0 is the moment the caller names). Source of the cadence: the visit itself (visit.py).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from monitors.readings import OximetryReading, SignalCondition, Validity, as_record
from simulators.probe import Perfusion, ProbeSignal
from simulators.recliner import SimulatedRecliner
from simulators.room import kinds_of
from simulators.scenario import ReclinerPlan, Scenario

STEP_S = 2

Line = dict[str, Any]


def staged_past(scenario: Scenario, now_utc_ms: int) -> Iterator[Line]:
    """Yield the past of every visit as JSON-able lines, sorted by time, all before ``now_utc_ms``.

    A reading: ``at_utc_ms``, ``device_id``, ``reading`` (as monitors.readings.as_record writes
    it). A command: ``at_utc_ms``, ``command`` (target, by, verb, arguments).
    """
    pasts = (_past_of(plan, scenario.staff[0], now_utc_ms) for plan in scenario.recliners)
    yield from heapq.merge(*pasts, key=lambda line: line["at_utc_ms"])


def _past_of(plan: ReclinerPlan, by: str, now_utc_ms: int) -> Iterator[Line]:
    """Yield one recliner's past in the order of time; commands before readings of the moment."""
    if plan.visit is None:
        return iter(())
    told = (
        {"at_utc_ms": now_utc_ms + round(at_s * 1000), **line}
        for at_s, line in heapq.merge(
            _commands(plan, by), _readings(plan), key=lambda pair: pair[0]
        )
        if at_s < 0.0
    )
    return iter(told)


def _commands(plan: ReclinerPlan, by: str) -> list[tuple[float, Line]]:
    """List what staff did, with its scenario second."""
    visit = plan.visit
    assert visit is not None
    arguments: dict[str, Any] = {"label": visit.label, "protocol": visit.protocol}
    if visit.protocol == "custom":
        arguments["planned_s"] = round(visit.planned_s)
    steps: list[tuple[float, str, dict[str, Any]]] = [
        (visit.arrived_s, "begin_session", arguments),
        (visit.baseline_s, "begin_baseline", {}),
    ]
    if visit.infusion_s is not None and visit.infusion_end_s is not None:
        steps += [(visit.infusion_s, "start_infusion", {})]
        steps += [(visit.infusion_end_s, "stop_infusion", {})]
    for paused_s, resumed_s in visit.pauses:
        steps += [(paused_s, "pause_infusion", {}), (resumed_s, "resume_infusion", {})]
    steps += [(note.at_s, "note", {"text": note.text}) for note in plan.notes]
    if plan.intake:
        asked_s = (visit.arrived_s + visit.baseline_s) / 2
        steps += [(asked_s, "record_intake", {"form": dict(plan.intake)})]
    steps += [
        (entry.at_s, "enter", {"kind": entry.kind, "values": dict(entry.values)})
        for entry in plan.entries
    ]
    target = f"recliner:{plan.name}"
    return [
        (at_s, {"command": {"target": target, "by": by, "verb": verb, "arguments": given}})
        for at_s, verb, given in sorted(steps, key=lambda step: step[0])
    ]


def _readings(plan: ReclinerPlan) -> Iterator[tuple[float, Line]]:
    """Yield what the devices told, with its scenario second."""
    recliner = SimulatedRecliner(plan)
    ids = {kind.role: f"{plan.name}/{kind.role}" for kind in kinds_of(plan)}
    oximeter_id = ids.get("oximeter") or ids.get("monitor")
    cuff_id = ids.get("monitor")
    last = None
    for second in range(int(recliner.start_s), 0, STEP_S):
        recliner.advance(second)
        if cuff_id and recliner.cuff.last is not last:
            last = recliner.cuff.last
            if last is not None:
                yield last.at_s, {"device_id": cuff_id, "reading": as_record(last.result)}
        if oximeter_id:
            reading = oximetry_of(recliner.probe.at(second))
            yield float(second), {"device_id": oximeter_id, "reading": as_record(reading)}


def oximetry_of(signal: ProbeSignal) -> OximetryReading:
    """Return what an oximeter makes of a probe's signal."""
    flags = (
        (not signal.is_plugged, SignalCondition.PROBE_UNPLUGGED),
        (not signal.has_finger, SignalCondition.FINGER_OUT),
        (signal.has_finger and signal.perfusion is not Perfusion.STRONG and signal.is_tracking,
         SignalCondition.LOW_PERFUSION),
        (signal.has_artifact, SignalCondition.ARTIFACT),
        (not signal.is_tracking, SignalCondition.OUT_OF_TRACK),
        (signal.is_battery_low, SignalCondition.LOW_BATTERY),
    )  # fmt: skip
    conditions = tuple(condition for is_set, condition in flags if is_set)
    if signal.spo2_pct is None:
        return OximetryReading(None, None, None, Validity.INVALID, conditions)
    doubtful = {SignalCondition.LOW_PERFUSION, SignalCondition.ARTIFACT}
    validity = Validity.QUESTIONABLE if doubtful & set(conditions) else Validity.VALID
    return OximetryReading(signal.spo2_pct, signal.pulse_rate_per_min, None, validity, conditions)
