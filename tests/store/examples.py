"""Facts to write in tests: one second of a room, one of each kind."""

from __future__ import annotations

from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    SignalCondition,
    Validity,
    Vital,
    Waveform,
)
from monitors.store.facts import (
    AlarmFact,
    CommandFact,
    DeterminationFact,
    DeviceFact,
    EventFact,
    Fact,
    PhaseFact,
    ReadingFact,
    SessionFact,
    WaveformFact,
)
from monitors.store.lease import Holder

T0 = 1_763_771_234_567
"""The moment at which every test's session begins, UTC in epoch milliseconds."""


def reading(
    at_s: float,
    value: float | None = 97,
    vital: Vital = Vital.SPO2,
    *,
    recliner: str = "R1",
    session_id: str | None = "s1",
    validity: Validity = Validity.VALID,
    conditions: tuple[SignalCondition, ...] = (),
    device: str = "oximeter",
) -> ReadingFact:
    """Return a reading at_s seconds after T0."""
    at = T0 + round(at_s * 1000)
    name = f"{recliner}/{device}"
    return ReadingFact(recliner, session_id, name, vital, at, value, validity, conditions)


def session(session_id: str = "s1", recliner: str = "R1", label: str = "AB") -> SessionFact:
    """Return the beginning of a session at T0."""
    return SessionFact(
        session_id,
        recliner,
        label,
        "Mood 40",
        "infusion",
        2400,
        T0,
        "A. Nurse",
        "Room A",
        details={"preset": "mood"},
    )


def phase(name: str, at_s: float = 0, session_id: str = "s1", recliner: str = "R1") -> PhaseFact:
    """Return a phase entered at_s seconds after T0."""
    at_ms = round(at_s * 1000)
    return PhaseFact(session_id, recliner, name, T0 + at_ms, at_ms, "A. Nurse")


def alarm(transition: str = "raised", at_s: float = 60, recliner: str = "R1") -> AlarmFact:
    """Return a transition of the low SpO2 alarm."""
    return AlarmFact(
        recliner,
        "s1",
        T0 + round(at_s * 1000),
        "spo2_low",
        "physiological",
        "high",
        transition,
        event="low",
        phase="start",
        state="active",
        inactivation="enabled",
        vital="spo2_pct",
        value=88,
        worst=86,
        bound=90,
        direction="below",
        by=None,
        since_utc_ms=T0 + 50_000,
    )


def pleth(at_s: float = 0, recliner: str = "R1", session_id: str | None = "s1") -> WaveformFact:
    """Return one second of a trace with a missing sample."""
    samples = (None, *range(74))
    start = T0 + round(at_s * 1000)
    device = f"{recliner}/oximeter"
    return WaveformFact(recliner, session_id, device, Waveform.PLETH, start, 75, 255, samples)


PRESSURE = NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 72)
LEAK = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.LEAK)


def determination(at_s: float, found: NibpDetermination = PRESSURE) -> DeterminationFact:
    """Return a cuff determination that was told ten seconds after it was made."""
    at = T0 + round(at_s * 1000)
    return DeterminationFact("R1", "s1", "R1/cuff", at, at + 10_000, found)


def command(command_id: str = "c1") -> CommandFact:
    """Return a command that was carried out."""
    return CommandFact(
        command_id,
        T0,
        "A. Nurse",
        "recliner:R1",
        "start_infusion",
        {"speed": 1},
        "done",
        "infusing",
        T0 + 40,
        "R1",
        "s1",
    )


def sighting() -> DeviceFact:
    """Return what is seen of an oximeter when its port opens."""
    port = "socket://127.0.0.1:5001"
    return DeviceFact("R1", "R1/oximeter", "nonin-df2", T0, "opened", port, True, "0403:6001/A5")


def one_of_each() -> list[Fact]:
    """Return a fact of every kind that pages can read back."""
    return [
        session(),
        phase("intake"),
        reading(0),
        pleth(),
        determination(5),
        alarm(),
        command(),
        sighting(),
        EventFact("R1", "s1", "note", T0 + 1, "A. Nurse", {"text": "feels calm"}),
    ]


def somebody(process_id: int = 999_999, host: str = "elsewhere", boot: str = "b1") -> Holder:
    """Return a holder that is not this process."""
    return Holder(host, boot, process_id, 1_000)
