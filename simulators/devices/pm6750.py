"""A simulated BerryMed PM6750 board: cuff, oximeter with pleth, ECG and thermometer.

Here the cuff's, the probe's and the patient's state become reports; frames are the product's own
classes. Source: BerryMed, PM6750 technical manual; rates as measured on a real board (pleth
50 a second where the manual says 40). Chosen here: NIBP reports go on between determinations, a
failed state stands until the next start, and the ECG wave is a bare spike a beat.
"""

from __future__ import annotations

from collections.abc import Callable

from monitors.devices.adapter import DecodeCounts
from monitors.devices.pm6750_frames import (
    ECG_ON,
    OXIMETRY_ON,
    PLETH_FULL_SCALE,
    PLETH_ON,
    START_CUFF,
    STOP_CUFF,
    TEMPERATURE_ON,
    CuffTest,
    EcgReport,
    Kind,
    NibpReport,
    OximetryReport,
    Pm6750Frame,
    ProbeStatus,
    TemperatureReport,
)
from monitors.devices.pm6750_stream import FrameFinder
from monitors.readings import NibpFailure
from simulators.recliner import SimulatedRecliner

TICKS_PER_SECOND = 250
_PLETH_EVERY, _NIBP_EVERY = 5, 125
_LONGEST_BACKLOG_S = 60
_BASELINE, _SPIKE = 128, 230
_SPIKE_PART = 0.04
_SWITCHES = {frame.kind: frame for frame in (ECG_ON, OXIMETRY_ON, TEMPERATURE_ON, PLETH_ON)}
_TESTS = {
    NibpFailure.CANCELLED: CuffTest.STOPPED,
    NibpFailure.OVERPRESSURE: CuffTest.OVERPRESSURE,
    NibpFailure.LOOSE_CUFF: CuffTest.CUFF_LOOSE,
    NibpFailure.TIMEOUT: CuffTest.TIMED_OUT,
    NibpFailure.MOTION: CuffTest.DISTURBED,
    NibpFailure.WEAK_SIGNAL: CuffTest.NO_RESULT,
}


class Pm6750Board:
    """Send what was switched on; the n-th tick belongs to scenario second n / 250.

    Beside another device the board's own finger sensor is unplugged.
    """

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._has_probe = recliner.has_one_device
        self._commands = FrameFinder(DecodeCounts())
        self._is_on: dict[int, bool] = dict.fromkeys(_SWITCHES, False)
        self._next_tick = 0
        self._now_s = 0.0
        self._beat = 0
        self._outputs: dict[int, Callable[[float], list[Pm6750Frame]]] = {
            ECG_ON.kind: self._ecg,
            OXIMETRY_ON.kind: self._oximetry,
            TEMPERATURE_ON.kind: self._temperature,
        }

    def plugged_in(self, now_s: float) -> None:
        """Begin with the tick of the moment; what was switched on stays on."""
        self._commands.forget()
        self._next_tick = int(now_s * TICKS_PER_SECOND) + 1

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Obey each command that is whole and has a right check byte; there are no answers."""
        self._now_s = now_s
        self._recliner.advance(now_s)
        for sample in self._pleth_switches(chunk):
            self._is_on[PLETH_ON.kind] = bool(sample)
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return everything that is due by now."""
        last = int(now_s * TICKS_PER_SECOND)
        self._next_tick = max(self._next_tick, last - _LONGEST_BACKLOG_S * TICKS_PER_SECOND)
        frames = [
            frame for tick in range(self._next_tick, last + 1) for frame in self._at_tick(tick)
        ]
        self._next_tick = max(self._next_tick, last + 1)
        return b"".join(frame.to_bytes() for frame in frames)

    def _pleth_switches(self, chunk: bytes) -> list[int | None]:
        """Obey all but the pleth's switch, which has the form of a pleth sample, and return it."""
        for frame in self._commands.feed(chunk):
            self._obey(frame)
        switches = self._commands.pleth[:]
        self._commands.pleth.clear()
        return switches

    def _obey(self, frame: Pm6750Frame) -> None:
        if frame == START_CUFF:
            self._recliner.cuff.start(self._now_s)
        elif frame == STOP_CUFF:
            self._recliner.cuff.cancel(self._now_s)
        elif frame.kind in _SWITCHES:
            self._is_on[frame.kind] = frame == _SWITCHES[frame.kind]

    def _at_tick(self, tick: int) -> list[Pm6750Frame]:
        at_s = tick / TICKS_PER_SECOND
        frames = self._wave(at_s) if self._is_on[ECG_ON.kind] else []
        if tick % _PLETH_EVERY == 0 and self._is_on[PLETH_ON.kind]:
            frames.append(self._pleth(at_s))
        if tick % _NIBP_EVERY == 0 and any(self._is_on.values()):
            self._recliner.advance(at_s)
            frames.append(self._nibp(at_s).to_frame())
        if tick % TICKS_PER_SECOND == 0:
            for number, output in self._outputs.items():
                frames += output(at_s) if self._is_on[number] else []
        return frames

    def _wave(self, at_s: float) -> list[Pm6750Frame]:
        beats = self._recliner.probe.beats(at_s)
        height = _SPIKE if beats % 1.0 < _SPIKE_PART and beats else _BASELINE
        frames = [Pm6750Frame(Kind.ECG_WAVE, bytes([height]) * 7)]
        if int(beats) != self._beat:
            self._beat = int(beats)
            frames.append(Pm6750Frame(Kind.HEART_BEAT))
        return frames

    def _pleth(self, at_s: float) -> Pm6750Frame:
        height = 0.0
        if self._has_probe:
            height = self._recliner.probe.pleth(at_s, self._recliner.probe.at(at_s))
        return Pm6750Frame(Kind.PLETH, bytes([int(height * PLETH_FULL_SCALE)]))

    def _nibp(self, at_s: float) -> NibpReport:
        cuff = self._recliner.cuff
        if cuff.is_running(at_s):
            return NibpReport(CuffTest.MEASURING, min(cuff.pressure_mmhg(at_s), 510))
        result = cuff.last.result if cuff.last else None
        if result is None:
            return NibpReport(CuffTest.FINISHED)
        if result.reason is not None:
            return NibpReport(_TESTS.get(result.reason, CuffTest.ERROR))
        systolic, diastolic = result.systolic_mmhg or 0, result.diastolic_mmhg or 0
        return NibpReport(
            CuffTest.FINISHED, 0, min(systolic, 255), result.mean_mmhg or 0, diastolic
        )

    def _oximetry(self, at_s: float) -> list[Pm6750Frame]:
        signal = self._recliner.probe.at(at_s)
        status = ProbeStatus.NORMAL
        if not self._has_probe or not signal.is_plugged:
            status = ProbeStatus.SENSOR_OFF
        elif not signal.has_finger:
            status = ProbeStatus.NO_FINGER
        elif signal.spo2_pct is None:
            status = ProbeStatus.SEARCHING
        if status is not ProbeStatus.NORMAL:
            return [OximetryReport(status).to_frame()]
        return [OximetryReport(status, signal.spo2_pct, signal.pulse_rate_per_min).to_frame()]

    def _ecg(self, at_s: float) -> list[Pm6750Frame]:
        vitals = self._recliner.vitals(at_s)
        if vitals is None:
            return [EcgReport(0, 0, is_lead_off=True).to_frame()]
        heart, breath = round(vitals.heart_rate_per_min), round(vitals.respiration_per_min)
        return [EcgReport(min(heart, 250), breath).to_frame()]

    def _temperature(self, at_s: float) -> list[Pm6750Frame]:
        vitals = self._recliner.vitals(at_s)
        return [TemperatureReport(vitals.temperature_c if vitals else None).to_frame()]
