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
    recliner, session = str(picture["recliner"]), picture.get("session")
    with st.form(f"note-{recliner}", clear_on_submit=True):
        text = st.text_input(words.NOTE, max_chars=1000)
        pressed = submit(words.RECORD_NOTE, f"note-{recliner}-submit", by)
    if pressed:
        if text.strip():
            _record(recliner, by, text.strip(), is_in_session=session is not None)
        give_again()
    if session is None:
        return
    with told_errors():
        show_entries(access.history().entries(session_id=str(session["id"])), local)


def _record(recliner: str, by: str, text: str, *, is_in_session: bool) -> None:
    """Enter a note; one of a session can be put right on the session page, like every entry."""
    if is_in_session:
        arguments = {"kind": "note", "values": {"text": text}}
        give(f"recliner:{recliner}", "enter", by, arguments)
    else:
        give(f"recliner:{recliner}", "note", by, {"text": text})
