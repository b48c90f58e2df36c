"""Read recorded trends: the CSV dialects of public data sets and of consumer oximeters.

Here a file's own header, time, delimiter and encoding become one row a moment with values in our
vitals; zeros, blanks and dashes are dropouts and never numbers, and a cuff reading that repeats
until the next one is one determination. Nothing here judges a value.
Sources: PhysioNet BIDMC numerics; MIMIC numerics as minute trends; University of Queensland vital
signs trends; Wellue/Viatom O2 Insight Pro, EMAY SleepO2 and Checkme O2 Ultra exports.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median

from monitors.errors import ConfigurationError
from monitors.readings import NibpDetermination, NibpOutcome, Vital

DAY_MS = 86_400_000

_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
_DELIMITERS = (",", ";", "\t")
_DROPOUTS = frozenset({"", "-", "--", "---", "nan", "null", "none", "n/a"})
_HIGHEST = {Vital.SPO2: 100.0, Vital.PULSE_RATE: 510.0, Vital.HEART_RATE: 510.0}
_YEAR = re.compile(r"\s*\d{4}\s*")
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?\s*([AaPp])?")


@dataclass(frozen=True, slots=True)
class TrendRow:
    """Hold one moment: values by vital (None: dropout), and a cuff reading where a new one came.

    at_ms: since the first row.
    """

    at_ms: int
    values: tuple[tuple[Vital, float | None], ...]
    cuff: NibpDetermination | None = None


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


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Describe a dialect by words of its header, in lower case without units or blanks.

    time: the column of the moment. needs: what else must be there. unit_ms: of a plain number in
    the time column; None where it holds a time of day.
    """

    name: str
    time: str
    needs: tuple[str, ...]
    columns: dict[str, Vital]
    unit_ms: float | None = None
    cuff: tuple[str, str, str, str] | None = None

    def fits(self, header: Sequence[str]) -> bool:
        has_all = all(word in header for word in (self.time, *self.needs))
        return has_all and any(word in header for word in self.columns)


_MIMIC = {
    "hr": Vital.HEART_RATE,
    "pulse": Vital.PULSE_RATE,
    "resp": Vital.RESPIRATION_RATE,
    "spo2": Vital.SPO2,
}
_NBP = ("nbpsys", "nbpdias", "nbpmean", "")
_OXIMETER = {"spo2": Vital.SPO2, "pulserate": Vital.PULSE_RATE, "pr": Vital.PULSE_RATE}

DIALECTS: tuple[_Dialect, ...] = (
    _Dialect(
        "uq",
        "relativetimemilliseconds",
        (),
        {
            "hr": Vital.HEART_RATE,
            "pulse": Vital.PULSE_RATE,
            "spo2": Vital.SPO2,
            "perf": Vital.PERFUSION_INDEX,
            "awrr": Vital.RESPIRATION_RATE,
        },
        1.0,
        ("nbpsys", "nbpdia", "nbpmean", "nbppulse"),
    ),
    _Dialect("mimic", "minute", (), _MIMIC, 60_000.0, _NBP),
    _Dialect("emay", "time", ("date",), _OXIMETER),
    _Dialect("checkme", "time", ("oxygenlevel",), _OXIMETER | {"oxygenlevel": Vital.SPO2}),
    _Dialect("wellue", "time", ("motion",), _OXIMETER),
    _Dialect("wellue", "time", ("spo2reminder",), _OXIMETER),
    _Dialect("bidmc", "time", (), _MIMIC, 1000.0, _NBP),
)


def read_trend(path: Path) -> Trend:
    """Read a file.

    Raises ConfigurationError that says which columns were found when no dialect fits, and which
    line has a time that cannot be read or goes back.
    """
    try:
        raw = path.read_bytes()
    except OSError as trouble:
        raise ConfigurationError(f"{path} cannot be read: {trouble.strerror}") from None
    return parse_trend(raw, path.name)


def parse_trend(raw: bytes, name: str) -> Trend:
    """Read the bytes of a file. name: as it shall be called in messages."""
    text = _decoded(raw)
    delimiter = _delimiter(text)
    table = csv.reader(io.StringIO(text), delimiter=delimiter)
    written = next(table, [])
    header = [_plain(word) for word in written]
    rest = [(table.line_num, row) for row in table if any(cell.strip() for cell in row)]
    dialect = _dialect(header, rest)
    if dialect is None:
        found = ", ".join(word.strip() for word in written if word.strip()) or "none"
        raise ConfigurationError(f"{name}: no known trend file has these columns: {found}")
    return _Reading(name, dialect, header, delimiter).trend(rest)


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw[:200]:
        return raw.decode("utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be", errors="replace")
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=head.count)


def _plain(word: str) -> str:
    """Return a header in lower case without blanks, brackets and the unit in them."""
    word = re.sub(r"\((?:%|bpm|/min|s)\)|\[[^\]]*\]", "", word.lower().replace("₂", "2"))
    return re.sub(r"[^a-z0-9]", "", word)


def _dialect(header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> _Dialect | None:
    for dialect in DIALECTS:
        if dialect.fits(header) and (dialect.unit_ms is None or _counts(header, dialect, rows)):
            return dialect
    return _localised(header, rows)


def _counts(
    header: Sequence[str], dialect: _Dialect, rows: Sequence[tuple[int, list[str]]]
) -> bool:
    """Tell whether the time column holds plain numbers, as this dialect's does."""
    place = header.index(dialect.time)
    return bool(rows) and len(rows[0][1]) > place and _number(rows[0][1][place], ".") is not None


def _localised(header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> _Dialect | None:
    """Recognise the Wellue export in another language: time of day, SpO2, pulse, motion."""
    if len(header) < 4 or not rows or not _TIME_OF_DAY.match(rows[0][1][0].strip()):
        return None
    if not any(mark in header[1] for mark in ("spo2", "o2", "sao2", "sato2")):
        return None
    columns = {header[1]: Vital.SPO2, header[2]: Vital.PULSE_RATE}
    return _Dialect("wellue", header[0], (), columns)


def _number(cell: str, decimal: str) -> float | None:
    """Return a cell's number; None for a dropout or anything that is no number."""
    cell = cell.strip().strip('"').rstrip("%").strip()
    if cell.lower() in _DROPOUTS:
        return None
    if decimal == ",":
        cell = cell.replace(",", ".")
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) else None


@dataclass(slots=True)
class _Reading:
    """Walk the rows of one file."""

    name: str
    dialect: _Dialect
    header: list[str]
    delimiter: str

    def trend(self, rows: Sequence[tuple[int, list[str]]]) -> Trend:
        read = tuple(self.rows(rows))
        if not read:
            raise ConfigurationError(f"{self.name}: there is a header but no row")
        steps = [after.at_ms - before.at_ms for before, after in pairwise(read)]
        interval = median([step for step in steps if step > 0] or [1000])
        return Trend(self.dialect.name, round(interval), read)

    def rows(self, rows: Sequence[tuple[int, list[str]]]) -> Iterator[TrendRow]:
        moments = self.moments(rows)
        first_ms: int | None = None
        last_cuff: tuple[float | None, ...] = ()
        for (_, row), at_ms in zip(rows, moments, strict=True):
            first_ms = at_ms if first_ms is None else first_ms
            cells = self.cells(row)
            cuff = self.cuff(cells)
            new = cuff if any(cuff[:3]) and cuff != last_cuff else None
            last_cuff = cuff
            yield TrendRow(at_ms - first_ms, self.values(cells), _determination(new))

    def cells(self, row: list[str]) -> dict[str, str]:
        """Return a row by header; a date that its own comma split is put together again."""
        if len(row) > len(self.header) and _YEAR.fullmatch(row[1]) and not self.dialect.unit_ms:
            row = [f"{row[0]},{row[1]}", *row[2:]]
        return dict(zip(self.header, row, strict=False))

    def values(self, cells: dict[str, str]) -> tuple[tuple[Vital, float | None], ...]:
        return tuple(
            (vital, self.value(vital, cells.get(word, "")))
            for word, vital in self.dialect.columns.items()
            if word in self.header
        )

    def value(self, vital: Vital, cell: str) -> float | None:
        """Return a value; None where it is zero, absent or beyond what the vital can be."""
        value = _number(cell, "," if self.delimiter != "," else ".")
        if value is None or value <= 0 or value > _HIGHEST.get(vital, float("inf")):
            return None
        return value

    def cuff(self, cells: dict[str, str]) -> tuple[float | None, ...]:
        """Return systolic, diastolic, mean and pulse of the cuff columns; None where empty."""
        words = self.dialect.cuff or ()
        return tuple(self.value(Vital.NIBP, cells.get(word, "")) for word in words)

    def moments(self, rows: Sequence[tuple[int, list[str]]]) -> list[int]:
        read = self.counted if self.dialect.unit_ms is not None else self.of_day
        found: list[int] = []
        days = 0
        for line, row in rows:
            at_ms = read(line, self.cells(row)) + days * DAY_MS
            if found and self.dialect.unit_ms is None and found[-1] - at_ms > DAY_MS // 2:
                days, at_ms = days + 1, at_ms + DAY_MS
            if found and at_ms < found[-1]:
                raise ConfigurationError(f"{self.name}, line {line}: the time goes back")
            found.append(at_ms)
        return found

    def counted(self, line: int, cells: dict[str, str]) -> int:
        cell = cells.get(self.dialect.time, "")
        number = _number(cell, "," if self.delimiter != "," else ".")
        if number is None:
            self.no_time(line, cell)
        return round((number or 0.0) * (self.dialect.unit_ms or 1.0))

    def of_day(self, line: int, cells: dict[str, str]) -> int:
        """Return the time of day; the date is not needed, midnight is noticed by itself."""
        cell = cells.get(self.dialect.time, "")
        match = _TIME_OF_DAY.search(cell)
        if match is None:
            self.no_time(line, cell)
            return 0
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if match[5]:
            hour = hour % 12 + (12 if match[5] in "Pp" else 0)
        thousandths = int((match[4] or "0").ljust(3, "0"))
        return ((hour * 60 + minute) * 60 + second) * 1000 + thousandths

    def no_time(self, line: int, cell: str) -> None:
        raise ConfigurationError(f"{self.name}, line {line}: {cell!r} is not a time")


def _determination(pressures: tuple[float | None, ...] | None) -> NibpDetermination | None:
    """Return a completed determination of whole mmHg; None where no new one came."""
    if pressures is None:
        return None
    systolic, diastolic, mean, pulse = (v if v is None else round(v) for v in pressures)
    return NibpDetermination(NibpOutcome.COMPLETED, systolic, diastolic, mean, pulse)
