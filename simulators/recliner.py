"""One simulated recliner: a patient or nobody, a finger probe, a cuff, and what is wrong with them.

This joins the unreal parts that devices read; it knows no protocol, no port and no clock, and is
moved on by being told the scenario's time. The past of a visit is gone through at once when the
recliner is made, so that the first poll finds the monitor as an hour of readings left it.
"""

from __future__ import annotations

from simulators.cuff import Cuff, NextDue
from simulators.drug import effect_site
from simulators.episodes import Episode
from simulators.faults import FaultSwitches
from simulators.patient import Patient, PatientProfile, Vitals
from simulators.probe import Probe, never_blanked
from simulators.scenario import ReclinerPlan


class SimulatedRecliner:
    """Hold what is at one recliner.

    patient is None while nobody sits there. start_s: the first moment that will be asked for,
    in scenario seconds.
    """

    def __init__(self, plan: ReclinerPlan) -> None:
        self.plan = plan
        self.name = plan.name
        self.seed = plan.seed
        self.faults = FaultSwitches(plan.faults)
        self.start_s = plan.visit.arrived_s if plan.visit else -60.0
        self.patient: Patient | None = None
        self._attach(
            _patient_of(plan), self.start_s, plan.visit.next_cuff_s if plan.visit else None
        )

    def _attach(self, patient: Patient | None, now_s: float, next_due: NextDue | None) -> None:
        """Put cuff and probe on a patient, or leave them on the empty recliner."""
        plan, self.patient = self.plan, patient
        self.cuff = Cuff(patient, self.faults, plan.seed, next_due)
        is_same_arm = plan.probe_arm == plan.cuff_arm
        blanking = self.cuff.blanking if is_same_arm else never_blanked
        self.probe = Probe(patient, self.faults, now_s, plan.seed, blanking)
        self.cuff.begin(now_s)

    def sit(self, now_s: float) -> bool:
        """Let a calm patient without any drug sit down; False if somebody sits there already."""
        if self.patient is not None:
            return False
        self._attach(Patient(PatientProfile(self.seed)), now_s, None)
        return True

    def leave(self, now_s: float) -> bool:
        """Let the patient get up and go; False if nobody sits there."""
        if self.patient is None:
            return False
        self._attach(None, now_s, None)
        return True

    @property
    def has_one_device(self) -> bool:
        """Say whether a single device measures everything here."""
        return len(self.plan.devices) == 1

    def advance(self, now_s: float) -> None:
        """Move on to a moment; never back."""
        self.cuff.advance(now_s)

    def vitals(self, now_s: float) -> Vitals | None:
        """Return the patient's true vitals; None for an empty recliner."""
        return self.patient.at(now_s) if self.patient else None

    def happen(self, episode: Episode) -> bool:
        """Let an event happen now; False if nobody is there for it."""
        if self.patient is None:
            return False
        self.patient.add(episode)
        return True


def _patient_of(plan: ReclinerPlan) -> Patient | None:
    if plan.profile is None:
        return None
    doses = plan.visit.doses(plan.profile.weight_kg) if plan.visit else ()
    return Patient(plan.profile, effect_site(doses, plan.profile.weight_kg), plan.episodes)
