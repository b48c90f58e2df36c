import pytest

from monitors.devices import nonin_df1, nonin_df2, nonin_df7, nonin_df8
from monitors.devices.nonin_common import FrameStatus, PacketFields
from monitors.readings import (
    MovingField,
    OximetryReading,
    SignalCondition,
    Validity,
    WaveformChunk,
)
from simulators.devices.catalogue import twin_kind
from simulators.faults import Fault, FaultWindow
from tests.simulators.examples import empty_recliner, recliner

ADAPTERS = {
    "nonin-df1": nonin_df1.adapter,
    "nonin-df2": nonin_df2.adapter,
    "nonin-df7": nonin_df7.adapter,
    "nonin-df8": nonin_df8.adapter,
}


def _stream(place, name="nonin-df2", start_s=0.0, length_s=20.0, tick_s=1 / 15) -> bytes:
    twin = twin_kind(name).make(place)
    twin.plugged_in(start_s)
    ticks = round(length_s / tick_s)
    return b"".join(twin.speak(start_s + (n + 1) * tick_s) for n in range(ticks))


def _readings(place, name="nonin-df2", **kept):
    adapter = ADAPTERS[name]()
    adapter.begin(0.0)
    told = [*adapter.feed(_stream(place, name, **kept), 0.0), *adapter.finish()]
    return told, adapter.counts


def _numbers(told):
    return [reading for reading in told if isinstance(reading, OximetryReading)]


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_every_format_is_read_back_by_the_product_without_a_lost_byte(name):
    told, counts = _readings(recliner(), name)
    numbers = _numbers(told)
    assert counts.bad_checksums == 0
    assert counts.discarded_bytes == 0
    assert len(numbers) >= 19
    assert {reading.validity for reading in numbers} == {Validity.VALID}
    assert all(95 <= reading.spo2_pct <= 100 for reading in numbers)
    assert all(60 <= reading.pulse_rate_per_min <= 90 for reading in numbers)


def test_seventy_five_frames_a_second_however_often_the_device_is_asked():
    often = _stream(recliner(), tick_s=1 / 30, length_s=10.0)
    seldom = _stream(recliner(), tick_s=1.0, length_s=10.0)
    assert often == seldom
    assert len(often) in range(749 * 5, 751 * 5 + 1)


@pytest.mark.parametrize(("name", "full_scale"), [("nonin-df2", 255), ("nonin-df7", 65535)])
def test_the_trace_moves_and_the_timer_runs(name, full_scale):
    told, _ = _readings(recliner(), name)
    chunks = [reading for reading in told if isinstance(reading, WaveformChunk)]
    samples = [sample for chunk in chunks for sample in chunk.samples]
    timers = [reading.value for reading in told if isinstance(reading, MovingField)]
    assert max(samples) - min(samples) > full_scale / 2
    assert timers == list(range(timers[0], timers[0] + len(timers)))
    assert chunks[0].full_scale == full_scale


def test_a_pulse_is_flagged_green_for_ten_frames():
    stream = _stream(recliner(), length_s=12.0)
    statuses = stream[1::5]
    runs, run = [], 0
    for status in statuses:
        if status & FrameStatus.GREEN:
            run += 1
        elif run:
            runs.append(run)
            run = 0
    assert set(runs[1:]) == {10}
    assert 10 <= len(runs) <= 20


@pytest.mark.parametrize(
    ("fault", "validity", "condition"),
    [
        (Fault.PROBE_OFF, Validity.INVALID, SignalCondition.FINGER_OUT),
        (Fault.PROBE_UNPLUGGED, Validity.INVALID, SignalCondition.PROBE_UNPLUGGED),
        (Fault.MOTION, Validity.QUESTIONABLE, SignalCondition.ARTIFACT),
        (Fault.LOW_PERFUSION, Validity.QUESTIONABLE, SignalCondition.LOW_PERFUSION),
        (Fault.LOW_BATTERY, Validity.VALID, SignalCondition.LOW_BATTERY),
    ],
)
def test_each_fault_of_the_probe_arrives_as_its_condition(fault, validity, condition):
    numbers = _numbers(_readings(recliner(FaultWindow(fault, 0.0)))[0])
    told = [reading for reading in numbers if condition in reading.conditions]
    assert len(told) > 10
    assert {reading.validity for reading in told} == {validity}


def test_display_values_are_held_for_ten_seconds_after_the_finger_left():
    place = recliner(FaultWindow(Fault.PROBE_OFF, 5.0, for_s=60.0))
    stream = _stream(place, length_s=30.0)
    shown = {}
    for packet in range(len(stream) // 125):
        floats = stream[packet * 125 : (packet + 1) * 125][3::5]
        shown[packet / 3] = PacketFields.from_floats(floats)
    assert shown[4.0].spo2_pct is not None
    assert shown[6.0].spo2_pct is None
    assert shown[6.0].pulse_rate_per_min is None
    assert shown[6.0].spo2_display_pct == shown[14.0].spo2_display_pct is not None
    assert shown[16.0].spo2_display_pct is None


def test_held_values_of_format_8_give_no_reading():
    numbers = _numbers(_readings(recliner(FaultWindow(Fault.PROBE_OFF, 5.0)), "nonin-df8")[0])
    gone = [reading for reading in numbers if SignalCondition.FINGER_OUT in reading.conditions]
    assert len(gone) >= 14
    assert all(reading.spo2_pct is None for reading in gone)


def test_an_empty_recliner_says_finger_out_and_never_a_number():
    numbers = _numbers(_readings(empty_recliner())[0])
    assert numbers
    for reading in numbers:
        assert reading.spo2_pct is None
        assert SignalCondition.FINGER_OUT in reading.conditions


def test_a_host_that_connects_mid_packet_gets_readings_all_the_same():
    told, counts = _readings(recliner(), start_s=100.12)
    assert len(_numbers(told)) >= 58
    assert counts.bad_checksums == 0


def test_a_host_that_was_away_gets_the_present_and_not_an_hour_of_past():
    twin = twin_kind("nonin-df2").make(recliner())
    twin.plugged_in(0.0)
    twin.speak(1.0)
    assert len(twin.speak(3600.0)) <= 60 * 75 * 5
