"""What the lines of Masimo's ASCII 1 output say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices import masimo_ascii1
from monitors.devices.masimo_ascii1 import Alarm, Exc, MasimoLine, MasimoReader
from monitors.errors import FrameError
from monitors.readings import OximetryReading, SignalCondition, Validity

RAD_8 = (
    b"04/02/24 10:15:30 SN=0000012345 SPO2=097% BPM=072 PI=03.10% SPCO=--.-% SPMET=--.-% "
    b"DESAT=-- PIDELTA=+-- ALARM=0000 EXC=000800\r\n"
)
BLUE = RAD_8.replace(b"+--", b"+-- PVI=018")
COLOUR = (
    b"04/02/24 10:15:31 SN=---------- SPO2=097% BPM=072 PI=03.10 SPCO=--% SPMET=--.-% DESAT=-- "
    b"PIDELTA=+-- SPHB=--.- SPOC=-- RESVD=--- PVI=018 ALARM=000000 EXC=0000800 EXC1=00000000\r\n"
)
RAD_5 = b"04/02/24 10:15:32 SPO2=097% BPM=072 PI=03.10% ALARM=00 EXC=800\r\n"
EVERY = {"rad-8": RAD_8, "radical-7-blue": BLUE, "radical-7-colour": COLOUR, "rad-5": RAD_5}
every_model = pytest.mark.parametrize("raw", EVERY.values(), ids=EVERY)


def with_(raw: bytes = RAD_8, **fields: str) -> MasimoLine:
    line = MasimoLine.from_bytes(raw)
    return MasimoLine(line.date, line.time, {**line.fields, **fields})


@every_model
def test_every_model_gives_its_numbers(raw: bytes) -> None:
    assert list(masimo_ascii1.adapter().feed(raw, 0.0)) == [OximetryReading(97, 72, 3.1)]


@every_model
def test_every_line_is_written_as_it_was_read(raw: bytes) -> None:
    assert MasimoLine.from_bytes(raw).to_bytes() == raw


def test_the_lengths_are_those_of_the_manuals() -> None:
    assert [len(raw) - 2 for raw in (RAD_8, BLUE, RAD_5)] == [125, 133, 62]


def test_unknown_fields_are_kept_and_others_may_be_missing_or_stand_anywhere() -> None:
    line = MasimoLine.from_bytes(b"04/02/24 10:15:30 EXC=800 NEW=1.5/x BPM=072 SPO2=097%")
    assert line.fields["NEW"] == "1.5/x"
    assert line.reading == OximetryReading(97, 72)
    assert (line.alarms, line.perfusion_index_pct) == (0, None)


@pytest.mark.parametrize(
    "broken",
    [
        RAD_8.replace(b"SPO2", b"SPO3"),
        RAD_8.replace(b"BPM", b"BPN"),
        RAD_8.replace(b"EXC=000800", b""),
        RAD_8.replace(b"EXC=000800", b"EXC=00080G"),
        RAD_8.replace(b"EXC=000800", b"EXC=------"),
        RAD_8.replace(b"ALARM=0000", b"ALARM=00x0"),
        RAD_8.replace(b"=097%", b"=09-%"),
        RAD_8.replace(b"=072", b"=7.2"),
        RAD_8.replace(b"=03.10%", b"=3,10%"),
        RAD_8.replace(b" DESAT=--", b" DESAT--"),
        RAD_8.replace(b"DESAT=--", b"BPM=073"),
        RAD_8.replace(b"04/02/24 ", b""),
        RAD_8.replace(b"04/02/24", b"04-02-24"),
        RAD_8[18:],
        b"04/02/24 10:15:30 SpO2=097 PR=069 PI=04.69 EXC=800:SET\r\n",
        b"",
    ],
)
def test_a_line_that_is_not_whole_is_refused_and_gives_nothing(broken: bytes) -> None:
    with pytest.raises(FrameError, match="Masimo"):
        MasimoLine.from_bytes(broken)
    assert MasimoReader().read(broken.removesuffix(b"\r\n")) is None


@pytest.mark.parametrize("field", ["SPO2", "BPM"])
def test_each_number_keeps_its_whole_range(field: str) -> None:
    for value in range(1000):
        line = with_(**{field: f"{value:03}" + "%" * (field == "SPO2")})
        assert MasimoLine.from_bytes(line.to_bytes()) == line
        assert {"SPO2": line.spo2_pct, "BPM": line.pulse_rate_per_min}[field] == value


@pytest.mark.parametrize("rate", [127, 128, 140, 199, 254, 255])
def test_fast_pulses_are_what_was_printed(rate: int) -> None:
    assert with_(BPM=f"{rate:03}").reading.pulse_rate_per_min == rate


@pytest.mark.parametrize(
    "fields",
    [{"SPO2": "---%"}, {"BPM": "---"}, {"SPO2": "000%"}, {"BPM": "000"}, {"BPM": "511"}],
    ids=str,
)
def test_dashes_zero_and_511_are_no_number(fields: dict[str, str]) -> None:
    assert with_(**fields).reading == OximetryReading(None, None, None, Validity.INVALID)


def test_the_perfusion_index_may_lack_its_per_cent_sign_or_be_missing() -> None:
    assert with_(PI="03.60").reading.perfusion_index_pct == 3.6
    assert with_(PI="19.99%").reading.perfusion_index_pct == 19.99
    for missing in ("--.--%", "--.--", "00.00%"):
        assert with_(PI=missing).reading == OximetryReading(97, 72)


def test_numbers_printed_with_the_sensor_off_are_no_reading() -> None:
    line = with_(SPO2="098%", BPM="101", PI="--.--%", ALARM="0010", EXC="000824")
    assert line.reading == OximetryReading(
        None,
        None,
        None,
        Validity.INVALID,
        (SignalCondition.FINGER_OUT, SignalCondition.LOW_PERFUSION, SignalCondition.DEVICE_ALARM),
    )


INVALID, QUESTIONABLE, VALID = Validity.INVALID, Validity.QUESTIONABLE, Validity.VALID
MEANINGS = {
    Exc.NO_SENSOR: (INVALID, "probe_unplugged"),
    Exc.DEFECTIVE_SENSOR: (INVALID, "probe_unplugged"),
    Exc.LOW_PERFUSION: (QUESTIONABLE, "low_perfusion"),
    Exc.PULSE_SEARCH: (INVALID, "searching"),
    Exc.INTERFERENCE: (QUESTIONABLE, "interference"),
    Exc.SENSOR_OFF: (INVALID, "finger_out"),
    Exc.AMBIENT_LIGHT: (QUESTIONABLE, "interference"),
    Exc.UNRECOGNISED_SENSOR: (INVALID, "probe_unplugged"),
    Exc.INCOMPATIBLE_SENSOR: (INVALID, "probe_unplugged"),
    Exc.LOW_SIGNAL_IQ: (QUESTIONABLE, "low_signal"),
    Exc.SET_ACTIVE: (VALID, None),
    Exc.NO_CABLE: (INVALID, "probe_unplugged"),
    Exc.CABLE_EXPIRED: (VALID, None),
    Exc.INCOMPATIBLE_CABLE: (INVALID, "probe_unplugged"),
    Exc.UNRECOGNISED_CABLE: (INVALID, "probe_unplugged"),
    Exc.DEFECTIVE_CABLE: (INVALID, "probe_unplugged"),
    Exc.CALIBRATING: (INVALID, "searching"),
    Exc.SENSOR_EXPIRED: (VALID, None),
    Exc.EMITTER_TEMPERATURE: (INVALID, "probe_unplugged"),
    Exc.SENSOR_CURRENT: (INVALID, "probe_unplugged"),
    Exc.SPCO_LOW_CONFIDENCE: (VALID, None),
    Exc.SPMET_LOW_CONFIDENCE: (VALID, None),
}


@pytest.mark.parametrize("bit", [1 << place for place in range(28)], ids=hex)
def test_each_exception_bit_means_what_the_manual_says(bit: int) -> None:
    reading = with_(COLOUR, EXC=f"{bit:07X}").reading
    validity, condition = MEANINGS.get(Exc(bit), (VALID, None))
    assert reading.validity is validity
    assert reading.conditions == ((SignalCondition(condition),) if condition else ())
    assert (reading.spo2_pct is None) == (validity is INVALID)


@pytest.mark.parametrize("bit", [1 << place for place in range(16)], ids=hex)
def test_each_alarm_bit_is_the_devices_own_and_takes_no_number_away(bit: int) -> None:
    reading = with_(ALARM=f"{bit:04X}").reading
    known = {Alarm.SILENCED: "device_alarm_silenced", Alarm.LOW_BATTERY: "low_battery"}
    named = "device_alarm" if bit in set(Alarm) else None
    condition = known.get(Alarm(bit), named)
    assert reading.conditions == ((SignalCondition(condition),) if condition else ())
    assert (reading.spo2_pct, reading.validity) == (97, VALID)


values = st.sampled_from(["097%", "000%", "---%", "97%", "1000%", "x"])
rates = st.sampled_from(["072", "---", "7", "000", "0x1", "255"])
indexes = st.sampled_from(["03.10%", "03.10", "--.--%", "-", "3.1.0", "0.5%"])
codes = st.sampled_from(["000800", "000824", "800", "0000808", "G", "00000000800", "fffff"])


@settings(deadline=None, max_examples=200)
@given(
    raw=st.sampled_from(list(EVERY.values())),
    spo2=values,
    rate=rates,
    index=indexes,
    alarm=codes,
    exc=codes,
    drop=st.sampled_from(["", "SN", "PI", "ALARM", "SPCO", "PVI", "EXC1", "BPM"]),
)
def test_the_usual_order_is_read_as_any_other_is(
    raw: bytes, spo2: str, rate: str, index: str, alarm: str, exc: str, drop: str
) -> None:
    fields = {**MasimoLine.from_bytes(raw).fields, "SPO2": spo2, "BPM": rate, "PI": index}
    fields |= {"ALARM": alarm, "EXC": exc}
    fields.pop(drop, None)
    tokens = " ".join(f"{name}={value}" for name, value in fields.items())
    text = f"04/02/24 10:15:30 {tokens}".encode()
    assert MasimoReader().read(text) == MasimoReader.read_any(text)


def test_what_cannot_be_printed_is_refused() -> None:
    for fields in ({"EXC": "zz"}, {"NEW": "a b"}, {"lower": "1"}, {"SPO2": ""}):
        with pytest.raises(FrameError):
            with_(**fields).to_bytes()
