"""Noise made of the protocol's own bytes, cut, repeated and broken, for every decoder."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.adapter import DecodeCounts
from monitors.readings import Reading
from tests.fuzz.noise import (
    DEVICES,
    MOST_HELD_BYTES,
    check,
    check_memory,
    held_bytes,
    pieces_of,
    steady_of,
)

every_device = pytest.mark.parametrize("device", DEVICES)


@st.composite
def noises(draw: st.DrawFn, device: str) -> bytes:
    """Draw bytes that look like the protocol for a while and then do not."""
    raw = steady_of(device).raw
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw) - 1))
        own = bytearray(raw[start : start + draw(st.integers(1, 200))])
        for _ in range(draw(st.integers(0, 3))):
            own[draw(st.integers(0, len(own) - 1))] = draw(st.integers(0, 255))
        parts.append(draw(st.sampled_from((bytes(own), draw(st.binary(max_size=80))))))
    return b"".join(parts)


@every_device
@settings(deadline=None, max_examples=20, derandomize=True, database=None)
@given(draws=st.data())
def test_no_noise_breaks_a_decoder_or_hides_the_good_frames_after_it(
    device: str, draws: st.DataObject
) -> None:
    noise = draws.draw(noises(device))
    check(device, pieces_of(noise, draws.draw(st.sampled_from((1, 2, 5, 19, 64, 4096)))))


@every_device
@settings(deadline=None, max_examples=2, derandomize=True, database=None)
@given(draws=st.data())
def test_noise_that_never_ends_takes_no_memory(device: str, draws: st.DataObject) -> None:
    check_memory(device, draws.draw(noises(device)) or b"\0")


@every_device
def test_frames_shuffled_and_shortened_take_no_memory(device: str) -> None:
    rng, raw = random.Random(5), steady_of(device).raw
    starts = [rng.randrange(len(raw)) for _ in range(300)]
    noise = b"".join(raw[start : start + rng.randrange(1, 60)] for start in starts)
    check_memory(device, noise)
    check(device, [noise])


class Hoarder:
    """Keep every byte ever fed."""

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._kept: list[bytes] = []

    def feed(self, chunk: bytes, now_s: float) -> list[Reading]:
        self._kept.append(bytes(chunk))
        return []


def test_a_decoder_that_hoards_would_be_noticed() -> None:
    hoarder = Hoarder()
    for number in range(100):
        hoarder.feed(random.Random(number).randbytes(1000), 0.0)
    assert held_bytes(hoarder) > MOST_HELD_BYTES
