"""Contec's newer oximeters: typed packets, the start and the keep-alive."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import contec_v7
from monitors.devices.contec_packets import LENGTHS, Packet, command
from monitors.devices.contec_v7 import (
    ASK_ID,
    KEEP_ALIVE,
    START,
    ContecV7Adapter,
    RealTimeFrame,
)
from monitors.errors import FrameError
from monitors.readings import (
    DeviceIdentity,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    WaveformChunk,
)
from tests.devices.deliveries import joined, random_chunks

CAPTURE = Path(__file__).parents[3] / "shared/captures/contec_cms50d_plus_session.txt"
GOOD = RealTimeFrame(72, 97, 123, 60, 5, 6)


def listened(*chunks: bytes) -> tuple[list[Reading], ContecV7Adapter]:
    adapter = contec_v7.adapter()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    return joined([*told, *adapter.finish()]), adapter


def numbers(readings: list[Reading]) -> list[OximetryReading]:
    return [one for one in readings if isinstance(one, OximetryReading)]


def packets(*rates: int) -> bytes:
    return b"".join(RealTimeFrame(rate, 97, 123).to_bytes() for rate in rates)


# -- packets


def test_commands_are_nine_bytes() -> None:
    assert START.hex(" ").upper() == "7D 81 A1 80 80 80 80 80 80"
    assert KEEP_ALIVE.hex(" ").upper() == "7D 81 AF 80 80 80 80 80 80"
    assert ASK_ID.hex(" ").upper() == "7D 81 AA 80 80 80 80 80 80"
    assert Packet.from_bytes(START).content[0] == 0xA1


@pytest.mark.parametrize("kind", LENGTHS)
def test_every_byte_of_every_packet_keeps_its_whole_range(kind: int) -> None:
    length = LENGTHS[kind] - 2
    for value in range(256):
        content = bytes((value + 37 * at) % 256 for at in range(length))
        raw = Packet(kind, content).to_bytes()
        assert len(raw) == LENGTHS[kind]
        assert raw[0] == kind
        assert min(raw[1:]) >= 0x80
        assert Packet.from_bytes(raw) == Packet(kind, content)


def test_a_packet_of_a_wrong_length_cannot_be_written() -> None:
    for kind, content in ((0x01, b"\0"), (0x0C, b"\0"), (0x80, b""), (0x7D, bytes(8))):
        with pytest.raises(FrameError, match="cannot be"):
            Packet(kind, content).to_bytes()


@pytest.mark.parametrize(
    "raw", ["", "01", "01 80", "81 80 80", "0C 00", "0C 80 80", "01 88 C5 BC 86 84 E1 FB"]
)
def test_what_is_no_packet_is_refused(raw: str) -> None:
    with pytest.raises(FrameError, match="not a Contec packet"):
        Packet.from_bytes(bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("field", "largest"),
    [
        ("pulse_rate_code", 255),
        ("spo2_code", 255),
        ("index_code", 65535),
        ("wave", 127),
        ("strength", 15),
        ("bar", 15),
    ],
)
def test_each_number_keeps_its_whole_range_both_ways(field: str, largest: int) -> None:
    for value in range(0, largest + 1, 1 if largest < 1000 else 77):
        frame = RealTimeFrame(**{"pulse_rate_code": 72, "spo2_code": 97, field: value})
        assert RealTimeFrame.from_bytes(frame.to_bytes()) == frame
    for beyond in (-1, largest + 1):
        with pytest.raises(FrameError, match="does not fit"):
            RealTimeFrame(**{"pulse_rate_code": 72, "spo2_code": 97, field: beyond}).to_bytes()


def test_the_documented_bytes_are_what_the_frame_writes() -> None:
    frame = RealTimeFrame(132, 97, 123, 60, 5, 6, is_beat=True)
    assert frame.to_bytes().hex(" ").upper() == "01 88 C5 BC 86 84 E1 FB 80"
    assert frame.reading == OximetryReading(97, 132, 1.23)


def test_another_type_is_no_real_time_packet() -> None:
    with pytest.raises(FrameError, match="real-time"):
        RealTimeFrame.from_bytes(Packet(0x04, b"user   ").to_bytes())


# -- what a packet says


def test_every_pulse_rate_is_what_was_sent() -> None:
    for rate in range(1, 255):
        told, _ = listened(RealTimeFrame(rate, 97).to_bytes())
        assert numbers(told) == [OximetryReading(97, rate)]


def test_every_saturation_is_what_was_sent() -> None:
    for spo2 in range(1, 101):
        told, _ = listened(RealTimeFrame(72, spo2).to_bytes())
        assert numbers(told) == [OximetryReading(spo2, 72)]


def test_every_perfusion_index_is_what_was_sent() -> None:
    for index in range(1, 2201, 9):
        told, _ = listened(RealTimeFrame(72, 97, index).to_bytes())
        assert numbers(told) == [OximetryReading(97, 72, index / 100)]


@pytest.mark.parametrize(
    ("rate", "spo2"),
    [(0, 97), (255, 97), (72, 0), (72, 127), (72, 101), (72, 255), (0, 0), (255, 127)],
)
def test_a_missing_or_impossible_number_is_no_reading(rate: int, spo2: int) -> None:
    told, _ = listened(RealTimeFrame(rate, spo2, 123).to_bytes())
    assert numbers(told) == [OximetryReading(None, None, None, Validity.INVALID)]


def test_an_idle_unit_that_sends_zeros_is_finger_out() -> None:
    told, _ = listened(bytes.fromhex("01 e1 84 c0 90 80 80 ff ff"))
    expected = (SignalCondition.FINGER_OUT,)
    assert numbers(told) == [OximetryReading(None, None, None, Validity.INVALID, expected)]


def test_the_trace_is_missing_without_a_finger() -> None:
    frames = [RealTimeFrame(72, 97, wave=wave) for wave in (0, 64, 127)]
    frames.append(RealTimeFrame(0, 0, wave=64, is_finger_out=True))
    told, _ = listened(b"".join(frame.to_bytes() for frame in frames))
    trace = told[0]
    assert isinstance(trace, WaveformChunk)
    assert trace.samples == (0, 64, 127, None)
    assert (trace.sample_rate_hz, trace.full_scale) == (60.0, 127)


frames = st.builds(
    RealTimeFrame,
    pulse_rate_code=st.integers(0, 255),
    spo2_code=st.integers(0, 255),
    index_code=st.integers(0, 65535),
    wave=st.integers(0, 127),
    strength=st.integers(0, 15),
    bar=st.integers(0, 15),
    is_beat=st.booleans(),
    is_low_spo2=st.booleans(),
    is_searching_too_long=st.booleans(),
    is_searching=st.booleans(),
    is_finger_out=st.booleans(),
    has_no_index=st.booleans(),
)


@settings(deadline=None, max_examples=150)
@given(sent=st.lists(frames, min_size=1, max_size=40))
def test_many_packets_at_once_are_read_as_each_alone(sent: list[RealTimeFrame]) -> None:
    told, adapter = listened(b"".join(frame.to_bytes() for frame in sent))
    assert numbers(told) == [frame.reading for frame in sent]
    assert isinstance(told[0], WaveformChunk)
    assert told[0].samples == tuple(None if f.is_finger_out else f.wave for f in sent)
    assert adapter.counts.frames == len(sent)


# -- the stream


def test_the_id_is_told_and_other_answers_are_counted_in_silence() -> None:
    told, adapter = listened(
        Packet(0x04, b"user   ").to_bytes() + bytes.fromhex("0C 80 06 80 80 87")
    )
    assert told == [DeviceIdentity(serial_number="user")]
    assert adapter.counts.frames == 3


def test_a_blank_id_still_tells_that_somebody_answered() -> None:
    told, _ = listened(Packet(0x04, b"       ").to_bytes())
    assert told == [DeviceIdentity()]


def test_a_type_that_is_not_known_ends_where_the_next_begins() -> None:
    told, adapter = listened(packets(60), b"\x16\x80\x81\x82", b"\x5f", packets(61))
    assert [one.pulse_rate_per_min for one in numbers(told)] == [60, 61]
    assert adapter.counts.discarded_bytes == 5


@pytest.mark.parametrize("place", range(9))
def test_a_lost_byte_costs_its_packet_and_no_other_unless_it_was_the_type(place: int) -> None:
    broken = packets(61)
    broken = broken[:place] + broken[place + 1 :]
    told, adapter = listened(packets(60), broken, packets(62, 63))
    expected = [62, 63] if place == 0 else [60, 62, 63]
    assert [one.pulse_rate_per_min for one in numbers(told)] == expected
    assert adapter.counts.discarded_bytes == (17 if place == 0 else 8)


def test_a_byte_too_many_never_shifts_a_number() -> None:
    good = packets(200)
    for place in range(1, 10):
        for extra in (0x80, 0x81, 0xFF):
            told, _ = listened(good[:place] + bytes([extra]) + good[place:], packets(61))
            assert [one.pulse_rate_per_min for one in numbers(told)] == [61]


pieces = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.lists(st.integers(1, 254), max_size=5).map(lambda rates: packets(*rates)),
        st.sampled_from([b"\x0c\x80", b"\x04\x80\xf5\xf3\xe5\xf2\xa0\xa0\xa0", command(0xA1)]),
    ),
    max_size=12,
).map(b"".join)


@settings(deadline=None, max_examples=200)
@given(raw=pieces, seed=st.integers(0, 99))
def test_however_the_bytes_are_cut_the_outcome_is_one(raw: bytes, seed: int) -> None:
    whole, adapter = listened(raw)
    cut, other = listened(*random_chunks(raw, seed))
    single, third = listened(*(bytes([byte]) for byte in raw))
    assert whole == cut == single
    assert adapter.counts == other.counts == third.counts


@settings(deadline=None, max_examples=150)
@given(noise=st.binary(max_size=200))
def test_after_any_noise_the_next_good_packets_are_decoded(noise: bytes) -> None:
    told, adapter = listened(noise, packets(201, 202, 203))
    assert [one.pulse_rate_per_min for one in numbers(told)][-3:] == [201, 202, 203]
    assert adapter.counts.discarded_bytes <= len(noise)


# -- start and keep-alive


def test_it_is_started_and_kept_awake_each_five_seconds() -> None:
    adapter = contec_v7.adapter()
    assert adapter.begin(10.0) == START
    sent = []
    for tenth in range(1, 161):
        now_s = 10.0 + tenth / 10
        adapter.feed(packets(72) + b"\x01", now_s)
        if words := adapter.due(now_s):
            sent.append((round(now_s, 1), words))
    assert sent == [(15.0, KEEP_ALIVE), (20.0, KEEP_ALIVE), (25.0, KEEP_ALIVE)]


def test_it_is_started_again_when_packets_stop_for_more_than_a_second() -> None:
    adapter = contec_v7.adapter()
    adapter.begin(0.0)
    adapter.feed(packets(72) + b"\x01", 2.0)
    sent = [(tenth, adapter.due(tenth / 10)) for tenth in range(20, 56)]
    assert [(tenth, words) for tenth, words in sent if words] == [
        (31, START),
        (42, START),
        (53, START),
    ]


def test_late_answers_are_no_packets_of_the_stream() -> None:
    adapter = contec_v7.adapter()
    adapter.begin(0.0)
    adapter.feed(b"\x0c\x80\x0c\x80\x01", 1.05)
    assert adapter.due(1.1) == START


def test_a_reopened_port_is_started_anew() -> None:
    adapter = contec_v7.adapter()
    adapter.begin(0.0)
    adapter.feed(packets(72)[:5], 0.5)
    assert adapter.begin(100.0) == START
    assert adapter.counts.discarded_bytes == 5
    assert adapter.due(100.9) == b""


# -- a real device


def test_a_captured_session_decodes_to_what_it_shows() -> None:
    if not CAPTURE.exists():
        pytest.skip(f"no capture at {CAPTURE}")
    lines = [line.split(maxsplit=1) for line in CAPTURE.read_text().splitlines()]
    said = b"".join(bytes.fromhex(words) for who, words in lines if who == "dev")
    told, adapter = listened(said)
    assert numbers(told) == [OximetryReading(97, 65)] * 7
    assert DeviceIdentity(serial_number="user") in told
    assert isinstance(told[0], WaveformChunk)
    assert told[0].samples == (51, 48, 46, 44, 43, 42, 42)
    assert adapter.counts.frames == 18
    assert adapter.counts.discarded_bytes == 0
    for who, words in lines:
        raw = bytes.fromhex(words)
        if who == "host":
            assert command(raw[2]) == raw
