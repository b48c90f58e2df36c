"""The stream of Nonin formats 2 and 7: lock, loss, recovery, and what a packet tells."""

from __future__ import annotations

import random
from dataclasses import asdict
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import nonin_df2, nonin_df7
from monitors.devices.nonin_common import FrameStatus, Packet, PacketFields
from monitors.devices.nonin_stream import PacketAdapter, PacketStream
from monitors.readings import (
    DeviceIdentity,
    MovingField,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    WaveformChunk,
)
from tests.devices.deliveries import random_chunks

both = pytest.mark.parametrize("module", [nonin_df2, nonin_df7], ids=["df2", "df7"])
SYNC_FIRST = bytes([0x81] + [0x80] * 24)
FLAT = (0x7F,) * 25


def packet_of(
    rate: int | None = 72,
    spo2: int | None = 97,
    timer: int = 0,
    statuses: bytes = SYNC_FIRST,
    samples: tuple[int, ...] = FLAT,
    firmware: int = 22,
) -> Packet:
    fields = PacketFields(rate, spo2, firmware=firmware, timer=timer)
    return Packet(statuses, samples, fields.to_floats())


def listened(module: ModuleType, *chunks: bytes) -> tuple[list[Reading], PacketAdapter]:
    adapter: PacketAdapter = module.adapter()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    return [*told, *adapter.finish()], adapter


def numbers(readings: list[Reading]) -> list[tuple[int | None, int | None]]:
    return [
        (reading.spo2_pct, reading.pulse_rate_per_min)
        for reading in readings
        if isinstance(reading, OximetryReading)
    ]


def stream_of(module: ModuleType, count: int, seed: int = 3) -> bytes:
    rng = random.Random(seed)
    full_scale = 255 if module is nonin_df2 else 65535
    packets = (
        packet_of(60 + n % 90, 90 + n % 10, n, samples=tuple(rng.choices(range(full_scale), k=25)))
        for n in range(count)
    )
    return b"".join(module.packet_bytes(packet) for packet in packets)


@both
def test_a_packet_gives_its_trace_and_its_numbers_at_its_last_byte(module: ModuleType) -> None:
    samples = tuple(range(100, 125))
    raw = module.packet_bytes(packet_of(140, 97, samples=samples))
    adapter = module.adapter()
    assert adapter.feed(raw[:-1], 0.0) == []
    trace, reading, identity = adapter.feed(raw[-1:] + raw[:4], 0.0)
    assert isinstance(trace, WaveformChunk)
    assert (trace.samples, trace.sample_rate_hz) == (samples, 75.0)
    assert trace.full_scale == (255 if module is nonin_df2 else 65535)
    assert reading == OximetryReading(97, 140)
    assert identity == DeviceIdentity(firmware="22")


@both
def test_the_largest_sample_survives(module: ModuleType) -> None:
    full_scale = module.adapter()._layout.full_scale
    readings, _ = listened(module, module.packet_bytes(packet_of(samples=(full_scale,) * 25)))
    assert isinstance(readings[0], WaveformChunk)
    assert readings[0].samples == (full_scale,) * 25


@both
def test_samples_of_an_unusable_sensor_are_missing(module: ModuleType) -> None:
    statuses = bytearray(SYNC_FIRST)
    for index in range(13, 25):
        statuses[index] |= FrameStatus.SENSOR_ALARM
    readings, _ = listened(module, module.packet_bytes(packet_of(statuses=bytes(statuses))))
    assert isinstance(readings[0], WaveformChunk)
    assert readings[0].samples == (0x7F,) * 13 + (None,) * 12


@both
@pytest.mark.parametrize("index", range(25))
def test_a_bad_bit_in_any_frame_marks_the_whole_packet(module: ModuleType, index: int) -> None:
    statuses = bytearray(SYNC_FIRST)
    statuses[index] |= FrameStatus.SENSOR_ALARM
    readings, _ = listened(module, module.packet_bytes(packet_of(statuses=bytes(statuses))))
    assert readings[1] == OximetryReading(
        None, None, None, Validity.INVALID, (SignalCondition.FINGER_OUT,)
    )


@both
def test_a_garbled_byte_costs_one_packet_and_one_frame(module: ModuleType) -> None:
    raw = stream_of(module, 5)
    for offset in range(250, 375):
        broken = bytearray(raw)
        broken[offset] ^= 0x02
        readings, adapter = listened(module, bytes(broken))
        assert len(numbers(readings)) == 4, offset
        assert adapter.counts.frames == 124
        assert adapter.counts.discarded_bytes == 5
        is_start = module is nonin_df2 and offset % 5 == 0
        assert adapter.counts.bad_checksums == (0 if is_start else 1)


@both
def test_two_garbled_frames_in_a_row_are_two_bad_checksums(module: ModuleType) -> None:
    broken = bytearray(stream_of(module, 5))
    broken[263] ^= 1
    broken[268] ^= 1
    _, adapter = listened(module, bytes(broken))
    assert asdict(adapter.counts) == {
        "frames": 123,
        "bad_checksums": 2,
        "discarded_bytes": 10,
    }


@both
def test_a_lost_byte_costs_four_more_and_never_the_lock(module: ModuleType) -> None:
    raw = stream_of(module, 5)
    for offset in range(250, 375):
        readings, adapter = listened(module, raw[:offset] + raw[offset + 1 :])
        assert len(numbers(readings)) == 4, offset
        assert adapter.counts.frames == 124
        assert adapter.counts.discarded_bytes == 4


@both
def test_a_packet_whose_sync_comes_early_gives_nothing(module: ModuleType) -> None:
    raw = stream_of(module, 4)
    readings, adapter = listened(module, raw[:125] + raw[125:170] + raw[250:])
    assert [spo2 for spo2, _ in numbers(readings)] == [90, 92, 93]
    assert asdict(adapter.counts) == {"frames": 84, "bad_checksums": 0, "discarded_bytes": 0}


@both
def test_a_stream_that_starts_in_mid_packet_waits_for_sync(module: ModuleType) -> None:
    raw = stream_of(module, 4)
    for cut in range(125):
        readings, adapter = listened(module, raw[cut:])
        assert [spo2 for spo2, _ in numbers(readings)][-3:] == [91, 92, 93]
        assert adapter.counts.discarded_bytes == (-cut) % 5
        assert adapter.counts.frames == (500 - cut) // 5


@both
def test_frames_without_any_sync_are_never_a_packet_and_lose_the_lock(module: ModuleType) -> None:
    frame = module.packet_bytes(packet_of(samples=(0x40,) * 25))[5:10]
    readings, adapter = listened(module, frame * 30)
    assert readings == []
    assert adapter.counts.frames == 29
    assert adapter.counts.discarded_bytes == 5


@both
def test_sync_in_every_frame_is_never_a_packet_and_loses_the_lock(module: ModuleType) -> None:
    readings, adapter = listened(module, module.packet_bytes(packet_of())[:5] * 400)
    assert readings == []
    assert adapter.counts.discarded_bytes > 0


@both
def test_two_good_frames_alone_are_not_believed(module: ModuleType) -> None:
    raw = module.packet_bytes(packet_of())
    _, adapter = listened(module, b"\x00" * 7 + raw[:10] + b"\x00" * 7)
    assert adapter.counts.frames == 0
    assert adapter.counts.discarded_bytes == 24


STEADY_PLETHS = (0x0000, 0x0001, 0x0101, 0x7F00, 0x8000, 0x8080, 0xFFFF, 0x0100, 0xC040)


@pytest.mark.parametrize("pleth", STEADY_PLETHS)
@pytest.mark.parametrize("status", [0x80, 0x82, 0x98, 0xC8, 0xFE])
@pytest.mark.parametrize(("rate", "spo2"), [(72, 97), (128, 1), (129, 1), (None, None)])
def test_steady_bytes_at_a_wrong_place_are_left_and_give_no_wrong_number(
    pleth: int, status: int, rate: int | None, spo2: int | None
) -> None:
    statuses = bytes([status | 1] + [status] * 24)
    for module, sample in ((nonin_df2, pleth & 0xFF), (nonin_df7, pleth)):
        packet = packet_of(rate, spo2, statuses=statuses, samples=(sample,) * 25, firmware=0)
        right, _ = listened(module, module.packet_bytes(packet))
        raw = module.packet_bytes(packet) * 3
        for cut in range(125):
            readings, adapter = listened(module, raw[cut:])
            assert set(numbers(readings)) == set(numbers(right))
            assert len(numbers(readings)) >= 2
            assert adapter.counts.discarded_bytes == (-cut) % 5
            assert adapter.counts.bad_checksums == 0


@both
def test_a_whole_packet_and_single_frames_are_decoded_alike(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(5)
    for _ in range(60):
        raw = bytearray(stream_of(module, 6, rng.random()))
        for _ in range(rng.randrange(6)):
            place = rng.randrange(len(raw))
            match rng.randrange(4):
                case 0:
                    raw[place] ^= 1 << rng.randrange(8)
                case 1:
                    del raw[place]
                case 2:
                    raw.insert(place, rng.randrange(256))
                case _:
                    del raw[place : place + 5 * rng.randrange(30)]
        fast, adapter = listened(module, bytes(raw))
        with monkeypatch.context() as patch:
            patch.setattr(PacketStream, "_take_packet", lambda self, at, packets: False)
            slow, other = listened(module, bytes(raw))
        assert fast == slow
        assert adapter.counts == other.counts
        assert 5 * adapter.counts.frames + adapter.counts.discarded_bytes == len(raw)


pieces = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.integers(0, 20).map(lambda n: ("packet", n)),
        st.tuples(st.just("part"), st.integers(0, 125), st.integers(0, 125)),
    ),
    max_size=12,
)


def _assembled(module: ModuleType, parts: list[object]) -> bytes:
    raw = b""
    for part in parts:
        match part:
            case bytes():
                raw += part
            case ("packet", int(n)):
                raw += module.packet_bytes(packet_of(60 + n, 80 + n, n))
            case ("part", int(start), int(end)):
                raw += module.packet_bytes(packet_of(200, 79))[start:end]
    return raw


@both
@settings(deadline=None, max_examples=120)
@given(parts=pieces, seed=st.integers(0, 99))
def test_however_the_bytes_are_cut_the_outcome_is_one(
    module: ModuleType, parts: list[object], seed: int
) -> None:
    raw = _assembled(module, parts)
    whole, adapter = listened(module, raw)
    cut, other = listened(module, *random_chunks(raw, seed))
    single, third = listened(module, *(bytes([byte]) for byte in raw))
    assert whole == cut == single
    assert adapter.counts == other.counts == third.counts
    assert 5 * adapter.counts.frames + adapter.counts.discarded_bytes == len(raw)


@both
def test_the_timer_is_told_once_it_runs_and_also_when_it_then_stands_still(
    module: ModuleType,
) -> None:
    timers = [16382, 16383, 0, 1, 1, 7]
    raw = b"".join(module.packet_bytes(packet_of(timer=timer)) for timer in timers)
    readings, _ = listened(module, raw)
    moving = [reading for reading in readings if isinstance(reading, MovingField)]
    assert moving == [MovingField("timer", value) for value in (0, 1, 1, 7)]


@both
def test_a_reserved_field_that_never_moves_is_not_told_as_a_timer(module: ModuleType) -> None:
    readings, _ = listened(module, module.packet_bytes(packet_of(timer=9)) * 20)
    assert not [reading for reading in readings if isinstance(reading, MovingField)]


@both
def test_firmware_is_told_once_and_again_when_it_changes(module: ModuleType) -> None:
    raw = b"".join(module.packet_bytes(packet_of(firmware=n)) for n in (22, 22, 148, 148))
    readings, _ = listened(module, raw)
    told = [reading for reading in readings if isinstance(reading, DeviceIdentity)]
    assert told == [DeviceIdentity(firmware="22"), DeviceIdentity(firmware="148")]


@both
def test_impossible_saturations_are_no_reading(module: ModuleType) -> None:
    for spo2 in (0, 101, 126, None):
        readings, _ = listened(module, module.packet_bytes(packet_of(72, spo2)))
        assert readings[1] == OximetryReading(None, None, None, Validity.INVALID)


@both
def test_a_reopened_port_starts_anew(module: ModuleType) -> None:
    raw = module.packet_bytes(packet_of())
    adapter = module.adapter()
    adapter.feed(raw[:60], 0.0)
    assert adapter.begin(1.0) == b""
    assert adapter.counts.discarded_bytes + 5 * adapter.counts.frames == 60
    assert len(numbers(list(adapter.feed(raw + raw[:5], 2.0)))) == 1
