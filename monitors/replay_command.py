"""The command ``replay``: a recording, or a stored session, under other limits.

Here a name on the command line becomes a recording and a set of limits; what they make of each
other is replay.py's. The same input prints the same lines, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from monitors import config
from monitors.clinic.limits import Limits
from monitors.clinic.preset_file import load_preset
from monitors.errors import ConfigurationError
from monitors.formats.trend_csv import read_trend
from monitors.readings import Vital
from monitors.replay import replay_trend, replayed_lines
from monitors.session_stimuli import session_stimuli
from monitors.store.history import History


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Hold what was asked for: recording is a file or a session's id; store overrides clinic."""

    recording: str
    limits: str
    clinic_file: Path
    store: str | None = None


def run_replay(options: ReplayOptions, out: TextIO) -> int:
    """Print the alarms of a recording as JSON lines.

    Raises ConfigurationError or StoreError that names what was not found or not understood.
    """
    limits = load_preset(options.limits)
    for line in _lines(options, limits):
        print(line, file=out)
    return 0


def _lines(options: ReplayOptions, limits: Limits) -> Iterator[str]:
    path = Path(options.recording)
    if path.is_file():
        yield from replay_trend(read_trend(path), limits)
        return
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder; name one recording in it")
    if path.suffix or len(path.parts) > 1:
        raise ConfigurationError(f"{path}: there is no such file")
    history = History.open(_store(options))
    try:
        stimuli = session_stimuli(history, options.recording)
    finally:
        history.close()
    has_oximeter = any(getattr(told, "vital", None) is Vital.SPO2 for _, told in stimuli)
    yield from replayed_lines(stimuli, limits, has_oximeter)


def _store(options: ReplayOptions) -> str:
    if options.store is not None:
        return options.store
    if not options.clinic_file.exists():
        raise ConfigurationError(
            f"{options.recording!r} is no file; to replay a stored session name its --store, "
            f"or a --config ({options.clinic_file} is not there)"
        )
    return config.load(options.clinic_file).store_url
