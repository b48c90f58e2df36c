"""The simulated oximeters of Contec, BCI, Masimo, Nellcor and Nonin's printed lines."""

import pytest

from monitors.clock import SystemClock
from monitors.devices.bci import First
from monitors.devices.catalogue import CATALOGUE
from monitors.devices.contec_v7 import KEEP_ALIVE, START, RealTimeFrame
from monitors.devices.five_bytes import FiveByteFrame
from monitors.devices.masimo_ascii1 import Exc, MasimoLine
from monitors.devices.nellcor_ascii import XON
from monitors.devices.probing import probe
from monitors.readings import (
    DeviceIdentity,
    OximetryReading,
    SignalCondition,
    Validity,
    WaveformChunk,
)
from simulators.devices.catalogue import twin_kind
from simulators.devices.nellcor import XOFF
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, plan, recliner

STREAMS = {"contec-v5": 60, "contec-v7": 60, "bci": 100}
PRINTERS = {"masimo-ascii1": 1, "nellcor-ascii": 2, "nonin-ascii": 1}
NAMES = [*STREAMS, *PRINTERS]
FINGER_OUT, SEARCHING = SignalCondition.FINGER_OUT, SignalCondition.SEARCHING
UNPLUGGED = SignalCondition.PROBE_UNPLUGGED
every_twin = pytest.mark.parametrize("name", NAMES)


def _converse(place, name, start_s=0.0, length_s=20.0, tick_s=1 / 15):
    """Let a twin and the product's adapter talk; return the readings, counts and bytes."""
    twin, adapter = twin_kind(name).make(place), CATALOGUE[name].make()
    twin.plugged_in(start_s)
    said = twin.hear(adapter.begin(start_s), start_s)
    told = list(adapter.feed(said, start_s))
    for tick in range(1, round(length_s / tick_s) + 1):
        now_s = start_s + tick * tick_s
        chunk = twin.speak(now_s)
        told += adapter.feed(chunk, now_s)
        answer = twin.hear(adapter.due(now_s), now_s)
        told += adapter.feed(answer, now_s)
        said += chunk + answer
    return [*told, *adapter.finish()], adapter.counts, said


def _numbers(told):
    return [reading for reading in told if isinstance(reading, OximetryReading)]


@every_twin
def test_every_twin_is_read_back_by_the_product_without_a_lost_byte(name):
    told, counts, _ = _converse(recliner(), name)
    numbers = _numbers(told)
    assert counts.discarded_bytes == 0
    assert {reading.validity for reading in numbers} == {Validity.VALID}
    assert all(95 <= reading.spo2_pct <= 100 for reading in numbers)
    assert all(60 <= reading.pulse_rate_per_min <= 90 for reading in numbers)


@pytest.mark.parametrize(("name", "rate_hz"), STREAMS.items())
def test_a_stream_has_its_packets_a_second_and_a_trace_that_moves(name, rate_hz):
    told, counts, _ = _converse(recliner(), name, length_s=10.0)
    chunks = [reading for reading in told if isinstance(reading, WaveformChunk)]
    samples = [sample for chunk in chunks for sample in chunk.samples]
    assert counts.frames in range(10 * rate_hz - 1, 10 * rate_hz + 2)
    assert len(samples) == counts.frames
    assert max(samples) - min(samples) > chunks[0].full_scale / 2


@pytest.mark.parametrize(("name", "every_s"), PRINTERS.items())
def test_a_printer_has_its_lines_a_second(name, every_s):
    told, _, _ = _converse(recliner(), name)
    assert len(_numbers(told)) == 20 // every_s


@every_twin
def test_however_often_a_twin_is_asked_it_says_the_same(name):
    often = _converse(recliner(), name, tick_s=1 / 20, length_s=6.0)[2]
    seldom = _converse(recliner(), name, tick_s=1.0, length_s=6.0)[2]
    assert often == seldom


@pytest.mark.parametrize(
    ("name", "fault", "conditions"),
    [
        ("contec-v5", Fault.PROBE_OFF, {FINGER_OUT, SEARCHING}),
        ("contec-v5", Fault.PROBE_UNPLUGGED, {FINGER_OUT, SEARCHING}),
        ("contec-v7", Fault.PROBE_OFF, {FINGER_OUT}),
        ("bci", Fault.PROBE_OFF, {FINGER_OUT}),
        ("bci", Fault.PROBE_UNPLUGGED, {UNPLUGGED, FINGER_OUT}),
        ("masimo-ascii1", Fault.PROBE_OFF, {FINGER_OUT}),
        ("masimo-ascii1", Fault.PROBE_UNPLUGGED, {UNPLUGGED}),
        ("nellcor-ascii", Fault.PROBE_OFF, {FINGER_OUT}),
        ("nellcor-ascii", Fault.PROBE_UNPLUGGED, {UNPLUGGED}),
        ("nonin-ascii", Fault.PROBE_OFF, set()),
    ],
)
def test_a_lost_finger_is_told_as_far_as_the_protocol_can(name, fault, conditions):
    numbers = _numbers(_converse(recliner(FaultWindow(fault, -1.0)), name)[0])
    assert len(numbers) >= 10
    for reading in numbers:
        assert (reading.spo2_pct, reading.validity) == (None, Validity.INVALID)
        assert set(reading.conditions) == conditions


@pytest.mark.parametrize("name", [name for name in NAMES if name != "nonin-ascii"])
def test_a_finger_that_is_back_is_searched_for_first(name):
    place = recliner(FaultWindow(Fault.PROBE_OFF, 2.0, for_s=4.0))
    numbers = _numbers(_converse(place, name)[0])
    searching = [reading for reading in numbers if reading.conditions == (SEARCHING,)]
    assert searching
    assert all(reading.spo2_pct is None for reading in searching)
    assert numbers[-1].validity is Validity.VALID


@pytest.mark.parametrize(
    ("name", "fault", "condition", "validity"),
    [
        ("masimo-ascii1", Fault.LOW_PERFUSION, "low_perfusion", Validity.QUESTIONABLE),
        ("masimo-ascii1", Fault.MOTION, "low_signal", Validity.QUESTIONABLE),
        ("masimo-ascii1", Fault.LOW_BATTERY, "low_battery", Validity.VALID),
        ("nellcor-ascii", Fault.MOTION, "artifact", Validity.QUESTIONABLE),
        ("nellcor-ascii", Fault.LOW_BATTERY, "low_battery", Validity.VALID),
    ],
)
def test_what_a_protocol_has_a_word_for_is_said(name, fault, condition, validity):
    numbers = _numbers(_converse(recliner(FaultWindow(fault, -1.0)), name)[0])
    told = [reading for reading in numbers if SignalCondition(condition) in reading.conditions]
    assert len(told) >= 9
    assert {reading.validity for reading in told} == {validity}


def test_a_weak_pulse_shows_in_the_strength_of_a_contec():
    weak = recliner(FaultWindow(Fault.LOW_PERFUSION, -1.0))
    levels = {}
    for name, place in (("strong", recliner()), ("weak", weak)):
        raw = _converse(place, "contec-v5", length_s=2.0)[2]
        levels[name] = FiveByteFrame.from_bytes(raw[:5]).strength
    assert 0 < levels["weak"] < levels["strong"] <= 8


@every_twin
def test_an_empty_recliner_never_says_a_number(name):
    numbers = _numbers(_converse(empty_recliner(), name)[0])
    assert numbers
    assert {reading.spo2_pct for reading in numbers} == {None}


@every_twin
def test_a_host_that_was_away_gets_the_present(name):
    twin = twin_kind(name).make(recliner())
    twin.plugged_in(0.0)
    twin.hear(START if name == "contec-v7" else b"", 0.0)
    twin.speak(1.0)
    assert len(twin.speak(3600.0)) <= 60 * 100 * 9


def test_a_beat_is_marked_once():
    raw = _converse(recliner(), "bci", length_s=12.0)[2]
    firsts = raw[0::5]
    beats = sum(bool(first & First.BEAT) for first in firsts)
    assert 12 <= beats <= 20


# -- the newer Contec's conversation


def test_a_newer_contec_is_silent_until_started_and_stops_when_told():
    twin = twin_kind("contec-v7").make(recliner())
    twin.plugged_in(0.0)
    assert twin.speak(5.0) == b""
    assert twin.hear(START[:4], 5.0) + twin.hear(START[4:], 5.0) == b""
    assert RealTimeFrame.from_bytes(twin.speak(5.2)[:9]).reading.spo2_pct is not None
    assert twin.hear(bytes.fromhex("7D 81 A2 80 80 80 80 80 80"), 5.2).endswith(b"\x0c\x80")
    assert twin.speak(6.0) == b""


def test_a_newer_contec_stops_after_thirty_seconds_without_a_word():
    twin = twin_kind("contec-v7").make(recliner())
    twin.plugged_in(0.0)
    twin.hear(START, 0.0)
    assert len(twin.speak(29.0)) == 29 * 60 * 9
    twin.hear(KEEP_ALIVE, 29.0)
    assert len(twin.speak(59.0)) == 30 * 60 * 9
    assert twin.speak(70.0) == b""
    twin.hear(KEEP_ALIVE, 70.0)
    assert twin.speak(71.0) == b""


def test_the_product_keeps_a_newer_contec_going():
    _, counts, said = _converse(recliner(), "contec-v7", length_s=70.0)
    assert counts.frames in range(70 * 60 - 2, 70 * 60 + 2)
    assert counts.discarded_bytes == 0
    assert said


def test_a_newer_contec_answers_as_a_captured_one_did():
    twin = twin_kind("contec-v7").make(recliner())
    twin.plugged_in(0.0)
    answers = {
        "A7": "0C 80",
        "A0": "06 80 80 87",
        "B0": "11 80 81 81 80 80 80 80 80",
        "B3": "13 80 A0 A0 A0 A0 A0 A0 A0 14 80 A0 A0 A0 A0 A0 80 80",
        "A8": "02 80 80 A0 A0 A0 A0 A0 A0 02 81 FF A0 A0 A0 A0 A0 A0",
        "AA": "04 80 F5 F3 E5 F2 A0 A0 A0",
        "A9": "03 80 A0 A0 A0 A0 A0 A0 A0",
    }
    for code, expected in answers.items():
        words = bytes.fromhex(f"7D 81 {code} 80 80 80 80 80 80")
        assert twin.hear(b"\x00" + words, 0.0) == bytes.fromhex(expected)


def test_asking_a_newer_contec_who_it_is_starts_nothing():
    kind = CATALOGUE["contec-v7"]
    twin = twin_kind("contec-v7").make(recliner())
    twin.plugged_in(0.0)
    adapter = kind.make()
    told = [*adapter.feed(twin.hear(kind.identify[0], 0.0), 0.0), *adapter.finish()]
    assert told == [DeviceIdentity(serial_number="user")]
    assert twin.speak(1.0) == b""


# -- lines


def test_a_masimo_line_of_a_leaving_finger_still_has_numbers_and_they_are_no_reading():
    place = recliner(FaultWindow(Fault.PROBE_OFF, 4.5))
    told, _, said = _converse(place, "masimo-ascii1", length_s=8.0)
    lines = [MasimoLine.from_bytes(raw) for raw in said.splitlines()]
    held = [one for one in lines if one.exceptions & Exc.SENSOR_OFF and one.spo2_pct is not None]
    assert len(held) == 1
    assert [reading.spo2_pct for reading in _numbers(told)][4:] == [None] * 4


def test_a_nellcor_that_was_told_to_wait_goes_on_at_the_products_word():
    twin, adapter = twin_kind("nellcor-ascii").make(recliner()), CATALOGUE["nellcor-ascii"].make()
    twin.plugged_in(0.0)
    adapter.begin(0.0)
    twin.hear(XOFF, 1.0)
    told, sent = [], b""
    for second in range(1, 15):
        told += adapter.feed(twin.speak(second), second)
        words = adapter.due(second)
        sent += words
        twin.hear(words, second)
    assert sent == XON
    assert len(_numbers(told)) == 5


def test_a_nellcor_prints_its_heading_before_every_twenty_five_lines():
    told, counts, said = _converse(recliner(), "nellcor-ascii", length_s=120.0)
    assert said.count(b"VERSION") == 3
    assert len(_numbers(told)) == 60
    assert counts.frames == 60 + 9
    assert sum(isinstance(reading, DeviceIdentity) for reading in told) == 1


# -- found by the product


@every_twin
def test_the_probe_names_each_of_them(name, open_room):
    room = open_room(plan(devices=(name,)), speed=1.0 if name in STREAMS else 10.0)
    listen_s = 1.0 if name == "contec-v7" else 5.0
    rows = [CATALOGUE[one] for one in ("nonin-df2", "dinamap", *NAMES)]
    report = probe(room.ports["R1/oximeter"], SystemClock(), rows=rows, listen_s=listen_s)
    assert report.match is not None
    assert report.match.kind.name == name
    assert report.match.has_pace
    assert report.match.was_asked == (name == "contec-v7")
    assert len(report.alternatives) == (name in {"contec-v5", "bci"})
