"""The cuff that every simulated blood-pressure device drives: how long it takes and how it ends.

A determination is planned whole when it starts (pressures in steps of 8 mmHg, duration, outcome),
so that any moment of it can be asked for; what a device says of it belongs to the device's file.
Course of a determination: Critikon Compact manual, appendix C (first target about 160 mmHg, later
ones 30 above the last systolic, steps of 8 mmHg, one for each pair of equal pulses); scatter
between readings 5.5/4 mmHg within the 8 of ISO 81060-2; the first reading of a visit is high.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome
from simulators.faults import Fault, FaultSwitches
from simulators.patient import Patient
from simulators.wander import draw_for

ROLE = "monitor"
FIRST_TARGET_MMHG = 160
ABOVE_LAST_MMHG = 30
STEP_MMHG = 8
PUMP_LIMIT_S = 50.0
LONGEST_S = 180.0
SYSTOLIC_SCATTER_MMHG = 5.5
DIASTOLIC_SCATTER_MMHG = 4.0
PULSE_SCATTER_PER_MIN = 2.4
FIRST_CUFF_MMHG = (8.0, 3.0)

_FAILURES: dict[Fault, NibpFailure] = {
    Fault.HOSE_OFF: NibpFailure.LOOSE_CUFF,
    Fault.CUFF_LEAK: NibpFailure.LEAK,
    Fault.HOSE_KINKED: NibpFailure.BLOCKED,
    Fault.OVERPRESSURE: NibpFailure.OVERPRESSURE,
    Fault.TOO_LONG: NibpFailure.TIMEOUT,
    Fault.WEAK_PULSE: NibpFailure.WEAK_SIGNAL,
    Fault.MOTION: NibpFailure.MOTION,
}

NextDue = Callable[[float], float | None]


@dataclass(frozen=True, slots=True)
class CuffCycle:
    """Hold one determination from the pump's start to the emptied cuff.

    trace: (seconds after the start, mmHg) corners of the pressure, straight in between.
    result: what it gives at its end.
    """

    started_s: float
    trace: tuple[tuple[float, float], ...]
    result: NibpDetermination

    @property
    def ends_s(self) -> float:
        """Return when the cuff is empty and the result is there, in scenario seconds."""
        return self.started_s + self.trace[-1][0]

    def pressure_mmhg(self, now_s: float) -> float:
        """Return the pressure at a moment; 0 before and after."""
        since_s = now_s - self.started_s
        before_s, before = self.trace[0]
        for after_s, after in self.trace[1:]:
            if before_s <= since_s < after_s:
                return before + (after - before) * (since_s - before_s) / (after_s - before_s)
            before_s, before = after_s, after
        return 0.0


@dataclass(frozen=True, slots=True)
class DatedResult:
    """Hold a determination's result with the scenario second at which it ended."""

    at_s: float
    result: NibpDetermination


class Cuff:
    """Pump, measure and remember, as one recliner's cuff does.

    patient None: the cuff lies on an empty recliner and never finds an arm. next_due: when the
    device's own interval wants the next determination after a moment; None while it is manual.
    """

    def __init__(
        self,
        patient: Patient | None,
        faults: FaultSwitches,
        seed: int,
        next_due: NextDue | None = None,
        role: str = ROLE,
    ) -> None:
        self._patient = patient
        self._faults = faults
        self._seed = seed
        self._next_due = next_due
        self._role = role
        self._cycle: CuffCycle | None = None
        self._last_cycle: CuffCycle | None = None
        self._started = 0
        self._due_s: float | None = None
        self.last: DatedResult | None = None
        self.last_completed: DatedResult | None = None

    def begin(self, now_s: float) -> None:
        """Start the device's own interval from a moment on."""
        self._due_s = self._next_due(now_s) if self._next_due else None

    def start(self, now_s: float) -> bool:
        """Start a determination; False if one is running."""
        self.advance(now_s)
        if self._cycle is not None:
            return False
        self._cycle = self._plan(now_s)
        self._started += 1
        return True

    def cancel(self, now_s: float) -> bool:
        """Let the pressure out at once; False if no determination was running."""
        self.advance(now_s)
        cycle = self._cycle
        if cycle is None:
            return False
        since_s = now_s - cycle.started_s
        past = tuple(corner for corner in cycle.trace if corner[0] < since_s)
        rest = ((since_s, cycle.pressure_mmhg(now_s)), (since_s + 1.0, 0.0))
        self._cycle = CuffCycle(cycle.started_s, past + rest, _failed(NibpFailure.CANCELLED))
        return True

    def advance(self, now_s: float) -> None:
        """Post what has ended and start what the interval wants, up to a moment."""
        while True:
            cycle = self._cycle
            if cycle is not None:
                if now_s < cycle.ends_s:
                    return
                self._post(cycle)
            if self._due_s is None or now_s < self._due_s:
                return
            due_s = self._due_s
            self._due_s = self._next_due(due_s) if self._next_due else None
            if self._last_cycle is None or due_s >= self._last_cycle.ends_s:
                self._cycle = self._plan(due_s)
                self._started += 1

    def is_running(self, now_s: float) -> bool:
        """Say whether a determination runs."""
        return self._cycle is not None and now_s < self._cycle.ends_s

    def pressure_mmhg(self, now_s: float) -> int:
        """Return the pressure in the cuff, mmHg."""
        return round(self._cycle.pressure_mmhg(now_s)) if self._cycle else 0

    def blanking(self, now_s: float) -> tuple[bool, bool]:
        """Say whether this arm's pulse is disturbed by the cuff, and whether it is gone."""
        cycle = self._cycle or self._last_cycle
        if cycle is None or not cycle.started_s <= now_s < cycle.ends_s + 20.0:
            return False, False
        draw = draw_for(self._seed, "blanking", round(cycle.started_s, 3))
        lost_s = cycle.started_s + draw.uniform(5.5, 9.5)
        back_s = cycle.ends_s + draw.uniform(5.5, 14.0)
        is_gone = lost_s <= now_s < back_s
        return cycle.started_s + 2.0 <= now_s < back_s + 2.0 and not is_gone, is_gone

    def _post(self, cycle: CuffCycle) -> None:
        self.last = DatedResult(cycle.ends_s, cycle.result)
        if cycle.result.outcome is NibpOutcome.COMPLETED:
            self.last_completed = self.last
        self._last_cycle, self._cycle = cycle, None

    def _plan(self, now_s: float) -> CuffCycle:
        draw = draw_for(self._seed, "cuff", round(now_s, 3))
        fault = self._faults.any_of(_FAILURES, now_s, self._role)
        if self._patient is None or fault is not None:
            fault = fault or Fault.HOSE_OFF
            return CuffCycle(now_s, _failing_trace(fault, draw), _failed(_FAILURES[fault]))
        result = measured(self._patient, now_s, self._started, draw)
        return CuffCycle(now_s, self._trace(result, draw), result)

    def _trace(self, result: NibpDetermination, draw: Random) -> tuple[tuple[float, float], ...]:
        """Plan the pressure: up to the target, down in steps to below diastolic, empty."""
        systolic, diastolic = result.systolic_mmhg or 0, result.diastolic_mmhg or 0
        last = self.last_completed.result.systolic_mmhg if self.last_completed else None
        target = last + ABOVE_LAST_MMHG if last else FIRST_TARGET_MMHG
        at_s, corners = draw.uniform(4.0, 7.0), [(0.0, 0.0)]
        corners.append((at_s, float(target)))
        if target < systolic + 10:
            target = systolic + 40
            corners += [(at_s + 2.0, corners[-1][1]), (at_s + 4.0, float(target))]
            at_s += 4.0
        dwell_s = 2 * 60.0 / (result.pulse_rate_per_min or 75)
        steps = range(target, diastolic - 2 * STEP_MMHG, -STEP_MMHG)
        dwell_s = min(max(dwell_s, (19.0 - at_s) / len(steps)), (43.0 - at_s) / len(steps))
        for pressure in steps:
            corners += [(at_s + 0.1, float(pressure)), (at_s + dwell_s, float(pressure))]
            at_s += dwell_s
        return (*corners, (at_s + 1.0, 0.0))


def measured(patient: Patient, at_s: float, nth: int, draw: Random) -> NibpDetermination:
    """Measure a patient as a cuff does: with its scatter, and high the first two times.

    nth: how many determinations this visit has had before.
    """
    systolic, diastolic = patient.pressures_mmhg(at_s)
    fright = FIRST_CUFF_MMHG[nth] if nth < len(FIRST_CUFF_MMHG) else 0.0
    common = draw.gauss(0.0, 1.0)
    systolic += fright + SYSTOLIC_SCATTER_MMHG * common
    own = 0.45 * common + 0.893 * draw.gauss(0.0, 1.0)
    diastolic += fright / 2 + DIASTOLIC_SCATTER_MMHG * own
    top = min(max(round(systolic), 40), 260)
    bottom = min(max(round(diastolic), 20), top - 8)
    mean = round(bottom + draw.uniform(0.33, 0.40) * (top - bottom))
    pulse = patient.heart_rate_per_min(at_s) + draw.gauss(0.0, PULSE_SCATTER_PER_MIN)
    return NibpDetermination(NibpOutcome.COMPLETED, top, bottom, mean, max(round(pulse), 30))


def _failed(reason: NibpFailure) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.FAILED, reason=reason)


def _failing_trace(fault: Fault, draw: Random) -> tuple[tuple[float, float], ...]:
    """Plan the pressure of a determination that fails, as far as the fault lets it get."""
    up_s = draw.uniform(4.0, 7.0)
    up = (up_s, float(FIRST_TARGET_MMHG))
    traces: dict[Fault, tuple[tuple[float, float], ...]] = {
        Fault.HOSE_OFF: ((2.0, 14.0), (PUMP_LIMIT_S, 16.0)),
        Fault.CUFF_LEAK: (up, (up_s + 9.0, 45.0)),
        Fault.HOSE_KINKED: ((0.8, 180.0), (40.0, 178.0)),
        Fault.OVERPRESSURE: ((3.0, 305.0),),
        Fault.TOO_LONG: (up, (LONGEST_S - 1.0, 40.0)),
        Fault.WEAK_PULSE: (up, (up_s + 34.0, 38.0)),
        Fault.MOTION: (up, (up_s + 30.0, 60.0), (up_s + 36.0, 165.0), (up_s + 75.0, 50.0)),
    }
    corners = traces[fault]
    return ((0.0, 0.0), *corners, (corners[-1][0] + 1.0, 0.0))
