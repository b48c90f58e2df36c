"""The demo's own clinic: a folder, simulators on real ports, a past to begin with.

Here they are composed; neither simulators nor collector know that it is a demo. The folder is made
anew at each start and taken away at the end; those of demos that could not end are swept up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from monitors import config
from monitors.config import Clinic
from monitors.errors import ChairsideError
from views import guardian

PREFIX = "chairside-demo-"
READY_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Demo:
    """Hold a running demo: its folder, its clinic, its simulators."""

    folder: Path
    clinic: Clinic
    simulators: subprocess.Popen[bytes]

    def start_collector(self) -> subprocess.Popen[bytes]:
        """Start a collector that ends with this process; the first one relives the staged past."""
        arguments = ["run", "--config", str(self.folder / "clinic.toml")]
        history = self.folder / "history.jsonl"
        if history.exists() and not Path(self.clinic.store_url).exists():
            arguments += ["--stage", str(history)]
        return guardian.start_bound("monitors", arguments, self.folder / "collector.log")

    def end(self) -> None:
        """End the simulators and take the folder away."""
        guardian.end_bound(self.simulators)
        shutil.rmtree(self.folder, ignore_errors=True)


def begin() -> Demo:
    """Start the simulators and read the clinic they made.

    Raises ChairsideError where they end or say nothing for half a minute.
    """
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    log = folder / "simulators.log"
    arguments = ["run", "--scenario", "demo", "--folder", str(folder)]
    simulators = guardian.start_bound("simulators", arguments, log)
    try:
        clinic = config.load(_made(folder / "clinic.toml", simulators, log))
    except ChairsideError:
        guardian.end_bound(simulators)
        raise
    return Demo(folder, clinic, simulators)


def _made(path: Path, simulators: subprocess.Popen[bytes], log: Path) -> Path:
    """Wait until the simulators have written their clinic.toml."""
    until = time.monotonic() + READY_WITHIN_S
    while not path.exists():
        if simulators.poll() is not None or time.monotonic() > until:
            said = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise ChairsideError(f"the simulators did not start: {' '.join(said) or 'no word'}")
        time.sleep(0.05)
    return path


def _sweep() -> None:
    """Take away the folders of demos whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        with contextlib.suppress(ValueError, OSError):
            maker = int(folder.name.removeprefix(PREFIX).split("-")[0])
            if folder.is_dir() and not psutil.pid_exists(maker):
                shutil.rmtree(folder, ignore_errors=True)
