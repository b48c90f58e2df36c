"""Hold the conversation with a Datascope Accutorr 3 or 4 over its PC interface.

Here is decided when to send the one command (P) and the request for a prompt (Ctrl-C), and what a
patient line says of the finger; lines are in accutorr3_lines, the cuff in accutorr3_cuff. Source:
Datascope, Accutorr 3 service manual (1990), pp. 1-37, 1-52 to 1-54: a command is one character and
valid only while the prompt is showing.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.accutorr3_cuff import CuffWatch
from monitors.devices.accutorr3_lines import (
    ASK_PATIENT,
    ASK_PROMPT,
    Item,
    LineFinder,
    PatientLine,
    Printed,
    Probe,
    Unit,
)
from monitors.devices.adapter import DecodeCounts
from monitors.devices.oximetry import HIGHEST_PULSE_RATE_PER_MIN
from monitors.readings import OximetryReading, Reading, SignalCondition, Validity

PACE_S = 1.0
REPLY_TIMEOUT_S = 2.0
PROMPT_TIMEOUT_S = 1.0
_CONDITIONS = (
    (Probe.NO_SENSOR, SignalCondition.PROBE_UNPLUGGED),
    (Probe.SENSOR_OFF, SignalCondition.FINGER_OUT),
    (Probe.PULSE_SEARCH | Probe.NO_PULSE, SignalCondition.SEARCHING),
    (Probe.PULSE_WEAK, SignalCondition.LOW_SIGNAL),
    (Probe.INTERFERENCE, SignalCondition.INTERFERENCE),
)
_NO_NUMBER = Probe.NO_SENSOR | Probe.SENSOR_OFF | Probe.PULSE_SEARCH | Probe.NO_PULSE
_DOUBT = Probe.INTERFERENCE | Probe.PULSE_WEAK
_UNIT_FAILS = (
    Unit.UNCALIBRATED
    | Unit.RAM_FAIL
    | Unit.ROM_FAIL
    | Unit.OFFSET_MISMATCH
    | Unit.FILTER_MISMATCH
    | Unit.SYSTEM_TEST
)


class AccutorrAdapter:
    """Ask for the patient line each second, only while the prompt is showing."""

    __slots__ = (
        "_cuff",
        "_finder",
        "_has_prompt",
        "_heard_s",
        "_next_s",
        "_waits_until_s",
        "counts",
    )

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = LineFinder(self.counts)
        self._cuff = CuffWatch()
        self._has_prompt = False
        self._heard_s = 0.0
        self._waits_until_s = 0.0
        self._next_s = 0.0

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and asked; a prompt is asked for next."""
        self._finder.forget()
        self._has_prompt = False
        self._waits_until_s = self._next_s = now_s
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the lines completed by these bytes tell."""
        self._heard_s = now_s
        return [reading for item in self._finder.feed(chunk) for reading in self._take(item, now_s)]

    def due(self, now_s: float) -> bytes:
        """Return P when a prompt is showing, Ctrl-C when none came in time, else nothing."""
        if self._has_prompt and now_s >= self._next_s:
            self._has_prompt = False
            self._waits_until_s = now_s + REPLY_TIMEOUT_S
            self._next_s = now_s + PACE_S
            return ASK_PATIENT
        if self._has_prompt or now_s < self._waits_until_s:
            return b""
        self._finder.forget()
        self._waits_until_s = now_s + REPLY_TIMEOUT_S
        return ASK_PROMPT

    def finish(self) -> Sequence[Reading]:
        """Return what waited for a second line or for its end, and count what is left over."""
        now_s = self._heard_s
        told = [reading for item in self._finder.finish() for reading in self._take(item, now_s)]
        held = self._cuff.finish()
        return told if held is None else [*told, held]

    def _take(self, item: Item, now_s: float) -> list[Reading]:
        if item is Printed.PROMPT:
            self._has_prompt = True
        if not isinstance(item, PatientLine):
            return []
        self._waits_until_s = min(self._waits_until_s, now_s + PROMPT_TIMEOUT_S)
        determination = self._cuff.take(item, now_s)
        told: list[Reading] = [_oximetry(item)]
        return told if determination is None else [determination, *told]


def _oximetry(line: PatientLine) -> OximetryReading:
    """Judge the finger's part of a line: no number without a sensor, a finger and a pulse."""
    conditions = tuple(condition for bits, condition in _CONDITIONS if line.probe & bits)
    spo2, rate = line.spo2_pct or 0, line.pulse_rate_per_min or 0
    if not line.probe and not line.unit and line.spo2_pct is None and not rate:
        return OximetryReading(None, None, None, Validity.NOT_AVAILABLE)
    if line.probe & _NO_NUMBER or line.unit & _UNIT_FAILS or not 0 < spo2 <= 100:
        return OximetryReading(None, None, None, Validity.INVALID, conditions)
    is_beyond = bool(line.probe & Probe.RATE_BELOW_30 or line.unit & Unit.RATE_ABOVE_250)
    if is_beyond or not 0 < rate <= HIGHEST_PULSE_RATE_PER_MIN:
        return OximetryReading(spo2, None, None, Validity.QUESTIONABLE, conditions)
    validity = Validity.QUESTIONABLE if line.probe & _DOUBT else Validity.VALID
    return OximetryReading(spo2, rate, None, validity, conditions)


def adapter() -> AccutorrAdapter:
    """Make the conversation with an Accutorr 3 or 4."""
    return AccutorrAdapter()
