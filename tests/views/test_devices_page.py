"""The Devices page gives orders of its own to the collector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitors.devices.capture_file import read_header
from tests.views.visit_room import PAGE, VisitRoom
from views import here
from views.plain import read_plain
from views.words import log_en as words


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitRoom]:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(here, "_standing", [])
    opened = VisitRoom(tmp_path)
    yield opened
    opened.close()


def devices(person: str | None) -> AppTest:
    """Open the page, signed by a person or by nobody."""
    page = AppTest.from_file(str(PAGE.with_name("devices.py")), default_timeout=30)
    if person:
        page.session_state["person"] = person
    return page.run()


def test_the_raw_bytes_of_a_device_are_put_aside_by_a_person(
    room: VisitRoom, tmp_path: Path
) -> None:
    assert devices(None).button(key="devices_keep_bytes").disabled
    page = devices("A. Nurse")
    assert page.selectbox(key="devices_keep").options == ["R1/monitor", "R1/oximeter"]
    page.selectbox(key="devices_keep").set_value("R1/oximeter").run()
    page.button(key="devices_keep_bytes").click().run()
    assert not page.exception
    (path,) = (tmp_path / "captures").glob("*.capture")
    assert read_header(path).device == "nonin-df2"
    done = words.KEEP_TOLD["done"].partition("{")[0]
    assert [one.value for one in page.info if read_plain(one.value).startswith(done)]
