"""Samples of a trace come out of their bytes as they went in, and take few bytes."""

from __future__ import annotations

import contextlib
import math

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.store.samples import pack, unpack

BYTES = st.integers(0, 255)
WIDE = st.integers(0, 2**32 - 2)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.none() | BYTES, max_size=200) | st.lists(st.none() | WIDE, max_size=60))
def test_samples_come_back_as_they_were(samples):
    assert unpack(pack(samples)) == tuple(samples)


@pytest.mark.parametrize("highest", [254, 255, 65_534, 65_535])
def test_a_missing_sample_is_never_taken_for_the_highest_one(highest):
    samples = (highest, None, 0, highest)
    assert unpack(pack(samples)) == samples


def test_a_smooth_second_takes_no_more_bytes_than_it_has_samples():
    smooth = [round(128 + 100 * math.sin(n / 12)) for n in range(75)]
    assert len(pack(smooth)) <= 76
    assert len(pack([7] * 75)) < 20


@pytest.mark.parametrize("sample", [-1, 2**32 - 1])
def test_a_sample_that_no_row_can_hold_is_refused(sample):
    with pytest.raises(ValueError, match="a sample is"):
        pack([1, None, sample])


def test_more_samples_than_a_chunk_holds_are_refused():
    with pytest.raises(ValueError, match="at most"):
        pack([1] * (2**20 + 1))


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80))
def test_damaged_bytes_are_refused_or_read_and_never_break(rubbish):
    with contextlib.suppress(ValueError):
        unpack(rubbish)


def test_a_bomb_of_compressed_zeroes_is_refused():
    bomb = bytes([0x08]) + zstandard.ZstdCompressor(write_content_size=False).compress(bytes(2**24))
    with pytest.raises(ValueError, match="not samples"):
        unpack(bomb)
