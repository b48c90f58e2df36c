"""Observations, one tap each: orientation, sedation, ratings, comfort, steadiness.

Each says beside its name whether it is due. What the protocol asks for when is decided by the
meaning room; here it is only shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.checks import Slot, observation_slots
from monitors.clinic.scores import MOAAS_NOT_ROUSABLE, MOAAS_WORDS, RATING_TOP, RatingScale
from views import access
from views.forms.tables import show_table
from views.local_time import LocalTime
from views.page_frame import told_errors
from views.visit_forms.entering import enter, entry_button, fresh, kind_refusal
from views.visit_forms.orders import Signed, button, submit
from views.visit_forms.plates import plate
from views.visit_forms.standing import due_of
from views.visits import entries_of, session_of
from views.words import visit_en as words


def show_observations(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show every observation with its buttons, those of the schedule with what is due."""
    st.markdown(f"##### {words.OBSERVATIONS}")
    with _row("orientation", picture, local):
        _orientation(signed)
    with _row("sedation", picture, local):
        _sedation(signed)
    for scale in RatingScale:
        with _row(str(scale), picture, local):
            _rating(signed, scale)
    with _row("comfort", picture, local):
        entry_button(signed, words.COMFORT_DONE, "tick", {"name": "comfort"})


def _row(check: str, picture: Mapping[str, Any], local: LocalTime) -> Any:
    """Draw the name of an observation, strong where it is overdue; return where its taps go.

    The plate is there whether something is due or not: no button moves under a thumb.
    """
    head, taps = st.columns([1.15, 3], vertical_alignment="center")
    due, name = due_of(picture, check, local), words.CHECKS[check]
    with head:
        is_overdue = due.startswith(words.SLOT_STATES["overdue"])
        plate(f"{name}\n{due or words.RATING_TOPS.get(check, words.NONE)}", is_strong=is_overdue)
    return taps


def _orientation(signed: Signed) -> None:
    full, partly = st.columns(2)
    parts = words.ORIENTATION_PARTS
    with full:
        values = dict.fromkeys(parts, True)
        entry_button(signed, words.ORIENTED_FULLY, "orientation", values)
    refusal = kind_refusal(signed, "orientation")
    with partly:
        if refusal is not None:
            button(signed, words.ORIENTED_PARTLY, "partly", refusal=refusal)
            return
        with (
            st.popover(
                words.ORIENTED_PARTLY,
                width="stretch",
                key=signed.key("partly-place"),
            ),
            st.form(signed.key("partly-form"), border=False),
        ):
            known = st.pills(
                words.TELLS,
                list(parts),
                selection_mode="multi",
                format_func=lambda one: parts[one],
                key=fresh(signed, "partly-known", "orientation", empty=[]),
            )
            pressed = submit(signed, words.RECORD, "partly")
    if pressed:
        values = {name: name in known for name in parts}
        enter(signed, "orientation", values, words.ORIENTED_WORDS.format(score=len(known)))


def _choice(signed: Signed, kind: str, name: str, top: int, scale: str | None = None) -> int | None:
    """Show the numbers of a scale, each a button; return the one that was tapped."""
    refusal, chosen = kind_refusal(signed, kind, scale), None
    with st.container(horizontal=True, gap=None, key=signed.key(f"scale-{name}")):
        for number in range(top + 1):
            if button(signed, str(number), f"scale-{name}-{number}", refusal=refusal):
                chosen = number
    return chosen


def _sedation(signed: Signed) -> None:
    st.caption(" · ".join(f"{score} {told}" for score, told in MOAAS_WORDS.items()))
    score = _choice(signed, "sedation", "sedation", max(MOAAS_WORDS))
    if score is None:
        return
    told = words.SEDATION_WORDS.format(score=score, words=MOAAS_WORDS[score])
    if score <= MOAAS_NOT_ROUSABLE:
        told = f"{told}. {words.NOT_ROUSABLE}"
    enter(signed, "sedation", {"moaas": score}, told)


def _rating(signed: Signed, scale: RatingScale) -> None:
    score = _choice(signed, "rating", str(scale), RATING_TOP[scale], str(scale))
    if score is not None:
        told = words.RATING_WORDS.format(scale=words.CHECKS[str(scale)], score=score)
        enter(signed, "rating", {"scale": str(scale), "score": score}, told)


def show_steadiness(signed: Signed) -> None:
    """Show the two answers to whether the patient is steady on the feet."""
    st.markdown(f"**{words.STEADY}**")
    for column, is_steady in zip(st.columns(2), (True, False), strict=True):
        with column:
            label = words.STEADY_WORDS[is_steady]
            entry_button(signed, label, "steadiness", {"is_steady": is_steady})


def show_schedule(picture: Mapping[str, Any], local: LocalTime) -> None:
    """Show the schedule so far and the next observation of each kind."""
    with told_errors(), st.expander(words.SCHEDULE):
        rows = [
            {
                words.SCHEDULE_TABLE["at"]: local.minute(slot.due_utc_ms),
                words.SCHEDULE_TABLE["check"]: words.CHECKS[str(slot.check)],
                words.SCHEDULE_TABLE["state"]: words.SLOT_STATES[str(slot.state)],
            }
            for slot in _slots(picture)
        ]
        show_table(rows)


def _slots(picture: Mapping[str, Any]) -> tuple[Slot, ...]:
    """Return the schedule by the record; none without a protocol."""
    history, session_id = access.history(), str(picture["session"]["id"])
    row = history.session(session_id)
    entries = history.entries(session_id=session_id)
    session = session_of(row, entries) if row is not None else None
    if session is None or session.plan is None:
        return ()
    return observation_slots(session, session.plan, entries_of(entries), int(picture["as_of"]))
