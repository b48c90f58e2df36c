"""Read alarm presets: dated, sourced TOML files, refused with name and line when they are wrong.

Here lives what may stand in such a file and what is beyond reason; what a limit means is in
limits.py. Chairside's own presets lie in alarm_presets/; a clinic may name a file of its own.
Sources of the numbers stand in the files, limit by limit.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from monitors.clinic.conditions import (
    ALWAYS_ON,
    CONDITIONS,
    Component,
    Condition,
    Direction,
    Kind,
    Priority,
)
from monitors.clinic.limits import Bound, Limit, Limits, Step, change_limit, order_mistake
from monitors.clinic.preset_checks import step_mistake, steps_mistake
from monitors.errors import ConfigurationError
from monitors.readings import Vital
from monitors.toml_lines import locate

PRESETS = ("mood", "pain", "injection", "default")
ADULT_FROM_YEARS = 18
NO_PRESET = "none"

_FOLDER = Path(__file__).parent / "alarm_presets"
_WIDEST_HYSTERESIS = 10.0
_FILE_KEYS = ("name", "date", "source", "based_on", "without", "limits")
_LIMIT_KEYS = ("condition", "vital", "when", "hysteresis", "source", "steps")
_STEP_KEYS = (
    "priority",
    "delay_s",
    "is_quiet",
    "confirm_after_s",
    "asks_repeat_s",
    "grows_to",
    "grows_after_s",
    "of_interval",
    "baseline_under",
)
_NAMES = {"systolic": Component.SYSTOLIC, "diastolic": Component.DIASTOLIC, "mean": Component.MEAN}


@cache
def load_preset(name: str) -> Limits:
    """Read a preset by its name, or a file by its path (anything that ends in .toml).

    Raises ConfigurationError that names the preset, the limit and the line.
    """
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in PRESETS:
        raise ConfigurationError(f"there is no preset {name!r}{_nearest(name, PRESETS)}")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as trouble:
        raise ConfigurationError(f"preset {name}: {path} cannot be read ({trouble})") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"preset {name}: {path} is not a text file in UTF-8") from None
    return read_preset(text, str(name))


def presets(own_files: Iterable[Path] = ()) -> dict[str, Limits]:
    """Return all presets by name, a clinic's own files in place of built-in ones of that name.

    Raises ConfigurationError for a file whose name is none of the closed list.
    """
    known = {name: load_preset(name) for name in PRESETS}
    for path in own_files:
        limits = load_preset(str(path))
        if limits.preset not in PRESETS:
            near = _nearest(limits.preset, PRESETS)
            raise ConfigurationError(f"{path}: its name is {limits.preset!r}{near}")
        known[limits.preset] = limits
    return known


def preset_by_itself(name: str, age_years: float | None) -> Limits | None:
    """Return the preset that a session may load unasked; None for a patient under 18.

    The limits are for adults: for a younger patient a person must choose limits and say so.
    """
    if age_years is not None and age_years < ADULT_FROM_YEARS:
        return None
    return load_preset(name)


def technical_only() -> Limits:
    """Return the default preset's technical limits alone, under the name ``none``.

    They stand for a patient under 18 until a person chooses limits.
    """
    full = load_preset("default")
    kept = tuple(one for one in full.limits if CONDITIONS[one.condition].kind is Kind.TECHNICAL)
    return replace(full, preset=NO_PRESET, limits=kept)


def limits_from_record(
    record: Mapping[str, Any], known: Mapping[str, Limits] | None = None
) -> Limits:
    """Read back what Limits.to_record wrote: the preset as it is now, with the same changes."""
    known = presets() if known is None else known
    limits = technical_only() if record["preset"] == NO_PRESET else known[record["preset"]]
    for change in record["changes"]:
        limits = change_limit(
            limits, change["condition"], change["bound"], change["by"], change["reason"]
        )
    return limits


def read_preset(text: str, name: str) -> Limits:
    """Read the text of a preset. name: as it shall be called in messages."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise ConfigurationError(f"preset {name}: {trouble}") from None
    return _Reader(name, text, table).limits()


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"


@dataclass(slots=True)
class _Reader:
    """Walk one preset's table, knowing where each thing stands."""

    name: str
    text: str
    table: dict[str, Any]

    def fail(self, path: tuple[str | int, ...], message: str) -> NoReturn:
        line = locate(self.text, path)
        where = f", line {line}" if line else ""
        raise ConfigurationError(f"preset {self.name}{where}: {message}")

    def limits(self) -> Limits:
        self.know((), self.table, _FILE_KEYS)
        for key in ("name", "date", "source"):
            if not self.table.get(key):
                self.fail((key,), f"{key} is missing; every preset is named, dated and sourced")
        self.check_head()
        named = {limit.condition: limit for limit in self.inherited()}
        own: dict[Condition, int] = {}
        for index, table in enumerate(self.tables(("limits",), self.table.get("limits", []))):
            limit = self.limit(("limits", index), table)
            if limit.condition in own:
                self.fail(("limits", index), f"{limit.condition} is given twice")
            own[limit.condition] = index
            named[limit.condition] = limit
        order = {condition: place for place, condition in enumerate(CONDITIONS)}
        rows = tuple(sorted(named.values(), key=lambda limit: order[limit.condition]))
        whole = Limits(self.table["name"], str(self.table["date"]), self.table["source"], rows)
        self.check_whole(whole, own)
        return whole

    def check_head(self) -> None:
        for key in ("name", "source"):
            if not isinstance(self.table[key], str):
                self.fail((key,), f"{key} must be text")
        dated = self.table["date"]
        try:
            day = dated if isinstance(dated, date) else date.fromisoformat(str(dated))
        except ValueError:
            self.fail(("date",), f"{dated!r} is not a date such as 2026-11-22")
        self.table["date"] = day.isoformat()[:10]

    def tables(self, path: tuple[str | int, ...], value: Any) -> list[dict[str, Any]]:
        """Return a list of tables, or refuse what is none."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fail(path, f"{path[-1]} must be a list of tables")
        return value

    def inherited(self) -> tuple[Limit, ...]:
        if "based_on" not in self.table:
            return ()
        if self.table["based_on"] not in PRESETS:
            self.fail(("based_on",), f"there is no preset {self.table['based_on']!r}")
        without = {self.condition(("without",), one) for one in self.table.get("without", ())}
        base = load_preset(self.table["based_on"]).limits
        return tuple(limit for limit in base if limit.condition not in without)

    def check_whole(self, whole: Limits, own: dict[Condition, int]) -> None:
        technical = [one for one, row in CONDITIONS.items() if row.kind is Kind.TECHNICAL]
        for condition in (*sorted(ALWAYS_ON), *technical):
            if condition not in whole.by_condition:
                self.fail(("name",), f"{condition} is missing; it can never be left out")
        if wrong := order_mistake(whole):
            place = next((own[one] for one in wrong[0] if one in own), 0)
            self.fail(("limits", place), wrong[1])

    def limit(self, path: tuple[str | int, ...], table: dict[str, Any]) -> Limit:
        self.know(path, table, _LIMIT_KEYS)
        condition = self.condition((*path, "condition"), table.get("condition", ""))
        row = CONDITIONS[condition]
        self.check_vital(path, table, condition)
        if not table.get("source"):
            self.fail(path, f"{condition}: source is missing")
        when = self.when(path, table, condition) if row.direction else None
        written = table.get("steps") or self.fail(path, f"{condition}: steps are missing")
        steps = [
            self.step((*path, "steps", place), condition, one, when)
            for place, one in enumerate(self.tables((*path, "steps"), written))
        ]
        main, order = steps[0], sorted(steps, key=_urgency)
        if wrong := steps_mistake(condition, order):
            self.fail((*path, "steps"), wrong)
        hysteresis = self.number((*path, "hysteresis"), table.get("hysteresis", 0))
        if not 0 <= hysteresis <= _WIDEST_HYSTERESIS:
            self.fail((*path, "hysteresis"), f"{condition}: hysteresis must be 0 to 10")
        place = next(index for index, one in enumerate(order) if one is main)
        return Limit(condition, tuple(order), place, hysteresis, table["source"])

    def condition(self, path: tuple[str | int, ...], word: str) -> Condition:
        try:
            return Condition(word)
        except ValueError:
            near = _nearest(str(word), tuple(map(str, Condition)))
            self.fail(path, f"unknown condition {word!r}{near}")

    def check_vital(
        self, path: tuple[str | int, ...], table: dict[str, Any], condition: Condition
    ) -> None:
        word, vital = table.get("vital"), CONDITIONS[condition].vital
        if word is None:
            return
        if word not in tuple(map(str, Vital)):
            near = _nearest(str(word), tuple(map(str, Vital)))
            self.fail((*path, "vital"), f"{condition}: unknown vital {word!r}{near}")
        if word != vital:
            self.fail((*path, "vital"), f"{condition} is about {vital}, not {word}")

    def when(
        self, path: tuple[str | int, ...], table: dict[str, Any], condition: Condition
    ) -> tuple[Direction, bool]:
        direction = CONDITIONS[condition].direction
        assert direction is not None
        allowed = {str(direction): False, f"at or {direction}": True}
        if str(table.get("when")) not in allowed:
            words = " or ".join(repr(word) for word in allowed)
            self.fail((*path, "when"), f"{condition}: when must be {words}")
        return direction, allowed[table["when"]]

    def step(
        self,
        path: tuple[str | int, ...],
        condition: Condition,
        table: dict[str, Any],
        when: tuple[Direction, bool] | None,
    ) -> Step:
        bounds = self.bounds(path, condition, table, when) if when else ()
        known = _bound_keys(condition) if when else set()
        rest = {key: table[key] for key in table if key not in known}
        self.know(path, rest, _STEP_KEYS)
        if when and not bounds:
            self.fail(path, f"{condition}: a step needs a bound")
        rest.pop("baseline_under", None)
        for key in ("priority", "grows_to"):
            if key in rest:
                rest[key] = self.priority(path, rest[key])
        if "priority" not in rest:
            self.fail(path, f"{condition}: a step needs a priority")
        for key, value in rest.items():
            if key.endswith("_s") or key == "of_interval":
                rest[key] = self.number(path, value)
        if not isinstance(rest.get("is_quiet", False), bool):
            self.fail(path, f"{condition}: is_quiet must be true or false")
        step = Step(bounds=bounds, **rest)
        if wrong := step_mistake(condition, step):
            self.fail(path, wrong)
        return step

    def priority(self, path: tuple[str | int, ...], word: str) -> Priority:
        try:
            return Priority(word)
        except ValueError:
            self.fail(path, f"unknown priority {word!r}; known: high, medium, low")

    def bounds(
        self,
        path: tuple[str | int, ...],
        condition: Condition,
        table: dict[str, Any],
        when: tuple[Direction, bool],
    ) -> tuple[Bound, ...]:
        under = table.get("baseline_under")
        if under is not None:
            under = self.number(path, under)
        found: list[Bound] = []
        for word, key in _measures(condition).items():
            prefix = "" if word == "bound" else f"{word}_"
            numbers: dict[str, Any] = {
                field: self.number(path, table[written])
                for field, written in (
                    ("absolute", word),
                    ("offset", f"{prefix}baseline_offset"),
                    ("percent", f"{prefix}baseline_pct"),
                )
                if written in table
            }
            if under is not None and numbers:
                found.append(Bound(key, *when, baseline_under=under, **numbers))
            else:
                found += [Bound(key, *when, **{field: n}) for field, n in numbers.items()]
        is_own = any(bound.offset is not None or bound.percent is not None for bound in found)
        if under is not None and not is_own:
            self.fail(path, f"{condition}: baseline_under needs a bound that follows the baseline")
        return tuple(found)

    def know(
        self, path: tuple[str | int, ...], table: Mapping[str, Any], keys: tuple[str, ...]
    ) -> None:
        for key in table:
            if key not in keys:
                self.fail((*path, key), f"unknown key {key!r}{_nearest(key, keys)}")

    def number(self, path: tuple[str | int, ...], value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(path, f"{value!r} is not a number")
        return float(value)


def _measures(condition: Condition) -> dict[str, str]:
    """Return the words that name a bound of a condition, and what each judges."""
    vital = CONDITIONS[condition].vital
    if vital is Vital.NIBP:
        return {word: str(key) for word, key in _NAMES.items()}
    return {"bound": str(vital)}


def _bound_keys(condition: Condition) -> set[str]:
    keys: set[str] = set()
    for word in _measures(condition):
        prefix = "" if word == "bound" else f"{word}_"
        keys |= {word, f"{prefix}baseline_offset", f"{prefix}baseline_pct"}
    return keys


def _urgency(step: Step) -> tuple[int, float, bool]:
    return step.priority.rank, _depth(step), not step.is_quiet


def _depth(step: Step) -> float:
    """Return how far out a step begins: its first number, turned so that more is farther."""
    if not step.bounds:
        return step.of_interval or 0.0
    bound = step.bounds[0]
    return -bound.number if bound.direction is Direction.BELOW else bound.number
