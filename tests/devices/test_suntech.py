"""SunTech modules: packets as bytes, what an answer means, and what is asked when."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import suntech_frames as frames
from monitors.devices.adapter import DecodeCounts
from monitors.devices.catalogue import kind_of
from monitors.devices.politeness import refusal
from monitors.devices.suntech import SuntechAdapter
from monitors.devices.suntech_cuff import ERRORS
from monitors.devices.suntech_frames import (
    ABORT,
    GET_PRESSURE,
    GET_RESULT,
    START_ADULT,
    Acknowledgement,
    BpResult,
    CuffPressure,
    FrameFinder,
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

GOOD = "3E 18 80 00 4F 00 18 01 00 00 00 00 00 00 00 00 47 00 5F 00 00 00 00 1C"
K, A, RECEIVED, BUSY = (Acknowledgement(letter).to_bytes() for letter in "KAOB")
EMPTY, PRESSED = CuffPressure(0).to_bytes(), CuffPressure(150).to_bytes()


def result(systolic: int = 128, diastolic: int = 79, mean: int = 95, rate: int = 71) -> bytes:
    return BpResult(systolic, diastolic, mean, rate).to_bytes()


def told_by(adapter: SuntechAdapter, raw: bytes, now_s: float = 0.0) -> list[Reading]:
    told = adapter.feed(raw, now_s)
    return [reading for reading in told if isinstance(reading, NibpDetermination)]


# -- bytes


@pytest.mark.parametrize(
    "sent", [(0x04, 1), (0x81, 1, 2, 3, 4), (0x86, 1, 2, 3), (0x17, 0xA0, 0), (0x8A,)]
)
def test_the_known_commands_of_a_capture_are_packets(sent: tuple[int, ...]) -> None:
    adapter = SuntechAdapter()
    assert len(told_by(adapter, frames.command(*sent) + K + result())) == 1
    assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (3, 0)


def test_a_pulse_rate_that_drivers_read_differently_is_not_told() -> None:
    raw = BpResult(128, 79, 95, 44, spares=b"\1\0\0").to_bytes()
    assert told_by(SuntechAdapter(), K + raw) == [
        NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95)
    ]


@pytest.mark.parametrize(
    ("packet", "raw"),
    [
        (START_ADULT, "3A 20 A6"),
        (frames.STARTS[1], "3A 28 9E"),
        (frames.STARTS[2], "3A 87 3F"),
        (ABORT, "3A 79 01 00 4C"),
        (GET_RESULT, "3A 79 03 00 4A"),
        (GET_PRESSURE, "3A 79 05 00 48"),
        (frames.command(0x17, 0xA0, 0x00), "3A 17 A0 00 0F"),
        (frames.command(0x8A), "3A 8A 3C"),
        (frames.command(0x0C, 0x00, 0x01, 0x01), "3A 0C 00 01 01 B8"),
        (CuffPressure(164).to_bytes(), "3E 05 A4 00 19"),
        (CuffPressure(258).to_bytes(), "3E 05 02 01 BA"),
        (K, "3E 04 4B 73"),
        (BpResult(128, 79, 95, 71, beats=24, status=1).to_bytes(), GOOD),
        (BpResult(error=87).to_bytes(), "3E 18" + " 00" * 18 + " 57 00 00 53"),
    ],
)
def test_packets_are_the_bytes_that_drivers_and_their_tests_have(packet: bytes, raw: str) -> None:
    assert packet == bytes.fromhex(raw)


def test_the_mean_stands_behind_the_diastolic_and_apart_from_it() -> None:
    read = BpResult.from_bytes(bytes.fromhex(GOOD))
    assert (read.systolic_mmhg, read.diastolic_mmhg, read.mean_mmhg) == (128, 79, 95)


word, octet = st.integers(0, 65535), st.integers(0, 255)


@settings(deadline=None)
@given(
    st.tuples(word, word, word, octet, octet, octet, octet),
    st.binary(min_size=8, max_size=8),
    st.binary(min_size=3, max_size=3),
)
def test_results_survive_the_wire(numbers: tuple[int, ...], codes: bytes, spares: bytes) -> None:
    told = BpResult(*numbers, codes, spares)
    assert BpResult.from_bytes(told.to_bytes()) == told


def test_every_value_of_every_byte_sized_field_survives_the_wire() -> None:
    for value in range(256):
        told = BpResult(value, value * 257, value * 256, value, value, value, value)
        pressure, letter = CuffPressure(value * 257), Acknowledgement(chr(value))
        assert BpResult.from_bytes(told.to_bytes()) == told
        assert CuffPressure.from_bytes(pressure.to_bytes()) == pressure
        assert Acknowledgement.from_bytes(letter.to_bytes()) == letter


@pytest.mark.parametrize(
    "bad",
    [
        BpResult(65536),
        BpResult(-1),
        BpResult(pulse_rate_per_min=256),
        BpResult(test_codes=b""),
        CuffPressure(70000),
        Acknowledgement("OK"),
        Acknowledgement("€"),
    ],
)
def test_what_does_not_fit_is_refused(bad: BpResult | CuffPressure | Acknowledgement) -> None:
    with pytest.raises(FrameError):
        bad.to_bytes()


def test_a_packet_with_a_bad_checksum_or_of_another_kind_is_refused() -> None:
    broken = bytearray.fromhex(GOOD)
    broken[16] ^= 1
    for raw in (bytes(broken), K, b"", bytes.fromhex(GOOD)[:-1]):
        with pytest.raises(FrameError):
            BpResult.from_bytes(raw)


def found(*chunks: bytes) -> tuple[list[bytes], DecodeCounts]:
    counts = DecodeCounts()
    finder = FrameFinder(counts)
    packets = [packet for chunk in chunks for packet in finder.feed(chunk)]
    return packets + finder.finish(), counts


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([K, EMPTY, bytes.fromhex(GOOD), GET_PRESSURE, b"\x3e\x43", b"\x3a"]),
        ),
        max_size=12,
    ),
    st.integers(1, 9),
)
def test_however_packets_are_cut_the_outcome_is_one_and_every_byte_is_counted(
    parts: list[bytes], size: int
) -> None:
    raw = b"".join(parts)
    packets, counts = found(raw)
    assert found(*(raw[at : at + size] for at in range(0, len(raw), size))) == (packets, counts)
    assert sum(map(len, packets)) + counts.discarded_bytes == len(raw)
    assert counts.frames == len(packets)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200))
def test_after_any_noise_the_next_good_packets_are_told(noise: bytes) -> None:
    adapter = SuntechAdapter()
    adapter.feed(noise, 0.0)
    told = told_by(adapter, EMPTY * 14 + K + result(133, 83, 100))
    assert told[-1] == NibpDetermination(NibpOutcome.COMPLETED, 133, 83, 100, 71)


# -- what an answer means


@pytest.mark.parametrize("rate", [1, 30, 127, 128, 140, 199, 254, 255])
def test_a_pulse_rate_is_the_whole_byte(rate: int) -> None:
    (told,) = told_by(SuntechAdapter(), K + result(rate=rate))
    assert told.pulse_rate_per_min == rate


@pytest.mark.parametrize(
    ("systolic", "diastolic"), [(0, 0), (128, 0), (0, 79), (79, 79), (79, 128), (301, 80)]
)
def test_numbers_that_no_cuff_measures_are_a_failure(systolic: int, diastolic: int) -> None:
    (told,) = told_by(SuntechAdapter(), K + result(systolic, diastolic))
    assert told == NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)


@pytest.mark.parametrize(
    ("digits", "reason"),
    [
        ("85", NibpFailure.BLOCKED),
        ("87", NibpFailure.LEAK),
        ("88", NibpFailure.TIMEOUT),
        ("89", NibpFailure.OVERPRESSURE),
        ("90", NibpFailure.DEVICE_FAULT),
        ("97", NibpFailure.DEVICE_FAULT),
        ("99", NibpFailure.DEVICE_FAULT),
    ],
)
def test_an_error_may_be_decimal_or_hexadecimal_digits(digits: str, reason: NibpFailure) -> None:
    assert ERRORS[int(digits)] is ERRORS[int(digits, 16)] is reason


@pytest.mark.parametrize("error", range(1, 256))
def test_no_error_lets_plausible_numbers_through(error: int) -> None:
    raw = BpResult(128, 79, 95, 71, error=error).to_bytes()
    (told,) = told_by(SuntechAdapter(), K + raw)
    assert (told.outcome, told.systolic_mmhg) == (NibpOutcome.FAILED, None)
    assert told.reason is ERRORS.get(error, NibpFailure.UNKNOWN)


def test_the_same_numbers_after_another_k_are_a_new_determination() -> None:
    adapter = SuntechAdapter()
    assert len(told_by(adapter, K + result() + result())) == 1
    assert len(told_by(adapter, K + result())) == 1


def test_a_result_nobody_announced_may_be_old_and_says_so() -> None:
    (told,) = told_by(SuntechAdapter(), result())
    assert told.is_age_unknown
    assert told_by(SuntechAdapter(), BpResult().to_bytes()) == []


def test_a_k_between_a_question_and_its_answer_disturbs_neither() -> None:
    adapter = SuntechAdapter()
    assert adapter.start_cuff(0.0) == START_ADULT
    adapter.feed(RECEIVED, 0.05)
    assert adapter.due(0.2) == GET_PRESSURE
    assert adapter.feed(K, 0.21) == [CuffActivity(CuffState.IDLE)]
    assert adapter.due(0.22) == b""
    adapter.feed(EMPTY, 0.23)
    assert adapter.due(0.24) == GET_RESULT
    assert len(told_by(adapter, result(), 0.26)) == 1


def test_a_k_that_was_lost_is_made_good_by_the_empty_cuff() -> None:
    adapter = SuntechAdapter()
    adapter.start_cuff(0.0)
    adapter.feed(RECEIVED + PRESSED, 1.0)
    for second in range(20, 25):
        assert adapter.feed(EMPTY, float(second))[-1] == CuffActivity(CuffState.MEASURING, 0)
    assert adapter.feed(EMPTY, 25.1)[-1] == CuffActivity(CuffState.IDLE, 0)
    assert adapter.due(30.0) == GET_RESULT
    (told,) = told_by(adapter, result(), 30.1)
    assert told.outcome is NibpOutcome.COMPLETED


def test_a_result_that_never_comes_is_a_failure_after_some_questions() -> None:
    adapter = SuntechAdapter()
    adapter.feed(K, 0.0)
    asked, told = [], []
    for step in range(1, 140):
        question = adapter.due(step / 20)
        asked.append(question)
        told += told_by(adapter, EMPTY if question == GET_PRESSURE else b"", step / 20)
    assert asked.count(GET_RESULT) >= 3
    assert told == [NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)]


def test_the_air_still_in_the_cuff_after_a_k_is_no_new_cycle() -> None:
    adapter = SuntechAdapter()
    adapter.feed(PRESSED + K + result(), 0.0)
    assert adapter.feed(PRESSED, 1.0) == []
    assert adapter.feed(EMPTY + PRESSED, 2.0) == [CuffActivity(CuffState.MEASURING, 150)]


def test_a_cancel_that_came_too_late_leaves_the_result() -> None:
    adapter = SuntechAdapter()
    adapter.feed(K + result(120), 0.0)
    adapter.start_cuff(60.0)
    adapter.feed(RECEIVED, 60.1)
    adapter.cancel_cuff(90.0)
    adapter.feed(K + A + K, 90.1)
    (told,) = told_by(adapter, result(131), 90.3)
    assert (told.outcome, told.systolic_mmhg) == (NibpOutcome.COMPLETED, 131)


def test_a_cancelled_cycle_never_tells_the_result_before_it_as_its_own() -> None:
    adapter = SuntechAdapter()
    adapter.feed(K + result(120), 0.0)
    adapter.start_cuff(60.0)
    adapter.feed(RECEIVED, 60.1)
    adapter.cancel_cuff(70.0)
    adapter.feed(K, 70.5)
    (told,) = told_by(adapter, result(120), 70.7)
    assert told.reason is NibpFailure.CANCELLED


@pytest.mark.parametrize(
    ("letter", "reason"),
    [
        ("E", NibpFailure.DEVICE_FAULT),
        ("T", NibpFailure.TIMEOUT),
        ("N", NibpFailure.UNKNOWN),
        ("D", NibpFailure.UNKNOWN),
        ("S", NibpFailure.UNKNOWN),
    ],
)
def test_a_start_that_is_refused_has_failed(letter: str, reason: NibpFailure) -> None:
    adapter = SuntechAdapter()
    adapter.start_cuff(0.0)
    (told,) = told_by(adapter, Acknowledgement(letter).to_bytes(), 0.1)
    assert told.reason is reason


def test_a_start_while_busy_has_failed_and_the_cycle_that_runs_is_followed() -> None:
    adapter = SuntechAdapter()
    adapter.start_cuff(0.0)
    told = adapter.feed(BUSY, 0.1)
    assert told[0] == NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)
    assert told[1] == CuffActivity(CuffState.MEASURING)
    assert len(told_by(adapter, K + result(), 30.0)) == 1


def test_a_start_that_nothing_follows_has_failed_after_a_while() -> None:
    adapter = SuntechAdapter()
    adapter.start_cuff(0.0)
    assert told_by(adapter, EMPTY, 14.0) == []
    (told,) = told_by(adapter, EMPTY, 15.0)
    assert told.reason is NibpFailure.UNKNOWN
    assert told_by(adapter, EMPTY, 16.0) == []


# -- what is asked


def test_the_pressure_is_asked_once_a_second_at_rest_and_five_times_while_it_runs() -> None:
    adapter, asked = SuntechAdapter(), []
    for step in range(200):
        if question := adapter.due(step / 20):
            asked.append((step / 20, question))
            adapter.feed(EMPTY if step < 100 else PRESSED, step / 20)
    assert {question for _, question in asked} == {GET_PRESSURE}
    assert sum(at < 5 for at, _ in asked) == 5
    assert 20 <= sum(at >= 5 for at, _ in asked) <= 26


def test_no_second_question_while_an_answer_may_come() -> None:
    adapter = SuntechAdapter()
    assert adapter.due(0.0) == GET_PRESSURE
    assert [adapter.due(step / 100) for step in range(1, 25)] == [b""] * 24
    assert adapter.due(1.0) == GET_PRESSURE


def test_a_start_waits_for_the_answer_that_is_out_and_is_sent_once() -> None:
    adapter = SuntechAdapter()
    adapter.due(0.0)
    assert adapter.start_cuff(0.05) == b""
    adapter.feed(EMPTY, 0.1)
    sent = [adapter.due(0.1 + step / 20) for step in range(100)]
    assert sent[0] == START_ADULT
    assert START_ADULT not in sent[1:]


def test_a_start_that_waits_is_not_sent_after_the_port_was_lost_or_cancelled() -> None:
    for end in ("begin", "cancel_cuff"):
        adapter = SuntechAdapter()
        adapter.due(0.0)
        adapter.start_cuff(0.05)
        sent = getattr(adapter, end)(0.1)
        sent += b"".join(adapter.due(0.1 + step / 20) for step in range(100))
        assert START_ADULT not in sent


def test_only_the_adult_start_the_abort_and_two_questions_are_ever_sent() -> None:
    adapter, sent = SuntechAdapter(), set()
    for step in range(2000):
        now_s = step / 20
        if step == 100:
            sent.add(adapter.start_cuff(now_s))
        if step == 900:
            sent.add(adapter.cancel_cuff(now_s))
        sent.add(adapter.due(now_s))
        adapter.feed(PRESSED if 120 < step < 600 else EMPTY, now_s)
    assert sent - {b""} <= {START_ADULT, ABORT, GET_PRESSURE, GET_RESULT}


def test_a_false_start_does_not_hide_the_answers_behind_it() -> None:
    adapter = SuntechAdapter()
    adapter.due(0.0)
    adapter.feed(b"\x3e\x43" + EMPTY, 0.1)
    adapter.due(0.3)
    assert adapter.feed(b"", 0.35) == [CuffActivity(CuffState.IDLE, 0)]


def test_our_own_words_coming_back_are_not_the_module() -> None:
    adapter = SuntechAdapter()
    echo = adapter.due(0.0)
    adapter.feed(echo, 0.1)
    assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (0, len(echo))


def test_what_asks_who_is_there_is_polite_and_is_answered_with_a_reading() -> None:
    row = kind_of("suntech")
    for question in row.identify:
        assert refusal(question, row.line, is_single_byte_cuff_ruled_out=False) is None
    assert kind_of("suntech").make().feed(EMPTY, 0.0)
