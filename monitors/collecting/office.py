"""What belongs to no recliner: the clinic's own protocol presets.

Here an order to the system is carried out by the one collector that holds the clerk's lease. A
file is written whole or not at all, and a session that runs keeps the protocol it began with.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from monitors.clinic import protocols
from monitors.clinic.recliner import Recliner
from monitors.config import Clinic
from monitors.errors import ConfigurationError
from monitors.store.facts import Command


class Office:
    """Carry out orders to the system, and give the recliners the clinic's protocols."""

    def __init__(self, clinic: Clinic, recliners: Mapping[str, Recliner]) -> None:
        self._path = clinic.protocols_path
        self._recliners = recliners
        self._share()

    def carry_out(self, command: Command) -> tuple[str, str]:
        """Carry out an order; return done or refused, and words for the person."""
        if not command.by.strip():
            return "refused", "say who orders it; a person's name is missing"
        if command.verb != "save_protocol":
            return "refused", f"there is no order {command.verb!r} to the system"
        try:
            return "done", self._save(str(command.arguments.get("toml", "")))
        except (ConfigurationError, OSError) as error:
            return "refused", str(error)

    def _save(self, text: str) -> str:
        if self._path is None:
            raise ConfigurationError(
                'to keep protocols of its own a clinic writes protocols = "protocols.toml" into '
                "the [clinic] table of clinic.toml"
            )
        found = protocols.parse(text, self._path.name)
        _write_whole(self._path, text)
        self._share()
        return f"{len(found)} protocols saved; running sessions keep theirs"

    def _share(self) -> None:
        """Give every recliner the presets that a new session may begin with."""
        own = self._path if self._path is not None and self._path.exists() else None
        known = protocols.presets(own)
        for recliner in self._recliners.values():
            recliner.protocols = known


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old text or the new one, never half of it."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
