"""The command ``replay``: a recording, or a stored session, under other limits.

Here a name on the command line becomes a recording and a set of limits; what they make of each
other is replay.py's. The same input prints the same lines, byte for byte; what was read is said
apart from them, in one line on standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from monitors import config
from monitors.clinic.alarm_event import Transition
from monitors.clinic.limits import Limits
from monitors.clinic.preset_file import load_preset
from monitors.errors import ConfigurationError
from monitors.formats.trend_csv import Trend, read_trend, read_trend_stream
from monitors.output import say
from monitors.readings import Vital
from monitors.replay import replay_trend, replayed_lines
from monitors.session_stimuli import session_stimuli
from monitors.store.history import History

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Hold what was asked for. recording: a file, a session's id, or "-" for standard input.

    store overrides clinic_file.
    """

    recording: str
    limits: str
    clinic_file: Path
    store: str | None = None


@dataclass(frozen=True, slots=True)
class _Recording:
    """Hold the alarms of what was read, as lines, and what it was, in words."""

    words: str
    lines: Iterator[str]


def run_replay(options: ReplayOptions, out: TextIO, err: TextIO) -> int:
    """Print the alarms of a recording as JSON lines on out, and what was read on err.

    Raises ConfigurationError or StoreError that names what was not found or not understood.
    """
    limits = load_preset(options.limits)
    recording, begun = _recording(options, limits), 0
    for line in recording.lines:
        say(out, line)
        begun += json.loads(line)["transition"] == Transition.STARTED
    alarms = f"{begun} alarm{'' if begun == 1 else 's'}"
    print(f"{_name(options)}: {recording.words}; {alarms} told", file=err)
    return 0


def _name(options: ReplayOptions) -> str:
    is_standard = options.recording == STANDARD_INPUT
    return "standard input" if is_standard else options.recording


def _recording(options: ReplayOptions, limits: Limits) -> _Recording:
    path = Path(options.recording)
    if options.recording == STANDARD_INPUT:
        trend = read_trend_stream(sys.stdin.buffer, _name(options))
        return _Recording(_trend_words(trend), replay_trend(trend, limits))
    if os.path.isdir(path):
        raise ConfigurationError(f"{path} is a folder; name one recording in it")
    if os.path.exists(path):
        trend = read_trend(path)
        return _Recording(_trend_words(trend), replay_trend(trend, limits))
    if path.suffix or len(path.parts) > 1:
        raise ConfigurationError(f"{path}: there is no such file")
    history = History.open(_store(options))
    try:
        stimuli = session_stimuli(history, options.recording)
    finally:
        history.close()
    has_oximeter = any(getattr(told, "vital", None) is Vital.SPO2 for _, told in stimuli)
    span_ms = stimuli[-1][0] - stimuli[0][0] if stimuli else 0
    words = f"a stored session, {len(stimuli)} happenings in {_span(span_ms)}"
    return _Recording(words, replayed_lines(stimuli, limits, has_oximeter))


def _trend_words(trend: Trend) -> str:
    """Say what a file held: rows, the time they span, how many values of each vital."""
    counts = Counter({str(vital): 0 for vital in sorted(trend.vitals)})
    for row in trend.rows:
        counts.update(str(vital) for vital, value in row.values if value is not None)
        counts.update([str(Vital.NIBP)] if row.cuff is not None else [])
    values = ", ".join(f"{count} of {vital}" for vital, count in counts.items())
    rows = f"{len(trend.rows)} row{'' if len(trend.rows) == 1 else 's'}"
    return f"{rows} in {_span(trend.rows[-1].at_ms)}, values: {values}"


def _span(span_ms: int) -> str:
    """Write a time as hours, minutes and seconds."""
    minutes, seconds = divmod(round(span_ms / 1000), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _store(options: ReplayOptions) -> str:
    if options.store is not None:
        return options.store
    if not options.clinic_file.exists():
        raise ConfigurationError(
            f"{options.recording!r} is no file; to replay a stored session name its --store, "
            f"or a --config ({options.clinic_file} is not there)"
        )
    return config.load(options.clinic_file).store_url
