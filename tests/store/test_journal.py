"""The journal keeps every kind of fact, all of a batch or none, on both engines."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from monitors.errors import StoreError
from monitors.readings import SignalCondition, Validity, Vital, Waveform
from monitors.store.engine import url_of
from monitors.store.facts import Checkpoint, EventFact, Place
from monitors.store.history import History
from monitors.store.journal import FactsRefused, Journal
from monitors.store.lease import Holder
from monitors.store.schema import APPEND_ONLY, metadata
from tests.store.examples import (
    LEAK,
    PRESSURE,
    T0,
    alarm,
    command,
    determination,
    one_of_each,
    phase,
    pleth,
    reading,
    session,
    sighting,
)


@pytest.fixture
def journal(store):
    opened = Journal.open(store, simulated=True, clock_rate=2.0)
    yield opened
    opened.close()


@pytest.fixture
def history(store, journal):
    opened = History.open(store)
    yield opened
    opened.close()


def test_a_reading_comes_back_with_its_value_validity_and_conditions(journal, history):
    weak = (SignalCondition.LOW_PERFUSION, SignalCondition.ARTIFACT)
    journal.write(
        [
            reading(0, 97),
            reading(1, 91, validity=Validity.QUESTIONABLE, conditions=weak),
            reading(2, None, validity=Validity.INVALID, conditions=(SignalCondition.FINGER_OUT,)),
            reading(0, 4.25, Vital.PERFUSION_INDEX),
        ]
    )
    found = history.readings(Vital.SPO2, session_id="s1")
    assert [(r.at_utc_ms - T0, r.value, r.validity, r.conditions) for r in found] == [
        (0, 97, Validity.VALID, ()),
        (1000, 91, Validity.QUESTIONABLE, weak),
        (2000, None, Validity.INVALID, (SignalCondition.FINGER_OUT,)),
    ]
    assert [r.value for r in history.readings(Vital.PERFUSION_INDEX, recliner="R1")] == [4.25]
    assert found[0].device_id == "R1/oximeter"


def test_a_trace_comes_back_sample_by_sample(journal, history):
    journal.write([pleth(0), pleth(1)])
    found = history.waveforms(Waveform.PLETH, (T0, T0 + 1000), session_id="s1")
    assert [(w.samples, w.sample_rate_hz, w.full_scale) for w in found] == [
        (pleth().samples, 75, 255)
    ]


def test_a_determination_is_dated_by_its_measurement_and_a_failed_one_keeps_its_reason(
    journal, history
):
    journal.write([determination(300), determination(600, LEAK)])
    completed, failed = history.determinations(session_id="s1")
    assert completed.determination == PRESSURE
    assert (completed.at_utc_ms, completed.received_utc_ms) == (T0 + 300_000, T0 + 310_000)
    assert failed.determination == LEAK


def test_a_session_comes_back_with_its_phases(journal, history):
    journal.write([phase("baseline", 60), session(), phase("intake", 0)])
    found = history.session("s1")
    assert found is not None
    assert [p.phase for p in found.phases] == ["intake", "baseline"]
    assert (found.phase, found.ended_utc_ms) == ("baseline", None)
    assert (found.label, found.room, found.details) == ("AB", "Room A", {"preset": "mood"})
    assert found.is_simulated
    assert history.session("s2") is None


def test_an_alarm_row_keeps_the_five_facets(journal, history):
    journal.write([alarm()])
    (row,) = history.alarms(session_id="s1")
    assert (row.event, row.phase, row.state, row.inactivation) == (
        "low",
        "start",
        "active",
        "enabled",
    )
    assert (row.vital, row.value, row.worst, row.bound, row.direction) == (
        "spo2_pct",
        88,
        86,
        90,
        "below",
    )
    assert (row.priority, row.transition, row.since_utc_ms) == ("high", "raised", T0 + 50_000)


def test_two_devices_that_fall_silent_at_once_are_two_alarm_rows(journal, history):
    silent = replace(alarm(), condition="port_silent", vital=None)
    rows = [replace(silent, device_id=f"R1/{name}") for name in ("oximeter", "cuff")]
    journal.write(rows)
    journal.write(rows)
    assert [row.device_id for row in history.alarms()] == ["R1/oximeter", "R1/cuff"]


def test_a_command_comes_back_with_its_outcome(journal, history):
    journal.write([command()])
    (row,) = history.commands(session_id="s1")
    assert (row.verb, row.arguments, row.status, row.recliner) == (
        "start_infusion",
        {"speed": 1},
        "done",
        "R1",
    )
    outcome = journal.has_command("c1")
    assert outcome is not None
    assert (outcome.status, outcome.message, outcome.is_on_record) == ("done", "infusing", True)
    assert journal.has_command("c2") is None


def test_an_entry_is_corrected_by_another_entry_only(journal, history):
    wrong = EventFact("R1", "s1", "note", T0, "A. Nurse", {"text": "2 mg"})
    right = EventFact("R1", "s1", "note", T0 + 9, "A. Nurse", {"text": "1 mg"}, wrong.identity())
    journal.write([wrong, right])
    first, second = history.entries(session_id="s1", kind="note")
    assert (first.payload, second.payload) == ({"text": "2 mg"}, {"text": "1 mg"})
    assert second.corrects == first.entry_id


def test_a_device_is_remembered_with_its_adapter(journal, history):
    journal.write([sighting()])
    (row,) = history.devices("R1")
    assert (row.device, row.identity, row.what) == ("nonin-df2", "0403:6001/A5", "opened")


def test_the_same_facts_written_twice_stand_once(journal, history):
    journal.write(one_of_each())
    journal.write(one_of_each())
    assert len(history.readings(Vital.SPO2, session_id="s1")) == 1
    assert len(history.alarms()) == len(history.commands()) == len(history.entries()) == 1
    assert len(history.phases("s1")) == len(history.determinations(session_id="s1")) == 1
    assert len(history.devices()) == len(history.sessions()) == 1


def test_a_batch_with_one_impossible_fact_writes_nothing_of_it(journal, history):
    orphan = phase("intake", session_id="never begun")
    with pytest.raises(FactsRefused):
        journal.write([reading(0), orphan])
    unreadable = EventFact("R1", "s1", "note", T0, "A. Nurse", {"text": object()})
    with pytest.raises(FactsRefused):
        journal.write([reading(0), unreadable])
    assert history.readings(Vital.SPO2, recliner="R1") == []
    journal.write([reading(0)])
    assert len(history.readings(Vital.SPO2, recliner="R1")) == 1


def test_an_error_never_tells_a_label(journal):
    secret = session(label="J.D. 1961")
    with pytest.raises(FactsRefused) as refusal:
        journal.write([secret, phase("intake", session_id="never begun")])
    assert "J.D." not in str(refusal.value)


def test_the_newest_checkpoint_is_restored(journal):
    assert journal.restore("R1") is None
    journal.checkpoint("R1", {"phase": "intake"}, "boot-1", 10, T0)
    newest = Checkpoint("R1", {"phase": "infusing", "pauses": [1, 2]}, "boot-1", 20, T0 + 10)
    journal.write([reading(0), newest])
    assert journal.restore("R1") == newest
    assert journal.restore("R2") is None


def test_a_store_of_simulated_sessions_takes_no_real_ones_and_the_reverse(store):
    Journal.open(store, simulated=True).close()
    with pytest.raises(StoreError, match="holds simulated sessions and takes no real ones"):
        Journal.open(store, simulated=False)
    Journal.open(store, simulated=True).close()


def test_a_store_of_real_sessions_takes_no_simulated_ones(sqlite_store):
    Journal.open(sqlite_store, simulated=False).close()
    with pytest.raises(StoreError, match="holds real sessions and takes no simulated ones"):
        Journal.open(sqlite_store, simulated=True)


def test_the_store_tells_its_kind_and_its_clock(history):
    assert history.is_simulated()
    assert history.clock_rate() == 2.0


def test_no_fact_can_be_changed_or_deleted(store, journal):
    journal.write(one_of_each())
    engine = create_engine(url_of(store))
    for table in APPEND_ONLY:
        column = next(iter(metadata.tables[table].columns)).name
        for deed in (f"delete from {table}", f"update {table} set {column} = {column}"):
            with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
                connection.execute(text(deed))
    engine.dispose()


def test_rooms_and_places_are_kept_as_the_clinic_arranges_them(store, journal):
    journal.furnish([Place("R1", "Room A", 1), Place("R2", "Room A", 2)])
    journal.furnish([Place("R1", "Room B", 3)])
    engine = create_engine(url_of(store))
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "select recliners.name, rooms.name, place from recliners join rooms"
                " using (room_key) order by recliners.name"
            )
        ).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [("R1", "Room B", 3), ("R2", "Room A", 2)]


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "://"])
def test_a_store_that_is_no_file_and_no_postgresql_is_refused(url):
    with pytest.raises(StoreError):
        Journal.open(url, simulated=True)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    path = tmp_path / "chairside.db"
    path.write_text("this is a shopping list, and long enough to be taken for a page header\n" * 9)
    with pytest.raises(StoreError, match="cannot be opened: file is not a database"):
        Journal.open(path, simulated=True)


def test_a_journal_can_be_read_by_its_owner_only(sqlite_store):
    Journal.open(sqlite_store, simulated=True).close()
    assert os.stat(sqlite_store).st_mode & 0o077 == 0


def test_there_is_no_history_before_there_is_a_journal(sqlite_store):
    with pytest.raises(StoreError, match="there is no journal"):
        History.open(sqlite_store)


def test_a_page_cannot_write(store, history):
    with pytest.raises(StoreError, match=r"read-?only"):
        history._reader.all(text("delete from checkpoints"))


# ---- a file that is taken away


def test_a_journal_whose_file_was_taken_away_says_so_and_goes_on_when_it_is_back(
    sqlite_store, tmp_path
):
    journal = Journal.open(sqlite_store, simulated=True)
    journal.write([reading(1)])
    away = tmp_path / "away"
    away.mkdir()
    path = Path(sqlite_store)
    for file in path.parent.glob(f"{path.name}*"):
        file.rename(away / file.name)
    for attempt in (
        lambda: journal.write([reading(2)]),
        lambda: journal.claim(["R1"], Holder.of_this_process(), 1),
    ):
        with pytest.raises(StoreError, match=r"chairside\.db is gone"):
            attempt()
    other = Journal.open(sqlite_store, simulated=True)
    with pytest.raises(StoreError, match="is another file: put the one in use back"):
        journal.write([reading(2)])
    other.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    for file in away.iterdir():
        file.rename(path.parent / file.name)
    journal.write([reading(2)])
    journal.close()
