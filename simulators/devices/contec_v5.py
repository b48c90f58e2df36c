"""A simulated older Contec oximeter: five-byte packets, 60 a second, sent unasked.

Bytes are made by the product's frame class. Source: Contec, "Communication protocol" V5.0A; that
numbers are 0/0 without a finger is what units were seen to send. The protocol has no word for a
weak pulse, motion or a low battery: the first shows in strength and bar alone. A CMS50 has its
probe built in, so an unplugged one looks like an absent finger.
"""

from __future__ import annotations

from monitors.devices.contec_v5 import FULL_SCALE, PACKETS_PER_SECOND, First, Third
from monitors.devices.five_bytes import FiveByteFrame
from simulators.devices.streams import Moment, SampleStream
from simulators.recliner import SimulatedRecliner

LONGEST_SEARCH_S = 4.0
HIGHEST_RATE = 254


def packet(moment: Moment) -> bytes:
    """Write the packet of one moment."""
    signal = moment.signal
    third = 0 if signal.is_tracking else int(Third.SEARCHING)
    if not signal.has_finger:
        third |= Third.PROBE_ERROR
    return FiveByteFrame(
        min(signal.pulse_rate_per_min or 0, HIGHEST_RATE),
        signal.spo2_pct or 0,
        int(moment.height * FULL_SCALE) if signal.has_finger else FULL_SCALE // 2 + 1,
        strength_of(signal.perfusion_index_pct) if signal.has_finger else 0,
        int(moment.height * 15) if signal.is_tracking else 0,
        int(First.BEAT) if moment.is_beat else 0,
        third,
    ).to_bytes()


def strength_of(index_pct: float) -> int:
    """Return the signal strength 0 to 8 of a perfusion index: our own scale, 8 from 4 % on."""
    return min(8, 1 + int(2 * index_pct))


def oximeter(recliner: SimulatedRecliner) -> SampleStream:
    """Make an older Contec oximeter."""
    return SampleStream(recliner, int(PACKETS_PER_SECOND), packet)
