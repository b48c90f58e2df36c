"""Whether a device is still the one that belongs at this recliner.

Here a name (a serial number, a USB adapter's) is compared with the one heard before and with those
of recliners where a session runs: numbers of the wrong chair are worse than none. A suspected
device counts for nothing until a person says that it belongs; who that is goes on record.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitors.clinic import stimuli
from monitors.clinic.conditions import Condition
from monitors.clinic.happenings import Happening
from monitors.clinic.place import DeviceStanding
from monitors.clinic.recliner import Recliner
from monitors.errors import SessionError


def identified(
    recliner: Recliner,
    device_id: str,
    name: str | None,
    now_ms: int,
    others: Iterable[Recliner] = (),
) -> list[Happening]:
    """Take by what name a device or its adapter calls itself; None tells nothing.

    others: every recliner it could have been taken from. A device that is another one in
    mid-session, or another recliner's in its session, is suspected from now on.
    """
    known = _renamed(recliner.devices[device_id], name)
    happened: list[Happening] = []
    if known is not None and recliner.session is not None:
        happened += suspect(recliner, device_id, f"{known} became {name}", now_ms)
    where = _elsewhere(name, (other for other in others if other is not recliner))
    if where is not None:
        happened += suspect(recliner, device_id, f"it was at {where}", now_ms)
    return happened


def _renamed(device: DeviceStanding, name: str | None) -> str | None:
    """Keep a device's name; return the one it had if that was another."""
    if name is None or name == device.identity:
        return None
    known, device.identity = device.identity, name
    return known


def _elsewhere(name: str | None, others: Iterable[Recliner]) -> str | None:
    """Return the first recliner in whose session a device has that name; None if there is none."""
    if name is None:
        return None
    return next(
        (
            other.setup.name
            for other in others
            if other.session is not None
            and any(device.identity == name for device in other.devices.values())
        ),
        None,
    )


def suspect(recliner: Recliner, device_id: str, why: str, now_ms: int) -> list[Happening]:
    """Let a device's numbers no longer count, and tell staff why."""
    recliner.devices[device_id].is_suspect = True
    return recliner.step(stimuli.Fault(Condition.DEVICE_SWAPPED, True, device_id, why), now_ms)


def accept(recliner: Recliner, device_id: str, by: str, now_ms: int) -> list[Happening]:
    """Let a device count again on a person's word; SessionError if it was not suspected."""
    device = recliner.devices.get(device_id)
    if device is None or not device.is_suspect:
        raise SessionError(f"{device_id} is not waiting for a person's word")
    device.is_suspect = False
    over = stimuli.Fault(Condition.DEVICE_SWAPPED, False, device_id, None)
    payload = {"device_id": device_id, "identity": device.identity}
    happened = recliner.step(over, now_ms)
    return [*happened, recliner.entry("device_accepted", now_ms, by, payload)]
