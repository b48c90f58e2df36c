"""The picture shows pages what is true now, and carries their commands to the collector."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.errors import StoreError
from monitors.store.facts import Command
from monitors.store.picture import Beat, Picture
from monitors.store.picture_file import LONGEST_INBOX, MOST_PLETH_CHUNKS

ROOT = Path(__file__).parents[2]
NOW = 1_763_771_234_567


def beat(number: int, at: int | None = None) -> Beat:
    return Beat("clinic-pc:42", number, NOW + number * 100 if at is None else at)


def chunk(end: int) -> dict:
    return {"end": end, "rate": 75, "full_scale": 255, "samples": [1, None, 3]}


def ask(command_id: str = "c1", verb: str = "acknowledge") -> Command:
    return Command(command_id, NOW, "A. Nurse", "recliner:R1", verb, {"condition": "spo2_low"})


@pytest.fixture
def collector(sqlite_store):
    picture = Picture.open(sqlite_store, create=True)
    yield picture
    picture.close()


@pytest.fixture
def page(sqlite_store):
    picture = Picture.open(sqlite_store, create=False)
    yield picture
    picture.close()


def test_a_page_sees_what_changed_and_nothing_else(collector, page):
    collector.publish({"R1": {"n": 1}, "R2": {"n": 1}}, {"R1": [chunk(NOW)]}, beat(1))
    first = page.since(0)
    assert first.recliners == {"R1": {"n": 1}, "R2": {"n": 1}}
    assert first.pleth == {"R1": [chunk(NOW)]}
    assert first.beat == beat(1)
    collector.publish({"R2": {"n": 2}}, {"R2": [chunk(NOW + 5), chunk(NOW + 6)]}, beat(2))
    second = page.since(first.seq)
    assert second.recliners == {"R2": {"n": 2}}
    assert second.pleth == {"R2": [chunk(NOW + 5), chunk(NOW + 6)]}
    assert second.seq > first.seq


def test_a_look_without_news_gives_nothing(collector, page):
    collector.publish({"R1": {}}, {}, beat(1))
    seq = page.since(0).seq
    assert page.since(seq) is None
    assert page.since(seq) is None
    collector.publish({}, {}, beat(2))
    assert page.since(seq).beat == beat(2)


def test_a_late_page_gets_everything(collector, page):
    for number in range(5):
        collector.publish({f"R{number}": {"n": number}}, {}, beat(number))
    page.since(page.since(0).seq)
    assert set(page.since(0).recliners) == {"R0", "R1", "R2", "R3", "R4"}


def test_two_pages_behind_one_picture_may_stand_at_different_points(collector, page):
    collector.publish({"R1": {"n": 1}}, {}, beat(1))
    early = page.since(0).seq
    collector.publish({"R1": {"n": 2}}, {}, beat(2))
    late = page.since(early).seq
    assert page.since(late) is None
    assert page.since(early).recliners == {"R1": {"n": 2}}


def test_a_page_that_comes_before_the_collector_waits(sqlite_store):
    page = Picture.open(sqlite_store, create=False)
    assert page.since(0) is None
    assert page.outcome("c1") is None
    with pytest.raises(StoreError, match="no collector has run"):
        page.put(ask())
    collector = Picture.open(sqlite_store, create=True)
    collector.publish({"R1": {"n": 1}}, {}, beat(1))
    assert page.since(0).recliners == {"R1": {"n": 1}}
    page.close()
    collector.close()


def test_traces_are_kept_for_fifteen_seconds(collector, page):
    for number in range(300):
        at = NOW + number * 100
        collector.publish({}, {"R1": [chunk(at)]}, beat(number))
    ends = [one["end"] for one in page.since(0).pleth["R1"]]
    assert ends == [NOW + number * 100 for number in range(149, 300)]


def test_a_clock_set_back_by_an_hour_neither_hides_news_nor_fills_the_memory(collector, page):
    collector.publish({"R1": {"n": 0}}, {}, beat(0))
    seq = page.since(0).seq
    chunks = [chunk(NOW)] * 100
    for number in range(1, 101):
        earlier = beat(number, NOW - 3_600_000 + number * 100)
        collector.publish({"R1": {"n": number}}, {"R1": chunks}, earlier)
        news = page.since(seq)
        assert news.recliners == {"R1": {"n": number}}
        seq = news.seq
    assert len(page.since(0).pleth["R1"]) == MOST_PLETH_CHUNKS


def test_a_picture_deleted_while_it_is_used_comes_back_whole(collector, page):
    collector.publish({"R1": {"n": 1}, "R2": {"n": 1}}, {}, beat(1))
    seq = page.since(0).seq
    for part in collector.path.parent.iterdir():
        part.unlink()
    assert page.since(seq) is None
    collector.publish({"R2": {"n": 2}}, {}, beat(2))
    again = page.since(seq)
    assert again.recliners == {"R1": {"n": 1}, "R2": {"n": 2}}
    page.put(ask())
    assert [command.command_id for command in collector.pending()] == ["c1"]


def test_a_folder_deleted_while_it_is_used_comes_back(collector, page):
    collector.publish({"R1": {"n": 1}}, {}, beat(1))
    folder = collector.path.parent
    for part in folder.iterdir():
        part.unlink()
    folder.rmdir()
    collector.publish({"R1": {"n": 2}}, {}, beat(2))
    assert page.since(0).recliners == {"R1": {"n": 2}}


def test_a_restarted_collector_forgets_old_recliners_and_keeps_the_inbox(
    sqlite_store, collector, page
):
    collector.publish({"R1": {"n": 1}, "gone": {}}, {"R1": [chunk(NOW)]}, beat(1))
    seq = page.since(0).seq
    page.put(ask())
    collector.close()
    restarted = Picture.open(sqlite_store, create=True)
    restarted.publish({"R1": {"n": 2}}, {}, beat(1, NOW - 3_600_000))
    news = page.since(seq)
    assert news.recliners == {"R1": {"n": 2}}
    assert set(page.since(0).recliners) == {"R1"}
    assert page.since(0).pleth == {}
    assert [command.command_id for command in restarted.pending()] == ["c1"]
    restarted.close()


def test_a_dead_collectors_picture_is_known_by_its_beat(collector, page):
    collector.publish({"R1": {"n": 1}}, {}, beat(7))
    collector.close()
    found = page.since(0)
    assert found.beat == beat(7)
    assert page.since(found.seq) is None


def test_a_recliner_that_no_longer_exists_is_withdrawn(collector, page):
    collector.publish({"R1": {}, "R2": {}}, {}, beat(1))
    collector.withdraw(["R2"])
    assert set(page.since(0).recliners) == {"R1"}


def test_a_command_reaches_the_collector_once_and_its_outcome_the_page(collector, page):
    collector.publish({}, {}, beat(1))
    assert collector.pending() == []
    page.put(ask("c1"))
    page.put(ask("c2", "measure_now"))
    page.put(ask("c1", "discharge"))
    assert collector.pending() == [ask("c1"), ask("c2", "measure_now")]
    assert page.outcome("c1").status == "pending"
    collector.answer("c1", "done", "acknowledged", NOW + 50)
    outcome = page.outcome("c1")
    assert (outcome.status, outcome.message, outcome.done_at_utc_ms) == (
        "done",
        "acknowledged",
        NOW + 50,
    )
    assert not outcome.is_on_record
    assert [command.command_id for command in collector.pending()] == ["c2"]
    collector.put_on_record(["c1"])
    assert page.outcome("c1").is_on_record


def test_the_first_answer_to_a_command_stands(collector, page):
    page.put(ask())
    collector.answer("c1", "refused", "no session", NOW)
    collector.answer("c1", "done", "acknowledged", NOW + 1)
    assert page.outcome("c1").status == "refused"


def test_answers_are_forgotten_after_an_hour(collector, page):
    page.put(ask("old"))
    page.put(ask("new"))
    collector.answer("old", "done", "", NOW)
    collector.answer("new", "done", "", NOW + 3_600_001)
    assert page.outcome("old") is None
    assert page.outcome("new").status == "done"


def test_an_inbox_that_nobody_empties_takes_no_more(collector, page):
    for number in range(LONGEST_INBOX):
        page.put(ask(str(number)))
    with pytest.raises(StoreError, match="no collector takes them"):
        page.put(ask("one more"))
    assert len(collector.pending()) == LONGEST_INBOX


def test_an_empty_inbox_is_seen_full_as_soon_as_a_command_comes(collector, page):
    for number in range(20):
        assert collector.pending() == []
        page.put(ask(str(number)))
        assert len(collector.pending()) == 1
        assert len(collector.pending()) == 1
        collector.answer(str(number), "done", "", NOW)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_nobody_else_can_read_the_picture(collector):
    collector.publish({"R1": {}}, {}, beat(1))
    assert collector.path.parent.stat().st_mode & 0o777 == 0o700
    for part in collector.path.parent.iterdir():
        assert part.stat().st_mode & 0o077 == 0


READ = """
import sys
from monitors.store.picture import Picture
picture = Picture.open(sys.argv[1], create=False)
print("ready", flush=True)
sys.stdin.readline()
seq = 0
while True:
    delta = picture.since(seq)
    if delta is None:
        continue
    assert delta.seq > seq
    seq = delta.seq
    numbers = {picture["n"] for picture in delta.recliners.values()}
    assert len(numbers) <= 1, numbers
    if numbers == {200}:
        break
print("seen", flush=True)
"""


def test_a_page_in_another_process_never_sees_half_a_publication(sqlite_store, collector):
    reader = subprocess.Popen(
        [sys.executable, "-c", READ, sqlite_store],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "ready\n"
    reader.stdin.write("go\n")
    reader.stdin.flush()
    for number in range(1, 201):
        collector.publish({f"R{n}": {"n": number} for n in range(8)}, {}, beat(number))
    output, _ = reader.communicate(timeout=60)
    assert output == "seen\n"


def test_threads_may_share_one_picture(collector, page):
    problems = []

    def publish():
        try:
            for number in range(100):
                collector.publish({"R1": {"n": number}}, {}, beat(number))
                collector.pending()
        except Exception as error:
            problems.append(error)

    def look(name):
        try:
            seq = 0
            for number in range(100):
                delta = page.since(seq)
                seq = delta.seq if delta else seq
                page.put(ask(f"{name}-{number}"))
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=publish)]
    threads += [threading.Thread(target=look, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert len(collector.pending()) == 200


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.dictionaries(st.sampled_from("ABC"), st.integers(0, 9)), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_a_page_that_looks_now_and_then_ends_with_the_same_picture(tmp_path_factory, steps):
    store = tmp_path_factory.mktemp("picture") / "chairside.db"
    collector = Picture.open(store, create=True)
    page = Picture.open(store, create=False)
    true, seen, seq = {}, {}, 0
    for number, (changes, is_looking) in enumerate([*steps, ({}, True)]):
        pictures = {name: {"value": value} for name, value in changes.items()}
        true |= pictures
        collector.publish(pictures, {}, beat(number))
        if is_looking:
            delta = page.since(seq)
            seq, seen = delta.seq, seen | delta.recliners
    page.close()
    collector.close()
    assert seen == true


def test_an_order_is_refused_in_words_while_a_stopped_collector_holds_the_picture(
    collector, sqlite_store, monkeypatch
):
    monkeypatch.setattr("monitors.store.picture_file.PAGE_WAITS_S", 0.05)
    collector.publish({}, {}, beat(1))
    page = Picture.open(sqlite_store, create=False)
    page.put(ask("c1"))
    connection = collector._connection
    connection.execute("begin immediate")
    with pytest.raises(StoreError, match="held by another that does not go on"):
        page.put(ask("c2"))
    connection.execute("rollback")
    page.put(ask("c2"))
    assert [command.command_id for command in collector.pending()] == ["c1", "c2"]
    page.close()
