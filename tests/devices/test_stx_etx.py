"""The STX/ETX family: lines as bytes, what a line means, and what is sent when."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.adapter import DecodeCounts
from monitors.devices.catalogue import kind_of
from monitors.devices.politeness import refusal
from monitors.devices.stx_etx import StxEtxAdapter
from monitors.devices.stx_etx_frames import (
    ABORT,
    LONGEST_LINE,
    SEND_STATUS,
    START,
    Abort,
    Command,
    CuffPressure,
    Line,
    LineFinder,
    Status,
)
from monitors.errors import FrameError
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    Reading,
)

GOOD = b"\x02S3;A0;C00;M00;P128079095;R071;T0000;;46\x03\r"
PRINTED = b"\x02S1;A0;C00;M00;P135345234;R087;T6890;;D9\x03\r"
ASK, BEGIN = SEND_STATUS.to_bytes(), START.to_bytes()
RUNNING, END = CuffPressure(150).to_bytes(), CuffPressure(999).to_bytes()
CYCLE = RUNNING + END
FAILURE = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)


def status(systolic: int = 128, diastolic: int = 79, mean: int = 95, rate: int = 71) -> bytes:
    return Status(systolic, diastolic, mean, rate).to_bytes()


def told_by(adapter: StxEtxAdapter, raw: bytes, now_s: float = 0.0) -> list[Reading]:
    told = adapter.feed(raw, now_s)
    return [reading for reading in told if isinstance(reading, NibpDetermination)]


# -- bytes


@pytest.mark.parametrize(
    ("number", "raw"),
    [
        (1, "02 30 31 3B 3B 44 37 03"),
        (3, "02 30 33 3B 3B 44 39 03"),
        (14, "02 31 34 3B 3B 44 42 03"),
        (17, "02 31 37 3B 3B 44 45 03"),
        (18, "02 31 38 3B 3B 44 46 03"),
        (19, "02 31 39 3B 3B 45 30 03"),
        (20, "02 32 30 3B 3B 44 38 03"),
        (21, "02 32 31 3B 3B 44 39 03"),
        (22, "02 32 32 3B 3B 44 41 03"),
        (23, "02 32 33 3B 3B 44 42 03"),
        (24, "02 32 34 3B 3B 44 43 03"),
        (25, "02 32 35 3B 3B 44 44 03"),
    ],
)
def test_commands_are_the_bytes_that_working_code_sends(number: int, raw: str) -> None:
    assert Command(number).to_bytes() == bytes.fromhex(raw)
    assert Command.from_bytes(bytes.fromhex(raw)) == Command(number)


def test_the_documented_status_and_the_frame_are_one() -> None:
    assert status() == GOOD
    assert Status.from_bytes(GOOD) == Status(128, 79, 95, 71)


def test_the_mean_stands_behind_the_diastolic() -> None:
    read = Status.from_bytes(GOOD)
    assert (read.systolic_mmhg, read.diastolic_mmhg, read.mean_mmhg) == (128, 79, 95)


def test_the_printed_example_is_read_with_its_wrong_checksum_and_is_no_reading() -> None:
    assert not Status.from_bytes(PRINTED).is_checked
    adapter = StxEtxAdapter()
    assert told_by(adapter, PRINTED) == []
    assert adapter.counts == DecodeCounts(frames=1, bad_checksums=1, discarded_bytes=0)


def test_every_three_digit_number_survives_the_wire_in_every_field() -> None:
    for value in range(1000):
        told = Status(value, 999 - value, value, 999 - value, value % 100, time=value * 10)
        assert Status.from_bytes(told.to_bytes()) == told
        pressure = CuffPressure(value, value % 10, value // 100)
        assert CuffPressure.from_bytes(pressure.to_bytes()) == pressure
        assert pressure.is_end == (value == 999)


@pytest.mark.parametrize("is_checked", [True, False])
def test_whether_a_checksum_fits_survives_the_wire(is_checked: bool) -> None:
    told = Status(128, 79, 95, 71, is_checked=is_checked)
    assert Status.from_bytes(told.to_bytes()) == told


@pytest.mark.parametrize(
    "bad", [Status(1000), Status(-1), Status(message=100), CuffPressure(1000), Command(100)]
)
def test_what_does_not_fit_its_digits_is_refused(bad: Line) -> None:
    with pytest.raises(FrameError):
        bad.to_bytes()


def test_a_line_of_another_kind_is_refused() -> None:
    for raw in (b"", b"\x02", GOOD[1:], b"\x0218;;DE\x03", END):
        with pytest.raises(FrameError):
            Command.from_bytes(raw)
        with pytest.raises(FrameError):
            Status.from_bytes(raw)
    with pytest.raises(FrameError):
        CuffPressure.from_bytes(GOOD)


def found(*chunks: bytes) -> tuple[list[Line], DecodeCounts]:
    counts = DecodeCounts()
    finder = LineFinder(counts)
    lines = [line for chunk in chunks for line in finder.feed(chunk)]
    finder.forget()
    return lines, counts


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([GOOD, END, ASK, ASK + b"\r", b"\x02", b"\x03", b"\r", b"S" * 70]),
            st.sampled_from([b"\n", b"X", b"X\r", GOOD + b"\n"]),
        ),
        max_size=12,
    ),
    st.integers(1, 9),
)
def test_however_lines_are_cut_the_outcome_is_one_and_every_byte_is_counted(
    parts: list[bytes], size: int
) -> None:
    raw = b"".join(parts)
    lines, counts = found(raw)
    assert found(*(raw[at : at + size] for at in range(0, len(raw), size))) == (lines, counts)
    least = sum(len(line.to_bytes().removesuffix(b"\r")) for line in lines)
    assert least <= len(raw) - counts.discarded_bytes <= least + 2 * len(lines)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200))
def test_after_any_noise_the_next_good_lines_are_told(noise: bytes) -> None:
    adapter = StxEtxAdapter()
    adapter.feed(noise, 0.0)
    told = told_by(adapter, CYCLE + status(133, 83, 100))
    assert told[-1] == NibpDetermination(NibpOutcome.COMPLETED, 133, 83, 100, 71)


@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n"])
def test_a_saved_text_may_have_any_line_end(end: bytes) -> None:
    raw = (RUNNING + END + GOOD).replace(b"\r", end)
    lines, counts = found(raw)
    assert (len(lines), counts) == (3, DecodeCounts(3, 0, 0))


def test_an_abort_is_one_only_between_lines() -> None:
    lines, counts = found(b"X\r" + RUNNING + b"X\r" + b"zX\r" + END + b"X")
    assert [type(line) for line in lines] == [Abort, CuffPressure, Abort, CuffPressure]
    assert counts == DecodeCounts(4, 0, 4)


def test_a_line_without_an_end_is_held_to_its_longest() -> None:
    counts = DecodeCounts()
    finder = LineFinder(counts)
    for _ in range(1000):
        finder.feed(b"\x02" + b"S" * LONGEST_LINE)
    assert counts.discarded_bytes >= 999 * (LONGEST_LINE + 1)


# -- what a line means


@pytest.mark.parametrize("rate", [1, 30, 127, 128, 140, 199, 254, 255, 300])
def test_a_pulse_rate_is_all_three_digits(rate: int) -> None:
    (told,) = told_by(StxEtxAdapter(), CYCLE + status(rate=rate))
    assert told.pulse_rate_per_min == rate


@pytest.mark.parametrize(
    ("systolic", "diastolic"), [(0, 0), (128, 0), (0, 79), (79, 79), (79, 128), (999, 80)]
)
def test_numbers_that_no_cuff_measures_are_a_failure(systolic: int, diastolic: int) -> None:
    assert told_by(StxEtxAdapter(), CYCLE + status(systolic, diastolic)) == [FAILURE]


@pytest.mark.parametrize("message", range(1, 100))
def test_no_message_lets_plausible_numbers_through(message: int) -> None:
    raw = Status(128, 79, 95, 71, message).to_bytes()
    assert told_by(StxEtxAdapter(), CYCLE + raw + raw) == [FAILURE]


def test_a_pressure_of_199_followed_by_nines_is_not_the_end() -> None:
    adapter = StxEtxAdapter()
    stream = CuffPressure(199).to_bytes() + CuffPressure(99).to_bytes() + b"\x0299"
    told = adapter.feed(stream, 0.0)
    assert [reading.state for reading in told] == [CuffState.MEASURING] * 2


def test_a_result_is_asked_for_a_second_after_the_end_and_told_once() -> None:
    adapter = StxEtxAdapter()
    adapter.feed(status(), 0.0)
    told = adapter.feed(CYCLE, 20.0)
    assert told == [CuffActivity(CuffState.MEASURING, 150), CuffActivity(CuffState.IDLE)]
    assert adapter.due(20.5) == b""
    assert adapter.due(21.0) == ASK
    assert len(told_by(adapter, status(), 21.2)) == 1
    assert told_by(adapter, status(), 23.2) == []


def test_the_first_result_seen_may_be_old_and_its_time_field_makes_it_no_newer() -> None:
    adapter = StxEtxAdapter()
    (told,) = told_by(adapter, status())
    assert told.is_age_unknown
    assert told_by(adapter, Status(128, 79, 95, 71, time=9).to_bytes(), 2.0) == []
    (other,) = told_by(adapter, status(131), 4.0)
    assert not other.is_age_unknown


def test_numbers_while_the_cuff_runs_are_not_told() -> None:
    adapter = StxEtxAdapter()
    adapter.feed(RUNNING, 10.0)
    assert adapter.feed(status(), 10.5) == []


def test_manometer_mode_is_no_measurement_and_its_end_brings_no_result() -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    told = adapter.feed(CuffPressure(80, activity=4).to_bytes(), 1.0)
    assert told == [CuffActivity(CuffState.UNKNOWN, 80)]
    adapter.feed(CuffPressure(999, activity=4).to_bytes(), 2.0)
    assert told_by(adapter, status(), 4.0) == []


def test_an_end_that_was_lost_is_made_good_by_the_stream_falling_still() -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    adapter.feed(RUNNING, 10.0)
    assert adapter.due(12.9) == b""
    assert adapter.due(13.0) == ASK
    (told,) = told_by(adapter, status(131), 13.2)
    assert told.outcome is NibpOutcome.COMPLETED


def test_old_numbers_behind_an_end_that_was_not_heard_are_a_failure() -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    adapter.feed(RUNNING, 10.0)
    assert told_by(adapter, status(), 13.2) == [FAILURE]


def test_a_capture_that_lost_its_end_tells_a_result_after_which_no_pressure_came() -> None:
    adapter = StxEtxAdapter()
    assert told_by(adapter, RUNNING + status(131)) == []
    (told,) = told_by(adapter, status(131))
    assert told.outcome is NibpOutcome.COMPLETED
    assert told_by(adapter, RUNNING + status(135)) == []
    (last,) = [r for r in adapter.finish() if isinstance(r, NibpDetermination)]
    assert last.systolic_mmhg == 135


def test_a_status_amid_the_stream_of_a_capture_is_no_result() -> None:
    adapter = StxEtxAdapter()
    assert told_by(adapter, RUNNING + status(131) + RUNNING + status(131) + RUNNING) == []
    assert len(told_by(adapter, END + status(133))) == 1
    assert told_by(adapter, RUNNING + status(133)) == []
    assert [r for r in adapter.finish() if isinstance(r, NibpDetermination)] == []


@pytest.mark.parametrize("end", [END, b""])
def test_an_abort_in_a_capture_of_both_sides_says_why_a_cycle_ended(end: bytes) -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    (told,) = told_by(adapter, BEGIN + RUNNING + ABORT + end + status())
    assert told.reason is NibpFailure.CANCELLED
    assert told_by(adapter, ABORT + status()) == []


def test_our_own_abort_that_comes_back_is_no_line() -> None:
    adapter = StxEtxAdapter()
    adapter.start_cuff(10.0)
    adapter.feed(RUNNING, 11.0)
    adapter.cancel_cuff(15.0)
    before = adapter.counts.frames
    adapter.feed(ABORT, 15.1)
    assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (before, 2)


def test_a_cancelled_cycle_never_tells_the_result_before_it_as_its_own() -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    adapter.start_cuff(10.0)
    adapter.feed(RUNNING, 11.0)
    assert adapter.cancel_cuff(15.0) == ABORT
    adapter.feed(END, 15.5)
    (told,) = told_by(adapter, status(), 17.0)
    assert told.reason is NibpFailure.CANCELLED


def test_a_cancel_that_came_too_late_leaves_the_result() -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    adapter.start_cuff(10.0)
    adapter.feed(RUNNING, 11.0)
    adapter.cancel_cuff(30.0)
    adapter.feed(END, 30.1)
    (told,) = told_by(adapter, status(131), 31.5)
    assert told.outcome is NibpOutcome.COMPLETED


def test_a_start_that_no_stream_follows_has_failed_after_a_while() -> None:
    adapter = StxEtxAdapter()
    told_by(adapter, status())
    adapter.start_cuff(10.0)
    assert told_by(adapter, status(), 20.0) == []
    assert told_by(adapter, status(), 25.0) == [FAILURE]
    assert told_by(adapter, status(), 27.0) == []


def test_after_a_reopening_what_the_cuff_does_is_told_anew() -> None:
    adapter = StxEtxAdapter()
    adapter.feed(RUNNING, 10.0)
    adapter.begin(12.0)
    assert adapter.feed(RUNNING, 13.0) == [CuffActivity(CuffState.MEASURING, 150)]
    adapter.begin(14.0)
    told = adapter.feed(status(131), 17.5)
    assert told[0] == CuffActivity(CuffState.IDLE)
    assert told[1].is_age_unknown


# -- what is sent


def test_the_status_is_asked_every_two_seconds_one_question_at_a_time() -> None:
    adapter, asked = StxEtxAdapter(), []
    for step in range(200):
        if question := adapter.due(step / 20):
            asked.append((step / 20, question))
            adapter.feed(status(), step / 20)
    assert asked == [(float(second), ASK) for second in range(0, 10, 2)]
    adapter.due(20.0)
    assert [adapter.due(20.0 + step / 20) for step in range(20)] == [b""] * 20


def test_nothing_is_sent_while_the_cuff_streams() -> None:
    adapter = StxEtxAdapter()
    adapter.due(0.0)
    sent = b""
    for step in range(200):
        adapter.feed(RUNNING, 1.0 + step / 5)
        sent += adapter.due(1.0 + step / 5)
    assert sent == b""


def test_after_opening_it_listens_before_it_asks() -> None:
    adapter = StxEtxAdapter()
    adapter.begin(100.0)
    sent = [second for second in range(100, 106) if adapter.due(float(second))]
    assert sent[0] == 103


def test_a_start_waits_for_the_answer_that_is_out_and_is_sent_once() -> None:
    adapter = StxEtxAdapter()
    adapter.due(0.0)
    assert adapter.start_cuff(0.1) == b""
    adapter.feed(status(), 0.2)
    sent = [adapter.due(0.2 + step / 20) for step in range(400)]
    assert sent[0] == BEGIN
    assert set(sent[1:]) == {b"", ASK}


@pytest.mark.parametrize("end", ["begin", "cancel_cuff"])
def test_a_start_that_waits_is_not_sent_after_the_port_was_lost_or_it_was_cancelled(
    end: str,
) -> None:
    adapter = StxEtxAdapter()
    adapter.due(0.0)
    adapter.start_cuff(0.1)
    sent = getattr(adapter, end)(0.2)
    sent += b"".join(adapter.due(0.2 + step / 20) for step in range(200))
    assert BEGIN not in sent


def test_our_own_words_coming_back_are_not_the_module() -> None:
    adapter = StxEtxAdapter()
    echo = adapter.due(0.0)
    adapter.feed(echo, 0.1)
    assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (0, len(echo))


def test_what_asks_who_is_there_is_polite_and_is_answered_with_a_reading() -> None:
    row = kind_of("stx-etx")
    assert row.line.baud == 4800
    for question in row.identify:
        assert refusal(question, row.line, is_single_byte_cuff_ruled_out=False) is None
    assert kind_of("stx-etx").make().feed(Status().to_bytes(), 0.0)
