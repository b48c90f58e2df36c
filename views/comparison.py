"""A recording held against two sets of limits, as tables: what each told, and what it missed.

Here a stored session or a trend file becomes a recording, and monitors.replay, the engine that
watches live, judges it; nothing here draws or asks. Times of a recording count from its first
moment; where it is of a session, that moment is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitors.clinic.limits import Limits
from monitors.clinic.stimuli import CuffResult, Sample
from monitors.formats.trend_csv import parse_trend
from monitors.readings import Validity, Vital
from monitors.replay import Episode, Outcome, Timed, compare, scaled, stimuli_of
from monitors.session_stimuli import session_stimuli
from monitors.store.history import History
from views.words import log_en as words

SHORTEST_GAP_MS = 5_000
GAP_STEPS = 3


@dataclass(frozen=True, slots=True)
class Recording:
    """Hold what was recorded, ready for the engine.

    began_utc_ms: of a session; None for a file. interval_ms: of a file's rows; None for a session,
    whose limits need no stretching.
    """

    name: str
    stimuli: tuple[Timed, ...]
    has_oximeter: bool
    began_utc_ms: int | None = None
    interval_ms: int | None = None

    @property
    def start_ms(self) -> int:
        """Return the first moment, on the recording's own scale."""
        return self.stimuli[0][0] if self.stimuli else 0

    @property
    def length_ms(self) -> int:
        """Return how long it lasts."""
        return self.stimuli[-1][0] - self.start_ms if self.stimuli else 0

    def curve(self, vital: Vital) -> list[tuple[int, float | None]]:
        """Return a vital's values, ms from the start; None wherever a gap lies."""
        gap_ms = max(SHORTEST_GAP_MS, GAP_STEPS * (self.interval_ms or 0))
        points: list[tuple[int, float | None]] = []
        for at_ms, told in self.stimuli:
            if not isinstance(told, Sample) or told.vital is not vital:
                continue
            at = at_ms - self.start_ms
            value = None if told.validity in _NO_VALUE else told.value
            if points and at - points[-1][0] > gap_ms and points[-1][1] is not None:
                points.append((points[-1][0] + 1, None))
            if value is not None or (points and points[-1][1] is not None):
                points.append((at, value))
        return points

    def pressures(self) -> list[tuple[int, int, int | None]]:
        """Return the cuff's pressures: ms from the start, systolic, diastolic."""
        return [
            (
                at_ms - self.start_ms,
                told.determination.systolic_mmhg,
                told.determination.diastolic_mmhg,
            )
            for at_ms, told in self.stimuli
            if isinstance(told, CuffResult) and told.determination.systolic_mmhg is not None
        ]


_NO_VALUE = frozenset({Validity.INVALID, Validity.NOT_AVAILABLE})


def recording_of_session(history: History, session_id: str, name: str) -> Recording:
    """Return a stored session. Raises StoreError where the store does not have it."""
    stimuli = tuple(session_stimuli(history, session_id))
    has_oximeter = any(getattr(told, "vital", None) is Vital.SPO2 for _, told in stimuli)
    return Recording(name, stimuli, has_oximeter, stimuli[0][0] if stimuli else None)


def recording_of_file(raw: bytes, name: str) -> Recording:
    """Return a trend file. Raises ConfigurationError that says what was not understood."""
    trend = parse_trend(raw, name)
    has_oximeter = Vital.SPO2 in trend.vitals
    return Recording(name, tuple(stimuli_of(trend)), has_oximeter, None, trend.interval_ms)


def compared(recording: Recording, one: Limits, other: Limits) -> tuple[Outcome, Outcome]:
    """Let two sets of limits judge a recording; those for a file are stretched to its interval."""
    if recording.interval_ms is not None:
        one, other = (scaled(limits, recording.interval_ms) for limits in (one, other))
    return compare(recording.stimuli, one, other, recording.has_oximeter)


def count_table(one: Outcome, other: Outcome, names: tuple[str, str]) -> list[dict[str, Any]]:
    """Return how often each alarm was told by either, under the names of both."""
    counts = dict(one.counts), dict(other.counts)
    conditions = sorted(set(counts[0]) | set(counts[1]))
    return [
        {
            words.WHAT_IF_ALARM: words.CONDITIONS[condition],
            names[0]: counts[0].get(condition, 0),
            names[1]: counts[1].get(condition, 0),
        }
        for condition in conditions
    ]


def episode_table(episodes: Iterable[Episode]) -> list[dict[str, Any]]:
    """Write alarms in order under the words of EPISODE_COLUMNS."""
    return [_episode_row(episode) for episode in episodes]


def _episode_row(episode: Episode) -> dict[str, Any]:
    told = {
        "at": clock_text(episode.start_ms),
        "lasted": clock_text(episode.end_ms - episode.start_ms),
        "alarm": words.CONDITIONS[episode.condition],
        "priority": words.PRIORITIES[episode.priority],
        "worst": _number(episode.worst),
        "limit": _number(episode.limit),
    }
    return {words.EPISODE_COLUMNS[name]: value for name, value in told.items()}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def clock_text(ms: int) -> str:
    """Write milliseconds as 0:04:07."""
    seconds = ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
