"""What a row of the device table says: line settings, longest silence, what the device measures,
how to make its adapter.

No device is named here: the rows are in oximeter_rows.py and monitor_rows.py, and catalogue.py
finds one by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitors.devices.adapter import Adapter

QUIET_AT_REST_S = 600.0
"""A device that may be silent for longer has nothing to say between two measurements."""


class Measures(StrEnum):
    """Name a part of the patient's state that a device covers."""

    OXIMETRY = "oximetry"
    NIBP = "nibp"
    ECG_RATE = "ecg_rate"
    RESPIRATION = "respiration"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Hold how a serial line is opened. parity: N, E or O; never XON/XOFF."""

    baud: int
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    rtscts: bool = False


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """Describe one kind of device as the rest of the product sees it.

    longest_silence_s: how long no accepted frame may arrive before the port counts as silent.
    moving_field: name of the MovingField that must change for data to count as fresh; None where
    the protocol has none. identify: byte strings that may be sent to ask who is there.
    is_push: the device speaks unasked. unasked_because: why one that does not may not be asked who
    it is, without a full stop. frames_per_s: how many frames a second tell it from another
    that sends the same shape; None where the shape is enough.
    """

    name: str
    title: str
    measures: frozenset[Measures]
    line: LineSettings
    longest_silence_s: float
    make: Callable[[], Adapter]
    is_push: bool = True
    can_start_cuff: bool = False
    moving_field: str | None = None
    identify: tuple[bytes, ...] = ()
    frames_per_s: float | None = None
    unasked_because: str | None = None

    @property
    def is_quiet_at_rest(self) -> bool:
        """Say whether the device speaks only after a measurement, so that silence is no fault."""
        return self.is_push and self.longest_silence_s > QUIET_AT_REST_S
