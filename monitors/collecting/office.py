"""What belongs to no recliner: the clinic's own protocol presets.

Here an order to the system is carried out by the one collector that holds the clerk's lease. A
file is written whole or not at all, never over what somebody wrote since the page read it, and a
session that runs keeps the protocol it began with.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from monitors.clinic import protocol_toml
from monitors.clinic.editions import edition_of_text
from monitors.clinic.recliner import Recliner
from monitors.errors import ConfigurationError
from monitors.settings import Clinic
from monitors.store.facts import Command

log = logging.getLogger(__name__)


class Office:
    """Carry out orders to the system, and give the recliners the clinic's protocols."""

    def __init__(self, clinic: Clinic, recliners: Mapping[str, Recliner]) -> None:
        self._path = clinic.protocols_path
        self._recliners = recliners
        self._saved_by: dict[str, str] = {}
        self._stamp: tuple[int, int] | None = None
        self.look()

    def look(self) -> None:
        """Take over a file that was changed beside Chairside; one with mistakes changes nothing.

        So it is at the start too: no slip in this file keeps a room from being watched.
        """
        stamp = _stamp_of(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._share()
        except ConfigurationError as error:
            log.warning("the clinic's file of protocols is not taken over: %s", error)

    def carry_out(self, command: Command) -> tuple[str, str]:
        """Carry out an order; return done or refused, and words for the person."""
        if not command.by.strip():
            return "refused", "say who orders it; a person's name is missing"
        if command.verb != "save_protocol":
            return "refused", f"there is no order {command.verb!r} to the system"
        seen = command.arguments.get("seen")
        try:
            return "done", self._save(str(command.arguments.get("toml", "")), seen, command.by)
        except (ConfigurationError, OSError) as error:
            return "refused", str(error)

    def _save(self, text: str, seen: str | None, by: str) -> str:
        """Write the clinic's file. seen: the edition that the page has read, None for any."""
        if self._path is None:
            raise ConfigurationError(
                'to keep protocols of its own a clinic writes protocols = "protocols.toml" into '
                "the [clinic] table of clinic.toml"
            )
        found = protocol_toml.parse(text, self._path.name)
        self._see_unchanged(self._path, seen)
        _write_whole(self._path, text)
        self._saved_by = {edition_of_text(text): by}
        self._stamp = _stamp_of(self._path)
        self._share()
        count = "1 protocol" if len(found) == 1 else f"{len(found)} protocols"
        return f"{count} saved; running sessions keep theirs"

    def _see_unchanged(self, path: Path, seen: str | None) -> None:
        """Refuse to write over what somebody wrote since the page read the file, and say who."""
        now = edition_of_text(path.read_text("utf-8", "replace") if path.exists() else "")
        if seen is None or seen == now:
            return
        name = self._saved_by.get(now)
        who = f"{name} saved it" if name else "it was changed outside the Protocols page"
        raise ConfigurationError(
            f"{path.name} is not as this page has read it: {who}. Nothing was saved"
        )

    def _share(self) -> None:
        """Give every recliner the presets that a new session may begin with."""
        own = self._path if self._path is not None and self._path.exists() else None
        known = protocol_toml.presets(own)
        for recliner in self._recliners.values():
            recliner.protocols = known


def _stamp_of(path: Path | None) -> tuple[int, int] | None:
    """Return what changes with a file's content: when it was written, and its length."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old text or the new one, never half of it."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
