"""Saving the clinic's protocols: an order of a named person, refused over what others wrote.

Here the page remembers which text it has read. Where the file has changed since, it says who
changed what, and the person chooses; nothing typed is lost before that.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitors.clinic.editions import edition_of_text
from views import access, protocol_file
from views.local_time import LocalTime
from views.page_frame import say, signed_by, told_errors
from views.protocol_forms import mistakes_of
from views.words import log_en as words
from views.words import protocol_en

_SEEN, _BASE, _EDITION = "protocol_seen_text", "protocol_base_text", "protocol_edition"
_TOLD = "protocol_told_"


def seen_text() -> str:
    """Return the text that this viewer has read, and that saving stands on."""
    return str(st.session_state.setdefault(_SEEN, protocol_file.text_now()))


def base_text() -> str:
    """Return the text from which what can be edited was drawn; it stays while somebody types."""
    return str(st.session_state.setdefault(_BASE, seen_text()))


def fresh(name: str) -> str:
    """Return a widget's key that begins anew whenever the page begins from another text."""
    edition = int(st.session_state.get(_EDITION, 0))
    return f"{name}~{edition}" if edition else name


def _begin_from(text: str) -> None:
    """Let the page begin anew from a text."""
    st.session_state[_SEEN] = st.session_state[_BASE] = text
    st.session_state[_EDITION] = int(st.session_state.get(_EDITION, 0)) + 1


def show_saving(text: str, key: str, local: LocalTime, mine: str | None = None) -> None:
    """Say what is wrong with a text, or offer to save it.

    key: form or text. mine: the name of the one preset that is edited, None for the whole file.
    """
    wrong = mistakes_of(text)
    if wrong:
        lines = [
            words.WRONG_LINE.format(line=one.line, words=one.words) if one.line else one.words
            for one in wrong
        ]
        say("\n".join([words.WRONG, *(f"- {line}" for line in lines)]))
    else:
        st.caption(words.RIGHT)
    _tell_changed(key, local, mine)
    who, do = st.columns([2, 3], vertical_alignment="bottom")
    with who:
        by = signed_by(f"protocol_by_{key}")
    can_save = not wrong and bool(by) and protocol_file.path() is not None
    if do.button(words.SAVE, disabled=not can_save, type="primary", key=f"protocol_save_{key}"):
        _order(text, key, by)
    if told := st.session_state.pop(_TOLD + key, None):
        say(told)
    if not by:
        st.caption(words.SIGN_TO_SAVE)


def _order(text: str, key: str, by: str | None) -> None:
    """Give the order; the collector refuses it where the file is not as this page has read it."""
    with told_errors():
        arguments = {"toml": text, "seen": edition_of_text(seen_text())}
        outcome = access.give("save_protocol", arguments, by)
        st.session_state[_TOLD + key] = words.OUTCOME[outcome.status].format(
            message=outcome.message
        )
        if outcome.status == "done":
            _begin_from(text)
        st.rerun()


def _tell_changed(key: str, local: LocalTime, mine: str | None) -> None:
    """Say who changed the file since this page read it, and what; let the person choose."""
    seen, now = seen_text(), protocol_file.text_now()
    path = protocol_file.path()
    if now == seen or path is None:
        return
    told = [
        _who_changed(now, path, local),
        *(f"- {one}" for one in protocol_file.changes(seen, now)),
    ]
    if mine is None:
        told += ["", protocol_en.TEXT_REPLACES]
    elif mine in protocol_file.changed_names(seen, now):
        told += ["", protocol_en.BOTH_CHANGED.format(title=protocol_file.title_of(mine, now))]
    say("\n".join(told))
    with st.expander(protocol_en.FILE_NOW):
        st.code(now, language="toml", line_numbers=True)
    keep, anew = st.columns(2)
    if keep.button(protocol_en.KEEP_MINE[key], key=f"protocol_keep_{key}", width="stretch"):
        st.session_state[_SEEN] = now
        st.rerun()
    if anew.button(protocol_en.BEGIN_ANEW, key=f"protocol_anew_{key}", width="stretch"):
        _begin_from(now)
        st.rerun()


def _who_changed(now: str, path: Path, local: LocalTime) -> str:
    order = protocol_file.saved_by(now)
    who = protocol_en.WHO_OUTSIDE
    if order is not None:
        who = protocol_en.WHO_AT.format(name=order.by, time=local.clock(order.done_at_utc_ms))
    return protocol_en.FILE_CHANGED.format(who=who, file=path.name)
