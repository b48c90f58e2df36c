"""What a link sends to a cuff: a start when one may be sent, a stop for each reason there is.

Everything here happens in the link's thread and is told as an event. When a cuff may be started
and must be stopped is cuff_cycle.py's; the bytes are the adapter's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from monitors.clock import Clock
from monitors.devices.adapter import Adapter, CuffAdapter
from monitors.devices.cuff_cycle import CancelReason, CuffGuard
from monitors.devices.link_events import CuffCancelled, CuffEvent, CuffRunsOn, CuffStarted
from monitors.devices.orders import RefusedError
from monitors.devices.silence import SilenceWatch
from monitors.devices.transport import Transport

_log = logging.getLogger(__name__)


class LinkCuff:
    """Start the cuff of one port, and stop only what was started here.

    guard and watch are the link's own, which it tells what is heard. send writes bytes at a
    timeline millisecond; tell takes an event. All methods raise TransportError when the port is
    lost.
    """

    def __init__(
        self,
        device_id: str,
        adapter: Adapter,
        guard: CuffGuard,
        watch: SilenceWatch,
        clock: Clock,
        send: Callable[[Transport, bytes, int], None],
        tell: Callable[[CuffEvent], None],
    ) -> None:
        self._device_id = device_id
        self._adapter = adapter
        self._guard = guard
        self._watch = watch
        self._clock = clock
        self._send = send
        self._tell = tell

    def start(self, transport: Transport, rest_s: float) -> None:
        """Start one determination; rest_s: seconds the arm must have rested.

        Raises RefusedError, saying why, when no start may be sent now.
        """
        now_ms = self._clock.now_ms()
        if not self._watch.is_speaking:
            raise RefusedError(f"{self._device_id}: the device is silent, nothing was sent")
        refusal = self._guard.refusal(now_ms, rest_s)
        if refusal is not None:
            raise RefusedError(f"{self._device_id}: no cuff start: {refusal}")
        assert isinstance(self._adapter, CuffAdapter)
        start = self._adapter.start_cuff(now_ms / 1000)
        self._guard.started(now_ms)
        self._send(transport, start, now_ms)
        _log.info("%s: cuff start sent", self._device_id)
        self._tell(CuffStarted(self._device_id, now_ms))

    def stop_for_staff(self, transport: Transport) -> None:
        """Stop our own cycle. Raises RefusedError when none is running."""
        if self._guard.own is None:
            raise RefusedError(f"{self._device_id}: no cycle that was started from here is running")
        self._stop(transport, CancelReason.STAFF)

    def stop_if_due(self, transport: Transport, now_ms: int) -> None:
        """Stop our own cycle when it must be, and tell when it heeds no stop."""
        reason = self._guard.stop_due(now_ms)
        if reason is not None:
            self._stop(transport, reason)
        stops = self._guard.stops_in_vain(now_ms)
        if stops is not None:
            _log.error("%s: the cuff goes on measuring after %d stops", self._device_id, stops)
            self._tell(CuffRunsOn(self._device_id, now_ms, stops))

    def stop_at_shutdown(self, transport: Transport) -> None:
        """Stop our own cycle, if one runs, before the port is given back."""
        own = self._guard.own
        if own is not None and not own.is_orphan:
            self._stop(transport, CancelReason.SHUTDOWN)
            transport.flush()

    def _stop(self, transport: Transport, reason: CancelReason) -> None:
        now_ms = self._clock.now_ms()
        assert isinstance(self._adapter, CuffAdapter)
        self._send(transport, self._adapter.cancel_cuff(now_ms / 1000), now_ms)
        self._guard.cancelled(now_ms, reason)
        level = logging.WARNING if reason is CancelReason.REPEATED else logging.INFO
        _log.log(level, "%s: cuff stop sent (%s)", self._device_id, reason)
        self._tell(CuffCancelled(self._device_id, now_ms, reason))
