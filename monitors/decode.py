"""Decode a capture offline: one JSON object a reading to out, one summary object to err.

Bytes come from a file or standard input, raw or as hexadecimal text; what they mean is left to
the device's adapter. Plain bytes carry no arrival times, so the adapter is told that no time
passes: a cuff determination is new when its age fell or its numbers changed, as in the capture.
A capture file of ``python -m monitors capture`` carries its times, and they are used.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from monitors.devices.adapter import Adapter, DecodeCounts
from monitors.devices.capture_file import (
    LONGEST_HEADER_BYTES,
    is_capture,
    read_blocks,
    read_chunks,
    read_header,
)
from monitors.devices.catalogue import kind_of
from monitors.devices.playing_back import decoded
from monitors.errors import ConfigurationError, FrameError
from monitors.output import say
from monitors.readings import Reading, as_record

WRONG_INPUT = 2
BLOCK_LENGTH_BYTES = 4
_CHUNK_BYTES = 65536
_WORD = re.compile(r"\S+")
_NOT_HEX = re.compile(r"[^0-9A-Fa-f]")


def run_decode(device: str, source: str | None, is_hex: bool, out: TextIO, err: TextIO) -> int:
    """Decode one source and return the exit code: 0, or 2 if the input cannot be read.

    device: a name of the catalogue. source: a file, or None or "-" for standard input. is_hex:
    the source is text, bytes as pairs of hexadecimal digits, comments from # to the line's end.
    A mistake is told on err, naming the device, the file, or the line and column; so is a
    capture of another device, and one whose end is missing. Raises OutputLost where out cannot
    be written, BrokenPipeError where nobody reads it any more.
    """
    name = "standard input" if source in (None, "-") else str(source)
    try:
        counts = _decode(device, source, name, is_hex, out, err)
    except ConfigurationError as error:
        print(error, file=err)
        return WRONG_INPUT
    except FrameError as error:
        print(f"{name}: {error}", file=err)
        return WRONG_INPUT
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"cannot read {name}: {error.strerror or error}", file=err)
        return WRONG_INPUT
    print(_json(asdict(counts)), file=err)
    return 0


def parse_hex(text: bytes, name: str) -> bytes:
    """Return the bytes that hexadecimal text spells.

    Raises ConfigurationError naming source, line and column of what is not two digits a byte.
    """
    lines = text.decode("utf-8-sig", "replace").split("\n")
    return b"".join(
        _byte_run(word, f"{name}, line {number}")
        for number, line in enumerate(lines, start=1)
        for word in _WORD.finditer(line.split("#", 1)[0])
    )


def _byte_run(word: re.Match[str], where: str) -> bytes:
    wrong = _NOT_HEX.search(word[0])
    if wrong:
        column = word.start() + wrong.start() + 1
        raise ConfigurationError(
            f"{where}, column {column}: {wrong[0]!r} is not a hexadecimal digit"
        )
    if len(word[0]) % 2:
        raise ConfigurationError(
            f"{where}, column {word.start() + 1}: a byte is two hexadecimal digits,"
            f" {word[0]!r} has {len(word[0])}"
        )
    return bytes.fromhex(word[0])


def _decode(
    device: str, source: str | None, name: str, is_hex: bool, out: TextIO, err: TextIO
) -> DecodeCounts:
    adapter = kind_of(device).make()
    if source is not None and source != "-" and is_capture(Path(source)):
        _decode_capture(Path(source), device, adapter, out, err)
        return adapter.counts
    with _opened(source) as stream:
        for chunk in _hex_chunks(stream, name) if is_hex else _chunks(stream):
            _print(adapter.feed(chunk, 0.0), out)
    _print(adapter.finish(), out)
    return adapter.counts


def _decode_capture(path: Path, device: str, adapter: Adapter, out: TextIO, err: TextIO) -> None:
    recorded = read_header(path).device
    if recorded != device:
        print(f"{path} was recorded from {recorded} and is decoded as {device}", file=err)
    for _, reading in decoded(read_chunks(path), adapter):
        _print((reading,), out)
    _print(adapter.finish(), out)
    if missing := _half_block_bytes(path):
        words = f"its end is missing: the last {missing} bytes are no whole block"
        print(f"{path}: {words}, and were left out", file=err)


def _half_block_bytes(path: Path) -> int:
    """Return how many bytes stand after the last whole block of a capture.

    The size is taken first, so that what a collector appends meanwhile is not missed.
    """
    length = path.stat().st_size
    with path.open("rb") as file:
        header = file.readline(LONGEST_HEADER_BYTES)
    whole = sum(BLOCK_LENGTH_BYTES + len(block) for block in read_blocks(path))
    return max(0, length - len(header) - whole)


def _opened(source: str | None) -> AbstractContextManager[BinaryIO]:
    if source is None or source == "-":
        return nullcontext(sys.stdin.buffer)
    return open(source, "rb")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield bytes as they come, so that a live pipe is decoded while it runs."""
    read = stream.read1 if isinstance(stream, io.BufferedReader) else stream.read
    while chunk := read(_CHUNK_BYTES):
        yield chunk


def _hex_chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the whole text's bytes at once, so that a wrong digit is told before any reading."""
    yield parse_hex(stream.read(), name)


def _print(readings: Sequence[Reading], out: TextIO) -> None:
    records = [record for reading in readings if (record := as_record(reading)) is not None]
    if records:
        say(out, *(_json(record) for record in records))


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":"))
