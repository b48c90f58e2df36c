"""Find five-byte frames and 25-frame packets in a stream of Nonin format 2 or 7.

What a frame looks like is told by a Layout (nonin_df2, nonin_df7); here live the lock, its loss
and its recovery, and the count of every byte. A lock asks for three good frames in a row, a
packet for 25 good frames of which only the first carries SYNC; after a broken frame the search
goes on one byte further. Source of the frame and SYNC rules: Nonin, OEM specification of the 9560.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitors.devices.adapter import DecodeCounts
from monitors.devices.nonin_common import (
    FRAMES_PER_PACKET,
    FrameStatus,
    Packet,
    PacketReader,
)
from monitors.readings import Reading

FRAME_BYTES = 5
PACKET_BYTES = FRAME_BYTES * FRAMES_PER_PACKET
LOCK_FRAMES = 3
_RIVAL_FRAMES = FRAMES_PER_PACKET + 1
_SYNC = int(FrameStatus.SYNC)
_HINT_BYTES = 5 * FRAME_BYTES
_NO_HINT = 10 * _HINT_BYTES
_LONGEST_WITHOUT_PACKET = 3 * FRAMES_PER_PACKET


class Layout(Protocol):
    """Tell what one frame of a format looks like.

    status_at: place of the status byte in the frame. full_scale: largest pleth value.
    """

    status_at: int
    full_scale: int

    def seek(self, buffer: bytearray, start: int) -> int:
        """Return the first place from start of a good frame, or of too few bytes to tell."""

    def has_mark(self, buffer: bytearray, at: int) -> bool:
        """Say whether the start of five bytes looks like a frame's."""

    def is_good(self, buffer: bytearray, at: int) -> bool:
        """Say whether five bytes are a frame, checksum and all."""

    def packet(self, block: bytes) -> Packet | None:
        """Return the packet of 125 bytes, None unless all of it is good and SYNC comes first."""


class PacketStream:
    """Cut bytes into packets, counting each byte as part of a frame or as discarded.

    Where the lock stands at a packet's first frame, the whole packet is awaited and checked in
    one go; anything unexpected falls back to one frame, or one byte, at a time with the same
    outcome.
    """

    __slots__ = (
        "_buffer",
        "_counts",
        "_is_locked",
        "_layout",
        "_partial",
        "_since_loss",
        "_since_packet",
        "_without_sync",
    )

    def __init__(self, layout: Layout, counts: DecodeCounts) -> None:
        self._layout = layout
        self._counts = counts
        self._buffer = bytearray()
        self._partial = bytearray()
        self._is_locked = False
        self._since_loss = _NO_HINT
        self._since_packet = 0
        self._without_sync = 0

    def feed(self, chunk: bytes, is_last: bool = False) -> list[Packet]:
        """Take bytes and return the packets they complete.

        is_last: no more will come, so what was waiting for its neighbours is decided as it is.
        """
        self._buffer += chunk
        packets: list[Packet] = []
        at = 0
        while step := self._step(at, is_last, packets):
            at += step
        del self._buffer[:at]
        return packets

    def finish(self) -> list[Packet]:
        """End the stream: decide what is held back, discard the rest, start anew."""
        packets = self.feed(b"", is_last=True)
        self.forget()
        return packets

    def forget(self) -> None:
        """Discard what was half received and give up the lock."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._unlock(_NO_HINT)

    def _step(self, at: int, is_last: bool, packets: list[Packet]) -> int:
        """Deal with the bytes from ``at`` and return how many are done; 0 to wait for more."""
        if self._is_locked:
            return self._follow(at, is_last, packets)
        if self._since_loss < _HINT_BYTES and self._since_loss % FRAME_BYTES == 0:
            return self._try_expected(at, is_last, packets)
        return self._search(at, is_last, packets)

    def _follow(self, at: int, is_last: bool, packets: list[Packet]) -> int:
        """Take a whole packet if one is due, else one frame, else lose the lock."""
        left = len(self._buffer) - at
        if left < FRAME_BYTES:
            return 0
        if not self._partial and self._is_sync(at):
            if left >= PACKET_BYTES and self._take_packet(at, packets):
                return PACKET_BYTES
            if left < PACKET_BYTES and not is_last:
                return 0
        if self._layout.is_good(self._buffer, at):
            return self._take_frame(at, packets)
        self._counts.bad_checksums += self._layout.has_mark(self._buffer, at)
        self._unlock(since_loss=0)
        return self._discard(1)

    def _take_packet(self, at: int, packets: list[Packet]) -> bool:
        packet = self._layout.packet(bytes(self._buffer[at : at + PACKET_BYTES]))
        if packet is None:
            return False
        packets.append(packet)
        self._counts.frames += FRAMES_PER_PACKET
        self._without_sync = FRAMES_PER_PACKET - 1
        self._since_packet = 0
        return True

    def _take_frame(self, at: int, packets: list[Packet]) -> int:
        """Take one good frame, unless SYNC shows that the lock cannot be right."""
        is_sync = self._is_sync(at)
        self._without_sync = 0 if is_sync else self._without_sync + 1
        self._since_packet += 1
        if self._without_sync >= FRAMES_PER_PACKET or self._since_packet > _LONGEST_WITHOUT_PACKET:
            self._unlock(_NO_HINT)
            return self._discard(1)
        self._counts.frames += 1
        if is_sync:
            self._partial.clear()
        if is_sync or self._partial:
            self._partial += self._buffer[at : at + FRAME_BYTES]
        if len(self._partial) == PACKET_BYTES:
            self._complete(packets)
        return FRAME_BYTES

    def _complete(self, packets: list[Packet]) -> None:
        packet = self._layout.packet(bytes(self._partial))
        self._partial.clear()
        self._since_packet = 0
        if packet is not None:
            packets.append(packet)

    def _try_expected(self, at: int, is_last: bool, packets: list[Packet]) -> int:
        """Look where the next frame would be if one was garbled but none of its bytes lost."""
        if len(self._buffer) - at < FRAME_BYTES:
            return self._discard(1) if is_last and at < len(self._buffer) else 0
        if self._layout.is_good(self._buffer, at):
            self._is_locked = True
            return self._take_frame(at, packets)
        self._counts.bad_checksums += self._layout.has_mark(self._buffer, at)
        return self._discard(1)

    def _search(self, at: int, is_last: bool, packets: list[Packet]) -> int:
        """Look for three good frames in a row, at a place better than its four neighbours."""
        if self._since_loss >= _HINT_BYTES:
            skip = self._layout.seek(self._buffer, at) - at
            if skip:
                return self._discard(skip)
        left = len(self._buffer) - at
        run = self._run(at, LOCK_FRAMES)
        if run < LOCK_FRAMES:
            is_open = (run + 1) * FRAME_BYTES > left
            return 0 if is_open and not is_last else self._discard(min(1, left))
        is_best = self._is_best(at, left, is_last)
        if is_best is None:
            return 0
        if not is_best:
            return self._discard(1)
        self._is_locked = True
        return self._take_frame(at, packets)

    def _is_best(self, at: int, left: int, is_last: bool) -> bool | None:
        """Say whether no shift by one to four bytes fits for longer; None if it is too early.

        Steady bytes can pass every check at a wrong place for some frames, never for a packet.
        """
        shifts = range(1, FRAME_BYTES)
        if left < LOCK_FRAMES * FRAME_BYTES + shifts[-1] and not is_last:
            return None
        rivals = [at + shift for shift in shifts if self._run(at + shift, LOCK_FRAMES) == 3]
        if not rivals:
            return True
        if left < _RIVAL_FRAMES * FRAME_BYTES + shifts[-1] and not is_last:
            return None
        best = max(self._run(rival, _RIVAL_FRAMES) for rival in rivals)
        return self._run(at, _RIVAL_FRAMES) >= best

    def _run(self, at: int, longest: int) -> int:
        """Count good frames in a row from a place, up to longest."""
        last = len(self._buffer) - FRAME_BYTES
        for count in range(longest):
            place = at + count * FRAME_BYTES
            if place > last or not self._layout.is_good(self._buffer, place):
                return count
        return longest

    def _is_sync(self, at: int) -> bool:
        return bool(self._buffer[at + self._layout.status_at] & _SYNC)

    def _unlock(self, since_loss: int) -> None:
        self._is_locked = False
        self._partial.clear()
        self._since_loss = since_loss
        self._since_packet = 0
        self._without_sync = 0

    def _discard(self, count: int) -> int:
        self._counts.discarded_bytes += count
        self._since_loss = min(self._since_loss + count, _NO_HINT)
        return count


class PacketAdapter:
    """Listen to an oximeter that sends packets unasked; nothing is ever sent to it."""

    __slots__ = ("_layout", "_reader", "_stream", "counts")

    def __init__(self, layout: Layout) -> None:
        self.counts = DecodeCounts()
        self._layout = layout
        self._stream = PacketStream(layout, self.counts)
        self._reader = PacketReader(layout.full_scale)

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._stream.forget()
        self._reader = PacketReader(self._layout.full_scale)
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return the trace and the numbers of each packet that these bytes complete."""
        return self._read(self._stream.feed(chunk))

    def due(self, now_s: float) -> bytes:
        """Return nothing: the device is only listened to."""
        return b""

    def finish(self) -> Sequence[Reading]:
        """Return packets held back and count what is left over."""
        return self._read(self._stream.finish())

    def _read(self, packets: list[Packet]) -> list[Reading]:
        return [reading for packet in packets for reading in self._reader.readings(packet)]
