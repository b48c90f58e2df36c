"""What this dashboard was asked to be: a clinic's, a demo, or pages alone.

Here the words after ``--`` are read, and nothing is started. A file that was named and is missing
or wrong is an error, never the demo: a ward must not look at simulated people by a typing mistake.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitors import config
from monitors.config import DEFAULT_CONFIG_NAME
from monitors.settings import Clinic


class Mode(StrEnum):
    """Say who keeps a collector running.

    CLINIC: this dashboard does, detached. DEMO: it does, with simulators, as long as it lives.
    VIEW: nobody here does.
    """

    CLINIC = "clinic"
    DEMO = "demo"
    VIEW = "view"


@dataclass(frozen=True, slots=True)
class Opening:
    """Hold the mode and the clinic; clinic is None for the demo, whose file is made later."""

    mode: Mode
    clinic: Clinic | None


def read(arguments: Sequence[str], folder: Path) -> Opening:
    """Read the arguments of ``streamlit run dashboard.py -- …`` as given in a folder.

    Raises ConfigurationError for a file that is missing or wrong, SystemExit for an argument that
    does not exist.
    """
    asked = _parser().parse_args(arguments)
    path = Path(asked.config) if asked.config else folder / DEFAULT_CONFIG_NAME
    if not asked.config and not path.exists():
        return Opening(Mode.VIEW, Clinic()) if asked.view else Opening(Mode.DEMO, None)
    clinic = config.load(path.resolve())
    is_watched_only = asked.view or not clinic.has_devices
    return Opening(Mode.VIEW if is_watched_only else Mode.CLINIC, clinic)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="streamlit run dashboard.py --", allow_abbrev=False)
    parser.add_argument("--config", metavar="FILE", help="the clinic.toml of this room")
    parser.add_argument(
        "--view", action="store_true", help="show pages only: never start a collector"
    )
    return parser
