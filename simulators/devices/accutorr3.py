"""A simulated Datascope Accutorr 3 at its PC interface: cuff and oximeter behind a prompt.

Here the cuff's and the probe's state become patient lines; lines are the product's own class.
Source: Datascope, Accutorr 3 service manual (1990). Chosen here: a command is not echoed, while the
cuff runs the old numbers stand, a failed measurement has dashes and its own age, and a stopped one
leaves the last standing.
"""

from __future__ import annotations

from monitors.devices.accutorr3_lines import (
    ASK_PATIENT,
    ASK_PROMPT,
    PROMPT,
    READY,
    CuffFlag,
    PatientLine,
    Probe,
)
from monitors.readings import NibpFailure
from simulators.cuff import DatedResult
from simulators.probe import Perfusion, ProbeSignal
from simulators.recliner import SimulatedRecliner

OLDEST_MINUTES = 999
LIMITS = b"L:100, 85,120, 40,180, 90,130, 60,110, 40\r\n"
_FLAGS = {
    NibpFailure.OVERPRESSURE: CuffFlag.OVERPRESSURE,
    NibpFailure.MOTION: CuffFlag.MOTION,
}


class AccutorrMonitor:
    """Answer one-character commands. Beside another device its own finger sensor is missing."""

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._has_probe = recliner.has_one_device

    def plugged_in(self, now_s: float) -> None:
        """Go on as before; the prompt that is showing is not printed again."""

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Answer each known character; the prompt is showing again after every answer."""
        self._recliner.advance(now_s)
        return b"".join(self._answer(bytes((character,)), now_s) for character in chunk)

    def speak(self, now_s: float) -> bytes:
        """Send nothing; let the cuff go on."""
        self._recliner.advance(now_s)
        return b""

    def power_up(self) -> bytes:
        """Return what is printed when the monitor is switched on."""
        return READY + PROMPT

    def _answer(self, character: bytes, now_s: float) -> bytes:
        if character == ASK_PATIENT:
            return self._patient(now_s).to_bytes() + PROMPT
        if character == b"L":
            return LIMITS + PROMPT
        return PROMPT if character == ASK_PROMPT else b""

    def _patient(self, now_s: float) -> PatientLine:
        signal = self._recliner.probe.at(now_s) if self._has_probe else None
        last = self._last()
        result = last.result if last else None
        minutes = int((now_s - last.at_s) / 60) if last else None
        if result is None or minutes is None or minutes >= OLDEST_MINUTES:
            return PatientLine(*_finger(signal), probe=_probe(signal))
        return PatientLine(
            *_finger(signal),
            result.systolic_mmhg,
            result.mean_mmhg,
            result.diastolic_mmhg,
            _probe(signal),
            cuff=int(_FLAGS.get(result.reason, 0)) if result.reason else 0,
            minutes=minutes,
        )

    def _last(self) -> DatedResult | None:
        cuff = self._recliner.cuff
        is_stopped = cuff.last is not None and cuff.last.result.reason is NibpFailure.CANCELLED
        return cuff.last_completed if is_stopped else cuff.last


def _finger(signal: ProbeSignal | None) -> tuple[int | None, int | None]:
    return (signal.spo2_pct, signal.pulse_rate_per_min) if signal else (None, None)


def _probe(signal: ProbeSignal | None) -> int:
    """Return status byte 0."""
    if signal is None or not signal.is_plugged:
        return int(Probe.NO_SENSOR)
    if not signal.has_finger:
        return int(Probe.SENSOR_OFF)
    if not signal.is_tracking:
        return int(Probe.PULSE_SEARCH)
    interference = Probe.INTERFERENCE if signal.has_artifact else Probe(0)
    weak = Probe.PULSE_WEAK if signal.perfusion is Perfusion.WEAK else Probe(0)
    return int(interference | weak)
