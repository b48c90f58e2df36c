"""A device that was carried to another chair is noticed by its name, and counts for nothing."""

from __future__ import annotations

import pytest

from monitors.clinic.recliner import Recliner
from monitors.clinic.swapped import accept, identified
from monitors.errors import SessionError
from tests.clinic.test_recliner import OXIMETER, Story, setup


def conditions(story: Story) -> list[str]:
    return [alarm["condition"] for alarm in story.picture()["alarms"]]


def test_between_patients_a_device_may_be_exchanged_for_another() -> None:
    story = Story()
    for name in ("A1", "B2"):
        identified(story.recliner, OXIMETER, name, story.later(1))
    assert story.recliner.devices[OXIMETER].identity == "B2"
    assert conditions(story) == []


def test_a_device_without_a_name_tells_nothing_in_a_session_either() -> None:
    story = Story()
    identified(story.recliner, OXIMETER, "A1", story.later(1))
    story.begun()
    assert identified(story.recliner, OXIMETER, None, story.later(1)) == []
    assert story.recliner.devices[OXIMETER].identity == "A1"


def test_a_device_of_a_running_session_is_suspected_at_another_chair() -> None:
    there, here = Story().begun(), Story()
    identified(there.recliner, OXIMETER, "A1", there.later(1))
    everybody = (there.recliner, here.recliner)
    identified(here.recliner, OXIMETER, "A1", here.later(1), everybody)
    assert "device_swapped" in conditions(here)
    assert "device_swapped" not in conditions(there)
    assert here.recliner.devices[OXIMETER].is_suspect
    here.spo2(85)
    assert here.picture()["vitals"]["spo2_pct"]["value"] is None


def test_a_device_of_a_chair_where_nobody_sits_may_go_to_another() -> None:
    there, here = Story(), Story().begun()
    identified(there.recliner, OXIMETER, "A1", there.later(1))
    identified(here.recliner, OXIMETER, "A1", here.later(1), (there.recliner, here.recliner))
    assert conditions(here) == []


def test_only_a_suspected_device_waits_for_a_persons_word() -> None:
    for device_id in (OXIMETER, "R1/nothing"):
        with pytest.raises(SessionError, match="not waiting"):
            accept(Recliner(setup()), device_id, "R. Ortiz, RN", 1_000)
