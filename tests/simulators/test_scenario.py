import pytest

from monitors.clinic.labels import label_fault
from monitors.errors import ConfigurationError
from simulators.recliner import SimulatedRecliner
from simulators.scenario import FOLDER, load, supplied


@pytest.fixture(scope="module")
def demo():
    return [SimulatedRecliner(plan) for plan in load("demo").recliners]


def _phase(place) -> str:
    visit = place.plan.visit
    if visit is None:
        return "empty"
    if visit.infusion_s is None:
        return "baseline"
    if visit.infusion_end_s < 0:
        return "recovery"
    done = -visit.infusion_s / visit.planned_s
    return f"{visit.protocol} {'early' if done < 0.4 else 'late' if done > 0.7 else 'midway'}"


def test_the_demo_shows_six_different_points_of_a_session(demo):
    assert [_phase(place) for place in demo] == [
        "mood40 early",
        "mood40 late",
        "baseline",
        "pain4h midway",
        "recovery",
        "empty",
    ]


def test_one_demo_patient_desaturates_for_long_enough_within_three_minutes_and_recovers(demo):
    low = [at for at in range(480) if (demo[3].probe.at(at).spo2_pct or 100) < 90]
    assert 60 <= min(low) <= 150
    assert 30 <= len(low) <= 110
    assert max(low) - min(low) == len(low) - 1
    lowest = min(demo[3].probe.at(at).spo2_pct for at in low)
    assert 84 <= lowest <= 87
    assert demo[3].probe.at(300).spo2_pct >= 94
    assert min(demo[3].probe.at(at).spo2_pct for at in range(480 + low[0], 480 + low[-1])) < 89


def test_no_other_demo_patient_desaturates_in_the_first_ten_minutes(demo):
    for place in demo[:3] + demo[4:]:
        numbers = [place.probe.at(at).spo2_pct for at in range(0, 600, 3)]
        assert all(spo2 is None or spo2 >= 92 for spo2 in numbers)


def test_one_demo_patients_cuff_reads_above_180_some_minutes_later(demo):
    place, systolics = load("demo").recliners[1], []
    recliner = SimulatedRecliner(place)
    for at in range(0, 900, 5):
        recliner.advance(at)
        systolics.append(recliner.cuff.last_completed.result.systolic_mmhg)
    assert systolics[0] < 180
    assert 180 < max(systolics) < 200


def test_a_larger_room_goes_round_again_with_other_people():
    plans = load("demo", recliners=16).recliners
    labels = [plan.visit.label for plan in plans if plan.visit]
    assert [plan.name for plan in plans] == [f"R{n}" for n in range(1, 17)]
    assert len(set(labels)) == len(labels) == 14
    assert not any(label_fault(label) for label in labels)
    assert len({plan.seed for plan in plans}) == 16
    assert plans[6].profile.systolic_mmhg != plans[0].profile.systolic_mmhg


def test_a_seed_makes_the_same_room_and_another_seed_another():
    def room(seed):
        return [SimulatedRecliner(p).probe.at(77.0) for p in load("demo", 4, seed).recliners]

    assert room(1) == room(1)
    assert room(1) != room(2)


@pytest.mark.parametrize("name", supplied())
def test_every_supplied_scenario_loads(name):
    assert load(name).recliners


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("title = 'x'\nrecliners = []", "recliners"),
        ("title = 'x'\n[[recliners]]\nlable = 'AB-01'", "lable"),
        ("title = 'x'\n[[recliners]]\nfaults = [{fault = 'probeoff', at_s = 1}]", "fault"),
        ("title = 'x'\n[[recliners]]\nperson = {weight_kg = 900}", "weight_kg"),
        ("title = ", "scenario.toml"),
    ],
)
def test_a_mistake_in_a_scenario_is_named(tmp_path, text, word):
    path = tmp_path / "scenario.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=word):
        load(str(path))


def test_an_unknown_scenario_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match="demo"):
        load("dmo")


def test_the_scenarios_lie_where_the_loader_looks():
    assert (FOLDER / "demo.toml").is_file()
