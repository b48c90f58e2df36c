"""Which ports there are, whose they are, and what a probe may touch.

Here the machine's list of ports meets clinic.toml and what the collector has opened; nothing is
opened. A port that a configured device uses is never probed: two readers of one line would each
lose half of it, and a question could disturb a running watch.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitors.devices.port_names import port_key
from monitors.devices.usb import PortDescription, UsbIdentity, describe
from monitors.errors import TransportError
from monitors.settings import Clinic
from views.local_time import LocalTime
from views.words import log_en as words

Pictures = Iterable[Mapping[str, Any]]


def owner_of(
    port: str, clinic: Clinic, pictures: Pictures = (), listed: Sequence[PortDescription] = ()
) -> str | None:
    """Return the configured device that uses a port, by its name or its adapter; None if free.

    Raises TransportError for a name that cannot be a port.
    """
    wanted = _key(port)
    found = describe(port, listed) if "://" not in port else None
    identity = found.identity if found else None
    for _, device_id, device in clinic.all_devices():
        if _key(device.port) == wanted or _is_its(identity, device.serial_number):
            return device_id
    return _owner_by_picture(wanted, identity, pictures)


def _key(port: str) -> str:
    return port_key(port.strip().replace("localhost", "127.0.0.1"))


def _is_its(identity: UsbIdentity | None, serial_number: str | None) -> bool:
    return bool(serial_number) and identity is not None and identity.serial_number == serial_number


def _owner_by_picture(wanted: str, identity: UsbIdentity | None, pictures: Pictures) -> str | None:
    """Return a device that a collector has open, under whatever name its adapter has now."""
    for picture in pictures:
        for device in picture.get("devices", ()):
            is_port = _key(str(device["port"])) == wanted
            is_adapter = identity is not None and device.get("identity") == str(identity)
            if is_port or is_adapter:
                return str(device["device_id"])
    return None


def port_table(
    listed: Sequence[PortDescription], clinic: Clinic, pictures: Pictures
) -> list[dict[str, str]]:
    """Return the machine's ports under the words of PORT_COLUMNS."""
    seen = list(pictures)
    return [
        {
            words.PORT_COLUMNS["port"]: one.device,
            words.PORT_COLUMNS["what"]: _said(one.description),
            words.PORT_COLUMNS["usb"]: str(one.identity) if one.identity else words.NOT_USB,
            words.PORT_COLUMNS["owner"]: owner_of(one.device, clinic, seen, listed) or words.FREE,
        }
        for one in listed
    ]


def _said(description: str) -> str:
    """Return what a port says it is; the system writes n/a where it says nothing."""
    return words.NONE if description in ("", "n/a") else description


def device_table(pictures: Pictures, local: LocalTime) -> list[dict[str, str]]:
    """Return each configured device as its recliner's picture has it, under DEVICE_COLUMNS.

    Everything is told with its own moment, so that an old row cannot pass for a new one.
    """
    return [
        _device_row(picture, device, local)
        for picture in pictures
        for device in picture.get("devices", ())
    ]


def _device_row(
    picture: Mapping[str, Any], device: Mapping[str, Any], local: LocalTime
) -> dict[str, str]:
    counts = device.get("counts") or {}
    as_of, last = int(picture["as_of"]), device.get("last_byte_at")
    told = {
        "device_id": device["device_id"],
        "title": device["title"],
        "port": device["port"],
        "identity": device.get("identity") or words.NONE,
        "state": words.DEVICE_STATES.get(str(device["state"]), str(device["state"])),
        "reason": device.get("reason") or "",
        "frames": _count(counts, "frames"),
        "bad_checksums": _count(counts, "bad_checksums"),
        "discarded_bytes": _count(counts, "discarded_bytes"),
        "last_byte": words.NEVER if last is None else local.clock(last),
        "age": words.NONE if last is None else f"{max(0, as_of - last) / 1000:.1f}",
        "as_of": local.clock(as_of),
    }
    return {words.DEVICE_COLUMNS[name]: str(value) for name, value in told.items()}


def _count(counts: Mapping[str, Any], name: str) -> str:
    return str(counts.get(name, words.NONE))


# ---- one probe a port at a time

_lock = threading.Lock()
_probed: set[str] = set()


@contextlib.contextmanager
def probing(port: str) -> Iterator[None]:
    """Hold a port for one probe. Raises TransportError while another page probes it."""
    key = _key(port)
    with _lock:
        if key in _probed:
            raise TransportError(words.PROBED_ALREADY.format(port=port))
        _probed.add(key)
    try:
        yield
    finally:
        with _lock:
            _probed.discard(key)
