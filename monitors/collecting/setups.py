"""clinic.toml and the catalogue, told to the meaning room in its own words.

Here settings become set-ups of recliners and devices, and port events become facts; the meaning
room knows neither the configuration nor the wire, so somebody must translate.
"""

from __future__ import annotations

from monitors.clinic.place import Arms, DeviceSetup, ReclinerSetup
from monitors.clock import Clock
from monitors.devices.link_events import LinkEvent, Lost, Opened, Received
from monitors.readings import DeviceIdentity
from monitors.settings import Clinic, DeviceSettings, ReclinerSettings
from monitors.store.facts import DeviceFact


def recliner_setups(clinic: Clinic) -> list[ReclinerSetup]:
    """Return the recliners of a clinic in the order of the wall."""
    return [_recliner(clinic, place) for place in range(1, len(clinic.recliners) + 1)]


def _recliner(clinic: Clinic, place: int) -> ReclinerSetup:
    settings = clinic.recliners[place - 1]
    devices = tuple(
        _device(settings, device, settings.device_id(position))
        for position, device in enumerate(settings.devices)
    )
    return ReclinerSetup(
        settings.name,
        settings.room,
        place,
        settings.preset,
        clinic.clinic.default_preset,
        Arms(settings.probe_arm, settings.cuff_arm, settings.iv_arm),
        settings.cuff_start,
        devices,
        clinic.is_simulated,
    )


def _device(recliner: ReclinerSettings, device: DeviceSettings, device_id: str) -> DeviceSetup:
    kind = device.kind
    return DeviceSetup(
        device_id,
        kind.name,
        kind.title,
        device.port,
        frozenset(str(measure) for measure in device.covers),
        round(kind.longest_silence_s * 1000),
        kind.can_start_cuff and recliner.cuff_start,
        kind.moving_field,
    )


def device_fact(
    clinic: Clinic, recliner: ReclinerSetup, event: LinkEvent, what: str, clock: Clock
) -> DeviceFact:
    """Return the fact that a device's port opened, was lost, fell silent, spoke or named itself."""
    setup = next(d for d in recliner.devices if d.device_id == event.device_id)
    said = event.reading if isinstance(event, Received) else None
    identity = said if isinstance(said, DeviceIdentity) else DeviceIdentity()
    return DeviceFact(
        recliner.name,
        event.device_id,
        setup.device,
        clock.utc_ms(event.at_ms),
        what,
        event.port if isinstance(event, Opened) else setup.port,
        clinic.is_simulated,
        event.identity if isinstance(event, Opened) else None,
        identity.model,
        identity.serial_number,
        identity.firmware,
        event.reason if isinstance(event, Lost) else None,
    )
