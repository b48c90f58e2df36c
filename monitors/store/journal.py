"""The journal: facts on disk, written by the one collector that holds the recliners' leases.

Here facts are written, all of a batch or none, and what a collector needs after a restart is read
back; pages read through history.py. When :meth:`Journal.write` returns, the facts survive a power
cut (SQLite: WAL with synchronous=FULL; PostgreSQL: synchronous_commit as the server has it).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Insert, Select, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from monitors.errors import StoreError
from monitors.store import lease, migrations, schema
from monitors.store.engine import (
    ONLY_READS,
    FileAtItsPlace,
    is_about_content,
    reason_of,
    spoken_errors,
    spoken_name,
    url_of,
    when_free,
    writing_engine,
)
from monitors.store.facts import Checkpoint, CommandOutcome, Fact, Place
from monitors.store.keys import Keys, insert_once
from monitors.store.lease import Holder
from monitors.store.rows import IN_ORDER, RowMaker


class FactsRefused(StoreError):
    """Say that the journal works but will never take one of these facts; writing again is vain."""


class Journal:
    """Be the record of one clinic; safe between threads, one transaction at a time."""

    def __init__(self, url: URL, engine: Engine, *, simulated: bool) -> None:
        self._url = url
        self._engine = engine
        self._file = FileAtItsPlace(url)
        self._is_simulated = simulated
        self._lock = threading.RLock()
        self._keys = Keys()
        self._holder: Holder | None = None
        self._leases: tuple[str, ...] = ()
        self._statements = {table: _adding(engine.dialect.name, table) for table in IN_ORDER}

    @classmethod
    def open(cls, store: str | Path, *, simulated: bool, clock_rate: float = 1.0) -> Self:
        """Open a store given as a path or URL, and bring its tables up to date.

        simulated: whether what will be written is of no patient. Raises StoreError where the
        store holds the other kind, was written by a newer version, or cannot be opened.
        """
        url = url_of(store)
        with spoken_errors(url, "cannot be opened"):
            engine = writing_engine(url)

            def make_ready() -> None:
                with engine.begin() as connection:
                    migrations.upgrade(connection)
                    _see_that_kinds_agree(connection, spoken_name(url), simulated=simulated)
                    _remember(connection, "clock_rate", repr(clock_rate))

            try:
                when_free(make_ready)
            except BaseException:
                engine.dispose()
                raise
        return cls(url, engine, simulated=simulated)

    @property
    def name(self) -> str:
        """Return how the journal is named to people."""
        return spoken_name(self._url)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # ---- leases

    def furnish(self, places: Iterable[Place]) -> None:
        """Write down which recliners there are, in which room and at which place."""
        with self._lock, self._transaction("cannot take the rooms") as connection:
            for place in places:
                key = self._keys.recliner(connection, place.recliner)
                room = self._keys.room(connection, place.room)
                connection.execute(
                    update(schema.recliners)
                    .where(schema.recliners.c.recliner_key == key)
                    .values(room_key=room, place=place.place)
                )

    def claim(self, recliners: Iterable[str], holder: Holder, now_utc_ms: int) -> None:
        """Take the leases of all these recliners or of none, and write facts in that name.

        Raises LeaseHeld, a StoreError, that says who holds the first one that is not free.
        """
        subjects = tuple(f"recliner:{recliner}" for recliner in recliners)
        self._claim(subjects, holder, now_utc_ms)

    def claim_clerk(self, holder: Holder, now_utc_ms: int) -> bool:
        """Try to become the clerk, who carries out what belongs to no recliner."""
        try:
            self._claim((lease.CLERK,), holder, now_utc_ms)
        except lease.LeaseHeld:
            return False
        return True

    def _claim(self, subjects: Sequence[str], holder: Holder, now_utc_ms: int) -> None:
        with self._lock:
            with self._transaction("cannot give a lease") as connection:
                lease.claim(connection, subjects, holder, now_utc_ms)
            self._holder = holder
            self._leases = tuple(dict.fromkeys((*self._leases, *subjects)))

    def renew(self, holder: Holder, now_utc_ms: int) -> None:
        """Say that the holder lives. Raises LeaseLost where another has taken over."""
        with self._lock, self._transaction("cannot renew a lease") as connection:
            lease.renew(connection, self._leases, holder, now_utc_ms)

    def release(self, holder: Holder) -> None:
        """Give up every lease of the holder, so that another may take over at once."""
        with self._lock:
            with self._transaction("cannot release a lease") as connection:
                lease.release(connection, holder)
            self._holder, self._leases = None, ()

    # ---- facts

    def write(self, facts: Sequence[Fact], now_utc_ms: int | None = None) -> None:
        """Write all these facts or none, in one transaction; a fact on record is left alone.

        With now_utc_ms the leases are renewed in the same transaction. Raises LeaseLost where
        another collector has taken over, FactsRefused where a fact can never be written, and
        StoreError where the journal cannot be written now.
        """
        with self._lock, self._transaction("cannot be written") as connection:
            self._see_to_leases(connection, now_utc_ms)
            maker = RowMaker(self._keys, connection, is_simulated=self._is_simulated)
            for table, rows in maker.rows(facts).items():
                connection.execute(self._statements[table], rows)

    def _see_to_leases(self, connection: Connection, now_utc_ms: int | None) -> None:
        if self._holder is None:
            return
        if now_utc_ms is None:
            lease.confirm(connection, self._leases, self._holder)
        else:
            lease.renew(connection, self._leases, self._holder, now_utc_ms)

    def checkpoint(
        self, recliner: str, record: Mapping[str, Any], boot_id: str, at_ms: int, at_utc_ms: int
    ) -> None:
        """Write what is needed to go on with a recliner, in a transaction of its own."""
        self.write([Checkpoint(recliner, record, boot_id, at_ms, at_utc_ms)])

    def restore(self, recliner: str) -> Checkpoint | None:
        """Return the newest checkpoint of a recliner, or None where there is none."""
        c, r = schema.checkpoints.c, schema.recliners.c
        find = (
            select(c.record, c.boot_id, c.at_ms, c.at_utc_ms)
            .join_from(schema.checkpoints, schema.recliners)
            .where(r.name == recliner)
        )
        row = self._one_or_none(find)
        if row is None:
            return None
        return Checkpoint(recliner, json.loads(row.record), row.boot_id, row.at_ms, row.at_utc_ms)

    def has_command(self, command_id: str) -> CommandOutcome | None:
        """Return the outcome of a command that is on record, or None."""
        c = schema.commands.c
        find = select(c.status, c.message, c.done_at_utc_ms).where(c.command_id == command_id)
        row = self._one_or_none(find)
        if row is None:
            return None
        return CommandOutcome(command_id, row.status, row.message, row.done_at_utc_ms, True)

    def _one_or_none(self, find: Select[Any]) -> Any:
        """Read one row, without waiting for a write that is under way."""
        with spoken_errors(self._url, "cannot be read"), self._engine.connect() as connection:
            reading = connection.execution_options(**{ONLY_READS: True})
            return reading.execute(find).one_or_none()

    def _transaction(self, doing: str) -> _Transaction:
        self._file.see()
        return _Transaction(self._engine, self._url, self._keys, doing)


class _Transaction:
    """Hold one transaction: its errors in words, its keys forgotten when it fails."""

    def __init__(self, engine: Engine, url: URL, keys: Keys, doing: str) -> None:
        self._beginning = engine.begin()
        self._url = url
        self._keys = keys
        self._doing = doing

    def __enter__(self) -> Connection:
        with spoken_errors(self._url, self._doing):
            return self._beginning.__enter__()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        with spoken_errors(self._url, self._doing):
            try:
                self._beginning.__exit__(kind, error, trace)
            except BaseException:
                self._keys.forget()
                raise
            if error is None:
                return
            self._keys.forget()
            if is_about_content(error):
                raise FactsRefused(f"the journal takes no such fact: {reason_of(error)}") from error
            if isinstance(error, SQLAlchemyError):
                raise error


def _adding(dialect: str, table: Table) -> Insert:
    """Return the statement that writes rows of a table; checkpoints alone are replaced."""
    if table is not schema.checkpoints:
        return insert_once(dialect, table)
    new = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    changed = {name: new.excluded[name] for name in ("record", "boot_id", "at_ms", "at_utc_ms")}
    statement: Insert = new.on_conflict_do_update(index_elements=["recliner_key"], set_=changed)
    return statement


def _see_that_kinds_agree(connection: Connection, name: str, *, simulated: bool) -> None:
    """Mark a new store as simulated or real; raise StoreError where it is marked otherwise."""
    kind = "simulated" if simulated else "real"
    connection.execute(
        insert_once(connection.dialect.name, schema.store_meta), {"name": "kind", "content": kind}
    )
    meta = schema.store_meta.c
    found = connection.execute(select(meta.content).where(meta.name == "kind")).scalar_one()
    if found != kind:
        raise StoreError(f"the store {name} holds {found} sessions and takes no {kind} ones")


def _remember(connection: Connection, name: str, content: str) -> None:
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    new = insert(schema.store_meta).values(name=name, content=content)
    again = new.on_conflict_do_update(index_elements=["name"], set_={"content": content})
    connection.execute(again)
