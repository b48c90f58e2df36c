"""Omron HBP-9030, format 5: the line to the byte, and what it tells."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.adapter import DecodeCounts
from monitors.devices.omron_hbp9030 import LINE_BYTES, LONGEST_LINE, HbpAdapter, HbpLine
from monitors.errors import FrameError
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

GOOD = b"2026,03,01,09,45,CHAIR-03            ,0,128,079,071,0\r\n"
BAD = b"2026,03,01,09,50,CHAIR-03            ,2,   ,   ,   ,0\r\n"
TAKEN = (2026, 3, 1, 9, 45)
FAILURE = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)


def heard(*chunks: bytes) -> tuple[list[NibpDetermination], DecodeCounts]:
    adapter = HbpAdapter()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    told += adapter.finish()
    return told, adapter.counts


def line(*vitals: int | None, error: int = 0) -> bytes:
    return HbpLine(TAKEN, *vitals, error=error).to_bytes()


def test_the_documented_lines_and_the_frames_are_one() -> None:
    assert len(GOOD) == LINE_BYTES + 2
    assert HbpLine(TAKEN, 128, 79, 71, subject_id="CHAIR-03").to_bytes() == GOOD
    failed = HbpLine((2026, 3, 1, 9, 50), error=2, subject_id="CHAIR-03")
    assert failed.to_bytes() == BAD
    assert HbpLine.from_bytes(BAD) == failed


def test_a_good_line_is_a_determination_without_a_mean() -> None:
    expected = NibpDetermination(NibpOutcome.COMPLETED, 128, 79, None, 71)
    assert heard(GOOD) == ([expected], DecodeCounts(1, 0, 0))


def test_each_line_is_a_determination_even_with_the_same_numbers() -> None:
    assert len(heard(GOOD * 3)[0]) == 3


@pytest.mark.parametrize("error", range(1, 10))
def test_an_error_with_or_without_numbers_is_a_failure(error: int) -> None:
    assert heard(line(error=error) + line(128, 79, 71, error=error))[0] == [FAILURE, FAILURE]


def test_every_number_survives_the_wire_in_every_field() -> None:
    for value in range(1000):
        taken = (value * 10, value % 100, value % 100, value % 100, value % 100)
        told = HbpLine(taken, value, 999 - value, value, value % 10, value // 100, f"A{value}")
        assert HbpLine.from_bytes(told.to_bytes()) == told


@pytest.mark.parametrize("rate", [40, 127, 128, 140, 180, 199, 254, 255])
def test_a_pulse_rate_is_all_three_digits(rate: int) -> None:
    assert heard(line(128, 79, rate))[0][0].pulse_rate_per_min == rate


@pytest.mark.parametrize(
    "vitals", [(0, 0, 0), (128, None, 71), (None, 79, 71), (79, 128, 71), (999, 80, 71)]
)
def test_numbers_that_no_cuff_measures_are_a_failure(vitals: tuple[int | None, ...]) -> None:
    assert heard(line(*vitals))[0] == [FAILURE]


def test_a_missing_pulse_rate_is_missing_alone() -> None:
    told = heard(line(128, 79, None))[0][0]
    assert (told.systolic_mmhg, told.pulse_rate_per_min) == (128, None)


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.replace(b"128", b"12"),
        GOOD.replace(b"CHAIR-03 ", b"CHAIR-03  "),
        GOOD.replace(b"128", b"1Z8"),
        GOOD.replace(b"CHAIR", b"CHAI,"),
        GOOD.replace(b"128", b"-99"),
        GOOD.replace(b"09,45", b"09:45"),
        b"\r\n",
        b"MMBP203N\r\n",
        b"ID00000001B\r\n",
    ],
)
def test_a_line_that_is_not_format_5_to_the_byte_gives_no_reading(raw: bytes) -> None:
    told, counts = heard(raw + GOOD)
    assert len(told) == 1
    assert counts == DecodeCounts(1, 0, len(raw))


def test_a_line_of_an_hbp_9020_whose_mean_is_before_the_diastolic_gives_no_reading() -> None:
    raw = b"bp,CHAIR-03            ,2026/03/01,09:45,140,098,077,068,3\r\n"
    assert heard(raw) == ([], DecodeCounts(0, 0, len(raw)))


@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\n\r"])
def test_nothing_but_cr_lf_ends_a_line(end: bytes) -> None:
    assert heard(GOOD[:-2] + end) == ([], DecodeCounts(0, 0, LINE_BYTES + len(end)))


def test_a_line_that_pauses_in_its_middle_is_not_told_before_its_end() -> None:
    adapter = HbpAdapter()
    assert adapter.feed(GOOD[:-2], 0.0) == []
    assert adapter.due(3600.0) == b""
    assert len(adapter.feed(b"\r\n", 3600.0)) == 1


def test_after_an_overflow_everything_up_to_the_next_end_is_discarded() -> None:
    raw = b"x" * (LONGEST_LINE + 1) + GOOD
    assert heard(raw + GOOD) == heard(*(raw[at : at + 1] for at in range(len(raw))), GOOD)
    assert heard(raw + GOOD)[1] == DecodeCounts(1, 0, len(raw))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([GOOD, BAD, GOOD[:-2], GOOD[:20], b"\r", b"\n", b"\r\n", b"9" * 90]),
        ),
        max_size=10,
    ),
    st.integers(1, 9),
)
def test_however_lines_are_cut_the_outcome_is_one_and_every_byte_is_counted(
    parts: list[bytes], size: int
) -> None:
    raw = b"".join(parts)
    told, counts = heard(raw)
    assert heard(*(raw[at : at + size] for at in range(0, len(raw), size))) == (told, counts)
    assert counts.frames * (LINE_BYTES + 2) + counts.discarded_bytes == len(raw)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=300))
def test_after_any_noise_the_second_good_line_is_told(noise: bytes) -> None:
    assert heard(noise + GOOD + line(133, 83, 70))[0][-1].systolic_mmhg == 133


def test_the_subjects_id_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = HbpLine.from_bytes(GOOD.replace(b"CHAIR-03", b"JOHN-DOE"))
    broken = GOOD.replace(b"CHAIR-03", b"JOHN-DOE").replace(b"128", b"1Z8")
    with pytest.raises(FrameError) as refused:
        HbpLine.from_bytes(broken)
    with pytest.raises(FrameError) as unwritable:
        HbpLine((1, 1, 1, 1, 10000), subject_id="JOHN-DOE").to_bytes()
    heard(broken, GOOD)
    shown = [repr(secret), repr(secret.determination), caplog.text]
    shown += [str(refused.value), str(unwritable.value)]
    assert not any("JOHN" in text for text in shown)


@pytest.mark.parametrize("subject", ["A" * 21, "A,B", "Ä", "\t"])
def test_an_id_that_does_not_fit_is_refused(subject: str) -> None:
    with pytest.raises(FrameError):
        HbpLine(TAKEN, subject_id=subject).to_bytes()


def test_nothing_is_ever_sent() -> None:
    adapter = HbpAdapter()
    assert adapter.begin(0.0) + b"".join(adapter.due(float(s)) for s in range(4000)) == b""
