"""What the alarm engine remembers of one recliner between two moments.

Everything here is frozen and can be written as JSON, so that a killed collector goes on where it
was: what is true (tracks of steps) is kept apart from what is being told (acknowledged, latched,
paused, held). The rules that change it live in alarms.py and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from monitors.clinic.conditions import (
    CONDITIONS,
    HELD_BY_CUFF,
    Condition,
    Direction,
    Priority,
)

WATCHED_PHASES = frozenset({"baseline", "infusing", "paused", "recovery"})
ENDED_PHASES = frozenset({"discharged", "abandoned"})

HOLD_MS = 60_000
HOLD_AFTER_CUFF_MS = 15_000
LOST_WITH_CUFF_MS = 3_000
"""A signal lost this shortly before the cuff was said to inflate is lost through the cuff."""

Rank = tuple[int, int]
"""Priority's rank and the index of the step: a higher pair is a worse state of a condition."""


@dataclass(frozen=True, slots=True)
class StepTrack:
    """Hold how far one step of a limit has come.

    since_ms: first moment it was broken. due_ms: when it becomes true; None when only a repeat
    reading can make it so. known_until_ms: until when the last value speaks for the patient; None
    where a fact holds until it is told otherwise. grows_ms: when its priority grows. key: which
    quantity broke it the farthest at last.
    """

    since_ms: int
    due_ms: int | None
    known_until_ms: int | None = None
    is_active: bool = False
    grows_ms: int | None = None
    has_grown: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Hold who knows of a condition, since when, how bad it was, and when it is told again."""

    by: str
    at_ms: int
    rank: Rank
    tell_again_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Latch:
    """Hold what a latched alarm goes on telling, though it is over, until somebody knows of it.

    since_ms: when it was high first. key, level, limit_words: the bound broken at last. times: how
    often it was high and over again.
    """

    since_ms: int | None = None
    key: str | None = None
    level: float | None = None
    limit_words: str | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Track:
    """Hold one condition at one recliner (of one device, where it is a device's).

    rank: how bad it truly is now; None when it is not true (only awaited, or latched).
    since_ms: when it began to be told. latched, latch: the priority still shown after it went, and
    what it had broken then.
    newest, worsts: the newest and the worst value of each quantity since it began. level, key: the
    bound in force and what it judges.
    """

    condition: Condition
    device_id: str | None = None
    steps: tuple[StepTrack | None, ...] = ()
    rank: Rank | None = None
    since_ms: int | None = None
    fact_since_ms: int | None = None
    newest: Mapping[str, float] = field(default_factory=dict)
    worsts: Mapping[str, float] = field(default_factory=dict)
    level: float | None = None
    limit_words: str | None = None
    key: str | None = None
    is_quiet: bool = False
    latched: Priority | None = None
    latch: Latch | None = None
    acknowledged: Acknowledgement | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """Return the name under which the state keeps it."""
        return track_id(self.condition, self.device_id)

    @property
    def value(self) -> float | None:
        """Return the newest value of the quantity in question."""
        return self.newest.get(self.key or "")

    @property
    def worst(self) -> float | None:
        """Return the worst value of the quantity in question since it began."""
        return self.worsts.get(self.key or "")

    @property
    def priority(self) -> Priority | None:
        """Return how urgent it truly is; None when it is not true."""
        return priority_of_rank(self.rank[0]) if self.rank else None

    @property
    def true_since_ms(self) -> int | None:
        """Return since when what is told is true: of a fact from its begin, without its delay."""
        return self.since_ms if self.fact_since_ms is None else self.fact_since_ms

    @property
    def told(self) -> Priority | None:
        """Return the priority staff are told: the true one, or the latched one if higher."""
        if self.latched is not None and (self.rank is None or self.rank[0] < self.latched.rank):
            return self.latched
        return self.priority

    @property
    def times(self) -> int:
        """Return how often it was high since anybody knew of it, the present time included."""
        before = self.latch.times if self.latch else 0
        return before + 1 if self.priority is Priority.HIGH else max(before, 1)

    @property
    def first_ms(self) -> int | None:
        """Return when the first of these times began."""
        return self.latch.since_ms if self.latch else self.since_ms

    @property
    def as_told(self) -> Track:
        """Return the track as staff are told it: with the bound of a latch that is told."""
        if self.latch is None or self.told is self.priority:
            return self
        kept = self.latch
        return replace(
            self,
            since_ms=kept.since_ms,
            key=kept.key,
            level=kept.level,
            limit_words=kept.limit_words,
        )


def track_id(condition: Condition, device_id: str | None) -> str:
    """Return one name for a condition and its device."""
    return f"{condition}|{device_id}" if device_id else str(condition)


def priority_of_rank(rank: int) -> Priority:
    """Return the priority of a rank 1 to 3."""
    return (Priority.LOW, Priority.MEDIUM, Priority.HIGH)[rank - 1]


@dataclass(frozen=True, slots=True)
class AudioPause:
    """Hold a pause of the sound: by whom, until when, and what it covers.

    floor: the highest priority that stood when it was pressed; anything above breaks through.
    covered: vital and direction of what stood; the opposite direction breaks through.
    """

    by: str
    since_ms: int
    until_ms: int
    floor: Priority
    covered: tuple[tuple[str, str], ...] = ()
    remind_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold that a cuff on the probe's arm runs.

    lost_ms: since when SpO2 is lost through it; None while the pulse is still there.
    """

    since_ms: int
    until_ms: int
    lost_ms: int | None = None
    is_cuff_done: bool = False


@dataclass(frozen=True, slots=True)
class CuffMemory:
    """Hold the last judged determination (timeline moment, pressures) and failures in a row."""

    measured_ms: int | None = None
    pressures: Mapping[str, float] = field(default_factory=dict)
    failures: int = 0


@dataclass(frozen=True, slots=True)
class AlarmState:
    """Hold everything the engine knows of one recliner.

    spo2_at_ms: last valid SpO2 since the watch began. blind_ms: when its absence becomes true.
    held_total_ms: seconds kept silent by cuffs in this session, in ms. may_hold: a valid SpO2 came
    since the last hold, so that holds cannot follow each other without one. since_ms: when the last
    patient was discharged; cuff readings from before it are not judged.
    """

    recliner: str
    now_ms: int = 0
    has_oximeter: bool = True
    phase: str | None = None
    tracks: Mapping[str, Track] = field(default_factory=dict)
    baseline: Mapping[str, float] = field(default_factory=dict)
    cuff: CuffMemory = CuffMemory()
    due_ms: int | None = None
    due_interval_ms: int = 0
    spo2_at_ms: int | None = None
    blind_ms: int | None = None
    hold: Hold | None = None
    may_hold: bool = True
    held_total_ms: int = 0
    pause: AudioPause | None = None
    since_ms: int = 0

    @classmethod
    def new(cls, recliner: str, *, has_oximeter: bool = True) -> Self:
        """Return the state of a recliner of which nothing is known yet."""
        return cls(recliner, has_oximeter=has_oximeter)

    @property
    def is_watched(self) -> bool:
        """Tell whether a session is between baseline and discharge."""
        return self.phase in WATCHED_PHASES

    @property
    def audio_paused_until_ms(self) -> int | None:
        """Return until when the sound is paused; None when it is not."""
        return self.pause.until_ms if self.pause else None

    @property
    def audio_paused_by(self) -> str | None:
        """Return who paused the sound; None when it is not paused."""
        return self.pause.by if self.pause else None

    def to_record(self, utc_ms: int | None = None) -> dict[str, Any]:
        """Write the state as JSON values; utc_ms: the UTC stamp of the state's own moment."""
        from monitors.clinic.alarm_record import written

        return written(self, utc_ms)

    @classmethod
    def from_record(
        cls,
        record: Mapping[str, Any],
        same_boot: bool,
        now_ms: int,
        utc_ms: int | None = None,
    ) -> AlarmState:
        """Read a state back; see alarm_record.restored."""
        from monitors.clinic.alarm_record import restored

        return restored(record, same_boot, now_ms, utc_ms)


def is_held(state: AlarmState, track: Track) -> bool:
    """Tell whether a true technical SpO2 condition is withheld because the cuff inflates.

    Only what was lost with the cuff is held: a probe that was off before is not.
    """
    hold = state.hold
    if hold is None or track.condition not in HELD_BY_CUFF or track.fact_since_ms is None:
        return False
    return track.fact_since_ms >= hold.since_ms - LOST_WITH_CUFF_MS


def breaks_through(track: Track, pause: AudioPause) -> bool:
    """Tell whether an alarm sounds in spite of a pause: it is higher, or the opposite."""
    told = track.told
    if told is not None and told.rank > pause.floor.rank:
        return True
    row = CONDITIONS[track.condition]
    if row.vital is None or row.direction is None:
        return False
    opposite = Direction.ABOVE if row.direction is Direction.BELOW else Direction.BELOW
    return (str(row.vital), str(opposite)) in pause.covered and (
        (str(row.vital), str(row.direction)) not in pause.covered
    )


def is_audible(state: AlarmState, track: Track) -> bool:
    """Tell whether an alarm sounds now, as far as the engine has a say."""
    if track.told is None or track.acknowledged is not None or is_held(state, track):
        return False
    if track.is_quiet and track.latched is None:
        return False
    return state.pause is None or breaks_through(track, state.pause)
