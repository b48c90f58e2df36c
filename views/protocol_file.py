"""The clinic's protocol file: what it says now, who wrote it last, what changed between two reads.

Nothing is written here; saving is an order to the collector.
"""

from __future__ import annotations

from pathlib import Path

from monitors.clinic import protocol_toml
from monitors.clinic.protocols import ClinicProtocol
from monitors.errors import ChairsideError, ConfigurationError
from monitors.store.answers import CommandRow
from views import access, here
from views.protocol_differences import differences
from views.words import protocol_en as words

_MS_IN_NS = 1_000_000
_AROUND_MS = 120_000


def path() -> Path | None:
    """Return where the clinic keeps its own protocols; None where it keeps none."""
    return here.dashboard().clinic.protocols_path


def text_now() -> str:
    """Return the file as it is now; empty where there is none yet."""
    found = path()
    try:
        return found.read_text("utf-8", "replace") if found is not None else ""
    except OSError:
        return ""


def presets_in(text: str) -> tuple[ClinicProtocol, ...]:
    """Return the presets of a file's text. Raises ConfigurationError for one with mistakes."""
    return protocol_toml.parse(text, "protocols.toml") if text.strip() else ()


def present(name: str) -> ClinicProtocol | None:
    """Return a preset as a session would begin with it now.

    None where there is none of that name any more, or where the file has mistakes.
    """
    found = path()
    try:
        known = protocol_toml.presets(found if found is not None and found.exists() else None)
    except ConfigurationError:
        return None
    return known.get(name)


def saved_by(text: str) -> CommandRow | None:
    """Return the order by which the file came to say this; None where it was none of ours."""
    found = path()
    try:
        written_ms = found.stat().st_mtime_ns // _MS_IN_NS if found is not None else 0
        span = (written_ms - _AROUND_MS, written_ms + _AROUND_MS)
        orders = access.history().commands(span=span)
    except (OSError, ChairsideError):
        return None
    ours = [one for one in orders if one.verb == "save_protocol" and one.status == "done"]
    return next((one for one in reversed(ours) if one.arguments.get("toml") == text), None)


def changed_names(before: str, after: str) -> frozenset[str]:
    """Return the names of presets that are in one text as they are not in the other."""
    try:
        was, now = _by_name(before), _by_name(after)
    except ConfigurationError:
        return frozenset()
    return frozenset(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))


def title_of(name: str, text: str) -> str:
    """Return what a preset of a text is called; its name where it is not in it."""
    return next((one.title for one in presets_in(text) if one.name == name), name)


def changes(before: str, after: str) -> list[str]:
    """Return in words, line by line, what changed between two texts of the file."""
    try:
        now = _by_name(after)
    except ConfigurationError as error:
        return [words.NOT_READABLE.format(mistake=str(error).splitlines()[0])]
    try:
        was = _by_name(before)
    except ConfigurationError:
        was = {}
    lines = [words.REMOVED_PRESET.format(title=was[one].title) for one in was if one not in now]
    for name, preset in now.items():
        if was.get(name) != preset:
            lines += _changed(was.get(name) or protocol_toml.built_in().get(name), preset)
    return lines or [words.ONLY_REMARKS]


def _changed(was: ClinicProtocol | None, now: ClinicProtocol) -> list[str]:
    """Tell of one preset. was: the earlier one, or the built-in one it stands in place of."""
    if was is None or was == now:
        return [words.ADDED_PRESET.format(title=now.title)]
    return [words.CHANGED_IN.format(title=now.title, line=line) for line in differences(was, now)]


def _by_name(text: str) -> dict[str, ClinicProtocol]:
    return {preset.name: preset for preset in presets_in(text)}
