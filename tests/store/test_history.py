"""Pages get curves in which nothing short is lost and no gap is bridged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.readings import Validity, Vital
from monitors.store.history import History
from monitors.store.journal import Journal
from tests.store.examples import LEAK, T0, alarm, determination, phase, reading, session

SPO2, PULSE = Vital.SPO2, Vital.PULSE_RATE
FIRST_TEN_S = (T0, T0 + 10_000)


@pytest.fixture
def journal(store):
    opened = Journal.open(store, simulated=True)
    yield opened
    opened.close()


@pytest.fixture
def history(store, journal):
    opened = History.open(store)
    yield opened
    opened.close()


def shape(buckets):
    """Return lowest, highest and last of each bucket, None at each break."""
    return [bucket and (bucket.lowest, bucket.highest, bucket.last) for bucket in buckets]


def test_a_bucket_tells_lowest_highest_and_last(journal, history):
    values = [97, 96, 84, 93, 95, 98, 97, 99, 97, 96]
    journal.write([reading(second, value) for second, value in enumerate(values)])
    buckets = history.buckets(SPO2, FIRST_TEN_S, 2, session_id="s1")
    assert shape(buckets) == [(84, 97, 95), (96, 99, 96)]
    first = buckets[0]
    assert (first.start_utc_ms, first.first_utc_ms, first.last_utc_ms) == (T0, T0, T0 + 4000)
    assert (first.count, first.questionable) == (5, 0)


def test_twenty_seconds_of_desaturation_in_four_hours_are_seen_in_a_hundred_buckets(
    journal, history
):
    values = dict.fromkeys(range(0, 4 * 3600, 2), 97)
    values |= dict.fromkeys(range(7000, 7020, 2), 81)
    journal.write([reading(second, value) for second, value in values.items()])
    buckets = history.buckets(SPO2, (T0, T0 + 4 * 3_600_000), 100, session_id="s1")
    assert None not in buckets
    assert min(bucket.lowest for bucket in buckets) == 81
    assert sum(bucket.count for bucket in buckets) == len(values)


def test_a_gap_is_a_break_even_within_one_bucket(journal, history):
    journal.write([reading(second) for second in (0, 1, 2, 9, 10, 11)])
    span = (T0, T0 + 100_000)
    assert shape(history.buckets(SPO2, span, 1, session_id="s1")) == [
        (97, 97, 97),
        None,
        (97, 97, 97),
    ]
    assert None not in history.buckets(SPO2, span, 1, session_id="s1", gap_ms=7_000)


def test_an_empty_bucket_between_two_slow_values_is_no_break(journal, history):
    journal.write([reading(second) for second in (0, 4, 8)])
    assert shape(history.buckets(SPO2, FIRST_TEN_S, 10, session_id="s1")) == [(97, 97, 97)] * 3


def test_where_the_device_said_that_it_had_none_there_is_a_break(journal, history):
    gone = Validity.INVALID
    journal.write([reading(0), reading(1, None, validity=gone), reading(2), reading(3)])
    assert shape(history.buckets(SPO2, FIRST_TEN_S, 1, session_id="s1")) == [
        (97, 97, 97),
        None,
        (97, 97, 97),
    ]


def test_doubtful_values_are_counted(journal, history):
    doubtful = Validity.QUESTIONABLE
    journal.write([reading(0), reading(1, 88, validity=doubtful)])
    (bucket,) = history.buckets(SPO2, FIRST_TEN_S, 1, session_id="s1")
    assert (bucket.count, bucket.questionable) == (2, 1)


def test_a_curve_of_nothing_is_empty(journal, history):
    assert history.buckets(SPO2, FIRST_TEN_S, 5, session_id="s1") == []
    journal.write([reading(0, 72, PULSE)])
    assert history.buckets(SPO2, FIRST_TEN_S, 5, session_id="s1") == []


@pytest.mark.parametrize(
    ("span", "count"), [((5, 5), 3), ((9, 5), 3), ((0, 5), 0), ((0, 2**41), 9)]
)
def test_a_span_that_runs_backward_is_refused(history, span, count):
    with pytest.raises(ValueError, match="a span runs forward"):
        history.buckets(SPO2, span, count, session_id="s1")


@settings(deadline=None, max_examples=25)
@given(
    values=st.dictionaries(st.integers(0, 60), st.none() | st.integers(50, 100), min_size=1),
    count=st.integers(1, 70),
)
def test_buckets_hold_exactly_what_was_measured(tmp_path_factory, values, count):
    store = tmp_path_factory.mktemp("curve") / "chairside.db"
    journal = Journal.open(store, simulated=True)
    journal.write([reading(second, value) for second, value in values.items()])
    journal.close()
    history = History.open(store)
    pieces = history.buckets(SPO2, (T0, T0 + 61_000), count, session_id="s1")
    history.close()
    buckets = [piece for piece in pieces if piece is not None]
    known = {second: value for second, value in values.items() if value is not None}
    assert sum(bucket.count for bucket in buckets) == len(known)
    for bucket in buckets:
        first, last = ((at - T0) // 1000 for at in (bucket.first_utc_ms, bucket.last_utc_ms))
        within = [value for second, value in known.items() if first <= second <= last]
        assert (min(within), max(within)) == (bucket.lowest, bucket.highest)
        assert bucket.last == known[last]
        for at, value in (
            (bucket.lowest_utc_ms, bucket.lowest),
            (bucket.highest_utc_ms, bucket.highest),
        ):
            found = next(
                second
                for second in sorted(known)
                if first <= second <= last and known[second] == value
            )
            assert at == T0 + found * 1000
    assert pieces.count(None) == _breaks(values)


def _breaks(values):
    """Count the breaks by hand: a None between two values, or more than five seconds."""
    breaks, previous, is_broken = 0, None, False
    for second in sorted(values):
        if values[second] is None:
            is_broken = True
            continue
        if previous is not None and (is_broken or second - previous > 5):
            breaks += 1
        previous, is_broken = second, False
    return breaks


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(50, 100)), max_size=60))
def test_a_trend_keeps_order_extremes_and_breaks(tmp_path_factory, steps):
    at_s, values = 0, {}
    for step, value in steps:
        at_s += step
        values[at_s] = value
    store = tmp_path_factory.mktemp("trend") / "chairside.db"
    journal = Journal.open(store, simulated=True)
    facts = [reading(second, value) for second, value in values.items()]
    journal.write([session(), phase("intake"), *facts])
    journal.close()
    history = History.open(store)
    trend = [tuple(point) for point in history.trend(["R1"])["R1"]["spo2_pct"]]
    history.close()
    assert [at for at, _ in trend] == sorted({at for at, _ in trend})
    known = {value for value in values.values() if value is not None}
    kept = {value for _, value in trend if value is not None}
    assert kept <= known
    if known:
        assert (min(kept), max(kept)) == (min(known), max(known))
    assert [value for _, value in trend].count(None) == _breaks(values)


def test_a_point_of_the_trend_stands_where_it_was_measured(journal, history):
    values = {0: 97, 3: 97, 5: 88, 7: 99, 9: 97, 11: 97, 13: 97}
    journal.write([session(), phase("intake")])
    journal.write([reading(second, value) for second, value in values.items()])
    points = history.trend(["R1"], until_utc_ms=T0 + 15_000)["R1"]["spo2_pct"]
    assert points == [[T0 + 5_000, 88], [T0 + 7_000, 99]]


def test_the_trend_shows_the_running_session_and_nothing_of_the_one_before(journal, history):
    journal.write(
        [
            session("old"),
            phase("intake", 0, "old"),
            reading(10, 70, session_id="old"),
            phase("discharged", 60, "old"),
            session("new"),
            phase("intake", 100, "new"),
            reading(110, 96, session_id="new"),
            reading(111, 66, PULSE, session_id="new"),
            reading(120, 98, recliner="R2", session_id=None),
        ]
    )
    trend = history.trend(["R1", "R2", "R3"])
    assert trend["R1"]["spo2_pct"] == [[T0 + 110_000, 96]]
    assert trend["R1"]["pulse_rate_per_min"] == [[T0 + 111_000, 66]]
    assert trend["R2"]["spo2_pct"] == [[T0 + 120_000, 98]]
    assert trend["R3"] == {"spo2_pct": [], "pulse_rate_per_min": [], "nibp": []}
    journal.write([phase("discharged", 130, "new")])
    assert history.trend(["R1"])["R1"]["spo2_pct"] == []


def test_the_trend_ends_with_the_newest_reading_and_holds_its_minutes(journal, history):
    journal.write([session(), phase("intake")])
    journal.write([reading(second) for second in range(0, 3600, 5)])
    points = history.trend(["R1"], minutes=30)["R1"]["spo2_pct"]
    assert points[0][0] >= T0 + 3595_000 - 30 * 60_000
    assert points[-1][0] == T0 + 3595_000


def test_pressures_of_the_trend_leave_failed_determinations_out(journal, history):
    journal.write([session(), phase("intake"), reading(70)])
    journal.write([determination(30), determination(60, LEAK)])
    assert history.trend(["R1"])["R1"]["nibp"] == [[T0 + 30_000, 128, 79, 95]]


def test_a_trend_of_no_recliners_is_empty(history):
    assert history.trend([]) == {}


def test_sessions_are_listed_newest_first_by_recliner_and_label(journal, history):
    for number in range(5):
        begun = session(f"s{number}", f"R{number % 2}", label="CD" if number == 3 else "AB")
        journal.write([_begun(begun, number)])
    assert [s.session_id for s in history.sessions(3)] == ["s4", "s3", "s2"]
    assert [s.session_id for s in history.sessions(recliner="R0")] == ["s4", "s2", "s0"]
    assert [s.session_id for s in history.sessions(label="CD")] == ["s3"]
    older = history.sessions(before_utc_ms=T0 + 2 * 60_000)
    assert [s.session_id for s in older] == ["s1", "s0"]


def _begun(fact, minutes):
    return replace(fact, begun_utc_ms=T0 + minutes * 60_000)


def test_a_day_shows_every_session_of_which_any_part_lies_in_it(journal, history):
    day = 24 * 3600
    for name, begins, ends in (
        ("over", -600, -60),
        ("through midnight", -600, 600),
        ("within", 3600, 7200),
        ("running", 7200, None),
        ("tomorrow", day, None),
    ):
        journal.write([_begun(session(name), begins / 60), phase("intake", begins, name)])
        if ends is not None:
            journal.write([phase("discharged", ends, name)])
    shown = history.day(T0, T0 + day * 1000)
    assert [s.session_id for s in shown] == ["through midnight", "within", "running"]
    assert [s.ended_utc_ms for s in shown] == [T0 + 600_000, T0 + 7_200_000, None]


def test_of_many_alarm_rows_the_newest_are_kept_in_order(journal, history):
    journal.write([alarm(f"step {number}", number) for number in range(10)])
    assert [a.transition for a in history.alarms(limit=3)] == ["step 7", "step 8", "step 9"]
    span = (T0 + 2_000, T0 + 4_000)
    assert [a.transition for a in history.alarms(span=span)] == ["step 2", "step 3"]
    assert history.alarms(recliner="R2") == []


def test_a_recliners_readings_are_those_of_all_its_sessions(journal, history):
    journal.write([reading(0, session_id=None), reading(1), reading(2, recliner="R2")])
    assert len(history.readings(SPO2, recliner="R1")) == 2
    assert len(history.readings(SPO2, recliner="R1", session_id="s1")) == 1
    assert history.reading_span("s1") == (T0 + 1000, T0 + 2000)
    assert history.reading_span("s9") is None
    with pytest.raises(ValueError, match="name a session or a recliner"):
        history.readings(SPO2)


def test_a_page_that_was_open_before_learns_new_words(journal, history):
    assert history.readings(Vital.TEMPERATURE, recliner="R1") == []
    journal.write([reading(0, 36.6, Vital.TEMPERATURE)])
    assert [r.value for r in history.readings(Vital.TEMPERATURE, recliner="R1")] == [36.6]
