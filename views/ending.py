"""The end of the dashboard, begun at the signal that asks for it.

The server tells its application of the end only when every connection is closed, however long that
takes. Here the signal itself is heard as well: what runs behind the dashboard ends at once, and
connections that do not close are cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

CLOSES_WITHIN_S = 1.0
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
]


class Ending:
    """End once: tasks are cancelled, close runs in a thread, cut is called until all is over."""

    def __init__(
        self,
        tasks: Sequence[asyncio.Task[Any]],
        close: Callable[[], None],
        cut: Callable[[], None],
    ) -> None:
        self._tasks = tasks
        self._close = close
        self._cut = cut
        self._closed: asyncio.Future[None] | None = None
        self._cutting: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to end, in the loop; a second time changes nothing."""
        if self._closed is not None:
            return
        for task in self._tasks:
            task.cancel()
        self._closed = asyncio.get_running_loop().run_in_executor(None, self._close)
        self._cutting = asyncio.create_task(self._keep_cutting())

    async def _keep_cutting(self) -> None:
        while True:
            await asyncio.sleep(CLOSES_WITHIN_S)
            self._cut()

    async def finish(self) -> None:
        """End, and wait until all is over."""
        self.begin()
        assert self._closed is not None
        assert self._cutting is not None
        await asyncio.gather(*self._tasks, self._closed, return_exceptions=True)
        self._cutting.cancel()


@contextlib.contextmanager
def told_of_signals(tell: Callable[[], None]) -> Iterator[None]:
    """Have tell called in the running loop when a signal asks for the end.

    Whoever heard these signals before hears them still. Outside the main thread nothing is heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        heard_before = before[signal.Signals(number)]
        if callable(heard_before):
            heard_before(number, frame)

    for number in SIGNALS:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is hear:
                signal.signal(number, handler)
