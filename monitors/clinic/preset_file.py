"""Alarm presets: dated, sourced TOML files, refused with name and line when they are wrong.

Here lives which presets there are, and what may stand in a file as a whole; how one limit is read
is in preset_limit.py, what it means in limits.py. Chairside's own presets lie in alarm_presets/; a
clinic may name a file of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from monitors.clinic.conditions import ALWAYS_ON, CONDITIONS, Condition, Kind
from monitors.clinic.limits import Limit, Limits, change_limit, order_mistake
from monitors.clinic.preset_limit import LimitReader, nearest
from monitors.errors import ConfigurationError

PRESETS = ("mood", "pain", "injection", "default")
NO_PRESET = "none"

_FOLDER = Path(__file__).parent / "alarm_presets"
_FILE_KEYS = ("name", "date", "source", "based_on", "without", "limits")


@cache
def load_preset(name: str) -> Limits:
    """Read a preset by its name, or a file by its path (anything that ends in .toml).

    Raises ConfigurationError that names the preset, the limit and the line.
    """
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in PRESETS:
        raise ConfigurationError(f"there is no preset {name!r}{nearest(name, PRESETS)}")
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
            near = nearest(limits.preset, PRESETS)
            raise ConfigurationError(f"{path}: its name is {limits.preset!r}{near}")
        known[limits.preset] = limits
    return known


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


@dataclass(slots=True)
class _Reader(LimitReader):
    """Walk one preset's whole table."""

    table: dict[str, Any]

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
