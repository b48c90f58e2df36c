"""Terumo kiosk monitors: the frame to the byte, and what it tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.adapter import DecodeCounts
from monitors.devices.terumo import LONGEST_TEXT, KioskAdapter, KioskResult, block_check, framed
from monitors.errors import FrameError
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

GOOD = b"\x02R1,000000000,260301,094500,128,095,079,071,0000,0000,00000,000\x03\xeb"
FAILURE = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)


def heard(*chunks: bytes) -> tuple[list[NibpDetermination], DecodeCounts]:
    adapter = KioskAdapter()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    told += adapter.finish()
    return told, adapter.counts


def result(systolic: int = 128, mean: int = 95, diastolic: int = 79, rate: int = 71) -> bytes:
    return KioskResult(systolic, mean, diastolic, rate).to_bytes()


def test_the_documented_check_byte_is_made() -> None:
    assert block_check(bytes.fromhex("02 44 31 2C 03")) == 0xA6


def test_the_documented_frame_and_the_result_are_one() -> None:
    expected = KioskResult(128, 95, 79, 71, "260301", "094500")
    assert expected.to_bytes() == GOOD
    assert KioskResult.from_bytes(GOOD) == expected


def test_the_mean_stands_before_the_diastolic_on_the_wire_and_is_told_as_the_mean() -> None:
    expected = NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 71)
    assert heard(GOOD) == ([expected], DecodeCounts(1, 0, 0))


def test_each_frame_is_a_determination_even_with_the_same_numbers() -> None:
    assert len(heard(GOOD * 3)[0]) == 3


def test_every_number_survives_the_wire_in_every_field() -> None:
    for value in range(1000):
        told = KioskResult(value, 999 - value, value, 999 - value, f"{value:06d}", f"{value:06d}")
        assert KioskResult.from_bytes(told.to_bytes()) == told


@pytest.mark.parametrize("check", range(256))
def test_every_check_byte_ends_a_frame_even_one_that_looks_like_a_start_or_a_line_end(
    check: int,
) -> None:
    digits = next(
        text
        for digit in range(0x20, 0x7F)
        for more in range(9)
        if framed(text := b"D" + bytes((digit,)) + b" " * more)[-1] == check
    )
    told, counts = heard(framed(digits) + GOOD)
    assert len(told) == 1
    assert counts == DecodeCounts(2, 0, 0)


@pytest.mark.parametrize("rate", [1, 127, 128, 140, 199, 254, 255, 300])
def test_a_pulse_rate_is_all_three_digits(rate: int) -> None:
    assert heard(result(rate=rate))[0][0].pulse_rate_per_min == rate


@pytest.mark.parametrize(
    ("systolic", "diastolic"), [(0, 0), (128, 0), (0, 79), (79, 79), (79, 128), (999, 80)]
)
def test_numbers_that_no_cuff_measures_are_a_failure(systolic: int, diastolic: int) -> None:
    assert heard(result(systolic, 95, diastolic))[0] == [FAILURE]


@pytest.mark.parametrize("blank", [b"   ", b"---"])
def test_fields_without_digits_are_a_failure(blank: bytes) -> None:
    body = GOOD[:-1].replace(b"128,095,079,071", b",".join([blank] * 4))
    assert heard(body + bytes((block_check(body),)))[0] == [FAILURE]


def test_a_missing_mean_is_missing_alone_and_none_is_made_up() -> None:
    told = heard(result(mean=0))[0][0]
    assert (told.systolic_mmhg, told.mean_mmhg, told.diastolic_mmhg) == (128, None, 79)


@pytest.mark.parametrize("place", range(1, len(GOOD)))
def test_no_frame_with_one_changed_bit_is_believed(place: int) -> None:
    for bit in range(8):
        broken = bytearray(GOOD)
        broken[place] ^= 1 << bit
        assert heard(bytes(broken))[0] == []


def test_a_broken_frame_is_counted_and_the_next_is_found() -> None:
    broken = GOOD.replace(b"095", b"195")
    told, counts = heard(broken + GOOD)
    assert len(told) == 1
    assert counts == DecodeCounts(1, 1, len(broken))


def test_a_lost_check_byte_does_not_cost_the_next_frame() -> None:
    told, _ = heard(GOOD[:-1] + result(140))
    assert [reading.systolic_mmhg for reading in told] == [140]


def test_no_line_end_is_waited_for() -> None:
    adapter = KioskAdapter()
    assert adapter.feed(GOOD[:-1], 0.0) == []
    assert len(adapter.feed(GOOD[-1:], 0.0)) == 1


@pytest.mark.parametrize(
    "bad",
    [
        KioskResult(1000),
        KioskResult(-1),
        KioskResult(subject_id="0123456789"),
        KioskResult(subject_id="A,B"),
        KioskResult(subject_id="Ä"),
        KioskResult(date="26031"),
        KioskResult(tail="0"),
    ],
)
def test_what_does_not_fit_is_refused(bad: KioskResult) -> None:
    with pytest.raises(FrameError):
        bad.to_bytes()


def test_another_frame_is_no_result() -> None:
    for raw in (framed(b"D1,"), b"", b"\x02", GOOD[:-1], GOOD + b"\r"):
        with pytest.raises(FrameError):
            KioskResult.from_bytes(raw)


def test_the_id_is_shown_nowhere() -> None:
    named = KioskResult(128, 95, 79, 71, subject_id="JOHN DOE")
    with pytest.raises(FrameError) as refused:
        KioskResult.from_bytes(named.to_bytes()[:-1] + b"\x00")
    with pytest.raises(FrameError) as unwritable:
        KioskResult(1000, subject_id="JOHN DOE").to_bytes()
    shown = [repr(named), repr(named.determination), str(refused.value), str(unwritable.value)]
    assert not any("JOHN" in text for text in shown)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([GOOD, GOOD[:-1], b"\x02", b"\x03", b"\x02\x03\x05", b"R" * 130]),
        ),
        max_size=10,
    ),
    st.integers(1, 9),
)
def test_however_frames_are_cut_the_outcome_is_one(parts: list[bytes], size: int) -> None:
    raw = b"".join(parts)
    told, counts = heard(raw)
    assert heard(*(raw[at : at + size] for at in range(0, len(raw), size))) == (told, counts)
    assert counts.discarded_bytes + 3 * counts.frames <= len(raw)
    assert counts.discarded_bytes + (LONGEST_TEXT + 3) * counts.frames >= len(raw)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200))
def test_after_any_noise_the_second_good_frame_is_told(noise: bytes) -> None:
    assert heard(noise + GOOD + result(133))[0][-1].systolic_mmhg == 133


def test_nothing_is_ever_sent() -> None:
    adapter = KioskAdapter()
    assert adapter.begin(0.0) + b"".join(adapter.due(float(s)) for s in range(4000)) == b""
