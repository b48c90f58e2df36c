"""A simulated Terumo kiosk monitor that pushes a frame after each measurement.

Here the cuff's results become frames; the frame is the product's own class. Source: the tests of a
public profile-driven reader. Chosen here: zeros for a failure since no error code is known, and no
subject ID.
"""

from __future__ import annotations

from datetime import datetime

from monitors.devices.terumo import KioskResult
from monitors.readings import NibpDetermination
from simulators.devices.pushing_cuff import PushingCuff
from simulators.recliner import SimulatedRecliner


def kiosk_monitor(recliner: SimulatedRecliner) -> PushingCuff:
    """Return a monitor that pushes what the recliner's cuff has measured."""
    return PushingCuff(recliner, _frame)


def _frame(at: datetime, result: NibpDetermination) -> bytes:
    return KioskResult(
        result.systolic_mmhg or 0,
        result.mean_mmhg or 0,
        result.diastolic_mmhg or 0,
        result.pulse_rate_per_min or 0,
        f"{at:%y%m%d}",
        f"{at:%H%M%S}",
    ).to_bytes()
