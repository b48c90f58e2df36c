"""What a receiver hands on from a line of the wrong speed or polarity, and what is said of it."""

from __future__ import annotations

import random

import pytest

from monitors.devices.line_noise import is_stretched, is_text, printer_mode, upright
from tests.link.uart import levels_of, receive

LINES = b"".join(
    b"12-Jun-24 10:20:%02d    97      %02d      41                     \r\n" % (n, 60 + n)
    for n in range(40)
)
BINARY = random.Random(5).randbytes(3000)


def test_the_receiver_of_these_tests_is_a_true_one() -> None:
    assert receive(levels_of(BINARY)) == BINARY


def test_text_on_an_inverted_line_is_turned_upright() -> None:
    heard = receive(levels_of(LINES, is_inverted=True))
    assert heard != LINES
    text = upright(heard)
    assert text is not None
    assert text.endswith(LINES[200:])


@pytest.mark.parametrize("bit_length", [1 / 12, 0.25, 0.33, 0.5])
@pytest.mark.parametrize("sent", [LINES, BINARY])
def test_a_device_slower_than_the_listener_shows(sent: bytes, bit_length: float) -> None:
    assert is_stretched(receive(levels_of(sent), bit_length))


@pytest.mark.parametrize("bit_length", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("sent", [LINES, BINARY])
def test_other_lines_are_neither_stretched_nor_inverted(sent: bytes, bit_length: float) -> None:
    heard = receive(levels_of(sent), bit_length)
    assert not is_stretched(heard)
    assert upright(heard) is None
    assert is_text(heard) == (sent == LINES and bit_length == 1.0)


def test_a_printer_mode_is_named_with_its_cure() -> None:
    masimo = b"04/02/24 10:15:30 SpO2=097 PR=069 PI=04.69 EXC=800:SET\r\n"
    assert "ASCII 1" in str(printer_mode(masimo))
    assert "Nellcor" in str(printer_mode(b"N-560  TREND  VERSION 1.56\r\nOutput Complete\r\n"))
    live = b"04/02/24 10:15:30 SN=0000012345 SPO2=097% BPM=072 PI=03.10% ALARM=0000 EXC=000800\r\n"
    assert printer_mode(live) is None


def test_a_few_bytes_prove_nothing() -> None:
    assert not is_stretched(b"\x00\x00")
    assert not is_text(b"OK\r\n")
    assert upright(b"\x01\x03") is None
