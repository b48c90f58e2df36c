"""A protocol preset as fields and rows of a form, and back into the text of the clinic's file.

Here what somebody typed becomes TOML whether it is right or wrong; the one reader of such files
(monitors.clinic.protocol_toml) says what is wrong and in which line. Nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.clinic import protocol_toml
from monitors.clinic.protocols import ClinicProtocol
from monitors.errors import ConfigurationError

CUFF_KEYS = (
    "phase",
    "every_min",
    "readings",
    "until_min",
    "until_in_limits",
    "after_rate_increase_min",
)
CHECK_KEYS = ("names", "at_baseline", "dosed_min", "every_min", "at_end", "recovery_min")
_LISTS = frozenset({"names", "dosed_min", "recovery_min"})
_FLAGS = frozenset({"at_baseline", "at_end"})
_FRACTIONS = frozenset({"every_min", "after_rate_increase_min"})
_PLACE = re.compile(r"^(?P<file>[^:]+)(?::(?P<line>\d+))?: (?P<words>.*)$", re.DOTALL)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Hold what is wrong with a text; line: from 1, None where it concerns the whole."""

    line: int | None
    words: str


def cuff_rows(preset: ClinicProtocol | None) -> list[dict[str, Any]]:
    """Return the cuff stages as rows; one empty row for a new preset."""
    stages = [stage.model_dump(mode="json") for stage in preset.cuff] if preset else [{}]
    return [{key: stage.get(key) for key in CUFF_KEYS} for stage in stages]


def check_rows(preset: ClinicProtocol | None) -> list[dict[str, Any]]:
    """Return the observations as rows, lists written with commas; one empty row for none."""
    plans = [plan.model_dump(mode="json") for plan in preset.checks] if preset else []
    return [_check_row(plan) for plan in plans or [{}]]


def _check_row(plan: Row) -> dict[str, Any]:
    row: dict[str, Any] = {key: plan.get(key) for key in CHECK_KEYS}
    for key in _LISTS:
        row[key] = ", ".join(str(one) for one in row[key] or ())
    return row | {key: bool(row[key]) for key in _FLAGS}


def record_of(fields: Row, cuff: Iterable[Row], checks: Iterable[Row]) -> dict[str, Any]:
    """Return what was typed as the record of a preset, empty fields and rows left out.

    A number that is none stays as it was typed, so that the reader can name it.
    """
    record = {key: value for key, value in fields.items() if value not in (None, "")}
    stages = [_stage(row) for row in cuff]
    plans = [_plan(row) for row in checks]
    record["cuff"] = [stage for stage in stages if stage]
    record["checks"] = [plan for plan in plans if plan.get("names")]
    return {key: value for key, value in record.items() if value != []}


def _stage(row: Row) -> dict[str, Any]:
    stage: dict[str, Any] = {}
    for key in CUFF_KEYS:
        value = _known(row.get(key))
        if value is None or value == "":
            continue
        stage[key] = value if key == "phase" else _number(value, key in _FRACTIONS)
    return stage


def _plan(row: Row) -> dict[str, Any]:
    plan: dict[str, Any] = {}
    for key in CHECK_KEYS:
        value = _known(row.get(key))
        if value in (None, "", False):
            continue
        if key in _LISTS:
            plan[key] = _listed(key, str(value))
        else:
            plan[key] = True if key in _FLAGS else _number(value)
    return plan


def _known(value: Any) -> Any:
    """Return None for a table's own marks of nothing, which are not equal to themselves."""
    return None if value is None or value != value or str(value) == "<NA>" else value


def _number(value: Any, has_fraction: bool = False) -> Any:
    """Return a number as the file wants it; what is none stays as it was typed."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return value
    return number if has_fraction or number % 1 else int(number)


def _listed(key: str, text: str) -> list[Any]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    return words if key == "names" else [_number(word) for word in words]


def file_text(
    own: Sequence[ClinicProtocol], record: Mapping[str, Any], replaces: str | None
) -> str:
    """Return the clinic's file with a preset put in, in place of the one it replaces, or added."""
    texts: list[str] = []
    is_in = False
    for preset in own:
        is_this = preset.name == replaces
        texts.append(protocol_toml.record_toml(record if is_this else preset.to_record()))
        is_in = is_in or is_this
    if not is_in:
        texts.append(protocol_toml.record_toml(record))
    return "\n".join(texts)


def mistakes_of(text: str, name: str = "protocols.toml") -> list[Mistake]:
    """Return what is wrong with a file's text, in order of lines; nothing where it may be saved."""
    try:
        protocol_toml.parse(text, name)
    except ConfigurationError as error:
        return [_mistake(line) for line in str(error).splitlines()]
    return []


def _mistake(line: str) -> Mistake:
    found = _PLACE.match(line)
    if found is None:
        return Mistake(None, line)
    at = found["line"] or _line_in(found["words"])
    return Mistake(int(at) if at else None, found["words"])


def _line_in(words: str) -> str | None:
    """Return the line that a TOML reader names in its own words."""
    found = re.search(r"\bline (\d+)", words)
    return found[1] if found else None
