import cmath
import itertools
import math

import pytest

from monitors.clinic.pharmacology import InfusionSegment, Scaling, plasma_ng_per_ml
from simulators.episodes import Episode, EpisodeKind
from simulators.patient import Heartbeat, Patient, PatientProfile
from simulators.pleth import LANDMARKS, beat_height
from simulators.population import infusions, mean_and_sd
from tests.simulators.examples import MOOD_40, mood_patient

MOOD_DOSE = (InfusionSegment(0.0, MOOD_40, 0.5 * 70 / 40),)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [(40, 253), (60, 96), (100, 60), (160, 38)],
)
def test_plasma_follows_the_published_model_at_the_end_and_after(minute, expected):
    found = plasma_ng_per_ml(MOOD_DOSE, minute * 60.0, 70.0, scaling=Scaling.ALLOMETRIC)
    assert found == pytest.approx(expected, abs=max(0.5, 0.005 * expected))


@pytest.mark.parametrize(
    ("minute", "systolic", "diastolic"),
    [(10, 7.2, 4.7), (30, 11.5, 7.6), (40, 12.6, 8.3), (60, 6.2, 4.1), (120, 3.3, 2.1)],
)
def test_a_typical_patient_rises_and_falls_as_the_meta_analysis_says(minute, systolic, diastolic):
    top, bottom = mood_patient().pressures_mmhg(minute * 60.0)
    assert top - 128 == pytest.approx(systolic, abs=0.3)
    assert bottom - 78 == pytest.approx(diastolic, abs=0.3)


def test_vitals_are_a_function_of_time_whatever_was_asked_before():
    one, other = mood_patient(seed=3), mood_patient(seed=3)
    moments = [float(second) for second in range(0, 3600, 97)]
    forward = [one.at(moment) for moment in moments]
    backward = [other.at(moment) for moment in reversed(moments)]
    assert forward == backward[::-1]
    assert forward != [mood_patient(seed=4).at(moment) for moment in moments]


def _power_at(values: list[float], hz: float) -> float:
    return abs(
        sum(v * cmath.exp(-2j * math.pi * hz * second) for second, v in enumerate(values))
    ) / len(values)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_heart_beats_faster_and_slower_at_a_tenth_and_a_quarter_hertz(seed):
    patient = Patient(PatientProfile(seed=seed))
    rates = [patient.heart_rate_per_min(float(second)) for second in range(900)]
    mean, sd = mean_and_sd(rates)
    spectrum = {
        step / 200: _power_at([r - mean for r in rates], step / 200) for step in range(6, 90)
    }
    low = max((hz for hz in spectrum if 0.04 <= hz < 0.17), key=spectrum.__getitem__)
    high = max((hz for hz in spectrum if hz >= 0.17), key=spectrum.__getitem__)
    assert 1.0 <= sd <= 3.0
    assert low == pytest.approx(0.10, abs=0.03)
    assert high == pytest.approx(0.25, abs=0.03)


def test_resting_saturation_stays_within_a_per_cent_or_so_and_ketamine_leaves_it():
    patient = mood_patient(seed=8)
    before = [patient.finger_spo2_pct(float(second)) for second in range(-2400, 0, 5)]
    during = [patient.finger_spo2_pct(float(second)) for second in range(0, 2400, 5)]
    assert mean_and_sd(before)[1] <= 0.6
    assert abs(mean_and_sd(during)[0] - mean_and_sd(before)[0]) <= 0.5


def test_the_finger_shows_the_lowest_saturation_some_twenty_seconds_late():
    fall = Episode(EpisodeKind.DESATURATION, at_s=100.0)
    patient = Patient(PatientProfile(seed=2), episodes=[fall])
    moments = [second / 2 for second in range(800)]
    back_to_normal = fall.at_s + 30 + 50
    arterial = next(m for m in moments if m > 130 and patient.arterial_spo2_pct(m) > 92)
    finger = next(m for m in moments if m > 160 and patient.finger_spo2_pct(m) > 92)
    assert arterial > back_to_normal
    assert 15.0 <= finger - arterial <= 35.0


def test_a_repeating_episode_comes_back_and_a_single_one_does_not():
    once = Episode(EpisodeKind.PANIC, 10.0)
    again = Episode(EpisodeKind.PANIC, 10.0, every_s=1200.0)
    assert once.strength(0.0) == again.strength(0.0) == 0.0
    assert once.strength(150.0) == again.strength(150.0) == 1.0
    assert once.strength(1350.0) == 0.0
    assert again.strength(1350.0) == 1.0


@pytest.mark.parametrize("kind", list(EpisodeKind))
def test_every_episode_leaves_a_living_patient(kind):
    patient = Patient(PatientProfile(seed=1), episodes=[Episode(kind, 0.0)])
    for second in range(0, 4000, 40):
        vitals = patient.at(float(second))
        assert 40 <= vitals.spo2_pct <= 100
        assert 25 <= vitals.diastolic_mmhg < vitals.mean_mmhg < vitals.systolic_mmhg < 260
        assert 25 <= vitals.heart_rate_per_min <= 220


def test_a_vasovagal_patient_is_slow_and_low():
    patient = Patient(PatientProfile(seed=1), episodes=[Episode(EpisodeKind.VASOVAGAL, 0.0)])
    vitals = patient.at(60.0)
    assert 38 <= vitals.heart_rate_per_min <= 52
    assert 70 <= vitals.systolic_mmhg <= 90


def test_beats_are_counted_at_the_rate_of_the_heart():
    patient = Patient(PatientProfile(seed=6))
    heart = Heartbeat(patient, -10.0)
    mean = mean_and_sd([patient.heart_rate_per_min(float(second)) for second in range(300)])[0]
    assert heart.rate_per_min(300.0, 300.0) == pytest.approx(mean, abs=0.1)
    assert heart.beats(17.25) < heart.beats(17.26) < heart.beats(18.0)


def test_a_beat_passes_through_its_landmarks_and_has_one_notch():
    for part, height in LANDMARKS[:-1]:
        assert beat_height(part) == pytest.approx(height, abs=0.02)
    steps = [beat_height((n + 1) / 400) - beat_height(n / 400) for n in range(399)]
    turns = sum(1 for a, b in itertools.pairwise(steps) if a * b < 0)
    assert turns <= 3


def test_a_small_population_rises_by_the_published_means():
    people = list(infusions(400, seed=1))
    systolic = [
        mean_and_sd([p.at(m).systolic_rise_mmhg for p in people])[0] for m in (10, 30, 40, 60)
    ]
    diastolic, _ = mean_and_sd([p.at(40).diastolic_rise_mmhg for p in people])
    pulse, _ = mean_and_sd([p.at(40).pulse_rise_per_min for p in people])
    assert 9 <= systolic[2] <= 17
    assert 6 <= diastolic <= 12
    assert 1 <= pulse <= 7.6
    assert max(systolic) in systolic[1:3]
    assert systolic[3] < 2 / 3 * max(systolic)


@pytest.mark.long
def test_two_thousand_infusions_scatter_as_published():
    people = list(infusions(2000, seed=1))

    def share(is_hit):
        hits = sum(any(is_hit(r) for r in p.rises if r.minute <= 80) for p in people)
        return 100 * hits / len(people)

    rises = [p.at(40) for p in people]
    assert 8 <= mean_and_sd([r.systolic_rise_mmhg for r in rises])[1] <= 14
    assert 6 <= mean_and_sd([r.diastolic_rise_mmhg for r in rises])[1] <= 10
    peaks = [max(r.systolic_rise_mmhg for r in p.rises if r.minute <= 80) for p in people]
    assert 15 <= mean_and_sd(peaks)[0] <= 22
    peaks = [max(r.diastolic_rise_mmhg for r in p.rises if r.minute <= 80) for p in people]
    assert 10 <= mean_and_sd(peaks)[0] <= 15
    late = [r.systolic_rise_mmhg for p in people for r in p.rises if r.minute >= 100]
    assert mean_and_sd(late)[0] <= 5
    assert 0.5 <= share(lambda r: r.systolic_mmhg >= 180) <= 4
    assert 1 <= share(lambda r: r.systolic_rise_mmhg >= 40) <= 6
    assert 1 <= share(lambda r: r.diastolic_mmhg >= 110) <= 5
    assert 3 <= share(lambda r: r.diastolic_rise_mmhg >= 25) <= 10
    tense = [p for p in people if p.is_hypertensive]
    calm = [p for p in people if not p.is_hypertensive]
    for name, sign in (("systolic_rise_mmhg", 1), ("pulse_rise_per_min", -1)):
        means = [mean_and_sd([getattr(p.at(40), name) for p in g])[0] for g in (tense, calm)]
        assert sign * (means[0] - means[1]) > 0
