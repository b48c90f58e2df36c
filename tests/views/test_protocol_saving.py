"""Two people edit the clinic's protocols: neither writes over the other unseen, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitors.clinic.protocol_toml import built_in, parse, to_toml
from monitors.clinic.protocols import ClinicProtocol
from monitors.store.facts import CommandFact
from monitors.store.journal import Journal
from tests.views.log_room import Room, open_room, past_visit
from views.plain import read_plain
from views.words import log_en, protocol_en

PAIN = built_in()["pain2h"]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    with open_room(tmp_path, past_visit(), 'protocols = "protocols.toml"') as opened:
        yield opened


def path_of(room: Room) -> Path:
    assert room.clinic.protocols_path is not None
    return room.clinic.protocols_path


def in_file(room: Room) -> dict[str, ClinicProtocol]:
    return {one.name: one for one in parse(path_of(room).read_text())}


def said(page: AppTest) -> str:
    assert not page.exception, page.exception
    return "\n".join(read_plain(one.value) for kind in (page.info, page.caption) for one in kind)


def signed(room: Room, key: str = "form") -> AppTest:
    page = room.page("protocols")
    return page.selectbox(key=f"protocol_by_{key}").set_value("Dr. B").run()


def press(room: Room, page: AppTest, name: str) -> AppTest:
    with room.office():
        return page.button(key=name).click().run()


def test_presets_of_baseline_and_recovery_are_those_of_the_infusion_unless_chosen(
    room: Room,
) -> None:
    page = signed(room)
    for name in ("baseline", "recovery"):
        box: Any = page.selectbox(key=f"protocol_{name}_preset_mood40")
        assert box.options[0] == log_en.AS_INFUSING
        assert box.value == ""
    press(room, page, "protocol_save_form")
    assert (in_file(room)["mood40"].baseline_preset, in_file(room)["mood40"].recovery_preset) == (
        None,
        None,
    )


def test_presets_of_phases_are_saved_shown_in_the_table_and_can_be_taken_out_again(
    room: Room,
) -> None:
    page = signed(room)
    page.selectbox(key="protocol_recovery_preset_mood40").set_value("default").run()
    page = press(room, page, "protocol_save_form")
    assert in_file(room)["mood40"].recovery_preset == "default"
    rows = page.dataframe[0].value.to_dict("records")
    (row,) = [one for one in rows if one["Name"] == "mood40"]
    assert row["Alarm preset"] == "mood, Recovery default"
    assert page.selectbox(key="protocol_recovery_preset_mood40~1").value == "default"
    page.selectbox(key="protocol_recovery_preset_mood40~1").set_value("").run()
    press(room, page, "protocol_save_form")
    assert in_file(room)["mood40"].recovery_preset is None


def typed(room: Room) -> AppTest:
    """Open the form and type, then let somebody else write the file."""
    page = signed(room)
    page.number_input(key="protocol_planned_min_mood40").set_value(50).run()
    path_of(room).write_text(to_toml((PAIN,)))
    return page


def test_a_save_over_what_somebody_else_wrote_is_refused_and_nothing_typed_is_lost(
    room: Room,
) -> None:
    page = press(room, typed(room), "protocol_save_form")
    told = said(page)
    assert "outside this page" in told
    assert "Refused: protocols.toml is not as this page has read it" in told
    assert protocol_en.ADDED_PRESET.format(title=PAIN.title) in told
    assert list(in_file(room)) == ["pain2h"]
    assert page.number_input(key="protocol_planned_min_mood40").value == 50


def test_mine_can_then_be_put_beside_theirs(room: Room) -> None:
    page = press(room, typed(room), "protocol_save_form")
    page = page.button(key="protocol_keep_form").click().run()
    assert page.number_input(key="protocol_planned_min_mood40").value == 50
    page = press(room, page, "protocol_save_form")
    assert "Done" in said(page)
    assert {name: one.planned_min for name, one in in_file(room).items()} == {
        "pain2h": 120,
        "mood40": 50,
    }


def test_mine_can_be_dropped_for_the_file_as_it_is(room: Room) -> None:
    page = typed(room).run()
    page = page.button(key="protocol_anew_form").click().run()
    assert page.number_input(key="protocol_planned_min_mood40~1").value == 40
    assert PAIN.name in page.text_area(key="protocol_text~1").value
    assert "outside this page" not in said(page)


def test_who_edits_the_very_same_preset_is_told_what_the_other_changed(room: Room) -> None:
    theirs = built_in()["mood40"].model_copy(update={"minimum_recovery_min": 45})
    path_of(room).write_text(to_toml((theirs, PAIN)))
    page = signed(room)
    page.number_input(key="protocol_planned_min_mood40").set_value(50).run()
    path_of(room).write_text(to_toml((theirs, PAIN.model_copy(update={"planned_min": 130}))))
    told = said(page.run())
    assert "Planned time: 120 min → 130 min" in told
    assert protocol_en.BOTH_CHANGED.format(title="Mood 40") not in told
    again = theirs.model_copy(update={"minimum_recovery_min": 60})
    path_of(room).write_text(to_toml((again, PAIN)))
    told = said(page.run())
    assert "Least recovery: 45 min → 60 min" in told
    assert protocol_en.BOTH_CHANGED.format(title="Mood 40") in told


def test_who_saved_is_named_with_the_time(room: Room) -> None:
    page = signed(room)
    text = to_toml((PAIN,))
    path_of(room).write_text(text)
    written_ms = path_of(room).stat().st_mtime_ns // 1_000_000
    journal = Journal.open(room.clinic.store_url, simulated=True)
    journal.write([
        CommandFact("d" * 32, written_ms, "A. Nurse", "system", "save_protocol", {"toml": text},
                    "done", "saved", written_ms, None, None),
    ])  # fmt: skip
    journal.close()
    told = said(page.run())
    assert "A. Nurse, at " in told
    assert "outside this page" not in told


def test_a_text_that_was_typed_stays_and_may_stand_in_place_of_theirs(room: Room) -> None:
    page = signed(room, "text")
    mine = to_toml((built_in()["mood45"],))
    page.text_area(key="protocol_text").set_value(mine).run()
    path_of(room).write_text(to_toml((PAIN,)))
    page = press(room, page, "protocol_save_text")
    assert protocol_en.TEXT_REPLACES in said(page)
    assert page.text_area(key="protocol_text").value == mine
    page = page.button(key="protocol_keep_text").click().run()
    assert page.text_area(key="protocol_text").value == mine
    press(room, page, "protocol_save_text")
    assert list(in_file(room)) == ["mood45"]


def test_a_file_with_mistakes_is_mended_as_text_and_the_form_never_drops_it(room: Room) -> None:
    with room.office():
        path_of(room).write_text("[[protocols]]\nname = 'x'\n")
        page = signed(room, "text")
        assert protocol_en.MEND_FIRST in said(page)
        assert not [one for one in page.button if one.key == "protocol_save_form"]
        page.text_area(key="protocol_text").set_value(to_toml((PAIN,))).run()
        page.button(key="protocol_save_text").click().run()
    assert list(in_file(room)) == ["pain2h"]
