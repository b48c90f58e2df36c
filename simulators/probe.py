"""The finger probe that every simulated oximeter reads: what it sees, without a protocol.

Here the patient's state becomes a signal: with or without a finger, with or without a pulse,
smeared by motion, blanked by a cuff on the same arm. How a device codes it belongs to the
device's file. A same-arm cuff takes the signal 5 to 10 s after it starts to inflate and gives it
back 5 to 15 s after it lets go; values are too high by some per cent on the way there (Sondej
2022, PMC8520452: mean +2.9 %).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulators.faults import Fault, FaultSwitches
from simulators.patient import Heartbeat, Patient
from simulators.pleth import beat_height
from simulators.wander import Wander, draw_for

ROLE = "oximeter"
SEARCH_S = 6.0
AVERAGED_S = 4.0
_LEAD_S = 10.0
WEAK_PERFUSION_PCT = 0.4
MARGINAL_PERFUSION_PCT = 0.8
CUFF_ERROR_PCT = 2.9


class Perfusion(StrEnum):
    """Say how strong the pulse is that the probe sees."""

    STRONG = "strong"
    MARGINAL = "marginal"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class ProbeSignal:
    """Hold what the probe sees at one moment.

    spo2_pct and pulse_rate_per_min: None where there is no usable pulse. is_tracking: a run of
    good pulses is there. A cuff on the same arm looks like a lost pulse and is not told apart.
    """

    is_plugged: bool
    has_finger: bool
    is_tracking: bool
    has_artifact: bool
    perfusion: Perfusion
    perfusion_index_pct: float
    spo2_pct: int | None
    pulse_rate_per_min: int | None
    is_battery_low: bool = False


Blanking = Callable[[float], tuple[bool, bool]]


def never_blanked(_at_s: float) -> tuple[bool, bool]:
    """Answer for a probe whose arm has no cuff: signal neither disturbed nor gone."""
    return False, False


class Probe:
    """Read a patient's finger.

    patient None: nobody sits there. blanking: whether a cuff on this arm disturbs the signal, and
    whether it has taken it away, at a moment.
    """

    def __init__(
        self,
        patient: Patient | None,
        faults: FaultSwitches,
        start_s: float,
        seed: int,
        blanking: Blanking = never_blanked,
        role: str = ROLE,
    ) -> None:
        self._patient = patient
        self._faults = faults
        self._blanking = blanking
        self._role = role
        self._heart = Heartbeat(patient, start_s - _LEAD_S) if patient else None
        self._shake = Wander(draw_for(seed, "shake"), 0.45, 0.8, 0.4)
        self._jerk = Wander(draw_for(seed, "jerk"), 0.25, 3.1, 1.0)
        self._sway = Wander(draw_for(seed, "sway"), 0.03, 0.25, 0.02)

    def at(self, at_s: float) -> ProbeSignal:
        """Return the signal at a moment of the scenario's timeline."""
        is_plugged = not self._is_on(Fault.PROBE_UNPLUGGED, at_s)
        has_finger = self.has_finger(at_s)
        disturbed, gone = self._blanking(at_s)
        has_motion = self._is_on(Fault.MOTION, at_s)
        index = self.perfusion_index_pct(at_s) if has_finger and not gone else 0.02
        is_tracking = has_finger and not gone and not self._is_searching(at_s)
        spo2, pulse = self._numbers(at_s, disturbed, has_motion) if is_tracking else (None, None)
        return ProbeSignal(
            is_plugged,
            has_finger,
            is_tracking,
            has_finger and (has_motion or disturbed),
            _strength(index),
            round(index, 2),
            spo2,
            pulse,
            self._is_on(Fault.LOW_BATTERY, at_s),
        )

    def has_finger(self, at_s: float) -> bool:
        """Say whether a finger is in the probe and the probe on its device."""
        lost = (Fault.PROBE_OFF, Fault.PROBE_UNPLUGGED)
        return self._patient is not None and self._faults.any_of(lost, at_s, self._role) is None

    def lost_at_s(self, at_s: float) -> float | None:
        """Return when the finger or the probe was last taken away, if it is away now."""
        since = [
            self._faults.on_since_s(fault, at_s, self._role)
            for fault in (Fault.PROBE_OFF, Fault.PROBE_UNPLUGGED)
        ]
        return min((moment for moment in since if moment is not None), default=None)

    def perfusion_index_pct(self, at_s: float) -> float:
        """Return the finger's perfusion index, per cent; the patient must be there."""
        index = self._patient.perfusion_index_pct(at_s) if self._patient else 0.02
        return min(index, 0.3) if self._is_on(Fault.LOW_PERFUSION, at_s) else index

    def beats(self, at_s: float) -> float:
        """Return the count of heartbeats at a moment; 0 with nobody there."""
        return self._heart.beats(at_s) if self._heart else 0.0

    def pleth(self, at_s: float, signal: ProbeSignal) -> float:
        """Return the height of the trace, 0 to 1, as an oximeter with automatic gain shows it."""
        if not signal.has_finger or self._heart is None:
            return 0.4
        height = 0.5 + self._sway.at(at_s)
        if signal.is_tracking or signal.perfusion_index_pct > 0.05:
            size = 0.75 if signal.perfusion is not Perfusion.WEAK else 0.25
            height += size * (beat_height(self._heart.beats(at_s)) - 0.45)
        if signal.has_artifact:
            height += self._shake.at(at_s) + self._jerk.at(at_s)
        return min(max(height, 0.0), 1.0)

    def _numbers(self, at_s: float, disturbed: bool, has_motion: bool) -> tuple[int, int]:
        assert self._patient is not None
        assert self._heart is not None
        spo2 = self._patient.finger_spo2_pct(at_s)
        pulse = self._heart.rate_per_min(at_s, AVERAGED_S)
        if disturbed:
            spo2 += CUFF_ERROR_PCT
        if has_motion:
            spo2 -= 2.0 + 3.0 * abs(self._shake.at(at_s / 8))
            pulse += 25.0 * self._shake.at(at_s / 12)
        return round(min(spo2, 100.0)), round(pulse)

    def _is_searching(self, at_s: float) -> bool:
        """Say whether the finger came back so lately that no run of pulses is there yet."""
        ends = (
            self._faults.ended_s(fault, at_s, self._role)
            for fault in (Fault.PROBE_OFF, Fault.PROBE_UNPLUGGED)
        )
        return any(end is not None and at_s - end < SEARCH_S for end in ends)

    def _is_on(self, fault: Fault, at_s: float) -> bool:
        return self._faults.is_on(fault, at_s, self._role)


def _strength(index_pct: float) -> Perfusion:
    if index_pct < WEAK_PERFUSION_PCT:
        return Perfusion.WEAK
    return Perfusion.MARGINAL if index_pct < MARGINAL_PERFUSION_PCT else Perfusion.STRONG
