"""The newest raw bytes of every port, to be kept when somebody wants to know what was really said.

Here one bounded, compressed ring a port gathers what came and went, and a ring is written to a
capture file by order of a person. What the bytes mean is looked at later: ``decode`` reads the
file, and the simulators play it back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monitors.clock import Clock, world_utc_ms
from monitors.devices.blackbox import BlackBox, CaptureHeader
from monitors.devices.link import Tap
from monitors.settings import Clinic, DeviceSettings
from monitors.store.facts import Command


class BlackBoxes:
    """Hold the rings of all ports; they live as long as the collector."""

    def __init__(self, clinic: Clinic, clock: Clock) -> None:
        self._settings = {device_id: device for _, device_id, device in clinic.all_devices()}
        self._folder = _folder(clinic)
        self._clock = clock
        self._boxes: dict[str, BlackBox] = {}

    def open(self, device_id: str) -> Tap:
        """Begin a device's ring and return the tap that fills it."""
        self._boxes[device_id] = BlackBox(self._clock)
        return self._boxes[device_id].record

    def keep(self, command: Command) -> tuple[str, str]:
        """Write a device's ring to a capture file; return done or refused, and words."""
        device_id = str(command.arguments.get("device_id", ""))
        box, settings = self._boxes.get(device_id), self._settings.get(device_id)
        if box is None or settings is None:
            return "refused", f"there is no device {device_id!r} here"
        try:
            path = self._path(device_id)
            box.capture_to_file(path, self._header(settings))
        except OSError as error:
            return "refused", f"the capture cannot be written: {error}"
        return "done", f"the newest bytes of {device_id} are in {path}"

    def _path(self, device_id: str) -> Path:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        stamp = datetime.fromtimestamp(world_utc_ms() / 1000, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return self._folder / f"{device_id.replace('/', '-')}-{stamp}.capture"

    def _header(self, settings: DeviceSettings) -> CaptureHeader:
        return CaptureHeader(
            settings.device,
            settings.port,
            settings.line,
            world_utc_ms(),
            self._clock.rate,
            bool(settings.simulated),
        )


def _folder(clinic: Clinic) -> Path:
    """Return where captures go: beside the journal's file, or beside clinic.toml."""
    if "://" not in clinic.store_url:
        return Path(clinic.store_url).parent / "captures"
    return (clinic.source.parent if clinic.source else Path.cwd()) / "captures"
