"""What is true now: the newest state of each recliner, fresh traces, a heartbeat, the inbox.

Here lives one small SQLite file in the machine's runtime folder: a collector publishes into it,
pages read it and put commands there; nothing in it is a record, and losing it costs a moment.
Plain sqlite3 is spoken here because an idle look must cost microseconds. Source: SQLite
documentation, PRAGMA data_version (changes when another connection has committed) and WAL mode.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from monitors.errors import StoreError
from monitors.store import picture_file as file
from monitors.store import runtime
from monitors.store.facts import Command, CommandOutcome
from monitors.store.picture_file import Beat, PictureDelta

__all__ = ["Beat", "Picture", "PictureDelta"]

_LOOKS_BEFORE_SEARCHING = 20

T = TypeVar("T")


class Picture:
    """Be the seam between one collector and the pages of this machine; safe between threads."""

    def __init__(self, store: str | Path, *, create: bool) -> None:
        self._store = store
        self._creates = create
        self._lock = threading.RLock()
        self._path: Path | None = None
        self._inode: int | None = None
        self._connection: sqlite3.Connection | None = None
        self._seen_version: int | None = None
        self._seen_seq = 0
        self._idle_looks = 0
        self._inbox_version: int | None = None
        self._published: dict[str, str] = {}

    @classmethod
    def open(cls, store: str | Path, *, create: bool) -> Self:
        """Open the picture of a store (path or URL as clinic.toml resolves it).

        create True is for the collector, after its lease: makes the file, forgets recliners of
        an earlier run, keeps the inbox. create False is for pages: the file may come later.
        """
        picture = cls(store, create=create)
        with picture._lock:
            if create:
                picture._do(file.forget_what_was)
            else:
                picture._reach()
        return picture

    @property
    def path(self) -> Path | None:
        """Return the file in use, or None while there is none."""
        return self._path

    def close(self) -> None:
        """Close the file; the picture opens itself again when it is used again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._seen_version = self._inbox_version = None

    # ---- the collector's side

    def publish(
        self,
        recliners: Mapping[str, Mapping[str, Any]],
        pleth: Mapping[str, Sequence[Mapping[str, Any]]],
        beat: Beat,
    ) -> int:
        """Write changed recliners, new trace chunks and the beat in one transaction.

        Returns the new sequence number, never smaller than beat.at, so that numbers of a file
        made anew go on above those of the lost one. Raises StoreError; calling again mends it.
        """
        changed = {name: json.dumps(picture) for name, picture in recliners.items()}
        chunks = [
            (name, int(chunk["end"]), json.dumps(chunk)) for name in pleth for chunk in pleth[name]
        ]
        with self._lock:
            seq = self._do(lambda connection: self._write(connection, changed, chunks, beat))
            self._published |= changed
        return seq

    def _write(
        self,
        connection: sqlite3.Connection,
        changed: dict[str, str],
        chunks: list[tuple[str, int, str]],
        beat: Beat,
    ) -> int:
        (last,) = connection.execute("select seq from state").fetchone()
        seq = max(last + 1, beat.at)
        if not last:
            changed = self._published | changed
        text = json.dumps(beat.to_record())
        connection.execute("update state set seq = ?, beat = ? where id = 1", (seq, text))
        connection.executemany(
            "insert into recliners (recliner, seq, picture) values (?, ?, ?) on conflict"
            " (recliner) do update set seq = excluded.seq, picture = excluded.picture",
            [(name, seq, picture) for name, picture in changed.items()],
        )
        connection.executemany(
            "insert into pleth (recliner, seq, end_utc_ms, chunk) values (?, ?, ?, ?)",
            [(name, seq, end, chunk) for name, end, chunk in chunks],
        )
        file.trim_pleth(connection, seq)
        return int(seq)

    def withdraw(self, recliners: Iterable[str]) -> None:
        """Take recliners off the picture (they no longer exist)."""
        names = [(name,) for name in recliners]
        with self._lock:
            for (name,) in names:
                self._published.pop(name, None)
            self._do(lambda c: c.executemany("delete from recliners where recliner = ?", names))

    def pending(self) -> list[Command]:
        """Return the commands that wait, the oldest first; costs microseconds when none came."""
        with self._lock:
            version = self._look(file.version)
            if version == self._inbox_version:
                return []
            waiting = self._look(file.waiting_commands)
            self._inbox_version = None if waiting else version
        return waiting

    def answer(
        self,
        command_id: str,
        status: str,
        message: str,
        done_at_utc_ms: int,
        *,
        is_on_record: bool = False,
    ) -> None:
        """Write the outcome (done or refused) beside its command; the first answer stands."""
        row = (status, message, done_at_utc_ms, int(is_on_record), command_id)
        with self._lock:
            self._do(lambda c: file.answer(c, row, done_at_utc_ms - file.ANSWERS_KEPT_MS))

    def put_on_record(self, command_ids: Iterable[str]) -> None:
        """Say that the journal now has these commands."""
        rows = [(command_id,) for command_id in command_ids]
        sql = "update commands set is_on_record = 1 where command_id = ?"
        with self._lock:
            self._do(lambda connection: connection.executemany(sql, rows))

    # ---- the pages' side

    def since(self, seq: int) -> PictureDelta | None:
        """Return everything newer than seq; None where nothing is, or where no file is yet.

        A seq of 0, or one the file has never reached, gives everything.
        """
        with self._lock:
            if not self._reach():
                return None
            return self._look(lambda connection: self._read_since(connection, seq))

    def _read_since(self, connection: sqlite3.Connection, seq: int) -> PictureDelta | None:
        version = file.version(connection)
        if version == self._seen_version and seq == self._seen_seq:
            self._idle_looks += 1
            return None
        self._idle_looks = 0
        delta = file.read_delta(connection, seq)
        self._seen_version, self._seen_seq = version, delta.seq
        return delta if delta.seq != seq else None

    def put(self, command: Command) -> None:
        """Put a command into the inbox; a second one with the same id changes nothing.

        Raises StoreError where no collector has made a picture yet, where a collector was stopped
        while it held the picture, or the inbox is full.
        """
        row = (
            command.command_id,
            command.at_utc_ms,
            command.by,
            command.target,
            command.verb,
            json.dumps(dict(command.arguments)),
        )
        with self._lock:
            self._do(lambda connection: file.put(connection, row))

    def outcome(self, command_id: str) -> CommandOutcome | None:
        """Return what became of a command, or None where the inbox does not know it."""
        sql = (
            "select command_id, status, message, done_at_utc_ms, is_on_record from commands"
            " where command_id = ?"
        )
        with self._lock:
            if not self._reach():
                return None
            found = self._look(lambda connection: connection.execute(sql, (command_id,)).fetchone())
        if found is None:
            return None
        asked, status, message, done_at_utc_ms, is_on_record = found
        return CommandOutcome(asked, status, message, done_at_utc_ms, bool(is_on_record))

    # ---- reaching the file

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work in one writing transaction, on a file made anew if the old one is gone."""

        def in_one_piece(connection: sqlite3.Connection) -> T:
            with file.transaction(connection, "begin immediate"):
                return work(connection)

        return self._look(in_one_piece)

    def _look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self._reach() or self._connection is None:
            raise StoreError("there is no picture yet: no collector has run for this store")
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            self.close()
            if file.is_busy(error):
                raise StoreError("the picture is held by another that does not go on") from error
            raise StoreError(f"the picture {self._path} cannot be used: {error}") from error

    def _reach(self) -> bool:
        """See that the connection is to the file that is there now; False where there is none."""
        if self._connection is not None and self._is_current():
            return True
        self.close()
        self._path = runtime.choose(self._store) if self._creates else runtime.find(self._store)
        if self._path is None:
            return False
        try:
            self._connection = file.connect(self._path, create=self._creates)
            self._inode = self._path.stat().st_ino
        except (sqlite3.Error, OSError) as error:
            self.close()
            if self._creates:
                raise StoreError(f"the picture {self._path} cannot be made: {error}") from error
            return False
        return True

    def _is_current(self) -> bool:
        assert self._path is not None
        if not self._creates and self._idle_looks > _LOOKS_BEFORE_SEARCHING:
            self._idle_looks = 0
            if runtime.find(self._store) != self._path:
                return False
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False
