"""Files of protocol presets: read with every mistake named by line, and written.

Here lives the reading of presets from TOML and the presets that come with Chairside
(``protocol_presets/``), dated and sourced data; what a preset holds is in ``protocols``. A clinic's
own file has the same shape and may replace a preset by its name.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from monitors import toml_lines
from monitors.clinic.phases import SessionKind
from monitors.clinic.protocols import (
    CUFF_INTERVALS_MIN,
    LONGEST_PLANNED_MIN,
    CheckPlan,
    ClinicProtocol,
    CuffStage,
    Table,
)
from monitors.errors import ConfigurationError

PRESET_FOLDER = Path(__file__).parent / "protocol_presets"


class _ProtocolFile(Table):
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
