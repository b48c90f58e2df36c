"""Find the line on which a key of a TOML text stands, for error messages.

The standard library's parser gives values without positions, so this walks the text once more
and keeps, for each path, the line of its key or table header. It reads only well-formed TOML
(tomllib has accepted it before) and never decides what a value is.
Source of the grammar: TOML 1.0.0, sections Keys, Tables and Arrays of Tables.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table and key of a TOML text."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    multiline_end: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if multiline_end is not None:
            multiline_end = None if multiline_end in line else multiline_end
            continue
        if header := _HEADER.match(line):
            table = _enter(header[1], _split(header[2]), counts)
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_split(key[1])), number)
            multiline_end = _opened_string(line[key.end() :])
    return lines


def locate(text: str, path: Path) -> int | None:
    """Return the line of the longest known beginning of a path; None if none of it is there."""
    lines = lines_of(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _split(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _enter(brackets: str, names: Path, counts: dict[Path, int]) -> Path:
    """Return the path of a table header, with the index of each array of tables on the way."""
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, names[-1])
    if brackets == "[[":
        counts[path] = counts.get(path, 0) + 1
        path = (*path, counts[path] - 1)
    return path


def _opened_string(value: str) -> str | None:
    """Return the end mark of a multi-line string that starts, but does not end, on this line."""
    start = value.strip()
    for mark in ('"""', "'''"):
        if start.startswith(mark) and mark not in start[3:]:
            return mark
    return None
