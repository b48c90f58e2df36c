"""The small numbers that stand for recliners, devices, streams and words in the tables.

Here names become keys, made on first use and remembered; facts know names alone. What is
remembered must be forgotten when a transaction is rolled back, for its keys are gone as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from monitors.store import schema


def insert_once(dialect: str, table: Table) -> Insert:
    """Return the statement that adds a row, and does nothing where it stands already."""
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


class Keys:
    """Give the key of each name, on the connection of the running transaction."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], int] = {}

    def forget(self) -> None:
        """Forget all keys; the next use asks the database again."""
        self._known.clear()

    def recliner(self, connection: Connection, name: str) -> int:
        """Return the key of a recliner."""
        return self._key(connection, ("recliner", name), schema.recliners, {"name": name})

    def room(self, connection: Connection, name: str) -> int:
        """Return the key of a room."""
        return self._key(connection, ("room", name), schema.rooms, {"name": name})

    def device(self, connection: Connection, name: str) -> int:
        """Return the key of a device."""
        return self._key(connection, ("device", name), schema.devices, {"name": name})

    def word(self, connection: Connection, kind: str, word: str) -> int:
        """Return the key of a word of a kind (vital, validity, conditions, waveform)."""
        return self._key(
            connection, ("word", kind, word), schema.words, {"kind": kind, "word": word}
        )

    def stream(
        self, connection: Connection, recliner: str, session_id: str | None, device_id: str
    ) -> int:
        """Return the key of what one device gives of one recliner in one session (or in none)."""
        name = ("stream", recliner, session_id or "", device_id)
        if name in self._known:
            return self._known[name]
        values = {
            "recliner_key": self.recliner(connection, recliner),
            "session_id": session_id or "",
            "device_key": self.device(connection, device_id),
        }
        return self._key(connection, name, schema.streams, values)

    def _key(
        self, connection: Connection, name: tuple[str, ...], table: Table, values: Mapping[str, Any]
    ) -> int:
        """Return the remembered key, or find it, or make it."""
        key = self._known.get(name)
        if key is None:
            find = select(next(iter(table.primary_key))).where(
                *(table.c[column] == bindparam(column) for column in values)
            )
            key = connection.execute(find, values).scalar()
            if key is None:
                connection.execute(insert_once(connection.dialect.name, table), values)
                key = connection.execute(find, values).scalar_one()
            self._known[name] = int(key)
        return int(key)
