"""The tables of the picture's file and the statements on them.

Here is all SQL of the picture, each function within a connection it is given; when the file is
opened, lost or made anew is picture.py's part. Source: SQLite documentation, PRAGMA data_version.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from monitors.errors import StoreError
from monitors.store.facts import Command

PLETH_KEPT_MS = 15_000
MOST_PLETH_CHUNKS = 5_000
ANSWERS_KEPT_MS = 3_600_000
LONGEST_INBOX = 1_000
COLLECTOR_WAITS_S = 0.25
PAGE_WAITS_S = 1.0

SCHEMA = """
begin immediate;
create table if not exists state (
    id integer primary key check (id = 1), seq integer not null, beat text);
create table if not exists recliners (
    recliner text primary key, seq integer not null, picture text not null) without rowid;
create table if not exists pleth (
    id integer primary key, recliner text not null, seq integer not null,
    end_utc_ms integer not null, chunk text not null);
create index if not exists pleth_seq on pleth (seq);
create table if not exists commands (
    place integer primary key autoincrement, command_id text not null unique,
    at_utc_ms integer not null, by_person text not null, target text not null,
    verb text not null, arguments text not null, status text not null default 'pending',
    message text not null default '', done_at_utc_ms integer,
    is_on_record integer not null default 0);
create index if not exists commands_waiting on commands (place) where status = 'pending';
insert or ignore into state (id, seq, beat) values (1, 0, null);
commit;
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """Hold the heartbeat of a collector.

    beat: a number that moves at least every 500 ms while it lives. at: UTC, epoch milliseconds.
    store: ok, or degraded while the journal cannot be written. rate: of the room's clock.
    """

    holder: str
    beat: int
    at: int
    store: str = "ok"
    rate: float = 1.0

    def to_record(self) -> dict[str, Any]:
        """Return the beat as the JSON object that pages get."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PictureDelta:
    """Hold what became new after a sequence number.

    recliners: the whole picture of each changed recliner. pleth: the chunks of each recliner in
    the order of their coming.
    """

    seq: int
    beat: Beat | None
    recliners: dict[str, dict[str, Any]] = field(default_factory=dict)
    pleth: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the file for this user alone; raises sqlite3.Error or OSError."""
    if create:
        path.touch(mode=0o600)
        path.chmod(0o600)
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=COLLECTOR_WAITS_S if create else PAGE_WAITS_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        if create:
            connection.execute("pragma journal_mode = wal")
            connection.executescript(SCHEMA)
        connection.execute("pragma synchronous = off")
        connection.execute("select seq from state").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def is_busy(error: sqlite3.Error) -> bool:
    """Say whether another connection held the file for longer than is waited."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection has committed."""
    return int(connection.execute("pragma data_version").fetchone()[0])


def forget_what_was(connection: sqlite3.Connection) -> None:
    """Take all recliners and traces off; the inbox stays."""
    connection.execute("delete from recliners")
    connection.execute("delete from pleth")


def trim_pleth(connection: sqlite3.Connection, seq: int) -> None:
    """Keep the traces of the last 15 s; after a clock was set back, a bounded number of them."""
    connection.execute("delete from pleth where seq < ?", (seq - PLETH_KEPT_MS,))
    sql = "delete from pleth where id <= (select max(id) from pleth) - ?"
    connection.execute(sql, (MOST_PLETH_CHUNKS,))


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "begin") -> Iterator[None]:
    """Hold one transaction: commit at the end, roll back on any error."""
    connection.execute(begin)
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def read_delta(connection: sqlite3.Connection, seq: int) -> PictureDelta:
    """Read beat, recliners and traces as they stood at one moment."""
    with transaction(connection):
        newest, beat = connection.execute("select seq, beat from state").fetchone()
        after = seq if seq <= newest else 0
        pictures = connection.execute(
            "select recliner, picture from recliners where seq > ?", (after,)
        ).fetchall()
        chunks = connection.execute(
            "select recliner, chunk from pleth where seq > ? order by id", (after,)
        ).fetchall()
    pleth: dict[str, list[dict[str, Any]]] = {}
    for recliner, chunk in chunks:
        pleth.setdefault(recliner, []).append(json.loads(chunk))
    recliners = {recliner: json.loads(picture) for recliner, picture in pictures}
    return PictureDelta(newest, Beat(**json.loads(beat)) if beat else None, recliners, pleth)


def put(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    """Add a command unless its id is there; raises StoreError when too many wait."""
    sql = "select count(*) from commands where status = 'pending'"
    (waiting,) = connection.execute(sql).fetchone()
    if waiting >= LONGEST_INBOX:
        raise StoreError(f"{waiting} commands wait already; no collector takes them")
    connection.execute(
        "insert into commands (command_id, at_utc_ms, by_person, target, verb, arguments)"
        " values (?, ?, ?, ?, ?, ?) on conflict (command_id) do nothing",
        row,
    )


def waiting_commands(connection: sqlite3.Connection) -> list[Command]:
    """Return the commands without an answer, in the order of their coming."""
    rows = connection.execute(
        "select command_id, at_utc_ms, by_person, target, verb, arguments from commands"
        " where status = 'pending' order by place"
    ).fetchall()
    return [Command(i, at, by, to, verb, json.loads(rest)) for i, at, by, to, verb, rest in rows]


def answer(connection: sqlite3.Connection, row: tuple[Any, ...], forget_before: int) -> None:
    """Answer a command that waits, and forget old answers."""
    connection.execute(
        "update commands set status = ?, message = ?, done_at_utc_ms = ?, is_on_record = ?"
        " where command_id = ? and status = 'pending'",
        row,
    )
    connection.execute("delete from commands where done_at_utc_ms < ?", (forget_before,))
