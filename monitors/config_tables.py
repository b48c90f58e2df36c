"""What can be said of a clinic.toml before its tables are typed: its text, and its bare tables.

Here a text that is no TOML is told with the line of the slip, and devices and names that stand
in the tables are compared however many other mistakes there are, so that all are told at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.devices.port_names import port_key
from monitors.errors import ConfigurationError, TransportError

Mistake = tuple[tuple[str | int, ...], str]

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_LONG_MARKS = ('"""', "'''")


def not_toml(where: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    """Say why a text is no TOML; a quote that is not closed is named with its own line."""
    told = _AT_LINE.search(str(error))
    open_line = unclosed_line(text)
    if open_line is None or (told is not None and int(told[1]) < open_line):
        return f"{where}: is not TOML: {error}"
    written = text.splitlines()[open_line - 1].strip()
    return f"{where}:{open_line}: a quote is not closed: {written}"


def unclosed_line(text: str) -> int | None:
    """Return the line, counted from 1, of the first quote that is never closed; None for none."""
    long_mark, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        rest = line
        if long_mark:
            _, closed, rest = line.partition(long_mark)
            if not closed:
                continue
        mark = _left_open(rest)
        long_mark, begun = (mark, number) if mark in _LONG_MARKS else ("", 0)
        if mark and not long_mark:
            return number
    return begun or None


def _left_open(line: str) -> str:
    """Return the quote that a line opens and does not close; empty for none."""
    at = 0
    while at < len(line) and line[at] != "#":
        mark = _mark_at(line, at)
        if not mark:
            at += 1
            continue
        end = _end_of(line, at + len(mark), mark)
        if end is None:
            return mark
        at = end
    return ""


def _mark_at(line: str, at: int) -> str:
    if line[at : at + 3] in _LONG_MARKS:
        return line[at : at + 3]
    return line[at] if line[at] in "\"'" else ""


def _end_of(line: str, at: int, mark: str) -> int | None:
    """Return where a quoted text ends; None where it does not on this line."""
    while at < len(line):
        if line[at] == "\\" and mark[0] == '"':
            at += 2
            continue
        if line.startswith(mark, at):
            return at + len(mark)
        at += 1
    return None


# ---- tables as they are written


@dataclass(frozen=True, slots=True)
class _Written:
    """Hold what a device's table says; None where it says nothing or no text."""

    place: tuple[str | int, ...]
    owner: str
    device: str | None
    port: str | None


def written_mistakes(tables: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield unknown devices, double names and double ports of tables that may hold other slips."""
    yield from _double_names(tables)
    devices = list(_devices(tables))
    yield from _unknown_devices(devices)
    yield from _shared_ports(devices)


def _tables_in(holder: Mapping[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    listed = holder.get(key)
    for index, table in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(table, dict):
            yield index, table


def _text(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) and value else None


def _devices(tables: Mapping[str, Any]) -> Iterator[_Written]:
    for index, recliner in _tables_in(tables, "recliners"):
        owner = _text(recliner, "name") or f"no. {index + 1}"
        for position, device in _tables_in(recliner, "devices"):
            place = ("recliners", index, "devices", position)
            yield _Written(place, owner, _text(device, "device"), _text(device, "port"))


def _double_names(tables: Mapping[str, Any]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, recliner in _tables_in(tables, "recliners"):
        name = _text(recliner, "name")
        if name in seen:
            yield ("recliners", index, "name"), f"a second recliner is named {name!r}"
        if name is not None:
            seen.add(name)


def _unknown_devices(devices: list[_Written]) -> Iterator[Mistake]:
    for one in devices:
        if one.device is None or one.device in CATALOGUE:
            continue
        try:
            kind_of(one.device)
        except ConfigurationError as error:
            yield (*one.place, "device"), str(error)


def _shared_ports(devices: list[_Written]) -> Iterator[Mistake]:
    owners: dict[str, str] = {}
    for one in devices:
        if one.port is None:
            continue
        try:
            port = port_key(one.port.replace("localhost", "127.0.0.1"))
        except TransportError as error:
            yield (*one.place, "port"), str(error)
            continue
        if port in owners:
            words = f"port {one.port!r} is already used by recliner {owners[port]!r}"
            yield (*one.place, "port"), words
        owners.setdefault(port, one.owner)
