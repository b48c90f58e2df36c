"""What one session's cuff cadence remembers, and how it is written down and read back.

Here lives the cadence as a value; no port, no timer, no limit of an alarm. What an event makes of
it is in ``cadence_steps``, what it promises at a moment in ``cadence_promise``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from monitors.clinic.phases import Phase
from monitors.clinic.protocols import CuffStage
from monitors.errors import SessionError
from monitors.readings import NibpFailure

STAT_MS = 5 * 60_000
CYCLE_TIMEOUT_MS = 3 * 60_000


@dataclass(frozen=True, slots=True)
class Cadence:
    """Hold what one session's cuff cadence remembers; all moments on the timeline, in ms.

    watched_ms: when baseline began, None before it. stretch, stretch_ms: the phase whose stages
    count and when it began (a pause belongs to the infusion). readings, within_row: readings of
    this stretch, and how many of the last ones in a row were within limits. last_ms: newest
    completed reading. ended_ms: end of the newest cycle, whatever came of it. started_ms: begin
    of a cycle without a result yet. failures: failed cycles in a row; failure: the last one's
    reason. asked_ms: a reading was asked for. alerts, normals: readings beyond limits since two
    were within, and those within since. stat_ms: begin of a STAT series; stat_by: who let it
    start the cuff. chosen: intervals set by hand. armed_by: who let the cadence start the cuff.
    Of both, None if nobody.
    """

    stages: tuple[CuffStage, ...]
    phase: Phase = Phase.INTAKE
    watched_ms: int | None = None
    stretch: Phase = Phase.INTAKE
    stretch_ms: int = 0
    readings: int = 0
    within_row: int = 0
    last_ms: int | None = None
    ended_ms: int | None = None
    started_ms: int | None = None
    failures: int = 0
    failure: NibpFailure | None = None
    asked_ms: int | None = None
    alerts: int = 0
    normals: int = 0
    stat_ms: int | None = None
    stat_by: str | None = None
    is_rate_raised: bool = False
    chosen: tuple[tuple[Phase, float], ...] = ()
    armed_by: str | None = None

    @property
    def is_armed(self) -> bool:
        """Say whether the cadence may start the cuff."""
        return self.armed_by is not None

    def may_start(self, now_ms: int) -> bool:
        """Say whether somebody has let the cuff be started at this moment."""
        if self.is_armed:
            return True
        ends_ms = self.stat_ends_ms
        return self.stat_by is not None and ends_ms is not None and now_ms < ends_ms

    @property
    def stat_ends_ms(self) -> int | None:
        """Return when a STAT series ends by itself; None without one."""
        return None if self.stat_ms is None else self.stat_ms + STAT_MS

    @property
    def cycle_ends_ms(self) -> int | None:
        """Return when a begun cycle is given up; None without one."""
        return None if self.started_ms is None else self.started_ms + CYCLE_TIMEOUT_MS

    def has_read_since(self, since_ms: int) -> bool:
        """Say whether a reading has come that was measured since a moment."""
        return self.last_ms is not None and self.last_ms > since_ms

    @property
    def is_repeating(self) -> bool:
        """Say whether a reading beyond limits still asks for repeats."""
        return self.alerts > 0

    def to_record(self) -> dict[str, Any]:
        """Write the cadence as JSON-able values."""
        record = {field.name: getattr(self, field.name) for field in fields(self)}
        record["stages"] = [stage.model_dump(mode="json") for stage in self.stages]
        record["chosen"] = [[str(phase), every_min] for phase, every_min in self.chosen]
        for name in ("phase", "stretch", "failure"):
            record[name] = None if record[name] is None else str(record[name])
        return record


_MOMENTS = ("watched_ms", "stretch_ms", "last_ms", "ended_ms", "started_ms", "asked_ms", "stat_ms")


def cadence_from_record(record: Mapping[str, Any], shift_ms: int | None = None) -> Cadence:
    """Read back what :meth:`Cadence.to_record` wrote.

    shift_ms: None within one boot; after a reboot, how far the session's marks were moved (see
    ``session.shift_of``). Then nothing started before counts as running, and a person must arm
    the cadence again. Raises SessionError for a record that is no cadence.
    """
    try:
        return _read(dict(record), shift_ms)
    except (KeyError, TypeError, ValueError) as error:
        raise SessionError(f"a stored cuff cadence cannot be read: {error!r}") from error


def _read(values: dict[str, Any], shift_ms: int | None) -> Cadence:
    values["stages"] = tuple(CuffStage.model_validate(stage) for stage in values["stages"])
    values["chosen"] = tuple((Phase(phase), every_min) for phase, every_min in values["chosen"])
    values["phase"], values["stretch"] = Phase(values["phase"]), Phase(values["stretch"])
    if values["failure"] is not None:
        values["failure"] = NibpFailure(values["failure"])
    for name in _MOMENTS:
        if values[name] is not None:
            values[name] += shift_ms or 0
    if shift_ms is not None:
        values |= {"started_ms": None, "stat_ms": None, "stat_by": None, "armed_by": None}
    return Cadence(**values)
