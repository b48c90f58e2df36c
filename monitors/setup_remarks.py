"""What a clinic.toml allows and nobody should leave so: arms in each other's way, a lost store.

Here a set-up is compared with the room's rules, with this machine's folders and with the store
that it names. The folder of the store is touched by a file that is gone at once; the store itself
is only read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from monitors import toml_lines
from monitors.clinic.arms import SetupConflict, setup_conflicts
from monitors.clinic.place import Arms
from monitors.config import DEFAULT_CONFIG_NAME
from monitors.errors import ConfigurationError, StoreError
from monitors.settings import Clinic
from monitors.store.engine import url_of
from monitors.store.survey import Survey, survey

_ON_IV_ARM = (
    "cuff_arm and iv_arm are both {arm!r}: a cuff must not be on the arm of the line, and none is "
    "started there"
)


def remarks(clinic: Clinic, seen: Survey) -> list[str]:
    """Return what is to be put right in a set-up that can be read, each with file and line.

    seen: what was found in the store.
    """
    trouble = store_trouble(clinic)
    if trouble is None and seen.trouble is not None:
        trouble = f"{_store_line(clinic)}: {seen.trouble}"
    nothing = [] if clinic.has_devices else [nothing_to_collect(clinic)]
    return [*nothing, *_arms(clinic), *([trouble] if trouble else [])]


def nothing_to_collect(clinic: Clinic) -> str:
    """Say that a collector has nothing to do."""
    return f"{clinic.source or DEFAULT_CONFIG_NAME}: no recliner has a device to collect from"


def look_at_store(clinic: Clinic, now_utc_ms: int) -> Survey:
    """Look, without changing it, at the store that a collector would open."""
    names = [recliner.name for recliner in clinic.recliners]
    return survey(clinic.store_url, names, simulated=clinic.is_simulated, now_utc_ms=now_utc_ms)


def _arms(clinic: Clinic) -> Iterator[str]:
    for index, recliner in enumerate(clinic.recliners):
        arms = Arms(recliner.probe_arm, recliner.cuff_arm, recliner.iv_arm)
        if SetupConflict.CUFF_ON_IV_ARM in setup_conflicts(arms):
            words = _ON_IV_ARM.format(arm=arms.cuff)
            where = _where(clinic, ("recliners", index, "cuff_arm"))
            yield f"{where}: recliner {recliner.name!r}: {words}"


def see_store_folder(clinic: Clinic) -> None:
    """Refuse a store whose folder is not there, or which is no file; ConfigurationError says so."""
    folder = _folder(clinic)
    if folder is None:
        return
    words = _no_file(clinic) if folder.is_dir() else _lost_folder(clinic, folder)
    if words is not None:
        raise ConfigurationError(words)


def _no_file(clinic: Clinic) -> str | None:
    path = Path(str(url_of(clinic.store_url).database))
    if path.is_dir():
        return f"{_store_line(clinic)}: the store {path} cannot be written: Is a directory"
    if path.exists() and not path.is_file():
        return f"{_store_line(clinic)}: the store {path} is a device, not a file; name a file"
    return None


def store_trouble(clinic: Clinic) -> str | None:
    """Say why no journal could be written where clinic.toml puts it; None if one could.

    A database on a server has no folder.
    """
    try:
        folder = _folder(clinic)
    except StoreError as error:
        return f"{_store_line(clinic)}: {error}"
    if folder is None:
        return None
    if not folder.is_dir():
        return _lost_folder(clinic, folder)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        words = error.strerror or str(error)
        return f"{_store_line(clinic)}: nothing can be written in {folder}, for the store: {words}"
    return _no_file(clinic) or _file_trouble(clinic)


def _file_trouble(clinic: Clinic) -> str | None:
    path = Path(str(url_of(clinic.store_url).database))
    try:
        if path.exists():
            path.open("r+b").close()
    except OSError as error:
        words = error.strerror or str(error)
        return f"{_store_line(clinic)}: the store {path} cannot be written: {words}"
    return None


def _folder(clinic: Clinic) -> Path | None:
    """Return the folder of a store that is a file; None for a server's."""
    url = url_of(clinic.store_url)
    return Path(str(url.database)).parent if url.get_backend_name() == "sqlite" else None


def _lost_folder(clinic: Clinic, folder: Path) -> str:
    return (
        f"{_store_line(clinic)}: there is no folder {folder}, for the store; mend the path, or "
        "make the folder"
    )


def _store_line(clinic: Clinic) -> str:
    return _where(clinic, ("clinic", "store"))


def _where(clinic: Clinic, place: toml_lines.Path) -> str:
    """Return the file and, where the file can still be read, the line of a key."""
    if clinic.source is None:
        return DEFAULT_CONFIG_NAME
    try:
        line = toml_lines.locate(clinic.source.read_text(encoding="utf-8"), place)
    except (OSError, UnicodeDecodeError):
        line = None
    return f"{clinic.source}:{line}" if line else str(clinic.source)
