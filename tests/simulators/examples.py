"""People, plans and rooms that the simulators' tests share."""

from __future__ import annotations

from dataclasses import replace

from monitors.clinic.pharmacology import InfusionSegment
from simulators.drug import effect_site
from simulators.episodes import Episode
from simulators.faults import FaultWindow
from simulators.patient import Patient, PatientProfile
from simulators.recliner import SimulatedRecliner
from simulators.scenario import ReclinerPlan
from simulators.visit import Visit

MOOD_40 = 2400.0


def mood_patient(seed: int = 1, **profile: float) -> Patient:
    """Return a typical patient who is given 0.5 mg/kg over 40 min from second 0 on."""
    person = PatientProfile(seed=seed, weight_kg=70.0, **profile)  # type: ignore[arg-type]
    dose = InfusionSegment(0.0, MOOD_40, 0.5 * 70 / 40)
    return Patient(person, effect_site((dose,), 70.0))


def plan(
    *faults: FaultWindow,
    episodes: tuple[Episode, ...] = (),
    devices: tuple[str, ...] = ("nonin-df2", "dinamap"),
    is_same_arm: bool = False,
    seed: int = 5,
) -> ReclinerPlan:
    """Return a recliner with one calm patient, whose own cuff interval starts ten hours later."""
    return ReclinerPlan(
        name="R1",
        seed=seed,
        room="Room A",
        preset="mood",
        probe_arm="left",
        cuff_arm="left" if is_same_arm else "right",
        iv_arm="right",
        devices=devices,
        profile=PatientProfile(seed=seed),
        visit=Visit("AA-01", "mood40", arrived_s=0.0, baseline_s=36000.0),
        episodes=episodes,
        faults=faults,
    )


def recliner(*faults: FaultWindow, **kept: object) -> SimulatedRecliner:
    """Return a recliner of :func:`plan`."""
    return SimulatedRecliner(plan(*faults, **kept))  # type: ignore[arg-type]


def empty_recliner() -> SimulatedRecliner:
    """Return a recliner where nobody sits."""
    return SimulatedRecliner(replace(plan(), profile=None, visit=None))
