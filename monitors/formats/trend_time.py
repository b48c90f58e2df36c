"""Read the time column of a trend file: plain numbers, clock times, dates with clock times.

Here a column of cells becomes milliseconds that never go back. A clock without a date crosses
midnight by itself; with one, the dates decide, and an offset from UTC counts where it is written.
Source of the forms: exports of oximeter programs, PhysioNet's rdsamp, and ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from monitors.errors import ConfigurationError
from monitors.formats.trend_table import number

DAY_MS = 86_400_000
HOUR_MS = 3_600_000

_CLOCK = re.compile(
    r"(?<!\d)(?P<first>\d{1,3}):(?P<second>\d{2})(?::(?P<third>\d{2}))?"
    r"(?:[.,](?P<fraction>\d+))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?(?:\s?(?P<zone>Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b))?"
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_MONTHS = {
    **dict.fromkeys(("jan", "ene", "gen"), 1),
    **dict.fromkeys(("feb", "fév", "fev"), 2),
    **dict.fromkeys(("mar", "mär", "mrz", "mrt"), 3),
    **dict.fromkeys(("apr", "avr", "abr"), 4),
    **dict.fromkeys(("may", "mai", "mei", "mag"), 5),
    **dict.fromkeys(("jun", "giu", "juin"), 6),
    **dict.fromkeys(("jul", "lug", "juil"), 7),
    **dict.fromkeys(("aug", "aoû", "ago"), 8),
    **dict.fromkeys(("sep", "set"), 9),
    **dict.fromkeys(("oct", "okt", "ott", "out"), 10),
    **dict.fromkeys(("nov",), 11),
    **dict.fromkeys(("dec", "déc", "dez", "dic"), 12),
}
_EPOCH_MS_FROM = 1e11
_LARGEST = 1e14
_STEP_MS = 300_000
"""A clock set back by an hour shows this much less than an hour at most: the step between rows."""


@dataclass(frozen=True, slots=True)
class TimeCell:
    """Hold what a row says of its moment: its line, the time column and, if any, the date's."""

    line: int
    time: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """Know a time column: the file and the column, for messages, and the unit of plain numbers.

    unit_ms: None where the file does not say; then seconds. is_elapsed: two parts of a clock time
    are minutes and seconds.
    """

    name: str
    column: str
    unit_ms: float | None = None
    is_elapsed: bool = False

    def fail(self, line: int, words: str) -> ConfigurationError:
        """Return the error that names file, line and column."""
        return ConfigurationError(f"{self.name}, line {line}, column {self.column!r}: {words}")

    def moments(self, cells: Sequence[TimeCell]) -> list[int]:
        """Return a moment in ms for each cell; they never go back, and may repeat.

        Raises ConfigurationError that names the first line whose time cannot be.
        """
        if cells and ":" in cells[0].time:
            found = self._clocks(cells)
        else:
            found = [self._counted(cell) for cell in cells]
        for (before, after), cell in zip(pairwise(found), cells[1:], strict=True):
            if after < before:
                raise self.fail(cell.line, f"the time goes back, at {cell.time.strip()!r}")
        return found

    def _counted(self, cell: TimeCell) -> int:
        try:
            value = number(cell.time)
        except ValueError:
            value = None
        if value is None or abs(value) > _LARGEST:
            raise self.fail(cell.line, f"{cell.time!r} is not a time")
        unit_ms = self.unit_ms
        if unit_ms is None:
            unit_ms = 1.0 if abs(value) >= _EPOCH_MS_FROM else 1000.0
        return round(value * unit_ms)

    def _clocks(self, cells: Sequence[TimeCell]) -> list[int]:
        read = [self._clock(cell) for cell in cells]
        of_day_ms = [of_day for of_day, _ in read]
        days = _days([_date_text(cell) for cell in cells], of_day_ms)
        if days is None:
            return _over_autumn(_over_midnight(of_day_ms))
        if all(zone is None for _, zone in read):
            return _over_autumn(_at(days, of_day_ms))
        return _at(days, [of_day - (zone or 0) for of_day, zone in read])

    def _clock(self, cell: TimeCell) -> tuple[int, int | None]:
        """Return the ms since midnight and the offset from UTC in ms, None where none is given."""
        match = _CLOCK.search(cell.time)
        if match is None:
            raise self.fail(cell.line, f"{cell.time!r} is not a time")
        first, second, third = int(match["first"]), int(match["second"]), match["third"]
        is_short = third is None and (self.is_elapsed or match["fraction"] is not None)
        parts = (0, first, second) if is_short else (first, second, int(third or 0))
        hour, minute, seconds = parts
        half = match["half"]
        is_wrong = seconds > 60 or (minute > 59 and not is_short) or (half and not 1 <= hour <= 12)
        if is_wrong:
            raise self.fail(cell.line, f"{cell.time!r} is not a time")
        if half:
            hour = hour % 12 + (12 if half in "Pp" else 0)
        thousandths = int((match["fraction"] or "0")[:3].ljust(3, "0"))
        return ((hour * 60 + minute) * 60 + seconds) * 1000 + thousandths, _zone_ms(match["zone"])


def _zone_ms(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000


def _date_text(cell: TimeCell) -> str:
    return f"{cell.date} {_CLOCK.sub(' ', cell.time)}".strip(" T[]\"'")


def _days(texts: Sequence[str], of_day_ms: Sequence[int]) -> list[int] | None:
    """Return each row's day as an ordinal; None where the rows have no date that can be read.

    Where day and month could be either, the reading that never goes back and ends soonest counts;
    month first where both do.
    """
    readings = []
    for day_first in (False, True):
        known = {text: _ordinal(text, day_first) for text in dict.fromkeys(texts)}
        days = [day for text in texts if (day := known[text]) is not None]
        if len(days) == len(texts):
            readings.append(days)
    return min(readings, key=lambda days: _oddness(_at(days, of_day_ms)), default=None)


def _at(days: Sequence[int], of_day_ms: Sequence[int]) -> list[int]:
    return [day * DAY_MS + ms for day, ms in zip(days, of_day_ms, strict=True)]


def _oddness(moments_ms: Sequence[int]) -> tuple[int, int]:
    """Return how often a reading of the dates goes back, and how long it lasts."""
    slips = sum(after < before - HOUR_MS for before, after in pairwise(moments_ms))
    return slips, moments_ms[-1] - moments_ms[0]


def _ordinal(text: str, day_first: bool) -> int | None:
    if match := _YEAR_FIRST.search(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _YEAR_LAST.search(text):
        one, two, year = (int(part) for part in match.groups())
        day, month = (one, two) if day_first else (two, one)
    else:
        written = _written_date(text)
        if written is None:
            return None
        year, month, day = written
    try:
        return date(year + 2000 if year < 100 else year, month, day).toordinal()
    except ValueError:
        return None


def _written_date(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of a date whose month is a word."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    words = re.findall(r"[^\W\d_]+", text.lower())
    months = [_MONTHS.get(word[:4]) or _MONTHS.get(word[:3]) for word in words]
    month = next((one for one in months if one is not None), None)
    years = [one for one in numbers if 1000 <= one <= 9999]
    days = [one for one in numbers if 1 <= one <= 31]
    if month is None or len(years) != 1 or len(days) != 1:
        return None
    return years[0], month, days[0]


def _over_midnight(of_day_ms: Sequence[int]) -> list[int]:
    """Let a clock without dates go on into the next day where it falls by more than half a one."""
    found: list[int] = []
    days = 0
    for at_ms in of_day_ms:
        if found and found[-1] - (at_ms + days * DAY_MS) > DAY_MS // 2:
            days += 1
        found.append(at_ms + days * DAY_MS)
    return found


def _over_autumn(stamped_ms: Sequence[int]) -> list[int]:
    """Let a local clock that is set back by an hour in one step go on as if it had not been."""
    found: list[int] = []
    added_ms = 0
    for at_ms in stamped_ms:
        if found and HOUR_MS - _STEP_MS <= found[-1] - (at_ms + added_ms) < HOUR_MS:
            added_ms += HOUR_MS
        found.append(at_ms + added_ms)
    return found
