"""Lines of text: where one ends, what noise costs, and when an unknown shape is believed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import nonin_ascii
from monitors.devices.adapter import Adapter
from monitors.devices.catalogue import kind_of
from monitors.devices.text_lines import LONGEST_LINE
from monitors.readings import OximetryReading, Reading
from tests.devices.deliveries import random_chunks

LINES = {
    "masimo-ascii1": (
        "04/02/24 10:15:30 SN=0000012345 SPO2={spo2:03}% BPM={rate:03} PI=03.10% SPCO=--.-% "
        "SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 EXC=000800"
    ),
    "nellcor-ascii": "12-Jun-24 10:20:30   {spo2:>3}     {rate:>3}      41" + " " * 21,
    "nonin-ascii": "SPO2={spo2:03} HR={rate:03}",
}
every_printer = pytest.mark.parametrize("device", LINES)


def line(device: str, rate: int, spo2: int = 97) -> bytes:
    return LINES[device].format(spo2=spo2, rate=rate).encode() + b"\r\n"


def listened(device: str, *chunks: bytes) -> tuple[list[Reading], Adapter]:
    adapter = kind_of(device).make()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    return [*told, *adapter.finish()], adapter


def rates(readings: list[Reading]) -> list[int | None]:
    return [one.pulse_rate_per_min for one in readings if isinstance(one, OximetryReading)]


@every_printer
def test_a_line_cut_in_two_gives_one_reading(device: str) -> None:
    raw = line(device, 72)
    for cut in range(len(raw)):
        told, adapter = listened(device, raw[:cut], raw[cut:])
        assert told == [OximetryReading(97, 72, told[0].perfusion_index_pct)]
        assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (1, 0)


@every_printer
def test_nothing_of_an_unfinished_line_is_believed(device: str) -> None:
    raw = line(device, 72)
    for cut in range(len(raw) - len(b"\r\n")):
        told, adapter = listened(device, raw[:cut])
        assert told == []
        assert adapter.counts.discarded_bytes == cut


@every_printer
def test_a_whole_last_line_counts_though_the_input_ends_without_its_end(device: str) -> None:
    for end in (b"", b"\r", b"\n"):
        last = line(device, 72).removesuffix(b"\r\n") + end
        told, adapter = listened(device, line(device, 71), b"\x0c", last)
        assert rates(told) == [71, 72]
        assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (2, 1)


def test_a_last_line_of_a_learned_width_counts_without_its_end() -> None:
    odd = b"SPO2=97 HR=72\r\n"
    told, adapter = listened("nonin-ascii", odd, odd, odd.removesuffix(b"\r\n"))
    assert (rates(told), adapter.counts.discarded_bytes) == ([72] * 3, 0)


def test_a_nellcor_line_cut_before_its_status_is_not_believed() -> None:
    whole = b"12-Jun-24 10:20:30    97      72      41    PS               \r\n"
    for cut in range(len(whole) - len(b"\r\n")):
        assert listened("nellcor-ascii", whole[:cut])[0] == []


@every_printer
@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b"\n\n"])
def test_lines_may_end_in_any_of_the_usual_ways(device: str, end: bytes) -> None:
    rows = [line(device, rate).removesuffix(b"\r\n") + end for rate in range(70, 90)]
    told, adapter = listened(device, *rows)
    assert rates(told) == list(range(70, 90))
    assert (adapter.counts.frames, adapter.counts.discarded_bytes) == (20, 0)


@every_printer
def test_a_line_in_small_letters_says_the_same(device: str) -> None:
    raw = line(device, 172)
    told, adapter = listened(device, raw, raw.lower())
    assert told[0] == told[1]
    assert adapter.counts.discarded_bytes == 0


@every_printer
def test_no_single_lost_byte_gives_a_wrong_number(device: str) -> None:
    raw = line(device, 172, 98)
    for place in range(len(raw)):
        told, _ = listened(device, raw, raw[:place] + raw[place + 1 :], raw, raw)
        numbers = {
            (one.spo2_pct, one.pulse_rate_per_min)
            for one in told
            if isinstance(one, OximetryReading)
        }
        assert numbers == {(98, 172)}
        assert len(rates(told)) >= 2


@every_printer
def test_noise_in_front_of_a_line_does_not_hide_it(device: str) -> None:
    for noise in (b"\x00" * 40, b"\xff\x00SPO2=04/12-", b" " * 399, b"12:1 3", b"x\ry\r"):
        told, adapter = listened(device, noise + line(device, 72))
        assert rates(told) == [72]
        assert adapter.counts.discarded_bytes == len(noise)


@every_printer
def test_a_lost_line_feed_or_carriage_return_costs_nothing(device: str) -> None:
    raw = line(device, 71)
    for short in (raw.replace(b"\r", b""), raw.replace(b"\n", b"")):
        told, adapter = listened(device, short, line(device, 72))
        assert rates(told) == [71, 72]
        assert adapter.counts.discarded_bytes == 0


@every_printer
def test_an_endless_line_takes_no_memory_and_ends(device: str) -> None:
    adapter = kind_of(device).make()
    for _ in range(50):
        adapter.feed(b"7" * 997, 0.0)
    assert adapter.counts.discarded_bytes == 50 * 997 - LONGEST_LINE
    assert rates(list(adapter.feed(b"\r\n" + line(device, 72), 0.0))) == [72]
    assert adapter.counts.discarded_bytes == 50 * 997 + 2


@every_printer
def test_empty_lines_between_are_discarded(device: str) -> None:
    told, adapter = listened(device, line(device, 71), b"\n\r\n", line(device, 72))
    assert rates(told) == [71, 72]
    assert adapter.counts.discarded_bytes == 3


def test_a_line_of_another_width_is_believed_when_the_next_has_it_too() -> None:
    usual, odd = line("nonin-ascii", 72), b"SPO2=97 HR=72\r\n"
    told, adapter = listened("nonin-ascii", usual, odd, usual)
    assert (rates(told), adapter.counts.discarded_bytes) == ([72, 72], len(odd))
    told, adapter = listened("nonin-ascii", usual, odd, odd, odd)
    assert (rates(told), adapter.counts.frames) == ([72, 72, 72, 72], 4)


def test_two_different_odd_lines_are_not_believed() -> None:
    odd = [b"SPO2=97 HR=72\r\n", b"SPO2=97 HR=7\r\n"] * 5
    told, adapter = listened("nonin-ascii", *odd)
    assert adapter.counts.frames <= 1
    assert len(told) <= 1


def test_a_capture_of_one_odd_line_is_believed_at_its_end() -> None:
    told, adapter = listened("nonin-ascii", b"SPO2=97 HR=72\r\n")
    assert (rates(told), adapter.counts.frames, adapter.counts.discarded_bytes) == ([72], 1, 0)


def test_a_learned_width_is_forgotten_with_the_port() -> None:
    adapter = nonin_ascii.adapter()
    odd = b"SPO2=97 HR=72\r\n"
    assert len(adapter.feed(odd + odd, 0.0)) == 2
    assert adapter.begin(1.0) == b""
    assert list(adapter.feed(odd, 1.0)) == []
    adapter.begin(2.0)
    assert adapter.counts.discarded_bytes == len(odd)


chosen = st.integers(1, 254).map(lambda rate: ("line", rate))
pieces = st.lists(
    st.one_of(
        st.binary(max_size=20),
        chosen,
        st.tuples(st.just("part"), st.integers(0, 130), st.integers(0, 130)),
        st.sampled_from([b"\n", b"\r", b"\r\n", b"SPO2=9 HR=7\r\n", b"SPO2=97% BPM=072 "]),
    ),
    max_size=12,
)


def assembled(device: str, parts: list[object]) -> bytes:
    raw = b""
    for part in parts:
        match part:
            case bytes():
                raw += part
            case ("line", int(rate)):
                raw += line(device, rate)
            case ("part", int(start), int(end)):
                raw += line(device, 200)[start:end]
    return raw


@every_printer
@settings(deadline=None, max_examples=120)
@given(parts=pieces, seed=st.integers(0, 99))
def test_however_the_bytes_are_cut_the_outcome_is_one(
    device: str, parts: list[object], seed: int
) -> None:
    raw = assembled(device, parts)
    whole, adapter = listened(device, raw)
    cut, other = listened(device, *random_chunks(raw, seed))
    single, third = listened(device, *(bytes([byte]) for byte in raw))
    assert whole == cut == single
    assert adapter.counts == other.counts == third.counts
    assert adapter.counts.discarded_bytes <= len(raw)


@every_printer
@settings(deadline=None, max_examples=100)
@given(noise=st.binary(max_size=600))
def test_after_any_noise_the_next_good_lines_are_decoded(device: str, noise: bytes) -> None:
    told, adapter = listened(device, noise, *(line(device, rate) for rate in (201, 202, 203)))
    assert rates(told)[-3:] == [201, 202, 203]
    assert adapter.counts.discarded_bytes <= len(noise)


@settings(deadline=None, max_examples=100)
@given(spo2=st.integers(0, 999), rate=st.integers(0, 999))
def test_every_printed_number_is_told_or_missing_and_never_another(spo2: int, rate: int) -> None:
    for device in LINES:
        told, _ = listened(device, line(device, rate, spo2))
        assert len(told) == 1
        reading = told[0]
        assert isinstance(reading, OximetryReading)
        is_possible = 1 <= spo2 <= 100 and 1 <= rate <= 510
        expected = (spo2, rate) if is_possible else (None, None)
        assert (reading.spo2_pct, reading.pulse_rate_per_min) == expected


def test_learned_widths_stay_learned_and_are_bounded() -> None:
    adapter = nonin_ascii.adapter()
    odd = [f"SPO2={'-' * dashes} HR=72\r\n".encode() for dashes in range(5, 30)]
    adapter.feed(b"".join(one + one for one in odd), 0.0)
    frames = adapter.counts.frames
    assert frames == 2 * len(odd)
    assert len(adapter.feed(odd[0] + odd[1] + odd[0], 0.0)) == 3
    assert list(adapter.feed(odd[-1], 0.0)) == []
