"""Captures lived through again: recorded chunks decoded as the link did when they came.

Here nothing is opened and nothing sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitors.devices.adapter import Adapter
from monitors.devices.capture_file import Chunk, Direction
from monitors.readings import Reading


def decoded(chunks: Iterable[Chunk], adapter: Adapter) -> Iterator[tuple[Chunk, Reading]]:
    """Decode recorded chunks as the link did: the same readings, each with its chunk.

    What the adapter wants to send is thrown away; the device's answers are in the recording.
    """
    for chunk in chunks:
        now_s = chunk.at_ms / 1000
        if chunk.direction is Direction.OPENED:
            adapter.begin(now_s)
        elif chunk.direction is Direction.RECEIVED:
            for reading in adapter.feed(chunk.payload, now_s):
                yield chunk, reading
            adapter.due(now_s)
