"""Hold the conversation with a GE DINAMAP monitor over its ASCII host port.

Here replies become readings and staff's orders become commands; lines are in dinamap_frames and
dinamap_lines, the pace in dinamap_poll, the memory of the cuff in dinamap_cuff. Nothing is pushed
by the device, and a cuff is started or stopped only when told to. Source: GE, "Host
Communications Reference Manual" 2010566 Rev E, and three independent drivers that agree with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.adapter import DecodeCounts
from monitors.devices.dinamap_cuff import FROM_OXIMETER, CuffWatch, rate_of
from monitors.devices.dinamap_frames import (
    CANCEL_CUFF,
    START_CUFF,
    DinamapFrame,
    NibpReply,
    OximetryReply,
    RateReply,
    TemperatureReply,
)
from monitors.devices.dinamap_lines import FrameFinder
from monitors.devices.dinamap_poll import Poller
from monitors.errors import FrameError
from monitors.readings import (
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    Vital,
    VitalReading,
)

DEFAULT_POLLS = ("NA", "OA", "RA")
OLDEST_TEMPERATURE_S = 300
_OPERATING = 1
_STANDBY = 0
_UNPLUGGED = 6
_MONITOR_MODE = 1


class DinamapAdapter:
    """Ask a DINAMAP for what it measures and tell what is new in its answers.

    polls: letters of the questions asked each second, of NA (cuff), OA (SpO2), RA (pulse rate)
    and TC (temperature), the most important first. A capture of both directions may be fed too:
    commands in it are frames without a reading, and a cancel among them says why a cycle ended;
    once this adapter itself has spoken they are an echo of its own words, which must not pass for
    the device's.
    """

    __slots__ = (
        "_awaits_rate",
        "_cuff",
        "_finder",
        "_has_spoken",
        "_now_s",
        "_oximetry",
        "_poller",
        "_temperature",
        "counts",
    )

    def __init__(self, polls: Sequence[str] = DEFAULT_POLLS) -> None:
        self.counts = DecodeCounts()
        self._finder = FrameFinder(self.counts)
        self._poller = Poller(polls)
        self._awaits_rate = "RA" in polls or "RC" in polls
        self._cuff = CuffWatch(self._awaits_rate)
        self._oximetry: OximetryReply | None = None
        self._temperature: TemperatureReply | None = None
        self._has_spoken = False
        self._now_s = 0.0

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and what was asked; what was last seen is kept."""
        self._finder.forget()
        self._poller.begin(now_s)
        self._cuff.reopened()
        self._oximetry = None
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the replies completed by these bytes tell that is new."""
        self._now_s = now_s
        return [
            reading for frame in self._finder.feed(chunk) for reading in self._take(frame, now_s)
        ]

    def due(self, now_s: float) -> bytes:
        """Return the next question; empty while one is out."""
        return self._spoken(self._poller.due(now_s))

    def finish(self) -> Sequence[Reading]:
        """Return what was held back for a pulse rate and count what is left over."""
        told = [
            reading for frame in self._finder.finish() for reading in self._take(frame, self._now_s)
        ]
        return told + self._cuff.flush(self._now_s) + self._let_oximetry_go(None)

    def start_cuff(self, now_s: float) -> bytes:
        """Return the bytes that start one determination; empty if they wait for an answer."""
        self._cuff.started(now_s)
        return self._spoken(self._poller.order(START_CUFF, now_s))

    def cancel_cuff(self, now_s: float) -> bytes:
        """Return the bytes that end the running determination; they never wait."""
        self._cuff.cancelled(now_s)
        return self._spoken(self._poller.order(CANCEL_CUFF, now_s))

    def _spoken(self, sent: bytes) -> bytes:
        self._has_spoken = self._has_spoken or bool(sent)
        return sent

    def _take(self, frame: DinamapFrame, now_s: float) -> list[Reading]:
        if not frame.is_reply:
            return self._take_command(frame, now_s)
        self._poller.answered(frame.letters)
        try:
            return self._read(frame, now_s)
        except FrameError:
            return []

    def _take_command(self, frame: DinamapFrame, now_s: float) -> list[Reading]:
        """Follow the host of a capture; once we have spoken, a command is an echo of our own.

        Then it is the answer to an order, else not a frame.
        """
        if not self._has_spoken:
            if (frame.letters, frame.content) == (CANCEL_CUFF.letters, CANCEL_CUFF.content):
                self._cuff.cancelled(now_s)
        elif frame in (START_CUFF, CANCEL_CUFF):
            self._poller.answered(frame.letters)
        else:
            self.counts.frames -= 1
            self.counts.discarded_bytes += len(frame.to_bytes())
        return []

    def _read(self, frame: DinamapFrame, now_s: float) -> list[Reading]:
        if frame.letters == "NA":
            return self._cuff.take(NibpReply.from_frame(frame), now_s)
        if frame.letters == "OA":
            return self._take_oximetry(OximetryReply.from_frame(frame))
        if frame.letters == "TC":
            return self._take_temperature(TemperatureReply.from_frame(frame))
        return self._take_rate(RateReply.from_frame(frame), now_s)

    def _take_oximetry(self, reply: OximetryReply) -> list[Reading]:
        told = self._let_oximetry_go(None)
        self._oximetry = reply
        return told if self._awaits_rate else told + self._let_oximetry_go(None)

    def _take_rate(self, reply: RateReply, now_s: float) -> list[Reading]:
        """Give the rate to whatever its source measured in this round."""
        told = self._cuff.rate(reply, now_s)
        rate = rate_of(reply)
        if reply.source != FROM_OXIMETER:
            return told + self._let_oximetry_go(None)
        if self._oximetry is not None:
            return told + self._let_oximetry_go(rate)
        validity = Validity.INVALID if rate is None else Validity.VALID
        return [*told, VitalReading(Vital.PULSE_RATE, rate, validity)]

    def _let_oximetry_go(self, rate: int | None) -> list[Reading]:
        reply, self._oximetry = self._oximetry, None
        return [] if reply is None else [_oximetry_of(reply, rate)]

    def _take_temperature(self, reply: TemperatureReply) -> list[Reading]:
        """Tell a temperature once, or at each reply where the probe measures continuously.

        One older than OLDEST_TEMPERATURE_S is not told: a bare value cannot carry its age.
        """
        last = self._temperature
        if reply.status != 0 or reply.age_s is None or not reply.tenths_f:
            return []
        self._temperature = reply
        is_new = (
            last is None
            or last.age_s is None
            or reply.counter != last.counter
            or reply.age_s < last.age_s
        )
        if reply.age_s > OLDEST_TEMPERATURE_S or not (is_new or reply.mode == _MONITOR_MODE):
            return []
        return [VitalReading(Vital.TEMPERATURE, reply.temperature_c)]


def _oximetry_of(reply: OximetryReply, rate: int | None) -> OximetryReading:
    """Judge an SpO2 reply: a number counts only while the oximeter says that it operates."""
    if reply.status == _STANDBY:
        return OximetryReading(None, None, None, Validity.NOT_AVAILABLE)
    spo2 = reply.spo2_pct
    if reply.status == _OPERATING and spo2 is not None and 0 < spo2 <= 100:
        return OximetryReading(spo2, rate)
    is_unplugged = reply.status == _UNPLUGGED
    conditions = (SignalCondition.PROBE_UNPLUGGED,) if is_unplugged else ()
    return OximetryReading(None, None, None, Validity.INVALID, conditions)


def adapter() -> DinamapAdapter:
    """Make the conversation with a DINAMAP that has a cuff and an oximeter."""
    return DinamapAdapter()
