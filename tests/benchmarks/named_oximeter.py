"""An oximeter whose every packet can be recognised wherever its numbers are shown.

It speaks Nonin format 2 at a TCP port as a USB adapter delivers it, a fifteenth of a second at a
time; each packet's pulse rate is one higher than the one before, so that a number on a page, or a
row of the store, names the packet it came from. When the last bytes of a packet left is noted
just before they are sent, so that the way through the port counts too.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from monitors.devices.nonin_common import (
    FRAMES_PER_PACKET,
    FRAMES_PER_SECOND,
    FrameStatus,
    Packet,
    PacketFields,
)
from monitors.devices.nonin_df2 import packet_bytes

LOWEST, HIGHEST = 60, 99
PACKETS_PER_S = FRAMES_PER_SECOND / FRAMES_PER_PACKET
TICK_S = 1 / 15
_PIECE_BYTES = 25
_BEAT_FRAMES = 60
_STATUSES = bytes(
    [FrameStatus.MARK | FrameStatus.SYNC, *[int(FrameStatus.MARK)] * (FRAMES_PER_PACKET - 1)]
)


@dataclass(frozen=True, slots=True)
class Sent:
    """Hold which pulse rate a packet carried and when its last byte left, UTC milliseconds."""

    value: int
    at_ms: float


def packet_of(number: int) -> tuple[int, bytes]:
    """Return the pulse rate and the 125 bytes of a packet."""
    value = LOWEST + number % (HIGHEST - LOWEST + 1)
    fields = PacketFields(value, 97, firmware=22, timer=number % (1 << 14))
    first = number * FRAMES_PER_PACKET
    samples = tuple(_height(first + place) for place in range(FRAMES_PER_PACKET))
    return value, packet_bytes(Packet(_STATUSES, samples, fields.to_floats()))


def _height(frame: int) -> int:
    phase = frame % _BEAT_FRAMES / _BEAT_FRAMES
    return round(60 + 150 * math.exp(-(((phase - 0.2) / 0.1) ** 2)))


class NamedOximeter:
    """Serve one host at a time, in a thread, until closed."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="named oximeter", daemon=True)

    @property
    def url(self) -> str:
        """Return the port as clinic.toml names it."""
        return f"socket://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        self._listener.close()

    def of(self, value: int, received_ms: float) -> Sent | None:
        """Return the packet with this pulse rate that left nearest to when it was received."""
        named = [one for one in self.sent if one.value == value]
        return min(named, key=lambda one: abs(one.at_ms - received_ms), default=None)

    def _serve(self) -> None:
        pieces = self._pieces()
        while not self._closing.is_set():
            with contextlib.suppress(OSError):
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with client:
                    self._speak(client, pieces)

    def _speak(self, client: socket.socket, pieces: Iterator[tuple[bytes, int | None]]) -> None:
        due = time.monotonic()
        while not self._closing.wait(max(0.0, due - time.monotonic())):
            piece, ended = next(pieces)
            left_ms = time.time() * 1000
            client.sendall(piece)
            if ended is not None:
                self.sent.append(Sent(ended, left_ms))
            due += TICK_S

    @staticmethod
    def _pieces() -> Iterator[tuple[bytes, int | None]]:
        """Yield bytes and, with the last of a packet, the pulse rate it carried."""
        number = 0
        while True:
            value, raw = packet_of(number)
            for at in range(0, len(raw), _PIECE_BYTES):
                is_last = at + _PIECE_BYTES == len(raw)
                yield raw[at : at + _PIECE_BYTES], value if is_last else None
            number += 1
