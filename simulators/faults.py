"""What can go wrong with a sensor, a cuff or a cable, and when.

A fault is either placed in time by a scenario or switched by a command; a switchboard answers
whether it is on at a moment and since when. What a fault looks like belongs to the probe, the
cuff and the devices; only the damage to bytes on the line is done here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """Name a fault.

    The probe's: PROBE_OFF to LOW_BATTERY. The cuff's: CUFF_LEAK to DEVICE_FAULT; motion reaches
    both. The line's: CABLE (pulled), GARBLE, DROP (bytes), SILENT (the device stops talking).
    """

    PROBE_OFF = "probe_off"
    PROBE_UNPLUGGED = "probe_unplugged"
    MOTION = "motion"
    LOW_PERFUSION = "low_perfusion"
    LOW_BATTERY = "low_battery"
    CUFF_LEAK = "cuff_leak"
    HOSE_OFF = "hose_off"
    HOSE_KINKED = "hose_kinked"
    WEAK_PULSE = "weak_pulse"
    OVERPRESSURE = "overpressure"
    TOO_LONG = "too_long"
    CABLE = "cable"
    GARBLE = "garble"
    DROP = "drop"
    SILENT = "silent"


LINE_FAULTS = frozenset({Fault.CABLE, Fault.GARBLE, Fault.DROP, Fault.SILENT})


@dataclass(frozen=True, slots=True)
class FaultWindow:
    """Place a fault on the scenario's timeline.

    at_s: when it begins. for_s: how long it lasts, None until it is switched off. every_s: it
    comes back with this period, None for once. role: the one device of the recliner that has
    it ("oximeter", "monitor", ...), None for all that can.
    """

    fault: Fault
    at_s: float
    for_s: float | None = None
    every_s: float | None = None
    role: str | None = None

    def latest(self, now_s: float) -> tuple[float, float] | None:
        """Return the start and end of the newest stretch that has begun; None before the first.

        The end is infinite while it depends on being switched off.
        """
        if now_s < self.at_s:
            return None
        begun_s = self.at_s
        if self.every_s is not None:
            begun_s += (now_s - self.at_s) // self.every_s * self.every_s
        return begun_s, float("inf") if self.for_s is None else begun_s + self.for_s


class FaultSwitches:
    """Answer which faults a recliner's devices have at a moment."""

    def __init__(self, windows: Iterable[FaultWindow] = ()) -> None:
        self._windows = tuple(windows)

    def switch(self, fault: Fault, is_on: bool, now_s: float, role: str | None = None) -> None:
        """Switch a fault on until further notice, or off for good.

        Switching off also ends what a scenario had planned of that fault for that role.
        """
        self._windows = tuple(
            ended
            for window in self._windows
            if (ended := self._ended(window, fault, role, now_s)) is not None
        )
        if is_on:
            self._windows = (*self._windows, FaultWindow(fault, now_s, role=role))

    def is_on(self, fault: Fault, now_s: float, role: str | None = None) -> bool:
        """Say whether a device has the fault now."""
        return self.on_since_s(fault, now_s, role) is not None

    def on_since_s(self, fault: Fault, now_s: float, role: str | None = None) -> float | None:
        """Return when the running stretch of a fault began, in scenario seconds; None if off."""
        begun = [
            stretch[0]
            for stretch in self._stretches(fault, now_s, role)
            if stretch[0] <= now_s < stretch[1]
        ]
        return min(begun, default=None)

    def ended_s(self, fault: Fault, now_s: float, role: str | None = None) -> float | None:
        """Return when the fault was last there, if it is over; None if it never was."""
        ends = [end for _, end in self._stretches(fault, now_s, role) if end <= now_s]
        return max(ends, default=None)

    def any_of(self, faults: Iterable[Fault], now_s: float, role: str | None) -> Fault | None:
        """Return the first of these faults that is on; None if none is."""
        if not self._windows:
            return None
        return next((fault for fault in faults if self.is_on(fault, now_s, role)), None)

    def _stretches(self, fault: Fault, now_s: float, role: str | None) -> list[tuple[float, float]]:
        found = []
        for window in self._windows:
            if window.fault is fault and (window.role is None or window.role == role):
                stretch = window.latest(now_s)
                if stretch is not None:
                    found.append(stretch)
        return found

    @staticmethod
    def _ended(
        window: FaultWindow, fault: Fault, role: str | None, now_s: float
    ) -> FaultWindow | None:
        """Return what is left of a window when the fault is switched; None for nothing."""
        is_other_role = role is not None and window.role not in (None, role)
        if window.fault is not fault or is_other_role:
            return window
        stretch = window.latest(now_s)
        if stretch is None:
            return None
        return replace(
            window, at_s=stretch[0], for_s=min(stretch[1], now_s) - stretch[0], every_s=None
        )


class LineDamage:
    """Spoil bytes on their way as a bad cable does: some are changed, some are lost.

    share: part of the bytes that are hit, 0 to 1. draw: the seeded source of chance.
    """

    def __init__(self, switches: FaultSwitches, role: str, draw: Random, share: float = 0.02):
        self._switches = switches
        self._role = role
        self._draw = draw
        self._share = share

    def is_cut(self, now_s: float) -> bool:
        """Say whether the cable is pulled."""
        return self._switches.is_on(Fault.CABLE, now_s, self._role)

    def pass_on(self, sent: bytes, now_s: float) -> bytes:
        """Return what arrives of the bytes that were sent."""
        if not sent or self._switches.any_of(LINE_FAULTS, now_s, self._role) is None:
            return sent
        if self._switches.is_on(Fault.SILENT, now_s, self._role):
            return b""
        if self._switches.is_on(Fault.DROP, now_s, self._role):
            sent = bytes(byte for byte in sent if self._draw.random() >= self._share)
        if self._switches.is_on(Fault.GARBLE, now_s, self._role):
            sent = bytes(self._maybe_garbled(byte) for byte in sent)
        return sent

    def _maybe_garbled(self, byte: int) -> int:
        return self._draw.randrange(256) if self._draw.random() < self._share else byte
