"""A clinic with a real store for tests of the pages: two recliners, a past visit, a running one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from monitors import config
from monitors.clinic.protocol_toml import built_in
from monitors.collecting.office import Office
from monitors.readings import NibpDetermination, NibpOutcome, Vital
from monitors.settings import Clinic
from monitors.store.facts import (
    AlarmFact,
    Command,
    DeterminationFact,
    EventFact,
    Fact,
    PhaseFact,
    Place,
    ReadingFact,
    SessionFact,
)
from monitors.store.journal import Journal
from monitors.store.picture import Beat, Picture
from views import access, here
from views.gate import Gate
from views.live import Live

PAGES = Path(__file__).resolve().parents[2] / "views" / "pages"
T0 = 1_772_625_600_000
"""Noon of 4 March 2026, UTC."""
MINUTE = 60_000
DIP = range(600, 660)
"""Seconds of the past visit in which SpO2 stands at 86."""

CLINIC = """
[clinic]
name = "Test room"
store = "room.db"
staff = ["A. Nurse", "Dr. B"]
{more}
[[recliners]]
name = "R1"
room = "Room A"
[[recliners.devices]]
device = "nonin-df2"
port = "socket://127.0.0.1:5001"
simulated = true
[[recliners]]
name = "R2"
room = "Room B"
[[recliners.devices]]
device = "nonin-df2"
port = "socket://127.0.0.1:5002"
simulated = true
"""


def visit_facts(session_id: str, recliner: str, label: str, begun: int) -> list[Fact]:
    """Return the beginning of a visit after Mood 40."""
    details = {"protocol": built_in()["mood40"].to_record(), "preset": "mood"}
    told = (label, "mood40", "infusion", 2400, begun, "A. Nurse", "Room A", 1.0, details)
    return [SessionFact(session_id, recliner, *told)]


def phase_facts(session_id: str, recliner: str, begun: int, **minutes: int) -> list[Fact]:
    """Return phases entered so many minutes after the beginning."""
    return [
        PhaseFact(session_id, recliner, name, begun + at * MINUTE, at * MINUTE, "A. Nurse")
        for name, at in minutes.items()
    ]


def alarm_fact(
    transition: str, at_s: float, *, recliner: str = "R1", session_id: str = "past", **more: Any
) -> AlarmFact:
    """Return a transition of low SpO2, or of what more says."""
    told: dict[str, Any] = {
        "condition": "spo2_low",
        "kind": "physiological",
        "priority": "high",
        "event": "196670^MDC_EVT_LO^MDC",
        "phase": {"start": "start", "end": "end"}.get(transition, "continue"),
        "state": "inactive" if transition == "end" else "active",
        "inactivation": "alert-acknowledged" if transition == "acknowledge" else "enabled",
        "vital": "spo2_pct",
        "value": 86,
        "worst": 86,
        "bound": 90,
        "direction": "below",
        "details": {"limit_words": "below 90"},
        **more,
    }
    at = T0 + round(at_s * 1000)
    return AlarmFact(
        recliner=recliner, session_id=session_id, at_utc_ms=at, transition=transition, **told
    )


def past_visit() -> list[Fact]:
    """Return a visit of 80 minutes in R1 with one fall of SpO2, acknowledged."""
    pressure = NibpDetermination(NibpOutcome.COMPLETED, 152, 94, 112, 78)
    spo2 = [
        ReadingFact("R1", "past", "R1/oximeter", vital, T0 + second * 1000, value)
        for second in range(400, 900)
        for vital, value in ((Vital.SPO2, 86 if second in DIP else 97), (Vital.PULSE_RATE, 72))
    ]
    intake = {"label": "AB-1", "infusion_number": 3, "series_length": 6, "dose": "0.5 mg/kg"}
    return [
        *visit_facts("past", "R1", "AB-1", T0),
        *phase_facts(
            "past", "R1", T0, intake=0, baseline=1, infusing=5, recovery=45, discharged=80
        ),
        EventFact("R1", "past", "intake", T0 + MINUTE, "A. Nurse", intake),
        *spo2,
        DeterminationFact("R1", "past", "R1/monitor", T0 + 500_000, T0 + 500_000, pressure),
        alarm_fact("start", 610),
        alarm_fact("acknowledge", 631, by="Dr. B"),
        alarm_fact("end", 662),
        alarm_fact("hold_end", 700, condition="audio", kind="technical", priority="low",
                   vital=None, value=None, worst=None, bound=None, direction=None,
                   details={"held_ms": 12_500}),
    ]  # fmt: skip


def running_visit() -> list[Fact]:
    """Return a visit that has begun in R2 and goes on."""
    begun = T0 + 30 * MINUTE
    return [
        *visit_facts("runs", "R2", "CD-2", begun),
        *phase_facts("runs", "R2", begun, intake=0, baseline=4),
        alarm_fact("start", 2000, recliner="R2", session_id="runs", condition="probe_off",
                   kind="technical", priority="low", value=None, worst=None, bound=None,
                   direction=None, details={}),
    ]  # fmt: skip


def picture_of(recliner: str, place: int, device: dict[str, Any]) -> dict[str, Any]:
    """Return what a page may know of a recliner with one device."""
    title = {"device": "nonin-df2", "title": "Nonin oximeter (DF2)", "measures": ["oximetry"]}
    return {
        "recliner": recliner,
        "room": "Room A",
        "place": place,
        "simulated": True,
        "as_of": T0,
        "devices": [{"device_id": f"{recliner}/oximeter", **title, **device}],
    }


PICTURES = {
    "R2": picture_of(
        "R2", 2, {"port": "socket://127.0.0.1:5002", "state": "never", "last_byte_at": None}
    ),
    "R1": picture_of(
        "R1",
        1,
        {
            "port": "socket://127.0.0.1:5001",
            "state": "speaking",
            "last_byte_at": T0 - 1_500,
            "counts": {"frames": 750, "bad_checksums": 2, "discarded_bytes": 17},
        },
    ),
}


@dataclass
class Room:
    """Hold the clinic and the collector's side of its picture."""

    clinic: Clinic
    inbox: Picture
    given: list[Command] = field(default_factory=list)

    def page(self, name: str) -> AppTest:
        """Return a page, run once."""
        return AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=25).run()

    @contextmanager
    def office(self) -> Iterator[None]:
        """Carry out orders to the system meanwhile, as a collector does."""
        over = threading.Event()
        clerk = threading.Thread(target=self._work, args=(Office(self.clinic, {}), over))
        clerk.start()
        try:
            yield
        finally:
            over.set()
            clerk.join()

    def _work(self, office: Office, over: threading.Event) -> None:
        while not over.wait(0.01):
            for command in self.inbox.pending():
                self.given.append(command)
                self.inbox.answer(command.command_id, *office.carry_out(command), T0)


@contextmanager
def open_room(
    folder: Path, facts: list[Fact] | None = None, more: str = "", *, simulated: bool = True
) -> Iterator[Room]:
    """Write a store, publish pictures, and let pages of this process see them."""
    text = CLINIC.format(more=more)
    clinic = config.parse(text, folder / "clinic.toml")
    if facts is not None:
        journal = Journal.open(clinic.store_url, simulated=simulated)
        journal.furnish([Place("R1", "Room A", 1), Place("R2", "Room B", 2)])
        journal.write(facts)
        journal.close()
    inbox = Picture.open(clinic.store_url, create=True)
    inbox.publish(PICTURES, {}, Beat("here:1:0", 1, T0))
    picture = Picture.open(clinic.store_url, create=False)
    live = Live(lambda: 0, lambda: T0, lambda _: True)
    live.read_from(picture, clinic.name)
    live.take(live.look())
    here.open_with(here.Dashboard(clinic, picture, Gate("k" * 43), live))
    try:
        yield Room(clinic, inbox)
    finally:
        access.forget()
        picture.close()
        inbox.close()
