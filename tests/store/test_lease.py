"""One collector per recliner: who holds it is said, and a dead one is replaced."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from monitors.store.history import History
from monitors.store.journal import Journal
from monitors.store.lease import Holder, LeaseHeld, LeaseLost
from tests.store.examples import T0, reading, somebody

ROOT = Path(__file__).parents[2]


@pytest.fixture
def journals(store):
    opened = [Journal.open(store, simulated=True) for _ in range(2)]
    yield opened
    for journal in opened:
        journal.close()


ME = Holder.of_this_process()
OTHER = somebody()


def is_taken_over(journal, holder):
    """Say whether a journal's holder has lost the recliner to another."""
    try:
        journal.renew(holder, T0)
    except LeaseLost:
        return True
    return False


def test_a_second_collector_is_refused_and_told_who_holds_the_recliner(journals):
    first, second = journals
    first.claim(["R1", "R2"], OTHER, T0)
    with pytest.raises(LeaseHeld) as refusal:
        second.claim(["R3", "R2"], ME, T0 + 4_000)
    assert str(refusal.value) == (
        "R2 is held by process 999999 on elsewhere, since 2025-11-22 00:27:14 UTC"
    )


def test_all_recliners_are_claimed_or_none(journals):
    first, second = journals
    first.claim(["R2"], OTHER, T0)
    with pytest.raises(LeaseHeld):
        second.claim(["R1", "R2"], ME, T0)
    first.claim(["R1"], OTHER, T0)


def test_the_holder_may_claim_again(journals):
    first, second = journals
    first.claim(["R1"], ME, T0)
    second.claim(["R1"], ME, T0)
    assert not is_taken_over(first, ME)


def test_a_lease_that_is_renewed_goes_on(journals):
    first, second = journals
    first.claim(["R1"], OTHER, T0)
    first.renew(OTHER, T0 + 4_000)
    with pytest.raises(LeaseHeld):
        second.claim(["R1"], ME, T0 + 8_000)


def test_a_lease_without_renewal_for_five_seconds_is_taken_over(journals):
    first, second = journals
    first.claim(["R1"], OTHER, T0)
    with pytest.raises(LeaseHeld):
        second.claim(["R1"], ME, T0 + 5_000)
    second.claim(["R1"], ME, T0 + 5_001)


def test_the_one_who_lost_its_lease_writes_nothing_more(journals, store):
    first, second = journals
    first.claim(["R1"], OTHER, T0)
    first.write([reading(0, 97)], T0)
    second.claim(["R1"], ME, T0 + 6_000)
    with pytest.raises(LeaseLost):
        first.write([reading(6, 12)])
    with pytest.raises(LeaseLost):
        first.write([reading(6, 12)], T0 + 6_100)
    with pytest.raises(LeaseLost):
        first.renew(OTHER, T0 + 6_100)
    second.write([reading(7, 96)], T0 + 7_000)
    history = History.open(store)
    assert [r.value for r in history.readings("spo2_pct", recliner="R1")] == [97, 96]
    history.close()


def test_writing_a_second_of_facts_renews_the_lease(journals):
    first, second = journals
    first.claim(["R1"], OTHER, T0)
    first.write([reading(4)], T0 + 4_000)
    with pytest.raises(LeaseHeld):
        second.claim(["R1"], ME, T0 + 8_000)


def test_a_released_lease_is_free_at_once(journals):
    first, second = journals
    first.claim(["R1"], OTHER, T0)
    first.release(OTHER)
    second.claim(["R1"], ME, T0 + 1)
    with pytest.raises(LeaseHeld):
        first.claim(["R1"], OTHER, T0 + 2)


def test_a_dead_process_of_this_machine_is_replaced_at_once(journals):
    first, second = journals
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started_ms = int(psutil.Process(child.pid).create_time() * 1000)
    theirs = replace(ME, process_id=child.pid, process_started_ms=started_ms)
    first.claim(["R1"], theirs, T0)
    with pytest.raises(LeaseHeld):
        second.claim(["R1"], ME, T0 + 100)
    child.communicate(b"\n", timeout=30)
    second.claim(["R1"], ME, T0 + 100)


def test_a_process_that_got_a_dead_ones_number_does_not_hold_its_lease(journals):
    first, second = journals
    dead = replace(ME, process_started_ms=ME.process_started_ms - 60_000)
    first.claim(["R1"], dead, T0)
    second.claim(["R1"], ME, T0 + 100)
    assert is_taken_over(first, dead)


def test_a_process_of_an_earlier_boot_is_dead(journals):
    first, second = journals
    dead = replace(ME, boot_id="yesterday", process_id=1)
    first.claim(["R1"], dead, T0)
    second.claim(["R1"], ME, T0 + 100)
    assert is_taken_over(first, dead)


def test_of_a_process_elsewhere_nothing_is_known_before_its_lease_ends(journals):
    first, second = journals
    first.claim(["R1"], replace(ME, host="elsewhere", process_id=999_999), T0)
    with pytest.raises(LeaseHeld):
        second.claim(["R1"], ME, T0 + 100)


def test_a_clock_set_back_by_an_hour_locks_nobody_out(journals):
    first, second = journals
    first.claim(["R1"], OTHER, T0)
    second.claim(["R1"], ME, T0 - 3_600_000)
    assert is_taken_over(first, OTHER)


def test_there_is_one_clerk(journals):
    first, second = journals
    assert first.claim_clerk(OTHER, T0)
    assert not second.claim_clerk(ME, T0 + 1_000)
    assert first.claim_clerk(OTHER, T0 + 2_000)
    assert second.claim_clerk(ME, T0 + 8_000)


RACE = """
import sys
from monitors.store.journal import Journal
from monitors.store.lease import Holder, LeaseHeld
journal = Journal.open(sys.argv[1], simulated=True)
print("ready", flush=True)
sys.stdin.readline()
try:
    journal.claim(["R1", "R2"], Holder.of_this_process(), int(sys.argv[2]))
    print("won", flush=True)
except LeaseHeld:
    print("lost", flush=True)
sys.stdin.readline()
"""


def test_of_three_processes_that_claim_at_once_exactly_one_wins(store):
    Journal.open(store, simulated=True).close()
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, store, str(T0)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 3
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    results = [racer.stdout.readline().strip() for racer in racers]
    for racer in racers:
        racer.communicate("end\n", timeout=30)
    assert sorted(results) == ["lost", "lost", "won"]
