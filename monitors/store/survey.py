"""A store looked at before anybody opens it: would a collector be refused, and does one hold it?

Here nothing is created, changed or claimed: a file is opened to read only, and one that no process
has open is not even locked. The words are those with which a collector would end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from monitors.errors import StoreError
from monitors.store import migrations, schema
from monitors.store.engine import spoken_errors, spoken_name, url_of
from monitors.store.lease import Holder, Tenant, tenants

SERVER_WAIT_S = 3
"""How long a database on a server may take to answer; a collector waits for as long as it takes."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Hold what was seen. trouble: why a collector would end, None if it would not.

    tenants: who holds each recliner that is held now.
    """

    trouble: str | None = None
    tenants: Mapping[str, Tenant] = field(default_factory=dict)


def survey(
    store: str | Path, recliners: Iterable[str], *, simulated: bool, now_utc_ms: int
) -> Survey:
    """Look at a store, which need not be there yet. simulated: what would be written to it."""
    held: dict[str, Tenant] = {}
    try:
        url = url_of(store)
        if url.get_backend_name() == "sqlite" and _is_new(Path(str(url.database))):
            return Survey()
        with spoken_errors(url, "cannot be opened"):
            engine = _engine(url)
            try:
                with engine.connect() as connection:
                    held = _tenants(connection, recliners, now_utc_ms)
                    _see_that_it_can_be_opened(connection, spoken_name(url), simulated)
            finally:
                engine.dispose()
    except StoreError as error:
        return Survey(str(error), held)
    return Survey(None, held)


def _is_new(path: Path) -> bool:
    """Tell whether a collector would make the file, or find it empty and make its tables."""
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError as error:
        raise StoreError(f"the journal {path} cannot be made: {error.strerror}") from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        arguments = {
            "connect_timeout": SERVER_WAIT_S,
            "options": "-c default_transaction_read_only=on",
        }
        return create_engine(url, poolclass=NullPool, connect_args=arguments)
    path = Path(str(url.database))
    in_use = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.as_uri()}?mode=ro{'' if in_use else '&immutable=1'}"
    return create_engine(
        url, poolclass=NullPool, creator=lambda: sqlite3.connect(uri, uri=True, timeout=1.0)
    )


def _tenants(
    connection: Connection, recliners: Iterable[str], now_utc_ms: int
) -> dict[str, Tenant]:
    if not inspect(connection).has_table(schema.leases.name):
        return {}
    return tenants(connection, recliners, Holder.of_this_process(), now_utc_ms)


def _see_that_it_can_be_opened(connection: Connection, name: str, simulated: bool) -> None:
    """Raise StoreError where a collector could not bring the tables up to date or write here."""
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        for row in connection.execute(text("select version_num from alembic_version")):
            migrations.see_that_known(str(row.version_num))
    if not tables.has_table(schema.store_meta.name):
        return
    meta, kind = schema.store_meta.c, "simulated" if simulated else "real"
    found = connection.execute(select(meta.content).where(meta.name == "kind")).scalar()
    if found not in (None, kind):
        raise StoreError(f"the store {name} holds {found} sessions and takes no {kind} ones")
