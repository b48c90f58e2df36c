"""What a room is told when several recliners have something at once, and where arms conflict."""

from __future__ import annotations

from dataclasses import dataclass

from monitors.clinic.alarms import storm
from monitors.clinic.arms import SetupConflict, setup_conflicts
from monitors.clinic.conditions import Priority
from tests.clinic.alarms.story import Story


@dataclass
class Arms:
    probe: str | None = None
    cuff: str | None = None
    iv: str | None = None


def unplugged_at(*clocks: str) -> dict[str, Story]:
    stories = {f"R{place}": Story(phase=None) for place in range(1, len(clocks) + 1)}
    for story, clock in zip(stories.values(), clocks, strict=True):
        story.at(clock).port("silent")
    return stories


def test_all_recliners_unplugged_at_once_give_one_line_and_one_sound() -> None:
    stories = unplugged_at("00:10", "00:11", "00:12", "00:20")
    signal = storm({name: story.standing() for name, story in stories.items()})
    assert [(one.condition, one.recliners) for one in signal.storms] == [
        ("port_silent", ("R1", "R2", "R3", "R4"))
    ]
    assert signal.sound is Priority.LOW
    assert signal.sounding == ()
    assert all(len(story.log) == 1 for story in stories.values())


def test_two_recliners_are_no_storm() -> None:
    stories = unplugged_at("00:10", "00:11")
    signal = storm({name: story.standing() for name, story in stories.items()})
    assert signal.storms == ()
    assert signal.sounding == ("R1", "R2")


def test_faults_far_apart_in_time_are_no_storm() -> None:
    stories = unplugged_at("00:10", "05:11", "09:12")
    assert storm({name: story.standing() for name, story in stories.items()}).storms == ()


def test_a_patient_in_a_storm_sounds_by_herself() -> None:
    stories = unplugged_at("00:10", "00:11", "00:12")
    stories["R2"].until("00:40", spo2=85)
    signal = storm({name: story.standing() for name, story in stories.items()})
    assert len(signal.storms) == 1
    assert (signal.sound, signal.sounding) == (Priority.HIGH, ("R2",))


def test_alarms_about_patients_are_never_gathered() -> None:
    stories = {f"R{n}": Story(phase=None).until("00:20", spo2=88) for n in range(1, 5)}
    signal = storm({name: story.standing() for name, story in stories.items()})
    assert signal.storms == ()
    assert signal.sounding == ("R1", "R2", "R3", "R4")


def test_an_acknowledged_storm_is_silent() -> None:
    stories = unplugged_at("00:10", "00:11", "00:12")
    for story in stories.values():
        story.acknowledged("port_silent")
    signal = storm({name: story.standing() for name, story in stories.items()})
    assert len(signal.storms) == 1
    assert signal.sound is None


def test_a_quiet_room_has_no_signal() -> None:
    signal = storm({"R1": (), "R2": ()})
    assert (signal.storms, signal.sound, signal.sounding) == ((), None, ())


def test_a_cuff_on_the_line_s_arm_is_a_conflict() -> None:
    assert setup_conflicts(Arms("left", "right", "right")) == (SetupConflict.CUFF_ON_IV_ARM,)
    assert setup_conflicts(Arms("left", "right", "left")) == ()


def test_a_cuff_on_the_probe_s_arm_is_said() -> None:
    assert setup_conflicts(Arms("left", "left", "right")) == (SetupConflict.CUFF_ON_PROBE_ARM,)
    both = setup_conflicts(Arms("left", "left", "left"))
    assert both == (SetupConflict.CUFF_ON_IV_ARM, SetupConflict.CUFF_ON_PROBE_ARM)


def test_unknown_arms_conflict_with_nothing() -> None:
    assert setup_conflicts(Arms()) == ()
