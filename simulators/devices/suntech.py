"""A simulated SunTech OEM cuff module at its serial line.

Here the cuff's state becomes letters, pressures and results; packets are the product's own classes.
Source: two public drivers (O for received, K unasked when a measurement has ended, A then K after
an abort, B while busy). Chosen here: error bytes are decimal unless told otherwise, the K of an
abort comes when the cuff is empty, and a stopped measurement leaves the last result standing.
"""

from __future__ import annotations

from enum import StrEnum

from monitors.devices.adapter import DecodeCounts
from monitors.devices.suntech_frames import (
    ABORT,
    GET_PRESSURE,
    GET_RESULT,
    HOST_MARK,
    STARTS,
    Acknowledgement,
    BpResult,
    CuffPressure,
    FrameFinder,
)
from monitors.readings import NibpFailure
from simulators.cuff import DatedResult
from simulators.recliner import SimulatedRecliner

_CODES = {
    NibpFailure.WEAK_SIGNAL: 1,
    NibpFailure.MOTION: 2,
    NibpFailure.BLOCKED: 85,
    NibpFailure.LEAK: 87,
    NibpFailure.LOOSE_CUFF: 87,
    NibpFailure.TIMEOUT: 88,
    NibpFailure.OVERPRESSURE: 89,
}
_OTHER_ERROR = 3
_BEATS = 24


class ErrorDigits(StrEnum):
    """Say how a module spells its error numbers in a byte: 87 as 57 hexadecimal, or as 87."""

    DECIMAL = "decimal"
    HEXADECIMAL = "hexadecimal"


class SuntechModule:
    """Answer what a host asks, and say K unasked when a measurement has ended.

    error_digits: the two readings of the error table that exist; which one real modules follow
    is not known.
    """

    def __init__(
        self, recliner: SimulatedRecliner, error_digits: ErrorDigits = ErrorDigits.DECIMAL
    ) -> None:
        self._recliner = recliner
        self._error_digits = error_digits
        self._commands = FrameFinder(DecodeCounts())
        self._told_s = float("-inf")
        self._is_aborting = False

    def plugged_in(self, now_s: float) -> None:
        """Forget half a command; an end that nobody heard is not told again."""
        self._commands.forget()
        self._recliner.advance(now_s)
        self._told_s = now_s
        self._is_aborting = False

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Answer each command that is whole and has a right checksum."""
        spoken = self.speak(now_s)
        for packet in self._commands.feed(chunk):
            if packet[0] == HOST_MARK:
                spoken += self._answer(packet, now_s)
        return spoken

    def speak(self, now_s: float) -> bytes:
        """Say the letters of a measurement that has ended since they were last asked for."""
        self._recliner.advance(now_s)
        last = self._recliner.cuff.last
        if last is None or last.at_s <= self._told_s:
            return b""
        self._told_s = last.at_s
        is_stopped = last.result.reason is NibpFailure.CANCELLED and not self._is_aborting
        self._is_aborting = False
        return (_letter("A") if is_stopped else b"") + _letter("K")

    def _answer(self, packet: bytes, now_s: float) -> bytes:
        cuff = self._recliner.cuff
        if packet in STARTS:
            return _letter("O" if cuff.start(now_s) else "B")
        if packet == ABORT:
            self._is_aborting = cuff.cancel(now_s)
            return _letter("A") + (b"" if self._is_aborting else _letter("K"))
        if packet == GET_PRESSURE:
            return CuffPressure(cuff.pressure_mmhg(now_s)).to_bytes()
        if packet == GET_RESULT:
            return self._result().to_bytes()
        return _letter("N")

    def _result(self) -> BpResult:
        last: DatedResult | None = self._recliner.cuff.last
        if last is not None and last.result.reason is NibpFailure.CANCELLED:
            last = self._recliner.cuff.last_completed
        if last is None:
            return BpResult()
        result = last.result
        if result.reason is not None:
            return BpResult(error=self._error(result.reason))
        return BpResult(
            result.systolic_mmhg or 0,
            result.diastolic_mmhg or 0,
            result.mean_mmhg or 0,
            min(result.pulse_rate_per_min or 0, 255),
            beats=_BEATS,
            status=1,
        )

    def _error(self, reason: NibpFailure) -> int:
        code = _CODES.get(reason, _OTHER_ERROR)
        is_hexadecimal = self._error_digits is ErrorDigits.HEXADECIMAL
        return int(str(code), 16) if is_hexadecimal else code


def _letter(letter: str) -> bytes:
    return Acknowledgement(letter).to_bytes()
