"""The open port of every device of the clinic.

Here links are opened and given back together, each with the ring that keeps its newest bytes. What
a link tells goes to the sink it was made with; what is asked of a cuff is in cuff_orders.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from monitors.collecting.black_boxes import BlackBoxes
from monitors.devices.cuff_cycle import REST_S
from monitors.devices.link import Tap
from monitors.devices.link_events import LinkEvent
from monitors.errors import TransportError


class PortLink(Protocol):
    """Be what the collector needs of a link."""

    def start(self) -> None:
        """Begin to listen."""

    def close(self) -> None:
        """Give the port back."""

    def start_cuff(self, rest_s: float = REST_S) -> None:
        """Send a start; TransportError if it was not sent."""

    def cancel_cuff(self) -> None:
        """Send a stop; TransportError if it was not sent."""


Sink = Callable[[LinkEvent], None]
MakeLink = Callable[[str, Sink, Tap], PortLink]


class Ports:
    """Hold the links of all devices, by device id."""

    def __init__(self, boxes: BlackBoxes) -> None:
        self._boxes = boxes
        self._links: dict[str, PortLink] = {}

    def open(self, device_ids: Iterable[str], make_link: MakeLink, sink: Sink) -> None:
        """Make every link, then start them; a port that cannot be opened is told to the sink."""
        for device_id in device_ids:
            self._links[device_id] = make_link(device_id, sink, self._boxes.open(device_id))
        for link in self._links.values():
            link.start()
        self._boxes.start()

    def link_of(self, device_id: str) -> PortLink:
        """Return a device's link; TransportError if its port was never opened."""
        link = self._links.get(device_id)
        if link is None:
            raise TransportError(f"{device_id} has no port")
        return link

    def close(self) -> None:
        """Give all ports back at the same time, and wait until the last one is."""
        closing = [threading.Thread(target=link.close) for link in self._links.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
        self._boxes.close()
