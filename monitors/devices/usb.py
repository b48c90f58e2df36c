"""Which USB adapter stands behind a port's name, and where it is after it was pulled.

Names such as ttyUSB0 are given in the order of plugging, so a name alone may lead to another
recliner's device; what an adapter says of itself (vendor, product, serial number) and the socket
it is plugged into do not change. Asking the system for its ports is transport.py's; here is only
what to make of the answer. Source of the fields: Linux sysfs (idVendor, idProduct, serial).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitors.errors import TransportError

SHORTEST_SERIAL_NUMBER = 5
"""Characters. Shorter ones ("0001") are factory defaults that many adapters share."""


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """Hold what does not change about a USB adapter.

    location: the socket it is plugged into ("1-1.2", with ":1.0" for one of several interfaces);
    None where the system does not say. serial_number: None where the adapter has none.
    """

    vendor_id: int
    product_id: int
    serial_number: str | None = None
    location: str | None = None

    @property
    def is_unique(self) -> bool:
        """Tell whether the serial number can be trusted to be this adapter's alone."""
        return self.serial_number is not None and len(self.serial_number) >= SHORTEST_SERIAL_NUMBER

    @property
    def _maker(self) -> tuple[int, int, str | None, str]:
        _, _, interface = (self.location or "").partition(":")
        return self.vendor_id, self.product_id, self.serial_number, interface

    def is_same(self, other: UsbIdentity) -> bool:
        """Tell whether both are one adapter: by serial number, without one by its socket."""
        if self._maker != other._maker:
            return False
        return self.is_unique or self.location == other.location

    def __str__(self) -> str:
        name = f"{self.vendor_id:04x}:{self.product_id:04x}"
        if self.serial_number:
            return f"{name}/{self.serial_number}"
        return f"{name} at {self.location}" if self.location else name


@dataclass(frozen=True, slots=True)
class PortDescription:
    """Hold one serial port as the system lists it; identity is None for what is not USB."""

    device: str
    description: str = ""
    identity: UsbIdentity | None = None


Lister = Callable[[], Sequence[PortDescription]]


def describe(device: str, ports: Sequence[PortDescription]) -> PortDescription | None:
    """Find the listed port that a path leads to, through symbolic links."""
    real = os.path.realpath(device)
    for port in ports:
        if port.device == device or os.path.realpath(port.device) == real:
            return port
    return None


def stable_name(device: str, folder: str = "/dev/serial/by-id") -> str:
    """Return the name of a port that outlives unplugging, where the system keeps such names."""
    if not device.startswith("/"):
        return device
    real = os.path.realpath(device)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return device
    for name in names:
        path = os.path.join(folder, name)
        if os.path.realpath(path) == real:
            return path
    return device


class AdapterMemory:
    """Remember which adapter a port's name stood for, and find it again under any name.

    serial_number: the adapter the port must be, told beforehand; None to learn it by opening.
    """

    def __init__(self, device: str, serial_number: str | None = None) -> None:
        self._device = device
        self._wanted = serial_number
        self._identity: UsbIdentity | None = None
        self._is_only_one = False

    @property
    def knows(self) -> bool:
        """Tell whether the ports must be looked at before opening."""
        return self._identity is not None or self._wanted is not None

    @property
    def identity(self) -> UsbIdentity | None:
        """Return the adapter remembered; None before the first opening or when not USB."""
        return self._identity

    def remember(self, opened: str, ports: Sequence[PortDescription]) -> None:
        """Note the adapter that stands at the path just opened."""
        found = describe(opened, ports)
        if found is None or found.identity is None:
            return
        self._identity = found.identity
        self._is_only_one = len(_of_kind(found.identity, ports)) == 1

    def locate(self, ports: Sequence[PortDescription]) -> str:
        """Return the path to open now: the configured one, or where its adapter went.

        Raises TransportError when another adapter has taken the name and ours is not there.
        """
        if self._identity is None:
            return self._device if self._wanted is None else self._first(self._wanted, ports)
        here = describe(self._device, ports)
        if here and here.identity and self._identity.is_same(here.identity):
            return self._device
        elsewhere = self._find(ports)
        if elsewhere is not None:
            return elsewhere
        if here and here.identity:
            raise TransportError(
                f"{self._device}: expected the adapter {self._identity}, which is gone; the "
                f"adapter {here.identity} has taken its name. Plug the former one back in, or "
                "restart the collector to accept the other"
            )
        return self._device

    def _first(self, wanted: str, ports: Sequence[PortDescription]) -> str:
        """Return the path of the adapter whose serial number was told beforehand."""
        same = [p.device for p in ports if p.identity and p.identity.serial_number == wanted]
        here = describe(self._device, ports)
        if here is not None and here.device in same:
            return self._device
        if len(same) == 1:
            return same[0]
        came = f"{len(same)} adapters" if same else f"none (at this name: {here and here.identity})"
        raise TransportError(
            f"{self._device}: expected the adapter with serial number {wanted}, found {came}"
        )

    def _find(self, ports: Sequence[PortDescription]) -> str | None:
        known = self._identity
        assert known is not None
        same = [port for port in ports if port.identity and known.is_same(port.identity)]
        if len(same) > 1:
            same = [p for p in same if p.identity and p.identity.location == known.location]
        if not same and self._is_only_one and not known.is_unique:
            same = _of_kind(known, ports)
        return same[0].device if len(same) == 1 else None


def _of_kind(identity: UsbIdentity, ports: Sequence[PortDescription]) -> list[PortDescription]:
    """Return the ports whose adapters cannot be told from this one by what they say."""
    return [p for p in ports if p.identity and p.identity._maker == identity._maker]
