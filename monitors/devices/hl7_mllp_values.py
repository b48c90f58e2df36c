"""Judge the value of one observation: a number in its range under a status that allows belief.

Senders were seen to write -100 and -1000 for "no value" and temperatures in tenths of a degree;
here that becomes a number or none. Sources: HL7 table 0085 (result status), a message dump of a
real monitor; the ranges are our own, wide enough for any patient.
"""

from __future__ import annotations

import math
import re

from monitors.devices.hl7_mllp_codes import Quantity
from monitors.devices.hl7_mllp_frames import Observation

BELIEVED = frozenset({"", "F", "R", "P", "C", "U"})
"""Final, stored, preliminary, corrected, changed to final; and a sender that leaves it out."""

_RATE = (1.0, 350.0)
_PRESSURE = (1.0, 400.0)
_RANGES = {
    Quantity.SPO2: (1.0, 100.0),
    Quantity.PULSE_RATE: _RATE,
    Quantity.PERFUSION_INDEX: (0.01, 100.0),
    Quantity.HEART_RATE: _RATE,
    Quantity.RESPIRATION_RATE: _RATE,
    Quantity.TEMPERATURE: (20.0, 46.0),
    Quantity.SYSTOLIC: _PRESSURE,
    Quantity.DIASTOLIC: _PRESSURE,
    Quantity.MEAN: _PRESSURE,
    Quantity.CUFF_PULSE: _RATE,
}
_NUMBER = re.compile(r"[+]?\d{1,5}(\.\d{0,6})?")
_OTHER_UNITS = ("kPa", "[degF]", "degF", "MDC_DIM_KILO_PASCAL", "MDC_DIM_FAHR")


def number_of(observation: Observation) -> float | None:
    """Return the number in the unit that Chairside uses; None where there is none to believe.

    Whole numbers are returned for all but temperature and perfusion index, a half rounded up.
    Pressures in kPa and temperatures in Fahrenheit are not converted: they are none.
    """
    if observation.status not in BELIEVED or not _NUMBER.fullmatch(observation.value):
        return None
    if any(unit in observation.unit for unit in _OTHER_UNITS):
        return None
    value = float(observation.value)
    lowest, highest = _RANGES[observation.quantity]
    if observation.quantity is Quantity.TEMPERATURE:
        tenths = value / 10
        value = tenths if lowest <= tenths <= highest else value
    elif observation.quantity is not Quantity.PERFUSION_INDEX:
        value = math.floor(value + 0.5)
    return value if lowest <= value <= highest else None
