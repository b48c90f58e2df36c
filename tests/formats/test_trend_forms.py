"""What spreadsheets, loggers and exports do to a trend file: each form, and each refusal."""

from __future__ import annotations

import contextlib
import random

import pytest

from monitors.errors import ConfigurationError
from monitors.formats.trend_csv import Trend, parse_trend
from monitors.readings import Vital

HEAD = "Time [s],HR,PULSE,RESP,SpO2\n"
CUFFS = "minute,HR,PULSE,RESP,SpO2,NBPSys,NBPDias,NBPMean\n"


def read(text: str | bytes) -> Trend:
    return parse_trend(text.encode() if isinstance(text, str) else text, "x.csv")


def values(trend: Trend, vital: Vital) -> list[float | None]:
    return [dict(row.values)[vital] for row in trend.rows]


def seconds(trend: Trend) -> list[float]:
    return [row.at_ms / 1000 for row in trend.rows]


def refusal(text: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    return str(caught.value)


SOUND = (
    f"{HEAD}0,94,93,25,97\n1,94,93,25,97\n",
    'Time,SpO2(%),Pulse Rate(bpm),Motion\n"11:59:58PM Nov 18, 2021",97,62,0\n',
    "Date,Time,SpO2(%),PR(bpm)\n1/2/2024,10:15:30 PM,96,60\n1/3/2024,10:15:31 PM,,\n",
    "Timestamp,SpO2\n2024-01-02T23:59:59+02:00,97\n2024-01-03T00:00:00Z,97\n",
)
DAMAGE = (
    *("1e308", "1e400", "9" * 400, '"', "'", ",", ";", "\t", "\n", "\r", "\0", ":", "99:99"),
    *("0000-00-00", "9999-12-31", "+99:99", "Z", "PM", "[", "(ms)", "²", "NaN", "sep=;\n", "_1"),
)


# ---- the time column


@pytest.mark.parametrize(
    ("column", "first", "second", "apart"),
    [
        ("Time [s]", "0", "1", 1),
        ("Time(s)", "0.5", "1.75", 1.25),
        ("Time [ms]", "0", "1000", 1),
        ("time_ms", "0", "1000", 1),
        ("Time (min)", "0", "1", 60),
        ("minute", "0", "1", 60),
        ("Seconds", "0", "4", 4),
        ("Time", "1700000000", "1700000002", 2),
        ("timestamp", "1700000000000", "1700000002000", 2),
        ("Time", "10:00:00", "10:00:01", 1),
        ("Time", "10:00:00.250000", "10:00:01.500000", 1.25),
        ("Time", "10:00:00,250", "10:00:01,500", 1.25),
        ("Time", "9:59:59.123456 PM", "10:00:00.123456 PM", 1),
        ("Time", "11:59:59 a.m.", "12:00:00 p.m.", 1),
        ("Time", "23:59:59", "00:00:00", 1),
        ("Timestamp", "2024-01-02T23:59:59Z", "2024-01-03T00:00:01Z", 2),
        ("Timestamp", "2024-01-02 10:00:00.5", "2024-01-02 10:00:02.75", 2.25),
        ("Datetime", "2024-10-27T02:59:59+02:00", "2024-10-27T02:00:00+01:00", 1),
        ("Datetime", "2024-10-27T02:59:59+0200", "2024-10-27T01:00:01Z", 2),
        ("Time", "01:59:59 27/10/2024", "01:00:00 27/10/2024", 1),
        ("Time", "23:59:59 Aug 26 2026", "00:00:00 Aug 27 2026", 1),
        ("Time", "12:59:59 Apr 5 2024", "13:00:00 Apr 5 2024", 1),
        ("Time", "10:00:00 Nov 18 2021", "09:00:00 Nov 19 2021", 23 * 3600),
        ("Time", "10:00:00 Nov 18 2021", "10:00:01 Nov 20 2021", 2 * 86_400 + 1),
        ("Time", "10:00:00 30 juin 2024", "10:00:00 1 juil. 2024", 86_400),
        ("Time", "23:59:59 31/12/2023", "00:00:00 01/01/2024", 1),
        ("Time", "23:59:59 1/12/2024", "00:00:00 1/13/2024", 1),
        ("Elapsed time", "0:59.000", "1:00.500", 1.5),
        ("Time", "59:59.000", "1:00:00.000", 1),
        ("Time", "[23:59:59.000 31/01/2020]", "[00:00:00.000 01/02/2020]", 1),
    ],
)
def test_a_moment_is_read(column: str, first: str, second: str, apart: float) -> None:
    rows = f'"{first}",70,71,14,97\n"{second}",70,71,14,96\n'
    trend = read(f"{column},HR,PULSE,RESP,SpO2\n{rows}")
    assert seconds(trend) == [0, apart]
    assert values(trend, Vital.SPO2) == [97, 96]


def test_a_date_column_of_its_own_tells_the_day() -> None:
    head = "Date,Time,SpO2(%),PR(bpm)\n"
    trend = read(head + "5/8/2026,11:59:59 PM,98,52\n5/10/2026,12:00:00 AM,,58\n")
    assert seconds(trend) == [0, 86_401]
    assert values(trend, Vital.SPO2) == [98, None]
    assert values(trend, Vital.PULSE_RATE) == [52, 58]


def test_a_gap_in_time_stays_one_and_two_rows_may_share_a_moment() -> None:
    trend = read(HEAD + "0,1,1,1,97\n1,1,1,1,97\n1,1,1,1,96\n61,1,1,1,97\n62,1,1,1,97\n")
    assert seconds(trend) == [0, 1, 1, 61, 62]
    assert trend.interval_ms == 1000


# ---- the table


def test_names_cells_and_line_ends_come_in_many_forms() -> None:
    text = '\ufeff Time [s] , "HR" , PULSE ,RESP, SpO2 (%) \r\n 0 , 70 ,"71", 14.5 , 97 %\r\n\r\n'
    trend = read(text)
    assert values(trend, Vital.SPO2) == [97]
    assert values(trend, Vital.PULSE_RATE) == [71]
    assert values(trend, Vital.RESPIRATION_RATE) == [14.5]


def test_single_quotes_and_a_row_of_units_are_rdsamps() -> None:
    text = "'Elapsed time','HR','PULSE','RESP','SpO2'\n'seconds','bpm','1/min','pm','%'\n"
    trend = read(text + "0.000,70.0,71.0,-,97.0\n60.000,70.0,71.0,14.0,96.0\n")
    assert seconds(trend) == [0, 60]
    assert values(trend, Vital.RESPIRATION_RATE) == [None, 14]


def test_the_row_of_units_tells_the_unit_of_the_time() -> None:
    assert seconds(read("Time,HR,SpO2\nmin,bpm,%\n0,70,97\n2,70,97\n")) == [0, 120]
    assert seconds(read("Time,SpO2\n'hh:mm:ss.mmm','%'\n0:00:00.000,97\n0:01:00.000,97\n")) == [
        0,
        60,
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_notes_before_the_header_are_passed_over(line_end: str) -> None:
    lines = ["sep=;", "", "Recorder 7; ward", "Time;SpO2;Pulse", "10:00:00;97,5;60"]
    trend = read(line_end.join(lines))
    assert values(trend, Vital.SPO2) == [97.5]


WORDS = ["", " ", "-", "--", "---", "- -", "?", "NaN", "nan", "NULL", "n/a", "inf"]
NUMBERS = ["0", "0.0", "-1", "-100", "127", "255", "511", "32767", "-32768", "65535"]


@pytest.mark.parametrize("cell", [*WORDS, *NUMBERS])
def test_what_is_no_saturation_is_a_dropout(cell: str) -> None:
    trend = read(f"{HEAD}0,70,71,14,{cell}\n1,70,71,14,97\n")
    assert values(trend, Vital.SPO2) == [None, 97]


def test_a_finger_oximeters_255_is_no_pulse() -> None:
    finger = read("Time,SpO2(%),Pulse Rate(bpm),Motion\n10:00:00,255,255,0\n")
    assert values(finger, Vital.PULSE_RATE) == [None]
    assert values(read(HEAD + "0,70,255,14,97\n"), Vital.PULSE_RATE) == [255]


def test_a_quoted_decimal_comma_is_one_in_a_comma_file_too() -> None:
    assert values(read(HEAD + '0,70,71,14,"96,5"\n'), Vital.SPO2) == [96.5]


def test_a_row_that_is_too_short_or_too_long_is_read_as_far_as_it_goes() -> None:
    trend = read(HEAD + "0,70,71\n1,70,71,14,97,apnoea, lead off,\n")
    assert values(trend, Vital.SPO2) == [None, 97]


def test_thousands_of_columns_are_only_passed_over() -> None:
    many = ",".join(f"ch{place}" for place in range(4000))
    row = ",".join(["5"] * 4000)
    trend = read(f"Time [s],{many},SpO2\n0,{row},97\n1,{row},96\n")
    assert values(trend, Vital.SPO2) == [97, 96]


def test_of_two_columns_of_a_vital_the_first_counts() -> None:
    trend = read("Time,SpO2,SpO2,Pulse Rate,PR\n0,97,50,60,40\n")
    assert trend.rows[0].values == ((Vital.SPO2, 97), (Vital.PULSE_RATE, 60))


# ---- dialects


def test_wellue_with_a_comma_after_the_last_name_and_none_after_the_rows() -> None:
    head = "Time,SpO2(%),Pulse Rate(bpm),Motion,SpO2 Reminder,PR Reminder,\n"
    for row in ("11:59:58PM Nov 18, 2021,97,62,0,0,0", '"11:59:58PM Nov 18, 2021",97,62,0,0,0,'):
        trend = read(f"{head}{row}\n")
        assert trend.dialect == "wellue"
        assert values(trend, Vital.SPO2) == [97]
        assert values(trend, Vital.PULSE_RATE) == [62]


def test_wellue_in_a_script_without_latin_letters() -> None:
    trend = read("时间,血氧(%),脉率(bpm),体动\n23:10:00 18/11/2021,97,62,0\n")
    assert values(trend, Vital.PULSE_RATE) == [62]


def test_checkme_writes_its_month_as_a_word() -> None:
    text = "Time,Oxygen Level,Pulse Rate,Motion,O2 Reminder,PR Reminder\n"
    trend = read(text + "23:59:58 Aug 26 2026,95,86,29,0,0\n00:00:00 Aug 27 2026,--,--,0,0,0\n")
    assert (trend.dialect, seconds(trend)) == ("checkme", [0, 2])


def test_vitaldb_tracks() -> None:
    text = "Time,Solar8000/HR,Solar8000/PLETH_SPO2,Solar8000/NIBP_SBP,Solar8000/NIBP_DBP\n"
    trend = read(text + "0,70,98,,\n2,71,99,120,80\n")
    assert values(trend, Vital.SPO2) == [98, 99]
    assert trend.rows[1].cuff is not None
    assert trend.rows[1].cuff.diastolic_mmhg == 80


def test_uq_rows_end_in_messages_with_commas_of_their_own() -> None:
    text = (
        "Time,RelativeTimeMilliseconds,Clock,HR,ST-II,Pulse,SpO2,Perf,etCO2,imCO2,awRR,"
        "NBP (Sys),NBP (Dia),NBP (Mean),NBP (Pulse),NBP (Time Remaining),Alarm\n"
        "00:00:00_000,0,9:01,70,,71,98,1.2,,,14,120,80,93,70,,APNEA, LEADS OFF,ECG,\n"
        "00:00:01_000,1000,9:01,70,,71,98,1.2,,,14,,,,,,\n"
        "00:00:02_000,2000,9:01,70,,71,98,1.2,,,14,120,80,93,70,,\n"
        "00:00:03_000,3000,9:01,70,,71,98,1.2,,,14,120,80,93,70,,\n"
        "00:00:04_000,4000,9:01,70,,71,98,1.2,,,14,120,80,93,70,,\n"
    )
    trend = read(text)
    assert (trend.dialect, seconds(trend)) == ("uq", [0, 1, 2, 3, 4])
    assert [row.at_ms for row in trend.rows if row.cuff] == [0]


def test_curves_are_no_numbers() -> None:
    text = "Time [s], RESP, PLETH, V, AVR, II\n0,0.25,0.44,0.5,0.3,0.7\n0.008,0.26,0.5,0,0,0\n"
    assert refusal(text).startswith("x.csv, line 1: these are curves, without numbers to judge")


# ---- cuff readings


def test_a_dropout_in_a_held_cuff_reading_is_no_new_reading() -> None:
    held = [(120, 80, 95)] * 5 + [(0, 0, 0)] + [("", 80, 95)] + [(120, 80, 95)] * 5
    rows = "".join(f"{at},70,70,14,97,{s},{d},{m}\n" for at, (s, d, m) in enumerate(held))
    assert [row.at_ms for row in read(CUFFS + rows).rows if row.cuff] == [0]


def test_equal_readings_that_stand_alone_are_two() -> None:
    rows = "0,70,70,14,97,120,80,95\n1,70,70,14,97,,,\n2,70,70,14,97,120,80,95\n"
    assert [row.at_ms for row in read(CUFFS + rows).rows if row.cuff] == [0, 120_000]


def test_pressures_keep_their_decimals() -> None:
    row = read(CUFFS + "0,70,70,14,97,89.5,55,66.7\n").rows[0]
    assert row.pressures == (89.5, 55, 66.7)
    assert row.cuff is not None
    assert row.cuff.systolic_mmhg == 90


# ---- refusals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "x.csv, line 1: the file is empty"),
        (b"\n\n", "x.csv, line 1: the file is empty"),
        (b"Time,Apples\n0,1\n", "x.csv, line 1: no known trend file has these columns"),
        (b"HR,SpO2\n70,97\n", "x.csv, line 1: no known trend file has these columns: HR, SpO2"),
        (HEAD.encode(), "x.csv, line 1: there is a header but no row"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00", "x.csv, line 1: this is not a"),
        (b"\x1f\x8b\x08\x00\xab\xcd" * 50, "x.csv, line 1: this is not a text file"),
        (b"Time,HR\n0,70\n\x01\x02,70\n", "x.csv, line 3: this is not a text file"),
        (
            HEAD.encode() + b"0,70,70,14,97\n1,70,70,14,9x\n",
            "x.csv, line 3, column 'SpO2': '9x' is",
        ),
        (
            HEAD.encode() + b"0,70,70,14,97\n,70,70,14,97\n",
            "line 3, column 'Time [s]': '' is not a",
        ),
        (HEAD.encode() + b'0,70,70,14,"97\n1,70,70,14,97\n', "x.csv, line 2: a quote is opened"),
        (f"{HEAD}0,70,70,14,1_0\n".encode(), "line 2, column 'SpO2': '1_0' is not a number"),
        (f"{HEAD}1e30,70,70,14,97\n".encode(), "line 2, column 'Time [s]': '1e30' is not a time"),
        (f"{HEAD}1e999,70,70,14,97\n".encode(), "column 'Time [s]': '1e999' is not a time"),
        (b"Time,SpO2\n10:00:00,97\n10:61:00,97\n", "line 3, column 'Time': '10:61:00' is not a"),
        (b"Time,SpO2\n13:00:00 PM,97\n", "line 2, column 'Time': '13:00:00 PM' is not a time"),
        (b"Time,SpO2\n10:00:00,97\n\n09:00:00,97\n", "line 4, column 'Time': the time goes back"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_line_and_column(text: bytes, message: str) -> None:
    assert message in refusal(text)


def test_a_number_far_too_long_for_a_cell_is_refused() -> None:
    assert "x.csv, line 2: field larger" in refusal(f"{HEAD}0,70,70,14,{'9' * 200_000}\n")


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_file_is_read_or_refused_in_words(seed: int) -> None:
    damage = random.Random(seed)
    text = damage.choice(SOUND)
    for _ in range(damage.randint(1, 4)):
        at = damage.randrange(len(text) + 1)
        text = text[:at] + damage.choice(DAMAGE) + text[at + damage.choice([0, 1, 5]) :]
    with contextlib.suppress(ConfigurationError):
        read(text)
