"""A simulated GE monitor at its computer interface: displayed values, as often as asked for.

Here the cuff's, the probe's and the patient's state become groups; records are the product's own
classes. Sources: GE/Datex-Ohmeda, "S/5 Computer Interface" M1017617 and "Datex-Ohmeda Record
Specification" 8005313. Chosen here: every level is answered, the auxiliary sub-record comes with
each record, and the old numbers stand beside "measuring".
"""

from __future__ import annotations

from monitors.devices.adapter import DecodeCounts
from monitors.devices.ge_dri_frames import (
    Auxiliary,
    Displayed,
    DriRecord,
    Group,
    GroupStatus,
    NibpLabel,
    Request,
    SubRecord,
)
from monitors.devices.ge_dri_stream import RecordFinder
from monitors.errors import FrameError
from simulators.recliner import SimulatedRecliner

CLOCK_AT_ZERO_S = 1_750_000_000
SHORTEST_INTERVAL_S = 5
OLD_AFTER_S = 60.0
_FROM_ECG = 1 << 3
_ON = GroupStatus.PRESENT | GroupStatus.ACTIVE


class GeMonitor:
    """Send displayed values at the interval that was asked for.

    Beside another device the monitor has no oximeter of its own.
    """

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._has_probe = recliner.has_one_device
        self._requests = RecordFinder(DecodeCounts())
        self._interval_s = 0
        self._next_s = 0.0
        self._number = 0

    def plugged_in(self, now_s: float) -> None:
        """Forget half a request; what was asked for goes on."""
        self._requests.forget()
        self._next_s = max(self._next_s, now_s)

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Take requests; one for a single record is answered at once."""
        answers = [self._obey(record, now_s) for record in self._requests.feed(chunk)]
        return b"".join(answers)

    def speak(self, now_s: float) -> bytes:
        """Return the record that is due by now; one that is late is left out."""
        self._recliner.advance(now_s)
        if not self._interval_s or now_s < self._next_s:
            return b""
        self._next_s = now_s + self._interval_s
        return self._record(now_s)

    def _obey(self, record: DriRecord, now_s: float) -> bytes:
        try:
            request = Request.from_record(record)
        except FrameError:
            return b""
        if request.kind != SubRecord.DISPLAYED:
            return b""
        if request.interval_s < 0:
            return self._record(now_s)
        wanted = request.interval_s
        self._interval_s = max(wanted, SHORTEST_INTERVAL_S) if wanted else 0
        self._next_s = now_s
        return b""

    def _record(self, now_s: float) -> bytes:
        self._recliner.advance(now_s)
        self._number = (self._number + 1) % 256
        clock_s = CLOCK_AT_ZERO_S + int(now_s)
        known = self._recliner.cuff.last_completed
        measured = CLOCK_AT_ZERO_S + int(known.at_s) if known else None
        parts = (
            (SubRecord.DISPLAYED, self._displayed(now_s, clock_s).to_sub_record()),
            (SubRecord.AUXILIARY, Auxiliary(measured).to_sub_record()),
        )
        return DriRecord(parts, level=8, number=self._number, time_s=clock_s).to_bytes()

    def _displayed(self, now_s: float, clock_s: int) -> Displayed:
        vitals = self._recliner.vitals(now_s)
        if vitals is None:
            return Displayed(clock_s, nibp=self._nibp(now_s))
        heart, breath = round(vitals.heart_rate_per_min), round(vitals.respiration_per_min)
        warm = Group((round(vitals.temperature_c * 100),), _ON)
        off = Group((None,), 0)
        return Displayed(
            clock_s,
            Group((heart, None, None, None, breath), _ON | _FROM_ECG),
            self._nibp(now_s),
            (warm, off, off, off),
            self._spo2(now_s),
        )

    def _spo2(self, now_s: float) -> Group:
        signal = self._recliner.probe.at(now_s)
        if not self._has_probe or not signal.is_plugged:
            return Group((None, None), 0)
        spo2 = None if signal.spo2_pct is None else signal.spo2_pct * 100
        return Group((spo2, signal.pulse_rate_per_min), _ON)

    def _nibp(self, now_s: float) -> Group:
        cuff = self._recliner.cuff
        known = cuff.last_completed
        label = NibpLabel.MEASURING if cuff.is_running(now_s) else NibpLabel(0)
        if known is None:
            return Group((None,) * 4, _ON, label)
        if now_s - known.at_s > OLD_AFTER_S:
            label |= NibpLabel.OLDER_THAN_60_S
        result = known.result
        pressures = (result.systolic_mmhg, result.diastolic_mmhg, result.mean_mmhg)
        hundredths = tuple(None if p is None else p * 100 for p in pressures)
        return Group((*hundredths, result.pulse_rate_per_min), _ON, label)
