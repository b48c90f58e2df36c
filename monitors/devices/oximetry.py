"""What every oximeter's protocol file needs to tell a reading: judged numbers and batched samples.

Nothing here knows a protocol: a status has already become a validity and conditions, and a sample
is a number or missing. The rules are one for all: a missing, zero or impossible number takes both
numbers away, and samples are told three times a second.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitors.readings import (
    OximetryReading,
    SignalCondition,
    Validity,
    Waveform,
    WaveformChunk,
)

HIGHEST_SPO2_PCT = 100
HIGHEST_PULSE_RATE_PER_MIN = 510
BATCHES_PER_SECOND = 3


def oximetry_of(
    spo2_pct: int | None,
    pulse_rate_per_min: int | None,
    perfusion_index_pct: float | None,
    validity: Validity,
    conditions: tuple[SignalCondition, ...],
) -> OximetryReading:
    """Build a reading from judged numbers; None stands for a device's missing value.

    SpO2 outside 1 to 100 per cent and pulse rates outside 1 to 510 per minute are no numbers:
    several makers print zero while they have none (Nellcor, Contec, Masimo's trend print-out).
    """
    has_spo2 = spo2_pct is not None and 0 < spo2_pct <= HIGHEST_SPO2_PCT
    has_rate = (
        pulse_rate_per_min is not None and 0 < pulse_rate_per_min <= HIGHEST_PULSE_RATE_PER_MIN
    )
    if validity is Validity.INVALID or not (has_spo2 and has_rate):
        return OximetryReading(None, None, None, Validity.INVALID, conditions)
    return OximetryReading(
        spo2_pct, pulse_rate_per_min, perfusion_index_pct or None, validity, conditions
    )


class TraceBatch:
    """Gather the samples of a plethysmogram and tell them three times a second.

    sample_rate_hz and full_scale: as in WaveformChunk. Where bytes were lost, flush ends the
    batch, so that the samples of one chunk always follow one another.
    """

    __slots__ = ("_full_scale", "_sample_rate_hz", "_samples", "_size")

    def __init__(self, sample_rate_hz: float, full_scale: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._full_scale = full_scale
        self._size = round(sample_rate_hz / BATCHES_PER_SECOND)
        self._samples: list[int | None] = []

    def add(self, samples: Iterable[int | None]) -> list[WaveformChunk]:
        """Take samples and return all gathered so far once there are enough."""
        self._samples.extend(samples)
        return self.flush() if len(self._samples) >= self._size else []

    def flush(self) -> list[WaveformChunk]:
        """Return what was gathered, however little; empty without a sample."""
        if not self._samples:
            return []
        samples = tuple(self._samples)
        self._samples.clear()
        return [WaveformChunk(Waveform.PLETH, self._sample_rate_hz, self._full_scale, samples)]

    def forget(self) -> None:
        """Drop what was gathered."""
        self._samples.clear()
