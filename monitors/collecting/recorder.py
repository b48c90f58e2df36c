"""What the collector puts on record: happenings and readings, turned into facts.

Here a stream of readings becomes one row a vital a second, samples become one chunk a second, and
what happened to sessions and alarms becomes rows at once. It knows both the meaning room's words
and the store's; it writes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from monitors.clinic.alarm_event import AlarmEvent
from monitors.clinic.happenings import (
    AlarmChanged,
    EntryMade,
    Happening,
    PhaseEntered,
    SessionBegan,
)
from monitors.readings import (
    NibpDetermination,
    Reading,
    Vital,
    VitalReading,
    WaveformChunk,
    vitals_of,
)
from monitors.store.facts import (
    AlarmFact,
    DeterminationFact,
    EventFact,
    Fact,
    PhaseFact,
    ReadingFact,
    SessionFact,
    WaveformFact,
)

UtcOf = Callable[[int], int]


@dataclass(slots=True)
class _Trace:
    """Collect the samples of one second of a trace."""

    chunk: WaveformChunk
    session_id: str | None
    first_ms: int
    samples: list[int | None] = field(default_factory=list)


@dataclass(slots=True)
class Recorder:
    """Gather the facts of one recliner until somebody writes them."""

    recliner: str
    room: str
    utc_of: UtcOf
    clock_rate: float = 1.0
    _ready: list[Fact] = field(default_factory=list)
    _second: dict[tuple[str, Vital], ReadingFact] = field(default_factory=dict)
    _second_ms: int | None = None
    _traces: dict[str, _Trace] = field(default_factory=dict)

    def take(
        self,
        device_id: str,
        reading: Reading,
        at_ms: int,
        session_id: str | None,
        measured_ms: int | None = None,
    ) -> None:
        """Keep a reading; measured_ms dates a cuff result."""
        self._turn_second(at_ms)
        if isinstance(reading, NibpDetermination):
            self._ready.append(
                DeterminationFact(
                    self.recliner,
                    session_id,
                    device_id,
                    self.utc_of(at_ms if measured_ms is None else measured_ms),
                    self.utc_of(at_ms),
                    reading,
                )
            )
        elif isinstance(reading, WaveformChunk):
            self._take_samples(device_id, reading, at_ms, session_id)
        else:
            for vital_reading in vitals_of(reading):
                fact = self._reading_fact(device_id, vital_reading, at_ms, session_id)
                self._second[device_id, vital_reading.vital] = fact

    def _reading_fact(
        self, device_id: str, reading: VitalReading, at_ms: int, session_id: str | None
    ) -> ReadingFact:
        return ReadingFact(
            self.recliner,
            session_id,
            device_id,
            reading.vital,
            self.utc_of(at_ms),
            reading.value,
            reading.validity,
            reading.conditions,
        )

    def _turn_second(self, at_ms: int) -> None:
        """Keep the newest reading of each vital of the second that is over."""
        second_ms = at_ms // 1000
        if self._second_ms != second_ms:
            self._ready.extend(self._second.values())
            self._second.clear()
            self._second_ms = second_ms

    def _take_samples(
        self, device_id: str, chunk: WaveformChunk, at_ms: int, session_id: str | None
    ) -> None:
        trace = self._traces.get(device_id)
        if trace is not None and not self._continues(trace, chunk, at_ms, session_id):
            self._end_trace(device_id)
            trace = None
        if trace is None:
            first_ms = at_ms - round(1000 * len(chunk.samples) / chunk.sample_rate_hz)
            trace = self._traces[device_id] = _Trace(chunk, session_id, first_ms)
        trace.samples.extend(chunk.samples)
        if len(trace.samples) >= chunk.sample_rate_hz:
            self._end_trace(device_id)

    @staticmethod
    def _continues(trace: _Trace, chunk: WaveformChunk, at_ms: int, session_id: str | None) -> bool:
        """Say whether a chunk follows on without a gap, of the same kind and session."""
        expected_ms = trace.first_ms + 1000 * len(trace.samples) / chunk.sample_rate_hz
        begins_ms = at_ms - 1000 * len(chunk.samples) / chunk.sample_rate_hz
        is_same = (chunk.waveform, chunk.sample_rate_hz, chunk.full_scale) == (
            trace.chunk.waveform,
            trace.chunk.sample_rate_hz,
            trace.chunk.full_scale,
        )
        return is_same and trace.session_id == session_id and abs(begins_ms - expected_ms) < 500

    def _end_trace(self, device_id: str) -> None:
        trace = self._traces.pop(device_id)
        self._ready.append(
            WaveformFact(
                self.recliner,
                trace.session_id,
                device_id,
                trace.chunk.waveform,
                self.utc_of(trace.first_ms),
                trace.chunk.sample_rate_hz,
                trace.chunk.full_scale,
                tuple(trace.samples),
            )
        )

    def record(self, happened: Iterable[Happening]) -> None:
        """Keep what happened to the session and its alarms."""
        for one in happened:
            self._ready.append(self._fact_of(one))

    def _fact_of(self, happening: Happening) -> Fact:
        if isinstance(happening, AlarmChanged):
            return self._alarm_fact(happening.session_id, happening.event)
        if isinstance(happening, PhaseEntered):
            mark = happening.mark
            return PhaseFact(
                happening.session_id,
                self.recliner,
                str(mark.phase),
                mark.utc_ms,
                mark.at_ms,
                mark.by,
                mark.reason,
            )
        if isinstance(happening, EntryMade):
            return self._entry_fact(happening)
        return self._session_fact(happening)

    def _session_fact(self, began: SessionBegan) -> SessionFact:
        session = began.session
        return SessionFact(
            session.session_id,
            self.recliner,
            session.label,
            session.protocol,
            str(session.kind),
            session.planned_s,
            session.marks[0].utc_ms,
            session.marks[0].by,
            self.room,
            self.clock_rate,
            began.details,
        )

    def _entry_fact(self, entry: EntryMade) -> EventFact:
        return EventFact(
            self.recliner,
            entry.session_id,
            entry.kind,
            self.utc_of(entry.at_ms),
            entry.by,
            entry.payload,
            entry.corrects,
            entry_id=entry.entry_id,
        )

    def _alarm_fact(self, session_id: str | None, event: AlarmEvent) -> AlarmFact:
        return AlarmFact(
            self.recliner,
            session_id,
            self.utc_of(event.at_ms),
            str(event.condition or "audio"),
            str(event.kind or "technical"),
            str(event.priority or "low"),
            str(event.transition),
            event.event_code,
            str(event.phase),
            str(event.state),
            str(event.inactivation),
            str(event.vital) if event.vital else None,
            event.value,
            event.worst,
            event.limit,
            str(event.direction) if event.direction else None,
            event.device_id,
            event.by,
            event.reason,
            self.utc_of(event.since_ms) if event.since_ms is not None else None,
            _details(event),
        )

    def end_second(self, now_ms: int) -> None:
        """Make ready what came before the second in progress, the traces begun then too."""
        self._turn_second(now_ms)
        for device_id, trace in list(self._traces.items()):
            if trace.first_ms // 1000 < now_ms // 1000:
                self._end_trace(device_id)

    def drain(self) -> list[Fact]:
        """Hand over what is ready; the second in progress stays."""
        ready, self._ready = self._ready, []
        return ready

    def drain_all(self) -> list[Fact]:
        """Hand over everything, the second and the traces in progress too."""
        self._ready.extend(self._second.values())
        self._second.clear()
        self._second_ms = None
        for device_id in list(self._traces):
            self._end_trace(device_id)
        return self.drain()


def _details(event: AlarmEvent) -> dict[str, object]:
    """Return what the five facets have no room for; only what there is."""
    rest = {
        "key": event.key,
        "limit_words": event.limit_words,
        "held_ms": event.held_ms,
        "repeat_in_s": event.repeat_in_s,
        "latched": event.latched,
    }
    return {name: value for name, value in rest.items() if value is not None}
