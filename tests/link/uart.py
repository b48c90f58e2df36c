"""A serial line bit by bit: what a receiver makes of bytes sent at another speed or polarity.

Times are in the sender's bits; the receiver waits for a falling edge and samples mid-bit, and
hands a byte on even if its stop bit is wrong, as Linux does without INPCK.
"""

from __future__ import annotations


def levels_of(sent: bytes, is_inverted: bool = False) -> list[int]:
    """Return the line's level in each bit time: idle, then start, eight data bits, stop."""
    levels = [1] * 12
    for byte in sent:
        levels += [0, *(byte >> place & 1 for place in range(8)), 1]
    levels += [1] * 12
    return [1 - level for level in levels] if is_inverted else levels


def receive(levels: list[int], bit_length: float = 1.0) -> bytes:
    """Return the bytes a receiver whose bit lasts ``bit_length`` sender's bits would hand on."""
    received = bytearray()
    at = 0.0
    while True:
        edge = _falling_edge(levels, int(at))
        if edge is None or edge + 10 * bit_length >= len(levels):
            return bytes(received)
        bits = [levels[int(edge + (place + 1.5) * bit_length)] for place in range(8)]
        received.append(sum(bit << place for place, bit in enumerate(bits)))
        at = edge + 9.5 * bit_length


def _falling_edge(levels: list[int], start: int) -> int | None:
    for place in range(max(1, start + 1), len(levels)):
        if levels[place - 1] == 1 and levels[place] == 0:
            return place
    return None
