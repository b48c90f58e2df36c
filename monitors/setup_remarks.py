"""What a clinic.toml allows and nobody should leave so: arms in each other's way, a lost store.

Here a set-up is compared with the room's rules and with this machine's folders. Only the folder
of the store is touched, by a file that is gone at once; the journal itself is never opened.
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

_ON_IV_ARM = (
    "cuff_arm and iv_arm are both {arm!r}: a cuff must not be on the arm of the line, and none is "
    "started there"
)


def remarks(clinic: Clinic) -> list[str]:
    """Return what is to be put right in a set-up that can be read, each with file and line."""
    trouble = store_trouble(clinic)
    return [*_arms(clinic), *([trouble] if trouble else [])]


def _arms(clinic: Clinic) -> Iterator[str]:
    for index, recliner in enumerate(clinic.recliners):
        arms = Arms(recliner.probe_arm, recliner.cuff_arm, recliner.iv_arm)
        if SetupConflict.CUFF_ON_IV_ARM in setup_conflicts(arms):
            words = _ON_IV_ARM.format(arm=arms.cuff)
            where = _where(clinic, ("recliners", index, "cuff_arm"))
            yield f"{where}: recliner {recliner.name!r}: {words}"


def see_store_folder(clinic: Clinic) -> None:
    """Refuse a store whose folder is not there; ConfigurationError says which."""
    folder = _folder(clinic)
    if folder is not None and not folder.is_dir():
        raise ConfigurationError(_lost_folder(clinic, folder))


def store_trouble(clinic: Clinic) -> str | None:
    """Say why the journal could not be written where clinic.toml puts it; None if it could.

    A database on a server is not asked.
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
    return _file_trouble(clinic)


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
