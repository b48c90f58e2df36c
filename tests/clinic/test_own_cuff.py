"""An armed cadence orders one start at a time, and tries a failed one again only after a while."""

from __future__ import annotations

from dataclasses import replace

from monitors.clinic.cadence_events import CuffPromise, DueFor
from monitors.clinic.happenings import CuffOrder
from monitors.clinic.own_cuff import CUFF_RETRY_MS, OwnCuff
from monitors.clinic.place import Arms
from monitors.clinic.visit import Visit
from tests.clinic.test_recliner import CUFF, USUAL, Story, setup


def armed() -> Visit:
    """Return a visit whose armed cadence wants a start now."""
    visit = Story().begun().recliner.visit
    assert visit is not None
    visit.cadence = replace(visit.cadence, armed_by="R. Ortiz, RN")
    visit.promise = CuffPromise(due_ms=0, due_for=DueFor.STAT, wants_start=True)
    return visit


def test_a_start_is_ordered_once_until_it_is_answered() -> None:
    cuff, visit = OwnCuff(), armed()
    order = cuff.order_due(setup(), visit, USUAL, 1_000)
    assert order is not None
    assert order == CuffOrder(CUFF, True, "cadence armed by R. Ortiz, RN", is_stat=True, number=1)
    assert cuff.order_due(setup(), visit, USUAL, 2_000) is None
    cuff.answered(order, None, 3_000)
    assert cuff.order_due(setup(), visit, USUAL, 3_000) == replace(order, number=2)


def test_an_answer_to_another_order_does_not_let_a_pending_start_be_ordered_again() -> None:
    cuff, visit = OwnCuff(), armed()
    start = cuff.order_due(setup(), visit, USUAL, 1_000)
    for other in (CuffOrder(CUFF, False, "B. Lee, RN"), CuffOrder(CUFF, True, "B. Lee, RN")):
        cuff.answered(other, None, 2_000)
        cuff.answered(other, "the port is lost", 2_000)
        assert cuff.order_due(setup(), visit, USUAL, 99_000) is None, other
    assert start is not None
    cuff.answered(start, None, 99_000)
    assert cuff.order_due(setup(), visit, USUAL, 99_000) is not None


def test_a_late_answer_to_the_last_patients_start_is_not_the_next_ones() -> None:
    cuff, visit = OwnCuff(), armed()
    late = cuff.order_due(setup(), visit, USUAL, 1_000)
    cuff.forget()
    now = cuff.order_due(setup(), visit, USUAL, 2_000)
    assert late is not None
    cuff.answered(late, None, 3_000)
    assert now is not None
    assert cuff.order_due(setup(), visit, USUAL, 3_000) is None


def test_a_start_that_was_not_sent_waits_to_the_millisecond_before_it_is_tried_again() -> None:
    cuff, visit = OwnCuff(), armed()
    order = cuff.order_due(setup(), visit, USUAL, 1_000)
    assert order is not None
    cuff.answered(order, "the port is lost", 1_000)
    assert cuff.order_due(setup(), visit, USUAL, 1_000 + CUFF_RETRY_MS - 1) is None
    assert cuff.order_due(setup(), visit, USUAL, 1_000 + CUFF_RETRY_MS) is not None


def test_the_next_patient_does_not_wait_for_what_failed_at_the_last() -> None:
    cuff, visit = OwnCuff(), armed()
    order = cuff.order_due(setup(), visit, USUAL, 1_000)
    assert order is not None
    cuff.answered(order, "the port is lost", 1_000)
    cuff.forget()
    assert cuff.order_due(setup(), visit, USUAL, 1_001) is not None


def test_nothing_starts_on_the_lines_arm_or_where_it_may_not_or_nobody_sits() -> None:
    cuff, visit = OwnCuff(), armed()
    assert cuff.order_due(setup(), visit, Arms("left", "right", "right"), 1_000) is None
    assert cuff.order_due(setup(may_start=False), visit, USUAL, 1_000) is None
    assert cuff.order_due(setup(), None, USUAL, 1_000) is None
    visit.promise = replace(visit.promise, wants_start=False)
    assert cuff.order_due(setup(), visit, USUAL, 1_000) is None
