"""What is asked of a cuff, who asked it, and what came back.

Here a start or a stop is sent to its device in a thread of its own, so that a port that does not
answer delays nobody, and its outcome is told as an event. Whether a cuff may be started is decided
before (the meaning room) and once more at the device (the wire room).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from monitors.clinic.happenings import CuffOrder
from monitors.collecting.ports import PortLink, Ports
from monitors.devices.cuff_cycle import REST_S, STAT_REST_S
from monitors.errors import TransportError
from monitors.store.facts import Command

AT_ONCE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CuffOutcome:
    """Say what became of a cuff order.

    command: the person's who waits for an answer; None where the cadence asked. error: None when
    the bytes were sent.
    """

    order: CuffOrder
    command: Command | None
    error: str | None

    @property
    def status(self) -> str:
        """Return done or refused."""
        return "done" if self.error is None else "refused"

    @property
    def words(self) -> str:
        """Return words for the person."""
        told = self.error or ("cuff started" if self.order.is_start else "cuff stopped")
        return f"{told}; {self.order.remark}" if self.order.remark and not self.error else told


class CuffOrders:
    """Ask devices to start or stop their cuffs, up to AT_ONCE at the same time."""

    def __init__(self, ports: Ports, tell: Callable[[CuffOutcome], None]) -> None:
        self._ports = ports
        self._tell = tell
        self._threads = ThreadPoolExecutor(AT_ONCE, "cuff order")

    def ask(self, order: CuffOrder, command: Command | None = None) -> None:
        """Send an order; its outcome is told later, from another thread."""
        self._threads.submit(self._ask, order, command)

    def close(self) -> None:
        """Wait until what was asked has its outcome."""
        self._threads.shutdown()

    def _ask(self, order: CuffOrder, command: Command | None) -> None:
        self._tell(CuffOutcome(order, command, self._error_of(order)))

    def _error_of(self, order: CuffOrder) -> str | None:
        """Send an order; return why it was not sent, None if it was."""
        try:
            _send(self._ports.link_of(order.device_id), order)
        except TransportError as trouble:
            return str(trouble)
        except Exception as trouble:
            log.exception("cuff order failed")
            return f"Chairside failed: {trouble}"
        return None


def _send(link: PortLink, order: CuffOrder) -> None:
    if order.is_start:
        link.start_cuff(STAT_REST_S if order.is_stat else REST_S)
    else:
        link.cancel_cuff()
