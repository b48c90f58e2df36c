"""One session from intake to the door, as a nurse charts it: large buttons, one name, one recliner.

What renews itself (how it stands, what is due, the cuff, the gate, the checklist) is drawn by
fragments apart from the forms, so that nothing typed is lost. Live numbers stand in the tile
alone, which watches its feed by itself; every order is a record, and no pump is controlled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from views import access
from views.forms.choosing import choose_recliner, tell_trouble
from views.forms.ordering import own_taps
from views.here import dashboard
from views.local_time import LocalTime
from views.page_frame import frame, say, signed_by
from views.pages import page
from views.visit_forms import (
    cuff,
    curve,
    discharge,
    entries_made,
    intake,
    observing,
    protocol_change,
    pump,
    remarks,
    standing,
    start_gate,
)
from views.visit_forms.beginning import show_begin
from views.visit_forms.entering import ask_when
from views.visit_forms.orders import Signed, show_told
from views.visit_forms.plates import plate
from views.wall_mount import mount
from views.words import pages_en
from views.words import visit_en as words

LOOK_EVERY_S = 2
CHART_EVERY_S = 5
TILE_HEIGHT = 225
SECTION_OF = {
    "intake": "intake",
    "baseline": "intake",
    "infusing": "running",
    "paused": "running",
    "recovery": "recovery",
}
STYLE = (Path(__file__).parent.parent / "visit_forms" / "big.css").read_text("utf-8")


def _page() -> None:
    st.html(f"<style>{STYLE}</style>")
    local = frame(words.TITLE)
    where, who = st.columns([2.2, 1], vertical_alignment="bottom")
    with where:
        recliner = choose_recliner(access.recliners_now())
    with who:
        by = signed_by("visit_person") or ""
    picture = dashboard().live.recliners.get(recliner or "")
    if recliner is None or picture is None:
        return
    session = picture.get("session")
    signed = Signed(recliner, str(session["id"]) if session else "", by, own_taps())
    mount(f"visit-tile-{recliner}", only=[recliner], height=TILE_HEIGHT)
    work, beside = st.columns([2.35, 1], gap="medium")
    with work:
        _told(signed)
        if session is None:
            show_begin(signed)
        else:
            _session(picture, signed, local)
    with beside:
        _beside(signed, local, _stamp(picture))
        if st.button(words.OPEN_RECLINER, key="open-recliner", width="stretch"):
            st.switch_page(page("recliner"), query_params={"recliner": recliner})


def _stamp(picture: Mapping[str, Any]) -> object:
    """Return what the forms were drawn on; when it changes, they are drawn anew."""
    session, visit = picture.get("session") or {}, picture.get("visit") or {}
    return (
        session.get("id"),
        session.get("phase"),
        session.get("planned_s"),
        session.get("edition"),
        visit.get("intake"),
        visit.get("entries"),
        [(one["check"], one["state"]) for one in visit.get("checks") or ()],
    )


@st.fragment(run_every=LOOK_EVERY_S)
def _told(signed: Signed) -> None:
    show_told(signed)


@st.fragment(run_every=LOOK_EVERY_S)
def _beside(signed: Signed, local: LocalTime, drawn_on: object) -> None:
    """Draw how the session stands, what is due, and the cuff.

    It is drawn last, for it draws the page anew where something has changed since.
    """
    picture = dashboard().live.recliners.get(signed.recliner)
    if picture is None:
        say(pages_en.NO_RECLINERS)
        return
    if _stamp(picture) != drawn_on:
        st.rerun()
    with st.container():
        tell_trouble()
    plate(standing.standing_line(picture, local), mark="data-standing='1'", least_lines=3)
    if picture.get("session") is None:
        return
    st.markdown(f"##### {words.CUFF}")
    cuff.show_cuff(picture, signed, local)
    with st.container():
        standing.show_due(picture, local)
    with st.container():
        protocol_change.show_protocol_change(picture, signed, local)


def _session(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    usual = SECTION_OF.get(str(picture["session"]["phase"]), "intake")
    key = signed.key(f"section-{usual}")
    wanted = st.session_state.pop(signed.key("visit-section"), None)
    if wanted is not None or key not in st.session_state:
        st.session_state[key] = wanted or usual
    section = st.segmented_control(
        words.TITLE,
        list(words.SECTIONS),
        required=True,
        format_func=lambda one: words.SECTIONS[one],
        key=key,
        label_visibility="collapsed",
        width="stretch",
    )
    _SECTIONS[str(section)](picture, signed, local)


def _intake_section(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    phase = str(picture["session"]["phase"])
    if phase == "intake":
        intake.show_intake(picture, signed)
        _gate(signed, local)
    else:
        _gate(signed, local)
        with st.expander(words.INTAKE, expanded=phase == "baseline"):
            intake.show_intake(picture, signed)
    start_gate.show_abandon(signed)


def _running_section(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    pump.show_pump(picture, signed)
    ask_when(signed)
    observing.show_observations(picture, signed, local)
    observing.show_schedule(picture, local)
    remarks.show_medicines(signed)
    remarks.show_side_effects(signed)
    remarks.show_note(signed)
    entries_made.show_entries(picture, signed, local)
    start_gate.show_abandon(signed)


def _recovery_section(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    _leaving(signed, local)
    ask_when(signed)
    observing.show_steadiness(signed)
    observing.show_observations(picture, signed, local)
    discharge.show_going_home(picture, signed)
    discharge.show_scores(signed)
    remarks.show_medicines(signed)
    remarks.show_side_effects(signed)
    remarks.show_note(signed)
    entries_made.show_entries(picture, signed, local)
    start_gate.show_abandon(signed)


def _record_section(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    _curve(signed, local)
    observing.show_schedule(picture, local)
    entries_made.show_entries(picture, signed, local)


_SECTIONS = {
    "intake": _intake_section,
    "running": _running_section,
    "recovery": _recovery_section,
    "record": _record_section,
}


@st.fragment(run_every=LOOK_EVERY_S)
def _gate(signed: Signed, local: LocalTime) -> None:
    if (picture := _picture_of(signed)) is not None:
        start_gate.show_gate(picture, signed, local)


@st.fragment(run_every=LOOK_EVERY_S)
def _leaving(signed: Signed, local: LocalTime) -> None:
    if (picture := _picture_of(signed)) is not None:
        discharge.show_checklist(picture, signed, local)


@st.fragment(run_every=CHART_EVERY_S)
def _curve(signed: Signed, local: LocalTime) -> None:
    if (picture := _picture_of(signed)) is not None:
        curve.show_curve(picture, local)


def _picture_of(signed: Signed) -> Mapping[str, Any] | None:
    """Return the newest picture, as long as it is of the same session."""
    picture = dashboard().live.recliners.get(signed.recliner) or {}
    session = picture.get("session") or {}
    return picture if session.get("id") == signed.session_id else None


_page()
