"""What pages read of the journal: sessions, alarms, entries, commands and all that was measured.

Here are questions only, over connections that cannot write. Lists are in order of time unless
said otherwise; stamps are UTC, epoch milliseconds; a span runs from its start up to its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, exists, select

from monitors.store import schema as s
from monitors.store.answers import (
    LAST_PHASES,
    AlarmRow,
    CommandRow,
    DeviceRow,
    EntryRow,
    PhaseRow,
    SessionRow,
    alarm_row,
    command_row,
    device_row,
    entry_row,
    phase_row,
    session_row,
)
from monitors.store.engine import url_of
from monitors.store.measured import Measured
from monitors.store.reader import EVER, Reader, Span, within


class History(Measured):
    """Answer what pages ask of the journal; safe between threads."""

    @classmethod
    def open(cls, store: str | Path) -> Self:
        """Open a store (path or URL) for reading. Raises StoreError where there is no journal."""
        return cls(Reader(url_of(store)))

    def close(self) -> None:
        """Close all connections."""
        self._reader.close()

    def is_simulated(self) -> bool:
        """Tell whether everything in this store is simulated."""
        return self._reader.meta("kind") == "simulated"

    def clock_rate(self) -> float:
        """Return the rate of the clock with which the store was last opened for writing."""
        return float(self._reader.meta("clock_rate"))

    def trend(
        self, recliners: Sequence[str], minutes: float = 30, until_utc_ms: int | None = None
    ) -> dict[str, dict[str, list[Any]]]:
        """Return the last minutes of each recliner's running session; see trend_of.

        Nothing of an earlier session is in it; without a running one, what was measured in none.
        """
        return self.trend_of(self.current_sessions(recliners), minutes, until_utc_ms)

    # ---- sessions

    def sessions(
        self,
        limit: int = 50,
        recliner: str | None = None,
        label: str | None = None,
        before_utc_ms: int | None = None,
    ) -> list[SessionRow]:
        """Return the newest sessions, newest first; of one recliner, one label, begun before."""
        asked: list[ColumnElement[bool]] = []
        if recliner is not None:
            asked.append(s.recliners.c.name == recliner)
        if label is not None:
            asked.append(s.sessions.c.label == label)
        if before_utc_ms is not None:
            asked.append(s.sessions.c.begun_utc_ms < before_utc_ms)
        newest_first = s.sessions.c.begun_utc_ms.desc(), s.sessions.c.session_id
        return self._sessions(_session_rows().where(*asked).order_by(*newest_first).limit(limit))

    def session(self, session_id: str) -> SessionRow | None:
        """Return one session, or None where there is no such."""
        asked = s.sessions.c.session_id == session_id
        found = self._sessions(_session_rows().where(asked))
        return found[0] if found else None

    def day(self, from_utc_ms: int, to_utc_ms: int) -> list[SessionRow]:
        """Return the sessions of which any part lies in the span, in order of their beginning."""
        p, c = s.phase_changes.c, s.sessions.c
        ended_before = exists().where(
            p.session_id == c.session_id, p.phase.in_(LAST_PHASES), p.at_utc_ms <= from_utc_ms
        )
        asked = _session_rows().where(c.begun_utc_ms < to_utc_ms, ~ended_before)
        return self._sessions(asked.order_by(c.begun_utc_ms, c.session_id))

    def current_sessions(self, recliners: Sequence[str]) -> dict[str, str | None]:
        """Return the id of the session that runs in each recliner, None where none does."""
        p, c = s.phase_changes.c, s.sessions.c
        has_ended = exists().where(p.session_id == c.session_id, p.phase.in_(LAST_PHASES))
        rows = self._reader.all(
            select(s.recliners.c.name, c.session_id)
            .join_from(s.sessions, s.recliners)
            .where(s.recliners.c.name.in_(recliners), ~has_ended)
            .order_by(c.begun_utc_ms)
        )
        return dict.fromkeys(recliners) | {row.name: row.session_id for row in rows}

    def phases(self, session_id: str) -> list[PhaseRow]:
        """Return the phases a session entered."""
        return self._phases([session_id])

    def _sessions(self, statement: Select[Any]) -> list[SessionRow]:
        rows = self._reader.all(statement)
        by_session: dict[str, list[PhaseRow]] = {row.session_id: [] for row in rows}
        for phase in self._phases(list(by_session)):
            by_session[phase.session_id].append(phase)
        return [session_row(row, by_session[row.session_id]) for row in rows]

    def _phases(self, session_ids: Sequence[str]) -> list[PhaseRow]:
        c = s.phase_changes.c
        asked = select(s.phase_changes).where(c.session_id.in_(session_ids))
        rows = self._reader.all(asked.order_by(c.at_utc_ms, c.at_ms))
        return [phase_row(row) for row in rows]

    # ---- what happened

    def alarms(
        self,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
        span: Span = EVER,
        limit: int = 10_000,
    ) -> list[AlarmRow]:
        """Return alarm transitions, one row each; where limit cuts them, the newest are kept."""
        c = s.alarm_events.c
        asked = select(s.alarm_events, s.recliners.c.name.label("recliner")).join_from(
            s.alarm_events, s.recliners
        )
        asked = asked.where(*_of(c, session_id, recliner), within(c.at_utc_ms, span))
        rows = self._reader.all(
            asked.order_by(c.at_utc_ms.desc(), c.alarm_event_key.desc()).limit(limit)
        )
        return [alarm_row(row) for row in reversed(rows)]

    def entries(
        self,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
        kind: str | None = None,
        span: Span = EVER,
        limit: int = 10_000,
    ) -> list[EntryRow]:
        """Return notes and other entries by moment; of one moment, a correction comes last."""
        c = s.entries.c
        asked = select(s.entries, s.recliners.c.name.label("recliner")).join_from(
            s.entries, s.recliners, isouter=True
        )
        asked = asked.where(*_of(c, session_id, recliner), within(c.at_utc_ms, span))
        if kind is not None:
            asked = asked.where(c.kind == kind)
        is_correction = c.corrects.is_not(None)
        newest = (c.at_utc_ms.desc(), is_correction.desc(), c.entry_id.desc())
        rows = self._reader.all(asked.order_by(*newest).limit(limit))
        return [entry_row(row) for row in reversed(rows)]

    def commands(
        self,
        *,
        session_id: str | None = None,
        recliner: str | None = None,
        span: Span = EVER,
        limit: int = 10_000,
    ) -> list[CommandRow]:
        """Return commands of staff with their outcomes."""
        c = s.commands.c
        asked = select(s.commands, s.recliners.c.name.label("recliner")).join_from(
            s.commands, s.recliners, isouter=True
        )
        asked = asked.where(*_of(c, session_id, recliner), within(c.at_utc_ms, span))
        rows = self._reader.all(
            asked.order_by(c.at_utc_ms.desc(), c.command_id.desc()).limit(limit)
        )
        return [command_row(row) for row in reversed(rows)]

    def devices(
        self, recliner: str | None = None, limit: int = 1_000, *, span: Span = EVER
    ) -> list[DeviceRow]:
        """Return what was seen of devices at their ports; the newest where limit cuts them."""
        c = s.device_sightings.c
        asked = (
            select(s.device_sightings, s.recliners.c.name.label("recliner"), s.devices.c.name)
            .join_from(s.device_sightings, s.recliners)
            .join(s.devices, s.devices.c.device_key == c.device_key)
            .where(within(c.at_utc_ms, span))
        )
        if recliner is not None:
            asked = asked.where(s.recliners.c.name == recliner)
        rows = self._reader.all(
            asked.order_by(c.at_utc_ms.desc(), c.sighting_key.desc()).limit(limit)
        )
        return [device_row(row) for row in reversed(rows)]


def _session_rows() -> Select[Any]:
    return select(s.sessions, s.recliners.c.name.label("recliner")).join_from(
        s.sessions, s.recliners
    )


def _of(columns: Any, session_id: str | None, recliner: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions that narrow rows to a session, a recliner, both or neither."""
    asked: list[ColumnElement[bool]] = []
    if session_id is not None:
        asked.append(columns.session_id == session_id)
    if recliner is not None:
        asked.append(s.recliners.c.name == recliner)
    return asked
