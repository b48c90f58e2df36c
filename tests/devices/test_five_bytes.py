"""The five-byte packets of Contec's older oximeters and of BCI: shape, lock, loss, counts."""

from __future__ import annotations

import random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import bci, contec_v5
from monitors.devices.five_bytes import FiveByteAdapter, FiveByteFrame
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Reading, WaveformChunk
from tests.devices.deliveries import joined, random_chunks

both = pytest.mark.parametrize("module", [contec_v5, bci], ids=["contec-v5", "bci"])


def listened(module: ModuleType, *chunks: bytes) -> tuple[list[Reading], FiveByteAdapter]:
    adapter: FiveByteAdapter = module.adapter()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    return joined([*told, *adapter.finish()]), adapter


def rates(readings: list[Reading]) -> list[int | None]:
    return [one.pulse_rate_per_min for one in readings if isinstance(one, OximetryReading)]


def packets(*rates_per_min: int) -> bytes:
    return b"".join(FiveByteFrame(rate, 97, 50, 6, 5).to_bytes() for rate in rates_per_min)


@pytest.mark.parametrize(
    ("field", "largest"),
    [("pulse_rate_code", 255), ("spo2_code", 127), ("wave", 127), ("strength", 15), ("bar", 15)],
)
def test_each_number_keeps_its_whole_range_both_ways(field: str, largest: int) -> None:
    for value in range(largest + 1):
        frame = FiveByteFrame(**{"pulse_rate_code": 72, "spo2_code": 97, field: value})
        raw = frame.to_bytes()
        assert FiveByteFrame.from_bytes(raw) == frame
        assert getattr(FiveByteFrame.from_bytes(raw), field) == value
    for beyond in (-1, largest + 1):
        with pytest.raises(FrameError, match="does not fit"):
            FiveByteFrame(**{"pulse_rate_code": 72, "spo2_code": 97, field: beyond}).to_bytes()


def test_each_flag_keeps_its_place_both_ways() -> None:
    for first in range(0, 0x80, 0x10):
        for third in range(0, 0x40, 0x10):
            frame = FiveByteFrame(72, 97, first=first, third=third)
            assert FiveByteFrame.from_bytes(frame.to_bytes()) == frame
    with pytest.raises(FrameError):
        FiveByteFrame(72, 97, third=0x40).to_bytes()


def test_every_packet_is_written_as_it_was_read() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        raw = bytes([0x80 | rng.randrange(128), *rng.choices(range(128), k=4)])
        assert FiveByteFrame.from_bytes(raw).to_bytes() == raw


@pytest.mark.parametrize("raw", ["", "80 00 00 00", "80 00 00 00 00 00", "00 00 00 00 00"])
def test_what_is_no_packet_is_refused(raw: str) -> None:
    with pytest.raises(FrameError, match="five bytes"):
        FiveByteFrame.from_bytes(bytes.fromhex(raw))


@pytest.mark.parametrize("place", range(1, 5))
def test_a_second_mark_makes_it_no_packet(place: int) -> None:
    raw = bytearray(packets(72))
    raw[place] |= 0x80
    with pytest.raises(FrameError):
        FiveByteFrame.from_bytes(bytes(raw))


@both
def test_a_packet_is_told_when_the_next_one_begins(module: ModuleType) -> None:
    adapter = module.adapter()
    assert rates(list(adapter.feed(packets(60, 61, 62), 0.0))) == []
    assert rates(list(adapter.feed(b"\x80", 0.0))) == [60, 61, 62]


@both
def test_exactly_four_bytes_must_follow(module: ModuleType) -> None:
    for broken in (packets(70)[:-1], packets(70) + b"\x00"):
        told, adapter = listened(module, packets(60, 61, 62), broken, packets(63, 64, 65))
        assert rates(told) == [60, 61, 62, 63, 64, 65]
        assert adapter.counts.frames == 6
        assert adapter.counts.discarded_bytes == len(broken)


@both
def test_one_packet_among_noise_is_not_believed(module: ModuleType) -> None:
    told, adapter = listened(module, b"\x00\x91", packets(60), b"\x91\x00\x91")
    assert told == []
    assert adapter.counts.discarded_bytes == 10


@both
def test_a_capture_of_one_packet_is_believed_at_its_end(module: ModuleType) -> None:
    told, adapter = listened(module, packets(60))
    assert rates(told) == [60]
    assert adapter.counts.discarded_bytes == 0


@both
def test_the_old_rhythm_is_trusted_after_a_broken_packet_and_no_other_place(
    module: ModuleType,
) -> None:
    garbled, shifted = b"\x86\x32\x05\xff\x61", b"\x86\x32\x05\xff"
    on, _ = listened(module, packets(60, 61, 62), garbled, packets(63), garbled, packets(64, 65))
    off, _ = listened(module, packets(60, 61, 62), shifted, packets(63), garbled, packets(64, 65))
    assert rates(on) == [60, 61, 62, 63, 64, 65]
    assert rates(off) == [60, 61, 62, 64, 65]


@both
def test_random_bytes_give_hardly_a_reading(module: ModuleType) -> None:
    raw = random.Random(3).randbytes(200_000)
    told, adapter = listened(module, raw)
    assert len(rates(told)) < 20
    assert 5 * adapter.counts.frames + adapter.counts.discarded_bytes == len(raw)


@both
def test_a_trace_of_a_lost_packet_is_cut_there(module: ModuleType) -> None:
    adapter = module.adapter()
    told = adapter.feed(packets(60, 61, 62) + b"\x86\x32\x05" + packets(63, 64, 65, 66), 0.0)
    chunks = [one for one in told if isinstance(one, WaveformChunk)]
    assert [chunk.samples for chunk in chunks] == [(50, 50, 50)]


@both
def test_a_batch_of_the_trace_is_a_third_of_a_second(module: ModuleType) -> None:
    adapter = module.adapter()
    told = []
    for _ in range(300):
        told += adapter.feed(packets(60), 0.0)
    chunks = [one for one in told if isinstance(one, WaveformChunk)]
    sizes = {round(3 * len(chunk.samples) / chunk.sample_rate_hz, 1) for chunk in chunks}
    assert len(chunks) > 5
    assert sizes == {1.0}


def one_by_one(module: ModuleType, frames: list[FiveByteFrame]) -> list[OximetryReading]:
    return [module.reading_of(frame) for frame in frames]


frames = st.builds(
    FiveByteFrame,
    pulse_rate_code=st.integers(0, 255),
    spo2_code=st.integers(0, 127),
    wave=st.integers(0, 127),
    strength=st.integers(0, 15),
    bar=st.integers(0, 15),
    first=st.integers(0, 7).map(lambda flags: flags << 4),
    third=st.integers(0, 3).map(lambda flags: flags << 4),
)


@both
@settings(deadline=None, max_examples=150)
@given(sent=st.lists(frames, min_size=1, max_size=60))
def test_many_packets_at_once_are_read_as_each_alone(
    module: ModuleType, sent: list[FiveByteFrame]
) -> None:
    told, adapter = listened(module, b"".join(frame.to_bytes() for frame in sent))
    assert [one for one in told if isinstance(one, OximetryReading)] == one_by_one(module, sent)
    assert isinstance(told[0], WaveformChunk)
    assert len(told[0].samples) == len(sent) == adapter.counts.frames


pieces = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.integers(1, 250).map(lambda rate: packets(rate, rate)),
        st.lists(st.integers(1, 250), max_size=6).map(lambda rates: packets(*rates)),
    ),
    max_size=12,
).map(b"".join)


@both
@settings(deadline=None, max_examples=150)
@given(raw=pieces, seed=st.integers(0, 99))
def test_however_the_bytes_are_cut_the_outcome_is_one(
    module: ModuleType, raw: bytes, seed: int
) -> None:
    whole, adapter = listened(module, raw)
    cut, other = listened(module, *random_chunks(raw, seed))
    single, third = listened(module, *(bytes([byte]) for byte in raw))
    assert whole == cut == single
    assert adapter.counts == other.counts == third.counts
    assert 5 * adapter.counts.frames + adapter.counts.discarded_bytes == len(raw)


@both
@settings(deadline=None, max_examples=100)
@given(noise=st.binary(max_size=200))
def test_after_any_noise_the_next_good_packets_are_decoded(
    module: ModuleType, noise: bytes
) -> None:
    told, adapter = listened(module, packets(61, 61, 61), noise, packets(201, 202, 203, 204))
    assert rates(told)[-4:] == [201, 202, 203, 204]
    assert 5 * adapter.counts.frames + adapter.counts.discarded_bytes == 35 + len(noise)


@both
def test_a_reopened_port_forgets_the_lock_and_the_half_received(module: ModuleType) -> None:
    adapter = module.adapter()
    adapter.feed(packets(60, 61, 62, 63), 0.0)
    assert adapter.begin(1.0) == b""
    assert adapter.counts.discarded_bytes == 5
    assert list(adapter.feed(packets(64) + b"\x80", 2.0)) == []
