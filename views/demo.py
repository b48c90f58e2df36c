"""The demo's own clinic: a folder, simulators on real ports, a past to begin with.

Here they are composed; neither simulators nor collector know that it is a demo. The folder is made
anew at each start and taken away at the end; those of demos that could not end are swept up.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from monitors import config
from monitors.errors import ChairsideError
from monitors.settings import Clinic
from views import guardian

PREFIX = "chairside-demo-"
SCENARIO = "demo"
STORE = "demo.db"
READY_WITHIN_S = 30.0
SETTLED_AFTER_S = 20.0
_CONTROL = re.compile(r"Control port: \S+:(\d+)")
_log = logging.getLogger("chairside.demo")


@dataclass(frozen=True, slots=True)
class Demo:
    """Hold a running demo: its folder, its clinic, its simulators."""

    folder: Path
    clinic: Clinic
    simulators: subprocess.Popen[bytes]
    started_s: list[float] = field(default_factory=list)

    def start_collector(self) -> subprocess.Popen[bytes]:
        """Start a collector that ends with this process; the first one relives the staged past.

        One that ended before it had settled may have left half a past: then it begins anew.
        """
        arguments = ["run", "--config", str(self.folder / "clinic.toml")]
        if not self._has_settled():
            for part in self.folder.glob(f"{STORE}*"):
                part.unlink()
            arguments += ["--stage", str(self.folder / "history.jsonl")]
        self.started_s.append(time.monotonic())
        return guardian.start_bound("monitors", arguments, self.folder / "collector.log")

    def _has_settled(self) -> bool:
        """Say whether the collector before this one lived long enough to have a whole past."""
        return bool(self.started_s) and time.monotonic() - self.started_s[0] > SETTLED_AFTER_S

    def end(self, collector: subprocess.Popen[bytes] | None) -> None:
        """End collector and simulators, both at once, and take the folder away."""
        both = [process for process in (collector, self.simulators) if process is not None]
        for process in both:
            guardian.let_go(process)
        for process in both:
            guardian.end_bound(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def begin() -> Demo:
    """Start the simulators, write the past, and read the clinic they made.

    Raises ChairsideError where that fails or takes more than half a minute.
    """
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    begun = ["--scenario", SCENARIO, "--now-utc-ms", str(time.time_ns() // 1_000_000)]
    clinic_toml, log = folder / "clinic.toml", folder / "simulators.log"
    serving = ["--store", STORE, "--config-out", str(clinic_toml)]
    simulators = guardian.start_bound("simulators", ["run", *begun, *serving], log)
    try:
        _write_past(folder / "history.jsonl", begun)
        clinic = config.load(_made(clinic_toml, simulators, log))
        _tell_control(clinic_toml)
    except (ChairsideError, OSError, subprocess.TimeoutExpired) as error:
        guardian.end_bound(simulators)
        shutil.rmtree(folder, ignore_errors=True)
        raise ChairsideError(f"the demo cannot start: {error}") from error
    return Demo(folder, clinic, simulators)


def _write_past(path: Path, begun: list[str]) -> None:
    """Let the simulators tell what was before they began, into a file."""
    command = [sys.executable, "-m", "simulators", "history", *begun]
    environment = guardian.environment()
    with path.open("wb") as past:
        told = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=past,
            stderr=subprocess.PIPE,
            env=environment,
            timeout=READY_WITHIN_S,
            check=False,
        )
    if told.returncode:
        raise ChairsideError(f"the demo has no past: {told.stderr.decode(errors='replace')}")


def _made(path: Path, simulators: subprocess.Popen[bytes], log: Path) -> Path:
    """Wait until the simulators have written their clinic.toml."""
    until = time.monotonic() + READY_WITHIN_S
    while not path.exists():
        if simulators.poll() is not None or time.monotonic() > until:
            said = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise ChairsideError(f"the simulators did not start: {' '.join(said) or 'no word'}")
        time.sleep(0.05)
    return path


def _tell_control(clinic_toml: Path) -> None:
    """Say how to make things happen to the simulated patients."""
    found = _CONTROL.search(clinic_toml.read_text("utf-8"))
    if found:
        _log.info("make things happen: python -m simulators tell %s help (say, sit R6)", found[1])


def _sweep() -> None:
    """Take away the folders of demos whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        with contextlib.suppress(ValueError, OSError):
            maker = int(folder.name.removeprefix(PREFIX).split("-")[0])
            if folder.is_dir() and not psutil.pid_exists(maker):
                shutil.rmtree(folder, ignore_errors=True)
