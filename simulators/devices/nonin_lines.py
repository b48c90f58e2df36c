"""A simulated Nonin hand-held that prints a line a second.

Lines are made by the product's frame class. Source: the operator's manuals of the 2500, 8500 and
Avant models. The line can say two things only, numbers or dashes, so motion, a weak pulse and a
low battery are not to be seen in it.
"""

from __future__ import annotations

from monitors.devices.nonin_ascii import NoninLine
from simulators.devices.streams import LineStream
from simulators.probe import ProbeSignal
from simulators.recliner import SimulatedRecliner


def line(signal: ProbeSignal, second: int) -> bytes:
    """Write the line of one second."""
    return NoninLine(signal.spo2_pct, signal.pulse_rate_per_min).to_bytes()


def oximeter(recliner: SimulatedRecliner) -> LineStream:
    """Make an oximeter that prints lines."""
    return LineStream(recliner, 1, line)
