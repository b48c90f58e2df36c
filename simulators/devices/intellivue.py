"""A simulated Philips IntelliVue monitor at its MIB/RS-232 port: association and numerics.

Here the cuff's, the probe's and the patient's state become numerics; frames and messages are the
product's own. Source: Philips, "IntelliVue Data Export Interface Programming Guide", as public
drivers cite it. Chosen here: an acceptance that repeats what was offered, results in two linked
parts, a wall clock in the announcement alone, and abortion when nothing is heard for 10 s.
"""

from __future__ import annotations

from monitors.devices.adapter import DecodeCounts
from monitors.devices.intellivue_frames import FrameFinder, framed
from monitors.devices.intellivue_messages import (
    Announcement,
    PollRequest,
    PollResult,
    Session,
    export_of,
)
from monitors.devices.intellivue_values import (
    COMPOUND,
    NUMERIC,
    TICKS_PER_SECOND,
    TIME_STAMP,
    Numeric,
    Physio,
    State,
    Unit,
    clock_bytes,
    compound,
)
from monitors.errors import FrameError
from simulators.recliner import SimulatedRecliner

CLOCK_AT_ZERO_S = 826_000_000
ANNOUNCE_EVERY_S = 3.0
PATIENCE_S = 10.0
_TICKS = 1 << 32
_ABORT = bytes((Session.ABORTED, 0))
_CONFIRMATION = bytes.fromhex("E1000002 0002")
_Object = list[tuple[int, bytes]]


class IntellivueMonitor:
    """Accept one association, announce itself until confirmed, and answer polls.

    Beside another device the monitor has no oximeter of its own.
    """

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._has_probe = recliner.has_one_device
        self._finder = FrameFinder(DecodeCounts())
        self._is_associated = False
        self._is_confirmed = False
        self._announce_s = 0.0
        self._heard_s = 0.0

    def plugged_in(self, now_s: float) -> None:
        """Forget half a frame; an association outlives a short break."""
        self._finder.forget()

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Answer each whole frame."""
        self._recliner.advance(now_s)
        answers = [self._answer(payload, now_s) for payload in self._finder.feed(chunk)]
        return b"".join(framed(payload) for answer in answers for payload in answer)

    def speak(self, now_s: float) -> bytes:
        """Announce itself until that is confirmed, and end an association that fell silent."""
        self._recliner.advance(now_s)
        if not self._is_associated:
            return b""
        if now_s - self._heard_s > PATIENCE_S:
            self._is_associated = False
            return framed(_ABORT)
        if self._is_confirmed or now_s < self._announce_s:
            return b""
        self._announce_s = now_s + ANNOUNCE_EVERY_S
        announcement = Announcement(1, 0, self._clock(now_s), self._ticks(now_s))
        return framed(announcement.to_bytes())

    def _answer(self, payload: bytes, now_s: float) -> list[bytes]:
        self._heard_s = now_s
        if payload[:1] == bytes([Session.ASSOCIATE]):
            self._is_associated, self._is_confirmed = True, False
            self._announce_s = now_s
            return [bytes([Session.ACCEPTED]) + payload[1:]]
        if not self._is_associated:
            return [_ABORT]
        if payload.startswith(_CONFIRMATION):
            self._is_confirmed = True
        try:
            message = export_of(payload)
        except FrameError:
            return []
        if isinstance(message, PollRequest) and self._is_confirmed:
            return self._results(message.number, now_s)
        return []

    def _results(self, number: int, now_s: float) -> list[bytes]:
        ticks = self._ticks(now_s)
        first = PollResult(number, (), is_last=False, ticks=ticks)
        last = PollResult(number, (), is_last=True, ticks=ticks)
        return [first.to_bytes(self._continuous(now_s)), last.to_bytes(self._cuff(now_s))]

    def _continuous(self, now_s: float) -> list[_Object]:
        found = self._oximeter(now_s)
        vitals = self._recliner.vitals(now_s)
        heart = round(vitals.heart_rate_per_min) if vitals else None
        breath = round(vitals.respiration_per_min) if vitals else None
        warm = round(vitals.temperature_c, 1) if vitals else None
        found += [
            _object(Physio.ECG_HEART_RATE, heart),
            _object(Physio.RESPIRATION_RATE, breath, Unit.BREATHS_PER_MIN),
            _object(Physio.TEMPERATURE, warm, Unit.CELSIUS, decimals=1),
        ]
        return found

    def _oximeter(self, now_s: float) -> list[_Object]:
        signal = self._recliner.probe.at(now_s)
        if not self._has_probe or not signal.is_plugged:
            return []
        state = State.QUESTIONABLE if signal.has_artifact else State(0)
        return [
            _object(Physio.SPO2, signal.spo2_pct, Unit.PERCENT, state),
            _object(Physio.PLETH_PULSE_RATE, signal.pulse_rate_per_min, state=state),
        ]

    def _cuff(self, now_s: float) -> list[_Object]:
        cuff = self._recliner.cuff
        known = cuff.last_completed
        state = State.ONGOING if cuff.is_running(now_s) else State(0)
        result = known.result if known else None
        values = (
            (Physio.NIBP_SYSTOLIC, result.systolic_mmhg if result else None),
            (Physio.NIBP_DIASTOLIC, result.diastolic_mmhg if result else None),
            (Physio.NIBP_MEAN, result.mean_mmhg if result else None),
        )
        state |= State(0) if result else State.UNAVAILABLE
        numerics = [Numeric(physio, value, Unit.MMHG, state) for physio, value in values]
        found: list[_Object] = [[(COMPOUND, compound(numerics))]]
        if known is not None and result is not None:
            found.append(_object(Physio.NIBP_PULSE_RATE, result.pulse_rate_per_min))
            for one in found:
                one.append((TIME_STAMP, self._clock(known.at_s)))
        return found

    def _clock(self, at_s: float) -> bytes:
        return clock_bytes(CLOCK_AT_ZERO_S + at_s)

    def _ticks(self, now_s: float) -> int:
        return int(now_s * TICKS_PER_SECOND) % _TICKS


def _object(
    physio: int,
    value: float | None,
    unit: int = Unit.BEATS_PER_MIN,
    state: int = 0,
    decimals: int = 0,
) -> _Object:
    state |= 0 if value is not None else State.INVALID
    return [(NUMERIC, Numeric(physio, value, unit, state).to_bytes(decimals))]
