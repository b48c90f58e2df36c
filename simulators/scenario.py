"""Scenarios: TOML files that say who sits where, how far along, and what will happen.

A file holds one row a recliner; a room with more recliners than rows goes round again with other
seeds, other names and slightly other people. Every key is checked, and a mistake is an error that
names it. Times are seconds after the scenario's start; negative is the past.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitors.errors import ConfigurationError
from simulators.episodes import LARGEST_SIZE, Episode, EpisodeKind
from simulators.faults import Fault, FaultWindow
from simulators.patient import PatientProfile
from simulators.visit import GivenBolus, Visit
from simulators.wander import draw_for

FOLDER = Path(__file__).parent / "scenarios"
DEFAULT_DEVICES = ("nonin-df2", "dinamap")
Arm = Literal["left", "right"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Person(_Strict):
    weight_kg: float = Field(default=75.0, gt=20, lt=300)
    age_years: int = Field(default=42, ge=18, le=110)
    systolic_mmhg: float = Field(default=126.0, ge=70, le=220)
    diastolic_mmhg: float = Field(default=77.0, ge=35, le=130)
    heart_rate_per_min: float = Field(default=74.0, ge=35, le=140)
    spo2_pct: float = Field(default=97.3, ge=80, le=100)
    respiration_per_min: float = Field(default=15.0, ge=6, le=30)
    temperature_c: float = Field(default=36.7, ge=34, le=41)
    perfusion_index_pct: float = Field(default=2.4, ge=0.05, le=20)
    pressure_sensitivity: float = Field(default=1.0, ge=0, le=4)
    diastolic_sensitivity: float = Field(default=1.0, ge=0, le=4)
    pulse_sensitivity: float = Field(default=1.0, ge=0, le=4)


class _Event(_Strict):
    kind: EpisodeKind
    at_s: float
    size: float = Field(default=1.0, gt=0, le=LARGEST_SIZE)
    every_s: float | None = Field(default=None, gt=0)
    note: str | None = None


class _Fault(_Strict):
    fault: Fault
    at_s: float
    for_s: float | None = Field(default=None, gt=0)
    every_s: float | None = Field(default=None, gt=0)
    role: str | None = None


class _Pause(_Strict):
    at_s: float
    until_s: float


class _Bolus(_Strict):
    at_s: float
    mg_per_kg: float = Field(gt=0, le=5)


class _Entry(_Strict):
    at_s: float
    kind: str
    values: dict[str, Any]


class _Check(_Strict):
    at_s: float
    orientation: int | None = Field(default=None, ge=0, le=4)
    sedation: int | None = Field(default=None, ge=0, le=5)
    dissociation: int | None = Field(default=None, ge=0, le=10)
    nausea: int | None = Field(default=None, ge=0, le=3)
    pain: int | None = Field(default=None, ge=0, le=10)
    is_comfort_seen_to: bool = False


class _Row(_Strict):
    is_empty: bool = False
    label: str = "XX-00"
    room: str = "Infusion room"
    preset: Literal["mood", "pain", "injection", "default"] = "mood"
    protocol: str = "mood40"
    planned_s: float = Field(default=2400.0, gt=0)
    into_s: float = Field(default=0.0, ge=0)
    baseline_after_s: float = Field(default=60.0, ge=0)
    infusion_after_s: float | None = Field(default=None, ge=0)
    mg_per_kg: float = Field(default=0.5, ge=0, le=10)
    cuff_every_s: float = Field(default=600.0, ge=60)
    probe_arm: Arm = "left"
    cuff_arm: Arm = "right"
    iv_arm: Arm = "left"
    devices: tuple[str, ...] = DEFAULT_DEVICES
    person: _Person = _Person()
    events: tuple[_Event, ...] = ()
    faults: tuple[_Fault, ...] = ()
    pauses: tuple[_Pause, ...] = ()
    boluses: tuple[_Bolus, ...] = ()
    intake: dict[str, Any] = {}
    checks: tuple[_Check, ...] = ()
    entries: tuple[_Entry, ...] = ()


class _File(_Strict):
    title: str
    seed: int = 1
    staff: tuple[str, ...] = ("Demo nurse",)
    recliners: tuple[_Row, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Note:
    """Hold a line that staff wrote in the record, at a scenario second."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """Hold what staff observed or gave, at a scenario second: kind and values of an entry."""

    at_s: float
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReclinerPlan:
    """Say everything about one recliner of a scenario.

    profile and visit are None for an empty recliner. devices: names of the simulated devices
    beside it. intake: what staff asked; empty where nobody did.
    """

    name: str
    seed: int
    room: str
    preset: str
    probe_arm: str
    cuff_arm: str
    iv_arm: str
    devices: tuple[str, ...]
    profile: PatientProfile | None
    visit: Visit | None
    episodes: tuple[Episode, ...] = ()
    faults: tuple[FaultWindow, ...] = ()
    notes: tuple[Note, ...] = ()
    intake: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[StaffEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Hold a scenario for a number of recliners."""

    title: str
    seed: int
    staff: tuple[str, ...]
    recliners: tuple[ReclinerPlan, ...]


def load(name: str, recliners: int | None = None, seed: int | None = None) -> Scenario:
    """Read a scenario by the name of a supplied one, or by its path.

    recliners: how many; None for as many as the file has rows. seed: in place of the file's.
    Raises ConfigurationError that names the file and the key.
    """
    path = _path_of(name)
    try:
        written = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise ConfigurationError(f"scenario {path}: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(f"scenario {path}: {_told(error)}") from error
    base = written.seed if seed is None else seed
    count = len(written.recliners) if recliners is None else recliners
    plans = tuple(_plan(written.recliners, index, base) for index in range(count))
    return Scenario(written.title, base, written.staff, plans)


def supplied() -> list[str]:
    """Return the names of the scenarios that come with the simulators."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _path_of(name: str) -> Path:
    given = Path(name)
    if given.suffix == ".toml":
        return given
    if name in supplied():
        return FOLDER / f"{name}.toml"
    raise ConfigurationError(
        f"there is no scenario {name!r}; supplied are {', '.join(supplied())}, or give a .toml file"
    )


def _told(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _plan(rows: tuple[_Row, ...], index: int, base_seed: int) -> ReclinerPlan:
    row, round_ = rows[index % len(rows)], index // len(rows)
    seed = base_seed * 1000 + index
    draw = draw_for(seed, "person")
    shift_s = 47.0 * round_
    profile = None if row.is_empty else _profile(row.person, seed, round_, draw)
    return ReclinerPlan(
        name=f"R{index + 1}",
        seed=seed,
        room=row.room,
        preset=row.preset,
        probe_arm=row.probe_arm,
        cuff_arm=row.cuff_arm,
        iv_arm=row.iv_arm,
        devices=row.devices,
        profile=profile,
        visit=None if row.is_empty else _visit(row, shift_s, round_, draw),
        episodes=tuple(
            Episode(event.kind, event.at_s + shift_s, event.size, event.every_s)
            for event in row.events
        ),
        faults=tuple(
            FaultWindow(fault.fault, fault.at_s + shift_s, fault.for_s, fault.every_s, fault.role)
            for fault in row.faults
        ),
        notes=tuple(Note(event.at_s, event.note) for event in row.events if event.note),
        intake=_intake(row, profile),
        entries=tuple(_entries(row, shift_s)),
    )


def _intake(row: _Row, profile: PatientProfile | None) -> dict[str, Any]:
    """Return the form of an intake: what the row says, the rest from the person; empty for none."""
    if profile is None or not row.intake:
        return {}
    known = {
        "age_years": profile.age_years,
        "weight_kg": round(profile.weight_kg, 1),
        "dose": f"{row.mg_per_kg:g} mg/kg",
        "probe_arm": row.probe_arm,
        "cuff_arm": row.cuff_arm,
        "iv_arm": row.iv_arm,
    }
    return known | row.intake


def _entries(row: _Row, shift_s: float) -> Iterator[StaffEntry]:
    """Yield what staff entered; each check is one entry for everything seen then."""
    for entry in row.entries:
        yield StaffEntry(entry.at_s - shift_s, entry.kind, entry.values)
    for check in row.checks:
        for kind, values in _seen(check):
            yield StaffEntry(check.at_s - shift_s, kind, values)


def _seen(check: _Check) -> Iterator[tuple[str, dict[str, Any]]]:
    if check.orientation is not None:
        known = enumerate(("person", "place", "time", "situation"))
        yield "orientation", {name: place < check.orientation for place, name in known}
    if check.sedation is not None:
        yield "sedation", {"moaas": check.sedation}
    for scale in ("dissociation", "nausea", "pain"):
        score = getattr(check, scale)
        if score is not None:
            yield "rating", {"scale": scale, "score": score}
    if check.is_comfort_seen_to:
        yield "tick", {"name": "comfort"}


def _profile(person: _Person, seed: int, round_: int, draw: Random) -> PatientProfile:
    profile = PatientProfile(seed=seed, **person.model_dump())
    if round_ == 0:
        return profile
    return replace(
        profile,
        weight_kg=profile.weight_kg + draw.uniform(-12, 12),
        systolic_mmhg=profile.systolic_mmhg + draw.uniform(-9, 5),
        diastolic_mmhg=profile.diastolic_mmhg + draw.uniform(-6, 3),
        heart_rate_per_min=profile.heart_rate_per_min + draw.uniform(-7, 7),
        spo2_pct=min(profile.spo2_pct + draw.uniform(-0.6, 0.8), 98.8),
    )


def _visit(row: _Row, shift_s: float, round_: int, draw: Random) -> Visit:
    arrived_s = -(row.into_s + shift_s)
    infusion_s = None if row.infusion_after_s is None else arrived_s + row.infusion_after_s
    return Visit(
        label=row.label if round_ == 0 else _label(draw),
        protocol=row.protocol,
        arrived_s=arrived_s,
        baseline_s=arrived_s + row.baseline_after_s,
        infusion_s=infusion_s,
        planned_s=row.planned_s,
        mg_per_kg=row.mg_per_kg,
        pauses=tuple((pause.at_s, pause.until_s) for pause in row.pauses),
        boluses=tuple(GivenBolus(bolus.at_s, bolus.mg_per_kg) for bolus in row.boluses),
        cuff_every_s=row.cuff_every_s,
    )


def _label(draw: Random) -> str:
    letters = "ABCDEFGHJKLMNPRSTVW"
    return f"{draw.choice(letters)}{draw.choice(letters)}-{draw.randrange(1, 99):02d}"
