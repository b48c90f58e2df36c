"""The what-if: recordings through the engine, expected alarms counted by hand from the files.

How the expectations were found is written beside them; they come from reading the columns and
the printed limits, not from the engine. The recordings lie outside this repository; where they
are absent the tests that need them say so and skip.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitors.clinic import stimuli
from monitors.clinic.conditions import Condition
from monitors.clinic.limits import Limits, change_limit
from monitors.clinic.preset_file import load_preset
from monitors.errors import ConfigurationError
from monitors.formats.trend_csv import Trend, parse_trend, read_trend
from monitors.readings import Vital
from monitors.replay import (
    Timed,
    compare,
    replay_trend,
    replayed_lines,
    scaled,
    stimuli_of,
)
from monitors.replay_command import ReplayOptions, run_replay

RECORDINGS = Path(__file__).parents[2] / "shared" / "recordings"


def recording(name: str) -> Trend:
    path = RECORDINGS / name
    if not path.exists():
        pytest.skip(f"the recording {path} is not here")
    return read_trend(path)


def onsets(trend: Trend, limits: Limits) -> dict[str, list[float]]:
    """Return when each condition began, in seconds."""
    found: dict[str, list[float]] = {}
    for line in replay_trend(trend, limits):
        row = json.loads(line)
        if row["transition"] == "start":
            found.setdefault(row["condition"], []).append(row["at"])
    return found


def test_a_calm_recording_gives_no_alarm() -> None:
    """BIDMC 01: SpO2 96 to 98 with 13 dropouts in a row at most, pulse 89 to 94, breaths 20 to 26.

    The breaths are 25 or 26 in the first 24 s only: 25 and more must last 30 s to be told.
    """
    assert onsets(recording("bidmc_01_Numerics.csv"), load_preset("default")) == {}


def test_a_recording_that_hovers_at_92_is_one_medium_alarm() -> None:
    """BIDMC 22: 92 or less from 0 to 51 s, so below 93 for 20 s at 20 s; 94 at most later, and the
    alarm ends at 95 only. Below 90 for two seconds (89, 88 at 48 and 49 s): not 10 s. Pulse 77 to
    89, heart rate 77 to 93, breaths 18 to 20: within limits.
    """
    trend = recording("bidmc_22_Numerics.csv")
    assert onsets(trend, load_preset("default")) == {"spo2_low": [20]}
    lines = list(replay_trend(trend, load_preset("default")))
    assert lines == [
        '{"at": 20, "condition": "spo2_low", "priority": "medium", "transition": "start", '
        '"value": 91, "limit": 93}'
    ]


def test_the_same_recording_under_lower_limits_is_silent() -> None:
    """With 88 (and 91 for medium) the longest run below 91 is two seconds, at 48 s."""
    trend = recording("bidmc_22_Numerics.csv")
    lower = change_limit(load_preset("default"), "spo2_low", 88, "Dr. B", "what if")
    assert onsets(trend, lower) == {}


def test_the_onsets_of_an_unstable_patient() -> None:
    """MIMIC minute trend; a value speaks for three minutes unless a new one comes.

    SpO2 below 90 (10 s): minute 15 (89.5), 36 (88.2), 70 (36.0, and below 80 at once). Between 40
    and 44 it is 71.1 and less: below 80 at once, minute 40. Minute 39 is 91.9: below 93 for 20 s
    first. 53 (90.9) is below 93, 56 (64.8) below 80; 57 (41.9) to 59 stay low, 58 is a dropout.
    """
    found = onsets(recording("mimic_s25047_minute_trend.csv"), load_preset("default"))
    told = [(at // 60, at % 60) for at in found["spo2_low"]]
    assert told == [(15, 10), (36, 10), (39, 20), (53, 20), (70, 10)]
    assert found["spo2_very_low"] == [40 * 60, 56 * 60, 70 * 60]
    # pulse below 40: minute 6 (39.9); below 50 as well, and minute 38 (46.2)
    assert found["pulse_very_low"] == [6 * 60 + 10]
    assert found["pulse_low"] == [6 * 60 + 15, 38 * 60 + 15]
    # pulse above 140: minutes 42 (149.0), 58 (143.1), 63 (277.0); above 120 for a minute:
    # 41 (120.3) until 44 (116), 58 until 60, 63 until 70
    assert found["pulse_very_high"] == [42 * 60 + 10, 58 * 60 + 10, 63 * 60 + 10]
    assert found["pulse_high"] == [41 * 60 + 60, 58 * 60 + 60, 63 * 60 + 60]
    # heart rate from the ECG below 50: minute 37 (44.7) only
    assert found["heart_rate_low"] == [37 * 60 + 15]
    # breaths: 1.8 at minute 40 (high after 20 s), 0.9 at 64 after 62 and 63 had none
    assert found["respiration_low"] == [40 * 60 + 20, 64 * 60 + 20]
    # 25 and more: minute 44 (28.2, 30 s); 45 (23.5) is not yet two inside, 54 (22.2) is; then
    # 55 (42.2), 30 and more, so high after 20 s
    assert found["respiration_high"][:2] == [44 * 60 + 30, 55 * 60 + 20]


def test_the_cuff_onsets_of_an_unstable_patient() -> None:
    """Systolic below 90 or mean below 60, diastolic of 100, 110, 120 and more, by minute.

    Low begins at 2 (87), 6 (86, mean 44), 32 (66), 39 (mean 56), 51 (77), 55 (40) and 61 (mean 31
    alone); in between 3, 22, 35, 48, 52 and 57 are within limits. High begins at 24 (147/118),
    35 (151/127, which is 120 and more too) and 49 (140/111); 32, 39 and 51 end them.
    """
    found = onsets(recording("mimic_s25047_minute_trend.csv"), load_preset("default"))
    assert [at // 60 for at in found["nibp_low"]] == [2, 6, 32, 39, 51, 55, 61]
    assert [at // 60 for at in found["nibp_high"]] == [24, 35, 49]
    assert [at // 60 for at in found["nibp_very_high"]] == [24, 35, 49]
    assert [at // 60 for at in found["nibp_extreme"]] == [35]


def test_missing_spo2_in_a_minute_trend_waits_three_minutes() -> None:
    """Minutes 65 to 69 are zeros, 64 is the last value: 180 s after it nobody knows SpO2."""
    found = onsets(recording("mimic_s25047_minute_trend.csv"), load_preset("default"))
    assert found["no_valid_spo2"] == [64 * 60 + 180]


@pytest.mark.parametrize("name", ["bidmc_22_Numerics.csv", "mimic_s25047_minute_trend.csv"])
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    trend = recording(name)
    limits = load_preset("mood")
    first = "\n".join(replay_trend(trend, limits)).encode()
    assert "\n".join(replay_trend(trend, limits)).encode() == first


# ---- without recordings


def dip(low: int, seconds: int) -> Trend:
    rows = "".join(
        f"{second},70,70,14,{low if 60 <= second < 60 + seconds else 97}\n" for second in range(300)
    )
    return parse_trend(f"Time [s],HR,PULSE,RESP,SpO2\n{rows}".encode(), "dip.csv")


def test_a_dip_of_thirty_seconds_is_told_once_and_ends() -> None:
    rows = [json.loads(line) for line in replay_trend(dip(88, 30), load_preset("default"))]
    assert [(row["at"], row["condition"], row["transition"]) for row in rows] == [
        (70, "spo2_low", "start"),
        (90, "spo2_low", "end"),
    ]
    assert list(rows[0]) == ["at", "condition", "priority", "transition", "value", "limit"]


def test_relative_limits_count_only_with_a_baseline_given() -> None:
    trend, mood = dip(90, 60), load_preset("mood")
    without = [json.loads(line)["condition"] for line in replay_trend(trend, mood)]
    given = replay_trend(trend, mood, {"spo2_pct": 94})
    assert "spo2_drop" not in without
    assert "spo2_drop" in [json.loads(line)["condition"] for line in given]


def test_a_file_without_spo2_is_not_missed() -> None:
    trend = parse_trend(b"Time [s],HR,PULSE\n0,70,70\n100,70,70\n200,70,70\n", "p.csv")
    assert list(replay_trend(trend, load_preset("default"))) == []


def test_waiting_for_spo2_is_scaled_to_the_files_interval() -> None:
    limits = scaled(load_preset("default"), 60_000).by_condition[Condition.NO_VALID_SPO2]
    assert (limits.steps[0].delay_s, limits.steps[0].grows_after_s) == (180, 270)
    same = scaled(load_preset("default"), 1000).by_condition[Condition.NO_VALID_SPO2]
    assert same.steps[0].delay_s == 30


def test_a_value_that_comes_as_the_delay_ends_is_asked_first() -> None:
    """Ten seconds below 90 that end with the tenth are none, and the order of columns is moot."""
    assert list(replay_trend(dip(89, 10), load_preset("default"))) == []
    assert onsets(dip(89, 11), load_preset("default")) == {"spo2_low": [70]}
    for first, second in (("HR", "PULSE"), ("PULSE", "HR")):
        peak = f"minute,{first},{second}\n0,70,70\n1,130,130\n2,70,70\n3,70,70\n"
        assert onsets(parse_trend(peak.encode(), "p.csv"), load_preset("default")) == {}


def test_spo2_that_returns_as_its_absence_would_be_told_was_not_missing() -> None:
    rows = "0,97\n1,97\n2,0\n3,0\n4,97\n5,0\n6,0\n7,0\n8,97\n"
    trend = parse_trend(f"minute,SpO2\n{rows}".encode(), "p.csv")
    assert onsets(trend, load_preset("default")) == {"no_valid_spo2": [7 * 60]}


def test_an_alarm_gives_way_to_a_lesser_step_without_ending() -> None:
    """Above 140 from 0 s, above 120 and no more at 60 s: high gives way to medium as it begins."""
    rows = "".join(f"{at},{145 if at < 60 else 130}\n" for at in range(90))
    trend = parse_trend(f"Time [s],HR\n{rows}".encode(), "p.csv")
    told = [json.loads(line) for line in replay_trend(trend, load_preset("default"))]
    assert [(one["at"], one["transition"], one["priority"]) for one in told] == [
        (10, "start", "high"),
        (60, "de-escalate", "medium"),
    ]


def test_a_delay_that_ends_in_a_gap_is_told_with_the_next_value() -> None:
    """88 until 3 s, then nothing: it speaks until 6 s. 88 at 21 s closes the gap, 97 does not."""
    rows = "".join(f"{at},{88 if at < 4 else ''}\n" for at in range(21))
    for last, expected in ((88, {"spo2_low": [21]}), (97, {})):
        text = f"Time [s],SpO2\n{rows}21,{last}\n22,97\n"
        assert onsets(parse_trend(text.encode(), "p.csv"), load_preset("default")) == expected


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    asked = ReplayOptions(str(tmp_path), "default", tmp_path / "clinic.toml")
    with pytest.raises(ConfigurationError, match="is a folder"):
        run_replay(asked, io.StringIO(), io.StringIO())


def test_of_two_rows_of_one_moment_none_is_lost() -> None:
    trend = parse_trend(b"Time [s],SpO2\n0,97\n1,79\n1,97\n2,97\n", "p.csv")
    assert onsets(trend, load_preset("default")) == {"spo2_very_low": [1]}


def test_a_pressure_is_judged_with_its_decimals() -> None:
    """89.6 is below 90, and 164.6 is not at or above 165; rounded, both would be otherwise."""
    head = "minute,SpO2,NBPSys,NBPDias,NBPMean\n"
    low = parse_trend(f"{head}0,97,89.6,70,76\n".encode(), "p.csv")
    high = parse_trend(f"{head}0,97,164.6,70,96\n".encode(), "p.csv")
    assert onsets(low, load_preset("default")) == {"nibp_low": [0]}
    assert onsets(high, load_preset("default")) == {}


def recorded(*story: tuple[float, stimuli.Stimulus]) -> list[Timed]:
    return [(round(seconds * 1000), stimulus) for seconds, stimulus in story]


def test_limits_changed_in_a_session_do_not_change_the_question() -> None:
    deaf = change_limit(load_preset("default"), "pulse_low", None, "Dr. B", "athlete")
    low = [(t, stimuli.Sample(Vital.PULSE_RATE, 45)) for t in range(1, 40)]
    story = recorded((0, stimuli.PhaseIs("intake")), (0.5, stimuli.LimitsAre(deaf)), *low)
    lines = list(replayed_lines(story, load_preset("default"), has_oximeter=False))
    assert [json.loads(line)["condition"] for line in lines] == ["pulse_low"]


def test_times_of_a_session_count_from_its_first_stimulus() -> None:
    low = [(1000 + t, stimuli.Sample(Vital.SPO2, 79)) for t in range(3)]
    lines = list(replayed_lines(recorded(*low), load_preset("default")))
    assert json.loads(lines[0])["at"] == 0


def test_nothing_recorded_gives_nothing() -> None:
    assert list(replayed_lines([], load_preset("default"))) == []
    one, other = compare([], load_preset("default"), load_preset("mood"))
    assert (one.episodes, other.episodes) == ((), ())


def test_two_presets_are_compared_in_counts_minutes_and_what_one_missed() -> None:
    """A dip to 87 for 100 s from 60 s on: told by 90/10 s from 70 s to 160 s; by 86 never."""
    usual = load_preset("default")
    lower = replace(change_limit(usual, "spo2_low", 86, "Dr. B", "what if"), preset="lower")
    story = list(stimuli_of(dip(87, 100)))
    one, other = compare(story, usual, lower)
    assert one.counts == ((Condition.SPO2_LOW, 1),)
    assert one.alarm_ms == 90_000
    assert (one.episodes[0].worst, one.episodes[0].priority) == (87, "high")
    assert one.missed == ()
    assert [(e.condition, e.start_ms) for e in other.missed] == []
    assert other.counts == ((Condition.SPO2_LOW, 1),)
    assert other.episodes[0].priority == "medium"


def test_an_event_that_the_other_limits_say_nothing_of_is_missed() -> None:
    usual = load_preset("default")
    lower = change_limit(usual, "spo2_low", 86, "Dr. B", "what if")
    one, other = compare(list(stimuli_of(dip(89, 40))), usual, lower)
    assert [(e.start_ms, e.end_ms, e.worst) for e in other.missed] == [(70_000, 100_000, 89)]
    assert (one.missed, other.alarm_ms) == ((), 0)


def test_an_alarm_that_outlasts_the_recording_ends_with_it() -> None:
    one, _ = compare(list(stimuli_of(dip(88, 400))), load_preset("default"), load_preset("mood"))
    assert one.episodes[0].end_ms == 299_000
