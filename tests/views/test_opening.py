"""What the dashboard was asked to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitors.errors import ConfigurationError
from views.opening import Mode, read

PROJECT = Path(__file__).resolve().parents[2]
WITH_DEVICE = """
[[recliners]]
name = "R1"
[[recliners.devices]]
device = "nonin-df2"
port = "/dev/ttyUSB0"
"""


def test_without_a_word_and_without_a_file_it_is_the_demo(tmp_path: Path) -> None:
    opening = read([], tmp_path)
    assert (opening.mode, opening.clinic) == (Mode.DEMO, None)


def test_a_clinic_toml_in_the_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(WITH_DEVICE)
    opening = read([], tmp_path)
    assert opening.mode is Mode.CLINIC
    assert opening.clinic is not None
    assert opening.clinic.has_devices


def test_view_and_a_file_without_devices_start_nothing(tmp_path: Path) -> None:
    assert read(["--view"], tmp_path).mode is Mode.VIEW
    file = tmp_path / "other.toml"
    file.write_text('[clinic]\nname = "Pages"\n')
    assert read(["--config", str(file)], tmp_path).mode is Mode.VIEW
    file.write_text(WITH_DEVICE)
    assert read(["--config", str(file), "--view"], tmp_path).mode is Mode.VIEW
    assert read(["--config", str(file)], tmp_path).mode is Mode.CLINIC


def test_a_mistyped_file_is_an_error_and_never_the_demo(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"clinik\.toml"):
        read(["--config", str(tmp_path / "clinik.toml")], tmp_path)


def test_a_word_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        read(["--vieuw"], tmp_path)


def test_the_server_ends_with_the_words_of_the_mistake(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboard.py")]
    asked += ["--server.port", "0", "--", "--config", str(tmp_path / "clinik.toml")]
    ended = subprocess.run(
        asked, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert "clinik.toml" in ended.stderr
    assert "Traceback" not in ended.stderr
