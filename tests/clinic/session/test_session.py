"""One visit: its clocks, its refusals, and what is left of it after a restart."""

import pytest

from monitors.clinic.labels import label_fault
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.session import InfusionSession, from_record
from monitors.clinic.session_orders import begin, move, replan
from monitors.errors import SessionError

UTC = 1_700_000_000_000
MINUTE = 60_000
NURSE = "A. Nurse"


def opened(
    kind: SessionKind = SessionKind.INFUSION, planned_s: int | None = 2400
) -> InfusionSession:
    plan = planned_s if kind is SessionKind.INFUSION else None
    return begin(
        "s1", "R1", "JD-3", "mood40", 0, UTC, NURSE, kind=kind, planned_s=plan, boot_id="boot-a"
    )


def walked(*steps: tuple[Phase, int], kind: SessionKind = SessionKind.INFUSION) -> InfusionSession:
    """Take a session through phases, each at a minute."""
    session = opened(kind)
    for phase, minute in steps:
        session = move(session, phase, minute * MINUTE, UTC + minute * MINUTE, NURSE, "because")
    return session


RUNNING = ((Phase.BASELINE, 5), (Phase.INFUSING, 15))


def test_a_visit_walks_from_intake_to_discharge_and_counts_only_infusing_time() -> None:
    session = walked(
        *RUNNING,
        (Phase.PAUSED, 25),
        (Phase.INFUSING, 31),
        (Phase.RECOVERY, 61),
        (Phase.DISCHARGED, 90),
    )
    assert session.infusion_elapsed_ms(500 * MINUTE) == 40 * MINUTE
    assert session.session_elapsed_ms(500 * MINUTE) == 90 * MINUTE
    assert session.recovery_elapsed_ms(500 * MINUTE) == 29 * MINUTE
    assert not session.is_open


def test_the_infusion_clock_stands_still_in_a_pause_and_the_session_clock_does_not() -> None:
    paused = walked(*RUNNING, (Phase.PAUSED, 25))
    assert paused.infusion_elapsed_ms(26 * MINUTE) == paused.infusion_elapsed_ms(90 * MINUTE)
    assert paused.session_elapsed_ms(90 * MINUTE) == 90 * MINUTE
    assert not paused.is_running


def test_the_projected_end_stands_while_infusing_and_moves_on_during_a_pause() -> None:
    running = walked(*RUNNING)
    assert {running.projected_end_ms(m * MINUTE) for m in (15, 20, 54, 70)} == {55 * MINUTE}
    assert running.remaining_ms(60 * MINUTE) == -5 * MINUTE
    paused = walked(*RUNNING, (Phase.PAUSED, 25))
    assert paused.projected_end_ms(25 * MINUTE) == 55 * MINUTE
    assert paused.projected_end_ms(35 * MINUTE) == 65 * MINUTE
    assert walked((Phase.BASELINE, 5)).projected_end_ms(6 * MINUTE) is None


def test_an_early_stop_says_how_much_was_left() -> None:
    stopped = walked(*RUNNING, (Phase.RECOVERY, 45))
    assert stopped.remaining_ms(90 * MINUTE) == 10 * MINUTE
    assert stopped.marks[-1].reason == "because"


def test_an_illegal_order_names_both_phases_and_what_is_allowed() -> None:
    with pytest.raises(SessionError, match=r"infusing; discharged .*paused, recovery, abandoned"):
        move(walked(*RUNNING), Phase.DISCHARGED, 0, UTC, NURSE)
    with pytest.raises(SessionError, match="the session is over"):
        move(walked((Phase.ABANDONED, 1)), Phase.BASELINE, 0, UTC, NURSE)


def test_the_second_of_two_people_who_pause_at_once_is_told_who_was_first() -> None:
    paused = walked(*RUNNING, (Phase.PAUSED, 25))
    with pytest.raises(SessionError, match=r"already in phase paused, by A\. Nurse 2 s ago"):
        move(paused, Phase.PAUSED, 25 * MINUTE + 2000, UTC, "B. Other")


def test_abandoning_needs_a_reason_and_every_order_needs_a_person() -> None:
    with pytest.raises(SessionError, match="needs a reason"):
        move(opened(), Phase.ABANDONED, 1, UTC, NURSE, "  ")
    with pytest.raises(SessionError, match="say who"):
        move(opened(), Phase.BASELINE, 1, UTC, " ")


def test_an_injection_has_no_pump_clock_and_recovery_dates_it() -> None:
    session = walked((Phase.BASELINE, 5), (Phase.RECOVERY, 12), kind=SessionKind.INJECTION)
    assert session.injected_ms == session.dosed_ms == 12 * MINUTE
    assert session.infusion_elapsed_ms(90 * MINUTE) == 0
    assert session.projected_end_ms(90 * MINUTE) is None
    with pytest.raises(SessionError, match="injection session"):
        walked(*RUNNING, kind=SessionKind.INJECTION)
    with pytest.raises(SessionError, match="no pump clock"):
        replan(opened(SessionKind.INJECTION), 2400, 0, UTC, NURSE, "longer")


def test_an_extension_moves_the_projected_end_and_is_recorded() -> None:
    longer = replan(walked(*RUNNING), 3000, 20 * MINUTE, UTC, NURSE, "no benefit so far")
    assert longer.projected_end_ms(20 * MINUTE) == 65 * MINUTE
    assert [(m.planned_s, m.by, m.reason) for m in longer.plan_marks] == [
        (3000, NURSE, "no benefit so far")
    ]
    with pytest.raises(SessionError, match="needs a reason"):
        replan(longer, 3600, 0, UTC, NURSE, "")
    with pytest.raises(SessionError, match="only before recovery"):
        replan(walked(*RUNNING, (Phase.RECOVERY, 30)), 3000, 0, UTC, NURSE, "late")


@pytest.mark.parametrize("planned_s", [0, -60, 59, 6 * 3600 + 1])
def test_an_impossible_planned_time_is_refused_with_its_range(planned_s: int) -> None:
    with pytest.raises(SessionError, match="1 to 360 minutes"):
        opened(planned_s=planned_s)


def test_a_clock_set_back_never_keeps_a_pause_from_being_recorded() -> None:
    paused = move(walked(*RUNNING), Phase.PAUSED, 3 * MINUTE, UTC, NURSE)
    assert paused.infusion_elapsed_ms(99 * MINUTE) == 0
    assert paused.marks[-1].at_ms == 15 * MINUTE


def test_a_restart_in_the_same_boot_goes_on_by_the_timeline() -> None:
    running = walked(*RUNNING)
    again = from_record(running.to_record(), "boot-a", lambda utc_ms: utc_ms - UTC + 999_999)
    assert again == running


def test_a_reboot_goes_on_by_utc_with_the_pause_still_out() -> None:
    running = walked(*RUNNING, (Phase.PAUSED, 25), (Phase.INFUSING, 31))
    rebooted_at = UTC + 40 * MINUTE
    again = from_record(running.to_record(), "boot-b", lambda utc_ms: utc_ms - rebooted_at)
    assert again.boot_id == "boot-b"
    assert again.began_ms == -40 * MINUTE
    assert again.infusion_elapsed_ms(2 * MINUTE) == (10 + 9 + 2) * MINUTE
    assert from_record(again.to_record(), "boot-b", lambda utc_ms: 0) == again


def test_a_wall_clock_set_between_two_marks_does_not_change_the_pause_after_a_reboot() -> None:
    session = walked(*RUNNING, (Phase.PAUSED, 25))
    an_hour_off = UTC + 31 * MINUTE - 60 * MINUTE
    session = move(session, Phase.INFUSING, 31 * MINUTE, an_hour_off, NURSE)
    again = from_record(session.to_record(), "boot-b", lambda utc_ms: utc_ms - an_hour_off)
    assert again.infusion_elapsed_ms(0) == 10 * MINUTE
    assert again.infusion_elapsed_ms(4 * MINUTE) == 14 * MINUTE
    assert again.session_elapsed_ms(4 * MINUTE) == 35 * MINUTE


def test_a_record_nobody_wrote_is_refused_in_words() -> None:
    record = opened().to_record()
    for wrong in ({}, record | {"format": 99}, record | {"marks": []}, record | {"kind": "pill"}):
        with pytest.raises(SessionError, match="cannot be read"):
            from_record(wrong)


def test_a_reading_belongs_to_a_visit_only_if_it_was_taken_in_it() -> None:
    session = walked(*RUNNING, (Phase.ABANDONED, 30))
    taken = [session.has_taken(m * MINUTE) for m in (4, 5, 20, 30, 31)]
    assert taken == [False, True, True, True, False]
    assert not session.has_taken(None)
    assert not opened().has_taken(1)


@pytest.mark.parametrize("label", ["JD", "J.D.", "17", "#17", "AB-12", "P-0031", "JDX 4", "S/3"])
def test_initials_and_numbers_may_stand(label: str) -> None:
    assert label_fault(label) is None
    assert opened().label == "JD-3"


@pytest.mark.parametrize(
    "label",
    [
        "",
        "  ",
        "Ann",
        "John",
        "JOHN",
        "J. Doe",
        "John D",
        "Müller",
        "12.03.1980",
        "1980-03-12",
        "A" * 13,
        "jd",
    ],
)
def test_a_name_or_a_birthday_is_refused_with_the_rule(label: str) -> None:
    with pytest.raises(SessionError, match="initials or a number, never a name"):
        begin("s", "R1", label, "mood40", 0, UTC, NURSE)
