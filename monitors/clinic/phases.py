"""The phases of a session and the order in which one may follow another.

Here live the names and the two tables of legal order, nothing of time or of people; both the
session and the protocol presets speak in these words. An injection has no pump clock: the moment
it is given ends the baseline and begins the recovery, so INFUSING and PAUSED never occur in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Phase(StrEnum):
    """Name a stretch of a session."""

    INTAKE = "intake"
    BASELINE = "baseline"
    INFUSING = "infusing"
    PAUSED = "paused"
    RECOVERY = "recovery"
    DISCHARGED = "discharged"
    ABANDONED = "abandoned"

    @property
    def is_closed(self) -> bool:
        """Say whether the session is over."""
        return self in (Phase.DISCHARGED, Phase.ABANDONED)

    @property
    def is_watched(self) -> bool:
        """Say whether devices are expected to measure: from baseline to discharge."""
        return self in WATCHED


WATCHED = (Phase.BASELINE, Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY)


class SessionKind(StrEnum):
    """Say how the drug is given."""

    INFUSION = "infusion"
    INJECTION = "injection"


Order = Mapping[Phase, tuple[Phase, ...]]

_INFUSION_ORDER: Order = MappingProxyType(
    {
        Phase.INTAKE: (Phase.BASELINE, Phase.ABANDONED),
        Phase.BASELINE: (Phase.INFUSING, Phase.ABANDONED),
        Phase.INFUSING: (Phase.PAUSED, Phase.RECOVERY, Phase.ABANDONED),
        Phase.PAUSED: (Phase.INFUSING, Phase.RECOVERY, Phase.ABANDONED),
        Phase.RECOVERY: (Phase.DISCHARGED, Phase.ABANDONED),
        Phase.DISCHARGED: (),
        Phase.ABANDONED: (),
    }
)
_INJECTION_ORDER: Order = MappingProxyType(
    {
        Phase.INTAKE: (Phase.BASELINE, Phase.ABANDONED),
        Phase.BASELINE: (Phase.RECOVERY, Phase.ABANDONED),
        Phase.RECOVERY: (Phase.DISCHARGED, Phase.ABANDONED),
        Phase.DISCHARGED: (),
        Phase.ABANDONED: (),
    }
)
_ORDERS = {SessionKind.INFUSION: _INFUSION_ORDER, SessionKind.INJECTION: _INJECTION_ORDER}


def allowed_after(kind: SessionKind, phase: Phase) -> tuple[Phase, ...]:
    """Return the phases that may follow a phase; empty when the session is over."""
    return _ORDERS[kind].get(phase, ())
