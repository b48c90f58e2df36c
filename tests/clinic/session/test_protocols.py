"""Presets as data: what comes along, what a clinic may write, and what a running session keeps."""

from pathlib import Path

import pytest

from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocol_toml import (
    PRESET_FOLDER,
    built_in,
    parse,
    preset_named,
    presets,
    to_toml,
)
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.session import from_record
from monitors.clinic.session_orders import adopt, begin, move
from monitors.errors import ConfigurationError, SessionError

MOOD = (PRESET_FOLDER / "mood40.toml").read_text(encoding="utf-8")


def test_six_presets_come_along_each_dated_sourced_and_complete() -> None:
    assert list(built_in()) == ["mood40", "mood45", "pain2h", "pain4h", "custom", "injection"]
    for preset in built_in().values():
        assert preset.dated.year >= 2026
        assert len(preset.source) > 50
        assert preset.checks
        assert all(preset.cuff_of(phase) for phase in preset.phases[1:-1])


@pytest.mark.parametrize(
    ("name", "planned_min", "recovery_min", "alarms"),
    [
        ("mood40", 40, 15, "mood"),
        ("mood45", 45, 15, "mood"),
        ("pain2h", 120, 30, "pain"),
        ("pain4h", 240, 30, "pain"),
        ("injection", None, 90, "injection"),
        ("custom", None, 30, "default"),
    ],
)
def test_a_preset_has_its_time_its_recovery_and_its_alarms(
    name: str, planned_min: int | None, recovery_min: int, alarms: str
) -> None:
    preset = built_in()[name]
    assert (preset.planned_min, preset.minimum_recovery_min) == (planned_min, recovery_min)
    assert preset.alarm_preset == alarms


def test_cuff_cadence_differs_by_phase_and_a_pause_belongs_to_the_infusion() -> None:
    mood = built_in()["mood40"]
    assert [stage.every_min for stage in mood.cuff_of(Phase.BASELINE)] == [2, 10]
    assert [stage.every_min for stage in mood.cuff_of(Phase.PAUSED)] == [5, 10]
    assert [stage.every_min for stage in mood.cuff_of(Phase.RECOVERY)] == [10, 15]
    assert mood.cuff_of(Phase.INTAKE) == ()
    pain = built_in()["pain4h"].cuff_of(Phase.INFUSING)
    assert (pain[-1].every_min, pain[-1].after_rate_increase_min) == (15, 10)


def test_an_injection_has_no_infusing_phase() -> None:
    assert Phase.INFUSING not in built_in()["injection"].phases
    assert built_in()["injection"].planned_s() is None
    with pytest.raises(SessionError, match="no pump clock"):
        built_in()["injection"].planned_s(600)


def test_a_custom_infusion_must_be_given_its_time_within_range() -> None:
    custom = built_in()["custom"]
    assert custom.planned_s(90 * 60) == 5400
    for asked in (None, 29 * 60, 361 * 60):
        with pytest.raises(SessionError, match="30 to 360 minutes"):
            custom.planned_s(asked)
    with pytest.raises(SessionError, match="20 to 120 minutes"):
        built_in()["mood40"].planned_s(0)


def test_a_protocol_is_found_by_name_or_title_and_a_slip_gets_the_nearest() -> None:
    assert preset_named("Mood 40") is preset_named("mood40")
    with pytest.raises(ConfigurationError, match="did you mean 'mood45'"):
        preset_named("mod45")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("planned_min = 40", "planned_min = 400", r":\d+: 'planned_min' is 400.*360"),
        ("planned_min = 40", "planned_min = 130", r":\d+: 'planned_min' is 130, outside"),
        ("planned_min = 40", "planed_min = 40", "no key 'planed_min'; did you mean 'planned_min'"),
        ("planned_min = 40", "planned_min = true", "'planned_min' is True"),
        ("every_min = 5.0", "every_min = 6", "'every_min' is 6, expected one of 2, 2.5"),
        ('"sedation"', '"sleep"', "'names' is 'sleep', expected orientation"),
        ('phase = "recovery"', 'phase = "discharged"', "expected baseline, infusing, recovery"),
        ('alarm_preset = "mood"', 'alarm_preset = "quiet"', "expected mood, pain, injection or"),
        ('name = "mood40"', 'name = "Mood!"', "'name' is 'Mood!'"),
        ("minimum_recovery_min = 15", "", "'minimum_recovery_min' is missing"),
        ('alarm_preset = "mood"', 'alarm_preset = "mood"\nkind = "injection"', "no pump clock"),
        ("[20, 120]", "[120, 20]", "the smaller first"),
        ("until_in_limits = 2", "until_in_limits = 9", "'until_in_limits' is 9"),
        ("[[protocols]]", "[[protocols", "is not TOML"),
    ],
)
def test_a_mistake_in_a_clinics_file_is_named_with_its_key_and_line(
    right: str, wrong: str, message: str
) -> None:
    assert right in MOOD
    with pytest.raises(ConfigurationError, match=message):
        parse(MOOD.replace(right, wrong))


def test_the_line_of_a_mistake_is_where_the_key_stands() -> None:
    wrong = MOOD.replace("planned_min = 40", "planned_min = 400")
    line = wrong.splitlines().index("planned_min = 400") + 1
    with pytest.raises(ConfigurationError, match=rf"^own\.toml:{line}: 'planned_min'"):
        parse(wrong, "own.toml")


def test_a_phase_whose_last_cuff_stage_ends_is_refused() -> None:
    cut = MOOD[: MOOD.rindex("[[protocols.cuff]]")] + MOOD[MOOD.index("[[protocols.checks]]") :]
    with pytest.raises(ConfigurationError, match="last cuff stage of recovery"):
        parse(cut)
    with pytest.raises(ConfigurationError, match="second protocol is named 'mood40'"):
        parse(MOOD + MOOD)
    with pytest.raises(ConfigurationError, match="no protocol is given"):
        parse("protocols = []")


def test_a_clinics_own_file_replaces_a_preset_by_name_and_adds_others(tmp_path: Path) -> None:
    own = tmp_path / "protocols.toml"
    longer = MOOD.replace("planned_min = 40", "planned_min = 50")
    own.write_text(longer + longer.replace('name = "mood40"', 'name = "mood50"'), encoding="utf-8")
    known = presets(own)
    assert known["mood40"].planned_min == known["mood50"].planned_min == 50
    assert known["pain2h"] == built_in()["pain2h"]
    assert presets()["mood40"].planned_min == 40
    with pytest.raises(ConfigurationError, match="cannot be read"):
        presets(tmp_path / "missing.toml")


def test_presets_written_by_a_page_read_back_the_same() -> None:
    everything = tuple(built_in().values())
    assert parse(to_toml(everything)) == everything
    for preset in everything:
        assert ClinicProtocol.from_record(preset.to_record()) == preset


def test_an_edit_reaches_a_running_session_only_with_a_reason() -> None:
    session = begin("s", "R1", "JD", "mood40", 0, 0, "N", plan=built_in()["mood40"], boot_id="b")
    edited = built_in()["mood40"].model_copy(update={"minimum_recovery_min": 60})
    session = move(session, Phase.BASELINE, 1, 1, "N")
    assert session.plan is not None
    assert session.plan.minimum_recovery_min == 15
    with pytest.raises(SessionError, match="needs a reason"):
        adopt(session, edited, 2, 2, "N", " ")
    changed = adopt(session, edited, 2, 2, "N", "sleepy last time")
    assert changed.plan == edited
    assert changed.plan_marks[-1].protocol == "mood40"
    assert from_record(changed.to_record()) == changed
    with pytest.raises(SessionError, match="cannot follow"):
        adopt(session, built_in()["injection"], 2, 2, "N", "why not")


def test_a_session_that_follows_a_preset_takes_its_kind_and_time() -> None:
    pain = begin("s", "R1", "JD", "pain2h", 0, 0, "N", plan=built_in()["pain2h"])
    assert (pain.kind, pain.planned_s) == (SessionKind.INFUSION, 7200)
    longer = begin("s", "R1", "JD", "pain2h", 0, 0, "N", plan=built_in()["pain2h"], planned_s=9000)
    assert longer.planned_s == 9000
    shot = begin("s", "R1", "JD", "injection", 0, 0, "N", plan=built_in()["injection"])
    assert (shot.kind, shot.planned_s) == (SessionKind.INJECTION, None)
