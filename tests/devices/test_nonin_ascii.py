"""What the printed lines of Nonin's bench and hand-held oximeters say."""

from __future__ import annotations

import pytest

from monitors.devices import nonin_ascii
from monitors.devices.nonin_ascii import NoninLine
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Validity


def told(*lines: str) -> list[OximetryReading]:
    adapter = nonin_ascii.adapter()
    raw = "".join(f"{line}\r\n" for line in lines).encode()
    return [*adapter.feed(raw, 0.0), *adapter.finish()]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("SPO2=097 HR=072", NoninLine(97, 72)),
        ("SPO2=097 HR=072 F", NoninLine(97, 72, is_fast=True)),
        ("SPO2=097 HR=072*", NoninLine(97, 72, is_event=True)),
        ("SPO2=--- HR=---", NoninLine(None, None)),
        ("10:15:30 SPO2=097 HR=072", NoninLine(97, 72, "10:15:30")),
        ("10:15:30 SPO2=097 HR=072 B", NoninLine(97, 72, "10:15:30", is_breath=True)),
        ("SPO2=097 HR=072 F B*", NoninLine(97, 72, None, True, True, True)),
    ],
)
def test_every_form_is_read_and_written(text: str, line: NoninLine) -> None:
    raw = text.encode() + b"\r\n"
    assert NoninLine.from_bytes(raw) == line
    assert line.to_bytes() == raw


def test_each_number_keeps_its_whole_range_both_ways() -> None:
    for value in (None, *range(1000)):
        for line in (NoninLine(value, 72), NoninLine(97, value)):
            assert NoninLine.from_bytes(line.to_bytes()) == line


@pytest.mark.parametrize("rate", [127, 128, 140, 199, 254, 255, 510])
def test_fast_pulses_are_what_was_printed(rate: int) -> None:
    assert told(f"SPO2=097 HR={rate:03}") == [OximetryReading(97, rate)]


@pytest.mark.parametrize(
    "text",
    [
        "SPO2=--- HR=---",
        "SPO2=097 HR=---",
        "SPO2=--- HR=072",
        "SPO2=000 HR=000",
        "SPO2=097 HR=511",
        "SPO2=127 HR=072",
        "SPO2=101 HR=072",
    ],
)
def test_dashes_zeros_and_impossible_numbers_are_no_reading(text: str) -> None:
    assert told(text) == [OximetryReading(None, None, None, Validity.INVALID)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HR=072",
        "97 HR=072",
        "SPO2=0x7 HR=072",
        "SPO2=097 HR=0722",
        "SPO2=097% HR=072",
        "SPO2=097 HR=072 X",
        "NONIN 8500 01/01/24",
        "SpO2=097 PR=072",
    ],
)
def test_what_is_no_line_is_refused_and_gives_nothing(text: str) -> None:
    with pytest.raises(FrameError, match="Nonin"):
        NoninLine.from_bytes(text.encode())
    assert told(text) == []


@pytest.mark.parametrize("line", [NoninLine(1000, 72), NoninLine(-1, 72), NoninLine(97, 72, "x")])
def test_what_cannot_be_printed_is_refused(line: NoninLine) -> None:
    with pytest.raises(FrameError):
        line.to_bytes()


def test_nothing_is_ever_sent() -> None:
    adapter = nonin_ascii.adapter()
    assert adapter.begin(0.0) + b"".join(adapter.due(second) for second in range(100)) == b""
