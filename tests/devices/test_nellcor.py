"""What the lines of Nellcor's ASCII output say, headings and trends among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitors.devices import nellcor_ascii
from monitors.devices.nellcor_ascii import (
    CODES,
    COLUMN_HEADING,
    NO_NUMBER,
    XON,
    LimitsHeading,
    NellcorLine,
    PatientHeading,
)
from monitors.errors import FrameError
from monitors.readings import (
    DeviceIdentity,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
)

CAPTURE = Path(__file__).parents[3] / "shared/captures/nellcor_n560.txt"
STAMP = "12-Jun-24 10:20:30"
LIMITS = b"N-560    VERSION 1.56.00    CRC:XXXX  SpO2 Limit: 90-100%    PR Limit: 60-170BPM\r\n"
PATIENT = b"                             ADULT            0SAT-S \r\n"


def listened(*chunks: bytes) -> list[Reading]:
    adapter = nellcor_ascii.adapter()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    return [*told, *adapter.finish()]


def line(spo2: int | None = 97, rate: int | None = 72, *codes: str) -> bytes:
    return NellcorLine(STAMP, spo2, rate, 41, codes=codes).to_bytes()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            b"12-Jun-24 10:20:30    97      72      41                     \r\n",
            NellcorLine(STAMP, 97, 72, 41),
        ),
        (
            b"12-Jun-24 10:20:32    84*    118      12    MO SL       AS   \r\n",
            NellcorLine("12-Jun-24 10:20:32", 84, 118, 12, True, False, ("MO", "SL", "AS")),
        ),
        (
            b"12-Jun-24 10:20:34   ---     ---     ---    SD               \r\n",
            NellcorLine("12-Jun-24 10:20:34", None, None, None, codes=("SD",)),
        ),
    ],
)
def test_a_line_is_read_and_written_in_its_columns(raw: bytes, expected: NellcorLine) -> None:
    assert NellcorLine.from_bytes(raw) == expected
    assert expected.to_bytes() == raw


@pytest.mark.parametrize("field", ["spo2_pct", "pulse_rate_per_min", "amplitude"])
def test_each_number_keeps_its_whole_range_both_ways(field: str) -> None:
    for value in (None, *range(1000)):
        given = {"spo2_pct": 97, "pulse_rate_per_min": 72, "amplitude": 41, field: value}
        sent = NellcorLine(STAMP, **given)
        assert NellcorLine.from_bytes(sent.to_bytes()) == sent


@pytest.mark.parametrize(
    "broken", [NellcorLine("Wednesday", 97, 72), NellcorLine(STAMP, 1000, 72, codes=("mo",))]
)
def test_what_cannot_be_printed_is_refused(broken: NellcorLine) -> None:
    with pytest.raises(FrameError):
        broken.to_bytes()


@pytest.mark.parametrize("rate", [127, 128, 140, 199, 254, 255])
def test_fast_pulses_are_what_was_printed(rate: int) -> None:
    assert listened(line(97, rate)) == [OximetryReading(97, rate)]


@pytest.mark.parametrize(
    ("spo2", "rate"), [(None, None), (0, 0), (0, 72), (97, 0), (None, 72), (101, 72), (97, 511)]
)
def test_dashes_zeros_and_impossible_numbers_are_no_reading(
    spo2: int | None, rate: int | None
) -> None:
    assert listened(line(spo2, rate)) == [OximetryReading(None, None, None, Validity.INVALID)]


MEANINGS = {
    "AO": (Validity.VALID, ("device_alarm_silenced",)),
    "AS": (Validity.VALID, ("device_alarm_silenced",)),
    "LB": (Validity.VALID, ("low_battery",)),
    "LM": (Validity.INVALID, ("out_of_track", "interference")),
    "LP": (Validity.INVALID, ("out_of_track",)),
    "MO": (Validity.QUESTIONABLE, ("artifact",)),
    "PH": (Validity.VALID, ("device_alarm",)),
    "PL": (Validity.VALID, ("device_alarm",)),
    "PS": (Validity.INVALID, ("searching",)),
    "SD": (Validity.INVALID, ("probe_unplugged",)),
    "SH": (Validity.VALID, ("device_alarm",)),
    "SL": (Validity.VALID, ("device_alarm",)),
    "SO": (Validity.INVALID, ("finger_out",)),
}


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_status_code_means_what_the_manuals_say(code: str) -> None:
    validity, conditions = MEANINGS[code]
    numbers = (None, None) if validity is Validity.INVALID else (97, 72)
    expected = OximetryReading(*numbers, None, validity, tuple(map(SignalCondition, conditions)))
    assert listened(line(97, 72, code)) == [expected]


@pytest.mark.parametrize("code", sorted(NO_NUMBER))
def test_a_forbidding_code_among_others_forbids(code: str) -> None:
    (reading,) = listened(line(97, 72, "MO", "SL", code, "AS"))
    assert isinstance(reading, OximetryReading)
    assert (reading.spo2_pct, reading.validity) == (None, Validity.INVALID)


def test_a_code_that_is_not_known_leaves_doubt() -> None:
    assert listened(line(97, 72, "XX")) == [OximetryReading(97, 72, None, Validity.QUESTIONABLE)]


def test_the_mark_beside_a_number_is_the_devices_own_alarm() -> None:
    for marks in ({"is_spo2_outside": True}, {"is_rate_outside": True}):
        raw = NellcorLine(STAMP, 97, 72, 41, **marks).to_bytes()
        assert listened(raw) == [
            OximetryReading(97, 72, None, Validity.VALID, (SignalCondition.DEVICE_ALARM,))
        ]


def test_a_mark_beside_the_amplitude_spoils_no_line() -> None:
    assert listened(line().replace(b"41 ", b"41*")) == listened(line())


def test_headings_are_read_and_written() -> None:
    limits = LimitsHeading("N-560", "1.56.00", "XXXX", 90, 100, 60, 170)
    assert LimitsHeading.from_bytes(LIMITS) == limits
    assert limits.to_bytes() == LIMITS
    assert PatientHeading.from_bytes(PATIENT) == PatientHeading("ADULT", 0)
    assert PatientHeading("ADULT", 0).to_bytes() == PATIENT
    fast = PatientHeading("NEO", 100, "FAST")
    assert PatientHeading.from_bytes(fast.to_bytes()) == fast
    for heading in (LimitsHeading, PatientHeading):
        with pytest.raises(FrameError, match="heading"):
            heading.from_bytes(COLUMN_HEADING)


def test_the_model_is_told_once_and_again_when_the_port_is_reopened() -> None:
    adapter = nellcor_ascii.adapter()
    identity = DeviceIdentity(model="N-560", firmware="1.56.00")
    heading = LIMITS + PATIENT + COLUMN_HEADING
    assert list(adapter.feed(heading + line() + heading, 0.0)) == [
        identity,
        OximetryReading(97, 72),
    ]
    adapter.begin(1.0)
    assert list(adapter.feed(heading, 1.0)) == [identity]
    assert adapter.counts.discarded_bytes == 0


@pytest.mark.parametrize(
    "heading",
    [
        LIMITS.replace(b"CRC:XXXX", b"TREND   "),
        COLUMN_HEADING.replace(b"Status", b""),
        b"N-560 trend data\r\n",
    ],
)
@pytest.mark.parametrize("end", [b"Output Complete\r\n", LIMITS + PATIENT + COLUMN_HEADING])
def test_nothing_of_a_trend_print_out_is_live(heading: bytes, end: bytes) -> None:
    told = listened(line(), heading, line(60, 160) * 5, end, line(96, 71))
    numbers = [reading for reading in told if isinstance(reading, OximetryReading)]
    assert numbers == [OximetryReading(97, 72), OximetryReading(96, 71)]


@pytest.mark.parametrize("noise", [b"\x0c", b"[10:20:30.120] ", b"\x00\xff"])
def test_headings_are_found_behind_page_breaks_and_time_stamps(noise: bytes) -> None:
    trend = noise + COLUMN_HEADING.replace(b"Status", b"")
    for end in (b"Output Complete\r\n", COLUMN_HEADING):
        raw = noise + LIMITS + line() + trend + line(60, 160) + noise + end + line(96, 71)
        assert listened(raw) == [
            DeviceIdentity(model="N-560", firmware="1.56.00"),
            OximetryReading(97, 72),
            OximetryReading(96, 71),
        ]


def test_status_codes_count_in_small_letters_too() -> None:
    assert listened(line(97, 72, "PS").replace(b"PS", b"ps")) == listened(line(97, 72, "PS"))


def test_a_shifted_column_is_not_believed_among_others() -> None:
    shifted = line(97, 72, "SD").replace(b"    SD", b"   SD")
    assert listened(line(), shifted, line()) == [OximetryReading(97, 72)] * 2


def test_a_code_in_an_unconfirmed_column_of_a_whole_line_is_believed_at_once() -> None:
    moved = line(97, 172, "PH").replace(b"PH  ", b"  PH")
    assert moved != line(97, 172, "PH")
    told = listened(line(), moved, line())
    assert [one.pulse_rate_per_min for one in told if isinstance(one, OximetryReading)] == [
        72,
        172,
        72,
    ]


def test_a_model_with_columns_of_its_own_is_believed_from_its_second_line_on() -> None:
    npb = b"12-JUN-24 10:20:30  97  72  41  MO\r\n"
    told = listened(npb, npb, npb.replace(b"MO", b"  "))
    assert [reading.validity for reading in told if isinstance(reading, OximetryReading)] == [
        Validity.QUESTIONABLE,
        Validity.QUESTIONABLE,
        Validity.VALID,
    ]


def test_a_device_that_fell_silent_is_told_to_go_on() -> None:
    adapter = nellcor_ascii.adapter()
    assert adapter.begin(0.0) == b""
    assert [adapter.due(second) for second in (1.0, 3.9)] == [b"", b""]
    assert adapter.due(4.0) == XON
    assert [adapter.due(second) for second in (4.1, 7.9, 8.0)] == [b"", b"", XON]
    adapter.feed(b"1", 9.0)
    assert [adapter.due(second) for second in (12.9, 13.0)] == [b"", XON]


def test_a_device_that_speaks_is_never_written_to() -> None:
    adapter = nellcor_ascii.adapter()
    sent = adapter.begin(0.0)
    for second in range(0, 100, 2):
        adapter.feed(line(), float(second))
        sent += adapter.due(second + 1.9)
    assert sent == b""


def test_a_captured_session_decodes_to_what_it_shows() -> None:
    if not CAPTURE.exists():
        pytest.skip(f"no capture at {CAPTURE}")
    raw = CAPTURE.read_bytes()
    told = listened(raw)
    numbers = [reading for reading in told if isinstance(reading, OximetryReading)]
    printed = [text for text in raw.split(b"\r\n") if text[2:6] == b"-Dec"]
    assert len(numbers) == len(printed) == 76
    for text, reading in zip(printed, numbers, strict=True):
        words = text.decode().replace("*", " ").split()
        codes = set(words[5:])
        if codes & NO_NUMBER:
            assert reading.validity is Validity.INVALID
            assert (reading.spo2_pct, reading.pulse_rate_per_min) == (None, None)
        else:
            assert (reading.spo2_pct, reading.pulse_rate_per_min) == (int(words[2]), int(words[3]))
            assert (reading.validity is Validity.QUESTIONABLE) == ("MO" in codes)
        assert (SignalCondition.DEVICE_ALARM_SILENCED in reading.conditions) == ("AS" in codes)
    assert [one for one in told if isinstance(one, DeviceIdentity)] == [
        DeviceIdentity(model="N-560", firmware="1.56.00")
    ]
