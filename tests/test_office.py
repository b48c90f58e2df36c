"""The clinic's protocol file: saved whole, never over what others wrote, noticed when changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitors.clinic.editions import edition_of_text
from monitors.clinic.protocol_toml import built_in, to_toml
from monitors.collecting.office import Office
from monitors.config import parse
from monitors.settings import Clinic
from monitors.store.facts import Command
from tests.clinic.test_recliner import Story
from tests.test_collector import RECLINER, Rig

MOOD = built_in()["mood40"]


def file_of(minutes: int) -> str:
    return to_toml((MOOD.model_copy(update={"planned_min": minutes}),))


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    text = f'[clinic]\nprotocols = "own.toml"\n{RECLINER.format(n=1, port=4001)}'
    return parse(text, tmp_path / "clinic.toml")


def save(office: Office, text: str, by: str = "Dr. B", **more: Any) -> tuple[str, str]:
    return office.carry_out(
        Command("c" * 32, 0, by, "system", "save_protocol", {"toml": text, **more})
    )


def path_of(clinic: Clinic) -> Path:
    assert clinic.protocols_path is not None
    return clinic.protocols_path


def test_a_save_that_has_read_the_file_as_it_is_goes_through(clinic: Clinic) -> None:
    office = Office(clinic, {})
    assert save(office, file_of(50), seen=edition_of_text(""))[0] == "done"
    assert save(office, file_of(55), seen=edition_of_text(file_of(50)))[0] == "done"
    assert path_of(clinic).read_text() == file_of(55)


def test_of_two_people_who_read_the_same_file_the_second_is_told_of_the_first(
    clinic: Clinic,
) -> None:
    office = Office(clinic, {})
    assert save(office, file_of(50), by="A. Nurse", seen=edition_of_text(""))[0] == "done"
    status, message = save(office, file_of(60), seen=edition_of_text(""))
    assert status == "refused"
    assert message == (
        "own.toml is not as this page has read it: A. Nurse saved it. Nothing was saved"
    )
    assert path_of(clinic).read_text() == file_of(50)


def test_a_file_edited_beside_chairside_is_not_overwritten_either(clinic: Clinic) -> None:
    office = Office(clinic, {})
    save(office, file_of(50))
    path_of(clinic).write_text(file_of(45))
    status, message = save(office, file_of(60), seen=edition_of_text(file_of(50)))
    assert (status, "outside the Protocols page" in message) == ("refused", True)
    assert path_of(clinic).read_text() == file_of(45)


def test_a_file_changed_between_two_saves_counts_and_one_with_mistakes_changes_nothing(
    clinic: Clinic,
) -> None:
    recliner = Story().recliner
    office = Office(clinic, {"R1": recliner})
    path_of(clinic).write_text(file_of(45))
    office.look()
    assert recliner.protocols["mood40"].planned_min == 45
    path_of(clinic).write_text("this is = = nothing")
    office.look()
    assert recliner.protocols["mood40"].planned_min == 45
    path_of(clinic).unlink()
    office.look()
    assert recliner.protocols["mood40"].planned_min == MOOD.planned_min


def test_a_file_with_mistakes_keeps_no_room_from_being_watched(clinic: Clinic) -> None:
    recliner = Story().recliner
    path_of(clinic).write_text("this is = = nothing")
    office = Office(clinic, {"R1": recliner})
    assert recliner.protocols == built_in()
    assert save(office, file_of(45))[0] == "done"
    assert recliner.protocols["mood40"].planned_min == 45


def test_a_session_begins_with_the_file_as_it_is_at_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    rig = Rig(tmp_path, more=f'protocols = "{tmp_path}/own.toml"')
    (tmp_path / "own.toml").write_text(file_of(45))
    status, message = rig.answered(rig.order("begin_session", label="JD", protocol="mood40"))
    assert status == "done", message
    assert rig.look()["session"]["planned_s"] == 45 * 60
    rig.collector.close()
    rig.page.close()
