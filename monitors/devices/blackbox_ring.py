"""The black box of a port on disk: two capture files, the older one making way for the newer.

Here packed blocks are appended and read back; each file is a capture of its own, so that after a
crash `decode` reads it as it is. When to write, and what bytes mean, is decided elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from monitors.devices.blackbox import CAPACITY_BYTES
from monitors.devices.capture_file import (
    CaptureHeader,
    read_blocks,
    read_header,
    sound_bytes,
    write_block,
)
from monitors.errors import FrameError


class RingFiles:
    """Keep the newest blocks of one port in a folder, at most about ``capacity_bytes``.

    The newest are in NAME.capture, those before them in NAME.before.capture. Nothing is forced to
    the platter: a killed process loses nothing that was appended, a power cut some seconds.
    """

    def __init__(
        self, folder: Path, name: str, header: CaptureHeader, capacity_bytes: int = CAPACITY_BYTES
    ) -> None:
        self._newest = folder / f"{name}.capture"
        self._before = folder / f"{name}.before.capture"
        self._header = header
        self._segment_bytes = capacity_bytes // 2
        self._is_taken_over = False

    def append(self, blocks: Sequence[bytes]) -> None:
        """Add blocks. Raises OSError, and then none of them is in the files."""
        if not blocks:
            return
        self._newest.parent.mkdir(mode=0o700, exist_ok=True)
        self._take_over()
        if self._newest.exists() and self._newest.stat().st_size >= self._segment_bytes:
            self._turn_over()
        if not self._newest.exists():
            self._begin()
        length = self._newest.stat().st_size
        try:
            with self._newest.open("ab") as file:
                for block in blocks:
                    write_block(file, block)
        except OSError:
            os.truncate(self._newest, length)
            raise

    def blocks(self) -> Iterator[bytes]:
        """Yield what the files hold of this device on this line, oldest first."""
        for path in (self._before, self._newest):
            if self._is_ours(path):
                yield from read_blocks(path)

    def _take_over(self) -> None:
        """Go on where an earlier process stopped, perhaps in a half-written block."""
        if self._is_taken_over:
            return
        if self._is_ours(self._newest):
            os.truncate(self._newest, sound_bytes(self._newest))
        elif self._newest.exists():
            self._turn_over()
        self._is_taken_over = True

    def _is_ours(self, path: Path) -> bool:
        try:
            found = read_header(path)
        except (OSError, FrameError):
            return False
        return replace(found, began_at_utc_ms=self._header.began_at_utc_ms) == self._header

    def _turn_over(self) -> None:
        self._newest.replace(self._before)

    def _begin(self) -> None:
        """Make the file for this user alone: some devices send a patient's identifier."""
        line = self._header.to_line()
        with open(os.open(self._newest, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(line)
