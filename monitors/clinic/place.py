"""A recliner as clinic.toml sets it up, and what is known of each of its devices.

Here live the set-up and the standing of devices as plain values, so that the meaning room needs
neither the configuration nor the wire. The collector fills them; nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DeviceState(StrEnum):
    """Say how a device stands: silent after it spoke, never heard since the start, or no port."""

    SPEAKING = "speaking"
    SILENT = "silent"
    NEVER = "never"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DeviceSetup:
    """Describe one device of a recliner. measures: words of the catalogue (oximetry, nibp, …)."""

    device_id: str
    device: str
    title: str
    port: str
    measures: frozenset[str]
    longest_silence_ms: int
    can_start_cuff: bool = False
    moving_field: str | None = None


@dataclass(frozen=True, slots=True)
class Arms:
    """Say on which arm probe, cuff and line are; left, right or None where nobody said."""

    probe: str | None = None
    cuff: str | None = None
    iv: str | None = None

    @property
    def has_cuff_on_probe(self) -> bool | None:
        """Say whether the cuff shares the probe's arm; None when it is not known."""
        if self.probe is None or self.cuff is None:
            return None
        return self.probe == self.cuff

    @property
    def has_cuff_on_iv(self) -> bool:
        """Say whether the cuff is on the arm of the line, as far as is known."""
        return self.cuff is not None and self.cuff == self.iv


@dataclass(frozen=True, slots=True)
class ReclinerSetup:
    """Describe one recliner. place: its number on the wall, from 1."""

    name: str
    room: str
    place: int
    preset: str
    default_preset: str
    arms: Arms
    may_start_cuff: bool
    devices: tuple[DeviceSetup, ...]
    is_simulated: bool

    def device_for(self, measure: str) -> DeviceSetup | None:
        """Return the device that covers a measure; None if none does."""
        return next((device for device in self.devices if measure in device.measures), None)

    def cuff_device(self) -> DeviceSetup | None:
        """Return the device whose cuff may be started from here; None if none may."""
        if not self.may_start_cuff:
            return None
        startable = (device for device in self.devices if device.can_start_cuff)
        return next(startable, None)


@dataclass(slots=True)
class DeviceStanding:
    """Keep what is known of one device now. Moments on the timeline; None where it never was."""

    setup: DeviceSetup
    state: DeviceState = DeviceState.NEVER
    since_ms: int | None = None
    last_byte_ms: int | None = None
    reason: str | None = None
    identity: str | None = None
    is_suspect: bool = False
    moving: int | None = None
    moved_ms: int | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def move_to(self, state: DeviceState, now_ms: int, reason: str | None = None) -> None:
        """Enter a state; the moment is kept only when the state is another one."""
        if state is not self.state or self.since_ms is None:
            self.since_ms = now_ms
        self.state, self.reason = state, reason
