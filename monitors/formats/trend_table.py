"""Turn the bytes of a trend file into a header and rows of cells, or say why that cannot be.

Here lives what any spreadsheet or logger may do to a CSV: encodings, delimiters, quotes, blank
lines, a note before the header, a row of units after it. What a column means is in trend_csv.py.
Source of the forms: exports of oximeter programs and of PhysioNet's rdsamp, and RFC 4180.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitors.errors import ConfigurationError

_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
_DELIMITERS = (",", ";", "\t")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_LOOKED_AT = 4000
_LONGEST_PREAMBLE = 20
_SEPARATOR_NOTE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,30}\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_UNIT = r"(?:%|bpm|1?/?min|per min|mmhg|ms|msec|milliseconds?|s|secs?|seconds?|minutes?|h|hours?)"
_TRAILING_UNIT = re.compile(r"\s*\(?(?:%|bpm|/\s*min|mmhg)\)?$", re.IGNORECASE)
_BRACKETED_UNIT = re.compile(rf"\({_UNIT}\)|\([^)]*:[^)]*\)|\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Row:
    """Hold the cells of one row and its line in the file, counted from 1."""

    line: int
    cells: list[str]

    def cell(self, place: int) -> str:
        """Return a cell; empty where the row is shorter."""
        return self.cells[place] if 0 <= place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a header as written, and the rows that follow it."""

    header: Row
    rows: tuple[Row, ...]


def read_table(raw: bytes, name: str, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Read the bytes of a file. name: as it shall be called in messages.

    is_header: tells whether these cells are the header; a few lines before it are passed over.
    Raises ConfigurationError when it is no text, or when its quotes are not closed.
    """
    lines = [f"{line}\n" for line in _decoded(raw, name).split("\n")]
    first, delimiter = _header_at(lines, is_header)
    table = _rows(lines[first:], delimiter, first, name)
    if not table:
        return Table(Row(1, []), ())
    return Table(table[0], tuple(table[1:]))


def _decoded(raw: bytes, name: str) -> str:
    text = _text_of(raw)
    if text is None or (found := _NOT_TEXT.search(text[:_LOOKED_AT])):
        line = 1 if text is None else text.count("\n", 0, found.start()) + 1 if found else 1
        raise ConfigurationError(f"{name}, line {line}: this is not a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text_of(raw: bytes) -> str | None:
    """Return the text; None where zero bytes say that it is none."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    head = raw[:200]
    if b"\x00" in head:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
            if zeros.count(0) > 0.8 * len(zeros):
                return raw.decode(encoding, errors="replace")
        return None
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _header_at(lines: Sequence[str], is_header: Callable[[Sequence[str]], bool]) -> tuple[int, str]:
    """Return the line that is the header, else the first that is not blank, and its delimiter."""
    noted: str | None = None
    first: tuple[int, str] | None = None
    for place, line in enumerate(lines[:_LONGEST_PREAMBLE]):
        if note := _SEPARATOR_NOTE.fullmatch(line.strip(" \n")):
            noted = note[1]
            continue
        delimiter = noted or _delimiter(line)
        if is_header(next(csv.reader([line], delimiter=delimiter), [])):
            return place, delimiter
        if first is None and line.strip():
            first = place, delimiter
    return first or (0, ",")


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _rows(lines: Sequence[str], delimiter: str, offset: int, name: str) -> list[Row]:
    """Return the rows that are not blank."""
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    found: list[Row] = []
    before = offset
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num + offset
            if any("\n" in cell for cell in cells):
                raise ConfigurationError(f"{name}, line {line}: a quote is opened and not closed")
            if any(cell.strip() for cell in cells):
                found.append(Row(line, cells))
    except csv.Error as trouble:
        raise ConfigurationError(f"{name}, line {before + 1}: {trouble}") from None
    return found


def plain(word: str) -> str:
    """Return a header in lower case without blanks, signs, and the unit in brackets."""
    word = word.lower().replace("₂", "2").strip().strip("'\"")
    word = _BRACKETED_UNIT.sub("", word)
    if re.fullmatch(r"\w+/\w+", word):
        word = word.split("/")[1]
    return re.sub(r"[^a-z0-9]", "", word)


def number(cell: str) -> float | None:
    """Return a cell's number; None for a dropout, which is anything without a digit.

    A comma is a decimal comma: one that parts cells never gets here.
    Raises ValueError for a digit in something that is no number.
    """
    cell = cell.strip().strip("'\"").strip()
    if not any(sign.isdigit() for sign in cell):
        return None
    cell = _TRAILING_UNIT.sub("", cell)
    if "." not in cell:
        cell = cell.replace(",", ".")
    if not _NUMBER.fullmatch(cell):
        raise ValueError(cell)
    return float(cell)
