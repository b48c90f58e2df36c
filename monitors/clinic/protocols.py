"""Protocol presets: what a clinic plans for one kind of visit, as dated and sourced data.

Here live the shape of a preset, its reading from TOML with every mistake named by line, and the
presets that come with Chairside (``protocol_presets/``); what a preset sets in motion is decided
by the session, the cadence and the checks. A clinic's own file has the same shape and may replace
a preset by its name; a running session keeps the frozen copy it began with.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from monitors import toml_lines
from monitors.clinic.phases import Phase, SessionKind
from monitors.errors import ConfigurationError, SessionError

PRESET_FOLDER = Path(__file__).parent / "protocol_presets"
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


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_AnyCheck = Annotated[CheckName, Field(strict=False)]
Minute = Annotated[int, Field(ge=0, le=720)]


class CuffStage(_Table):
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


class CheckPlan(_Table):
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


class ClinicProtocol(_Table):
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


class _ProtocolFile(_Table):
    protocols: Annotated[tuple[ClinicProtocol, ...], Field(strict=False)]


_TABLES: dict[str, type[BaseModel]] = {
    "protocols": ClinicProtocol,
    "cuff": CuffStage,
    "checks": CheckPlan,
}


@cache
def built_in() -> Mapping[str, ClinicProtocol]:
    """Return the presets that come with Chairside by name, shorter plans first."""
    found = [preset for path in sorted(PRESET_FOLDER.glob("*.toml")) for preset in load(path)]
    return {preset.name: preset for preset in sorted(found, key=_shorter_first)}


def _shorter_first(preset: ClinicProtocol) -> tuple[bool, int]:
    return preset.kind is SessionKind.INJECTION, preset.planned_min or LONGEST_PLANNED_MIN


def presets(clinic_file: Path | None = None) -> dict[str, ClinicProtocol]:
    """Return all presets by name, a clinic's own in place of built-in ones of the same name."""
    own = load(clinic_file) if clinic_file is not None else ()
    return dict(built_in()) | {preset.name: preset for preset in own}


def preset_named(name: str, known: Mapping[str, ClinicProtocol] | None = None) -> ClinicProtocol:
    """Return a preset by name or title; ConfigurationError names the nearest right word."""
    known = built_in() if known is None else known
    for preset in known.values():
        if name.strip().lower() in (preset.name, preset.title.lower()):
            return preset
    raise ConfigurationError(
        f"there is no protocol {name!r}{_nearest(name, list(known))}. Known: {', '.join(known)}"
    )


def load(path: Path) -> tuple[ClinicProtocol, ...]:
    """Read a file of ``[[protocols]]``; ConfigurationError lists every mistake with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    return parse(text, str(path))


def parse(text: str, where: str = "protocols.toml") -> tuple[ClinicProtocol, ...]:
    """Read the text of such a file; see :func:`load`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where}: is not TOML: {error}") from error
    try:
        found = _ProtocolFile.model_validate(tables).protocols
    except ValidationError as error:
        mistakes = [(_places(item["loc"]), _explain(item)) for item in error.errors()]
        raise _refusal(where, text, mistakes) from error
    mistakes = list(_contradictions(found))
    if mistakes:
        raise _refusal(where, text, mistakes)
    return found


_Place = tuple[str | int, ...]


def _places(place: _Place) -> _Place:
    """Drop what the checker adds to a path and the file does not have."""
    return tuple(part for part in place if not (isinstance(part, str) and "[" in part))


def _refusal(where: str, text: str, mistakes: list[tuple[_Place, str]]) -> ConfigurationError:
    placed = [(toml_lines.locate(text, place) or 0, words) for place, words in mistakes]
    return ConfigurationError(
        "\n".join(
            f"{where}:{line}: {words}" if line else f"{where}: {words}"
            for line, words in sorted(placed)
        )
    )


def _explain(item: ErrorDetails) -> str:
    """Say in words what one mistake is, naming the key."""
    names = [part for part in item["loc"] if isinstance(part, str)]
    key = names[-1] if names else "the file"
    if item["type"] == "extra_forbidden":
        table = _TABLES[names[-2]] if len(names) > 1 else _ProtocolFile
        known = list(table.model_fields)
        near = _nearest(key, known) or "."
        return f"there is no key {key!r}{near} Keys here: {', '.join(known)}"
    if item["type"] == "missing":
        return f"{key!r} is missing"
    if item["type"] in {"literal_error", "enum"}:
        expected = str(item.get("ctx", {}).get("expected", "")).replace("'", "")
        return f"{key!r} is {item['input']!r}, expected {expected}"
    return f"{key!r} is {item['input']!r}: {item['msg'][0].lower()}{item['msg'][1:]}"


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _contradictions(found: tuple[ClinicProtocol, ...]) -> Iterator[tuple[_Place, str]]:
    """Yield what each table allows but the whole does not."""
    seen: set[str] = set()
    if not found:
        yield ("protocols",), "no protocol is given: write [[protocols]] tables"
    for index, preset in enumerate(found):
        if preset.name in seen:
            yield ("protocols", index, "name"), f"a second protocol is named {preset.name!r}"
        seen.add(preset.name)
        for key, words in (*_planned_mistakes(preset), *_cuff_mistakes(preset)):
            yield ("protocols", index, *key), words


def _planned_mistakes(preset: ClinicProtocol) -> Iterator[tuple[_Place, str]]:
    if preset.kind is SessionKind.INJECTION:
        for key in ("planned_min", "planned_range_min"):
            if getattr(preset, key) is not None:
                yield (key,), f"{key!r} is given, but an injection has no pump clock"
        return
    low, high = preset.planned_range_min or (1, LONGEST_PLANNED_MIN)
    if not 1 <= low <= high <= LONGEST_PLANNED_MIN:
        yield (
            ("planned_range_min",),
            f"'planned_range_min' is [{low}, {high}], expected 1 to {LONGEST_PLANNED_MIN}, "
            "the smaller first",
        )
    elif preset.planned_min is not None and not low <= preset.planned_min <= high:
        yield (
            ("planned_min",),
            f"'planned_min' is {preset.planned_min}, outside planned_range_min [{low}, {high}]",
        )


def _cuff_mistakes(preset: ClinicProtocol) -> Iterator[tuple[_Place, str]]:
    for index, stage in enumerate(preset.cuff):
        for key in ("every_min", "after_rate_increase_min"):
            value = getattr(stage, key)
            if value is not None and value not in CUFF_INTERVALS_MIN:
                allowed = ", ".join(f"{minutes:g}" for minutes in CUFF_INTERVALS_MIN)
                yield ("cuff", index, key), f"{key!r} is {value:g}, expected one of {allowed}"
        if stage.phase not in preset.phases[1:-1]:
            allowed = ", ".join(preset.phases[1:-1])
            yield ("cuff", index, "phase"), f"'phase' is {str(stage.phase)!r}, expected {allowed}"
    for phase in preset.phases[1:-1]:
        stages = preset.cuff_of(phase)
        if not stages or not stages[-1].is_open_ended:
            yield (
                ("cuff",),
                f"the last cuff stage of {phase} must be without an end "
                "(no readings, until_min or until_in_limits)",
            )


def to_toml(found: tuple[ClinicProtocol, ...]) -> str:
    """Write presets as a file that :func:`parse` reads back, for presets edited on a page."""
    return "\n".join(record_toml(preset.to_record()) for preset in found)


def record_toml(record: Mapping[str, Any]) -> str:
    """Write what shall become a preset, right or wrong, as one [[protocols]] table.

    record: as :meth:`ClinicProtocol.to_record` has it; :func:`parse` says what is wrong with it.
    """
    return _table_text("protocols", record)


def _table_text(header: str, record: Mapping[str, Any]) -> str:
    lines = [f"[[{header}]]"]
    nested = []
    for key, value in record.items():
        if key in ("cuff", "checks"):
            nested += [_table_text(f"{header}.{key}", table) for table in value]
        elif key == "dated":
            lines.append(f"{key} = {value}")
        else:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(["\n".join(lines) + "\n", *nested])
