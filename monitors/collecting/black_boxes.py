"""The newest raw bytes of every port, to be kept when somebody wants to know what was really said.

Here one bounded, compressed ring a port gathers what came and went. It lies on disk, so that it
outlives the collector; a ring is written to a capture file by order of a person. What the bytes
mean is looked at later: ``decode`` reads the files, and the simulators play them back.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from monitors.clock import Clock, world_utc_ms
from monitors.devices.blackbox import BlackBox
from monitors.devices.blackbox_ring import RingFiles
from monitors.devices.capture_file import CaptureHeader
from monitors.devices.link import Tap
from monitors.errors import FrameError
from monitors.settings import Clinic, DeviceSettings
from monitors.store.facts import Command

KEEP_EVERY_S = 10.0
"""A killed collector loses the bytes of this time at most (seconds of the world)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Hold one port's newest bytes: in memory what the files do not have yet."""

    box: BlackBox
    files: RingFiles
    header: CaptureHeader


class BlackBoxes:
    """Hold the rings of all ports, in a folder beside the journal."""

    def __init__(self, clinic: Clinic, clock: Clock) -> None:
        self._settings = {device_id: device for _, device_id, device in clinic.all_devices()}
        self._home = _home(clinic)
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._moving = threading.Lock()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep_on, name="black boxes", daemon=True)
        self._is_failing = False

    # ---- filling

    def open(self, device_id: str) -> Tap:
        """Begin a device's ring and return the tap that fills it."""
        header, box = self._header(self._settings[device_id]), BlackBox(self._clock)
        files = RingFiles(self._home / "blackbox", device_id.replace("/", "-"), header)
        self._kept[device_id] = _Kept(box, files, header)
        return box.record

    def start(self) -> None:
        """Begin to bring what comes to disk, every :data:`KEEP_EVERY_S`."""
        self._keeper.start()

    def close(self) -> None:
        """Bring the last bytes to disk."""
        self._closing.set()
        if self._keeper.is_alive():
            self._keeper.join()
        self.to_disk()

    def _keep_on(self) -> None:
        while not self._closing.wait(KEEP_EVERY_S):
            self.to_disk()

    def to_disk(self) -> None:
        """Move what is in memory to the files; what cannot be written stays, bounded, in memory."""
        failure = None
        with self._moving:
            for kept in self._kept.values():
                taken = kept.box.take()
                try:
                    kept.files.append(taken)
                except OSError as error:
                    kept.box.give_back(taken)
                    failure = error
        if failure and not self._is_failing:
            log.warning("the black boxes cannot be written, memory keeps them: %s", failure)
        self._is_failing = failure is not None

    # ---- keeping

    def keep(self, command: Command) -> tuple[str, str]:
        """Write a device's ring to a capture file; return done or refused, and words."""
        device_id = str(command.arguments.get("device_id", ""))
        kept = self._kept.get(device_id)
        if kept is None:
            return "refused", f"there is no device {device_id!r} here"
        header = replace(kept.header, began_at_utc_ms=world_utc_ms())
        try:
            path = self._path(device_id)
            with self._moving:
                kept.box.capture_to_file(path, header, kept.files.blocks())
        except (OSError, FrameError) as error:
            return "refused", f"the capture cannot be written: {error}"
        return "done", f"the newest bytes of {device_id} are in {path}"

    def _path(self, device_id: str) -> Path:
        folder = self._home / "captures"
        folder.mkdir(mode=0o700, exist_ok=True)
        stamp = datetime.fromtimestamp(world_utc_ms() / 1000, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return folder / f"{device_id.replace('/', '-')}-{stamp}.capture"

    def _header(self, settings: DeviceSettings) -> CaptureHeader:
        return CaptureHeader(
            settings.device,
            settings.port,
            settings.line,
            world_utc_ms(),
            self._clock.rate,
            bool(settings.simulated),
        )


def _home(clinic: Clinic) -> Path:
    """Return where rings and captures go: beside the journal's file, or beside clinic.toml."""
    if "://" not in clinic.store_url:
        return Path(clinic.store_url).parent
    return clinic.source.parent if clinic.source else Path.cwd()
