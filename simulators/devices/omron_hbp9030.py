"""A simulated Omron HBP-9030 that prints a line of format 5 after each measurement.

Here the cuff's results become lines; the line is the product's own class. Source: a public parser
that cites Omron's manual 2873643-0F p. 20 (spaces in place of numbers beside an error; ranges
60 to 260, 30 to 215, 40 to 180). Chosen here: error 2 for every failure, and no subject ID.
"""

from __future__ import annotations

from datetime import datetime

from monitors.devices.omron_hbp9030 import HbpLine
from monitors.readings import NibpDetermination
from simulators.devices.pushing_cuff import PushingCuff
from simulators.recliner import SimulatedRecliner

FAILED_ERROR = 2
_SYSTOLIC, _DIASTOLIC, _PULSE = range(60, 261), range(30, 216), range(40, 181)


def hbp_monitor(recliner: SimulatedRecliner) -> PushingCuff:
    """Return a monitor that prints what the recliner's cuff has measured."""
    return PushingCuff(recliner, _line)


def _line(at: datetime, result: NibpDetermination) -> bytes:
    taken = (at.year, at.month, at.day, at.hour, at.minute)
    is_in_range = (
        result.systolic_mmhg in _SYSTOLIC
        and result.diastolic_mmhg in _DIASTOLIC
        and result.pulse_rate_per_min in _PULSE
    )
    if not is_in_range:
        return HbpLine(taken, error=FAILED_ERROR).to_bytes()
    pressures = result.systolic_mmhg, result.diastolic_mmhg
    return HbpLine(taken, *pressures, result.pulse_rate_per_min).to_bytes()
