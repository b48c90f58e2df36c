"""A simulated Nellcor N-560 at its data port: a line each two seconds, and headings.

Lines are made by the product's frame classes. Sources: two users' captures of N-560 units for the
columns, the heading after every 25 lines, and the zeros while the pulse is searched for; the
NPB-290 manual for the codes and for XON and XOFF, which are obeyed. The firmware and limits are
invented; the device's own alarms do not sound.
"""

from __future__ import annotations

from monitors.devices.nellcor_ascii import (
    COLUMN_HEADING,
    XON,
    LimitsHeading,
    NellcorLine,
    PatientHeading,
)
from simulators.devices.streams import LineStream
from simulators.probe import ProbeSignal
from simulators.recliner import SimulatedRecliner

LINES_PER_HEADING = 25
EVERY_S = 2
XOFF = b"\x13"
LOW_SPO2_PCT, LOW_RATE, HIGH_RATE = 85, 40, 170
_DAY = 24 * 3600
_HEADING = (
    LimitsHeading("N-560", "1.61.00", "XXXX", LOW_SPO2_PCT, 100, LOW_RATE, HIGH_RATE).to_bytes()
    + PatientHeading("ADULT", 0).to_bytes()
    + COLUMN_HEADING
)


class NellcorOximeter:
    """Print lines while the host has not said XOFF."""

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._stream = LineStream(recliner, EVERY_S, self._line)
        self._lines = 0
        self._is_held = False

    def plugged_in(self, now_s: float) -> None:
        """Go on where the output is."""
        self._stream.plugged_in(now_s)

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Obey the last XON or XOFF; anything else is ignored."""
        sent = self.speak(now_s)
        for byte in chunk:
            if byte == XOFF[0]:
                self._is_held = True
            elif byte == XON[0] and self._is_held:
                self._is_held = False
                self._stream.plugged_in(now_s)
        return sent

    def speak(self, now_s: float) -> bytes:
        """Return the lines that are due, none while held."""
        return b"" if self._is_held else self._stream.speak(now_s)

    def _line(self, signal: ProbeSignal, second: int) -> bytes:
        heading = _HEADING if self._lines % LINES_PER_HEADING == 0 else b""
        self._lines += 1
        clock = second % _DAY
        stamp = f"01-Jan-04 {clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
        return heading + _measured(signal, stamp).to_bytes()


def _measured(signal: ProbeSignal, stamp: str) -> NellcorLine:
    """Return the line of one moment."""
    battery = ("LB",) if signal.is_battery_low else ()
    if not signal.has_finger:
        return NellcorLine(stamp, None, None, codes=("SO" if signal.is_plugged else "SD", *battery))
    spo2, rate = signal.spo2_pct, signal.pulse_rate_per_min
    if spo2 is None or rate is None:
        return NellcorLine(stamp, 0, 0, codes=("PS", *battery))
    is_rate_outside = not LOW_RATE <= rate <= HIGH_RATE
    codes = (
        *(("MO",) if signal.has_artifact else ()),
        *(("SL",) if spo2 < LOW_SPO2_PCT else ()),
        *(("PL",) if rate < LOW_RATE else ("PH",) if rate > HIGH_RATE else ()),
        *battery,
    )
    amplitude = min(254, max(1, round(20 * signal.perfusion_index_pct)))
    return NellcorLine(stamp, spo2, rate, amplitude, spo2 < LOW_SPO2_PCT, is_rate_outside, codes)


def oximeter(recliner: SimulatedRecliner) -> NellcorOximeter:
    """Make an N-560."""
    return NellcorOximeter(recliner)
