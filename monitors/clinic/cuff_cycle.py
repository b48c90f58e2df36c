"""Whose a cuff result is: the patient's at whose time its cycle began.

A cycle takes 20 s to 3 min and its result tells when it ended, so one patient may leave and the
next be entered while the cuff still runs. Here is remembered when the cycle began whose result is
awaited: when its device said that it measures, or before, when it was ordered here. Source of the
longest cycle: IEC 80601-2-30 as makers' manuals quote it (180 s), and 20 s to tell the result (our
choice).
"""

from __future__ import annotations

from dataclasses import dataclass

from monitors.readings import CuffState

LONGEST_MS = 200_000


@dataclass(slots=True)
class CuffCycle:
    """Follow the cycle of one cuff. began_ms, asked_ms: timeline; None without one.

    is_ordered: it was started from here, and its device has not said yet that it measures.
    """

    began_ms: int | None = None
    asked_ms: int | None = None
    is_ordered: bool = False

    def asked(self, now_ms: int) -> None:
        """Note that a start was ordered; whether it is sent is told later."""
        self.asked_ms = now_ms

    def answered(self, error: str | None, now_ms: int) -> None:
        """Take that the start was sent, or why not."""
        if error is None:
            self.began_ms = now_ms if self.asked_ms is None else self.asked_ms
            self.is_ordered = True
        self.asked_ms = None

    def heard(self, before: CuffState, state: CuffState, now_ms: int) -> None:
        """Take what the cuff does; after a lost port it may go on with what it did."""
        if state is not CuffState.MEASURING or before is CuffState.MEASURING:
            return
        may_go_on = self.is_ordered or before is CuffState.UNKNOWN
        self.is_ordered = False
        began_ms = self.began_ms
        if may_go_on and began_ms is not None and now_ms - began_ms <= LONGEST_MS:
            return
        self.began_ms = now_ms if self.asked_ms is None else self.asked_ms

    def has_begun_before(self, moment_ms: int, measured_ms: int) -> bool:
        """Say whether a result that ended at measured_ms is of a cycle begun before a moment."""
        began_ms = self.began_ms
        if began_ms is None or began_ms >= moment_ms:
            return False
        return began_ms <= measured_ms <= began_ms + LONGEST_MS

    def ended(self, measured_ms: int) -> None:
        """Take that its result was told."""
        if self.began_ms is not None and measured_ms >= self.began_ms:
            self.began_ms, self.is_ordered = None, False
