"""Where the picture lies: a private folder in memory, where the machine offers one.

Here is decided which folder of this machine holds what is true now, and that nobody else may look
into it; not what lies in it (picture.py). A collector started as a service and a page started from
a desktop may see different folders, so a page looks through all candidates and takes the newest.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from monitors.errors import StoreError

OVERRIDE = "CHAIRSIDE_RUNTIME_DIR"


def picture_name(store: str | Path) -> str:
    """Return the file name of a store's picture: equal for equal stores, and telling nothing.

    store: a path (made absolute) or a URL, as clinic.toml resolves it.
    """
    text = str(store)
    if "://" not in text:
        text = str(Path(text).absolute())
    elif text.startswith("sqlite:///"):
        text = str(Path(text.removeprefix("sqlite:///")).absolute())
    return f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.picture"


def candidates() -> Iterator[Path]:
    """Yield the folders where a picture may lie on this machine, the best first."""
    override = os.environ.get(OVERRIDE)
    if override:
        yield Path(override)
        return
    user = os.getuid() if hasattr(os, "getuid") else None
    parents = [os.environ.get("XDG_RUNTIME_DIR")]
    if user is not None:
        parents += [f"/run/user/{user}", "/dev/shm"]
    parents.append(tempfile.gettempdir())
    for parent in dict.fromkeys(filter(None, parents)):
        yield Path(str(parent)) / (f"chairside-{user}" if user is not None else "chairside")


def make_private(folder: Path) -> Path:
    """Create the folder for this user alone, or see that it already is so.

    Raises StoreError where it is a link, belongs to someone else, or cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=folder.parent == Path(), exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise StoreError(f"the runtime folder {folder} cannot be made: {error}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise StoreError(f"the runtime folder {folder} is not a folder of its own, but a link")
    if hasattr(os, "getuid"):
        _see_that_it_is_ours(folder, found)
    return folder


def _see_that_it_is_ours(folder: Path, found: os.stat_result) -> None:
    if found.st_uid != os.getuid():
        raise StoreError(f"the runtime folder {folder} belongs to user {found.st_uid}, not to us")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def choose(store: str | Path) -> Path:
    """Return where a collector puts the picture of a store, its folder made and private.

    Raises StoreError where no candidate can be used, naming the reason of the last one.
    """
    problem = StoreError("no runtime folder")
    for folder in candidates():
        try:
            return make_private(folder) / picture_name(store)
        except StoreError as error:
            problem = error
    raise problem


def find(store: str | Path) -> Path | None:
    """Return the picture of a store that was written last, or None where there is none yet."""
    name = picture_name(store)
    found = [
        (moment, folder / name) for folder in candidates() if (moment := _written(folder, name))
    ]
    return max(found)[1] if found else None


def _written(folder: Path, name: str) -> int:
    """Return when the picture in this folder was written, in nanoseconds; 0 where there is none."""
    if not _is_readable_by_us_alone(folder) or not (folder / name).exists():
        return 0
    moments = [1]
    for suffix in ("", "-wal"):
        try:
            moments.append((folder / (name + suffix)).stat().st_mtime_ns)
        except OSError:
            continue
    return max(moments)


def _is_readable_by_us_alone(folder: Path) -> bool:
    """Tell whether the folder is one that we, and nobody else, could have filled."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and is_ours
