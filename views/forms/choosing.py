"""Which recliner a page is about, and whether anybody carries out its orders."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from views.here import dashboard
from views.page_frame import say
from views.words import pages_en as words

HUNG_AFTER_MS = 5_000


def choose_recliner(names: Iterable[str]) -> str | None:
    """Let the viewer choose a recliner; the address keeps it. None where none is known."""
    known = list(names)
    if not known:
        say(words.NO_RECLINERS)
        return None
    asked = st.query_params.get("recliner")
    if st.session_state.get("recliner") not in known:
        st.session_state["recliner"] = asked if asked in known else known[0]
    chosen = st.segmented_control(
        words.CHOOSE_RECLINER, known, key="recliner", required=True, label_visibility="collapsed"
    )
    recliner = str(chosen or known[0])
    if asked != recliner:
        st.query_params["recliner"] = recliner
    return recliner


def tell_trouble() -> None:
    """Say in words when the collector is silent, or cannot put things on record."""
    live = dashboard().live
    age_ms = live.beat_age_ms()
    if live.beat is None or age_ms is None or age_ms > HUNG_AFTER_MS:
        say(words.NOBODY_ANSWERS)
    elif live.beat.store != "ok":
        say(words.STORE_DEGRADED)
