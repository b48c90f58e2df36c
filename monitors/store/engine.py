"""How the journal's database is reached: one URL in, an engine with the right habits out.

Here are decided what each engine promises about a commit, how long it waits for another writer,
and what a person is told when it fails; no table is named. Sources: SQLite documentation (WAL,
PRAGMA synchronous, journal_size_limit), PostgreSQL documentation (synchronous_commit).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from monitors.errors import StoreError

WRITER_WAITS_MS = 250
READER_WAITS_MS = 1_000
OPENING_TRIES = 40
OPENING_PAUSE_S = 0.05
WAL_KEPT_BYTES = 16 << 20
ONLY_READS = "chairside_only_reads"
"""Execution option of a writer's connection that leaves the writing lock to others."""


def url_of(store: str | Path) -> URL:
    """Return the URL of a store given as a path or as a URL.

    Raises StoreError for a URL that is none, another engine, or a database in memory.
    """
    if isinstance(store, Path) or "://" not in store:
        return URL.create("sqlite", database=str(Path(store).absolute()))
    try:
        url = make_url(store)
    except ArgumentError as error:
        raise StoreError("the store's URL cannot be read") from error
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreError(f"a store is sqlite or postgresql, not {url.drivername}")
    if not url.database or ":memory:" in url.database:
        raise StoreError("a store lies in a file, not in memory")
    return URL.create("sqlite", database=str(Path(url.database).absolute()))


def spoken_name(url: URL) -> str:
    """Return how the store is named to people, without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def writing_engine(url: URL) -> Engine:
    """Return the engine of the one who writes facts: each commit is on disk when it returns."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=2, max_overflow=2, pool_pre_ping=True)
    _make_file(Path(str(url.database)))
    engine = _sqlite_engine(url, f"file:{_quoted(url)}?mode=rwc")
    event.listen(engine, "connect", _set_up_writer)
    event.listen(engine, "begin", _begin_of_writer)
    return engine


def reading_engine(url: URL) -> Engine:
    """Return the engine of a page: it can only read. Raises StoreError where no file is yet."""
    if url.get_backend_name() != "sqlite":
        options = "-c default_transaction_read_only=on"
        return create_engine(
            url, pool_size=4, pool_pre_ping=True, connect_args={"options": options}
        )
    if not Path(str(url.database)).exists():
        raise StoreError(f"there is no journal {url.database} yet")
    engine = _sqlite_engine(url, f"file:{_quoted(url)}?mode=ro")
    event.listen(engine, "connect", _set_up_reader)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def spoken_errors(url: URL, doing: str) -> Iterator[None]:
    """Turn an error of the database into a StoreError that says what could not be done."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"the journal {spoken_name(url)} {doing}: {reason_of(error)}") from error


class FileAtItsPlace:
    """Know whether a SQLite journal that is open is still the file at its path.

    A file that was deleted or moved away takes writes without an error, and all of them are lost
    with it. A journal of another kind is always where it was.
    """

    def __init__(self, url: URL) -> None:
        """Remember the file that is there now. Raises StoreError where there is none."""
        self._path = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
        self._opened = self._found()
        self.see()

    def see(self) -> None:
        """Raise StoreError where the path holds no file, or another one."""
        found = self._found()
        if self._path is not None and (found is None or found != self._opened):
            became = "gone" if found is None else "another file"
            raise StoreError(f"the journal {self._path} is {became}: put the one in use back")

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found is not None else None


def when_free(work: Callable[[], None]) -> None:
    """Do what opens a store, again while another holds the file: at most about 12 s.

    SQLite answers "locked" without any waiting to the second of two that turn a new file to WAL,
    and the first holds the writing lock for as long as it makes the tables. work must leave
    nothing behind when it fails. Raises the last error (SQLite documentation: busy_handler).
    """
    for _ in range(OPENING_TRIES - 1):
        try:
            work()
        except OperationalError as error:
            if not _is_locked(error):
                raise
            threading.Event().wait(OPENING_PAUSE_S)
        else:
            return
    work()


def _is_locked(error: OperationalError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def reason_of(error: BaseException) -> str:
    """Return the cause in its own words alone: no statement, no values, no label of a patient."""
    cause = getattr(error, "orig", None) or (None if isinstance(error, SQLAlchemyError) else error)
    words = str(cause or type(error).__name__).strip().splitlines()
    return words[0] if words else type(cause or error).__name__


def is_about_content(error: BaseException) -> bool:
    """Tell whether an error lies in what was to be written, so that a second try is vain."""
    if isinstance(error, (IntegrityError, DataError, ValueError, TypeError, OverflowError)):
        return True
    cause = getattr(error, "orig", None)
    if isinstance(error, InterfaceError):
        return isinstance(cause, sqlite3.Error)
    return isinstance(error, ProgrammingError) and getattr(cause, "sqlstate", None) is None


def _sqlite_engine(url: URL, file_uri: str) -> Engine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(file_uri, uri=True, isolation_level=None, check_same_thread=False)

    return create_engine(url, creator=connect)


def _quoted(url: URL) -> str:
    return Path(str(url.database)).as_uri().removeprefix("file:")


def _make_file(path: Path) -> None:
    """Make the file for this user alone, so that no label is readable by another."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"the journal {path} cannot be made: {error.strerror}") from error


def _set_up_writer(connection: sqlite3.Connection, _record: Any) -> None:
    _run(
        connection,
        f"PRAGMA busy_timeout = {WRITER_WAITS_MS}",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}",
    )


def _set_up_reader(connection: sqlite3.Connection, _record: Any) -> None:
    _run(connection, f"PRAGMA busy_timeout = {READER_WAITS_MS}", "PRAGMA query_only = ON")


def _run(connection: sqlite3.Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(statement)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_of_writer(connection: Connection) -> None:
    """Take the writing lock at once, unless the connection was asked for to read."""
    only_reads = connection.get_execution_options().get(ONLY_READS, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
