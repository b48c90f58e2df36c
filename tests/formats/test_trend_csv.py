"""The CSV dialects of recorded trends: headers, times, delimiters, encodings, dropouts, cuffs."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from monitors.errors import ConfigurationError
from monitors.formats.trend_csv import Trend, parse_trend, read_trend, read_trend_stream
from monitors.readings import Vital

WELLUE = (
    "Time,SpO2(%),Pulse Rate(bpm),Motion,SpO2 Reminder,PR Reminder\n"
    "11:59:58PM Nov 18, 2021,97,62,0,0,0\n"
    "11:59:59PM Nov 18, 2021,--,--,12,0,0\n"
    "12:00:00AM Nov 19, 2021,96,61,0,0,0\n"
)


def values(trend: Trend, vital: Vital) -> list[float | None]:
    return [dict(row.values)[vital] for row in trend.rows]


def times(trend: Trend) -> list[int]:
    return [row.at_ms for row in trend.rows]


def test_bidmc_numerics() -> None:
    text = b"Time [s], HR, PULSE, RESP, SpO2\n0,94,93,25,97\n1,94,NaN,0,0\n2,92,93,26,97\n"
    trend = parse_trend(text, "b.csv")
    assert (trend.dialect, trend.interval_ms, times(trend)) == ("bidmc", 1000, [0, 1000, 2000])
    assert values(trend, Vital.SPO2) == [97, None, 97]
    assert values(trend, Vital.PULSE_RATE) == [93, None, 93]
    assert values(trend, Vital.RESPIRATION_RATE) == [25, None, 26]
    assert values(trend, Vital.HEART_RATE) == [94, 94, 92]


def test_a_mimic_minute_trend_with_cuff_readings() -> None:
    text = (
        b"minute,HR,PULSE,RESP,SpO2,NBPSys,NBPDias,NBPMean\n"
        b"0,101.3,0.0,16.5,0.0,,,\n1,89.5,88.5,21.2,95.7,87.0,46.0,62.0\n"
        b"2,79.9,68.5,20.9,97.8,87.0,46.0,62.0\n3,79.9,68.5,20.9,97.8,0,0,94.0\n"
    )
    trend = parse_trend(text, "m.csv")
    assert (trend.dialect, trend.interval_ms) == ("mimic", 60_000)
    cuffs = [row.cuff for row in trend.rows]
    assert cuffs[0] is None
    assert cuffs[1] is not None
    assert (cuffs[1].systolic_mmhg, cuffs[1].diastolic_mmhg, cuffs[1].mean_mmhg) == (87, 46, 62)
    assert cuffs[2] is None
    assert cuffs[3] is not None
    assert (cuffs[3].systolic_mmhg, cuffs[3].mean_mmhg) == (None, 94)


def test_a_cuff_reading_that_repeats_until_the_next_is_one_determination() -> None:
    rows = "".join(f"{s},70,70,14,97,{120 if s < 40 else 130},80,95\n" for s in range(80))
    header = "Time [s],HR,PULSE,RESP,SpO2,NBPSys,NBPDias,NBPMean\n"
    trend = parse_trend((header + rows).encode(), "n.csv")
    assert [row.at_ms for row in trend.rows if row.cuff] == [0, 40_000]


def test_uq_trends_may_end_in_bare_commas() -> None:
    text = (
        "Time,RelativeTimeMilliseconds,Clock,HR,ST-II,Pulse,SpO2,Perf,etCO2,imCO2,awRR,"
        "NBP (Sys),NBP (Dia),NBP (Mean),NBP (Pulse),NBP (Time Remaining)\n"
        "00:00:00,0,10:01:00,70,0.1,71,98,1.2,,,14,120,80,93,70,,,,\n"
        "00:00:01,1000,10:01:01,70,0.1,71,98,1.2,,,14,120,80,93,70,,,,\n"
    )
    trend = parse_trend(text.encode(), "u.csv")
    assert (trend.dialect, times(trend)) == ("uq", [0, 1000])
    assert values(trend, Vital.PERFUSION_INDEX) == [1.2, 1.2]
    assert values(trend, Vital.RESPIRATION_RATE) == [14, 14]
    assert trend.rows[0].cuff is not None
    assert trend.rows[0].cuff.pulse_rate_per_min == 70
    assert trend.rows[1].cuff is None


def test_wellue_crosses_midnight_with_commas_in_its_dates() -> None:
    trend = parse_trend(WELLUE.encode(), "w.csv")
    assert (trend.dialect, times(trend)) == ("wellue", [0, 1000, 2000])
    assert values(trend, Vital.SPO2) == [97, None, 96]
    assert values(trend, Vital.PULSE_RATE) == [62, None, 61]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_wellue_comes_in_many_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    lines = WELLUE.splitlines()
    rows = [lines[0].replace(",", delimiter)]
    for line in lines[1:]:
        day, year, *rest = line.split(",")
        rows.append(delimiter.join([f"{day},{year}", *rest]))
    trend = parse_trend("\r\n".join(rows).encode(encoding), "w.csv")
    assert values(trend, Vital.SPO2) == [97, None, 96]


def test_a_localised_wellue_header_and_decimal_commas_are_read() -> None:
    text = "Zeit;SpO2(%);Pulsfrequenz (Schläge/min);Bewegung\n23:10:00 18 Nov. 2021;97,5;62,0;0\n"
    for encoding in ("utf-8", "cp1252"):
        trend = parse_trend(text.encode(encoding), "z.csv")
        assert values(trend, Vital.SPO2) == [97.5]
        assert values(trend, Vital.PULSE_RATE) == [62]


def test_emay() -> None:
    text = "Date,Time,SpO2(%),PR(bpm)\n1/2/2024,10:15:30 PM,96,60\n1/2/2024,10:15:31 PM,,\n"
    trend = parse_trend(text.encode(), "e.csv")
    assert (trend.dialect, times(trend)) == ("emay", [0, 1000])
    assert values(trend, Vital.SPO2) == [96, None]


def test_checkme() -> None:
    text = (
        "Time, Oxygen Level, Pulse Rate, Motion\n"
        "22:00:00 01/02/2024, 96, 60, 0\n22:00:02 01/02/2024, 255, 0, 0\n"
    )
    trend = parse_trend(text.encode(), "c.csv")
    assert (trend.dialect, trend.interval_ms) == ("checkme", 2000)
    assert values(trend, Vital.SPO2) == [96, None]
    assert values(trend, Vital.PULSE_RATE) == [60, None]


def test_an_unknown_file_names_the_columns_it_has() -> None:
    with pytest.raises(ConfigurationError, match=r"x\.csv, line 1: .*: Apples, Pears"):
        parse_trend(b"Apples,Pears\n1,2\n", "x.csv")


def test_an_empty_file_says_so() -> None:
    with pytest.raises(ConfigurationError, match="line 1: the file is empty"):
        parse_trend(b"", "x.csv")
    with pytest.raises(ConfigurationError, match=r"no row|columns"):
        parse_trend(b"minute,HR,SpO2\n", "x.csv")


def test_a_time_that_cannot_be_read_names_its_line() -> None:
    with pytest.raises(ConfigurationError, match="line 3, column 'minute': 'soon' is not a time"):
        parse_trend(b"minute,HR,SpO2\n0,70,97\nsoon,70,97\n", "x.csv")


def test_a_time_that_goes_back_names_its_line() -> None:
    with pytest.raises(ConfigurationError, match="line 3, column 'minute': the time goes back"):
        parse_trend(b"minute,HR,SpO2\n5,70,97\n4,70,97\n", "x.csv")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.csv cannot be read"):
        read_trend(tmp_path / "none.csv")


class Counted(BytesIO):
    """Count what was read of a stream."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self.taken += len(chunk)
        return chunk


def test_a_stream_without_known_columns_is_refused_after_its_first_lines() -> None:
    stream = Counted(b"y\n" * 2_000_000)
    with pytest.raises(ConfigurationError, match=r"line 1: .* these columns: y"):
        read_trend_stream(stream, "y.csv")
    assert stream.taken < 100_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_stream_is_read_whole_wherever_its_beginning_is_cut(encoding: str, end: str) -> None:
    for pad in range(4):
        rows = [f"{second},97,{'“é₂”' * 10}" for second in range(2000)]
        text = end.join(["#" * pad, "Time,SpO₂,Note", *rows, ""])
        trend = read_trend_stream(Counted(text.encode(encoding)), "long.csv")
        assert len(trend.rows) == 2000
        assert times(trend)[-1] == 1_999_000
