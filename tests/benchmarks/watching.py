"""What the room's benchmark watches: the store's rows, the pages' numbers, the processes' appetite.

Nothing here starts a part of the room; each watcher looks at one from outside, as cheaply as it
can, because watchers and watched share the cores.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import BrowserContext, Page

from monitors.readings import Vital
from monitors.store.history import History

LOOK_S = 0.005
_LOOKS_AFTER_A_WRITE = 12
MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold a pulse rate, when it was received and when it was seen, UTC milliseconds."""

    value: int
    received_ms: float
    seen_ms: float


class StoreWatch:
    """Note when each new pulse rate of a recliner can be read from the journal.

    The journal's write-ahead log is looked at every 5 ms, and the journal asked when it changed.
    """

    def __init__(self, store: str, recliner: str) -> None:
        self.seen: list[Seen] = []
        self._store = store
        self._recliner = recliner
        self._newest_ms = int(time.time() * 1000)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="store watch", daemon=True)

    def __enter__(self) -> StoreWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(10)

    def _watch(self) -> None:
        history = History.open(self._store)
        log, before, left = Path(f"{self._store}-wal"), 0, 0
        while not self._closing.wait(LOOK_S):
            written = _written_ns(log)
            left = _LOOKS_AFTER_A_WRITE if written != before else left - 1
            before = written
            if left > 0:
                self._look(history)
        history.close()

    def _look(self, history: History) -> None:
        span = (self._newest_ms + 1, self._newest_ms + 3_600_000)
        rows = history.readings(Vital.PULSE_RATE, recliner=self._recliner, span=span)
        seen_ms = time.time() * 1000
        for row in rows:
            self._newest_ms = row.at_utc_ms
            if row.value is not None:
                self.seen.append(Seen(int(row.value), row.at_utc_ms, seen_ms))


def _written_ns(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def stored_bytes(store: str) -> int:
    """Return the pages a SQLite journal uses, in bytes, those in its write-ahead log included."""
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    finally:
        connection.close()
    return int((pages - free) * size)


_NOTE_EACH_NUMBER = """(selector) => {
  const found = (root) => root.querySelector(selector)
    ?? [...root.querySelectorAll("*")].filter((e) => e.shadowRoot)
      .map((e) => found(e.shadowRoot)).find(Boolean);
  const number = found(document);
  window.seen = [];
  new MutationObserver(() => {
    const { value, at } = number.dataset;
    const last = window.seen.at(-1);
    if (value && last?.[0] !== value) window.seen.push([value, Number(at), Date.now()]);
  }).observe(number, { attributes: true });
}"""


_SHARES = {
    "main_thread": "TaskDuration",
    "main_thread_cpu": "ThreadTime",
    "script": "ScriptDuration",
    "layout": "LayoutDuration",
}


class Viewer:
    """Look at the wall in a window of its own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self._devtools = context.new_cdp_session(self.page)
        self._before: dict[str, float] = {}
        self._heap_before_mb = 0.0
        self.page.goto(url)

    def wait_for(self, recliners: int, recliner: str, wait_ms: float = 60_000) -> None:
        """Wait until all recliners are there and one shows a pulse rate."""
        self.page.wait_for_function(
            f"document.querySelectorAll('[data-recliner]').length >= {recliners}", timeout=wait_ms
        )
        number = f'{self._number(recliner)}[data-state="valid"]'
        self.page.locator(number).wait_for(timeout=wait_ms)

    def begin(self, recliner: str) -> None:
        """Start noting numbers and counting the main thread's work."""
        self._devtools.send("Performance.enable")
        self._heap_before_mb = self._heap_mb()
        self.page.evaluate(_NOTE_EACH_NUMBER, self._number(recliner))
        self._before = self._metrics()

    def end(self) -> dict[str, float]:
        """Return the main thread's shares of time and the script heap before and after.

        main_thread is how long tasks took, waits for a core included; main_thread_cpu is how
        long a core worked for them.
        """
        after = self._metrics()
        passed = after["Timestamp"] - self._before["Timestamp"]
        shares = {
            name: round((after[metric] - self._before[metric]) / passed, 4)
            for name, metric in _SHARES.items()
        }
        return shares | {
            "heap_mb_before": self._heap_before_mb,
            "heap_mb_after": self._heap_mb(),
            "dom_nodes": after["Nodes"],
        }

    def seen(self) -> list[Seen]:
        """Return every number that was noted."""
        noted: list[tuple[str, float, float]] = self.page.evaluate("window.seen")
        return [Seen(int(value), at, now) for value, at, now in noted]

    @staticmethod
    def _number(recliner: str) -> str:
        return f'[data-recliner="{recliner}"] [data-vital="pulse_rate_per_min"]'

    def _metrics(self) -> dict[str, float]:
        answer = self._devtools.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in answer["metrics"]}

    def _heap_mb(self) -> float:
        self._devtools.send("HeapProfiler.collectGarbage")
        used = self._devtools.send("Runtime.getHeapUsage")["usedSize"]
        return round(used / MEBI, 2)


class Machine:
    """Follow how busy the whole machine is, so that a figure of a crowded one is not trusted."""

    def __init__(self) -> None:
        self._before = self._busy_s()

    def end(self, elapsed_s: float) -> float:
        """Return seconds of processor a second that all programs of the machine used."""
        return round((self._busy_s() - self._before) / elapsed_s, 4)

    @staticmethod
    def _busy_s() -> float:
        times = psutil.cpu_times()
        return float(sum(times[:3]) + sum(times[5:7]))


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants; none where it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def browsers() -> list[psutil.Process]:
    """Return the browser processes that this process started."""
    return [one for one in family(os.getpid())[1:] if "chrom" in _name(one)]


def _name(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return process.name()
    return ""


@dataclass
class Appetite:
    """Follow what a group of processes uses of processor and memory."""

    processes: list[psutil.Process]
    rss_mb: list[float] = field(default_factory=list)
    _cpu_before_s: float = 0.0

    def begin(self) -> None:
        """Start counting."""
        self._cpu_before_s = self._cpu_s()
        self.look()

    def look(self) -> None:
        """Note how much memory is held now."""
        self.rss_mb.append(round(sum(_each(self.processes, _rss)) / MEBI, 1))

    def end(self, elapsed_s: float) -> dict[str, Any]:
        """Return seconds of processor a second, and memory at the start, at most, at the end."""
        spent_s = self._cpu_s() - self._cpu_before_s
        self.look()
        first, most, last = self.rss_mb[0], max(self.rss_mb), self.rss_mb[-1]
        return {
            "cpu_s_per_s": round(spent_s / elapsed_s, 4),
            "rss_mb": {"start": first, "most": most, "end": last},
        }

    def _cpu_s(self) -> float:
        return sum(_each(self.processes, _cpu))


def _cpu(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return spent.user + spent.system


def _rss(process: psutil.Process) -> float:
    return float(process.memory_info().rss)


def _each(processes: Iterable[psutil.Process], what: Any) -> Iterable[float]:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield what(process)
