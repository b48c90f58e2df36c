"""What a clinic.toml may say, as typed settings: clinic, recliners, devices, annunciator.

Each table is checked by itself here; what the tables say together is judged, and a file is read,
in config.py. What devices exist is asked of the catalogue, what presets exist is a closed list
here (the alarm room owns their content).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitors.clock import SystemClock
from monitors.devices.catalogue import kind_of
from monitors.devices.device_kind import DeviceKind, LineSettings, Measures

Arm = Literal["left", "right"]
Preset = Literal["mood", "pain", "injection", "default"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DeviceSettings(_Strict):
    """Hold one ``[[recliners.devices]]`` table."""

    device: str
    port: str = Field(min_length=1)
    simulated: bool | None = None
    name: str | None = Field(default=None, min_length=1, max_length=40)
    measures: list[Annotated[Measures, Field(strict=False)]] | None = None
    serial_number: str | None = None
    baud: int | None = Field(default=None, ge=300, le=921_600)
    parity: Literal["N", "E", "O"] | None = None

    @property
    def kind(self) -> DeviceKind:
        """Return the catalogue row of this device."""
        return kind_of(self.device)

    @property
    def line(self) -> LineSettings:
        """Return the line settings: the catalogue's, with what clinic.toml changes."""
        row = self.kind.line
        return LineSettings(
            baud=self.baud or row.baud,
            bytesize=row.bytesize,
            parity=self.parity or row.parity,
            stopbits=row.stopbits,
            rtscts=row.rtscts,
        )

    @property
    def covers(self) -> frozenset[Measures]:
        """Return what is taken from this device."""
        return self.kind.measures if self.measures is None else frozenset(self.measures)

    @property
    def role(self) -> str:
        """Return the word by which staff know the device."""
        return self.name or ("oximeter" if self.covers == {Measures.OXIMETRY} else "monitor")


class ReclinerSettings(_Strict):
    """Hold one ``[[recliners]]`` table."""

    name: str = Field(min_length=1, max_length=12, pattern=r"^[\w .-]+$")
    room: str = Field(default="Infusion room", min_length=1, max_length=40)
    preset: Preset = "mood"
    probe_arm: Arm | None = None
    cuff_arm: Arm | None = None
    iv_arm: Arm | None = None
    cuff_start: bool = False
    devices: list[DeviceSettings] = Field(default_factory=list)

    def device_id(self, position: int) -> str:
        """Return the name of the device at a position, unique in the clinic: ``R1/oximeter``."""
        roles = [device.role for device in self.devices]
        role = roles[position]
        nth = roles[: position + 1].count(role)
        return f"{self.name}/{role}" if nth == 1 else f"{self.name}/{role}{nth}"


class LoudspeakerSettings(_Strict):
    """Hold ``[annunciator.loudspeaker]``; place says where it stands, for the person who reads."""

    place: str = Field(min_length=3)
    alsa_device: str = "default"


class WebhookSettings(_Strict):
    """Hold ``[annunciator.webhook]``: whom to call when a high alarm stays unacknowledged."""

    urls: list[str] = Field(min_length=1)
    after_s: int = Field(default=120, ge=15, le=1800)


class AnnunciatorSettings(_Strict):
    """Hold ``[annunciator]``: what must be heard without a browser; all of it off by default."""

    loudspeaker: LoudspeakerSettings | None = None
    webhook: WebhookSettings | None = None


class ClinicSettings(_Strict):
    """Hold the ``[clinic]`` table."""

    name: str = Field(default="Infusion room", min_length=1, max_length=60)
    store: str = "chairside.db"
    clock_rate: float = Field(default=1.0, gt=0, le=600, strict=False)
    clock_began_utc_ms: int | None = Field(default=None, gt=0)
    default_preset: Preset = "default"
    staff: list[str] = Field(default_factory=list)
    allowed_hosts: list[str] = Field(default_factory=list)
    presets: list[str] = Field(default_factory=list)
    protocols: str | None = Field(default=None, min_length=1)


class Clinic(_Strict):
    """Hold everything clinic.toml says; ``source`` is the file it came from."""

    clinic: ClinicSettings = Field(default_factory=ClinicSettings)
    recliners: list[ReclinerSettings] = Field(default_factory=list)
    annunciator: AnnunciatorSettings = Field(default_factory=AnnunciatorSettings)
    source: Path | None = Field(default=None, exclude=True)

    @property
    def name(self) -> str:
        """Return the name shown on the wall."""
        return self.clinic.name

    @property
    def staff(self) -> tuple[str, ...]:
        """Return the names offered when a person signs an order."""
        return tuple(self.clinic.staff)

    @property
    def store_url(self) -> str:
        """Return the store as a URL, or as an absolute path beside the file."""
        if "://" in self.clinic.store:
            return self.clinic.store
        return str(self._beside(self.clinic.store))

    @property
    def protocols_path(self) -> Path | None:
        """Return the file with the clinic's own protocols, beside clinic.toml; None for none."""
        return None if self.clinic.protocols is None else self._beside(self.clinic.protocols)

    @property
    def preset_paths(self) -> tuple[Path, ...]:
        """Return the files with the clinic's own alarm presets, beside clinic.toml."""
        return tuple(self._beside(name) for name in self.clinic.presets)

    def _beside(self, name: str) -> Path:
        folder = self.source.parent if self.source else Path.cwd()
        return (folder / name).resolve()

    @property
    def has_devices(self) -> bool:
        """Say whether any recliner has a device, so that a collector has something to do."""
        return any(recliner.devices for recliner in self.recliners)

    @property
    def is_simulated(self) -> bool:
        """Say whether the devices are simulated; a clinic is all simulated or not at all."""
        return any(device.simulated for recliner in self.recliners for device in recliner.devices)

    def make_clock(self) -> SystemClock:
        """Return the clock of this clinic's room."""
        return SystemClock.of_rate(self.clinic.clock_rate, self.clinic.clock_began_utc_ms)

    def all_devices(self) -> Iterator[tuple[ReclinerSettings, str, DeviceSettings]]:
        """Yield each device with its recliner and its name."""
        for recliner in self.recliners:
            for position, device in enumerate(recliner.devices):
                yield recliner, recliner.device_id(position), device
