"""The IntelliVue's MIB port: frames, values, messages, and when a cuff result is new."""

from __future__ import annotations

import math
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.intellivue import IntellivueAdapter, adapter
from monitors.devices.intellivue_frames import (
    LONGEST_CONTENT,
    LONGEST_PAYLOAD,
    frame_check,
    framed,
    unframed,
)
from monitors.devices.intellivue_messages import (
    Announcement,
    PollRequest,
    PollResult,
    association_request,
    export_of,
)
from monitors.devices.intellivue_values import (
    COMPOUND,
    NUMERIC,
    TIME_STAMP,
    Numeric,
    Physio,
    State,
    Unit,
    clock_bytes,
    clock_s,
    compound,
    float_of,
    float_word,
)
from monitors.errors import FrameError
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Reading,
    Validity,
    Vital,
    VitalReading,
)

CLOCK_S = 826_000_000
Object = list[tuple[int, bytes]]


def numeric(
    physio: int,
    value: float | None,
    unit: int = Unit.BEATS_PER_MIN,
    state: int = 0,
    decimals: int = 0,
) -> Object:
    return [(NUMERIC, Numeric(physio, value, unit, state).to_bytes(decimals))]


def cuff(
    numbers: tuple[float | None, ...] = (128, 79, 95),
    measured_s: int | None = 26,
    state: int = 0,
    unit: int = Unit.MMHG,
) -> Object:
    codes = (Physio.NIBP_SYSTOLIC, Physio.NIBP_DIASTOLIC, Physio.NIBP_MEAN)
    rows = zip(codes, numbers, strict=True)
    found: Object = [(COMPOUND, compound(Numeric(code, n, unit, state) for code, n in rows))]
    if measured_s is not None:
        found.append((TIME_STAMP, clock_bytes(CLOCK_S + measured_s)))
    return found


def poll(*objects: Object, at_s: float = 30.0, invoke: int = 1, is_last: bool = True) -> bytes:
    result = PollResult(invoke, (), is_last, int(at_s * 8000))
    return framed(result.to_bytes(objects))


ANNOUNCED = framed(Announcement(1, 0, clock_bytes(CLOCK_S), 0).to_bytes())


def monitor() -> IntellivueAdapter:
    """Return an adapter that knows the monitor's clock."""
    device = adapter()
    device.feed(ANNOUNCED, 0.0)
    return device


def readings(*objects: Object) -> list[Reading]:
    return list(monitor().feed(poll(*objects), 0.0))


def told(device: IntellivueAdapter, *raws: bytes) -> list[NibpDetermination]:
    fed = [reading for raw in raws for reading in device.feed(raw, 0.0)]
    return [reading for reading in fed if isinstance(reading, NibpDetermination)]


# -- frames


def test_the_check_value_of_the_crc_is_the_published_one() -> None:
    assert frame_check(b"123456789") == bytes.fromhex("6E90")


def test_the_known_frame_is_written_and_read_to_the_byte() -> None:
    raw = bytes.fromhex("C0 11 01 00 04 01 7D E0 7D 5D 02 FE 9E C1")
    assert framed(bytes.fromhex("01 C0 7D 02")) == raw
    assert unframed(raw[1:-1]) == bytes.fromhex("01 C0 7D 02")


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_every_payload_survives_the_escape_and_holds_no_mark(payload: bytes) -> None:
    frame = framed(payload)
    assert not {0xC0, 0xC1} & set(frame[1:-1])
    assert unframed(frame[1:-1]) == payload


@pytest.mark.parametrize("text", ["", "7D", "11 01 00 00", "11 01 00 00 00 00", "FE 9E"])
def test_what_has_no_right_crc_is_no_frame(text: str) -> None:
    with pytest.raises(FrameError):
        unframed(bytes.fromhex(text))


@pytest.mark.parametrize("body", ["12 01 00 01 AA", "11 02 00 01 AA", "11 01 00 02 AA"])
def test_a_right_crc_around_another_header_or_length_is_counted_and_not_believed(body: str) -> None:
    raw = bytes.fromhex(body)
    with pytest.raises(FrameError):
        unframed(raw + frame_check(raw))
    device = adapter()
    device.feed(b"\xc0" + raw + frame_check(raw) + b"\xc1", 0.0)
    assert (device.counts.frames, device.counts.bad_checksums) == (1, 0)


def test_a_payload_beyond_any_message_is_refused_and_never_gathered() -> None:
    with pytest.raises(FrameError, match="at most 4096"):
        framed(bytes(LONGEST_PAYLOAD + 1))
    device = adapter()
    device.feed(b"\xc0" + bytes(2 * LONGEST_CONTENT), 0.0)
    assert device.counts.discarded_bytes == 1 + 2 * LONGEST_CONTENT


# -- values


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (0xFF0004E2, 125.0),
        (0x00000061, 97.0),
        (0x01000007, 70.0),
        (0xFF00016E, 36.6),
        (0xFEFFFFFF, -0.01),
        (0x007FFFFF, None),
        (0x00800000, None),
        (0x007FFFFE, None),
        (0x00800002, None),
        (0x00800001, None),
        (0xFF7FFFFF, None),
        (0x7F000001, None),
        (0x80000001, None),
    ],
)
def test_a_float_is_a_number_and_its_special_words_are_none(word: int, value: float | None) -> None:
    found = float_of(word)
    assert found == value if value is None else math.isclose(found or 0, value)


@given(st.integers(-8_000_000, 8_000_000), st.integers(0, 3))
def test_a_float_survives_both_ways(mantissa: int, decimals: int) -> None:
    value = mantissa / 10**decimals
    assert math.isclose(float_of(float_word(value, decimals)) or 0.0, value, abs_tol=1e-9)


def test_a_number_that_no_float_holds_is_refused() -> None:
    for value, decimals in ((9e6, 0), (1.0, 10)):
        with pytest.raises(FrameError):
            float_word(value, decimals)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20 00 01 01 00 00 00 00", 0.0),
        ("20 00 01 02 03 04 05 99", 97445.0),
        ("FF FF FF FF FF FF FF FF", None),
        ("20 26 13 01 00 00 00 00", None),
        ("20 26 02 30 00 00 00 00", None),
        ("20 2A 01 01 00 00 00 00", None),
        ("20 26", None),
    ],
)
def test_a_wall_clock_is_read_from_bcd_and_nonsense_is_none(
    text: str, seconds: float | None
) -> None:
    assert clock_s(bytes.fromhex(text)) == seconds


@given(st.integers(0, 3_000_000_000))
def test_a_wall_clock_survives_both_ways(seconds: int) -> None:
    assert clock_s(clock_bytes(seconds)) == seconds


# -- messages


def test_the_association_request_is_the_one_that_public_drivers_send() -> None:
    sent = association_request()
    assert sent[:2] == bytes.fromhex("0D EC")
    assert len(sent) == 2 + 0xEC
    assert bytes.fromhex("81 48 80000000 40000000 00000000 80000000 20000000") in sent
    assert bytes.fromhex("0001 002C 0001 0028 80000000") in sent
    assert sent.endswith(bytes.fromhex("0001 000C F001 0008 8C000000 00000000") + bytes(16))


def test_an_announcement_is_confirmed_with_its_own_numbers() -> None:
    expected = "E1000002 0002 0014 0001 0001 000E 0021 0000 0000 000ABD00 0D06 0000"
    assert Announcement(1, 0x0ABD00).answer() == bytes.fromhex(expected)


def test_a_poll_asks_for_all_numerics() -> None:
    expected = (
        "E1000002 0001 001C 0000 0007 0016 0021 0000 0000 00000000 0C16 0008 0000 0001 0006 0000"
    )
    assert PollRequest(0).to_bytes() == bytes.fromhex(expected)


def test_messages_survive_both_ways() -> None:
    announcement = Announcement(7, 99, clock_bytes(CLOCK_S), 12345)
    assert export_of(announcement.to_bytes()) == announcement
    assert export_of(PollRequest(513).to_bytes()) == PollRequest(513)
    assert export_of(Announcement(7, 99).answer()) is None


@pytest.mark.parametrize("cut", range(4, 90))
def test_a_message_cut_anywhere_is_refused_or_empty_and_never_misread(cut: int) -> None:
    whole = PollResult(1, (), True, 0).to_bytes([numeric(Physio.SPO2, 97, Unit.PERCENT), cuff()])
    short = whole[:cut]
    fixed = short[:6] + struct.pack(">H", max(cut - 8, 0)) + short[8:] if cut >= 8 else short
    for payload in (short, fixed):
        try:
            message = export_of(payload)
        except FrameError:
            continue
        assert message is None or not isinstance(message, PollResult) or not message.observations


# -- numerics


def test_each_vital_is_told_by_its_code() -> None:
    assert readings(
        numeric(Physio.SPO2, 97, Unit.PERCENT),
        numeric(Physio.PLETH_PULSE_RATE, 71),
        numeric(Physio.ECG_HEART_RATE, 72),
        numeric(Physio.RESPIRATION_RATE, 14, Unit.BREATHS_PER_MIN),
        numeric(Physio.TEMPERATURE, 36.6, Unit.CELSIUS, decimals=1),
    ) == [
        OximetryReading(97, 71),
        VitalReading(Vital.HEART_RATE, 72),
        VitalReading(Vital.RESPIRATION_RATE, 14),
        VitalReading(Vital.TEMPERATURE, 36.6),
    ]


@pytest.mark.parametrize("rate", [1, 127, 128, 140, 199, 254, 255, 350])
def test_rates_are_read_over_their_whole_range(rate: int) -> None:
    found = readings(
        numeric(Physio.SPO2, 97, Unit.PERCENT),
        numeric(Physio.PLETH_PULSE_RATE, rate),
        numeric(Physio.ECG_HEART_RATE, rate),
    )
    assert found == [OximetryReading(97, rate), VitalReading(Vital.HEART_RATE, rate)]


@pytest.mark.parametrize("rate", [0, -1, 351, 511, 2047, None])
def test_a_rate_out_of_any_range_is_none(rate: int | None) -> None:
    assert readings(numeric(Physio.ECG_HEART_RATE, rate)) == [
        VitalReading(Vital.HEART_RATE, None, Validity.INVALID)
    ]


def test_a_pulse_rate_is_never_the_heart_rate() -> None:
    assert readings(numeric(Physio.PULSE_RATE, 71)) == [VitalReading(Vital.PULSE_RATE, 71)]


@pytest.mark.parametrize(
    "state", [State.INVALID, State.UNAVAILABLE, State.CALIBRATING, State.TEST, State.DEMO]
)
def test_no_number_is_believed_under_a_state_that_forbids_it(state: State) -> None:
    found = readings(
        numeric(Physio.SPO2, 97, Unit.PERCENT, state),
        numeric(Physio.PLETH_PULSE_RATE, 71, state=state),
        numeric(Physio.ECG_HEART_RATE, 72, state=state),
        cuff(state=state),
    )
    assert found[:2] == [
        OximetryReading(None, None, None, Validity.INVALID),
        VitalReading(Vital.HEART_RATE, None, Validity.INVALID),
    ]
    assert not any(isinstance(reading, NibpDetermination) for reading in found)


def test_a_questionable_number_is_kept_and_says_so_and_an_alarm_changes_nothing() -> None:
    doubtful = numeric(Physio.SPO2, 88, Unit.PERCENT, State.QUESTIONABLE)
    alarming = numeric(Physio.ECG_HEART_RATE, 150, state=0x0002)
    assert readings(doubtful, numeric(Physio.PLETH_PULSE_RATE, 71), alarming) == [
        OximetryReading(88, 71, None, Validity.QUESTIONABLE),
        VitalReading(Vital.HEART_RATE, 150),
    ]


@pytest.mark.parametrize(
    ("unit", "value", "celsius"),
    [
        (Unit.CELSIUS, 36.6, 36.6),
        (0x1140, 98.6, 37.0),
        (Unit.MMHG, 36.6, None),
        (0x17A0, 98.6, None),
    ],
)
def test_a_temperature_is_told_in_celsius_or_not_at_all(
    unit: int, value: float, celsius: float | None
) -> None:
    (reading,) = readings(numeric(Physio.TEMPERATURE, value, unit, decimals=1))
    assert isinstance(reading, VitalReading)
    assert reading.value == celsius


def test_of_two_temperatures_the_first_that_can_be_believed_counts() -> None:
    (reading,) = readings(
        numeric(Physio.TEMPERATURE, 36.0, Unit.CELSIUS, State.INVALID, 1),
        numeric(Physio.TEMPERATURE_CORE, 37.2, Unit.CELSIUS, decimals=1),
    )
    assert reading == VitalReading(Vital.TEMPERATURE, 37.2)


def test_numerics_that_nobody_asked_for_are_passed_over() -> None:
    assert readings(numeric(0x4A10, 120, Unit.MMHG), [(0x0924, b"\0\1\2\3")]) == []


def test_a_result_in_linked_parts_is_told_when_the_last_is_there() -> None:
    device = monitor()
    part = poll(numeric(Physio.SPO2, 97, Unit.PERCENT), is_last=False)
    assert list(device.feed(part, 0.0)) == []
    assert device.feed(poll(numeric(Physio.PLETH_PULSE_RATE, 71)), 0.0) == [OximetryReading(97, 71)]


def test_a_part_whose_last_never_came_is_not_mixed_with_the_next_poll() -> None:
    device = monitor()
    device.feed(poll(numeric(Physio.SPO2, 60, Unit.PERCENT), is_last=False), 0.0)
    found = device.feed(poll(numeric(Physio.ECG_HEART_RATE, 72), invoke=2), 0.0)
    assert found == [VitalReading(Vital.HEART_RATE, 72)]


# -- the cuff


def test_a_result_is_dated_by_its_stamp_and_the_monitors_running_clock() -> None:
    pulse = [*numeric(Physio.NIBP_PULSE_RATE, 70), (TIME_STAMP, clock_bytes(CLOCK_S + 26))]
    (found,) = told(monitor(), poll(cuff(), pulse, at_s=30.0))
    assert found == NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 70, age_s=4.0)


def test_mean_before_diastolic_is_read_by_its_code() -> None:
    numerics = [
        Numeric(code, value, Unit.MMHG)
        for code, value in ((0x4A05, 128), (0x4A07, 95), (0x4A06, 79))
    ]
    (found,) = told(monitor(), poll([(COMPOUND, compound(numerics))]))
    assert (found.systolic_mmhg, found.diastolic_mmhg, found.mean_mmhg) == (128, 79, 95)


@pytest.mark.parametrize(
    ("unit", "rate"), [(Unit.BEATS_PER_MIN, 141), (Unit.MMHG, None), (Unit.PERCENT, None)]
)
def test_the_cuffs_pulse_is_known_by_its_code_and_its_unit(unit: Unit, rate: int | None) -> None:
    others = Numeric(Physio.PULSE_RATE, 99).to_bytes()
    own = Numeric(Physio.NIBP_PULSE_RATE, 140.5, unit).to_bytes(1)
    both = struct.pack(">HH", 2, 20) + others + own
    (found,) = told(monitor(), poll(cuff(), [(COMPOUND, both)]))
    assert found.pulse_rate_per_min == rate


def test_the_pulse_of_another_measurement_is_not_taken() -> None:
    pulse = [*numeric(Physio.NIBP_PULSE_RATE, 70), (TIME_STAMP, clock_bytes(CLOCK_S))]
    (found,) = told(monitor(), poll(cuff(), pulse))
    assert found.pulse_rate_per_min is None


def test_a_result_is_told_once_and_the_same_numbers_stamped_anew_again() -> None:
    device = monitor()
    assert len(told(device, *[poll(cuff(), at_s=30.0 + n) for n in range(50)])) == 1
    assert [r.age_s for r in told(device, poll(cuff(measured_s=88), at_s=90.0))] == [2.0]


def test_without_a_stamp_the_first_may_be_old_and_a_change_or_a_cycle_is_new() -> None:
    device = monitor()
    undated = poll(cuff(measured_s=None))
    (found,) = told(device, undated, undated)
    assert found.is_age_unknown
    other = poll(cuff((131, 80, 97), None))
    assert [r.is_age_unknown for r in told(device, other, other)] == [False]
    running = poll(cuff((131, 80, 97), None, State.ONGOING))
    assert len(told(device, running, other, other)) == 1


@pytest.mark.parametrize("state", [State.ONGOING, State.EARLY, State.EARLY | State.ONGOING])
def test_numbers_beside_a_cuff_at_work_or_an_early_one_are_never_told(state: State) -> None:
    assert told(monitor(), poll(cuff(state=state))) == []


@pytest.mark.parametrize(
    "after", [cuff(), cuff((None, None, None), 50, State.INVALID), cuff((128, None, 95), 50)]
)
def test_a_cycle_that_brings_nothing_new_has_failed_once(after: Object) -> None:
    device = monitor()
    told(device, poll(cuff()), poll(cuff(state=State.ONGOING)))
    failed = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)
    assert told(device, poll(after), poll(after)) == [failed]


def test_a_cycle_whose_end_a_lost_cable_hid_is_not_called_failed() -> None:
    device = monitor()
    told(device, poll(cuff()), poll(cuff(state=State.ONGOING)))
    device.begin(60.0)
    assert told(device, poll(cuff())) == []
    assert len(told(device, poll(cuff(measured_s=88), at_s=90.0))) == 1


def test_what_the_cuff_does_is_told_when_it_changes_and_after_a_reopening() -> None:
    device = monitor()
    states = []
    for state in (0, 0, State.ONGOING, State.ONGOING, 0):
        fed = device.feed(poll(cuff(state=state)), 0.0)
        states += [r.state for r in fed if isinstance(r, CuffActivity)]
    assert states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]
    device.begin(1.0)
    assert CuffActivity(CuffState.IDLE) in list(device.feed(poll(cuff()), 1.0))


@pytest.mark.parametrize("at_s", [20.0, 90_000.0])
def test_an_age_that_cannot_be_is_none(at_s: float) -> None:
    (found,) = told(monitor(), poll(cuff(), at_s=at_s))
    assert (found.age_s, found.is_age_unknown) == (None, True)


@pytest.mark.parametrize(
    ("pressure", "unit", "mmhg"),
    [(128.4, Unit.MMHG, 128), (128.5, Unit.MMHG, 129), (17.1, 0x0F03, 128), (300, Unit.MMHG, 300)],
)
def test_pressures_are_whole_mmhg_whatever_the_monitor_shows(
    pressure: float, unit: int, mmhg: int
) -> None:
    numerics = [
        Numeric(Physio.NIBP_SYSTOLIC, pressure, unit).to_bytes(1),
        Numeric(Physio.NIBP_DIASTOLIC, 10.0, unit).to_bytes(1),
    ]
    raw = struct.pack(">HH", 2, 20) + b"".join(numerics)
    (found,) = told(monitor(), poll([(COMPOUND, raw)]))
    assert found.systolic_mmhg == mmhg


@pytest.mark.parametrize("pressure", [0, -5, 79, 301, 2047])
def test_a_pressure_that_cannot_be_makes_no_determination(pressure: int) -> None:
    assert told(monitor(), poll(cuff((pressure, 79, 95)))) == []
    assert told(monitor(), poll(cuff(unit=0x0220))) == []


@given(st.lists(st.binary(max_size=90), max_size=8), st.integers(1, 64))
@settings(deadline=None, max_examples=100)
def test_after_any_noise_a_poll_is_read_and_every_byte_is_counted(
    noise: list[bytes], size: int
) -> None:
    device = monitor()
    fed_before = len(ANNOUNCED)
    rng = random.Random(size)
    good = poll(numeric(Physio.ECG_HEART_RATE, 72))
    raw = b"".join(part + rng.choice((good, b"\xc0", b"\xc1", b"\x7d")) for part in noise) + good
    found = [r for at in range(0, len(raw), size) for r in device.feed(raw[at : at + size], 0.0)]
    device.finish()
    assert VitalReading(Vital.HEART_RATE, 72) in found
    in_frames = fed_before + len(raw) - device.counts.discarded_bytes
    assert 8 * device.counts.frames <= in_frames


@given(st.binary(max_size=200), st.integers(0, 60))
@settings(deadline=None, max_examples=200)
def test_no_payload_is_ever_raised_upon(noise: bytes, place: int) -> None:
    whole = PollResult(1, (), True, 0).to_bytes([numeric(Physio.SPO2, 97, Unit.PERCENT), cuff()])
    device = adapter()
    for payload in (noise, b"\xe1\0\0\2" + noise, whole[:place] + noise + whole[place:]):
        device.feed(framed(payload), 0.0)
    assert device.counts.frames == 3
