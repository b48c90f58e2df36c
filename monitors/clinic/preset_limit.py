"""One limit of an alarm preset, read from its table; a mistake is refused with name and line.

Here lives what may stand in a ``[[limits]]`` table; what is beyond reason is in preset_checks.py,
what a limit means in limits.py. Sources of the numbers stand in the files, limit by limit.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from monitors.clinic.conditions import CONDITIONS, Component, Condition, Direction, Priority
from monitors.clinic.limits import Bound, Limit, Step
from monitors.clinic.preset_checks import step_mistake, steps_mistake
from monitors.errors import ConfigurationError
from monitors.readings import Vital
from monitors.toml_lines import locate

_WIDEST_HYSTERESIS = 10.0
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


@dataclass(slots=True)
class LimitReader:
    """Read limits of one preset, knowing where each thing stands.

    name: as the preset is called in messages. text: the whole file as written, to find lines in.
    path, in every method: the keys and indices that lead to a value in the file.
    """

    name: str
    text: str

    def limit(self, path: tuple[str | int, ...], table: dict[str, Any]) -> Limit:
        """Read one ``[[limits]]`` table; ConfigurationError with name and line for a mistake."""
        self.know(path, table, _LIMIT_KEYS)
        condition = self.condition((*path, "condition"), table.get("condition", ""))
        row = CONDITIONS[condition]
        self._check_vital(path, table, condition)
        if not table.get("source"):
            self.fail(path, f"{condition}: source is missing")
        when = self._when(path, table, condition) if row.direction else None
        written = table.get("steps") or self.fail(path, f"{condition}: steps are missing")
        steps = [
            self._step((*path, "steps", place), condition, one, when)
            for place, one in enumerate(self.tables((*path, "steps"), written))
        ]
        main, order = steps[0], sorted(steps, key=_urgency)
        if wrong := steps_mistake(condition, order):
            self.fail((*path, "steps"), wrong)
        hysteresis = self._number((*path, "hysteresis"), table.get("hysteresis", 0))
        if not 0 <= hysteresis <= _WIDEST_HYSTERESIS:
            self.fail((*path, "hysteresis"), f"{condition}: hysteresis must be 0 to 10")
        place = next(index for index, one in enumerate(order) if one is main)
        return Limit(condition, tuple(order), place, hysteresis, table["source"])

    def condition(self, path: tuple[str | int, ...], word: str) -> Condition:
        """Return the condition of a name, or refuse what is none of the closed list."""
        try:
            return Condition(word)
        except ValueError:
            near = nearest(str(word), tuple(map(str, Condition)))
            self.fail(path, f"unknown condition {word!r}{near}")

    def _check_vital(
        self, path: tuple[str | int, ...], table: dict[str, Any], condition: Condition
    ) -> None:
        word, vital = table.get("vital"), CONDITIONS[condition].vital
        if word is None:
            return
        if word not in tuple(map(str, Vital)):
            near = nearest(str(word), tuple(map(str, Vital)))
            self.fail((*path, "vital"), f"{condition}: unknown vital {word!r}{near}")
        if word != vital:
            self.fail((*path, "vital"), f"{condition} is about {vital}, not {word}")

    def _when(
        self, path: tuple[str | int, ...], table: dict[str, Any], condition: Condition
    ) -> tuple[Direction, bool]:
        direction = CONDITIONS[condition].direction
        assert direction is not None
        allowed = {str(direction): False, f"at or {direction}": True}
        if str(table.get("when")) not in allowed:
            words = " or ".join(repr(word) for word in allowed)
            self.fail((*path, "when"), f"{condition}: when must be {words}")
        return direction, allowed[table["when"]]

    def _step(
        self,
        path: tuple[str | int, ...],
        condition: Condition,
        table: dict[str, Any],
        when: tuple[Direction, bool] | None,
    ) -> Step:
        bounds = self._bounds(path, condition, table, when) if when else ()
        known = _bound_keys(condition) if when else set()
        rest = {key: table[key] for key in table if key not in known}
        self.know(path, rest, _STEP_KEYS)
        if when and not bounds:
            self.fail(path, f"{condition}: a step needs a bound")
        rest.pop("baseline_under", None)
        for key in ("priority", "grows_to"):
            if key in rest:
                rest[key] = self._priority(path, rest[key])
        if "priority" not in rest:
            self.fail(path, f"{condition}: a step needs a priority")
        for key, value in rest.items():
            if key.endswith("_s") or key == "of_interval":
                rest[key] = self._number(path, value)
        if not isinstance(rest.get("is_quiet", False), bool):
            self.fail(path, f"{condition}: is_quiet must be true or false")
        step = Step(bounds=bounds, **rest)
        if wrong := step_mistake(condition, step):
            self.fail(path, wrong)
        return step

    def _priority(self, path: tuple[str | int, ...], word: str) -> Priority:
        try:
            return Priority(word)
        except ValueError:
            self.fail(path, f"unknown priority {word!r}; known: high, medium, low")

    def _bounds(
        self,
        path: tuple[str | int, ...],
        condition: Condition,
        table: dict[str, Any],
        when: tuple[Direction, bool],
    ) -> tuple[Bound, ...]:
        under = table.get("baseline_under")
        if under is not None:
            under = self._number(path, under)
        found: list[Bound] = []
        for word, key in _measures(condition).items():
            prefix = "" if word == "bound" else f"{word}_"
            numbers: dict[str, Any] = {
                field: self._number(path, table[written])
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
        """Refuse a table with a key that is none of these."""
        for key in table:
            if key not in keys:
                self.fail((*path, key), f"unknown key {key!r}{nearest(key, keys)}")

    def _number(self, path: tuple[str | int, ...], value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(path, f"{value!r} is not a number")
        return float(value)

    def tables(self, path: tuple[str | int, ...], value: Any) -> list[dict[str, Any]]:
        """Return a list of tables, or refuse what is none."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fail(path, f"{path[-1]} must be a list of tables")
        return value

    def fail(self, path: tuple[str | int, ...], message: str) -> NoReturn:
        """Raise ConfigurationError with the preset's name and the line of a path."""
        line = locate(self.text, path)
        where = f", line {line}" if line else ""
        raise ConfigurationError(f"preset {self.name}{where}: {message}")


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


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return the end of a message: the known word that was likely meant, else all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
