"""What people, files and devices write is shown as they wrote it, wherever a page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitors.clinic.protocol_toml import built_in, to_toml
from monitors.clock import world_utc_ms
from monitors.store.facts import Command
from tests.views.test_visit_page import infusing
from tests.views.visit_room import PAGE, Nurse, VisitRoom
from views import here
from views.forms import ordering
from views.pages import page_names
from views.plain import in_figure, plain, read_plain
from views.words import pages_en
from views.words import visit_en as words

HOSTILE = "2*5 1*5 ~9~ :red[x] $y$ http:"
SHOWN_AS_IT_IS = {
    "html": "escaped where it is written",
    "selectbox": "its label is ours, its options and its value are no Markdown",
    "multiselect": "its options are no Markdown",
    "text_input": "what was typed",
    "text_area": "what was typed",
    "code": "shown as it is",
    "arrow_data_frame": "cells are no Markdown",
    "plotly_chart": "views/event_marks.py and the like escape for plotly",
    "bidi_component": "scripts of our own, which write text alone",
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitRoom]:
    """Open a room whose staff list and protocols are full of what Markdown would change."""
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(here, "_standing", [])
    own = to_toml((built_in()["mood40"],)).replace('"Mood 40"', f'"{HOSTILE}"')
    own = own.replace('series_hint = "6', f'series_hint = "{HOSTILE} 6')
    (tmp_path / "own.toml").write_text(own, "utf-8")
    opened = VisitRoom(tmp_path, f'protocols = "{tmp_path}/own.toml"', staff=[HOSTILE, "Dr. B"])
    yield opened
    opened.close()


def nodes(page: AppTest) -> Iterator[Any]:
    """Yield everything that a page has drawn."""
    waiting = [page._tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += list(getattr(node, "children", {}).values())


def strings(proto: Any) -> Iterator[str]:
    """Yield every text in a message to the browser."""
    for field, value in proto.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif hasattr(one, "ListFields"):
                yield from strings(one)


def rendered(page: AppTest) -> list[str]:
    """Return what the browser renders as Markdown of what people wrote; nothing of it raw."""
    assert not page.exception, page.exception
    found = []
    for node in nodes(page):
        proto = getattr(node, "proto", None)
        if proto is None or getattr(node, "type", "") in SHOWN_AS_IT_IS:
            continue
        for text in strings(proto):
            if text.startswith("$$ID-"):
                continue
            for part in ("2*5", ":red[", "$y$", "http:"):
                assert part not in text, f"{node.type}: {text}"
            if HOSTILE in read_plain(text):
                found.append(read_plain(text))
    return found


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "Labetalol 2*5 mg at chair, then 1*5 mg by Dr B; SpO2 ~90~ once",
        ":red[hi] $x^2$ `code` [text](http://e.org) ![i](x) <b>bold</b> &amp; <http://e.org>",
        "https://e.org www.e.org nurse@e.org mailto:nurse@e.org",
        ":smile: :+1: :material/home: :streamlit: 10:15:20",
        "5 -> 10, 5 <- 3, 4 <-> 4, -- >= 3 <= 2 ~= 1",
        "# head\n- one\n1. two\n> three\n| a | b |\n|---|---|\n```\n    code",
        "back\\slash \\* __bold__ ~~out~~",
    ],
)
def test_every_mark_is_held_back_and_the_text_reads_as_it_was_written(text: str) -> None:
    shown = plain(text)
    assert read_plain(shown) == text
    for place, mark in enumerate(shown):
        if mark in "*_~`$[]<>#|!:@.&-+" and shown[place - 1] != "\\":
            pytest.fail(f"{mark} stands free in {shown}")
    for link in ("http\\:", "https\\:", "www\\.", "e\\@", ":smile\\:", " \\-\\>"):
        assert link not in shown


def test_plotly_is_told_no_markup() -> None:
    assert in_figure("<b>R&D</b>") == "&lt;b&gt;R&amp;D&lt;/b&gt;"


# ---- on the pages


def test_the_begin_form_shows_a_protocol_and_a_person_as_they_are_called(room: VisitRoom) -> None:
    told = rendered(room.nurse(HOSTILE).page)
    assert any("least recovery" in one for one in told)
    assert HOSTILE in told


def test_notes_reasons_names_and_medicines_are_shown_as_they_were_typed(room: VisitRoom) -> None:
    infusing(room)
    nurse = room.nurse(HOSTILE)
    nurse.type("note", HOSTILE).press(words.RECORD_NOTE)
    nurse.type("other-name", HOSTILE).press(words.RECORD, 1)
    assert f"✓ R1: {HOSTILE}" in rendered(nurse.page)
    nurse.press(words.CORRECT)
    rendered(nurse.page)
    nurse.press(words.CORRECT_CANCEL)
    nurse.type(take_back(nurse), HOSTILE).press(words.TAKE_BACK)
    told = rendered(nurse.draw().page)
    assert any(f"Note: {HOSTILE}" in one and HOSTILE in one.partition("·")[2] for one in told)
    assert any(one.startswith("~~") and words.TAKEN_BACK in one for one in told)
    assert any(one.startswith("“") for one in told), "what would be taken back"


def take_back(nurse: Nurse) -> str:
    """Return the field for the reason of taking back the newest entry."""
    keys = [str(one.key) for one in nurse.page.text_input]
    return next(key for key in keys if key.startswith("take-back-")).partition("-R1")[0]


def test_who_recorded_an_intake_is_named_as_written_and_so_is_what_was_refused(
    room: VisitRoom,
) -> None:
    room.order("begin_session", label="JD-14", protocol="mood40")
    first, second = room.nurse(HOSTILE), room.nurse("Dr. B")
    first.number("intake-weight_kg", 70).press(words.RECORD_INTAKE)
    assert any(one.startswith("Recorded by") for one in rendered(first.page))
    second.number("intake-weight_kg", 90).press(words.RECORD_INTAKE)
    assert words.TAKE_OVER.format(name=HOSTILE) in rendered(second.page)


def test_every_other_page_shows_them_as_they_are_too(
    room: VisitRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "WAIT_S", 0)
    infusing(room)
    nurse = room.nurse(HOSTILE).type("note", HOSTILE)
    nurse.press(words.RECORD_NOTE)
    session = room.picture["session"]["id"]
    pause = Command("c" * 32, world_utc_ms(), HOSTILE, "recliner:R1", "pause_audio", {})
    room.rig.page.put(pause)
    room.sees(lambda p: p.get("audio_paused_by") == HOSTILE, "the sound is paused")
    for name in page_names():
        page = AppTest.from_file(str(PAGE.with_name(f"{name}.py")), default_timeout=30)
        page.session_state["person"] = HOSTILE
        page.query_params["session"] = session
        told = rendered(page.run())
        if name == "recliner":
            assert any(one.startswith("Sound of this recliner") for one in told)
        if name == "review":
            assert any(one.startswith("#### JD-14 · R1") for one in told)


def test_an_address_cannot_put_markup_on_a_page(room: VisitRoom) -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    page.query_params["recliner"] = HOSTILE
    assert pages_en.NO_SUCH_RECLINER.format(name=HOSTILE) in rendered(page.run())
