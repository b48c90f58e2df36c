"""The table of simulated devices: one row each; a new protocol adds its file and its rows.

Names are those of clinic.toml. Beside an oximeter, a monitor is taken for its cuff alone.
"""

from __future__ import annotations

import difflib

from monitors.errors import ConfigurationError
from simulators.devices import bci, contec_v5, contec_v7, masimo, nellcor, nonin, nonin_lines
from simulators.devices.accutorr3 import AccutorrMonitor
from simulators.devices.dinamap import DinamapMonitor
from simulators.devices.ge_dri import GeMonitor
from simulators.devices.hl7_mllp import Hl7Gateway
from simulators.devices.intellivue import IntellivueMonitor
from simulators.devices.ivy_450c import IvyMonitor
from simulators.devices.omron_hbp9030 import hbp_monitor
from simulators.devices.pm6750 import Pm6750Board
from simulators.devices.stx_etx import StxEtxModule
from simulators.devices.suntech import SuntechModule
from simulators.devices.terumo import kiosk_monitor
from simulators.devices.twin import TwinKind


def _oximeters() -> tuple[TwinKind, ...]:
    return (
        TwinKind("nonin-df1", "oximeter", "Nonin oximeter (DF1)", nonin.df1),
        TwinKind("nonin-df2", "oximeter", "Nonin oximeter (DF2)", nonin.df2),
        TwinKind("nonin-df7", "oximeter", "Nonin oximeter (DF7)", nonin.df7),
        TwinKind("nonin-df8", "oximeter", "Nonin oximeter (DF8)", nonin.df8),
    )


def _further_oximeters() -> tuple[TwinKind, ...]:
    return (
        TwinKind("contec-v5", "oximeter", "Contec CMS50D+ (old)", contec_v5.oximeter),
        TwinKind("contec-v7", "oximeter", "Contec CMS50D+ (new)", contec_v7.oximeter),
        TwinKind("bci", "oximeter", "Berry BM1000", bci.oximeter),
        TwinKind("masimo-ascii1", "oximeter", "Masimo Rad-8", masimo.oximeter),
        TwinKind("nellcor-ascii", "oximeter", "Nellcor N-560", nellcor.oximeter),
        TwinKind("nonin-ascii", "oximeter", "Nonin hand-held", nonin_lines.oximeter),
    )


def _monitors() -> tuple[TwinKind, ...]:
    return (
        TwinKind(
            "dinamap", "monitor", "GE DINAMAP", DinamapMonitor, ("nibp",), can_start_cuff=True
        ),
    )


_BESIDE_AN_OXIMETER = ("nibp", "ecg_rate", "respiration", "temperature")


def _parameter_monitors() -> tuple[TwinKind, ...]:
    return (
        TwinKind(
            "pm6750",
            "monitor",
            "BerryMed PM6750",
            Pm6750Board,
            _BESIDE_AN_OXIMETER,
            can_start_cuff=True,
        ),
        TwinKind("ge-dri", "monitor", "GE CARESCAPE", GeMonitor, _BESIDE_AN_OXIMETER),
        TwinKind("ivy-450c", "monitor", "Ivy 450C", IvyMonitor, _BESIDE_AN_OXIMETER),
        TwinKind("hl7-mllp", "monitor", "HL7 gateway", Hl7Gateway, _BESIDE_AN_OXIMETER),
        TwinKind(
            "intellivue", "monitor", "Philips IntelliVue", IntellivueMonitor, _BESIDE_AN_OXIMETER
        ),
    )


def _suntech() -> TwinKind:
    return TwinKind(
        "suntech", "monitor", "SunTech cuff module", SuntechModule, ("nibp",), can_start_cuff=True
    )


def _stx_etx() -> TwinKind:
    return TwinKind(
        "stx-etx", "monitor", "STX/ETX cuff module", StxEtxModule, ("nibp",), can_start_cuff=True
    )


def _omron() -> TwinKind:
    return TwinKind("omron-hbp9030", "monitor", "Omron HBP-9030", hbp_monitor, ("nibp",))


def _terumo() -> TwinKind:
    return TwinKind("terumo", "monitor", "Terumo kiosk monitor", kiosk_monitor, ("nibp",))


def _accutorr3() -> TwinKind:
    return TwinKind("accutorr3", "monitor", "Datascope Accutorr 3", AccutorrMonitor, ("nibp",))


def _rows() -> tuple[TwinKind, ...]:
    return (
        *_oximeters(),
        *_further_oximeters(),
        *_monitors(),
        *_parameter_monitors(),
        _suntech(),
        _stx_etx(),
        _omron(),
        _terumo(),
        _accutorr3(),
    )


TWINS: dict[str, TwinKind] = {row.name: row for row in _rows()}


def twin_kind(name: str) -> TwinKind:
    """Find a simulated device by its name in clinic.toml.

    Raises ConfigurationError that names the nearest known one.
    """
    if name in TWINS:
        return TWINS[name]
    near = difflib.get_close_matches(name, TWINS, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise ConfigurationError(
        f"there is no simulated device {name!r}{hint} Known: {', '.join(sorted(TWINS))}"
    )
