"""The collector as it is put together from clinic.toml, and run.

Here its clock, journal, picture and links are made of the settings, and closed again whatever
happens; what the collector does with them is in collector.py.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from monitors.clock import Clock
from monitors.collecting.ports import MakeLink, PortLink, Sink
from monitors.collecting.staging import read_lines
from monitors.collector import Collector
from monitors.devices.link import Link, Tap
from monitors.errors import ConfigurationError
from monitors.settings import Clinic
from monitors.store.journal import Journal
from monitors.store.picture import Picture

log = logging.getLogger(__name__)


def run_collector(clinic: Clinic, stop: threading.Event, stage: Path | None = None) -> None:
    """Run the collector of a clinic until told to stop.

    stage: a simulated past to begin with. Raises ConfigurationError where there is nothing to
    collect or a real clinic is staged, StoreError that says who holds a recliner.
    """
    if not clinic.has_devices:
        raise ConfigurationError(f"{clinic.source}: no recliner has a device to collect from")
    if stage is not None and not clinic.is_simulated:
        raise ConfigurationError(f"{clinic.source}: only a simulated clinic can be staged")
    clock = clinic.make_clock()
    collector = _opened(clinic, clock)
    try:
        if stage is not None:
            collector.relive(read_lines(stage))
        collector.start_links(_link_maker(clinic, clock))
        log.info("collecting for %s", ", ".join(collector.recliners))
        collector.run(stop)
    finally:
        collector.close()


def _opened(clinic: Clinic, clock: Clock) -> Collector:
    """Return a collector that holds its recliners; the journal is closed if it cannot."""
    journal = Journal.open(clinic.store_url, simulated=clinic.is_simulated, clock_rate=clock.rate)
    try:
        picture = Picture(clinic.store_url, create=True)
        collector = Collector(clinic, journal, picture, clock)
        collector.open()
    except BaseException:
        journal.close()
        raise
    return collector


def _link_maker(clinic: Clinic, clock: Clock) -> MakeLink:
    settings = {
        device_id: (recliner, device) for recliner, device_id, device in clinic.all_devices()
    }

    def make(device_id: str, sink: Sink, tap: Tap) -> PortLink:
        recliner, device = settings[device_id]
        return Link(
            device_id,
            device.kind,
            device.port,
            clock,
            sink,
            device.line,
            tap=tap,
            may_start_cuff=recliner.cuff_start,
            serial_number=device.serial_number,
        )

    return make
