"""Facts wait while the journal cannot be written, in bounded numbers, and get there later."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from monitors.errors import StoreError
from monitors.readings import Vital
from monitors.store.engine import url_of
from monitors.store.facts import Checkpoint, EventFact
from monitors.store.history import History
from monitors.store.journal import Journal
from monitors.store.lease import Holder, LeaseLost
from monitors.store.spool import Scribe, Spool
from tests.store.examples import T0, alarm, command, phase, pleth, reading, session, somebody

ROOT = Path(__file__).parents[2]


@pytest.fixture
def journal(sqlite_store):
    opened = Journal.open(sqlite_store, simulated=True)
    yield opened
    opened.close()


@pytest.fixture
def history(sqlite_store, journal):
    opened = History.open(sqlite_store)
    yield opened
    opened.close()


class Lock:
    """Hold the database's writing lock, as a backup or another program might."""

    def __init__(self, store: str) -> None:
        self._engine = create_engine(url_of(store))
        self._connection = self._engine.connect()
        self._connection.exec_driver_sql("begin immediate")

    def release(self) -> None:
        self._connection.rollback()
        self._connection.close()
        self._engine.dispose()


def test_facts_of_a_locked_journal_wait_and_are_written_when_it_is_free(
    journal, history, sqlite_store, caplog
):
    told = []
    spool = Spool(journal, on_record=told.extend)
    lock = Lock(sqlite_store)
    facts = [session(), phase("intake"), reading(0), pleth(0), alarm(), command()]
    with caplog.at_level(logging.WARNING):
        spool.add(facts, 0)
        assert not spool.flush(0)
        assert spool.is_degraded(0)
        assert spool.counts().waiting == 6
        assert "locked" in spool.counts().problem
        spool.add([reading(1)], 1_000)
        assert not spool.flush(1_000)
        assert told == []
        lock.release()
        assert spool.flush(3_000)
    assert not spool.is_degraded(3_000)
    assert spool.counts().waiting == 0
    assert {type(fact) for fact in told} == {type(fact) for fact in facts}
    assert len(history.readings(Vital.SPO2, session_id="s1")) == 2
    assert len(history.commands()) == len(history.alarms()) == len(history.phases("s1")) == 1
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1
    assert "can be written again, after 2 tries" in caplog.text


def test_between_tries_the_journal_is_left_alone():
    class Away:
        tries = 0

        def write(self, facts, now_utc_ms=None):
            self.tries += 1
            raise StoreError("the journal is away")

    away = Away()
    spool = Spool(away)
    spool.add([alarm()], 0)
    tried_at = []
    for now_ms in range(0, 20_000, 100):
        before = away.tries
        spool.flush(now_ms)
        if away.tries > before:
            tried_at.append(now_ms)
    assert tried_at == [0, 500, 1_500, 3_500, 7_500, 12_500, 17_500]


def test_old_traces_go_first_then_old_readings_and_never_a_record(journal, history, sqlite_store):
    spool = Spool(journal, most_readings=10, most_waveforms=3)
    lock = Lock(sqlite_store)
    for second in range(30):
        spool.add([reading(second), pleth(second), alarm(at_s=second)], second * 1_000)
        spool.flush(second * 1_000)
    counts = spool.counts()
    assert (counts.waveforms_let_go, counts.readings_let_go) == (27, 20)
    lock.release()
    assert spool.flush(60_000)
    assert len(history.alarms()) == 30
    kept = history.readings(Vital.SPO2, session_id="s1")
    assert [(r.at_utc_ms - T0) // 1000 for r in kept] == list(range(20, 30))
    chunks = history.waveforms("pleth", (T0, T0 + 10**6), session_id="s1")
    assert [(c.start_utc_ms - T0) // 1000 for c in chunks] == [27, 28, 29]


def test_of_many_checkpoints_only_the_newest_is_kept(journal, sqlite_store):
    spool = Spool(journal)
    lock = Lock(sqlite_store)
    for moment in range(5):
        spool.add([Checkpoint("R1", {"moment": moment}, "b", moment, T0 + moment)], moment)
        spool.flush(moment)
    assert spool.counts().waiting == 1
    lock.release()
    assert spool.flush(9_000)
    assert journal.restore("R1").record == {"moment": 4}


def test_a_fact_that_can_never_be_written_stops_no_other(journal, history, caplog):
    spool = Spool(journal)
    broken = EventFact("R1", "s1", "note", T0, "A. Nurse", {"text": object()}, entry_id="e1")
    with caplog.at_level(logging.ERROR):
        spool.add([reading(0), broken, phase("intake", session_id="none"), alarm()], 0)
        assert spool.flush(0)
    assert spool.counts().refused == 2
    assert len(history.alarms()) == len(history.readings(Vital.SPO2, session_id="s1")) == 1
    assert not spool.is_degraded(0)


def test_who_lost_the_lease_is_told_and_the_facts_are_not_tried_again(journal, sqlite_store):
    other = Journal.open(sqlite_store, simulated=True)
    journal.claim(["R1"], somebody(), T0)
    other.claim(["R1"], Holder.of_this_process(), T0 + 6_000)
    spool = Spool(journal)
    spool.add([reading(0)], 0)
    with pytest.raises(LeaseLost):
        spool.flush(0)
    other.close()


FILL = """
import resource, signal, sys
from monitors.errors import StoreError
from monitors.store.journal import Journal
from monitors.store.spool import Spool
from tests.store.examples import alarm, pleth
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal.open(sys.argv[1], simulated=True)
spool = Spool(journal)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
second = 0
while not spool.is_degraded(second * 10_000):
    facts = [pleth(second * 10 + part) for part in range(10)] + [alarm(at_s=second * 10)]
    spool.add(facts, second * 10_000)
    spool.flush(second * 10_000)
    second += 1
    assert second < 5_000
waiting = spool.counts().waiting
assert waiting, spool.counts()
print(spool.counts().problem, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert spool.flush(second * 10_000 + 10_000)
assert spool.counts().waiting == 0
print(second, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file's size is limited by POSIX alone")
def test_a_disk_that_is_full_for_a_while_costs_nothing(sqlite_store):
    done = subprocess.run(
        [sys.executable, "-c", FILL, sqlite_store],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    problem, seconds = done.stdout.splitlines()
    assert "cannot be written" in problem
    history = History.open(sqlite_store)
    assert len(history.alarms()) == int(seconds)
    chunks = history.waveforms("pleth", (T0, T0 + 10**12), session_id="s1")
    assert len(chunks) == int(seconds) * 10
    history.close()


def test_the_scribe_writes_in_its_own_thread_and_everything_at_the_end(journal, history):
    written = threading.Event()
    spool = Spool(journal, on_record=lambda facts: written.set())
    scribe = Scribe(spool, now_ms=lambda: 0, now_utc_ms=lambda: T0)
    scribe.start()
    scribe.hand_over([reading(0)])
    assert written.wait(20)
    scribe.hand_over([reading(1), alarm()])
    assert scribe.close(20)
    assert len(history.readings(Vital.SPO2, session_id="s1")) == 2
    assert len(history.alarms()) == 1


def test_handing_over_returns_while_the_disk_hangs():
    hanging, goes_on = threading.Event(), threading.Event()

    class Hanging:
        def write(self, facts, now_utc_ms=None):
            hanging.set()
            goes_on.wait(20)

    spool = Spool(Hanging())
    now_ms = [0]
    scribe = Scribe(spool, now_ms=lambda: now_ms[0], now_utc_ms=lambda: T0)
    scribe.start()
    scribe.hand_over([reading(0)])
    assert hanging.wait(20)
    scribe.hand_over([reading(1)])
    assert spool.counts().waiting == 2
    assert not spool.is_degraded(1_000)
    assert spool.is_degraded(5_001)
    goes_on.set()
    assert scribe.close(20)


def test_the_scribe_says_that_the_lease_is_lost(journal, sqlite_store):
    other = Journal.open(sqlite_store, simulated=True)
    journal.claim(["R1"], somebody(), T0)
    other.claim(["R1"], Holder.of_this_process(), T0 + 6_000)
    other.close()
    scribe = Scribe(Spool(journal), now_ms=lambda: 0, now_utc_ms=lambda: T0 + 6_000)
    scribe.start()
    scribe.hand_over([reading(0)])
    scribe._thread.join(20)
    with pytest.raises(LeaseLost):
        scribe.hand_over([reading(1)])


def test_what_is_on_record_can_be_asked_while_the_journal_is_locked(journal, sqlite_store):
    checkpoint = Checkpoint("R1", {"phase": "intake"}, "b", 1, T0)
    journal.write([command(), checkpoint])
    lock = Lock(sqlite_store)
    assert journal.has_command("c1").is_on_record
    assert journal.restore("R1") == checkpoint
    lock.release()


def test_facts_survive_a_broken_line_to_postgresql(postgresql_store, caplog):
    journal = Journal.open(postgresql_store, simulated=True)
    spool = Spool(journal)
    spool.add([reading(0)], 0)
    assert spool.flush(0)
    engine = create_engine(url_of(postgresql_store), isolation_level="AUTOCOMMIT")
    others = "pid <> pg_backend_pid() and datname = current_database()"
    with engine.connect() as connection:
        connection.execute(
            text(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")
        )
    engine.dispose()
    spool.add([reading(1)], 1_000)
    assert spool.flush(1_000) or spool.flush(5_000)
    history = History.open(postgresql_store)
    assert len(history.readings(Vital.SPO2, session_id="s1")) == 2
    history.close()
    journal.close()


def test_a_read_only_session_of_the_database_is_an_error_in_words(postgresql_store):
    journal = Journal.open(postgresql_store, simulated=True)
    engine = create_engine(url_of(postgresql_store), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = connection.execute(text("select current_database()")).scalar_one()
        connection.execute(text(f"alter database {name} set default_transaction_read_only = on"))
    engine.dispose()
    journal.close()
    with pytest.raises(StoreError, match=r"cannot be written: .*read-only"):
        journal.write([reading(0)])
    journal.close()
