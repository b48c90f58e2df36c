"""Protocol presets: what a clinic plans for one kind of visit.

Here lives the shape of a preset and what can be asked of it; what a preset sets in motion is
decided by the session, the cadence and the checks, how files of presets are read is in
``protocol_toml``. A running session keeps the frozen copy it began with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitors.clinic.phases import Phase, SessionKind
from monitors.errors import SessionError

CUFF_INTERVALS_MIN = (2.0, 2.5, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0)
LONGEST_PLANNED_MIN = 360


class CheckName(StrEnum):
    """Name an observation that staff make and enter."""

    ORIENTATION = "orientation"
    SEDATION = "sedation"
    DISSOCIATION = "dissociation"
    NAUSEA = "nausea"
    PAIN = "pain"
    ANXIETY = "anxiety"
    COMFORT = "comfort"


class Table(BaseModel):
    """Hold one table of such a file: no key but its own, no value of another kind, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_AnyCheck = Annotated[CheckName, Field(strict=False)]
Minute = Annotated[int, Field(ge=0, le=720)]


class CuffStage(Table):
    """Hold one stretch of a phase's cuff cadence; the first stage not yet over counts.

    every_min: minutes between readings, one of CUFF_INTERVALS_MIN. A stage is over after
    ``readings`` readings, at ``until_min`` minutes of the phase, or after ``until_in_limits``
    readings within limits in a row; with none of them it lasts as long as the phase. A pause
    belongs to the infusion. after_rate_increase_min: the interval once a rate was raised.
    """

    phase: Annotated[Phase, Field(strict=False)]
    every_min: float
    readings: Annotated[int, Field(ge=1, le=10)] | None = None
    until_min: Minute | None = None
    until_in_limits: Annotated[int, Field(ge=1, le=5)] | None = None
    after_rate_increase_min: float | None = None

    @property
    def is_open_ended(self) -> bool:
        """Say whether the stage lasts as long as its phase."""
        return self.readings is None and self.until_min is None and self.until_in_limits is None


class CheckPlan(Table):
    """Hold when some observations are due.

    dosed_min: minutes after the drug was first given; every_min: and every so many minutes
    after the last of them while it runs; recovery_min: minutes after the end of the infusion
    (of an injection: unused, dosed_min counts on).
    """

    names: Annotated[tuple[_AnyCheck, ...], Field(strict=False)]
    at_baseline: bool = False
    dosed_min: Annotated[tuple[Minute, ...], Field(strict=False)] = ()
    every_min: Annotated[int, Field(ge=5, le=240)] | None = None
    at_end: bool = False
    recovery_min: Annotated[tuple[Minute, ...], Field(strict=False)] = ()


AlarmPresetName = Literal["mood", "pain", "injection", "default"]


class ClinicProtocol(Table):
    """Hold one preset.

    planned_min: planned infusion time, None where staff give it (custom) or none exists
    (injection). planned_range_min: what staff may set. minimum_recovery_min: from the end of the
    drug to the earliest discharge. alarm_preset judges throughout, but where baseline_preset or
    recovery_preset name another for those phases. dose_hint: words beside the dose field, never a
    dose by itself.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
    title: Annotated[str, Field(min_length=1, max_length=30)]
    dated: date
    source: Annotated[str, Field(min_length=1)]
    kind: Annotated[SessionKind, Field(strict=False)] = SessionKind.INFUSION
    alarm_preset: AlarmPresetName
    baseline_preset: AlarmPresetName | None = None
    recovery_preset: AlarmPresetName | None = None
    planned_min: Annotated[int, Field(ge=1, le=LONGEST_PLANNED_MIN)] | None = None
    planned_range_min: Annotated[tuple[int, int], Field(strict=False)] | None = None
    minimum_recovery_min: Minute
    dose_hint: str = ""
    series_hint: str = ""
    score: Literal["mood", "pain"] | None = None
    cuff: Annotated[tuple[CuffStage, ...], Field(strict=False)]
    checks: Annotated[tuple[CheckPlan, ...], Field(strict=False)] = ()

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Return the phases of such a visit, in order, pauses and abandoning aside."""
        drug = (Phase.INFUSING,) if self.kind is SessionKind.INFUSION else ()
        return (Phase.INTAKE, Phase.BASELINE, *drug, Phase.RECOVERY, Phase.DISCHARGED)

    def preset_of(self, phase: Phase) -> str:
        """Return the name of the alarm preset that judges in a phase."""
        if phase in (Phase.INTAKE, Phase.BASELINE):
            return self.baseline_preset or self.alarm_preset
        if phase is Phase.RECOVERY:
            return self.recovery_preset or self.alarm_preset
        return self.alarm_preset

    def cuff_of(self, phase: Phase) -> tuple[CuffStage, ...]:
        """Return the stages of a phase, a pause counting as infusion; empty where none is due."""
        wanted = Phase.INFUSING if phase is Phase.PAUSED else phase
        return tuple(stage for stage in self.cuff if stage.phase is wanted)

    def planned_s(self, asked_s: int | None = None) -> int | None:
        """Return the planned infusion time in seconds: what staff asked for, else the preset's.

        None for an injection. Raises SessionError for a time outside the preset's range, for
        none at all in an infusion, and for one in an injection.
        """
        if self.kind is SessionKind.INJECTION:
            if asked_s is not None:
                raise SessionError(f"{self.title} has no pump clock, so it takes no planned time")
            return None
        low, high = self.planned_range_min or (1, LONGEST_PLANNED_MIN)
        planned_s = (self.planned_min or 0) * 60 if asked_s is None else asked_s
        if not low * 60 <= planned_s <= high * 60:
            given = f"{planned_s / 60:g}" if planned_s else "none"
            raise SessionError(
                f"the planned time of {self.title} is {low} to {high} minutes, not {given}"
            )
        return planned_s

    def to_record(self) -> dict[str, Any]:
        """Write the preset as JSON-able values, for the frozen copy of a session."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ClinicProtocol:
        """Read back what :meth:`to_record` wrote; SessionError if it is no preset."""
        try:
            return cls.model_validate_json(json.dumps(record))
        except (ValidationError, TypeError) as error:
            raise SessionError(f"a stored protocol cannot be read: {error}") from error
