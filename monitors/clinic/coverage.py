"""Which part of a device's coverage a reading belongs to.

Here is a table and one question; what clinic.toml takes from a device comes with its set-up, and
what a reading means is judged elsewhere. The words of the parts are those of the device catalogue.
"""

from __future__ import annotations

from collections.abc import Set

from monitors.readings import (
    CuffActivity,
    NibpDetermination,
    OximetryReading,
    Reading,
    Vital,
    VitalReading,
    WaveformChunk,
)

MEASURE_OF: dict[Vital, str] = {
    Vital.SPO2: "oximetry",
    Vital.PULSE_RATE: "oximetry",
    Vital.PERFUSION_INDEX: "oximetry",
    Vital.HEART_RATE: "ecg_rate",
    Vital.RESPIRATION_RATE: "respiration",
    Vital.TEMPERATURE: "temperature",
}
"""Which part of a device's coverage each continuous vital belongs to."""


def is_covered(reading: Reading, measures: Set[str]) -> bool:
    """Say whether a reading is of what is taken from a device; what is no measurement always is."""
    if isinstance(reading, NibpDetermination | CuffActivity):
        return "nibp" in measures
    if isinstance(reading, OximetryReading | WaveformChunk):
        return "oximetry" in measures
    return not isinstance(reading, VitalReading) or MEASURE_OF[reading.vital] in measures
