"""One thread per port: opens it, reads, decodes, asks, watches for silence, and opens it again.

Everything learned goes to the sink as an event; the decoding, the requests to start or stop a
cuff and the reconnecting all happen in the one thread, so an adapter needs no lock and a broken
device stops nobody else. What bytes mean is the adapter's, what is sent to a cuff is
link_cuff.py's, and what an event means for a patient is decided in another room.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from monitors.clock import Clock
from monitors.devices.adapter import Adapter, CuffAdapter
from monitors.devices.capture_file import Direction
from monitors.devices.cuff_cycle import REST_S, CuffGuard, OwnCycle
from monitors.devices.device_kind import DeviceKind, LineSettings
from monitors.devices.link_cuff import LinkCuff
from monitors.devices.link_events import (
    LineCounts,
    LinkEvent,
    Lost,
    Opened,
    Received,
    Silent,
    Speaking,
)
from monitors.devices.orders import Act, OrderBox
from monitors.devices.silence import SilenceWatch
from monitors.devices.sockets import NobodyConnectedError
from monitors.devices.transport import READ_WAIT_S, Transport, list_ports, port_for
from monitors.devices.usb import Lister
from monitors.errors import TransportError
from monitors.readings import OximetryReading, Reading

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 5.0)
CLOSE_WAIT_S = 10.0
Tap = Callable[[int, Direction, bytes], None]

_log = logging.getLogger(__name__)


class Link:
    """Keep one device's port alive and turn its bytes into events.

    sink is called in the link's thread and must not block. line overrides the catalogue's line
    settings. lister tells which ports exist. tap is handed every chunk that came or went, with
    the timeline millisecond, for a black box. may_start_cuff is the recliner's permission.
    pauses_s are the pauses between attempts to open; the last one repeats. serial_number names
    the USB adapter that the port must be, under whatever name it stands.
    """

    def __init__(
        self,
        device_id: str,
        kind: DeviceKind,
        port: str,
        clock: Clock,
        sink: Callable[[LinkEvent], None],
        line: LineSettings | None = None,
        *,
        lister: Lister = list_ports,
        tap: Tap | None = None,
        may_start_cuff: bool = True,
        pauses_s: Sequence[float] = PAUSES_S,
        serial_number: str | None = None,
    ) -> None:
        self._device_id = device_id
        self._kind = kind
        self._clock = clock
        self._sink = sink
        self._tap = tap
        self._may_start_cuff = may_start_cuff
        self._pauses_s = tuple(pauses_s)
        self._port = port_for(port, line or kind.line, lister, serial_number)
        self._adapter: Adapter = kind.make()
        self._watch = SilenceWatch(kind.longest_silence_s)
        self._cuff = CuffGuard()
        self._sender = LinkCuff(
            device_id, self._adapter, self._cuff, self._watch, clock, self._send, self._tell
        )
        self._orders = OrderBox(device_id)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_open = False
        self._is_lost = False
        self._attempts = 0
        self._last_byte_ms: int | None = None
        self._counts = LineCounts(device_id, 0, 0, 0, 0, None)
        self._adapter_failures = 0

    @property
    def is_open(self) -> bool:
        """Tell whether the port is open now."""
        return self._is_open

    @property
    def own_cycle(self) -> OwnCycle | None:
        """Return the cuff cycle that Chairside started and has not seen end; None without one."""
        return self._cuff.own

    @property
    def adapter_failures(self) -> int:
        """Return how often the adapter failed by a fault of its own (a bug)."""
        return self._adapter_failures

    def start(self) -> None:
        """Begin to open the port and listen, in a thread of its own."""
        name = f"link {self._device_id}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop our own cuff cycle if one runs, give the port back and end the thread."""
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(CLOSE_WAIT_S)

    # -- orders from outside the thread

    def start_cuff(self, rest_s: float = REST_S) -> None:
        """Start one determination; returns when the bytes were sent.

        An adapter that waits for an answer sends them within a second after it, or, if the port
        is lost before, not at all.

        rest_s: seconds the arm must have rested since the last cycle; cuff_cycle.STAT_REST_S for
        a STAT series. Raises TransportError, saying why, when it was not sent; then it never will.
        """
        if not self._may_start_cuff:
            raise TransportError(f"{self._device_id}: this recliner does not permit a cuff start")
        self._order(lambda transport: self._sender.start(transport, rest_s))

    def cancel_cuff(self) -> None:
        """Stop the cycle that Chairside started; returns when the bytes were sent.

        Raises TransportError when no cycle of ours runs, or the stop could not be sent.
        """
        self._order(self._sender.stop_for_staff)

    def _order(self, act: Act) -> None:
        if not (self._kind.can_start_cuff and isinstance(self._adapter, CuffAdapter)):
            raise TransportError(
                f"{self._device_id}: expected a device whose cuff can be started from here, "
                f"{self._kind.name} is not one"
            )
        if not self._is_open:
            raise TransportError(f"{self._device_id}: the port is not open, nothing was sent")
        self._orders.put(act)

    # -- the thread

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._attempts += 1
                must_pause = self._live_once()
                self._orders.refuse_all()
                if must_pause:
                    self._closing.wait(self._pause_s())
        finally:
            self._port.close()

    def _pause_s(self) -> float:
        place = min(self._attempts, len(self._pauses_s)) - 1
        return self._pauses_s[max(place, 0)]

    def _live_once(self) -> bool:
        """Open the port and converse until it is lost; tell whether to pause before the next."""
        transport: Transport | None = None
        try:
            transport = self._port.open()
            self._opened(transport)
            self._converse(transport)
        except TransportError as error:
            self._lost(str(error))
            return not isinstance(error, NobodyConnectedError)
        except Exception as error:
            self._adapter_failures += 1
            what = f"{type(error).__name__}: {error}"
            self._lost(f"the {self._kind.name} adapter failed: {what}", bug=error)
        finally:
            self._is_open = False
            if transport is not None:
                transport.close()
        return True

    def _opened(self, transport: Transport) -> None:
        now_ms = self._clock.now_ms()
        self._watch.opened(now_ms)
        self._cuff.line_back(now_ms)
        identity = self._port.identity
        if self._is_lost:
            _log.info("%s is back on %s", self._device_id, transport.name)
        self._is_lost = False
        self._tell(
            Opened(self._device_id, now_ms, transport.name, str(identity) if identity else None)
        )
        self._note(now_ms, Direction.OPENED, b"")
        self._send(transport, self._adapter.begin(now_ms / 1000), now_ms)
        self._is_open = True

    def _lost(self, reason: str, bug: Exception | None = None) -> None:
        self._cuff.line_lost(self._clock.now_ms())
        if self._is_lost or self._closing.is_set():
            return
        self._is_lost = True
        _log.warning("%s is lost: %s", self._device_id, reason, exc_info=bug)
        self._tell(Lost(self._device_id, self._clock.now_ms(), reason))

    def _converse(self, transport: Transport) -> None:
        wait_s = self._batch_s()
        while not self._closing.is_set():
            chunk = transport.read(wait_s)
            now_ms = self._clock.now_ms()
            if chunk:
                self._take(chunk, now_ms)
            self._watch_silence(now_ms)
            self._orders.serve(transport)
            self._sender.stop_if_due(transport, now_ms)
            self._send(transport, self._adapter.due(now_ms / 1000), now_ms)
            self._tell_counts(now_ms)
        self._sender.stop_at_shutdown(transport)

    def _batch_s(self) -> float:
        """Return how long bytes may gather: 50 ms, less where the clock runs fast."""
        shortest_s = self._kind.longest_silence_s / 4 / self._clock.rate
        return max(0.005, min(READ_WAIT_S, shortest_s))

    def _take(self, chunk: bytes, now_ms: int) -> None:
        self._last_byte_ms = now_ms
        self._note(now_ms, Direction.RECEIVED, chunk)
        before = self._adapter.counts.frames
        readings = self._adapter.feed(chunk, now_ms / 1000)
        if self._adapter.counts.frames != before and self._watch.heard(now_ms):
            self._spoke(now_ms)
        for reading in _without_repeats(readings):
            self._cuff.heard(reading, now_ms)
            self._tell(Received(self._device_id, reading, now_ms))

    def _spoke(self, now_ms: int) -> None:
        self._attempts = min(self._attempts, self._adapter_failures)
        self._tell(Speaking(self._device_id, now_ms))

    def _watch_silence(self, now_ms: int) -> None:
        if self._watch.fell_silent(now_ms):
            _log.warning("%s is silent", self._device_id)
            self._tell(Silent(self._device_id, now_ms, self._watch.last_frame_ms))

    def _tell_counts(self, now_ms: int) -> None:
        if now_ms - self._counts.at_ms < 1000 * max(1.0, self._clock.rate):
            return
        counts, told = self._adapter.counts, self._counts
        self._counts = LineCounts(
            self._device_id,
            now_ms,
            counts.frames,
            counts.bad_checksums,
            counts.discarded_bytes,
            self._last_byte_ms,
        )
        if replace(self._counts, at_ms=told.at_ms) != told:
            self._tell(self._counts)

    def _tell(self, event: LinkEvent) -> None:
        try:
            self._sink(event)
        except Exception:
            _log.exception("%s: an event was not taken", self._device_id)

    def _note(self, now_ms: int, direction: Direction, chunk: bytes) -> None:
        if self._tap is not None:
            self._tap(now_ms, direction, chunk)

    def _send(self, transport: Transport, chunk: bytes, now_ms: int) -> None:
        if chunk:
            self._note(now_ms, Direction.SENT, chunk)
            transport.write(chunk)


def _without_repeats(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Leave out an oximeter's reading that the one before it, of the same instant, has told.

    Oximeters that send 60 or 100 packets a second repeat each number many times; bytes read at
    one instant are one moment to everybody behind the link.
    """
    last: Reading | None = None
    for reading in readings:
        if isinstance(reading, OximetryReading):
            if reading == last:
                continue
            last = reading
        yield reading
