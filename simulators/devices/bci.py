"""A simulated oximeter that speaks BCI: five-byte packets, 100 a second, sent unasked.

Bytes are made by the product's frame class. Source: Berry, "BCI Protocol" V1.2. The protocol has
no word for motion or a low battery; a weak pulse shows in strength and bar alone.
"""

from __future__ import annotations

from monitors.devices.bci import (
    FULL_SCALE,
    NO_RATE_CODE,
    NO_SPO2_CODE,
    NO_WAVE,
    PACKETS_PER_SECOND,
    First,
    Third,
)
from monitors.devices.five_bytes import FiveByteFrame
from simulators.devices.streams import Moment, SampleStream
from simulators.probe import ProbeSignal
from simulators.recliner import SimulatedRecliner

HIGHEST_RATE = 254


def packet(moment: Moment) -> bytes:
    """Write the packet of one moment."""
    signal = moment.signal
    rate = signal.pulse_rate_per_min
    return FiveByteFrame(
        NO_RATE_CODE if rate is None else min(rate, HIGHEST_RATE),
        NO_SPO2_CODE if signal.spo2_pct is None else signal.spo2_pct,
        1 + int(moment.height * (FULL_SCALE - 1)) if signal.has_finger else NO_WAVE,
        min(8, 1 + int(2 * signal.perfusion_index_pct)) if signal.has_finger else 0,
        1 + int(moment.height * 14) if signal.is_tracking else 0,
        _first_flags(signal) | (First.BEAT.value if moment.is_beat else 0),
        _third_flags(signal),
    ).to_bytes()


def _first_flags(signal: ProbeSignal) -> int:
    if not signal.is_plugged:
        return First.PROBE_UNPLUGGED.value
    is_lost = signal.has_finger and signal.perfusion_index_pct < 0.05
    return First.NO_SIGNAL.value if is_lost else 0


def _third_flags(signal: ProbeSignal) -> int:
    if not signal.has_finger:
        return Third.NO_FINGER.value
    return 0 if signal.is_tracking else Third.SEARCHING.value


def oximeter(recliner: SimulatedRecliner) -> SampleStream:
    """Make an oximeter that speaks BCI."""
    return SampleStream(recliner, int(PACKETS_PER_SECOND), packet)
