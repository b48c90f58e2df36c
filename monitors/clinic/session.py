"""One patient's visit in one recliner: its phases and its clocks, written down and read back.

Here lives the session as a value, with what can be told from its marks; which orders change it is
in ``session_orders``. Nothing here asks the time, touches a pump or a store. Marks stand on the
room's timeline of one boot and carry UTC beside it, so that elapsed time goes on exactly within a
boot and by UTC after one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from monitors.clinic.marks import PhaseMark, PlanMark
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocols import ClinicProtocol
from monitors.errors import SessionError

RECORD_FORMAT = 1

UtcToTimeline = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class InfusionSession:
    """Hold one visit.

    planned_s: planned infusion time in seconds, None where there is no pump clock. marks: one
    for each phase entered, in order, never empty. plan_marks: changes of plan. plan: the frozen
    copy of the preset it follows, None where only a name is known.
    """

    session_id: str
    recliner: str
    label: str
    protocol: str
    kind: SessionKind
    planned_s: int | None
    marks: tuple[PhaseMark, ...]
    plan_marks: tuple[PlanMark, ...] = ()
    plan: ClinicProtocol | None = None

    @property
    def phase(self) -> Phase:
        """Return the phase that stands."""
        return self.marks[-1].phase

    @property
    def boot_id(self) -> str:
        """Name the boot whose timeline the marks stand on."""
        return self.marks[-1].boot_id

    @property
    def first_planned_s(self) -> int | None:
        """Return the planned time as the infusion began with it, later changes left out."""
        began_ms = self.infusion_began_ms
        later = [m for m in self.plan_marks if began_ms is not None and m.at_ms > began_ms]
        return later[0].before_s if later else self.planned_s

    @property
    def utc_offset_ms(self) -> int:
        """Return what to add to the timeline for UTC, as the newest mark has it."""
        return self.marks[-1].utc_ms - self.marks[-1].at_ms

    @property
    def is_open(self) -> bool:
        """Say whether the visit is still going on."""
        return not self.phase.is_closed

    @property
    def is_running(self) -> bool:
        """Say whether infusion time passes now."""
        return self.phase is Phase.INFUSING

    @property
    def began_ms(self) -> int:
        """Return when the visit began."""
        return self.marks[0].at_ms

    @property
    def ended_ms(self) -> int | None:
        """Return when the visit ended; None while it goes on."""
        return self.marks[-1].at_ms if self.phase.is_closed else None

    @property
    def infusion_began_ms(self) -> int | None:
        """Return when the infusion first ran; None before it, and for an injection."""
        return self.first_ms(Phase.INFUSING)

    @property
    def injected_ms(self) -> int | None:
        """Return when the injection was given: the beginning of recovery in such a session."""
        return self.first_ms(Phase.RECOVERY) if self.kind is SessionKind.INJECTION else None

    @property
    def dosed_ms(self) -> int | None:
        """Return when the drug was first given, whichever way; None before that."""
        return self.infusion_began_ms if self.injected_ms is None else self.injected_ms

    @property
    def is_drug_begun_now(self) -> bool:
        """Say whether the newest mark is the one with which the drug is first given."""
        given = Phase.RECOVERY if self.kind is SessionKind.INJECTION else Phase.INFUSING
        return self.phase is given and [mark.phase for mark in self.marks].count(given) == 1

    def first_ms(self, phase: Phase) -> int | None:
        """Return when a phase was first entered; None if it never was."""
        return next((mark.at_ms for mark in self.marks if mark.phase is phase), None)

    def infusion_elapsed_ms(self, now_ms: int) -> int:
        """Return the milliseconds spent infusing, pauses out; 0 for an injection."""
        spent = [
            later.at_ms - mark.at_ms
            for mark, later in pairwise(self.marks)
            if mark.phase is Phase.INFUSING
        ]
        running = max(0, now_ms - self.marks[-1].at_ms) if self.is_running else 0
        return sum(spent) + running

    def session_elapsed_ms(self, now_ms: int) -> int:
        """Return the milliseconds since the visit began, all phases counted."""
        end_ms = now_ms if self.ended_ms is None else self.ended_ms
        return max(0, end_ms - self.began_ms)

    def phase_elapsed_ms(self, now_ms: int) -> int:
        """Return the milliseconds since the present phase began."""
        return max(0, now_ms - self.marks[-1].at_ms)

    def recovery_elapsed_ms(self, now_ms: int) -> int | None:
        """Return the milliseconds since recovery began; None before it."""
        began_ms = self.first_ms(Phase.RECOVERY)
        if began_ms is None:
            return None
        return max(0, (now_ms if self.ended_ms is None else self.ended_ms) - began_ms)

    def remaining_ms(self, now_ms: int) -> int | None:
        """Return planned less elapsed, negative when past plan; None without a plan."""
        if self.planned_s is None:
            return None
        return self.planned_s * 1000 - self.infusion_elapsed_ms(now_ms)

    def projected_end_ms(self, now_ms: int) -> int | None:
        """Return when the infusion ends if nothing more delays it; None when none is under way.

        It stands still while infusing, lies in the past once the plan is exceeded, and moves
        on with the clock during a pause.
        """
        remaining_ms = self.remaining_ms(now_ms)
        if remaining_ms is None or self.phase not in (Phase.INFUSING, Phase.PAUSED):
            return None
        return now_ms + remaining_ms

    def has_taken(self, measured_ms: int | None) -> bool:
        """Say whether a reading belongs to this visit: measured while devices were watched in it.

        measured_ms: when it was taken, not when it was told; None (unknown) never belongs.
        """
        watched_ms = self.first_ms(Phase.BASELINE)
        if measured_ms is None or watched_ms is None or measured_ms < watched_ms:
            return False
        return self.ended_ms is None or measured_ms <= self.ended_ms

    def to_record(self) -> dict[str, Any]:
        """Write the session as JSON-able values; :func:`from_record` reads it back."""
        return {
            "format": RECORD_FORMAT,
            "session_id": self.session_id,
            "recliner": self.recliner,
            "label": self.label,
            "protocol": self.protocol,
            "kind": str(self.kind),
            "planned_s": self.planned_s,
            "marks": [mark.to_record() for mark in self.marks],
            "plan_marks": [mark.to_record() for mark in self.plan_marks],
            "plan": None if self.plan is None else self.plan.to_record(),
        }


def from_record(
    record: dict[str, Any], boot_id: str = "", timeline_ms: UtcToTimeline | None = None
) -> InfusionSession:
    """Read a session back, its marks placed on the present boot's timeline.

    boot_id, timeline_ms: name of the present boot and its mapping from UTC to timeline. With the
    same boot, or without a mapping, marks stay where they are. After a reboot all of them shift
    by one amount, so that the newest one falls on its own UTC stamp: distances between marks
    stay exact even if the wall clock was set meanwhile. Raises SessionError for a record that
    no version of Chairside wrote.
    """
    try:
        session = _read(record)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SessionError(f"a stored session cannot be read: {error!r}") from error
    if timeline_ms is None or session.boot_id == boot_id:
        return session
    newest = session.marks[-1]
    return _shifted(session, timeline_ms(newest.utc_ms) - newest.at_ms, boot_id)


def shift_of(record: dict[str, Any], restored: InfusionSession) -> int | None:
    """Return by how many ms :func:`from_record` moved a session's marks; None in the same boot.

    Whatever else was stored on the old timeline moves by the same amount.
    """
    first = record["marks"][0]
    if first["boot_id"] == restored.boot_id:
        return None
    return restored.marks[0].at_ms - int(first["at_ms"])


def _read(record: dict[str, Any]) -> InfusionSession:
    if record["format"] != RECORD_FORMAT:
        raise ValueError(f"format {RECORD_FORMAT} was expected, not {record['format']}")
    marks = tuple(PhaseMark.from_record(mark) for mark in record["marks"])
    if not marks:
        raise ValueError("it has no phase")
    return InfusionSession(
        record["session_id"],
        record["recliner"],
        record["label"],
        record["protocol"],
        SessionKind(record["kind"]),
        record["planned_s"],
        marks,
        tuple(PlanMark.from_record(mark) for mark in record["plan_marks"]),
        ClinicProtocol.from_record(record["plan"]) if record["plan"] else None,
    )


def _shifted(session: InfusionSession, shift_ms: int, boot_id: str) -> InfusionSession:
    return replace(
        session,
        marks=tuple(
            replace(mark, at_ms=mark.at_ms + shift_ms, boot_id=boot_id) for mark in session.marks
        ),
        plan_marks=tuple(replace(mark, at_ms=mark.at_ms + shift_ms) for mark in session.plan_marks),
    )
