"""What was acknowledged is there after the writer was killed, whole seconds only."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from monitors.readings import Vital
from monitors.store.engine import url_of
from monitors.store.history import History
from monitors.store.journal import Journal
from monitors.store.lease import Holder
from tests.store.examples import T0, reading

ROOT = Path(__file__).parents[2]

WRITE = """
import sys
from monitors.store.journal import Journal
from monitors.store.lease import Holder
from tests.store.examples import pleth, reading
journal = Journal.open(sys.argv[1], simulated=True)
journal.claim(["R1"], Holder.of_this_process(), 0)
second = 0
while True:
    facts = [reading(second, 97), reading(second, 72, "pulse_rate_per_min"), pleth(second)]
    journal.write(facts)
    print(second, flush=True)
    second += 1
"""


@pytest.mark.parametrize("acknowledged", [1, 40, 133])
def test_every_acknowledged_second_survives_a_kill(store, acknowledged):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, store], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    for _ in range(acknowledged):
        last = int(writer.stdout.readline())
    writer.kill()
    seen = writer.stdout.read().split("\n")
    last = max([last, *(int(line) for line in seen[:-1])])
    writer.wait(timeout=30)
    writer.stdout.close()

    history = History.open(store)
    spo2 = [(r.at_utc_ms - T0) // 1000 for r in history.readings(Vital.SPO2, session_id="s1")]
    pulse = history.readings(Vital.PULSE_RATE, session_id="s1")
    chunks = history.waveforms("pleth", (T0, T0 + 10**9), session_id="s1")
    history.close()
    assert spo2 == list(range(len(spo2)))
    assert len(spo2) in (last + 1, last + 2)
    assert len(spo2) == len(pulse) == len(chunks)
    if "://" not in store:
        with sqlite3.connect(store) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        connection.close()


def test_the_next_collector_takes_over_from_a_killed_one_at_once(store):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, store], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    writer.stdout.readline()
    writer.kill()
    writer.wait(timeout=30)
    writer.stdout.close()
    journal = Journal.open(store, simulated=True)
    journal.claim(["R1"], Holder.of_this_process(), 1)
    journal.close()


def test_the_write_ahead_log_stays_small_while_pages_keep_asking(sqlite_store):
    journal = Journal.open(sqlite_store, simulated=True)
    journal.write([reading(-1)])
    page = History.open(sqlite_store)
    for second in range(400):
        journal.write([reading(second, recliner=f"R{number}") for number in range(16)])
        page.readings(Vital.SPO2, recliner="R1", span=(T0 + second * 1000, T0 + 10**9))
    log_bytes = Path(sqlite_store + "-wal").stat().st_size
    page.close()
    journal.close()
    assert log_bytes < 8 << 20


def test_a_commit_waits_for_the_disk(sqlite_store):
    journal = Journal.open(sqlite_store, simulated=True)
    with journal._engine.connect() as connection:
        pragmas = [
            connection.execute(text(f"pragma {name}")).scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]
    journal.close()
    assert pragmas == [2, "wal", 1]


def test_postgresql_confirms_a_commit_after_it_is_on_disk(postgresql_store):
    engine = create_engine(url_of(postgresql_store))
    with engine.connect() as connection:
        assert connection.execute(text("show synchronous_commit")).scalar() == "on"
    engine.dispose()
