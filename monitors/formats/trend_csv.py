"""Read recorded trends: the CSV dialects of public data sets and of consumer oximeters.

Here a file's own columns become one row a moment with values in our vitals; zeros, blanks and
dashes are dropouts and never numbers, and a cuff reading that repeats until the next one is one
determination. Cells and encodings are trend_table.py's, the time column is trend_time.py's, and
nothing here judges a value.
Sources: PhysioNet BIDMC numerics; MIMIC numerics as trends, also as PhysioNet's rdsamp writes
them; University of Queensland vital signs trends; VitalDB numeric tracks; Wellue/Viatom O2 Insight
Pro, EMAY SleepO2 and Checkme O2 exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import BinaryIO

from monitors.errors import ConfigurationError
from monitors.formats.trend_columns import UNITS_MS, Columns, columns_of, is_curves, localised
from monitors.formats.trend_table import Row, Table, number, plain, read_table
from monitors.formats.trend_time import TimeCell, TimeColumn
from monitors.readings import NibpDetermination, NibpOutcome, Vital

_HEAD_BYTES = 65_536
"""How much of a file must show the columns; far more than the lines that may stand before them."""

_HIGHEST = {
    Vital.SPO2: 100.0,
    Vital.PULSE_RATE: 510.0,
    Vital.HEART_RATE: 510.0,
    Vital.RESPIRATION_RATE: 200.0,
    Vital.NIBP: 300.0,
}
"""Above these no number is a value: a percentage ends at 100, a cuff at 300 mmHg, and the rest are
what devices send for "none" (511, 32767, 65535)."""

_FINGER_PULSE_NONE = 255.0
"""What finger oximeters with a one-byte pulse send for "none"."""

_YEAR = re.compile(r"\s*(?:19|20)\d{2}\s*")

Pressures = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class TrendRow:
    """Hold one moment: values by vital (None: dropout), and a cuff reading where a new one came.

    at_ms: since the first row. pressures: systolic, diastolic and mean of that reading in mmHg
    with their decimals, which the determination rounds; empty where none came.
    """

    at_ms: int
    values: tuple[tuple[Vital, float | None], ...]
    cuff: NibpDetermination | None = None
    pressures: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """Hold a recorded trend. interval_ms: the usual step between two rows."""

    dialect: str
    interval_ms: int
    rows: tuple[TrendRow, ...]

    @property
    def vitals(self) -> frozenset[Vital]:
        """Return the continuous vitals the file has a column for."""
        return frozenset(vital for row in self.rows[:1] for vital, _ in row.values)


def read_trend(path: Path) -> Trend:
    """Read a file.

    Raises ConfigurationError that says which columns were found when no dialect fits, and which
    line and column hold a time or a number that cannot be read, or a time that goes back.
    """
    try:
        with path.open("rb") as stream:
            return read_trend_stream(stream, path.name)
    except OSError as trouble:
        raise ConfigurationError(f"{path} cannot be read: {trouble.strerror}") from None


def read_trend_stream(stream: BinaryIO, name: str) -> Trend:
    """Read a stream to its end; one whose first lines have no known columns only so far.

    name: as it shall be called in messages.
    """
    head = stream.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        return parse_trend(head, name)
    _with_columns(_whole_lines(head), name)
    return parse_trend(head + stream.read(), name)


def _whole_lines(head: bytes) -> bytes:
    """Return the beginning of a file up to its last whole line, so that no letter is cut in two.

    One whose letters are of two bytes stays as it is: its length is even.
    """
    if b"\x00" in head:
        return head
    return head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head


def parse_trend(raw: bytes, name: str) -> Trend:
    """Read the bytes of a file. name: as it shall be called in messages."""
    table, columns = _with_columns(raw, name)
    return _Reading(name, table, columns).trend()


def _with_columns(raw: bytes, name: str) -> tuple[Table, Columns]:
    """Read the cells and find the columns. Raises ConfigurationError where none are known."""
    table = read_table(raw, name, lambda cells: columns_of(cells) is not None)
    columns = columns_of(table.header.cells) or localised(table)
    if columns is None:
        raise ConfigurationError(f"{name}, line {table.header.line}: {_no_columns(table)}")
    return table, columns


def _no_columns(table: Table) -> str:
    words = [word.strip() for word in table.header.cells if word.strip()]
    if not words:
        return "the file is empty"
    names = {plain(word) for word in words}
    if is_curves(names):
        return f"these are curves, without numbers to judge: {', '.join(words)}"
    return f"no known trend file has these columns: {', '.join(words[:20])}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """Walk the rows of one file."""

    name: str
    table: Table
    columns: Columns

    def trend(self) -> Trend:
        rows = [self.whole(row) for row in self.table.rows]
        unit_ms, is_elapsed = self.columns.unit_ms, self.columns.is_elapsed
        if rows and self.is_units(rows[0]):
            word = rows[0].cell(self.columns.time).strip().strip("'\"").lower()
            unit_ms = UNITS_MS.get(word, unit_ms)
            is_elapsed = is_elapsed or word.startswith("mm:ss")
            rows = rows[1:]
        if not rows:
            line = self.table.header.line
            raise ConfigurationError(f"{self.name}, line {line}: there is a header but no row")
        time = TimeColumn(self.name, self.written(self.columns.time), unit_ms, is_elapsed)
        moments = time.moments([self.time_cell(row) for row in rows])
        steps = [after - before for before, after in pairwise(moments)]
        interval_ms = median([step for step in steps if step > 0] or [1000])
        return Trend(self.columns.dialect, round(interval_ms), tuple(self.rows(rows, moments)))

    def written(self, place: int) -> str:
        return self.table.header.cell(place).strip()

    def whole(self, row: Row) -> Row:
        """Put a date together again that its own comma has split."""
        at, cells = self.columns.time, row.cells
        is_split = ":" in row.cell(at) and _YEAR.fullmatch(row.cell(at + 1)) is not None
        if not is_split or at + 1 == self.columns.date:
            return row
        return Row(row.line, [*cells[:at], f"{cells[at]},{cells[at + 1]}", *cells[at + 2 :]])

    def time_cell(self, row: Row) -> TimeCell:
        return TimeCell(row.line, row.cell(self.columns.time), row.cell(self.columns.date))

    def is_units(self, row: Row) -> bool:
        """Tell whether the row after the header names units: no digit in its time, no value."""
        if any(sign.isdigit() for sign in row.cell(self.columns.time)):
            return False
        return not any(_is_bare_number(row.cell(place)) for _, place in self.columns.vitals)

    def rows(self, rows: Sequence[Row], moments: Sequence[int]) -> Iterator[TrendRow]:
        read = [self.pressures(row) for row in rows]
        is_held = _is_held(read)
        last: Pressures = ()
        for row, at_ms, cuff in zip(rows, moments, read, strict=True):
            is_new = any(cuff[:3]) and not _is_same(cuff, last, is_held)
            if is_new or not is_held:
                last = cuff
            yield TrendRow(
                at_ms - moments[0],
                tuple((vital, self.value(row, vital, at)) for vital, at in self.columns.vitals),
                _determination(cuff) if is_new else None,
                cuff[:3] if is_new else (),
            )

    def value(self, row: Row, vital: Vital, place: int) -> float | None:
        """Return a value; None where it is zero, absent or beyond what the vital can be."""
        try:
            value = number(row.cell(place))
        except ValueError:
            cell = row.cell(place).strip()
            raise ConfigurationError(
                f"{self.name}, line {row.line}, column {self.written(place)!r}: "
                f"{cell!r} is not a number"
            ) from None
        if value is None or value <= 0 or value > _HIGHEST.get(vital, float("inf")):
            return None
        is_none = vital is Vital.PULSE_RATE and value == _FINGER_PULSE_NONE
        return None if is_none and self.columns.is_finger else value

    def pressures(self, row: Row) -> Pressures:
        """Return systolic, diastolic, mean and pulse of the cuff columns; None where empty."""
        return tuple(self.value(row, Vital.NIBP, place) for place in self.columns.cuff)


def _is_bare_number(cell: str) -> bool:
    return re.fullmatch(r"[-+\s'\"]*\d+[.,]?\d*[\s'\"]*", cell) is not None


def _is_held(read: Sequence[Pressures]) -> bool:
    """Tell whether a file repeats a cuff reading until the next one, as monitors' trends do.

    It does when more rows repeat what the row before them had than bring something new.
    """
    repeats = sum(any(b[:3]) and b == a for a, b in pairwise(read))
    changes = sum(any(b[:3]) and b != a for a, b in pairwise(read))
    return repeats > changes


def _is_same(cuff: Pressures, last: Pressures, is_held: bool) -> bool:
    """Tell whether a reading is the last one again; where it is held, a dropout is no change."""
    if not is_held or not last:
        return cuff == last
    return all(new is None or new == old for new, old in zip(cuff, last, strict=True))


def _determination(cuff: Pressures) -> NibpDetermination:
    """Return a completed determination of whole mmHg."""
    systolic, diastolic, mean, pulse = (v if v is None else round(v) for v in cuff)
    return NibpDetermination(NibpOutcome.COMPLETED, systolic, diastolic, mean, pulse)
