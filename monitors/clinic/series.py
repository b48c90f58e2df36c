"""Sessions of one label in order, and who sits where until when: tables made of sessions.

Here past and running sessions become rows with their main figures; nothing here reads a store or
draws. A figure is None where nothing was measured or asked, never a zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import Rating
from monitors.clinic.intake import Intake
from monitors.clinic.intake_fields import ScoreScale
from monitors.clinic.phases import Phase
from monitors.clinic.scores import RatingScale
from monitors.clinic.session import InfusionSession
from monitors.readings import NibpDetermination, NibpOutcome

DAY_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what the devices and the alarm engine made of one session, all optional.

    pressures: determinations oldest first. lowest_spo2_pct, highest_pulse_rate_per_min: of valid
    values. alarms: conditions that were raised.
    """

    pressures: Sequence[NibpDetermination] = ()
    lowest_spo2_pct: int | None = None
    highest_pulse_rate_per_min: int | None = None
    alarms: int = 0


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """Hold the main figures of one session of a series.

    number: its place among this label's dosed sessions, from 1; None where no drug was given.
    stated: what the intake said, such as "3 of 6"; None where it said nothing. infused_min:
    minutes of infusion, None for an injection. ended_as: the phase it is in or ended in.
    """

    session_id: str
    began_utc_ms: int
    protocol: str
    number: int | None
    stated: str | None
    dose: str | None
    infused_min: float | None
    ended_as: Phase
    peak_systolic_mmhg: int | None
    peak_diastolic_mmhg: int | None
    lowest_spo2_pct: int | None
    highest_pulse_rate_per_min: int | None
    peak_dissociation: int | None
    score_scale: ScoreScale | None
    score: int | None
    alarms: int

    @property
    def is_number_doubtful(self) -> bool:
        """Say whether the stated place in the series is not the counted one."""
        if self.stated is None or self.number is None:
            return False
        return self.stated.split()[0] != str(self.number)


@dataclass(frozen=True, slots=True)
class PastSession:
    """Hold all there is of one session."""

    session: InfusionSession
    intake: Intake | None = None
    entries: Sequence[Entry] = ()
    measured: Measured = Measured()


def series_of(label: str, sessions: Iterable[PastSession], now_ms: int) -> tuple[SeriesRow, ...]:
    """Return one row a session of a label, oldest first.

    now_ms: on the timeline, for a session still running.
    """
    own = [past for past in sessions if past.session.label == label]
    rows = []
    dosed = 0
    for past in sorted(own, key=lambda past: past.session.marks[0].utc_ms):
        is_dosed = past.session.dosed_ms is not None
        dosed += is_dosed
        rows.append(_row(past, dosed if is_dosed else None, now_ms))
    return tuple(rows)


def _row(past: PastSession, number: int | None, now_ms: int) -> SeriesRow:
    session, measured, intake = past.session, past.measured, past.intake or Intake()
    completed = [d for d in measured.pressures if d.outcome is NibpOutcome.COMPLETED]
    return SeriesRow(
        session.session_id,
        session.marks[0].utc_ms,
        session.protocol,
        number,
        _stated(intake),
        None if intake.dose is None else str(intake.dose),
        _infused_min(session, now_ms),
        session.phase,
        _highest(d.systolic_mmhg for d in completed),
        _highest(d.diastolic_mmhg for d in completed),
        measured.lowest_spo2_pct,
        measured.highest_pulse_rate_per_min,
        _highest(_dissociations(past.entries)),
        intake.score_scale,
        intake.score,
        measured.alarms,
    )


def _stated(intake: Intake) -> str | None:
    if intake.infusion_number is None:
        return None
    if intake.series_length is None:
        return str(intake.infusion_number)
    return f"{intake.infusion_number} of {intake.series_length}"


def _infused_min(session: InfusionSession, now_ms: int) -> float | None:
    if session.infusion_began_ms is None:
        return None
    return round(session.infusion_elapsed_ms(now_ms) / 60_000, 1)


def _dissociations(entries: Sequence[Entry]) -> list[int | None]:
    return [
        entry.fact.score
        for entry in standing(entries)
        if isinstance(entry.fact, Rating) and entry.fact.scale is RatingScale.DISSOCIATION
    ]


def _highest(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


@dataclass(frozen=True, slots=True)
class DayRow:
    """Hold who sits where until when; moments are epoch milliseconds.

    until_utc_ms: when the visit ended, or is expected to end; None where no preset tells.
    is_expected: the end is an expectation.
    """

    room: str
    recliner: str
    session_id: str
    label: str
    protocol: str
    phase: Phase
    from_utc_ms: int
    until_utc_ms: int | None
    is_expected: bool


def day_view(
    sessions: Iterable[InfusionSession],
    rooms: Mapping[str, str],
    day_begins_utc_ms: int,
    now_ms: int,
    day_ends_utc_ms: int | None = None,
) -> tuple[DayRow, ...]:
    """Return the visits of a day by room, recliner and begin.

    rooms: room by recliner, in the order of the wall; recliners without one come last.
    day_ends_utc_ms: a day later if None; told where a change of clocks makes a day longer.
    """
    ends = day_begins_utc_ms + DAY_MS if day_ends_utc_ms is None else day_ends_utc_ms
    places = {recliner: place for place, recliner in enumerate(rooms)}
    rows = [_day_row(session, rooms, now_ms) for session in sessions]
    todays = [row for row in rows if day_begins_utc_ms <= row.from_utc_ms < ends]
    return tuple(sorted(todays, key=lambda r: (places.get(r.recliner, len(places)), r.from_utc_ms)))


def expected_end_ms(session: InfusionSession, now_ms: int) -> int | None:
    """Return when the recliner is expected to be free, on the timeline.

    What is left of the planned infusion, as if it ran from now on, and the preset's minimum
    recovery after it; never before now. None for a running session without a preset.
    """
    plan = session.plan
    if not session.is_open or plan is None:
        return session.ended_ms
    least_ms = plan.minimum_recovery_min * 60_000
    recovery_ms = session.first_ms(Phase.RECOVERY)
    if recovery_ms is not None:
        return max(now_ms, recovery_ms + least_ms)
    return now_ms + max(0, session.remaining_ms(now_ms) or 0) + least_ms


def _day_row(session: InfusionSession, rooms: Mapping[str, str], now_ms: int) -> DayRow:
    first, last = session.marks[0], session.marks[-1]
    end_ms = expected_end_ms(session, now_ms)
    return DayRow(
        rooms.get(session.recliner, ""),
        session.recliner,
        session.session_id,
        session.label,
        session.protocol,
        session.phase,
        first.utc_ms,
        last.utc_ms if not session.is_open else _utc(end_ms, session),
        session.is_open,
    )


def _utc(at_ms: int | None, session: InfusionSession) -> int | None:
    return None if at_ms is None else at_ms + session.utc_offset_ms
