"""The ways of reading of projects that cannot be installed or driven offline, written anew.

Each takes a whole recording and returns what the project would show; what it does at each byte
and each packet (one byte of the port at a time, a look at the clock, every field named) is kept,
what has nothing to do with decoding (windows, databases, files) is not, so the original is slower.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Shown = list[tuple[float | None, float | None]] | list[int]

_KEEP_ALIVE = timedelta(seconds=5)
_MARKED = [True, False, False, False, False]


class SpentError(Exception):
    """Tell that the port made of bytes has nothing more."""


class BytesPort:
    """Be a serial port whose bytes are all there already."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def inWaiting(self) -> int:
        return len(self._raw) - self._at

    def read(self, size: int) -> bytes:
        if self.inWaiting() < size:
            raise SpentError
        self._at += size
        return self._raw[self._at - size : self._at]

    def read_until(self, end: bytes) -> bytes:
        place = self._raw.find(end, self._at)
        if place < 0:
            raise SpentError
        start, self._at = self._at, place + len(end)
        return self._raw[start : self._at]

    def reset_input_buffer(self) -> None:
        """Keep what is there: flushing a recording would end it."""


def _bytes_of(raw: bytes) -> Iterator[int]:
    """Read a port one byte at a time, as several projects do."""
    port = BytesPort(raw)
    with contextlib.suppress(SpentError):
        while True:
            yield ord(port.read(1))


def typed_packets(raw: bytes) -> Shown:
    """Gather bytes until one without bit 7; look at the clock at each, for the keep-alive."""
    shown: list[tuple[float | None, float | None]] = []
    packet: list[int] = []
    kept_alive = datetime.now(UTC)
    for byte in _bytes_of(raw):
        if datetime.now(UTC) - kept_alive > _KEEP_ALIVE:
            kept_alive = datetime.now(UTC)
        if not byte & 0x80:
            if len(packet) == 9 and packet[0] == 0x01:
                fields = _contec_fields(packet)
                shown.append((fields["spo2"], fields["pulse_rate"]))
            packet = []
        packet.append(byte)
    return shown


def _with_bit_7(byte: int, is_set: int) -> int:
    byte &= 0x7F
    if is_set:
        byte |= 0x80
    return byte


def _contec_fields(packet: list[int]) -> dict[str, Any]:
    high, body = packet[1], packet[2:]
    for place, value in enumerate(body):
        body[place] = _with_bit_7(value, high & 0x01 << place)
    return {
        "at": datetime.now(UTC),
        "strength": body[0] & 0x0F,
        "is_searching_long": (body[0] & 0x10) >> 4,
        "is_low": (body[0] & 0x20) >> 5,
        "is_beat": (body[0] & 0x40) >> 6,
        "is_probe_off": (body[0] & 0x80) >> 7,
        "wave": body[1] & 0x7F,
        "is_searching": (body[1] & 0x80) >> 7,
        "bar": body[2] & 0x0F,
        "has_no_index": (body[2] & 0x10) >> 4,
        "pulse_rate": None if body[3] == 0xFF else body[3],
        "spo2": None if body[4] == 0x7F else body[4],
        "perfusion_index": body[6] << 8 | body[5],
    }


def five_after_a_mark(raw: bytes) -> Shown:
    """Begin anew at each byte with bit 7 and take what stood in the five places before it."""
    shown: list[tuple[float | None, float | None]] = []
    packet, filled = [0] * 5, 0
    for byte in _bytes_of(raw):
        if byte & 0x80:
            if filled == 5 and [one & 0x80 != 0 for one in packet] == _MARKED:
                fields = _five_fields(packet)
                shown.append((fields["spo2"], fields["pulse_rate"]))
            packet, filled = [0] * 5, 0
        if filled < 5:
            packet[filled] = byte
            filled += 1
    return shown


def _five_fields(packet: list[int]) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC),
        "strength": packet[0] & 0x0F,
        "is_finger_out": bool(packet[0] & 0x10),
        "is_dropping": bool(packet[0] & 0x20),
        "is_beat": bool(packet[0] & 0x40),
        "wave": packet[1],
        "bar": packet[2] & 0x0F,
        "is_probe_error": bool(packet[2] & 0x10),
        "is_searching": bool(packet[2] & 0x20),
        "pulse_rate": (packet[2] & 0x40) << 1 | packet[3],
        "spo2": packet[4],
    }


def words_by_place(raw: bytes) -> Shown:
    """Cut a line at every blank, = and %, and take the words at the places of one model."""
    shown: list[tuple[float | None, float | None]] = []
    for line in raw.decode("latin-1").split("\r\n"):
        words = line.replace("=", " ").replace("%", " ").split(" ")
        with contextlib.suppress(IndexError, ValueError):
            alarm, exceptions = int(words[-3], 16), int(words[-1], 16)
            if (words[4], words[7], words[9]) == ("SPO2", "BPM", "PI") and alarm + exceptions >= 0:
                shown.append((int(words[5]), int(words[8])))
    return shown


def sum_after_header(raw: bytes) -> Shown:
    """Look for the header, take the stated length whole, and compare the sum."""
    shown: list[tuple[float | None, float | None]] = []
    buffer: list[int] = []
    for at in range(0, len(raw), 64):
        buffer.extend(raw[at : at + 64])
        while len(buffer) >= 4:
            start = _header_in(buffer)
            if start < 0:
                buffer = buffer[-1:]
                continue
            end = start + buffer[start + 2] + 2 if start + 2 < len(buffer) else len(buffer) + 1
            if end > len(buffer):
                break
            package, buffer = buffer[start:end], buffer[end:]
            if len(package) > 4 and ~sum(package[2:-1]) & 0xFF == package[-1]:
                told = _board_fields(package)
                if package[3] == 0x04:
                    shown.append((told["spo2"], told["pulse_rate"]))
    return shown


def _board_fields(package: list[int]) -> dict[str, Any]:
    """Read a report of any kind, a clock reading beside it."""
    told: dict[str, Any] = {"at": int(time.time())}
    kind, body = package[3], package[4:-1]
    if kind == 0x01:
        told |= dict(zip(("I", "II", "III", "aVR", "aVL", "aVF", "V"), body, strict=False))
    elif kind == 0x02 and len(body) > 2:
        told |= {"is_lead_off": bool(body[0] & 2), "heart_rate": body[1], "breaths": body[2]}
    elif kind == 0x03 and len(body) > 4:
        told |= {"status": body[0] >> 2 & 15, "systolic": body[2], "diastolic": body[4]}
    elif kind == 0x04 and len(body) > 2:
        spo2, pulse = body[1], body[2]
        told |= {"status": body[0], "spo2": spo2 if spo2 <= 100 else None}
        told["pulse_rate"] = pulse if pulse <= 250 else None
    elif kind == 0x05 and len(body) > 2:
        told |= {"status": body[0], "temperature": (body[1] * 10 + body[2]) / 10}
    elif kind in (0xFE, 0xFF, 0x30, 0x31):
        told["sample"] = body[0] if body else None
    return told


def _header_in(buffer: list[int]) -> int:
    for at in range(len(buffer) - 1):
        if buffer[at] == 0x55 and buffer[at + 1] == 0xAA:
            return at
    return -1
