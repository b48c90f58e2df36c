"""The tables grow by steps, from nothing, and end up as the code describes them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from monitors.errors import StoreError
from monitors.store import migrations
from monitors.store.engine import url_of, when_free, writing_engine
from monitors.store.journal import Journal
from monitors.store.schema import APPEND_ONLY, metadata

ROOT = Path(__file__).parents[2]


def test_the_steps_from_nothing_give_the_tables_that_the_code_describes(store):
    engine = writing_engine(url_of(store))
    with engine.begin() as connection:
        migrations.upgrade(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == migrations.newest_revision()
    engine.dispose()


def test_what_is_keyed_for_small_rows_has_no_second_key_in_sqlite(sqlite_store):
    Journal.open(sqlite_store, simulated=True).close()
    engine = create_engine(url_of(sqlite_store))
    with engine.connect() as connection:
        tables = dict(connection.execute(text("select name, sql from sqlite_master")).all())
        triggers = connection.execute(
            text("select tbl_name from sqlite_master where type = 'trigger'")
        ).scalars()
        assert sorted({*triggers}) == sorted(APPEND_ONLY)
    engine.dispose()
    for table in ("readings", "waveform_chunks", "determinations", "phase_changes"):
        assert tables[table].rstrip().endswith("WITHOUT ROWID")


def test_steps_that_are_cut_off_leave_the_store_as_it_was(store):
    engine = writing_engine(url_of(store))
    with engine.connect() as connection, connection.begin() as transaction:
        migrations.upgrade(connection)
        transaction.rollback()
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()
    Journal.open(store, simulated=True).close()


def test_a_store_of_a_newer_version_is_refused(store):
    Journal.open(store, simulated=True).close()
    engine = create_engine(url_of(store))
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="newer version"):
        Journal.open(store, simulated=True)


OPEN = """
import sys
from monitors.store.journal import Journal
for store in sys.stdin:
    Journal.open(store.strip(), simulated=True).close()
    print("open", flush=True)
"""


def test_two_collectors_that_open_a_new_store_at_once_both_succeed(store):
    stores = [store] if "://" in str(store) else [f"{store}{number}" for number in range(40)]
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for new in stores:
        for process in opening:
            process.stdin.write(f"{new}\n")
        for process in opening:
            process.stdin.flush()
        for process in opening:
            assert process.stdout.readline() == "open\n", process.communicate(timeout=60)[1]
    for process in opening:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint


def test_opening_waits_for_one_who_holds_the_file_but_not_for_ever(tmp_path, monkeypatch):
    path = tmp_path / "chairside.db"
    Journal.open(path, simulated=True).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    engine = writing_engine(url_of(path))
    refused = []

    def begin():
        try:
            with engine.begin():
                pass
        except OperationalError as error:
            refused.append(str(error.orig))
            if len(refused) == 2:
                holder.execute("rollback")
            raise

    when_free(begin)
    assert refused == ["database is locked"] * 2
    engine.dispose()
    holder.execute("begin immediate")
    monkeypatch.setattr("monitors.store.engine.OPENING_TRIES", 2)
    with pytest.raises(StoreError, match="cannot be opened: database is locked"):
        Journal.open(path, simulated=True)
    holder.close()
    Journal.open(path, simulated=True).close()
