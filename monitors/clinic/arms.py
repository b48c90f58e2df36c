"""Which arm carries what, and which of these set-ups are in each other's way.

A pure check that needs no alarm engine: it is asked when arms are entered and before an infusion
starts. Nothing here stops anybody; a person reads the conflict and decides.
Source: bedside monitors' manuals warn that a cuff on the arm of the line can stop the infusion
and that one on the probe's arm takes the pulse away while it inflates.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class ArmsKnown(Protocol):
    """Say on which arm ("left", "right") things are; None where nobody said."""

    @property
    def probe(self) -> str | None: ...
    @property
    def cuff(self) -> str | None: ...
    @property
    def iv(self) -> str | None: ...


class SetupConflict(StrEnum):
    """Name a set-up that is in its own way.

    CUFF_ON_IV_ARM: a conflict, each reading can block the infusion. CUFF_ON_PROBE_ARM: SpO2 is
    lost at each reading; allowed, and the reason why SpO2 alarms may be held.
    """

    CUFF_ON_IV_ARM = "cuff_on_iv_arm"
    CUFF_ON_PROBE_ARM = "cuff_on_probe_arm"


def setup_conflicts(arms: ArmsKnown) -> tuple[SetupConflict, ...]:
    """Return what is wrong with a set-up, worst first; an unknown arm conflicts with nothing."""
    found: list[SetupConflict] = []
    if arms.cuff is not None and arms.cuff == arms.iv:
        found.append(SetupConflict.CUFF_ON_IV_ARM)
    if arms.cuff is not None and arms.cuff == arms.probe:
        found.append(SetupConflict.CUFF_ON_PROBE_ARM)
    return tuple(found)
