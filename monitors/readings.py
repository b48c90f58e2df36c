"""What one measured thing is: vitals, validity, oximetry, cuff determinations, waveforms.

Here live the names and units of everything a device can report, and nothing of how it was
reported, judged or shown; this module imports nothing of ours. Conditions and failure reasons
are closed lists (docs/glossary.md); a sentinel of a device never becomes a number here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Vital(StrEnum):
    """Name a measured quantity, unit last, as stored, exported and written on the page."""

    SPO2 = "spo2_pct"
    PULSE_RATE = "pulse_rate_per_min"
    PERFUSION_INDEX = "perfusion_index_pct"
    NIBP = "nibp"
    HEART_RATE = "heart_rate_per_min"
    RESPIRATION_RATE = "respiration_rate_per_min"
    TEMPERATURE = "temperature_c"


class Validity(StrEnum):
    """Say how far a value may be believed.

    QUESTIONABLE keeps its number and may start an alarm but never clear one; INVALID and
    NOT_AVAILABLE carry no number and do neither.
    """

    VALID = "valid"
    QUESTIONABLE = "questionable"
    INVALID = "invalid"
    NOT_AVAILABLE = "not_available"


class SignalCondition(StrEnum):
    """Name what a device says of its own measurement."""

    PROBE_UNPLUGGED = "probe_unplugged"
    FINGER_OUT = "finger_out"
    SEARCHING = "searching"
    LOW_PERFUSION = "low_perfusion"
    ARTIFACT = "artifact"
    LOW_SIGNAL = "low_signal"
    OUT_OF_TRACK = "out_of_track"
    INTERFERENCE = "interference"
    LOW_BATTERY = "low_battery"
    DEVICE_ALARM = "device_alarm"
    DEVICE_ALARM_SILENCED = "device_alarm_silenced"


class NibpOutcome(StrEnum):
    """Say how a cuff determination ended."""

    COMPLETED = "completed"
    FAILED = "failed"


class NibpFailure(StrEnum):
    """Name why a cuff determination gave no pressure."""

    LEAK = "leak"
    LOOSE_CUFF = "loose_cuff"
    BLOCKED = "blocked"
    MOTION = "motion"
    WEAK_SIGNAL = "weak_signal"
    OUT_OF_RANGE = "out_of_range"
    OVERPRESSURE = "overpressure"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    DEVICE_FAULT = "device_fault"
    UNKNOWN = "unknown"


class Waveform(StrEnum):
    """Name a sampled trace."""

    PLETH = "pleth"


class CuffState(StrEnum):
    """Say what a cuff is doing, as far as its device tells."""

    IDLE = "idle"
    MEASURING = "measuring"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OximetryReading:
    """Hold one oximeter reading.

    spo2_pct: per cent, 1 to 100. pulse_rate_per_min: 1 to 510. perfusion_index_pct: per cent,
    0.01 upward. Each is None where the device gave none or its status forbids belief.
    """

    spo2_pct: int | None
    pulse_rate_per_min: int | None
    perfusion_index_pct: float | None = None
    validity: Validity = Validity.VALID
    conditions: tuple[SignalCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class NibpDetermination:
    """Hold one cuff measurement with its outcome.

    Pressures in mmHg, pulse rate per minute; all None in a failed one, which has a reason.
    age_s: seconds between the determination and the arrival of the message that told of it,
    where the device says so; None where only the arrival dates it. is_age_unknown: the device
    repeats its last result without an age and this is the first we heard of it, so it may be old.
    """

    outcome: NibpOutcome
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    mean_mmhg: int | None = None
    pulse_rate_per_min: int | None = None
    reason: NibpFailure | None = None
    conditions: tuple[SignalCondition, ...] = ()
    age_s: float | None = None
    is_age_unknown: bool = False


@dataclass(frozen=True, slots=True)
class VitalReading:
    """Hold one value of any other vital, in the unit its name carries; None where there is none."""

    vital: Vital
    value: float | None
    validity: Validity = Validity.VALID
    conditions: tuple[SignalCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class WaveformChunk:
    """Hold consecutive samples of a trace; the last sample is the newest.

    samples: 0 to full_scale each, None where the device marks a sample as missing.
    sample_rate_hz: samples a second as the device's document states it.
    """

    waveform: Waveform
    sample_rate_hz: float
    full_scale: int
    samples: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class CuffActivity:
    """Hold what the cuff does now; pressure in mmHg where the device tells it."""

    state: CuffState
    pressure_mmhg: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Hold what a device says it is; each None where it does not say."""

    model: str | None = None
    serial_number: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class MovingField:
    """Hold a field that must change between messages of a living device (a timer, a counter)."""

    name: str
    value: int


Reading = (
    OximetryReading
    | NibpDetermination
    | VitalReading
    | WaveformChunk
    | CuffActivity
    | DeviceIdentity
    | MovingField
)


def vitals_of(reading: Reading) -> tuple[VitalReading, ...]:
    """Spread a continuous reading into one value a vital; empty for anything else."""
    if isinstance(reading, VitalReading):
        return (reading,)
    if not isinstance(reading, OximetryReading):
        return ()
    spread = [
        VitalReading(Vital.SPO2, reading.spo2_pct, reading.validity, reading.conditions),
        VitalReading(
            Vital.PULSE_RATE, reading.pulse_rate_per_min, reading.validity, reading.conditions
        ),
    ]
    if reading.perfusion_index_pct is not None:
        spread.append(
            VitalReading(
                Vital.PERFUSION_INDEX,
                reading.perfusion_index_pct,
                reading.validity,
                reading.conditions,
            )
        )
    return tuple(spread)


def as_record(reading: Reading) -> dict[str, Any] | None:
    """Write a reading as the JSON object ``decode`` prints; None for what it does not print."""
    if isinstance(reading, OximetryReading):
        return {
            "kind": "oximetry",
            "spo2_pct": reading.spo2_pct,
            "pulse_rate_per_min": reading.pulse_rate_per_min,
            "perfusion_index_pct": reading.perfusion_index_pct,
            "validity": str(reading.validity),
            "conditions": [str(condition) for condition in reading.conditions],
        }
    if isinstance(reading, NibpDetermination):
        return _nibp_record(reading)
    if isinstance(reading, VitalReading):
        return {
            "kind": "vital",
            "vital": str(reading.vital),
            "value": reading.value,
            "validity": str(reading.validity),
            "conditions": [str(condition) for condition in reading.conditions],
        }
    return None


def _nibp_record(reading: NibpDetermination) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": "nibp", "outcome": str(reading.outcome)}
    if reading.outcome is NibpOutcome.FAILED:
        record["reason"] = str(reading.reason or NibpFailure.UNKNOWN)
    record |= {
        "systolic_mmhg": reading.systolic_mmhg,
        "diastolic_mmhg": reading.diastolic_mmhg,
        "mean_mmhg": reading.mean_mmhg,
        "pulse_rate_per_min": reading.pulse_rate_per_min,
        "conditions": [str(condition) for condition in reading.conditions],
    }
    return record


def from_record(record: dict[str, Any]) -> OximetryReading | NibpDetermination | VitalReading:
    """Read back what :func:`as_record` wrote.

    Raises ValueError for an unknown kind, vital, validity, condition or reason, and KeyError
    for a missing key.
    """
    conditions = tuple(SignalCondition(name) for name in record.get("conditions", ()))
    kind = record["kind"]
    if kind == "oximetry":
        return OximetryReading(
            record["spo2_pct"],
            record["pulse_rate_per_min"],
            record.get("perfusion_index_pct"),
            Validity(record["validity"]),
            conditions,
        )
    if kind == "nibp":
        return NibpDetermination(
            NibpOutcome(record["outcome"]),
            record["systolic_mmhg"],
            record["diastolic_mmhg"],
            record["mean_mmhg"],
            record["pulse_rate_per_min"],
            NibpFailure(record["reason"]) if record.get("reason") else None,
            conditions,
        )
    if kind == "vital":
        return VitalReading(
            Vital(record["vital"]), record["value"], Validity(record["validity"]), conditions
        )
    raise ValueError(f"a reading's kind is oximetry, nibp or vital, not {kind!r}")
