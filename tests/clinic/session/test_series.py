"""Sessions of one label in order, and the day's view of the rooms."""

from monitors.clinic.doses import dose_of
from monitors.clinic.entries import Entry
from monitors.clinic.entry_kinds import Rating
from monitors.clinic.intake import Intake
from monitors.clinic.intake_fields import ScoreScale
from monitors.clinic.phases import Phase
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.scores import RatingScale
from monitors.clinic.series import Measured, PastSession, day_view, expected_end_ms, series_of
from monitors.clinic.session import InfusionSession
from monitors.clinic.session_orders import begin, move
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

UTC = 1_700_000_000_000
MINUTE = 60_000
DAY = 24 * 60


def visit(
    label: str,
    start: int,
    *steps: tuple[Phase, int],
    recliner: str = "R1",
    protocol: str = "mood40",
) -> InfusionSession:
    """Return a visit that begins at a minute, its phases at minutes after that."""
    plan = built_in()[protocol]
    at, utc = start * MINUTE, UTC + start * MINUTE
    session = begin(f"{label}{start}", recliner, label, protocol, at, utc, "N", plan=plan)
    for phase, minute in steps:
        session = move(session, phase, at + minute * MINUTE, utc + minute * MINUTE, "N", "x")
    return session


WHOLE = (
    (Phase.BASELINE, 5),
    (Phase.INFUSING, 15),
    (Phase.RECOVERY, 55),
    (Phase.DISCHARGED, 80),
)


def test_a_series_holds_one_labels_sessions_in_order_and_counts_the_dosed_ones() -> None:
    sessions = [
        PastSession(visit("JD", 3 * DAY, *WHOLE), Intake(infusion_number=3, series_length=6)),
        PastSession(visit("JD", 0, *WHOLE), Intake(infusion_number=1, series_length=6)),
        PastSession(visit("JD", DAY, (Phase.BASELINE, 5), (Phase.ABANDONED, 9))),
        PastSession(visit("AB", 2 * DAY, *WHOLE)),
    ]
    rows = series_of("JD", sessions, 9 * DAY * MINUTE)
    assert [(row.number, row.stated, row.infused_min) for row in rows] == [
        (1, "1 of 6", 40.0),
        (None, None, None),
        (2, "3 of 6", 40.0),
    ]
    assert [row.is_number_doubtful for row in rows] == [False, False, True]
    assert rows[1].ended_as is Phase.ABANDONED


def test_a_row_has_the_main_figures_and_none_where_nothing_was_measured() -> None:
    pressures = (
        NibpDetermination(NibpOutcome.COMPLETED, 128, 92),
        NibpDetermination(NibpOutcome.COMPLETED, 151, 88),
        NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.LEAK),
    )
    rated = [
        Entry(str(score), UTC + score, UTC + score, "N", Rating(RatingScale.DISSOCIATION, score))
        for score in (2, 7, 4)
    ]
    intake = Intake(dose=dose_of("0.5 mg/kg"), score_scale=ScoreScale.PHQ9, score=17)
    past = PastSession(visit("JD", 0, *WHOLE), intake, rated, Measured(pressures, 93, 104, 2))
    bare = PastSession(visit("JD", DAY, *WHOLE))
    full, empty = series_of("JD", [past, bare], 0)
    assert (full.peak_systolic_mmhg, full.peak_diastolic_mmhg) == (151, 92)
    assert (full.lowest_spo2_pct, full.peak_dissociation, full.alarms) == (93, 7, 2)
    assert (full.dose, full.score) == ("0.5 mg/kg", 17)
    assert (empty.peak_systolic_mmhg, empty.peak_dissociation, empty.dose) == (None, None, None)


def test_the_day_view_tells_who_sits_where_until_when() -> None:
    sessions = [
        visit("CD", 30, (Phase.BASELINE, 5), (Phase.INFUSING, 15), recliner="R2"),
        visit("AB", 0, *WHOLE),
        visit("EF", 90, recliner="R1", protocol="injection"),
        visit("XY", -DAY, *WHOLE, recliner="R1"),
        visit("ZZ", 10, recliner="R9"),
    ]
    rows = day_view(sessions, {"R1": "Room A", "R2": "Room B"}, UTC, 100 * MINUTE)
    told = [
        (
            row.room,
            row.recliner,
            row.label,
            None if row.until_utc_ms is None else (row.until_utc_ms - UTC) // MINUTE,
            row.is_expected,
        )
        for row in rows
    ]
    assert told == [
        ("Room A", "R1", "AB", 80, False),
        ("Room A", "R1", "EF", 190, True),
        ("Room B", "R2", "CD", 115, True),
        ("", "R9", "ZZ", 155, True),
    ]


def test_the_expected_end_waits_for_the_minimum_recovery_and_never_lies_in_the_past() -> None:
    recovering = visit("JD", 0, *WHOLE[:3])
    assert expected_end_ms(recovering, 60 * MINUTE) == 70 * MINUTE
    assert expected_end_ms(recovering, 90 * MINUTE) == 90 * MINUTE
    assert expected_end_ms(visit("JD", 0, *WHOLE), 90 * MINUTE) == 80 * MINUTE
    paused = visit("JD", 0, *WHOLE[:2], (Phase.PAUSED, 25))
    assert expected_end_ms(paused, 60 * MINUTE) == (60 + 30 + 15) * MINUTE
    nameless = begin("s", "R1", "JD", "own", 0, UTC, "N", planned_s=600)
    assert expected_end_ms(nameless, 0) is None
