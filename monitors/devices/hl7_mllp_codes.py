"""Know an observation in an HL7 message by its code or its name.

The table holds what Chairside reads of a monitor; how a message is laid out is in
hl7_mllp_frames. Sources: IEEE 11073-10101 (MDC codes and reference ids), LOINC, the FHIR vital
signs profile; "0002-4182" is how one maker prints an MDC code, partition and term in hexadecimal.
Public samples carry wrong numbers beside right names, so a name is asked where a number is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum


class Quantity(StrEnum):
    """Name what an observation is of."""

    SPO2 = "spo2"
    PULSE_RATE = "pulse_rate"
    PERFUSION_INDEX = "perfusion_index"
    HEART_RATE = "heart_rate"
    RESPIRATION_RATE = "respiration_rate"
    TEMPERATURE = "temperature"
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    MEAN = "mean"
    CUFF_PULSE = "cuff_pulse"


CUFF = frozenset(
    {Quantity.SYSTOLIC, Quantity.DIASTOLIC, Quantity.MEAN, Quantity.CUFF_PULSE},
)
MDC: dict[Quantity, tuple[int, str]] = {
    Quantity.SPO2: (150456, "MDC_PULS_OXIM_SAT_O2"),
    Quantity.PULSE_RATE: (149530, "MDC_PULS_OXIM_PULS_RATE"),
    Quantity.PERFUSION_INDEX: (150448, "MDC_PULS_OXIM_PERF_REL"),
    Quantity.HEART_RATE: (147842, "MDC_ECG_HEART_RATE"),
    Quantity.RESPIRATION_RATE: (151562, "MDC_RESP_RATE"),
    Quantity.TEMPERATURE: (150344, "MDC_TEMP"),
    Quantity.SYSTOLIC: (150021, "MDC_PRESS_BLD_NONINV_SYS"),
    Quantity.DIASTOLIC: (150022, "MDC_PRESS_BLD_NONINV_DIA"),
    Quantity.MEAN: (150023, "MDC_PRESS_BLD_NONINV_MEAN"),
    Quantity.CUFF_PULSE: (149546, "MDC_PULS_RATE_NON_INV"),
}
_FURTHER_MDC = {
    150301: Quantity.SYSTOLIC,
    150302: Quantity.DIASTOLIC,
    150303: Quantity.MEAN,
    149538: Quantity.PULSE_RATE,
    151570: Quantity.RESPIRATION_RATE,
    151578: Quantity.RESPIRATION_RATE,
    192741: Quantity.CUFF_PULSE,
}
_FURTHER_NAMES = {
    "MDC_PRESS_CUFF_SYS": Quantity.SYSTOLIC,
    "MDC_PRESS_CUFF_DIA": Quantity.DIASTOLIC,
    "MDC_PRESS_CUFF_MEAN": Quantity.MEAN,
    "MDC_AWAY_RESP_RATE": Quantity.RESPIRATION_RATE,
    "MDC_TTHOR_RESP_RATE": Quantity.RESPIRATION_RATE,
}
_LOINC = {
    "2708-6": Quantity.SPO2,
    "59408-5": Quantity.SPO2,
    "8889-8": Quantity.PULSE_RATE,
    "61006-3": Quantity.PERFUSION_INDEX,
    "8867-4": Quantity.HEART_RATE,
    "9279-1": Quantity.RESPIRATION_RATE,
    "8310-5": Quantity.TEMPERATURE,
    "8480-6": Quantity.SYSTOLIC,
    "8462-4": Quantity.DIASTOLIC,
    "8478-0": Quantity.MEAN,
    "76534-7": Quantity.SYSTOLIC,
    "76535-4": Quantity.DIASTOLIC,
    "76536-2": Quantity.MEAN,
}
_BY_NUMBER = {str(code): quantity for quantity, (code, _) in MDC.items()} | {
    str(code): quantity for code, quantity in _FURTHER_MDC.items()
}
_BY_NAME = {name: quantity for quantity, (_, name) in MDC.items()} | _FURTHER_NAMES
_PRINTED_MDC = re.compile(r"([0-9A-Fa-f]{4})-([0-9A-Fa-f]{4})")


def quantity_of(parts: Iterable[str]) -> Quantity | None:
    """Return what the parts of an observation's identifier name, codes and texts alike.

    An MDC number is asked first, then an MDC name, then LOINC, whose codes for heart rate and
    pressure say less of how they were measured. None where nothing is known, and where number
    and name contradict each other.
    """
    texts = [part.strip() for part in parts]
    found = {_BY_NUMBER.get(_mdc_number(text)) for text in texts} - {None}
    named = {_BY_NAME.get(text) for text in texts} - {None}
    if found and named and found != named:
        return None
    for candidates in (found, named, {_LOINC.get(text) for text in texts} - {None}):
        if candidates:
            return candidates.pop() if len(candidates) == 1 else None
    return None


def _mdc_number(text: str) -> str:
    """Return an MDC code as the decimal number that it usually is."""
    printed = _PRINTED_MDC.fullmatch(text)
    if printed is None:
        return text
    return str(int(printed[1], 16) * 65536 + int(printed[2], 16))
