"""What a session's chart shows, as plain values: curves, pressures, limits, phases, marks.

Here live the shapes alone; figures.py draws them and chart_source.py reads them from the store.
Stamps are UTC in epoch milliseconds; a curve's point without a value is a break.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Point = tuple[int, float | None]


class Panel(StrEnum):
    """Name a row of the chart; its value is the vital it shows."""

    SPO2 = "spo2_pct"
    PULSE = "pulse_rate_per_min"
    NIBP = "nibp"


@dataclass(frozen=True, slots=True)
class Curve:
    """Hold one vital over time; uncertain: points that a device marked as doubtful."""

    points: tuple[Point, ...]
    uncertain: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Pressure:
    """Hold one cuff measurement in mmHg; failure: why it gave none, None where it did."""

    at_utc_ms: int
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    mean_mmhg: int | None = None
    pulse_rate_per_min: int | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class LimitLine:
    """Hold one limit while it stood. words: as printed, "below 90"; is_main: the nearest one.

    key: the vital or pressure judged; level: in its unit.
    """

    panel: Panel
    level: float
    words: str
    from_utc_ms: int
    to_utc_ms: int
    is_main: bool = True
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class PhaseBand:
    """Hold a phase from its beginning to its end, or to now."""

    phase: str
    from_utc_ms: int
    to_utc_ms: int


@dataclass(frozen=True, slots=True)
class AlarmBar:
    """Hold one alarm from start to end, or to now. words: what it said, in full."""

    priority: str
    words: str
    from_utc_ms: int
    to_utc_ms: int
    panel: Panel | None = None
    value: float | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class EntryMark:
    """Hold something staff recorded. short: printed beside the mark; words: in full."""

    at_utc_ms: int
    kind: str
    short: str
    words: str
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class ModelCurve:
    """Hold a predicted plasma concentration in ng/mL and the name of the model."""

    name: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class SessionChart:
    """Hold everything on one chart.

    span: from, to. offset_ms: to add to UTC for the clinic's own time. planned_end_utc_ms: when
    the infusion ends as planned, None where nothing is planned. until_utc_ms: up to when a session
    that runs is drawn, None for one that is over.
    """

    session_id: str
    span: tuple[int, int]
    offset_ms: int = 0
    curves: Mapping[Panel, Curve] = field(default_factory=dict)
    pressures: tuple[Pressure, ...] = ()
    limits: tuple[LimitLine, ...] = ()
    bands: tuple[PhaseBand, ...] = ()
    alarms: tuple[AlarmBar, ...] = ()
    entries: tuple[EntryMark, ...] = ()
    planned_end_utc_ms: int | None = None
    model: ModelCurve | None = None
    is_simulated: bool = False
    until_utc_ms: int | None = None
