"""A stored session to test pages with: forty minutes in a real store, and a picture of R1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitors import config
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome, Validity, Vital
from monitors.store.facts import (
    AlarmFact,
    CommandFact,
    DeterminationFact,
    EventFact,
    Fact,
    PhaseFact,
    Place,
    ReadingFact,
    SessionFact,
)
from monitors.store.history import History
from monitors.store.journal import Journal
from monitors.store.picture import Beat, Picture
from views import access, here
from views.gate import Gate
from views.here import Dashboard
from views.live import Live

T0 = 1_763_771_200_000
MINUTE = 60_000
SESSION = "a" * 32


def at(minutes: float) -> int:
    """Return a moment of the session, UTC in epoch milliseconds."""
    return T0 + round(minutes * MINUTE)


def phase(name: str, minutes: float) -> PhaseFact:
    """Return a phase entered some minutes after the session began."""
    return PhaseFact(SESSION, "R1", name, at(minutes), round(minutes * MINUTE), "A. Nurse")


def entry(kind: str, minutes: float, corrects: str | None = None, **payload: Any) -> EventFact:
    """Return an entry named by its kind and minute."""
    name = f"{kind}-{minutes:g}"
    return EventFact("R1", SESSION, kind, at(minutes), "A. Nurse", payload, corrects, entry_id=name)


def alarm(transition: str, minutes: float, **fields: Any) -> AlarmFact:
    """Return a transition of the low SpO2 alarm."""
    usual: dict[str, Any] = {
        "condition": "spo2_low",
        "kind": "physiological",
        "priority": "high",
        "event": "196670^MDC_EVT_LO^MDC",
        "phase": "start",
        "state": "active",
        "inactivation": "enabled",
        "vital": "spo2_pct",
        "value": 86,
        "worst": 84,
        "bound": 90,
        "direction": "below",
        "details": {"limit_words": "below 90"},
    }
    return AlarmFact("R1", SESSION, at(minutes), transition=transition, **usual | fields)


def readings() -> list[Fact]:
    """Return 40 minutes at one a second: a fall of 20 s at 20 min, a gap of 2 min at 30 min."""
    facts: list[Fact] = []
    for second in range(40 * 60):
        if 30 * 60 <= second < 32 * 60:
            continue
        moment = T0 + second * 1000
        spo2 = 84 if 20 * 60 <= second < 20 * 60 + 20 else 97
        validity = Validity.QUESTIONABLE if second == 100 else Validity.VALID
        for vital, value in ((Vital.SPO2, spo2), (Vital.PULSE_RATE, 72)):
            facts.append(ReadingFact("R1", SESSION, "R1/oximeter", vital, moment, value, validity))
    return facts


def determinations() -> list[Fact]:
    """Return three cuff readings, one of them failed."""
    done = [(1, (124, 78, 93)), (12, (142, 88, 106))]
    facts: list[Fact] = [
        DeterminationFact(
            "R1",
            SESSION,
            "R1/monitor",
            at(minute),
            at(minute) + 20_000,
            NibpDetermination(NibpOutcome.COMPLETED, *pressures, 74),
        )
        for minute, pressures in done
    ]
    failed = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.LEAK)
    return [*facts, DeterminationFact("R1", SESSION, "R1/monitor", at(17), at(17), failed)]


def session_facts(*, is_over: bool = True) -> list[Fact]:
    """Return everything of one session."""
    facts: list[Fact] = [
        SessionFact(
            SESSION, "R1", "JD-14", "mood40", "infusion", 2400, T0, "A. Nurse", "Room A",
            details={"preset": "mood", "protocol": {"title": "Mood 40"}},
        ),
        phase("intake", 0), phase("baseline", 2), phase("infusing", 5),
        phase("paused", 15), phase("infusing", 18),
        entry("baseline", 5, systolic_mmhg=124, diastolic_mmhg=78, spo2_pct=97),
        entry("limit_changed", 10, condition="nibp_high", reason="known hypertension",
              **{"from": 165, "to": 175}),
        entry("note", 11, text="calm <b>so far</b>"),
        entry("medicine", 14, name="midazolam", amount=2.0, unit="mg"),
        entry("medicine", 14.5, corrects="medicine-14", name="midazolam", amount=1.0, unit="mg"),
        alarm("start", 20.2), alarm("acknowledge", 20.5, by="B. Nurse", phase="continue"),
        alarm("end", 20.9, phase="end", state="inactive"),
        CommandFact("c" * 32, at(15), "A. Nurse", "recliner:R1", "pause_infusion",
                    {"reason": "nausea"}, "done", "paused", at(15), "R1", SESSION),
        *readings(), *determinations(),
    ]  # fmt: skip
    if is_over:
        facts += [phase("recovery", 38), phase("discharged", 40)]
    return facts


def store(folder: Path, facts: list[Fact]) -> str:
    """Write facts into a new store and return its path."""
    path = str(folder / "room.db")
    journal = Journal.open(path, simulated=True)
    journal.furnish([Place("R1", "Room A", 1), Place("R2", "Room A", 2)])
    journal.write(facts)
    journal.close()
    return path


class Room:
    """Hold a store, a picture published as a collector does, and the dashboard before them."""

    def __init__(self, folder: Path, facts: list[Fact]) -> None:
        self.store = store(folder, facts)
        config_path = folder / "clinic.toml"
        config_path.write_text(
            '[clinic]\nname = "Test room"\nstore = "room.db"\nstaff = ["A. Nurse", "B. Nurse"]\n'
        )
        self.now_ms = 1_000
        self.picture = Picture.open(self.store, create=True)
        self.live = Live(lambda: self.now_ms, lambda: T0, lambda _: True)
        pages = Picture.open(self.store, create=False)
        self.live.read_from(pages, "Test room")
        here.open_with(Dashboard(config.load(config_path), pages, Gate("k" * 32), self.live))
        self.beats = 0

    def publish(self, **pictures: dict[str, Any]) -> None:
        """Publish pictures twice, so that the beat is seen to move, and let the dashboard look."""
        for _ in range(2):
            self.beats += 1
            self.now_ms += 100
            beat = Beat("here:1:0", self.beats, T0 + self.beats)
            self.picture.publish(pictures, {}, beat)
            self.live.take(self.live.look())

    def answer(self, status: str = "done", message: str = "so be it") -> list[Any]:
        """Answer what waits in the inbox as a collector does, and return the commands."""
        waiting = self.picture.pending()
        for command in waiting:
            self.picture.answer(command.command_id, status, message, T0, is_on_record=True)
        return waiting

    def history(self) -> History:
        """Return the reader that pages use."""
        return access.history()

    def close(self) -> None:
        """Close the store's readers and the picture."""
        access.forget()
        self.picture.close()


def picture(**changes: Any) -> dict[str, Any]:
    """Return the picture of R1 in the middle of its infusion."""
    shown: dict[str, Any] = {
        "recliner": "R1", "room": "Room A", "place": 1, "simulated": True, "as_of": at(37),
        "rate": 1.0,
        "session": {
            "id": SESSION, "label": "JD-14", "protocol": "Mood 40", "kind": "infusion",
            "phase": "infusing", "planned_s": 2400, "infusion_elapsed_ms": 29 * MINUTE,
            "is_running": True, "session_elapsed_ms": 37 * MINUTE, "phase_since": at(18),
            "recovery_elapsed_ms": None, "projected_end": at(48), "begun_at": T0,
        },
        "vitals": {}, "nibp": {"cuff": "idle"}, "devices": [], "alarms": [],
        "audio_paused_until": None, "audio_paused_by": None,
        "limits": [
            {"condition": "spo2_low", "vital": "spo2_pct", "direction": "below", "words": "below",
             "bound": 90, "level": 90, "is_relative": False, "priority": "high", "delay_s": 10,
             "is_changed": False, "is_off": False},
        ],
        "preset": "mood", "baseline": {}, "arms": {"is_conflict": False},
        "can_start_cuff": True, "visit": None,
    }  # fmt: skip
    return shown | changes


def standing(**changes: Any) -> dict[str, Any]:
    """Return a standing alarm of a picture."""
    shown: dict[str, Any] = {
        "condition": "spo2_low", "kind": "physiological", "priority": "high",
        "vital": "spo2_pct", "value": 86, "worst": 84, "limit": 90, "direction": "below",
        "since": at(36), "state": "active", "acknowledged_by": None, "acknowledged_at": None,
        "is_audible": True, "is_held": False, "device_id": None, "reason": None,
        "limit_words": "below 90",
    }  # fmt: skip
    return shown | changes


__all__ = ["Room", "picture", "session_facts", "standing"]
