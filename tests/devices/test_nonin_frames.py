"""Nonin frames as bytes: known bytes first, then the round trip."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import nonin_df2, nonin_df7
from monitors.devices.nonin_common import Packet, PacketFields, pulse_rate_bytes, pulse_rate_of
from monitors.devices.nonin_df1 import Df1Frame
from monitors.devices.nonin_df2 import Df2Frame
from monitors.devices.nonin_df7 import Df7Frame
from monitors.devices.nonin_df8 import Df8Frame
from monitors.devices.nonin_short import ShortStatus
from monitors.errors import FrameError

byte = st.integers(0, 255)
rates = st.none() | st.integers(0, 510)
saturations = st.none() | st.integers(0, 126)
real_saturations = st.none() | st.integers(0, 100)
short_status = st.integers(0, 31).map(lambda bits: 0x80 | bits << 2)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("01 81 5A 00 DC", Df2Frame(0x81, 0x5A, 0)),
        ("01 82 5C 48 27", Df2Frame(0x82, 0x5C, 72)),
        ("01 82 5E 61 42", Df2Frame(0x82, 0x5E, 97)),
        ("01 81 5A 01 DD", Df2Frame(0x81, 0x5A, 1)),
        ("01 80 5A 0C E7", Df2Frame(0x80, 0x5A, 12)),
        ("01 D9 7F 03 5C", Df2Frame(0xD9, 0x7F, 3)),
        ("01 D8 7F 7F D7", Df2Frame(0xD8, 0x7F, 127)),
        ("81 7F 10 00 10", Df7Frame(0x81, 0x7F10, 0)),
        ("86 7F 10 48 5D", Df7Frame(0x86, 0x7F10, 72)),
        ("80 48 62", Df1Frame(72, 98)),
        ("81 0C 62", Df1Frame(140, 98)),
        ("E3 7F 7F", Df1Frame(None, None, 0xE0)),
        ("80 48 62 20", Df8Frame(72, 98, is_smartpoint=True)),
        ("A0 48 62 08", Df8Frame(72, 98, 0xA0, is_sensor_alarm=True)),
    ],
)
def test_the_documented_bytes_and_the_frames_are_one(
    text: str, frame: Df1Frame | Df2Frame | Df7Frame | Df8Frame
) -> None:
    raw = bytes.fromhex(text)
    assert type(frame).from_bytes(raw) == frame
    assert frame.to_bytes() == raw


@pytest.mark.parametrize(
    ("rate", "high", "low"),
    [
        (127, 0, 127),
        (128, 1, 0),
        (140, 1, 12),
        (199, 1, 71),
        (254, 1, 126),
        (255, 1, 127),
        (510, 3, 126),
        (None, 3, 127),
    ],
)
def test_a_pulse_rate_is_two_bits_and_seven(rate: int | None, high: int, low: int) -> None:
    assert pulse_rate_of(high, low) == rate
    assert pulse_rate_bytes(rate) == (high, low)


def test_a_float_above_127_is_taken() -> None:
    raw = bytes((1, 0x80, 0, 0x94, 0x15))
    assert Df2Frame.from_bytes(raw).float_value == 148


@pytest.mark.parametrize(
    "text", ["01 81 5A 00 DD", "02 81 5A 00 DD", "01 01 5A 00 5C", "01 81 5A 00", ""]
)
def test_no_df2_frame_without_start_mark_length_and_checksum(text: str) -> None:
    with pytest.raises(FrameError):
        Df2Frame.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["81 7F 10 00 11", "01 7F 10 00 90", "81 7F 10 00", ""])
def test_no_df7_frame_without_mark_length_and_checksum(text: str) -> None:
    with pytest.raises(FrameError):
        Df7Frame.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["00 48 62", "80 C8 62", "80 48 E2", "80 48", "80 48 65", ""])
def test_no_df1_frame_with_a_broken_layout(text: str) -> None:
    with pytest.raises(FrameError):
        Df1Frame.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["80 48 62", "80 48 62 80", "00 48 62 00", "80 48 7E 00"])
def test_no_df8_frame_with_a_broken_layout(text: str) -> None:
    with pytest.raises(FrameError):
        Df8Frame.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize("frame", [Df2Frame(0x80, 256, 0), Df7Frame(0x80, 65536, 0)])
def test_a_pleth_too_large_is_refused(frame: Df2Frame | Df7Frame) -> None:
    with pytest.raises(FrameError):
        frame.to_bytes()


@pytest.mark.parametrize("frame", [Df1Frame(511, 97), Df1Frame(-1, 97), Df1Frame(72, 101)])
def test_numbers_a_device_cannot_send_are_refused(frame: Df1Frame) -> None:
    with pytest.raises(FrameError):
        frame.to_bytes()


@pytest.mark.parametrize("fields", [PacketFields(72, 97, timer=1 << 14), PacketFields(72, 127)])
def test_fields_that_do_not_fit_are_refused(fields: PacketFields) -> None:
    with pytest.raises(FrameError):
        fields.to_floats()


@settings(deadline=None)
@given(byte, byte, byte)
def test_a_df2_frame_survives_the_wire(status: int, pleth: int, value: int) -> None:
    frame = Df2Frame(status | 0x80, pleth, value)
    assert Df2Frame.from_bytes(frame.to_bytes()) == frame


@settings(deadline=None)
@given(byte, st.integers(0, 65535), byte)
def test_a_df7_frame_survives_the_wire(status: int, pleth: int, value: int) -> None:
    frame = Df7Frame(status | 0x80, pleth, value)
    assert Df7Frame.from_bytes(frame.to_bytes()) == frame


@settings(deadline=None)
@given(rates, real_saturations, short_status, st.booleans(), st.booleans(), st.booleans())
def test_short_frames_survive_the_wire(
    rate: int | None, spo2: int | None, status: int, smart: bool, alarm: bool, low: bool
) -> None:
    short = Df1Frame(rate, spo2, status)
    assert Df1Frame.from_bytes(short.to_bytes()) == short
    frame = Df8Frame(rate, spo2, status, smart, alarm, low)
    assert Df8Frame.from_bytes(frame.to_bytes()) == frame


fields = st.builds(
    PacketFields,
    rates,
    saturations,
    byte,
    st.integers(0, (1 << 14) - 1),
    st.booleans(),
    st.booleans(),
    *[saturations] * 3,
    rates,
    *[saturations] * 2,
    rates,
    rates,
)


@settings(deadline=None)
@given(fields)
def test_the_fields_of_a_packet_survive_the_wire(told: PacketFields) -> None:
    assert PacketFields.from_floats(told.to_floats()) == told


def test_each_field_has_its_place_in_the_packet() -> None:
    floats = bytes(
        (1, 12, 97, 22, 9, 3, 5, 0x21, 96, 95, 94, 9, 9, 1, 0, 93, 92, 9, 9, 2, 1, 3, 126, 9, 9)
    )
    assert PacketFields.from_floats(floats) == PacketFields(
        pulse_rate_per_min=140,
        spo2_pct=97,
        firmware=22,
        timer=3 * 128 + 5,
        is_battery_low=True,
        is_smartpoint=True,
        spo2_display_pct=96,
        spo2_fast_pct=95,
        spo2_beat_pct=94,
        extended_pulse_rate_per_min=128,
        extended_spo2_pct=93,
        extended_spo2_display_pct=92,
        pulse_rate_display_per_min=257,
        extended_pulse_rate_display_per_min=510,
    )
    with pytest.raises(FrameError):
        PacketFields.from_floats(floats[:-1])


def test_a_packet_knows_its_fields_and_is_25_frames_long() -> None:
    floats = PacketFields(72, 97).to_floats()
    packet = Packet(bytes([0x81] + [0x80] * 24), tuple(range(25)), floats)
    assert packet.fields.spo2_pct == 97
    for module in (nonin_df2, nonin_df7):
        raw = module.packet_bytes(packet)
        assert len(raw) == 125
        told = module.adapter().feed(raw * 2, 0.0)
        assert told


def test_the_status_bits_are_named_as_documented() -> None:
    assert [int(bit) for bit in ShortStatus] == [0x80, 0x40, 0x20, 0x10, 0x08, 0x04]
