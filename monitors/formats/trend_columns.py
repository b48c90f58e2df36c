"""Which column of a recorded trend holds what: the names that public data sets and oximeters use.

Here a header becomes places: of the moment, of each vital, of the cuff; and the kind of file. No
cell below the header is read, but for the export whose header is in another language.
Sources: as in trend_csv.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitors.formats.trend_table import Table, plain
from monitors.readings import Vital

UNITS_MS: dict[str, float] = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1000.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60_000.0),
    **dict.fromkeys(("h", "hour", "hours"), 3_600_000.0),
}
"""Milliseconds in a unit, by the words for it."""

_TIMES = ("time", "elapsedtime", "timestamp", "datetime", "dateandtime", "timeanddate", "clock")
_TIME_COLUMNS: dict[str, float | None] = {
    "relativetimemilliseconds": 1.0,
    **{f"time{unit}": ms for unit, ms in UNITS_MS.items()},
    **dict.fromkeys(_TIMES),
    **{unit: ms for unit, ms in UNITS_MS.items() if len(unit) > 3},
}
"""Names of a column of the moment, the surest first, and the unit of a plain number in it."""

_VITALS: dict[str, Vital] = {
    **dict.fromkeys(("hr", "heartrate", "ecghr"), Vital.HEART_RATE),
    **dict.fromkeys(("pulse", "pulserate", "pr", "plethhr"), Vital.PULSE_RATE),
    **dict.fromkeys(("spo2", "oxygenlevel", "o2level", "plethspo2"), Vital.SPO2),
    **dict.fromkeys(
        ("resp", "awrr", "resprate", "respirationrate", "respiratoryrate", "rrco2"),
        Vital.RESPIRATION_RATE,
    ),
    **dict.fromkeys(("perf", "perfusionindex", "pi"), Vital.PERFUSION_INDEX),
}
_CUFF: dict[str, int] = {
    **dict.fromkeys(("nbpsys", "nibpsys", "nibpsbp", "nbpsystolic", "nibpsystolic"), 0),
    **dict.fromkeys(("nbpdias", "nbpdia", "nibpdias", "nibpdia", "nibpdbp"), 1),
    **dict.fromkeys(("nbpdiastolic", "nibpdiastolic"), 1),
    **dict.fromkeys(("nbpmean", "nibpmean", "nibpmbp"), 2),
    **dict.fromkeys(("nbppulse", "nibppulse"), 3),
}
_FINGER = frozenset({"motion", "date", "spo2reminder", "o2reminder", "prreminder", "oxygenlevel"})
_IN_BRACKETS = re.compile(r"[\[(]\s*([a-z]+)\s*[\])]\s*$")


@dataclass(frozen=True, slots=True)
class Columns:
    """Hold where what stands, counted from 0.

    date: of a column of its own; -1 for none. cuff: systolic, diastolic, mean, pulse; -1 for none.
    """

    dialect: str
    time: int
    vitals: tuple[tuple[Vital, int], ...]
    cuff: tuple[int, ...]
    unit_ms: float | None = None
    is_elapsed: bool = False
    date: int = -1
    is_finger: bool = False


def columns_of(written: Sequence[str]) -> Columns | None:
    """Find the columns by their names; None where there is no time, or nothing to judge."""
    header = [plain(word) for word in written]
    places = {word: place for place, word in reversed(list(enumerate(header)))}
    name = next((word for word in _TIME_COLUMNS if word in places), None)
    vitals: dict[Vital, int] = {}
    for place, word in enumerate(header):
        if word in _VITALS and not (word == "resp" and is_curves(set(places))):
            vitals.setdefault(_VITALS[word], place)
    cuff = [-1, -1, -1, -1]
    for word, part in _CUFF.items():
        cuff[part] = places.get(word, cuff[part])
    if name is None or (not vitals and max(cuff) < 0):
        return None
    time = places[name]
    bracketed = _IN_BRACKETS.search(written[time].strip().strip("'\"").lower())
    unit_ms = _TIME_COLUMNS[name] or UNITS_MS.get(bracketed[1] if bracketed else "")
    return Columns(
        _dialect(places, max(cuff) >= 0),
        time,
        tuple(vitals.items()),
        tuple(cuff),
        unit_ms,
        is_elapsed=name == "elapsedtime",
        date=places.get("date", -1),
        is_finger=bool(_FINGER & places.keys()),
    )


def _dialect(places: dict[str, int], has_cuff: bool) -> str:
    """Return the name of the kind of file."""
    marks = {
        "uq": ("relativetimemilliseconds",),
        "mimic": ("minute",),
        "emay": ("date",),
        "checkme": ("oxygenlevel",),
        "wellue": ("motion", "spo2reminder"),
        "vitaldb": ("plethspo2", "plethhr", "nibpsbp"),
    }
    for name, words in marks.items():
        if any(word in places for word in words):
            return name
    return "mimic" if has_cuff else "bidmc"


def localised(table: Table) -> Columns | None:
    """Recognise the Wellue export in another language: time of day, SpO2, pulse, motion."""
    written, rows = table.header.cells, table.rows
    if len(written) < 4 or not rows or not re.match(r"\d{1,2}:\d{2}", rows[0].cell(0).strip()):
        return None
    is_spo2 = any(mark in plain(written[1]) for mark in ("spo2", "o2", "sao2", "sato2"))
    has_units = "%" in written[1] and re.search(r"bpm|/\s*min", written[2].lower())
    if not is_spo2 and not has_units:
        return None
    vitals = ((Vital.SPO2, 1), (Vital.PULSE_RATE, 2))
    return Columns("wellue", 0, vitals, (-1, -1, -1, -1), is_finger=True)


def is_curves(names: set[str]) -> bool:
    """Tell whether a header is one of sampled curves: then RESP is no rate."""
    return "pleth" in names
