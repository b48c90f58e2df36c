"""One simulated patient: vitals as a pure function of time, drug and events.

Here live the body's numbers before any sensor: baselines, the ketamine effect, the rhythms of the
heart and the lag of the finger. Nothing here knows a device, a port or the clock. Sources: effect
compartment half-time 2.28 min as published for cardiac output (Kamp 2021); EC50 750 ng/mL and the
systolic and heart-rate gains from the Ketamine substance file of BioGears 7 (Apache-2.0), the
diastolic gain raised to fit the meta-analysis of Vankawala 2021 (doi 10.3389/fpsyt.2021.549080);
heart-rate rhythms from ECGSYN as coded in NeuroKit2 0.2.13; finger delay from breath-hold data.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulators.episodes import Episode
from simulators.wander import Wander, draw_for

EC50_NG_PER_ML = 750.0
SYSTOLIC_GAIN = 0.40
DIASTOLIC_GAIN = 0.43
HEART_RATE_GAIN = 0.25

FINGER_DELAY_S = 18.0
FINGER_AVERAGING_S = 6.0
_FINGER_TAPS_S = tuple(
    FINGER_DELAY_S - FINGER_AVERAGING_S * math.log(1.0 - (step + 0.5) / 8) for step in range(8)
)

MEAN_FRACTION = 0.36

EffectSite = Callable[[float], float]


def no_drug(_at_s: float) -> float:
    """Answer for a patient who has had none: 0 ng/mL at the effect site."""
    return 0.0


@dataclass(frozen=True, slots=True)
class PatientProfile:
    """Describe who sits there.

    Pressures in mmHg, rates per minute, SpO2 and perfusion index in per cent, at rest before the
    drug. pressure_sensitivity and pulse_sensitivity multiply the drug's effect (1 is the typical
    patient); diastolic_sensitivity multiplies the first of them once more.
    """

    seed: int
    weight_kg: float = 75.0
    age_years: int = 42
    systolic_mmhg: float = 128.0
    diastolic_mmhg: float = 78.0
    heart_rate_per_min: float = 74.0
    spo2_pct: float = 97.3
    respiration_per_min: float = 15.0
    temperature_c: float = 36.7
    perfusion_index_pct: float = 2.4
    pressure_sensitivity: float = 1.0
    diastolic_sensitivity: float = 1.0
    pulse_sensitivity: float = 1.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """Hold the patient's true state at one moment, before any sensor.

    SpO2 and perfusion index in per cent, rates per minute, pressures in mmHg, temperature in
    degrees Celsius.
    """

    spo2_pct: float
    heart_rate_per_min: float
    systolic_mmhg: float
    diastolic_mmhg: float
    respiration_per_min: float
    temperature_c: float
    perfusion_index_pct: float

    @property
    def mean_mmhg(self) -> float:
        """Return the mean arterial pressure."""
        return self.diastolic_mmhg + MEAN_FRACTION * (self.systolic_mmhg - self.diastolic_mmhg)


class Patient:
    """Answer for one patient's vitals at any moment of the scenario's timeline.

    effect_site: ketamine at the effect site in ng/mL as a function of the same timeline.
    """

    def __init__(
        self,
        profile: PatientProfile,
        effect_site: EffectSite = no_drug,
        episodes: Iterable[Episode] = (),
    ) -> None:
        self.profile = profile
        self.effect_site = effect_site
        self.episodes = tuple(episodes)
        seed = profile.seed
        self._mayer = Wander(draw_for(seed, "mayer"), 1.0, 0.10, 0.01)
        self._breath = Wander(draw_for(seed, "breath"), 1.4, 0.25, 0.01)
        self._pulse_drift = Wander(draw_for(seed, "pulse drift"), 1.2, 0.006, 0.003)
        self._spo2_drift = Wander(draw_for(seed, "spo2"), 0.45, 0.011, 0.005)
        self._flow_drift = Wander(draw_for(seed, "flow"), 0.12, 0.01, 0.005)
        self._breath_drift = Wander(draw_for(seed, "breathing"), 0.8, 0.008, 0.004)

    def add(self, episode: Episode) -> None:
        """Let an event happen that the scenario did not foresee."""
        self.episodes = (*self.episodes, episode)

    def drug_fraction(self, at_s: float) -> float:
        """Return the part of the drug's greatest effect that is felt: 0 to 1."""
        site = self.effect_site(at_s)
        return site / (site + EC50_NG_PER_ML)

    def heart_rate_per_min(self, at_s: float) -> float:
        """Return the heart rate with its rhythms, beats per minute."""
        felt = self.drug_fraction(at_s) * HEART_RATE_GAIN * self.profile.pulse_sensitivity
        rate = self.profile.heart_rate_per_min * (1.0 + felt)
        rate += self._mayer.at(at_s) + self._breath.at(at_s) + self._pulse_drift.at(at_s)
        for episode in self.episodes:
            rate += episode.strength(at_s) * episode.effect.heart_rate_per_min
        return min(max(rate, 25.0), 220.0)

    def pressures_mmhg(self, at_s: float) -> tuple[float, float]:
        """Return systolic and diastolic pressure, mmHg, before any cuff's noise."""
        profile = self.profile
        felt = self.drug_fraction(at_s) * profile.pressure_sensitivity
        systolic = profile.systolic_mmhg * (1.0 + SYSTOLIC_GAIN * felt)
        diastolic = profile.diastolic_mmhg * (
            1.0 + DIASTOLIC_GAIN * felt * profile.diastolic_sensitivity
        )
        for episode in self.episodes:
            strength = episode.strength(at_s)
            systolic += strength * episode.effect.systolic_mmhg
            diastolic += strength * episode.effect.diastolic_mmhg
        systolic = max(systolic, 45.0)
        return systolic, min(max(diastolic, 25.0), systolic - 12.0)

    def arterial_spo2_pct(self, at_s: float) -> float:
        """Return the saturation of arterial blood, per cent."""
        return self._saturation(at_s, self._fall_in_spo2(at_s))

    def finger_spo2_pct(self, at_s: float) -> float:
        """Return what a finger shows: the blood of some 20 s ago, averaged over a few seconds."""
        falls = [self._fall_in_spo2(at_s - late_s) for late_s in _FINGER_TAPS_S]
        return self._saturation(at_s, sum(falls) / len(falls))

    def perfusion_index_pct(self, at_s: float) -> float:
        """Return the strength of the finger's pulse as a perfusion index, per cent."""
        ratio = 1.0 + self._flow_drift.at(at_s)
        for episode in self.episodes:
            ratio *= 1.0 + min(episode.strength(at_s), 1.0) * (episode.effect.perfusion_ratio - 1.0)
        return max(self.profile.perfusion_index_pct * ratio, 0.02)

    def at(self, at_s: float) -> Vitals:
        """Return everything at one moment."""
        systolic, diastolic = self.pressures_mmhg(at_s)
        breaths = self.profile.respiration_per_min + self._breath_drift.at(at_s)
        for episode in self.episodes:
            breaths += episode.strength(at_s) * episode.effect.respiration_per_min
        return Vitals(
            self.arterial_spo2_pct(at_s),
            self.heart_rate_per_min(at_s),
            systolic,
            diastolic,
            max(breaths, 0.0),
            self.profile.temperature_c,
            self.perfusion_index_pct(at_s),
        )

    def _fall_in_spo2(self, at_s: float) -> float:
        fall = 0.0
        for episode in self.episodes:
            if episode.effect.spo2_pct:
                fall += episode.strength(at_s) * episode.effect.spo2_pct
        return fall

    def _saturation(self, at_s: float, fall: float) -> float:
        drift = self._spo2_drift.at(at_s)
        return min(max(self.profile.spo2_pct + drift + fall, 40.0), 100.0)


class Heartbeat:
    """Count a patient's heartbeats along the timeline, so that each falls at a fixed moment.

    The rate is held for a second at a time; counts are kept as they are asked for, from
    ``start_s`` on (nothing can be asked for earlier).
    """

    def __init__(self, patient: Patient, start_s: float) -> None:
        self._patient = patient
        self._start_s = start_s
        self._beats = array("d", (0.0,))

    def beats(self, at_s: float) -> float:
        """Return the beats since the start; whole numbers are the moments of the beats."""
        since_s = max(at_s - self._start_s, 0.0)
        second = int(since_s)
        counts = self._beats
        while len(counts) < second + 2:
            rate = self._patient.heart_rate_per_min(self._start_s + len(counts) - 1)
            counts.append(counts[-1] + rate / 60.0)
        return counts[second] + (since_s - second) * (counts[second + 1] - counts[second])

    def rate_per_min(self, at_s: float, over_s: float) -> float:
        """Return the rate averaged over the last seconds, per minute; all after the start."""
        return 60.0 * (self.beats(at_s) - self.beats(at_s - over_s)) / over_s
