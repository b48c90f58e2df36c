"""HL7 over MLLP: messages, codes, values that may be believed, replies, when a cuff is new."""

from __future__ import annotations

import random

import hl7
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.hl7_mllp import MOST_REPLIES, Hl7Adapter, adapter
from monitors.devices.hl7_mllp_codes import MDC, Quantity, quantity_of
from monitors.devices.hl7_mllp_frames import (
    LONGEST_BLOCK,
    Header,
    Hl7Message,
    Observation,
    coded,
    framed,
    seconds_between,
)
from monitors.devices.hl7_mllp_values import number_of
from monitors.errors import FrameError
from monitors.readings import (
    NibpDetermination,
    NibpOutcome,
    OximetryReading,
    Reading,
    Validity,
    Vital,
    VitalReading,
)
from tests.devices.deliveries import transcripts_of

MSH = "MSH|^~\\&|MON|R1|CHAIR|HOSP|20260301094500||ORU^R01^ORU_R01|42|P|2.6"
SENT = "20260301094500"


def message(*rows: str, header: str = MSH) -> bytes:
    return framed("\r".join((header, *rows)) + "\r")


def obx(code: str, value: str, unit: str = "", status: str = "R", time: str = "") -> str:
    return f"OBX|1|NM|{code}|1.6|{value}|{unit}|||||{status}|||{time}"


def cuff(
    time: str = "", numbers: tuple[int, ...] = (128, 95, 79, 71), status: str = "R"
) -> tuple[str, ...]:
    codes = ("150021^S^MDC", "150023^M^MDC", "150022^D^MDC", "149546^P^MDC")
    rows = zip(codes, numbers, strict=True)
    return ("OBR|2", *(obx(code, str(n), "266016", status, time) for code, n in rows))


def spo2(time: str = SENT) -> str:
    return obx("150456^MDC_PULS_OXIM_SAT_O2^MDC", "97", time=time)


def readings(raw: bytes) -> list[Reading]:
    return list(adapter().feed(raw, 0.0))


def told(receiver: Hl7Adapter, *raws: bytes) -> list[NibpDetermination]:
    fed = [reading for raw in raws for reading in receiver.feed(raw, 0.0)]
    return [reading for reading in fed if isinstance(reading, NibpDetermination)]


def header_at(time: str) -> str:
    return MSH.replace(SENT, time)


@pytest.mark.parametrize("quantity", Quantity)
def test_each_quantity_is_known_by_its_code_by_its_name_and_as_printed_in_hexadecimal(
    quantity: Quantity,
) -> None:
    code, name = MDC[quantity]
    assert quantity_of([str(code), "text", "MDC"]) is quantity
    assert quantity_of(["99999", name, "MDC"]) is quantity
    assert quantity_of([f"{code >> 16:04d}-{code & 0xFFFF:04x}", "bpm"]) is quantity


@pytest.mark.parametrize(
    ("parts", "quantity"),
    [
        (("2708-6", "", "LN"), Quantity.SPO2),
        (("59408-5", "", "LN"), Quantity.SPO2),
        (("8889-8", "", "LN"), Quantity.PULSE_RATE),
        (("8867-4", "", "LN"), Quantity.HEART_RATE),
        (("9279-1", "", "LN"), Quantity.RESPIRATION_RATE),
        (("8310-5", "", "LN"), Quantity.TEMPERATURE),
        (("8480-6", "", "LN"), Quantity.SYSTOLIC),
        (("8462-4", "", "LN"), Quantity.DIASTOLIC),
        (("8478-0", "", "LN"), Quantity.MEAN),
        (("150301", "MDC_PRESS_CUFF_SYS", "MDC"), Quantity.SYSTOLIC),
        (("150457", "MDC_PULS_OXIM_PULS_RATE", "MDC"), Quantity.PULSE_RATE),
        (("150017", "MDC_PRESS_BLD_NONINV_SYS", "MDC"), Quantity.SYSTOLIC),
        (("8867-4", "", "LN", "149530", "", "MDC"), Quantity.PULSE_RATE),
        (("151570", "MDC_AWAY_RESP_RATE", "MDC"), Quantity.RESPIRATION_RATE),
        (("151578", "MDC_TTHOR_RESP_RATE", "MDC"), Quantity.RESPIRATION_RATE),
        (("0002-501a", "RR"), Quantity.RESPIRATION_RATE),
        (("0002-4182", "HR"), Quantity.HEART_RATE),
        (("0002-4bb8", "SpO2"), Quantity.SPO2),
        (("0002-F0E5", "Pulse"), Quantity.CUFF_PULSE),
        (("150022", "MDC_PRESS_BLD_NONINV_SYS", "MDC"), None),
        (("91", "NIBP_M"), None),
        (("", ""), None),
    ],
)
def test_an_identifier_is_known_by_number_or_name_and_not_where_they_contradict(
    parts: tuple[str, ...], quantity: Quantity | None
) -> None:
    assert quantity_of(parts) is quantity


def test_heart_rate_and_pulse_rate_are_kept_apart() -> None:
    raw = message(spo2(), obx("149530^P^MDC", "71"), obx("147842^H^MDC", "140"))
    assert readings(raw) == [OximetryReading(97, 71), VitalReading(Vital.HEART_RATE, 140)]


def test_a_pulse_rate_without_saturation_is_a_pulse_rate_alone() -> None:
    assert readings(message(obx("8889-8^^LN", "128"))) == [VitalReading(Vital.PULSE_RATE, 128)]


@pytest.mark.parametrize(
    ("quantity", "text", "number"),
    [
        (Quantity.SPO2, "100", 100),
        (Quantity.SPO2, "96.5", 97),
        (Quantity.SPO2, "101", None),
        (Quantity.SPO2, "0", None),
        (Quantity.PULSE_RATE, "127", 127),
        (Quantity.PULSE_RATE, "199", 199),
        (Quantity.PULSE_RATE, "255", 255),
        (Quantity.PULSE_RATE, "511", None),
        (Quantity.HEART_RATE, "-100", None),
        (Quantity.HEART_RATE, "-1000", None),
        (Quantity.HEART_RATE, "", None),
        (Quantity.HEART_RATE, '""', None),
        (Quantity.HEART_RATE, "---", None),
        (Quantity.HEART_RATE, "1e2", None),
        (Quantity.HEART_RATE, "nan", None),
        (Quantity.HEART_RATE, "72^x", None),
        (Quantity.RESPIRATION_RATE, "14.", 14),
        (Quantity.TEMPERATURE, "36.6", 36.6),
        (Quantity.TEMPERATURE, "366", 36.6),
        (Quantity.TEMPERATURE, "98.6", None),
        (Quantity.PERFUSION_INDEX, "0.02", 0.02),
        (Quantity.SYSTOLIC, "401", None),
        (Quantity.SYSTOLIC, "-32767", None),
    ],
)
def test_a_value_is_a_number_in_its_range_or_none(
    quantity: Quantity, text: str, number: float | None
) -> None:
    assert number_of(Observation(quantity, text)) == number


@pytest.mark.parametrize("status", list("XDWNIOSVA"))
def test_a_number_under_a_status_that_forbids_belief_is_no_reading(status: str) -> None:
    raw = message(obx("150456^S^MDC", "97", status=status), *cuff(status=status))
    assert readings(raw) == [OximetryReading(None, None, None, Validity.INVALID)]


@pytest.mark.parametrize("status", ["", *"FRPCU"])
def test_final_stored_and_preliminary_values_are_believed(status: str) -> None:
    raw = message(obx("150456^S^MDC", "97", status=status))
    assert readings(raw) == [OximetryReading(97, None)]


@pytest.mark.parametrize("unit", ["kPa", "265987^MDC_DIM_KILO_PASCAL^MDC", "[degF]"])
def test_a_value_in_another_unit_is_none(unit: str) -> None:
    for quantity in (Quantity.SYSTOLIC, Quantity.TEMPERATURE):
        assert number_of(Observation(quantity, "37", unit)) is None


def test_of_two_rows_of_a_quantity_the_last_that_can_be_believed_counts() -> None:
    raw = message(obx("150456^S^MDC", "97"), obx("150456^S^MDC", "-100"))
    assert readings(raw) == [OximetryReading(97, None)]


def test_a_capture_whose_line_ends_were_changed_is_read_all_the_same() -> None:
    receiver = adapter()
    raw = message(spo2()).replace(b"\r", b"\n") * 3
    assert list(receiver.feed(raw, 0.0)) == [OximetryReading(97, None)] * 3
    assert (receiver.counts.frames, receiver.counts.discarded_bytes) == (3, 0)
    assert list(receiver.feed(message(spo2()).replace(b"\r", b"\r\n"), 0.0)) != []


def test_the_patient_and_everything_unknown_are_passed_over() -> None:
    raw = message("PID|||1^^^H||DOE^JANE", "NTE|1||97", "ZZZ|150456|97", obx("1^X^L", "97"))
    assert readings(raw) == []


def test_other_separators_and_escapes_are_read_as_the_header_says() -> None:
    raw = message(
        "OBX#1#NM#150456*A\\T\\B*MDC##97######R",
        header="MSH#*~\\&#MON#R1###20260301094500##ORU*R01#7#P#2.6",
    )
    assert readings(raw) == [OximetryReading(97, None)]
    assert coded("150456*A\\T\\B*MDC", "#*~\\&") == ("150456", "A&B", "MDC")


def test_nothing_of_a_garbled_message_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for code in ("150456^A\\Xzz\\B^MDC", "150456^A\\\\B^MDC", "150456^A\\Q1\\B^MDC"):
        assert readings(message(obx(code, "97"))) == [OximetryReading(97, None)]
    assert caplog.records == []


def test_rows_are_read_as_the_library_reads_them_whole() -> None:
    for transcript in transcripts_of("hl7-mllp"):
        for block in transcript.raw.split(b"\x1c\r"):
            text = block.rpartition(b"\x0b")[2].decode("latin-1")
            if text.count("|") > 40:
                whole = hl7.parse(text.replace("\r\n", "\r"))
                mine = Hl7Message.from_text(text)
                theirs = {(str(row[5]), str(row[6])) for row in whole.segments("OBX")}
                assert {(o.value, o.unit) for o in mine.observations} <= theirs
                assert mine.header.control_id == str(whole.segment("MSH")(10))
                assert mine.header.sent_at == str(whole.segment("MSH")(7))


def test_mean_before_diastolic_is_read_by_its_code() -> None:
    (found,) = told(adapter(), message(*cuff("20260301094426")))
    assert found == NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 71, age_s=34.0)


def test_a_dated_result_is_told_once_and_the_same_numbers_dated_anew_again() -> None:
    receiver = adapter()
    first = [message(spo2(), *cuff("20260301094426"))] * 20
    assert len(told(receiver, *first)) == 1
    again = message(spo2("x"), *cuff("20260301094926"), header=header_at("20260301095000"))
    assert [r.age_s for r in told(receiver, again, again)] == [34.0]
    assert told(receiver, *first) == []


def test_an_undated_result_is_told_when_its_numbers_change_and_the_first_may_be_old() -> None:
    receiver = adapter()
    old, new = message(*cuff()), message(*cuff(numbers=(131, 97, 81, 72)))
    assert [r.is_age_unknown for r in told(receiver, old, old, new, new)] == [True, False]


def test_a_time_that_is_the_messages_own_is_no_time_of_measurement() -> None:
    receiver = adapter()
    times = [f"2026030109{minute:02d}00" for minute in range(20, 50)]
    raws = [message(spo2(time), *cuff(time), header=header_at(time)) for time in times]
    (found,) = told(receiver, *raws)
    assert (found.age_s, found.is_age_unknown) == (None, True)


def test_a_result_that_ended_with_its_message_is_not_told_again_by_the_next() -> None:
    receiver = adapter()
    told(receiver, message(spo2(), *cuff("20260301090000")))
    now = message(spo2(), *cuff(SENT, (131, 97, 81, 72)))
    later = message(
        spo2("20260301094505"),
        *cuff(SENT, (131, 97, 81, 72)),
        header=header_at("20260301094505"),
    )
    assert len(told(receiver, now, later, later)) == 1


def test_a_message_of_the_cuff_alone_is_believed_to_be_dated() -> None:
    receiver = adapter()
    raws = [message(*cuff(time), header=header_at(time)) for time in (SENT, "20260301095000")]
    assert [r.age_s for r in told(receiver, *raws)] == [0.0, 0.0]


@pytest.mark.parametrize("time", ["20260301094600", "20250301094500", "2026", "yesterday"])
def test_an_age_that_cannot_be_is_none(time: str) -> None:
    (found,) = told(adapter(), message(*cuff(time)))
    assert (found.age_s, found.is_age_unknown) == (None, True)


def test_two_results_in_one_message_are_two_determinations() -> None:
    raw = message(*cuff("20260301094000"), *cuff("20260301094400", (131, 97, 81, 72)))
    assert [r.systolic_mmhg for r in told(adapter(), raw)] == [128, 131]


@pytest.mark.parametrize("missing", [0, 2])
def test_without_systolic_or_diastolic_there_is_no_determination(missing: int) -> None:
    numbers = [128, 95, 79, 71]
    numbers[missing] = -100
    assert told(adapter(), message(*cuff(numbers=tuple(numbers)))) == []


@pytest.mark.parametrize("numbers", [(79, 95, 128, 71), (301, 95, 79, 71)])
def test_pressures_that_no_cuff_measures_are_not_told(numbers: tuple[int, ...]) -> None:
    assert told(adapter(), message(*cuff("20260301094400", numbers))) == []


def test_a_missing_mean_and_pulse_are_missing_alone() -> None:
    (found,) = told(adapter(), message(*cuff(numbers=(128, -100, 79, 0))))
    assert (found.mean_mmhg, found.pulse_rate_per_min) == (None, None)


def test_after_a_reopening_the_same_is_not_told_and_other_numbers_may_be_old() -> None:
    receiver = adapter()
    told(receiver, message(*cuff()))
    receiver.begin(9.0)
    assert told(receiver, message(*cuff())) == []
    receiver.begin(19.0)
    (found,) = told(receiver, message(*cuff(numbers=(131, 97, 81, 72))))
    assert found.is_age_unknown


@pytest.mark.parametrize(
    ("earlier", "later", "seconds"),
    [
        ("20260301094455", "20260301094500", 5.0),
        ("202603010944", "20260301094500", 60.0),
        ("20260301094455.250", "20260301094500.750", 5.5),
        ("20260301104455+0100", "20260301094500+0000", 5.0),
        ("20260301094455+0100", "20260301094500", 5.0),
        ("20260228235959", "20260301000000", 1.0),
        ("", "20260301094500", None),
        ("20261301094455", "20260301094500", None),
    ],
)
def test_stamps_of_one_clock_are_subtracted(
    earlier: str, later: str, seconds: float | None
) -> None:
    assert seconds_between(earlier, later) == seconds


def test_a_message_is_answered_once_with_its_control_id_after_it_was_taken() -> None:
    receiver = adapter()
    assert receiver.due(0.0) == b""
    receiver.feed(message(spo2()), 0.0)
    answer = receiver.due(0.0)
    assert receiver.due(0.0) == b""
    assert answer.startswith(b"\x0bMSH|^~\\&|CHAIR|HOSP|MON|R1|20260301094500||ACK^R01|")
    assert answer.endswith(b"\rMSA|AA|42\r\x1c\r")


def test_another_kind_of_message_is_refused_and_a_reply_never_answered() -> None:
    receiver = adapter()
    receiver.feed(message("PID|||1", header=MSH.replace("ORU^R01^ORU_R01", "ADT^A01")), 0.0)
    assert b"\rMSA|AR|42\r" in receiver.due(0.0)
    receiver.feed(message("MSA|AA|42", header=MSH.replace("ORU^R01^ORU_R01", "ACK^R01")), 0.0)
    assert receiver.due(0.0) == b""


@pytest.mark.parametrize(
    ("asked", "is_answered"), [("AL|NE", True), ("NE|AL", True), ("NE|NE", False)]
)
def test_a_message_that_asks_for_no_reply_gets_none(asked: str, is_answered: bool) -> None:
    receiver = adapter()
    receiver.feed(message(spo2(), header=f"{MSH}|||{asked}"), 0.0)
    assert bool(receiver.due(0.0)) is is_answered


def test_replies_that_nobody_fetches_are_bounded_and_dropped_with_the_connection() -> None:
    receiver = adapter()
    receiver.feed(message(spo2()) * (MOST_REPLIES + 10), 0.0)
    assert receiver.due(0.0).count(b"MSA|AA|42") == MOST_REPLIES
    receiver.feed(message(spo2()), 0.0)
    receiver.begin(1.0)
    assert receiver.due(1.0) == b""


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x0b\x1c\r", b"MSH|\x1c\r", b"\x0bMSH|^~\\&|\x1c\r", b"\x0bPID|1\r\x1c\r", b"\x0bMSH"],
)
def test_a_block_without_marks_or_header_is_no_message(raw: bytes) -> None:
    with pytest.raises(FrameError):
        Hl7Message.from_bytes(raw)
    receiver = adapter()
    receiver.feed(raw, 0.0)
    receiver.finish()
    assert (receiver.counts.frames, receiver.counts.discarded_bytes) == (0, len(raw))


def test_a_written_message_is_read_back() -> None:
    sent = Hl7Message(
        Header(("ORU", "R01"), "7", SENT, "2.6", ("MON", "R1"), ("CHAIR", "")),
        tuple(Observation(quantity, "42", "u", "F", SENT) for quantity in Quantity),
    )
    assert Hl7Message.from_bytes(sent.to_bytes()) == sent


def test_a_lost_end_costs_its_message_and_not_the_next() -> None:
    receiver = adapter()
    receiver.feed(message(spo2())[:-2] + message(spo2()), 0.0)
    assert receiver.counts.frames == 1


def test_an_endless_message_is_given_up() -> None:
    receiver = adapter()
    for _ in range(LONGEST_BLOCK // 1000 + 2):
        receiver.feed(b"\x0b" * (receiver.counts.discarded_bytes == 0) + b"x" * 1000, 0.0)
    assert receiver.counts.discarded_bytes > LONGEST_BLOCK
    receiver.feed(message(spo2()), 0.0)
    assert receiver.counts.frames == 1


@given(st.lists(st.binary(max_size=120), max_size=8), st.integers(1, 99))
@settings(deadline=None, max_examples=100)
def test_after_any_noise_a_message_is_read_and_every_byte_is_counted(
    noise: list[bytes], size: int
) -> None:
    receiver = adapter()
    rng = random.Random(size)
    good = message(spo2())
    raw = b"".join(
        part + rng.choice((good, b"\x0b", b"\x1c\r", b"\x0bMSH|^~\\&|")) for part in noise
    )
    raw += good
    fed = [r for at in range(0, len(raw), size) for r in receiver.feed(raw[at : at + size], 0.0)]
    receiver.finish()
    assert OximetryReading(97, None) in fed
    assert len(raw) - receiver.counts.discarded_bytes >= receiver.counts.frames * 20


@given(st.text(alphabet="|^~\\&0123456789.-MSHOBXRUNC\r ", max_size=300))
@settings(deadline=None, max_examples=200)
def test_no_text_between_the_marks_is_ever_raised_upon(text: str) -> None:
    receiver = adapter()
    receiver.feed(framed(MSH + "\r" + text) + framed(text), 0.0)
    receiver.finish()
    assert receiver.counts.frames >= 1
