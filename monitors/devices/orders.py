"""Orders that wait for a port's thread, and the outcome that goes back to who gave them.

An order is carried out once or never: one that nobody waits for any more, or that was given to a
port which was lost, is refused and cannot be sent later. What an order does is not known here.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field

from monitors.devices.transport import Transport
from monitors.errors import TransportError

ORDER_WAIT_S = 2.0
Act = Callable[[Transport], None]


class RefusedError(TransportError):
    """Say that an order is not carried out; the port itself is well."""


@dataclass(slots=True)
class _Order:
    act: Act
    outcome: Future[None] = field(default_factory=Future)


class OrderBox:
    """Hand orders from any thread to the one that owns the port."""

    def __init__(self, device_id: str) -> None:
        self._device_id = device_id
        self._waiting: queue.SimpleQueue[_Order] = queue.SimpleQueue()

    def put(self, act: Act) -> None:
        """Give an order and wait until it was carried out.

        Raises TransportError when it was refused or failed, or when the port's thread did not
        take it up within ORDER_WAIT_S; then it never will.
        """
        order = _Order(act)
        self._waiting.put(order)
        try:
            order.outcome.result(ORDER_WAIT_S)
        except FutureTimeoutError:
            if order.outcome.cancel():
                raise TransportError(
                    f"{self._device_id}: the port is too busy, nothing was sent"
                ) from None
            self._wait_for_the_end(order)

    def _wait_for_the_end(self, order: _Order) -> None:
        try:
            order.outcome.result(ORDER_WAIT_S)
        except FutureTimeoutError:
            raise TransportError(
                f"{self._device_id}: the port hangs; whether the order was sent is not known"
            ) from None

    def serve(self, transport: Transport) -> None:
        """Carry out what waits. Raises again what befalls the port, not a refusal."""
        while not self._waiting.empty():
            order = self._waiting.get()
            if order.outcome.set_running_or_notify_cancel():
                self._carry_out(order, transport)

    def _carry_out(self, order: _Order, transport: Transport) -> None:
        try:
            order.act(transport)
        except RefusedError as refusal:
            order.outcome.set_exception(refusal)
        except Exception as error:
            order.outcome.set_exception(TransportError(f"{self._device_id}: {error}"))
            raise
        else:
            order.outcome.set_result(None)

    def refuse_all(self) -> None:
        """Let nothing that was asked of a lost port be sent when it is back."""
        while not self._waiting.empty():
            order = self._waiting.get()
            if order.outcome.set_running_or_notify_cancel():
                order.outcome.set_exception(
                    TransportError(f"{self._device_id}: the port was lost, nothing was sent")
                )
