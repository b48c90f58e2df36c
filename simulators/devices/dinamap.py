"""A simulated GE DINAMAP monitor at its ASCII host port: cuff, oximeter, pulse rate, temperature.

Here the cuff's and the probe's state become replies; lines are made by the product's frame
classes. Source: GE, "Host Communications Reference Manual" 2010566 Rev E. Not in any source and
chosen here: a start or cancel is answered by repeating it, and while the cuff runs the reply
carries the old numbers.
"""

from __future__ import annotations

from monitors.devices.dinamap_frames import (
    CANCEL_CUFF,
    READ_NIBP,
    READ_OXIMETRY,
    READ_RATE,
    READ_RATE_PRO_200,
    READ_TEMPERATURE,
    START_CUFF,
    DinamapFrame,
    NibpReply,
    OximetryReply,
    RateReply,
    TemperatureReply,
)
from monitors.errors import FrameError
from monitors.readings import NibpFailure
from simulators.cuff import DatedResult
from simulators.recliner import SimulatedRecliner

OLDEST_AGE_S = 5400
_LONGEST_LINE = 80
_MEASURING, _DONE = 0, 1
_ANSWERS_TO_FAILURE = {
    NibpFailure.LOOSE_CUFF: 4,
    NibpFailure.TIMEOUT: 6,
    NibpFailure.BLOCKED: 7,
    NibpFailure.OVERPRESSURE: 8,
}
_FAILED = 3
_OPERATING, _NO_DATA, _UNPLUGGED = 1, 3, 6
_FROM_OXIMETER, _FROM_CUFF = 2, 3
_STRONG_SIGNAL_PCT = 2.0


class DinamapMonitor:
    """Answer what a host asks; nothing is sent unasked.

    Beside another device the monitor has its cuff alone: its own finger sensor is unplugged and
    its thermometer unused.
    """

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._unfinished = b""
        self._has_probe = recliner.has_one_device

    def plugged_in(self, now_s: float) -> None:
        """Forget half a line."""
        self._unfinished = b""

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Answer each command that is whole and has a right checksum; the rest is ignored."""
        self._recliner.advance(now_s)
        *lines, rest = (self._unfinished + chunk).split(b"\r")
        self._unfinished = rest[-_LONGEST_LINE:]
        return b"".join(self._answer_line(line.strip(b"\n"), now_s) for line in lines)

    def speak(self, now_s: float) -> bytes:
        """Send nothing; let the cuff go on."""
        self._recliner.advance(now_s)
        return b""

    def _answer_line(self, line: bytes, now_s: float) -> bytes:
        try:
            return self._answer(DinamapFrame.from_bytes(line), now_s)
        except FrameError:
            return b""

    def _answer(self, frame: DinamapFrame, now_s: float) -> bytes:
        asked = DinamapFrame(frame.letters, frame.content)
        if asked == READ_NIBP:
            return self._nibp(frame.unit, now_s)
        if asked == READ_OXIMETRY:
            return self._oximetry(frame.unit, now_s)
        if asked in (READ_RATE, READ_RATE_PRO_200):
            return self._rate(frame, now_s)
        if asked == READ_TEMPERATURE:
            return self._temperature(frame.unit, now_s)
        return self._order(frame, asked, now_s)

    def _order(self, frame: DinamapFrame, asked: DinamapFrame, now_s: float) -> bytes:
        if asked == START_CUFF:
            self._recliner.cuff.start(now_s)
        elif asked == CANCEL_CUFF:
            self._recliner.cuff.cancel(now_s)
        else:
            return b""
        return frame.to_bytes()

    def _nibp(self, unit: str, now_s: float) -> bytes:
        cuff = self._recliner.cuff
        status = _MEASURING if cuff.is_running(now_s) else _status_of(cuff.last)
        known = cuff.last_completed
        age_s = int(now_s - known.at_s) if known else None
        if known is None or age_s is None or age_s > OLDEST_AGE_S:
            return NibpReply(status, unit=unit).to_bytes()
        if status not in (_MEASURING, _DONE):
            return NibpReply(status, age_s, unit=unit).to_bytes()
        result = known.result
        return NibpReply(
            status,
            age_s,
            result.systolic_mmhg or 0,
            result.diastolic_mmhg or 0,
            result.mean_mmhg or 0,
            unit=unit,
        ).to_bytes()

    def _oximetry(self, unit: str, now_s: float) -> bytes:
        signal = self._recliner.probe.at(now_s)
        if not self._has_probe or not signal.is_plugged:
            return OximetryReply(_UNPLUGGED, unit=unit).to_bytes()
        if signal.spo2_pct is None:
            return OximetryReply(_NO_DATA, unit=unit).to_bytes()
        strength = round(9 * min(signal.perfusion_index_pct / _STRONG_SIGNAL_PCT, 1.0))
        return OximetryReply(_OPERATING, signal.spo2_pct, strength, unit=unit).to_bytes()

    def _rate(self, frame: DinamapFrame, now_s: float) -> bytes:
        letters, unit = frame.letters, frame.unit
        if self._has_probe:
            rate = self._recliner.probe.at(now_s).pulse_rate_per_min
            if rate is not None:
                return RateReply(_FROM_OXIMETER, rate, letters, unit).to_bytes()
        known = self._recliner.cuff.last_completed
        if known is None or now_s - known.at_s > OLDEST_AGE_S:
            return RateReply(_FROM_OXIMETER, None, letters, unit).to_bytes()
        return RateReply(_FROM_CUFF, known.result.pulse_rate_per_min, letters, unit).to_bytes()

    def _temperature(self, unit: str, now_s: float) -> bytes:
        vitals = self._recliner.vitals(now_s)
        if vitals is None or not self._has_probe:
            return TemperatureReply(0, unit=unit).to_bytes()
        tenths_f = round((vitals.temperature_c * 9 / 5 + 32) * 10)
        age_s = int(now_s - self._recliner.start_s)
        if age_s > 99998:
            return TemperatureReply(0, unit=unit).to_bytes()
        return TemperatureReply(0, 0, "!", age_s, tenths_f, unit=unit).to_bytes()


def _status_of(last: DatedResult | None) -> int:
    """Return how the last determination ended; a cancelled one leaves the old numbers standing."""
    reason = last.result.reason if last else None
    if reason is None or reason is NibpFailure.CANCELLED:
        return _DONE
    return _ANSWERS_TO_FAILURE.get(reason, _FAILED)
