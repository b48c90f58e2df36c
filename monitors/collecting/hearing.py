"""What the ports tell, brought to the recliner whose devices they are.

Here a link's event becomes a call of its recliner, a row on record and, for a trace, samples for
the pages; each event leaves what it must in that order. What bytes mean was decided before it,
what a reading means is decided after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from monitors.clinic.happenings import Happening
from monitors.clinic.place import DeviceState
from monitors.clinic.recliner import Recliner
from monitors.clinic.swapped import identified
from monitors.clock import Clock
from monitors.collecting.books import Books
from monitors.collecting.publishing import Publisher
from monitors.collecting.setups import device_fact
from monitors.devices.link_events import (
    CuffCancelled,
    CuffRunsOn,
    CuffStarted,
    LineCounts,
    LinkEvent,
    Lost,
    Opened,
    Received,
    Silent,
    Speaking,
)
from monitors.readings import DeviceIdentity, WaveformChunk
from monitors.settings import Clinic

PortEvent = Opened | Lost | Silent | Speaking | CuffStarted | CuffCancelled | CuffRunsOn
Tell = Callable[[Recliner, Iterable[Happening]], None]

_PORT_WORDS: dict[type, str] = {
    Opened: "opened",
    Lost: "lost",
    Silent: "silent",
    Speaking: "speaking",
    CuffStarted: "cuff_started",
    CuffCancelled: "cuff_cancelled",
    CuffRunsOn: "cuff_runs_on",
}


class Hearing:
    """Take what links tell. tell: takes what happened at a recliner."""

    def __init__(
        self,
        clinic: Clinic,
        recliners: Mapping[str, Recliner],
        books: Books,
        publisher: Publisher,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._clinic = clinic
        self._recliners = recliners
        self._books = books
        self._publisher = publisher
        self._clock = clock
        self._tell = tell

    def take(self, recliner: Recliner, event: LinkEvent) -> None:
        """Take an event of one of a recliner's devices."""
        if isinstance(event, Received):
            self._take_reading(recliner, event)
        elif isinstance(event, LineCounts):
            _take_counts(recliner, event)
        else:
            self._take_port_event(recliner, event)

    def _take_reading(self, recliner: Recliner, event: Received) -> None:
        reading, device_id, at_ms = event.reading, event.device_id, event.at_ms
        recliner.devices[device_id].last_byte_ms = at_ms
        if not recliner.covers(device_id, reading) or recliner.has_heard(reading, at_ms):
            return
        if isinstance(reading, WaveformChunk):
            self._publisher.take_trace(recliner.setup.name, reading, at_ms)
        self._books.take(recliner, device_id, reading, at_ms)
        self._tell(recliner, recliner.take(device_id, reading, at_ms))
        if isinstance(reading, DeviceIdentity):
            self._take_name(recliner, device_id, reading.serial_number, at_ms)
            self._keep_device_fact(recliner, event, "identified")

    def _take_port_event(self, recliner: Recliner, event: PortEvent) -> None:
        device_id, at_ms = event.device_id, event.at_ms
        if isinstance(event, Speaking):
            self._tell(recliner, recliner.port_is(device_id, DeviceState.SPEAKING, at_ms))
        elif isinstance(event, Silent):
            state = DeviceState.NEVER if event.last_frame_ms is None else DeviceState.SILENT
            self._tell(recliner, recliner.port_is(device_id, state, at_ms))
        elif isinstance(event, Lost):
            happened = recliner.port_is(device_id, DeviceState.CLOSED, at_ms, event.reason)
            self._tell(recliner, happened)
        elif isinstance(event, Opened):
            self._take_name(recliner, device_id, event.identity, at_ms)
        elif isinstance(event, CuffRunsOn):
            self._tell(recliner, recliner.cuff_runs_on(device_id, event.stops, at_ms))
        self._keep_device_fact(recliner, event, _PORT_WORDS[type(event)])

    def _take_name(self, recliner: Recliner, device_id: str, name: str | None, at_ms: int) -> None:
        everybody = self._recliners.values()
        self._tell(recliner, identified(recliner, device_id, name, at_ms, everybody))

    def _keep_device_fact(self, recliner: Recliner, event: LinkEvent, what: str) -> None:
        self._books.keep([device_fact(self._clinic, recliner.setup, event, what, self._clock)])


def _take_counts(recliner: Recliner, event: LineCounts) -> None:
    device = recliner.devices[event.device_id]
    device.last_byte_ms = event.last_byte_ms
    device.counts = {
        "frames": event.frames,
        "bad_checksums": event.bad_checksums,
        "discarded_bytes": event.discarded_bytes,
    }
