"""A store is looked at before it is opened: what would be refused, and who holds it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from monitors.clock import world_utc_ms
from monitors.errors import StoreError
from monitors.store.engine import url_of
from monitors.store.journal import Journal
from monitors.store.lease import EXPIRES_AFTER_MS, Holder
from monitors.store.survey import Survey, survey

NOW_UTC_MS = 1_700_000_000_000


def looked_at(store: str, *, simulated: bool = True, now_utc_ms: int = NOW_UTC_MS) -> Survey:
    return survey(store, ("R1", "R2"), simulated=simulated, now_utc_ms=now_utc_ms)


def another(**changes: object) -> Holder:
    """Return a process that lives and is not this one."""
    here = Holder.of_this_process()
    return replace(here, host="elsewhere", process_id=4711, **changes)  # type: ignore[arg-type]


def test_an_empty_store_is_no_trouble_and_stays_empty(store: str) -> None:
    assert looked_at(store) == Survey()
    if "://" not in store:
        assert not Path(store).exists()
        return
    engine = create_engine(url_of(store))
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize("is_simulated", [True, False])
def test_the_other_kind_is_refused_in_the_words_of_the_journal(
    store: str, is_simulated: bool
) -> None:
    Journal.open(store, simulated=is_simulated).close()
    assert looked_at(store, simulated=is_simulated).trouble is None
    with pytest.raises(StoreError) as refused:
        Journal.open(store, simulated=not is_simulated)
    assert looked_at(store, simulated=not is_simulated).trouble == str(refused.value)


def test_a_newer_version_is_refused_in_the_words_of_the_journal(store: str) -> None:
    Journal.open(store, simulated=True).close()
    engine = create_engine(url_of(store))
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'of_tomorrow'"))
    engine.dispose()
    with pytest.raises(StoreError) as refused:
        Journal.open(store, simulated=True)
    assert looked_at(store).trouble == str(refused.value)


def test_who_holds_a_recliner_is_told_while_the_lease_lasts(store: str) -> None:
    journal = Journal.open(store, simulated=True)
    journal.claim(("R1",), another(), NOW_UTC_MS)
    seen = looked_at(store, now_utc_ms=NOW_UTC_MS + 1000)
    assert list(seen.tenants) == ["R1"]
    tenant = seen.tenants["R1"]
    assert (tenant.process_id, tenant.since_utc_ms, tenant.is_here) == (4711, NOW_UTC_MS, False)
    late = looked_at(store, now_utc_ms=NOW_UTC_MS + EXPIRES_AFTER_MS + 1)
    assert late.tenants == {}
    journal.release(another())
    assert looked_at(store).tenants == {}
    journal.close()


def test_a_store_of_the_other_kind_tells_who_holds_it_too(store: str) -> None:
    journal = Journal.open(store, simulated=False)
    journal.claim(("R1",), another(), NOW_UTC_MS)
    seen = looked_at(store)
    assert seen.trouble is not None
    assert list(seen.tenants) == ["R1"]
    journal.close()


def test_looking_leaves_no_lock_and_no_file_behind(sqlite_store: str) -> None:
    Journal.open(sqlite_store, simulated=True).close()
    folder = Path(sqlite_store).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    looked_at(sqlite_store)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    journal = Journal.open(sqlite_store, simulated=True)
    looked_at(sqlite_store)
    journal.claim(("R1",), Holder.of_this_process(), world_utc_ms())
    journal.close()


def test_a_store_that_may_not_be_reached_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = looked_at(os.fspath(tmp_path / "file" / "x.db")).trouble
    assert said is not None
    assert "cannot be made: Not a directory" in said
