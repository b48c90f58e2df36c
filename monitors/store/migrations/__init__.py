"""How the tables of the journal come to be, step by step; run by Alembic when a journal opens."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from monitors.errors import StoreError

_LOCK_NUMBER = 0x43484149
_NEWER = "this store was written by a newer version ({})"


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings, made here because there is no alembic.ini to install."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """Return the name of the revision that this version of the code wants."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables up to a revision, in the transaction that the connection is in.

    Two that open the same store at once wait for each other. Raises StoreError for a store
    written by a newer version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    try:
        command.upgrade(configuration(connection), revision)
    except CommandError as error:
        raise StoreError(_NEWER.format(error)) from error


def see_that_known(revision: str) -> None:
    """Raise StoreError, as an upgrade would, for a revision that this version does not know."""
    try:
        ScriptDirectory.from_config(configuration()).get_revisions(revision)
    except CommandError as error:
        raise StoreError(_NEWER.format(error)) from error
