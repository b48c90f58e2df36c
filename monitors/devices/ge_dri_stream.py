"""Find the records of a GE monitor between their flags in a stream of bytes.

Here each byte is counted; what is in a record is in ge_dri_frames. A flag may end one record and
begin the next, and one that was changed or lost costs the record it belongs to and no more.
Source: GE/Datex-Ohmeda, "S/5 Computer Interface" M1017617.
"""

from __future__ import annotations

from monitors.devices.adapter import DecodeCounts
from monitors.devices.ge_dri_frames import (
    FLAG,
    HEADER_BYTES,
    LONGEST_CONTENT,
    DriRecord,
    unframed,
)
from monitors.errors import FrameError

_FLAG = bytes([FLAG])


class RecordFinder:
    """Cut bytes into checked records, holding at most one unfinished one.

    A record whose sum is right is counted even if its header is not understood.
    """

    __slots__ = ("_buffer", "_counts", "_flags", "_is_open")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._is_open = False
        self._flags = 0

    def feed(self, chunk: bytes) -> list[DriRecord]:
        """Return the records that these bytes complete."""
        records = []
        *ended, rest = chunk.split(_FLAG)
        for part in ended:
            self._hold(part)
            record = self._end()
            if record is not None:
                records.append(record)
        self._hold(rest)
        return records

    def forget(self) -> None:
        """Discard an unfinished record."""
        self._discard(0)
        self._is_open = False

    def _hold(self, part: bytes) -> None:
        """Keep what follows a flag; anything else is discarded."""
        if not self._is_open:
            self._counts.discarded_bytes += len(part)
            return
        self._buffer += part
        if len(self._buffer) > LONGEST_CONTENT:
            self.forget()

    def _end(self) -> DriRecord | None:
        """Take a flag: it ends what is held or, where that is no record, begins the next."""
        content = bytes(self._buffer)
        self._is_open = True
        try:
            record = unframed(content)
        except FrameError:
            self._counts.bad_checksums += len(content) > HEADER_BYTES
            self._discard(1)
            return None
        self._buffer.clear()
        self._flags = 0
        self._counts.frames += 1
        try:
            return DriRecord.from_record(record)
        except FrameError:
            return None

    def _discard(self, flags: int) -> None:
        """Discard what is held with its flag, and hold so many flags instead."""
        self._counts.discarded_bytes += len(self._buffer) + self._flags
        self._buffer.clear()
        self._flags = flags
