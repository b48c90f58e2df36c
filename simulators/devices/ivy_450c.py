"""A simulated Ivy 450C: one "ANSAR-B" message a second, never an answer.

Here the cuff's, the probe's and the patient's state become lines and waves; messages are the
product's own class. Source: a capture of a real monitor and the OpenICE driver. Chosen here: the
last cuff result stands while the next is measured and after one that failed, and an ECG of a bare
spike a beat.
"""

from __future__ import annotations

from monitors.devices.ivy_450c_frames import WAVE_ABSENT, IvyMessage
from simulators.recliner import SimulatedRecliner

_LONGEST_BACKLOG_S = 60
_ECG_BASE, _ECG_SPIKE, _SPIKE_PART = 100, 220, 0.04
_PLETH_SCALE = 240
_ABSENT = bytes([WAVE_ABSENT])


class IvyMonitor:
    """Send the message of each scenario second.

    Beside another device the monitor has no oximeter of its own.
    """

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._has_probe = recliner.has_one_device
        self._next_s = 0

    def plugged_in(self, now_s: float) -> None:
        """Begin with the next whole second."""
        self._next_s = int(now_s) + 1

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return every message that is due by now."""
        self._next_s = max(self._next_s, int(now_s) - _LONGEST_BACKLOG_S)
        messages = [self._message(second) for second in range(self._next_s, int(now_s) + 1)]
        self._next_s += len(messages)
        return b"".join(messages)

    def _message(self, second: int) -> bytes:
        self._recliner.advance(second)
        vitals = self._recliner.vitals(second)
        heart = str(round(vitals.heart_rate_per_min)) if vitals else ""
        breath = str(round(vitals.respiration_per_min)) if vitals else ""
        warm = f"{vitals.temperature_c:.1f}" if vitals else ""
        lines = (
            ("HR", ("1", heart, "ECG-II-DIAG", "")),
            ("RR", ("1", breath, "APNEA: 20 SEC", "")),
            ("ETCO2", ("1", "", "")),
            ("SPO2", self._spo2(second)),
            ("NIBP", self._nibp()),
            ("P1", ("3", "", "", "", "NO TRANSDUCER")),
            ("P2", ("3", "", "", "", "NO TRANSDUCER")),
            ("T1", ("1", warm, "")),
            ("T2", ("1", "", "")),
        )
        return IvyMessage(lines, self._waves(second)).to_bytes()

    def _spo2(self, second: int) -> tuple[str, ...]:
        signal = self._recliner.probe.at(second)
        if not self._has_probe or signal.spo2_pct is None:
            return ("1", "", "PR=")
        return ("1", str(signal.spo2_pct), f"PR={signal.pulse_rate_per_min} ")

    def _nibp(self) -> tuple[str, ...]:
        known = self._recliner.cuff.last_completed
        if known is None:
            return ("4", "", "", "", "", "", "")
        result = known.result
        numbers = (
            result.systolic_mmhg,
            result.diastolic_mmhg,
            result.mean_mmhg,
            result.pulse_rate_per_min,
        )
        return ("4", *(str(number or "") for number in numbers), "", "")

    def _waves(self, second: int) -> bytes:
        probe = self._recliner.probe
        moments = [second - 1 + place / 200 for place in range(200)]
        beats = [probe.beats(max(at_s, self._recliner.start_s)) for at_s in moments]
        ecg = bytes(_ECG_SPIKE if beat % 1.0 < _SPIKE_PART else _ECG_BASE for beat in beats)
        signal = probe.at(second)
        if not self._has_probe or not signal.has_finger:
            return ecg + _ABSENT * 200
        heights = (probe.pleth(at_s, signal) for at_s in moments[::4])
        pleth = bytes(int(height * _PLETH_SCALE) for height in heights)
        return ecg + _ABSENT * 50 + pleth + _ABSENT * 100
