"""Decide what to ask a DINAMAP next: one request at a time, a round of questions each second.

Orders of staff (start, cancel) go before questions and are never sent twice; a question without
an answer is repeated once after a bare CR, and one that stays unanswered is asked rarely so that
a monitor without an oximeter still tells its pressures on time. Source of the pace: drivers poll
once a second and wait 1 to 3 s; GE's manual 2010566 names no reply time, so 1 s is our choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.dinamap_frames import CANCEL_CUFF, CR, START_CUFF, DinamapFrame

ROUND_S = 1.0
REPLY_TIMEOUT_S = 1.0
MISSES_UNTIL_RARE = 3
RARE_S = 30.0
_TWINS = {"RA": "RC", "RC": "RA"}
_ORDERS = (START_CUFF, CANCEL_CUFF)


class Poller:
    """Hold which request is out, which come next, and which have stayed unanswered.

    polls: letters of the questions of a round, the most important first; that one is never
    asked rarely. A pulse rate question without answers changes to its twin of the PRO 200.
    """

    __slots__ = (
        "_asked_s",
        "_is_repeated",
        "_misses",
        "_next_round_s",
        "_orders",
        "_polls",
        "_rare_after_s",
        "_round",
        "_waiting",
    )

    def __init__(self, polls: Sequence[str]) -> None:
        self._polls = list(polls)
        self._round: list[str] = []
        self._orders: list[DinamapFrame] = []
        self._waiting: DinamapFrame | None = None
        self._is_repeated = False
        self._asked_s = 0.0
        self._next_round_s = 0.0
        self._misses: dict[str, int] = {}
        self._rare_after_s: dict[str, float] = {}

    def begin(self, now_s: float) -> None:
        """Forget what is out and ordered, and start a round; nothing is sent again."""
        self._waiting = None
        self._orders.clear()
        self._round.clear()
        self._misses.clear()
        self._next_round_s = now_s

    def order(self, frame: DinamapFrame, now_s: float) -> bytes:
        """Send an order before any question.

        A start waits for the answer that is out, at most its time. A cancel goes at once in its
        place, since the port may be about to close, and takes back a start not yet sent.
        """
        if frame == CANCEL_CUFF:
            self._orders.clear()
            return self._ask(frame, now_s)
        if frame not in self._orders:
            self._orders.append(frame)
        return self.due(now_s)

    def due(self, now_s: float) -> bytes:
        """Return the next request to send, empty while one is out or none is due."""
        if self._waiting is not None:
            if now_s - self._asked_s < REPLY_TIMEOUT_S:
                return b""
            if self._give_up(now_s):
                return CR + self._waiting.to_bytes()
        if self._orders:
            return self._ask(self._orders.pop(0), now_s)
        if not self._round and now_s >= self._next_round_s:
            self._round = [letters for letters in self._polls if self._is_due(letters, now_s)]
            self._next_round_s = now_s + ROUND_S
        return self._ask(DinamapFrame(self._round.pop(0)), now_s) if self._round else b""

    def answered(self, letters: str) -> None:
        """Note a reply; one of the first question after a silence asks for everything again."""
        if self._waiting is not None and self._waiting.letters == letters:
            self._waiting = None
        if letters == self._polls[0] and self._misses.get(letters):
            self._misses.clear()
        self._misses.pop(letters, None)

    def _ask(self, frame: DinamapFrame, now_s: float) -> bytes:
        self._waiting = frame
        self._is_repeated = False
        self._asked_s = now_s
        return frame.to_bytes()

    def _give_up(self, now_s: float) -> bool:
        """End the wait for an answer, or say that the question is to be repeated once."""
        frame = self._waiting
        assert frame is not None
        is_first_miss = not self._misses.get(frame.letters)
        if frame not in _ORDERS and not (self._is_repeated or self._orders) and is_first_miss:
            self._is_repeated = True
            self._asked_s = now_s
            return True
        self._waiting = None
        if frame not in _ORDERS:
            self._miss(frame.letters, now_s)
        return False

    def _miss(self, letters: str, now_s: float) -> None:
        self._misses[letters] = self._misses.get(letters, 0) + 1
        if self._misses[letters] >= MISSES_UNTIL_RARE and letters != self._polls[0]:
            self._rare_after_s[letters] = now_s + RARE_S
            place = self._polls.index(letters)
            self._polls[place] = _TWINS.get(letters, letters)

    def _is_due(self, letters: str, now_s: float) -> bool:
        is_rare = self._misses.get(letters, 0) >= MISSES_UNTIL_RARE
        return not is_rare or now_s >= self._rare_after_s.get(letters, now_s)
