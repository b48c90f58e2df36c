"""Presets: what is in them, and how a wrong one is refused by name and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitors.clinic.conditions import CONDITIONS, Condition
from monitors.clinic.limits import change_limit
from monitors.clinic.preset_file import PRESETS, load_preset, read_preset
from monitors.errors import ConfigurationError, SessionError

HEAD = 'name = "ours"\ndate = 2026-01-01\nsource = "us"\nbased_on = "default"\n'
LIMIT = '[[limits]]\ncondition = "{}"\nwhen = "{}"\nsource = "us"\nsteps = [\n  {},\n]\n'


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_preset(text, "ours")
    return str(caught.value)


def limit(condition: str, when: str, *steps: str) -> str:
    return HEAD + LIMIT.format(condition, when, ",\n  ".join(steps))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_named_dated_and_sourced(name: str) -> None:
    limits = load_preset(name)
    assert limits.preset == name
    assert limits.dated == "2026-11-22"
    assert limits.source
    assert all(one.source for one in limits.limits)


def test_every_condition_of_the_closed_list_is_in_the_mood_preset() -> None:
    assert set(load_preset("mood").by_condition) == set(Condition) == set(CONDITIONS)


def test_the_default_preset_needs_no_baseline_and_no_plan() -> None:
    missing = set(Condition) - set(load_preset("default").by_condition)
    assert missing == {"spo2_drop", "pulse_rise", "nibp_rise", "clock_overrun"}


def test_a_clinic_may_name_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(limit("pulse_low", "below", '{ bound = 45, priority = "medium" }'))
    limits = load_preset(str(path))
    assert limits.by_condition[Condition.PULSE_LOW].steps[0].bounds[0].absolute == 45
    assert Condition.SPO2_LOW in limits.by_condition


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'mood'"):
        load_preset("moood")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="none\\.toml"):
        load_preset(str(tmp_path / "none.toml"))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_bytes(b"\xff\xfe\x00n")
    with pytest.raises(ConfigurationError, match=r"ours\.toml is not a text file in UTF-8"):
        load_preset(str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("us", ""), "line 3: source is missing"),
        (HEAD + "colour = 1\n", "line 5: unknown key 'colour'"),
        (
            limit("spo2_lo", "below", '{ bound = 90, priority = "high" }'),
            "line 6: unknown condition 'spo2_lo'; did you mean 'spo2_low'?",
        ),
        (
            limit("spo2_low", "above", '{ bound = 90, priority = "high" }'),
            "line 7: spo2_low: when must be 'below' or 'at or below'",
        ),
        (
            limit("spo2_low", "below", '{ bound = 90, priority = "high", delay_s = 31 }'),
            "line 9: spo2_low: a delay of 31 s is beyond reason for high priority (0 to 30 s)",
        ),
        (
            limit("spo2_low", "below", '{ bound = 20, priority = "high" }'),
            "line 9: spo2_low: 20 is out of range for spo2_pct (50 to 100)",
        ),
        (
            limit("spo2_low", "below", '{ bound = 84, priority = "high" }'),
            "line 5: spo2_very_low (85) must lie below spo2_low (84)",
        ),
        (
            limit(
                "spo2_low",
                "below",
                '{ bound = 90, priority = "medium" }',
                '{ bound = 93, priority = "high" }',
            ),
            "line 9: spo2_low: bounds in the wrong order",
        ),
        (
            limit("pulse_low", "below", '{ bound = 125, priority = "medium" }'),
            "line 5: pulse_low (125) must lie below pulse_high (120)",
        ),
        (
            limit("spo2_low", "below", '{ bound = "90", priority = "high" }'),
            "line 9: '90' is not a number",
        ),
        (
            limit("spo2_low", "below", '{ bound = 90, priority = "loud" }'),
            "line 9: unknown priority 'loud'",
        ),
        (limit("spo2_low", "below", '{ priority = "high" }'), "line 9: spo2_low: a step needs a"),
        (
            limit("spo2_low", "below", '{ bound = 90, priority = "high", delay = 3 }'),
            "line 9: unknown key 'delay'; did you mean 'delay_s'?",
        ),
        (
            limit(
                "pulse_high",
                "above",
                '{ bound = 120, priority = "high", grows_to = "medium", grows_after_s = 5 }',
            ),
            "line 9: pulse_high: it must grow to more",
        ),
        (
            HEAD + '[[limits]]\ncondition = "spo2_low"\nvital = "spo3"\n',
            "line 7: spo2_low: unknown vital 'spo3'; did you mean 'spo2_pct'?",
        ),
        (
            HEAD + '[[limits]]\ncondition = "spo2_low"\nvital = "nibp"\n',
            "line 7: spo2_low is about spo2_pct, not nibp",
        ),
        (HEAD + "limits = 3\n", "line 5: limits must be a list of tables"),
        (HEAD + "limits = [1]\n", "line 5: limits must be a list of tables"),
        (
            HEAD + '[[limits]]\ncondition = "port_silent"\nsource = "us"\nsteps = [1]\n',
            "line 8: steps must be a list of tables",
        ),
        (
            HEAD + '[[limits]]\ncondition = "pulse_low"\nwhen = []\nsource = "us"\n',
            "line 7: pulse_low: when must be 'below'",
        ),
        (HEAD.replace('"ours"', "5"), "line 1: name must be text"),
        (HEAD.replace("2026-01-01", '"soon"'), "line 2: 'soon' is not a date"),
        (
            limit("pulse_low", "below", '{ bound = 50, priority = "low", is_quiet = "no" }'),
            "line 9: pulse_low: is_quiet must be true or false",
        ),
        (
            limit("spo2_low", "below", '{ bound = 90, priority = "medium", is_quiet = true }'),
            "line 9: spo2_low: it cannot be quiet",
        ),
        (
            limit("nibp_low", "below", '{ systolic = 80, priority = "high", is_quiet = true }'),
            "line 9: nibp_low: high priority cannot be quiet",
        ),
        (
            limit(
                "nibp_low", "below", '{ systolic = 80, priority = "low", confirm_after_s = 9e4 }'
            ),
            "line 9: nibp_low: confirm_after_s of 90000 s is beyond reason (0 to 600 s)",
        ),
        (
            limit("nibp_low", "below", '{ systolic = 80, priority = "low", asks_repeat_s = -1 }'),
            "line 9: nibp_low: asks_repeat_s of -1 s is beyond reason",
        ),
        (
            limit("nibp_low", "below", '{ systolic = 80, priority = "low", delay_s = 5 }'),
            "line 9: nibp_low: a cuff reading cannot be held for a delay",
        ),
        (
            limit("spo2_low", "below", '{ bound = 90, priority = "high", confirm_after_s = 5 }'),
            "line 9: spo2_low: confirm_after_s is for cuff readings only",
        ),
        (
            limit("pulse_high", "above", '{ bound = 120, priority = "low", grows_after_s = 9 }'),
            "line 9: pulse_high: grows_after_s needs grows_to",
        ),
        (
            limit("pulse_low", "below", '{ bound = 50, priority = "low", of_interval = 1 }'),
            "line 9: pulse_low: of_interval is for nibp_overdue only",
        ),
        (
            HEAD + '[[limits]]\ncondition = "nibp_overdue"\nsource = "us"\n'
            'steps = [{ priority = "low", of_interval = 30 }]\n',
            "line 8: nibp_overdue: of_interval 30 is beyond reason (0 to 2)",
        ),
        (
            HEAD + '[[limits]]\ncondition = "probe_off"\nsource = "us"\n'
            'steps = [{ priority = "low", bound = 3 }]\n',
            "line 8: unknown key 'bound'",
        ),
        (
            limit("pulse_low", "below", '{ bound = 50, baseline_under = 60, priority = "low" }'),
            "line 9: pulse_low: baseline_under needs a bound that follows the baseline",
        ),
        (
            limit(
                "pulse_low",
                "below",
                '{ bound = 50, baseline_pct = 75, baseline_under = "x", priority = "low" }',
            ),
            "line 9: 'x' is not a number",
        ),
        (
            limit("spo2_drop", "at or below", '{ baseline_offset = 4, priority = "low" }'),
            "line 9: spo2_drop: +4 lies not below the baseline",
        ),
        (
            limit("pulse_rise", "above", '{ baseline_offset = 4000, priority = "low" }'),
            "line 9: pulse_rise: +4000 lies not above the baseline within 100",
        ),
        (
            limit("pulse_low", "below", '{ baseline_pct = 130, priority = "low" }'),
            "line 9: pulse_low: 130 % is out of range (10 to 99 %)",
        ),
        (
            limit(
                "nibp_very_high",
                "at or above",
                '{ systolic = 180, diastolic = 115, priority = "medium" }',
                '{ systolic = 185, diastolic = 110, priority = "high" }',
            ),
            "line 9: nibp_very_high: bounds in the wrong order",
        ),
        (
            limit(
                "spo2_very_low",
                "below",
                '{ bound = 85, priority = "high" }',
                '{ bound = 92, priority = "high" }',
            ),
            "line 5: spo2_very_low (92) must lie below spo2_low (90)",
        ),
        (
            limit("pulse_low", "below", '{ bound = 45, priority = "low" }')
            + LIMIT.format("spo2_low", "below", '{ bound = 84, priority = "high" }'),
            "line 12: spo2_very_low (85) must lie below spo2_low (84)",
        ),
        ('name = "x"\ndate = 2026-01-01\nsource = "us"\n', "spo2_low is missing"),
        (HEAD + 'without = ["spo2_low"]\n', "spo2_low is missing; it can never be left out"),
        ("name = \n", "line 1"),
    ],
)
def test_a_wrong_preset_is_refused_with_its_name_and_line(text: str, message: str) -> None:
    told = refusal(text)
    assert told.startswith("preset ours")
    assert message in told


@pytest.mark.parametrize(
    ("condition", "bound", "by", "reason", "message"),
    [
        ("pulse_low", 45, "", "athlete", "needs a name and a reason"),
        ("pulse_low", 45, "Dr. B", "  ", "needs a name and a reason"),
        ("port_silent", 45, "Dr. B", "noise", "not a limit that can be changed"),
        ("clock_overrun", None, "Dr. B", "noise", "not a limit that can be changed"),
        ("pulse_low", 5, "Dr. B", "slip", "out of range"),
        ("spo2_low", 84, "Dr. B", "lung", "must lie below spo2_low"),
        ("nibp_very_high", 205, "Dr. B", "treated", "must lie above nibp_very_high"),
        ("pulse_low", 121, "Dr. B", "slip", "must lie below"),
        ("spo2_low", 98, "Dr. B", "slip", "101 is out of range .*: it moves along with 98"),
        ("spo2_drop", 4, "Dr. B", "slip", "lies not below the baseline"),
    ],
)
def test_a_wrong_change_is_refused(
    condition: str, bound: float | None, by: str, reason: str, message: str
) -> None:
    with pytest.raises(SessionError, match=message):
        change_limit(load_preset("mood"), condition, bound, by, reason)
