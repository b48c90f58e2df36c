"""The table of devices."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import monitors.devices
from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.devices.device_kind import DeviceKind, Measures
from monitors.errors import ConfigurationError

STREAMS_OF_75_HZ = ("nonin-df2", "nonin-df7")
every_row = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.name)


def test_an_unknown_device_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'dinamap'"):
        kind_of("dynamap")


def test_a_name_near_to_none_is_answered_with_all() -> None:
    with pytest.raises(ConfigurationError, match=r"Known devices: .*nonin-df2"):
        kind_of("q")


@every_row
def test_a_row_is_filled_in(kind: DeviceKind) -> None:
    assert kind.title
    assert kind.measures
    assert 3.0 <= kind.longest_silence_s <= 3600.0
    assert kind.make() is not kind.make()
    assert CATALOGUE[kind.name] is kind


@every_row
def test_only_a_device_with_a_cuff_can_start_one(kind: DeviceKind) -> None:
    assert not kind.can_start_cuff or Measures.NIBP in kind.measures


@pytest.mark.parametrize("name", STREAMS_OF_75_HZ)
def test_a_stream_of_75_hz_is_silent_after_three_seconds(name: str) -> None:
    assert CATALOGUE[name].longest_silence_s == 3.0


@every_row
def test_no_identify_bytes_start_a_cuff_store_a_setting_or_stop_a_stream(
    kind: DeviceKind,
) -> None:
    harmful = (b"\x02\x70", b"\x03\x03", b" NC", b" ND")
    for sent in kind.identify:
        assert not any(bytes_ in sent for bytes_ in harmful)
        assert kind.line.baud != 115200 or b"\xa1" not in sent


@every_row
def test_a_device_has_a_page_in_the_documentation(kind: DeviceKind) -> None:
    folder = Path(monitors.devices.__file__).parents[2] / "docs" / "protocols"
    assert any(kind.name in page.read_text() for page in folder.glob("*.md")), kind.name


def _imports_of(path: Path) -> set[str]:
    """Name the modules of the wire room that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "monitors.devices":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.removeprefix("monitors.devices."))
    return found


def test_no_family_of_protocols_imports_another() -> None:
    folder = Path(monitors.devices.__file__).parent
    families = {kind.make.__module__.split(".")[-1].split("_")[0] for kind in CATALOGUE.values()}
    protocols = [path for path in folder.glob("*.py") if path.stem.split("_")[0] in families]
    assert len(protocols) > len(families)
    for path in protocols:
        others = {name.split("_")[0] for name in _imports_of(path)} & families
        assert others <= {path.stem.split("_")[0]}, path.name
