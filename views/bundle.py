"""The browser's part of the wall, put together from its files.

Here the ES modules of views/component become one, in the order of who needs whom, by leaving out
their imports of each other; there is no build step and nothing is fetched. Names at the top level
of these files must therefore differ, which a test checks.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "component"
ORDER = (
    "blank.js",
    "words.js",
    "live.js",
    "feed.js",
    "layout.js",
    "sound.js",
    "traces.js",
    "pace.js",
    "dom.js",
    "alarms.js",
    "dialog.js",
    "strip.js",
    "tile.js",
    "wall.js",
)
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<file>[\w.]+)";\n', re.MULTILINE)


@cache
def script() -> str:
    """Return the wall's one ES module; its default export mounts the wall."""
    return "\n".join(_IMPORT.sub("", (FOLDER / name).read_text("utf-8")) for name in ORDER)


@cache
def style() -> str:
    """Return the wall's style sheet."""
    return (FOLDER / "wall.css").read_text("utf-8")


def imports_of(name: str) -> tuple[str, ...]:
    """Return which of its neighbours a file imports."""
    text = (FOLDER / name).read_text("utf-8")
    return tuple(match["file"] for match in _IMPORT.finditer(text))
