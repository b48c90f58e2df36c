"""The table of devices: one row each, with everything that is a number or a name about it.

No other file asks which device it is dealing with. What a row says is in device_kind.py, the rows
are in oximeter_rows.py and monitor_rows.py; here they stand together and are found by name.
"""

from __future__ import annotations

import difflib

from monitors.devices.device_kind import DeviceKind
from monitors.devices.monitor_rows import (
    ACCUTORR3,
    DINAMAP,
    GE_DRI,
    HL7_MLLP,
    INTELLIVUE,
    IVY_450C,
    OMRON_HBP9030,
    PM6750,
    STX_ETX,
    SUNTECH,
    TERUMO,
)
from monitors.devices.oximeter_rows import NONIN, PRINTING_OXIMETERS, STREAMING_OXIMETERS
from monitors.errors import ConfigurationError

_ROWS = (
    *NONIN,
    DINAMAP,
    *STREAMING_OXIMETERS,
    *PRINTING_OXIMETERS,
    PM6750,
    SUNTECH,
    GE_DRI,
    STX_ETX,
    IVY_450C,
    OMRON_HBP9030,
    TERUMO,
    HL7_MLLP,
    ACCUTORR3,
    INTELLIVUE,
)
"""In the order in which a probe asks for them."""

CATALOGUE: dict[str, DeviceKind] = {row.name: row for row in _ROWS}


def kind_of(name: str) -> DeviceKind:
    """Find a device by its name.

    Raises ConfigurationError that names the nearest known device.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    known = ", ".join(sorted(CATALOGUE))
    raise ConfigurationError(f"there is no device {name!r}{hint} Known devices: {known}")
