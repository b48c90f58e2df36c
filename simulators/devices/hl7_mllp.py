"""A simulated monitor gateway that sends HL7 ORU^R01 messages over MLLP.

Here the cuff's, the probe's and the patient's state become observations coded with MDC; messages
are the product's own class. Sources: HL7 version 2.6, IHE PCD technical framework (DEC profile).
Chosen here: one message each 5 s, the last cuff result in each with its own time, -100 where a
connected sensor has no value, and no resending of what was not acknowledged.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitors.devices.hl7_mllp_codes import Quantity
from monitors.devices.hl7_mllp_frames import BLOCK_END, Header, Hl7Message, Observation
from simulators.recliner import SimulatedRecliner

INTERVAL_S = 5
_BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_NO_VALUE = "-100"
_LONGEST_REPLY = 4096
_UNITS = {
    Quantity.SPO2: "262688^MDC_DIM_PERCENT^MDC^%^%^UCUM",
    Quantity.TEMPERATURE: "268192^MDC_DIM_DEGC^MDC^Cel^Cel^UCUM",
    Quantity.RESPIRATION_RATE: "264928^MDC_DIM_RESP_PER_MIN^MDC",
}
_PER_MIN = "264864^MDC_DIM_BEAT_PER_MIN^MDC"
_MMHG = "266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM"
_PRESSURES = frozenset({Quantity.SYSTOLIC, Quantity.DIASTOLIC, Quantity.MEAN})


class Hl7Gateway:
    """Send a message each 5 s and count the replies to them.

    acknowledged: messages that were answered with AA. Beside another device it has no oximeter.
    """

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._has_probe = recliner.has_one_device
        self._next_s = 0
        self._count = 0
        self._heard = b""
        self.acknowledged = 0

    def plugged_in(self, now_s: float) -> None:
        """Begin with the next message that is due."""
        self._heard = b""
        self._next_s = int(now_s) + 1

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Take acknowledgements."""
        *replies, rest = (self._heard + chunk).split(BLOCK_END)
        self._heard = rest[-_LONGEST_REPLY:]
        self.acknowledged += sum(b"MSA|AA|" in reply for reply in replies)
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return the message that is due by now; those that are late are left out."""
        if now_s < self._next_s:
            return b""
        self._next_s = int(now_s) + INTERVAL_S
        self._recliner.advance(now_s)
        self._count += 1
        header = Header(
            ("ORU", "R01"),
            str(self._count),
            _stamp(now_s),
            "2.6",
            ("MONITOR", self._recliner.name),
            ("CHAIRSIDE", ""),
        )
        return Hl7Message(header, (*self._continuous(now_s), *self._cuff())).to_bytes()

    def _continuous(self, now_s: float) -> list[Observation]:
        vitals = self._recliner.vitals(now_s)
        known: dict[Quantity, float | None] = {}
        if self._has_probe:
            signal = self._recliner.probe.at(now_s)
            known[Quantity.SPO2] = signal.spo2_pct
            known[Quantity.PULSE_RATE] = signal.pulse_rate_per_min
        if vitals is not None:
            known[Quantity.HEART_RATE] = round(vitals.heart_rate_per_min)
            known[Quantity.RESPIRATION_RATE] = round(vitals.respiration_per_min)
            known[Quantity.TEMPERATURE] = round(vitals.temperature_c, 1)
        return [_observation(quantity, value, _stamp(now_s)) for quantity, value in known.items()]

    def _cuff(self) -> list[Observation]:
        known = self._recliner.cuff.last_completed
        if known is None:
            return []
        numbers = {
            Quantity.SYSTOLIC: known.result.systolic_mmhg,
            Quantity.DIASTOLIC: known.result.diastolic_mmhg,
            Quantity.MEAN: known.result.mean_mmhg,
            Quantity.CUFF_PULSE: known.result.pulse_rate_per_min,
        }
        at = _stamp(known.at_s)
        return [_observation(quantity, value, at, 2) for quantity, value in numbers.items()]


def _observation(quantity: Quantity, value: float | None, time: str, group: int = 1) -> Observation:
    unit = _MMHG if quantity in _PRESSURES else _UNITS.get(quantity, _PER_MIN)
    text = _NO_VALUE if value is None else f"{value:g}"
    return Observation(quantity, text, unit, "R", time, group)


def _stamp(now_s: float) -> str:
    return (_BEGAN + timedelta(seconds=int(now_s))).strftime("%Y%m%d%H%M%S+0000")
