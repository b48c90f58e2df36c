"""A connection that cannot write, and the names behind the tables' small numbers.

Here is how the journal is asked: each question is a short transaction of its own (a long one
would keep SQLite's write-ahead log from shrinking). What is asked stands in measured.py and
history.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, or_, select
from sqlalchemy.engine import URL

from monitors.errors import StoreError
from monitors.store import schema as s
from monitors.store.engine import reading_engine, spoken_errors, spoken_name

Span = tuple[int, int]
EVER: Span = (-(2**62), 2**62)


class Reader:
    """Ask the journal; safe between threads."""

    def __init__(self, url: URL) -> None:
        """Open a journal for reading. Raises StoreError where there is none."""
        self._url = url
        self._words: dict[int, tuple[str, str]] = {}
        self._engine: Engine = reading_engine(url)
        self.meta("kind")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def all(self, statement: Select[Any]) -> Sequence[Any]:
        """Return all rows of an answer. Raises StoreError where the journal cannot be read."""
        with spoken_errors(self._url, "cannot be read"), self._engine.connect() as connection:
            return connection.execute(statement).all()

    def meta(self, name: str) -> str:
        """Return what the store says of itself under a name."""
        rows = self.all(select(s.store_meta.c.content).where(s.store_meta.c.name == name))
        if not rows:
            raise StoreError(f"the store {spoken_name(self._url)} does not say its {name}")
        return str(rows[0].content)

    def streams(self, session_id: str | None, recliner: str | None) -> dict[int, str]:
        """Return the streams of a session, a recliner or both: key and device name."""
        if session_id is None and recliner is None:
            raise ValueError("name a session or a recliner")
        c = s.streams.c
        asked = (
            select(c.stream_key, s.devices.c.name)
            .join_from(s.streams, s.devices)
            .join(s.recliners, s.recliners.c.recliner_key == c.recliner_key)
        )
        if session_id is not None:
            asked = asked.where(c.session_id == session_id)
        if recliner is not None:
            asked = asked.where(s.recliners.c.name == recliner)
        return {row.stream_key: row.name for row in self.all(asked)}

    def streams_of(self, sessions: dict[str, str | None]) -> dict[int, str]:
        """Return the streams of each recliner's session (None: of none): key and recliner."""
        c = s.streams.c
        wanted = [
            and_(s.recliners.c.name == recliner, c.session_id == (session_id or ""))
            for recliner, session_id in sessions.items()
        ]
        if not wanted:
            return {}
        asked = select(c.stream_key, s.recliners.c.name).join_from(s.streams, s.recliners)
        return {row.stream_key: row.name for row in self.all(asked.where(or_(*wanted)))}

    def word(self, key: int | None) -> str:
        """Return the word of a key; empty for None."""
        if key is None:
            return ""
        if key not in self._words:
            self._learn_words()
        return self._words[key][1]

    def word_key(self, kind: str, word: str) -> int:
        """Return the key of a word; -1, which no row has, where it was never used."""
        wanted = (kind, str(word))
        if wanted not in self._words.values():
            self._learn_words()
        return next((key for key, known in self._words.items() if known == wanted), -1)

    def _learn_words(self) -> None:
        rows = self.all(select(s.words))
        self._words = {row.word_key: (row.kind, row.word) for row in rows}


def within(column: ColumnElement[int], span: Span) -> ColumnElement[bool]:
    """Return the condition that a stamp lies in a span: from its start, up to its end."""
    return and_(column >= span[0], column < span[1])
