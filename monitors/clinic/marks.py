"""The marks of a session: a phase entered, a plan changed; each with moment, person and reason.

Here lives what a mark holds and how it is written and read back, nothing of which mark may
follow which. A mark stands on the room's timeline of one boot and carries UTC beside it; the
session decides how the two meet again after a reboot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from monitors.clinic.phases import Phase
from monitors.clinic.protocols import ClinicProtocol


@dataclass(frozen=True, slots=True)
class PhaseMark:
    """Hold the beginning of a phase.

    at_ms: on the timeline of boot ``boot_id``; negative if it precedes that boot. utc_ms: epoch
    milliseconds as the wall clock stood. by: the person. reason: None where none was given.
    """

    phase: Phase
    at_ms: int
    utc_ms: int
    by: str
    reason: str | None = None
    boot_id: str = ""

    def to_record(self) -> dict[str, Any]:
        """Write the mark as JSON-able values."""
        return asdict(self) | {"phase": str(self.phase)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> PhaseMark:
        """Read back what :meth:`to_record` wrote; KeyError, ValueError if it is something else."""
        return cls(
            Phase(record["phase"]),
            int(record["at_ms"]),
            int(record["utc_ms"]),
            record["by"],
            record["reason"],
            record["boot_id"],
        )


@dataclass(frozen=True, slots=True)
class PlanMark:
    """Hold a change of plan while the session was open.

    planned_s: the planned infusion time from then on, before_s: until then; seconds, None for
    none. protocol: the name of the preset taken over, None where only the time changed; before:
    the one that was followed until then.
    """

    planned_s: int | None
    at_ms: int
    utc_ms: int
    by: str
    reason: str
    before_s: int | None = None
    protocol: str | None = None
    before: ClinicProtocol | None = None

    def to_record(self) -> dict[str, Any]:
        """Write the mark as JSON-able values."""
        before = self.before.to_record() if self.before else None
        return asdict(replace(self, before=None)) | {"before": before}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> PlanMark:
        """Read back what :meth:`to_record` wrote; TypeError if it is something else."""
        before = record.get("before")
        read = ClinicProtocol.from_record(before) if before else None
        return cls(**{**record, "before": read})
