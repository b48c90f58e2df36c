"""Notes of a session: written by a named person, kept with their time, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views import access
from views.forms.ordering import give, give_again, submit
from views.forms.tables import show_entries
from views.local_time import LocalTime
from views.page_frame import told_errors
from views.words import pages_en as words


def show_notes(picture: Mapping[str, Any], by: str, local: LocalTime) -> None:
    """Show what was entered in this session, and a place for one more note."""
    recliner = str(picture["recliner"])
    with st.form(f"note-{recliner}", clear_on_submit=True):
        text = st.text_input(words.NOTE, max_chars=1000)
        pressed = submit(words.RECORD_NOTE, f"note-{recliner}-submit", by)
    if pressed:
        if text.strip():
            give(f"recliner:{recliner}", "note", by, {"text": text.strip()})
        give_again()
    session = picture.get("session")
    if session is None:
        return
    with told_errors():
        show_entries(access.history().entries(session_id=str(session["id"])), local)
