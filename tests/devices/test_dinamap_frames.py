"""DINAMAP lines as bytes: the strings of working drivers first, then the round trip."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import dinamap_frames as frames
from monitors.devices.adapter import DecodeCounts
from monitors.devices.dinamap_frames import (
    DinamapFrame,
    NibpReply,
    OximetryReply,
    RateReply,
    TemperatureReply,
)
from monitors.devices.dinamap_lines import LONGEST_LINE, FrameFinder
from monitors.errors import FrameError

Reply = NibpReply | OximetryReply | RateReply | TemperatureReply


@pytest.mark.parametrize(
    ("command", "raw"),
    [
        (frames.READ_NIBP, b" NA!2\r"),
        (frames.READ_OXIMETRY, b" OA!3\r"),
        (frames.READ_RATE, b" RA!6\r"),
        (frames.READ_RATE_PRO_200, b" RC!8\r"),
        (frames.READ_TEMPERATURE, b" TC!:\r"),
        (frames.START_CUFF, b" NC0!E\r"),
        (frames.CANCEL_CUFF, b" ND!5\r"),
    ],
)
def test_commands_are_the_strings_that_drivers_send(command: DinamapFrame, raw: bytes) -> None:
    assert command.to_bytes() == raw
    assert DinamapFrame.from_bytes(raw) == command
    assert DinamapFrame.from_bytes(raw[:-1]) == command
    assert not command.is_reply


@pytest.mark.parametrize(
    ("reply", "raw"),
    [
        (NibpReply(0, 0, 128, 79, 95), b" NA0100000128079095&,\r"),
        (NibpReply(1, 14, 128, 79, 95), b" NA1100014128079095&2\r"),
        (NibpReply(8, 0), b" NA8100000000000000%K\r"),
        (NibpReply(1, None), b" NA1109999000000000&(\r"),
        (OximetryReply(1, 97, 8, 8), b" OA1097808#K\r"),
        (OximetryReply(6, None, 0, 8), b" OA6-99008#G\r"),
        (RateReply(2, 71), b' RA2071"D\r'),
        (RateReply(3, 72), b' RA3072"F\r'),
        (RateReply(2, None), b' RA2-99"K\r'),
    ],
)
def test_the_documented_replies_and_the_frames_are_one(reply: Reply, raw: bytes) -> None:
    assert reply.to_bytes() == raw
    assert type(reply).from_bytes(raw) == reply


def test_the_checksum_wraps_as_twelve_bits() -> None:
    body = b" NA" + b"~" * 60
    total = (0x20 - 0x1F) + (0x4E - 0x1F) + (0x41 - 0x1F) + 60 * (0x7E - 0x1F)
    wrapped = total - 0xFFF
    assert 0 < wrapped <= 0xFFF
    assert frames.checksum(body) == bytes((0x20 + (wrapped >> 6), 0x20 + (wrapped & 0x3F)))


def test_temperature_is_fahrenheit_on_the_wire_and_celsius_here() -> None:
    told = TemperatureReply(0, 0, "!", 5, 986, is_celsius_shown=True)
    assert told.to_bytes().startswith(b" TC00!0000509861")
    assert told.temperature_c == 37.0
    assert TemperatureReply(0, tenths_f=1004).temperature_c == 38.0
    assert TemperatureReply(0, tenths_f=977).temperature_c == 36.5
    assert TemperatureReply(0, tenths_f=994).temperature_c == 37.4


@pytest.mark.parametrize(
    "raw", [b"", b"\r", b" NA!3\r", b"NA!2\r", b" NA", b" NA\x80!2", b" NA1100014128079095&3\r"]
)
def test_a_line_with_a_bad_checksum_is_no_frame(raw: bytes) -> None:
    with pytest.raises(FrameError):
        DinamapFrame.from_bytes(raw)


@pytest.mark.parametrize("content", ["110001412807909", "11000141280790a5", "x100014128079095"])
def test_a_good_checksum_over_wrong_columns_is_no_reply(content: str) -> None:
    raw = DinamapFrame("NA", content).to_bytes()
    with pytest.raises(FrameError):
        NibpReply.from_bytes(raw)


def test_a_reply_to_another_question_is_refused() -> None:
    for reply in (OximetryReply, RateReply, TemperatureReply):
        with pytest.raises(FrameError):
            reply.from_bytes(NibpReply(1, 14, 128, 79, 95).to_bytes())


@pytest.mark.parametrize(
    "reply",
    [
        NibpReply(1, 14, 1280, 79, 95),
        NibpReply(1, 10000, 128, 79, 95),
        NibpReply(10, 1, 128, 79, 95),
        OximetryReply(1, 1000),
        RateReply(2, -1),
        RateReply(2, 70, unit=""),
        TemperatureReply(0, counter="\r"),
        TemperatureReply(0, tenths_f=10000),
    ],
)
def test_what_does_not_fit_its_columns_is_refused(reply: Reply) -> None:
    with pytest.raises(FrameError):
        reply.to_bytes()


digit = st.integers(0, 9)
three = st.integers(0, 999)
printable = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


@settings(deadline=None)
@given(digit, st.none() | st.integers(0, 9998), three, three, three, digit, digit, printable)
def test_nibp_replies_survive_the_wire(
    status: int, age: int | None, sys: int, dia: int, mean: int, who: int, kind: int, unit: str
) -> None:
    reply = NibpReply(status, age, sys, dia, mean, who, kind, unit)
    assert NibpReply.from_bytes(reply.to_bytes()) == reply


@settings(deadline=None)
@given(digit, st.none() | three, digit, st.integers(0, 99), st.sampled_from(["RA", "RC"]))
def test_oximetry_and_rate_replies_survive_the_wire(
    status: int, number: int | None, signal: int, averaging: int, letters: str
) -> None:
    told = OximetryReply(status, number, signal, averaging)
    assert OximetryReply.from_bytes(told.to_bytes()) == told
    rate = RateReply(status, number, letters)
    assert RateReply.from_bytes(rate.to_bytes()) == rate


@settings(deadline=None)
@given(
    digit, digit, printable, st.none() | st.integers(0, 99998), st.integers(0, 9999), st.booleans()
)
def test_temperature_replies_survive_the_wire(
    status: int, mode: int, counter: str, age: int | None, tenths: int, celsius: bool
) -> None:
    reply = TemperatureReply(status, mode, counter, age, tenths, celsius)
    assert TemperatureReply.from_bytes(reply.to_bytes()) == reply


def found(*chunks: bytes) -> tuple[list[str], DecodeCounts]:
    counts = DecodeCounts()
    finder = FrameFinder(counts)
    letters = [frame.letters for chunk in chunks for frame in finder.feed(chunk)]
    finder.forget()
    return letters, counts


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([b"\r", b"\n", b"\r\n", b" NA", b" OA1097808#K\r", b" NA!3\r"]),
            st.sampled_from([b' RA2071"D\r\n', b"x" * 100]),
        ),
        max_size=14,
    ),
    st.integers(1, 9),
)
def test_however_lines_are_cut_the_outcome_is_one(parts: list[bytes], size: int) -> None:
    raw = b"".join(parts)
    cut = [raw[at : at + size] for at in range(0, len(raw), size)]
    assert found(raw) == found(*cut)


def test_every_byte_is_in_a_frame_or_discarded() -> None:
    raw = b"noise OA1097808#K\r NA!3\r\rhalf NA"
    letters, counts = found(raw)
    assert letters == ["OA"]
    assert counts == DecodeCounts(1, 1, len(raw) - len(" OA1097808#K\r"))


def test_a_line_feed_after_a_frame_belongs_to_it() -> None:
    assert found(b" NA!2\r\n NA!2\r", b"\n", b" NA!2\r") == (["NA"] * 3, DecodeCounts(3, 0, 0))
    assert found(b"\n NA!2\r") == (["NA"], DecodeCounts(1, 0, 1))


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_saved_text_may_have_any_line_end(end: bytes) -> None:
    lines = [b" NA!2", b' RA2071"D', b" OA1097808#K"]
    assert found(end.join(lines) + end) == (["NA", "RA", "OA"], DecodeCounts(3, 0, 0))


def test_a_last_line_that_is_whole_counts_without_its_end() -> None:
    counts = DecodeCounts()
    finder = FrameFinder(counts)
    assert finder.feed(b"xx OA1097808#K") == []
    assert [frame.letters for frame in finder.finish()] == ["OA"]
    assert counts == DecodeCounts(1, 0, 2)
    finder.feed(b" OA1097808#")
    assert finder.finish() == []
    assert counts == DecodeCounts(1, 0, 13)


def test_a_line_without_an_end_is_kept_to_its_last_bytes() -> None:
    noise = b"z" * (3 * LONGEST_LINE)
    assert found(noise + b" NA!2\r") == (["NA"], DecodeCounts(1, 0, len(noise)))
