"""The drug model against frozen concentrations, which depend on the equations alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clinic.pharmacology import (
    CLEMENTS_250,
    DOMINO,
    HIJAZI,
    KAMP_2020,
    MODELS,
    Bolus,
    InfusionSegment,
    PkModel,
    Scaling,
    effect_site_ng_per_ml,
    plasma_curve,
    plasma_ng_per_ml,
    plasma_response,
)

ORDER = (KAMP_2020, DOMINO, CLEMENTS_250)


def close(expected: float) -> object:
    return pytest.approx(expected, rel=0.005, abs=0.5)


def over(minutes: float, total_mg: float) -> list[InfusionSegment]:
    return [InfusionSegment(0, minutes * 60, total_mg / minutes)]


# minute → (Kamp, Domino, Clements) for 0.5 mg/kg over 40 min, 70 kg, ng/mL
FORTY_MINUTES = {
    10: (155, 182, 62),
    20: (198, 210, 109),
    30: (228, 226, 147),
    40: (253, 240, 177),
    50: (120, 71, 141),
    60: (96, 55, 115),
    80: (74, 46, 85),
    100: (60, 40, 68),
    120: (50, 36, 59),
    160: (38, 28, 48),
}
# total mg, minutes → (Kamp, Domino, Clements) at the end, 70 kg, ng/mL
AT_THE_END = {
    (35, 45): (235, 219, 169),
    (70, 40): (506, 481, 355),
    (70, 120): (251, 215, 214),
    (140, 240): (314, 260, 296),
    (100, 240): (224, 185, 211),
    (200, 240): (448, 371, 422),
    (280, 240): (628, 519, 591),
}


@pytest.mark.parametrize("minute", FORTY_MINUTES)
def test_half_a_mg_per_kg_over_forty_minutes_gives_the_check_values(minute: int) -> None:
    for model, expected in zip(ORDER, FORTY_MINUTES[minute], strict=True):
        got = plasma_ng_per_ml(over(40, 35), minute * 60, 70, model)
        assert got == close(expected), model.name


@pytest.mark.parametrize("regimen", AT_THE_END)
def test_each_regimen_ends_at_its_check_value(regimen: tuple[int, int]) -> None:
    total_mg, minutes = regimen
    for model, expected in zip(ORDER, AT_THE_END[regimen], strict=True):
        got = plasma_ng_per_ml(over(minutes, total_mg), minutes * 60, 70, model)
        assert got == close(expected), model.name


@pytest.mark.parametrize(("weight_kg", "expected"), [(50, 240), (70, 253), (100, 268), (130, 279)])
def test_allometric_scaling_follows_weight_and_linear_does_not(
    weight_kg: float, expected: float
) -> None:
    doses = over(40, 0.5 * weight_kg)
    assert plasma_ng_per_ml(doses, 2400, weight_kg) == close(253)
    allometric = plasma_ng_per_ml(doses, 2400, weight_kg, scaling=Scaling.ALLOMETRIC)
    assert allometric == close(expected)


def test_the_pressure_rise_at_forty_minutes_is_that_of_the_effect_site() -> None:
    """Emax 0.40 of 128 mmHg at EC50 750 ng/mL gives 12.6 mmHg at the end, 6.2 at plus 20 min."""
    rises = []
    for minute in (10, 40, 60, 120):
        site = effect_site_ng_per_ml(over(40, 35), minute * 60, 70)
        rises.append(128 * 0.40 * site / (site + 750))
    assert rises == pytest.approx([7.2, 12.6, 6.2, 3.3], abs=0.06)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_closed_form_agrees_with_small_steps_of_the_equations(model: PkModel) -> None:
    """Step the differential equations themselves through a bolus, a pause and a rate change."""
    doses = [Bolus(60, 10), InfusionSegment(120, 600, 1.0), InfusionSegment(900, 1500, 0.5)]
    step_s = 0.25
    amounts = [0.0] * len(model.volumes_l)
    at_s = 0.0
    while at_s < 1800:
        amounts = _stepped(model, amounts, _rate_at(doses, at_s), step_s / 60)
        at_s += step_s
        amounts[0] += sum(
            dose.amount_mg for dose in doses if isinstance(dose, Bolus) and dose.at_s == at_s
        )
    exact = plasma_ng_per_ml(doses, 1800, 70, model)
    assert exact == pytest.approx(1000 * amounts[0] / model.volumes_l[0], rel=0.005)


def _rate_at(doses: list[Bolus | InfusionSegment], at_s: float) -> float:
    segments = [dose for dose in doses if isinstance(dose, InfusionSegment)]
    return sum(s.rate_mg_per_min for s in segments if s.start_s <= at_s < (s.end_s or at_s + 1))


def _stepped(model: PkModel, amounts: list[float], rate: float, minutes: float) -> list[float]:
    levels = [amount / volume for amount, volume in zip(amounts, model.volumes_l, strict=True)]
    change = [rate - model.clearances_l_per_min[0] * levels[0], *([0.0] * (len(levels) - 1))]
    for index in range(1, len(levels)):
        flow = model.clearances_l_per_min[index] * (levels[0] - levels[index])
        change[0] -= flow
        change[index] += flow
    return [amount + minutes * step for amount, step in zip(amounts, change, strict=True)]


def test_a_bolus_starts_at_dose_over_central_volume_and_nothing_precedes_it() -> None:
    doses = [Bolus(100, 10)]
    assert plasma_ng_per_ml(doses, 99.9, 70) == 0
    assert plasma_ng_per_ml(doses, 100, 70) == pytest.approx(10 / 25 * 1000)
    assert 150 < plasma_ng_per_ml(doses, 220, 70) < 500


def test_an_infusion_still_running_equals_one_that_ends_now() -> None:
    running = [InfusionSegment(0, None, 0.875)]
    assert plasma_ng_per_ml(running, 1200, 70) == plasma_ng_per_ml(over(40, 35), 1200, 70)


def test_every_dose_ends_up_cleared() -> None:
    """The area under the curve is dose over clearance, whatever the model."""
    for model in MODELS.values():
        area = sum(a / rate for a, rate in plasma_response(model).terms)
        assert area == pytest.approx(1 / model.clearances_l_per_min[0], rel=1e-9)
    assert HIJAZI.scaled(35).volumes_l[0] == pytest.approx(0.5 * HIJAZI.volumes_l[0])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 3600), st.floats(1, 3600), st.floats(0.01, 5)), max_size=5),
    st.floats(0, 20_000),
    st.sampled_from(list(MODELS.values())),
)
def test_concentrations_add_up_and_are_never_negative(
    parts: list[tuple[float, float, float]], at_s: float, model: PkModel
) -> None:
    segments = [InfusionSegment(start, start + length, rate) for start, length, rate in parts]
    together = plasma_ng_per_ml(segments, at_s, 70, model)
    alone = sum(plasma_ng_per_ml([segment], at_s, 70, model) for segment in segments)
    assert together == pytest.approx(alone)
    assert together >= 0


def test_a_curve_is_the_concentration_at_each_moment() -> None:
    doses = over(40, 35)
    times = [0.0, 600.0, 2400.0, 3600.0]
    assert plasma_curve(doses, times, 70) == [plasma_ng_per_ml(doses, at, 70) for at in times]
