"""A population of simulated patients, and what an infusion does to their cuff readings.

It exists to hold the simulator against published means and scatter, not to show anybody. Sources
of the scatter: pharmacokinetic and sensitivity spreads chosen so that the scatter of the systolic
rise at 40 min comes near the 11 mmHg published for 2342 infusions (Gen Hosp Psychiatry 2024, doi
10.1016/j.genhosppsych.2024.07.001); the directions of age and hypertension are published, their
factors are our own guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp
from random import Random

from monitors.clinic.pharmacology import KAMP_2020, InfusionSegment, PkModel
from simulators.cuff import measured
from simulators.drug import effect_site
from simulators.patient import Patient, PatientProfile
from simulators.wander import draw_for

HYPERTENSIVE_SHARE = 0.30
NOT_FIRST = 9
READ_AT_MIN = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 115, 130)


@dataclass(frozen=True, slots=True)
class CuffRise:
    """Hold one cuff reading of an infusion against the patient's baseline.

    minute: since the infusion's start. The pressures are readings in mmHg; rises in mmHg and per
    minute over the baseline.
    """

    minute: int
    systolic_mmhg: int
    diastolic_mmhg: int
    systolic_rise_mmhg: float
    diastolic_rise_mmhg: float
    pulse_rise_per_min: float


@dataclass(frozen=True, slots=True)
class Infusion:
    """Hold one simulated mood infusion: who, and every cuff reading after the baseline."""

    profile: PatientProfile
    is_hypertensive: bool
    rises: tuple[CuffRise, ...]

    def at(self, minute: int) -> CuffRise:
        """Return the reading of a minute."""
        return next(rise for rise in self.rises if rise.minute == minute)


def infusions(
    count: int, seed: int, mg_per_kg: float = 0.5, minutes: float = 40.0
) -> Iterator[Infusion]:
    """Yield that many infusions, each to another patient of the population."""
    for index in range(count):
        draw = draw_for(seed, "population", index)
        profile, is_hypertensive = _person(draw, seed * 1_000_000 + index)
        rate = mg_per_kg * profile.weight_kg / minutes
        doses = (InfusionSegment(0.0, minutes * 60.0, rate),)
        site = effect_site(doses, profile.weight_kg, _body(draw))
        yield Infusion(profile, is_hypertensive, _readings(Patient(profile, site), draw))


def mean_and_sd(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the standard deviation of a sample."""
    mean = sum(values) / len(values)
    return mean, (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5


def _person(draw: Random, seed: int) -> tuple[PatientProfile, bool]:
    age = min(max(draw.gauss(46, 14), 18), 85)
    is_hypertensive = draw.random() < HYPERTENSIVE_SHARE * (0.5 + age / 92)
    shared = exp(draw.gauss(0.0, 0.45)) * (1.3 if age >= 50 else 1.0)
    shared *= 1.25 if is_hypertensive else 0.92
    profile = PatientProfile(
        seed=seed,
        weight_kg=min(max(draw.gauss(82, 18), 45), 160),
        age_years=round(age),
        systolic_mmhg=draw.gauss(126, 14) + (2 if is_hypertensive else -1),
        diastolic_mmhg=draw.gauss(77, 8.5) + (1 if is_hypertensive else 0),
        heart_rate_per_min=min(max(draw.gauss(75, 11), 45), 115),
        pressure_sensitivity=0.86 * shared * exp(draw.gauss(0.0, 0.2)),
        diastolic_sensitivity=exp(draw.gauss(0.0, 0.2)),
        pulse_sensitivity=exp(draw.gauss(0.0, 0.6)) * (0.7 if is_hypertensive else 1.0),
    )
    return profile, is_hypertensive


def _body(draw: Random) -> PkModel:
    """Return the drug model of one person: clearance and the rest scattered about Kamp's."""
    volumes = tuple(volume * exp(draw.gauss(0.0, 0.3)) for volume in KAMP_2020.volumes_l)
    elimination, *exchange = KAMP_2020.clearances_l_per_min
    flows = (
        elimination * exp(draw.gauss(0.0, 0.2)),
        *(flow * exp(draw.gauss(0.0, 0.3)) for flow in exchange),
    )
    return replace(KAMP_2020, volumes_l=volumes, clearances_l_per_min=flows)


def _readings(patient: Patient, draw: Random) -> tuple[CuffRise, ...]:
    """Take a baseline as the mean of two readings, then one reading a stated minute."""
    before = [measured(patient, at_s, NOT_FIRST, draw) for at_s in (-240.0, -120.0)]
    systolic = sum(reading.systolic_mmhg or 0 for reading in before) / 2
    diastolic = sum(reading.diastolic_mmhg or 0 for reading in before) / 2
    pulse = sum(reading.pulse_rate_per_min or 0 for reading in before) / 2
    rises = []
    for minute in READ_AT_MIN:
        reading = measured(patient, minute * 60.0, NOT_FIRST, draw)
        top, bottom = reading.systolic_mmhg or 0, reading.diastolic_mmhg or 0
        beats = reading.pulse_rate_per_min or 0
        rises.append(
            CuffRise(minute, top, bottom, top - systolic, bottom - diastolic, beats - pulse)
        )
    return tuple(rises)
