"""How a command prints: at once, and with a full disk behind the output told as what it is.

A failing output raises the same OSError as an input that cannot be read; here it gets a name.
"""

from __future__ import annotations

from typing import TextIO

from monitors.errors import ChairsideError


class OutputLost(ChairsideError):
    """Say that what a command prints cannot be written."""


def say(out: TextIO, *lines: object) -> None:
    """Print lines and see them gone.

    Raises OutputLost where they cannot be written, BrokenPipeError where nobody reads any more.
    """
    try:
        out.write("".join(f"{line}\n" for line in lines))
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        words = error.strerror or str(error)
        raise OutputLost(f"the output cannot be written: {words}") from error
