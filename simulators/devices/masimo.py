"""A simulated Masimo Rad-8 set to ASCII 1: one line a second, sent unasked.

Lines are made by the product's frame class. Source: Masimo Rad-8 operator's manual; that a line
can carry numbers while EXC says that the sensor is off is what a real one was seen to do, and is
done here for the second in which the finger leaves. The serial number and the device's clock are
invented.
"""

from __future__ import annotations

from monitors.devices.masimo_ascii1 import Alarm, Exc, MasimoLine
from simulators.devices.streams import LineStream
from simulators.probe import Perfusion, ProbeSignal
from simulators.recliner import SimulatedRecliner

SERIAL_NUMBER = "0000012345"
_DAY = 24 * 3600


class Rad8:
    """Print what the display shows; numbers go one line later than the finger."""

    def __init__(self) -> None:
        self._spo2 = "---%"
        self._rate = "---"

    def line(self, signal: ProbeSignal, second: int) -> bytes:
        """Write the line of one second."""
        spo2, rate = self._spo2, self._rate
        self._spo2 = "---%" if signal.spo2_pct is None else f"{signal.spo2_pct:03}%"
        rate_now = signal.pulse_rate_per_min
        self._rate = "---" if rate_now is None else f"{rate_now:03}"
        if signal.has_finger:
            spo2, rate = self._spo2, self._rate
        index = (
            f"{min(signal.perfusion_index_pct, 20.0):05.2f}%" if signal.is_tracking else "--.--%"
        )
        fields = {
            "SN": SERIAL_NUMBER,
            "SPO2": spo2,
            "BPM": rate,
            "PI": index,
            "SPCO": "--.-%",
            "SPMET": "--.-%",
            "DESAT": "--",
            "PIDELTA": "+--",
            "ALARM": f"{_alarms(signal):04X}",
            "EXC": f"{_exceptions(signal):06X}",
        }
        clock = second % _DAY
        time = f"{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
        return MasimoLine("01/01/04", time, fields).to_bytes()


def _exceptions(signal: ProbeSignal) -> int:
    bits = Exc.SET_ACTIVE
    if not signal.is_plugged:
        bits |= Exc.NO_SENSOR
    elif not signal.has_finger:
        bits |= Exc.SENSOR_OFF
    elif not signal.is_tracking:
        bits |= Exc.PULSE_SEARCH
    if signal.is_tracking and signal.perfusion is Perfusion.WEAK:
        bits |= Exc.LOW_PERFUSION
    if signal.has_artifact:
        bits |= Exc.LOW_SIGNAL_IQ
    return int(bits)


def _alarms(signal: ProbeSignal) -> int:
    return Alarm.LOW_BATTERY.value if signal.is_battery_low else 0


def oximeter(recliner: SimulatedRecliner) -> LineStream:
    """Make a Rad-8."""
    return LineStream(recliner, 1, Rad8().line)
