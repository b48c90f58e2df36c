"""Which recliner a page is about, and whether anybody carries out its orders."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from views.here import dashboard
from views.page_frame import say
from views.plain import plain
from views.words import pages_en as words

HUNG_AFTER_MS = 5_000


def choose_recliner(names: Iterable[str]) -> str | None:
    """Let the viewer choose a recliner; the address keeps it.

    None where none is known, or where the address names one that is not there: nobody charts on
    another patient because a recliner got another name.
    """
    known = list(names)
    if not known:
        say(words.NO_RECLINERS)
        return None
    asked = st.query_params.get("recliner")
    if st.session_state.get("recliner") not in known:
        st.session_state["recliner"] = (
            known[0] if asked is None else asked if asked in known else None
        )
    chosen = st.segmented_control(
        words.CHOOSE_RECLINER,
        known,
        format_func=plain,
        key="recliner",
        required=st.session_state["recliner"] is not None,
        label_visibility="collapsed",
    )
    if chosen is None:
        say(words.NO_SUCH_RECLINER.format(name=asked))
        return None
    if asked != chosen:
        st.query_params["recliner"] = str(chosen)
    return str(chosen)


def tell_trouble() -> None:
    """Say in words when the collector is silent, or cannot put things on record."""
    live = dashboard().live
    age_ms = live.beat_age_ms()
    if live.beat is None or age_ms is None or age_ms > HUNG_AFTER_MS:
        say(words.NOBODY_ANSWERS)
    elif live.beat.store != "ok":
        say(words.STORE_DEGRADED)
