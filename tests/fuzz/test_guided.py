"""Fuzzing guided by coverage finds nothing in any decoder, and does find what is planted."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.noise import DEVICES

TOP = Path(__file__).parent.parent.parent
ALL_S, ONE_S, PLANTED_S = 10, 60, 60
START_S = 60

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not published for this Python or machine (requirements-dev.txt)",
)


def fuzz(folder: Path, module: str, *words: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """Run a fuzzer in a process of its own; what it finds is written to a folder."""
    command = [sys.executable, "-m", module, *words, "--seconds", str(seconds)]
    return subprocess.run(
        [*command, "--found", str(folder)],
        cwd=TOP,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds + START_S,
        check=False,
    )


def finds_nothing(folder: Path, device: str, seconds: int) -> None:
    """Fuzz and fail with what was found."""
    done = fuzz(folder, "tests.fuzz.decoders", device, seconds=seconds)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "DONE" in done.stdout
    assert not list(folder.iterdir())


def test_a_short_fuzz_of_all_decoders_finds_nothing(tmp_path: Path) -> None:
    finds_nothing(tmp_path, "all", ALL_S)


@pytest.mark.long
@pytest.mark.parametrize("device", DEVICES)
def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path, device: str) -> None:
    finds_nothing(tmp_path, device, ONE_S)


def test_a_planted_mistake_is_found_and_its_input_kept(tmp_path: Path) -> None:
    done = fuzz(tmp_path, "tests.fuzz.planted", "all", seconds=PLANTED_S)
    assert done.returncode != 0
    assert "planted: the word was said" in done.stdout
    (found,) = tmp_path.iterdir()
    assert found.read_bytes()
