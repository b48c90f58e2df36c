import itertools
import json

import pytest

from monitors.readings import NibpDetermination, OximetryReading, from_record
from simulators.history import staged_past
from simulators.recliner import SimulatedRecliner
from simulators.scenario import load

NOW = 1_800_000_000_000


@pytest.fixture(scope="module")
def past():
    return list(staged_past(load("demo"), NOW))


def _of(past, device_id):
    return [
        (line["at_utc_ms"], line["reading"]) for line in past if line.get("device_id") == device_id
    ]


def _commands(past, recliner):
    return [
        line["command"]
        for line in past
        if "command" in line and line["command"]["target"] == f"recliner:{recliner}"
    ]


def test_the_past_is_sorted_and_ends_before_now(past):
    stamps = [line["at_utc_ms"] for line in past]
    assert stamps == sorted(stamps)
    assert NOW - 3000 <= stamps[-1] < NOW


def test_every_line_is_json_and_every_reading_can_be_read_back(past):
    for line in past:
        assert json.loads(json.dumps(line)) == line
        if "reading" in line:
            reading = from_record(line["reading"])
            assert isinstance(reading, OximetryReading | NibpDetermination)


def test_a_session_begins_before_its_first_reading_and_goes_through_its_phases(past):
    first = next(n for n, line in enumerate(past) if line.get("device_id", "").startswith("R5"))
    begun = next(n for n, line in enumerate(past) if "R5" in str(line.get("command")))
    assert begun < first
    moves = [c["verb"] for c in _commands(past, "R5") if c["verb"] != "enter"]
    assert moves == [
        "begin_session",
        "record_intake",
        "begin_baseline",
        "start_infusion",
        "stop_infusion",
    ]
    assert [command["verb"] for command in _commands(past, "R3")] == [
        "begin_session",
        "record_intake",
        "begin_baseline",
    ]
    assert _commands(past, "R1")[0]["arguments"] == {"label": "JD-14", "protocol": "mood40"}
    assert all(command["by"] == "Demo nurse" for command in _commands(past, "R1"))


def test_medicines_given_in_the_past_stand_in_the_record(past):
    entered = [c["arguments"] for c in _commands(past, "R4") if c["verb"] == "enter"]
    given = [one["values"]["name"] for one in entered if one["kind"] == "medicine"]
    assert given == ["ondansetron", "midazolam"]


def test_staff_asked_weight_and_dose_of_the_person_who_is_simulated(past):
    for plan in load("demo").recliners[:5]:
        (form,) = [
            c["arguments"]["form"]
            for c in _commands(past, plan.name)
            if c["verb"] == "record_intake"
        ]
        assert form["weight_kg"] == plan.profile.weight_kg
        assert form["dose"] == f"{plan.visit.mg_per_kg:g} mg/kg"
        assert form["cuff_arm"] == plan.cuff_arm


def test_an_observation_of_the_past_stands_as_one_entry_for_each_thing_seen(past):
    entered = [
        (c["arguments"]["kind"], c["arguments"]["values"])
        for c in _commands(past, "R1")
        if c["verb"] == "enter"
    ]
    whole = dict.fromkeys(("person", "place", "time", "situation"), True)
    assert entered == [
        ("orientation", whole),
        ("sedation", {"moaas": 5}),
        ("rating", {"scale": "dissociation", "score": 0}),
        ("rating", {"scale": "nausea", "score": 0}),
    ]


def test_an_empty_recliner_has_no_past(past):
    assert not [line for line in past if "R6" in str(line)]


def test_cuff_readings_come_every_five_minutes_at_first_and_then_at_the_protocols_pace(past):
    visit = load("demo").recliners[3].visit
    stamps = [at for at, _ in _of(past, "R4/monitor")]
    during = [at for at in stamps if at > NOW + visit.infusion_s * 1000]
    gaps = [(b - a) / 1000 for a, b in itertools.pairwise(during)]
    assert [round(gap, -1) for gap in gaps[:2]] == [300, 300]
    assert all(880 <= gap <= 920 for gap in gaps[2:])


def test_oximetry_comes_every_two_seconds_without_a_hole(past):
    stamps = [at for at, _ in _of(past, "R2/oximeter")]
    assert {b - a for a, b in itertools.pairwise(stamps)} == {2000}


def test_the_live_monitor_remembers_what_the_past_ended_with(past):
    for plan in load("demo").recliners[:5]:
        recliner = SimulatedRecliner(plan)
        recliner.advance(0.0)
        at, told = _of(past, f"{plan.name}/monitor")[-1]
        last = recliner.cuff.last_completed
        assert last is not None
        if last.at_s < 0:
            assert at == NOW + round(last.at_s * 1000)
            assert told["systolic_mmhg"] == last.result.systolic_mmhg


def test_the_live_finger_goes_on_where_the_past_ends(past):
    for plan in load("demo").recliners[:5]:
        at, told = _of(past, f"{plan.name}/oximeter")[-1]
        recliner = SimulatedRecliner(plan)
        recliner.advance((at - NOW) / 1000)
        assert recliner.probe.at((at - NOW) / 1000).spo2_pct == told["spo2_pct"]
        assert recliner.probe.at(0.0).pulse_rate_per_min == pytest.approx(
            told["pulse_rate_per_min"], abs=5
        )


def test_the_same_scenario_always_has_the_same_past(past):
    assert list(staged_past(load("demo"), NOW)) == past
