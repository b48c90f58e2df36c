"""What a link tells the collector: readings, and what became of its port and its cuff.

Each event names its device and the timeline millisecond; nothing here judges. The union
:data:`LinkEvent` is all that ever comes through a link's sink.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitors.devices.cuff_cycle import CancelReason
from monitors.readings import Reading


@dataclass(frozen=True, slots=True)
class Received:
    """Hold one reading; at_ms is when the last of its bytes arrived."""

    device_id: str
    reading: Reading
    at_ms: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Say that the port is open; port: the path or URL opened; identity: its USB adapter's."""

    device_id: str
    at_ms: int
    port: str
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Say that the port was lost or could not be opened: once, not with each attempt."""

    device_id: str
    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Say that nothing acceptable came for longer than the device may be silent: once a silence.

    last_frame_ms is None when nothing ever came since the link was started.
    """

    device_id: str
    at_ms: int
    last_frame_ms: int | None


@dataclass(frozen=True, slots=True)
class Speaking:
    """Say that the first acceptable frame came after an opening or a silence."""

    device_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Hold the decoder's counts since the link was started; last_byte_ms None before any byte."""

    device_id: str
    at_ms: int
    frames: int
    bad_checksums: int
    discarded_bytes: int
    last_byte_ms: int | None


@dataclass(frozen=True, slots=True)
class CuffStarted:
    """Say that the bytes which start one determination were sent."""

    device_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CuffCancelled:
    """Say that the bytes which stop our own cycle were sent, and why."""

    device_id: str
    at_ms: int
    reason: CancelReason


@dataclass(frozen=True, slots=True)
class CuffRunsOn:
    """Say that our own cycle goes on after so many stops, and that no more are sent by itself."""

    device_id: str
    at_ms: int
    stops: int


CuffEvent = CuffStarted | CuffCancelled | CuffRunsOn
LinkEvent = Received | Opened | Lost | Silent | Speaking | LineCounts | CuffEvent
