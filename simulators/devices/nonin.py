"""A simulated Nonin oximeter: serial data formats 1, 2, 7 and 8.

Here a probe's signal becomes status bits, packets and display values; bytes are made by the
product's frame classes. Source of the fields, the 75 frames a second, the 25-frame packet and the
ten-second hold of display values: Nonin, OEM specification of the 9560 and the Xpod LP; a pulse is
flagged for ten frames, as a recorded 9560 did (the documents say twelve).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitors.devices.nonin_common import (
    FRAMES_PER_PACKET,
    FRAMES_PER_SECOND,
    FrameStatus,
    PacketFields,
)
from monitors.devices.nonin_df1 import Df1Frame
from monitors.devices.nonin_df2 import Df2Frame
from monitors.devices.nonin_df7 import Df7Frame
from monitors.devices.nonin_df8 import Df8Frame
from monitors.devices.nonin_short import ShortStatus
from simulators.probe import Perfusion, ProbeSignal
from simulators.recliner import SimulatedRecliner

FLAGGED_FRAMES = 10
HOLD_S = 10.0
FIRMWARE = 22
_TIMER_ROUND = 1 << 14
_LONGEST_BACKLOG_S = 60.0

_PULSE_BITS = {
    Perfusion.STRONG: int(FrameStatus.GREEN),
    Perfusion.MARGINAL: int(FrameStatus.GREEN | FrameStatus.RED),
    Perfusion.WEAK: int(FrameStatus.RED),
}
_SHORT_PULSE_BITS = {
    Perfusion.STRONG: 0,
    Perfusion.MARGINAL: int(ShortStatus.MARGINAL_PERFUSION),
    Perfusion.WEAK: int(ShortStatus.LOW_PERFUSION),
}

FrameWriter = Callable[[int, float, int], bytes]


def df2_bytes(status: int, height: float, float_value: int) -> bytes:
    """Write one frame of format 2; height 0 to 1 becomes 8 bits."""
    return Df2Frame(status, int(height * 255), float_value).to_bytes()


def df7_bytes(status: int, height: float, float_value: int) -> bytes:
    """Write one frame of format 7; height 0 to 1 becomes 16 bits."""
    return Df7Frame(status, int(height * 65535), float_value).to_bytes()


@dataclass(slots=True)
class _Display:
    """Remember what the display shows, and let go of it ten seconds after the finger left."""

    spo2_pct: int | None = None
    pulse_rate_per_min: int | None = None

    def follow(self, signal: ProbeSignal, lost_s: float | None, now_s: float) -> None:
        if signal.spo2_pct is not None:
            self.spo2_pct, self.pulse_rate_per_min = signal.spo2_pct, signal.pulse_rate_per_min
        elif lost_s is None or now_s - lost_s >= HOLD_S:
            self.spo2_pct = self.pulse_rate_per_min = None


class PacketOximeter:
    """Send format 2 or 7: 75 frames a second, numbers three times a second.

    The n-th frame belongs to scenario second n / 75, whenever it is asked for.
    """

    def __init__(self, recliner: SimulatedRecliner, write: FrameWriter) -> None:
        self._recliner = recliner
        self._write = write
        self._display = _Display()
        self._next_frame = 0
        self._packet = -1
        self._signal: ProbeSignal | None = None
        self._floats = b""
        self._status = 0
        self._beat = 0
        self._flagged = 0

    def plugged_in(self, now_s: float) -> None:
        """Begin with the frame of the moment, mid-packet as it comes."""
        self._next_frame = int(now_s * FRAMES_PER_SECOND)

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent: the format of an Xpod is fixed by its wiring."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return every frame that is due by now."""
        last = int(now_s * FRAMES_PER_SECOND)
        oldest = last - int(_LONGEST_BACKLOG_S * FRAMES_PER_SECOND)
        self._next_frame = max(self._next_frame, oldest)
        frames = [self._frame(number) for number in range(self._next_frame, last)]
        self._next_frame = max(self._next_frame, last)
        return b"".join(frames)

    def _frame(self, number: int) -> bytes:
        packet, place = divmod(number, FRAMES_PER_PACKET)
        if packet != self._packet or self._signal is None:
            self._begin_packet(packet)
        assert self._signal is not None
        at_s = number / FRAMES_PER_SECOND
        status = self._status | self._pulse_bits(at_s, self._signal)
        if place == 0:
            status |= FrameStatus.SYNC.value
        height = self._recliner.probe.pleth(at_s, self._signal)
        return self._write(status, height, self._floats[place])

    def _begin_packet(self, packet: int) -> None:
        at_s = packet * FRAMES_PER_PACKET / FRAMES_PER_SECOND
        self._recliner.advance(at_s)
        probe = self._recliner.probe
        signal = self._signal = probe.at(at_s)
        self._display.follow(signal, probe.lost_at_s(at_s), at_s)
        self._packet = packet
        self._status = _status_bits(signal)
        self._floats = self._fields(packet, signal).to_floats()

    def _fields(self, packet: int, signal: ProbeSignal) -> PacketFields:
        spo2, pulse = signal.spo2_pct, signal.pulse_rate_per_min
        shown_spo2, shown_pulse = self._display.spo2_pct, self._display.pulse_rate_per_min
        return PacketFields(
            pulse_rate_per_min=pulse,
            spo2_pct=spo2,
            firmware=FIRMWARE,
            timer=packet % _TIMER_ROUND,
            is_battery_low=signal.is_battery_low,
            is_smartpoint=signal.is_tracking and not signal.has_artifact,
            spo2_display_pct=shown_spo2,
            spo2_fast_pct=spo2,
            spo2_beat_pct=spo2,
            extended_pulse_rate_per_min=pulse,
            extended_spo2_pct=spo2,
            extended_spo2_display_pct=shown_spo2,
            pulse_rate_display_per_min=shown_pulse,
            extended_pulse_rate_display_per_min=shown_pulse,
        )

    def _pulse_bits(self, at_s: float, signal: ProbeSignal) -> int:
        """Return the perfusion bits of a frame: set for ten frames from each beat on."""
        if not signal.is_tracking:
            return 0
        beat = int(self._recliner.probe.beats(at_s))
        if beat != self._beat:
            self._beat, self._flagged = beat, FLAGGED_FRAMES
        if self._flagged == 0:
            return 0
        self._flagged -= 1
        return _PULSE_BITS[signal.perfusion]


class ShortOximeter:
    """Send format 1 or 8: one frame a second.

    has_hold: format 8, whose numbers are the display's; format 1 sends the recording ones.
    """

    def __init__(self, recliner: SimulatedRecliner, has_hold: bool) -> None:
        self._recliner = recliner
        self._has_hold = has_hold
        self._display = _Display()
        self._next_s = 0

    def plugged_in(self, now_s: float) -> None:
        """Begin with the next whole second."""
        self._next_s = int(now_s) + 1

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return every frame that is due by now."""
        self._next_s = max(self._next_s, int(now_s - _LONGEST_BACKLOG_S))
        frames = [self._frame(second) for second in range(self._next_s, int(now_s) + 1)]
        self._next_s += len(frames)
        return b"".join(frames)

    def _frame(self, second: int) -> bytes:
        self._recliner.advance(second)
        signal = self._recliner.probe.at(second)
        self._display.follow(signal, self._recliner.probe.lost_at_s(second), second)
        status = _short_status_bits(signal)
        if not self._has_hold:
            return Df1Frame(signal.pulse_rate_per_min, signal.spo2_pct, status).to_bytes()
        return Df8Frame(
            self._display.pulse_rate_per_min,
            self._display.spo2_pct,
            status,
            is_smartpoint=signal.is_tracking and not signal.has_artifact,
            is_sensor_alarm=not signal.has_finger,
            is_battery_low=signal.is_battery_low,
        ).to_bytes()


def _status_bits(signal: ProbeSignal) -> int:
    """Return the bits that all frames of a packet share."""
    bits = FrameStatus.MARK.value
    if not signal.is_plugged:
        bits |= FrameStatus.SENSOR_DISCONNECTED.value
    if not signal.has_finger:
        bits |= FrameStatus.SENSOR_ALARM.value
    if not signal.is_tracking:
        bits |= FrameStatus.OUT_OF_TRACK.value
    if signal.has_artifact:
        bits |= FrameStatus.ARTIFACT.value
    return bits


def _short_status_bits(signal: ProbeSignal) -> int:
    bits = ShortStatus.MARK.value
    if not signal.is_plugged:
        bits |= ShortStatus.SENSOR_DISCONNECTED.value
    if not signal.is_tracking:
        bits |= ShortStatus.OUT_OF_TRACK.value
    else:
        bits |= _SHORT_PULSE_BITS[signal.perfusion]
    if signal.has_artifact:
        bits |= ShortStatus.ARTIFACT.value
    return bits


def df1(recliner: SimulatedRecliner) -> ShortOximeter:
    """Make an oximeter set to format 1."""
    return ShortOximeter(recliner, has_hold=False)


def df2(recliner: SimulatedRecliner) -> PacketOximeter:
    """Make an oximeter set to format 2."""
    return PacketOximeter(recliner, df2_bytes)


def df7(recliner: SimulatedRecliner) -> PacketOximeter:
    """Make an oximeter set to format 7."""
    return PacketOximeter(recliner, df7_bytes)


def df8(recliner: SimulatedRecliner) -> ShortOximeter:
    """Make an oximeter set to format 8."""
    return ShortOximeter(recliner, has_hold=True)
