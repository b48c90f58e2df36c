"""Let the product's own adapter talk with a simulated cuff, without a port, moment by moment."""

from __future__ import annotations

from collections.abc import Mapping

from monitors.devices.adapter import Adapter
from monitors.devices.catalogue import kind_of
from monitors.readings import CuffActivity, CuffState, NibpDetermination, Reading
from simulators.devices.twin import Twin

STEP_S = 0.05


class Talk:
    """Hold one conversation. told: readings with their seconds; sent: what the host sent."""

    def __init__(self, device: str, twin: Twin) -> None:
        self.adapter: Adapter = kind_of(device).make()
        self.twin = twin
        self.now_s = 0.0
        self.told: list[tuple[float, Reading]] = []
        self.sent = b""
        self.twin.plugged_in(0.0)
        self._waiting = self.adapter.begin(0.0)

    def until(self, end_s: float, orders: Mapping[float, str] | None = None) -> Talk:
        """Go on to a moment; orders: names of the adapter's methods by second."""
        left = dict(orders or {})
        while self.now_s < end_s:
            for at_s in [at_s for at_s in left if at_s <= self.now_s]:
                self._waiting += getattr(self.adapter, left.pop(at_s))(self.now_s)
            self._exchange()
            self.now_s = round(self.now_s + STEP_S, 6)
        return self

    def _exchange(self) -> None:
        sent = self._waiting + self.adapter.due(self.now_s)
        self._waiting = b""
        self.sent += sent
        answer = self.twin.hear(sent, self.now_s) if sent else b""
        answer += self.twin.speak(self.now_s)
        self.told += [(self.now_s, reading) for reading in self.adapter.feed(answer, self.now_s)]

    def unplugged(self, for_s: float) -> Talk:
        """Pull the cable, let time pass for both ends, and plug it in again."""
        self.now_s += for_s
        self.twin.speak(self.now_s)
        self.twin.plugged_in(self.now_s)
        self._waiting = self.adapter.begin(self.now_s)
        return self

    @property
    def determinations(self) -> list[NibpDetermination]:
        return [reading for _, reading in self.told if isinstance(reading, NibpDetermination)]

    @property
    def states(self) -> list[CuffState]:
        """Return what the cuff did, each stretch once."""
        states: list[CuffState] = []
        for _, reading in self.told:
            if isinstance(reading, CuffActivity) and states[-1:] != [reading.state]:
                states.append(reading.state)
        return states

    @property
    def pressures(self) -> list[int]:
        return [
            reading.pressure_mmhg
            for _, reading in self.told
            if isinstance(reading, CuffActivity) and reading.pressure_mmhg is not None
        ]
