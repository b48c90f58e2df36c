"""Measure the store: ``python -m tests.benchmarks.store`` prints one JSON object.

Here a room's seconds are written as a collector would (each recliner: SpO2, pulse, perfusion
index, one pleth chunk, a checkpoint every ten seconds) and asked for as pages would. Nothing is
asserted: figures depend on the machine and are for reading.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitors.readings import Vital, Waveform
from monitors.store.facts import Checkpoint, Fact, ReadingFact, SessionFact, WaveformFact
from monitors.store.history import History
from monitors.store.journal import Journal
from monitors.store.lease import Holder
from monitors.store.picture import Beat, Picture

T0 = 1_763_771_234_567
VALUES = ((Vital.SPO2, 97), (Vital.PULSE_RATE, 72), (Vital.PERFUSION_INDEX, 4.25))


def main() -> None:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(description="Measure the store.")
    parser.add_argument("--recliners", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--store", help="a path or URL; by default a new SQLite file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CHAIRSIDE_RUNTIME_DIR"] = str(Path(folder) / "runtime")
        store = asked.store or str(Path(folder) / "chairside.db")
        result = {"machine": platform.machine(), "cores": os.cpu_count()}
        result |= {"recliners": asked.recliners, "seconds": asked.seconds}
        result |= write_room(store, asked.recliners, asked.seconds)
        result |= read_room(store, asked.recliners, asked.seconds)
        result |= publish_room(store, asked.recliners)
    print(json.dumps(result, indent=1))  # noqa: T201


def write_room(store: str, recliners: int, seconds: int) -> dict[str, Any]:
    """Write so many seconds of a room, one transaction each."""
    journal = Journal.open(store, simulated=True)
    names = [f"R{number}" for number in range(1, recliners + 1)]
    journal.claim(names, Holder.of_this_process(), T0)
    journal.write([_session(name) for name in names])
    random.seed(1)
    took_ms, cpu_s = [], 0.0
    for second in range(seconds):
        facts = [fact for name in names for fact in _second(name, second)]
        began, cpu = time.perf_counter(), time.process_time()
        journal.write(facts, T0 + second * 1000)
        took_ms.append((time.perf_counter() - began) * 1000)
        cpu_s += time.process_time() - cpu
    journal.close()
    hours = recliners * seconds / 3600
    return {
        "commit_ms": percentiles(took_ms),
        "commit_cpu_ms": round(cpu_s / seconds * 1000, 3),
        "bytes_per_recliner_hour": _sizes(store, hours),
    }


def _session(name: str) -> SessionFact:
    return SessionFact(f"s-{name}", name, "AB", "Mood 40", "infusion", 2400, T0, "benchmark")


def _second(name: str, second: int) -> list[Fact]:
    at = T0 + second * 1000 + random.randrange(40)
    device, whose = f"{name}/oximeter", f"s-{name}"
    facts: list[Fact] = [
        ReadingFact(name, whose, device, vital, at, value) for vital, value in VALUES
    ]
    samples = tuple(_pleth(second * 75 + number) for number in range(75))
    facts.append(WaveformFact(name, whose, device, Waveform.PLETH, at, 75, 255, samples))
    if second % 10 == 0:
        facts.append(Checkpoint(name, {"state": "x" * 4000}, "boot", second * 1000, at))
    return facts


def _pleth(number: int) -> int:
    phase = (number / 62.5) % 1
    pulse = math.exp(-(((phase - 0.2) / 0.1) ** 2)) + 0.4 * math.exp(-(((phase - 0.5) / 0.15) ** 2))
    return max(0, min(255, round(60 + 130 * pulse + random.gauss(0, 0.7))))


def _sizes(store: str, hours: float) -> dict[str, int]:
    """Return bytes of a SQLite file and of its two large tables, by recliner-hour."""
    if "://" in store:
        return {}
    sizes = {"all": round(Path(store).stat().st_size / hours)}
    connection = sqlite3.connect(store)
    for table in ("readings", "waveform_chunks"):
        asked = "select sum(pgsize) from dbstat where name = ?"
        try:
            (found,) = connection.execute(asked, (table,)).fetchone()
        except sqlite3.OperationalError:
            continue
        sizes[table] = round(found / hours)
    connection.close()
    return sizes


def read_room(store: str, recliners: int, seconds: int) -> dict[str, Any]:
    """Ask what a wall, a recliner page and a review page ask."""
    history = History.open(store)
    names = [f"R{number}" for number in range(1, recliners + 1)]
    span = (T0, T0 + seconds * 1000)
    last_minute = (span[1] - 60_000, span[1])
    asked: dict[str, Callable[[], Any]] = {
        "trend_of_all_ms": lambda: history.trend(names),
        "session_in_1000_buckets_ms": lambda: history.buckets(
            Vital.SPO2, span, 1000, session_id="s-R1"
        ),
        "session_raw_ms": lambda: history.readings(Vital.SPO2, session_id="s-R1"),
        "pleth_minute_ms": lambda: history.waveforms(
            Waveform.PLETH, last_minute, session_id="s-R1"
        ),
    }
    result = {name: percentiles([_timed_ms(ask) for _ in range(9)]) for name, ask in asked.items()}
    history.close()
    return result


def publish_room(store: str, recliners: int, publications: int = 300) -> dict[str, Any]:
    """Publish a picture with every recliner changed, and look at it as a dashboard does."""
    collector, page = Picture.open(store, create=True), Picture.open(store, create=False)
    pictures = {f"R{number}": _one_picture() for number in range(1, recliners + 1)}
    chunk = {"end": T0, "rate": 75, "full_scale": 255, "samples": [100] * 25}
    pleth = {name: [chunk] for name in pictures}
    wrote, read, idle, seq = [], [], [], 0
    for number in range(publications):
        beat = Beat("benchmark", number, T0 + number * 100)
        wrote.append(_timed_ms(lambda beat=beat: collector.publish(pictures, pleth, beat)))
        began = time.perf_counter()
        delta = page.since(seq)
        read.append((time.perf_counter() - began) * 1000)
        seq = delta.seq if delta else seq
        idle.append(_timed_ms(lambda seq=seq: page.since(seq)))
    collector.close()
    page.close()
    return {
        "picture_bytes": len(json.dumps(_one_picture())),
        "publish_ms": percentiles(wrote),
        "look_ms": percentiles(read),
        "idle_look_ms": percentiles(idle),
    }


def _one_picture() -> dict[str, Any]:
    vital = {"value": 97, "state": "valid", "at": T0, "reason": None, "conditions": []}
    limit = {"condition": "spo2_low", "direction": "below", "bound": 90, "priority": "high"}
    return {"vitals": dict.fromkeys(Vital, vital), "limits": [limit] * 20, "alarms": []}


def _timed_ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def percentiles(figures: list[float]) -> dict[str, float]:
    """Return the median, the 95th of 100 and the largest."""
    ordered = sorted(figures)
    places = {"p50": len(ordered) // 2, "p95": int(len(ordered) * 0.95), "max": -1}
    return {name: round(ordered[place], 3) for name, place in places.items()}


if __name__ == "__main__":
    main()
