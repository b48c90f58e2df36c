"""Decide what to say to an IntelliVue monitor next: associate, confirm, poll, start again.

Here lies the state of the association and nothing of what messages mean; at most one frame is sent
in 40 ms, since the port takes four in 128 ms. Source: Philips, "IntelliVue Data Export Interface
Programming Guide", as public drivers cite it; the waits are our own or OpenICE's.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from monitors.devices.intellivue_frames import framed
from monitors.devices.intellivue_messages import (
    RELEASED,
    Announcement,
    PollRequest,
    association_request,
)

POLL_S = 1.0
GAP_S = 0.04
ASSOCIATE_AGAIN_S = 3.0
ANNOUNCEMENT_S = 10.0
REPLY_S = 3.0
LOST_S = 10.0
MOST_WAITING = 8
_NUMBERS = 1 << 16


class _Stage(Enum):
    ASSOCIATING = auto()
    ACCEPTED = auto()
    POLLING = auto()


class Conversation:
    """Hold where the association stands and what waits to be sent."""

    __slots__ = (
        "_asked_s",
        "_heard_s",
        "_is_out",
        "_next_s",
        "_number",
        "_sent_s",
        "_stage",
        "_waiting",
    )

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._stage = _Stage.ASSOCIATING
        self._sent_s = self._next_s = self._heard_s = self._asked_s = float("-inf")
        self._is_out = False
        self._number = 0

    def begin(self, now_s: float) -> bytes:
        """Start anew with a request for an association, which is returned."""
        self._waiting.clear()
        self._sent_s = float("-inf")
        self._associate(now_s)
        return self.due(now_s)

    def accepted(self, now_s: float) -> None:
        """Note that the association stands; the monitor announces itself next."""
        self._stage = _Stage.ACCEPTED
        self._next_s = now_s + ANNOUNCEMENT_S
        self._heard_s = now_s

    def announced(self, announcement: Announcement, now_s: float) -> None:
        """Confirm what the monitor says of itself, however often, and poll from now on."""
        self._say(announcement.answer())
        if self._stage is not _Stage.POLLING:
            self._stage = _Stage.POLLING
            self._next_s = now_s
            self._is_out = False
        self._heard_s = now_s

    def answered(self, is_last: bool, now_s: float) -> None:
        """Note a part of a poll's result."""
        self._heard_s = now_s
        self._is_out = self._is_out and not is_last

    def ended(self, now_s: float, is_asked: bool = False) -> None:
        """Note that the association is refused, aborted or released; try again a little later.

        is_asked: the monitor asks for the release and is answered.
        """
        self._waiting.clear()
        if is_asked:
            self._say(RELEASED)
        self._stage = _Stage.ASSOCIATING
        self._next_s = now_s + ASSOCIATE_AGAIN_S

    def due(self, now_s: float) -> bytes:
        """Return the frame to send now; empty for most calls."""
        if now_s - self._sent_s < GAP_S:
            return b""
        if not self._waiting:
            self._plan(now_s)
        if not self._waiting:
            return b""
        self._sent_s = now_s
        return framed(self._waiting.popleft())

    def _plan(self, now_s: float) -> None:
        if self._stage is _Stage.POLLING:
            self._plan_poll(now_s)
        elif now_s >= self._next_s:
            self._associate(now_s)

    def _plan_poll(self, now_s: float) -> None:
        if now_s - self._heard_s >= LOST_S:
            self._associate(now_s)
        elif now_s >= self._next_s and (not self._is_out or now_s - self._asked_s >= REPLY_S):
            self._number = (self._number + 1) % _NUMBERS
            self._is_out = True
            self._asked_s = now_s
            self._next_s = max(self._next_s + POLL_S, now_s)
            self._say(PollRequest(self._number).to_bytes())

    def _associate(self, now_s: float) -> None:
        self._stage = _Stage.ASSOCIATING
        self._next_s = now_s + ASSOCIATE_AGAIN_S
        self._say(association_request())

    def _say(self, payload: bytes) -> None:
        self._waiting.append(payload)
