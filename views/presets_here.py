"""The alarm presets and protocols that count in this clinic, its own among them.

Here files beside clinic.toml are read again only when they have changed; what is wrong with one is
the collector's to say, pages then go on with what comes along.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from monitors.clinic import preset_file, protocol_toml
from monitors.clinic.limits import Limits
from monitors.clinic.protocols import ClinicProtocol
from monitors.errors import ConfigurationError
from views.here import dashboard

_lock = threading.Lock()
_presets: dict[tuple[tuple[Path, int], ...], dict[str, Limits]] = {}


def alarm_presets() -> Mapping[str, Limits]:
    """Return the alarm presets by name."""
    paths = dashboard().clinic.preset_paths
    key = tuple((path, _changed_ns(path)) for path in paths)
    with _lock:
        if key not in _presets:
            _presets.clear()
            _presets[key] = _read_presets(paths)
        return _presets[key]


def _read_presets(paths: tuple[Path, ...]) -> dict[str, Limits]:
    try:
        return preset_file.presets(paths)
    except ConfigurationError:
        return preset_file.presets()


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def known_protocols() -> Mapping[str, ClinicProtocol]:
    """Return the protocols a session may begin with, by name."""
    path = dashboard().clinic.protocols_path
    try:
        return protocol_toml.presets(path if path is not None and path.exists() else None)
    except ConfigurationError:
        return protocol_toml.built_in()
