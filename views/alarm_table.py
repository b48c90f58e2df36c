"""The alarm log and the alarm load as people read them: words first, machine codes last.

Here cells of alarm_rows.py, which the CSV keeps as they are, become words and round numbers in the
order of their weight; every cell is text, empty where there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitors.clinic.alarm_load import LoadRow
from monitors.store.answers import AlarmRow
from views.alarm_rows import load_table, table_row
from views.local_time import LocalTime
from views.words import en
from views.words import log_en as words

Row = dict[str, str]
_NAME = words.LOG_COLUMNS
_LOAD = words.LOAD_COLUMNS


def log_row(row: AlarmRow, local: LocalTime, labels: Mapping[str, str] | None = None) -> Row:
    """Write one transition for a page."""
    told = table_row(row, local, labels)
    told[_NAME["source"]] = source_words(row)
    for name, known in words.FACETS.items():
        told[_NAME[name]] = known.get(str(told[_NAME[name]]), told[_NAME[name]])
    told[_NAME["reason"]] = words.REASONS.get(row.reason or "", row.reason)
    told[words.MACHINE_CODE] = row.event
    return {name: _text(told[name]) for name in words.LOG_SHOWN}


def source_words(row: AlarmRow) -> str:
    """Say where an alarm comes from: what was judged, and the device."""
    key = str(row.details.get("key") or "")
    vital = en.PRESSURES.get(key) or en.VITAL_NAMES.get(str(row.vital or ""), row.vital or "")
    return ", ".join(part for part in (str(vital), row.device_id or "") if part)


def load_rows_shown(rows: Iterable[LoadRow]) -> list[Row]:
    """Write the load for a page, its numbers as exact as a person wants them."""
    return [_load_row(row) for row in load_table(rows)]


def _load_row(row: Mapping[str, Any]) -> Row:
    seconds = (_LOAD["answer_s"], _LOAD["held_s"])
    told = {
        name: round(value) if name in seconds and value is not None else value
        for name, value in row.items()
    }
    return {name: _text(value) for name, value in told.items()}


def _text(value: Any) -> str:
    """Write a cell: one decimal at most, whole numbers without any."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
