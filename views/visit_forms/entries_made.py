"""What was entered in this session, and how it is put right: by a new entry, or taken back.

Nothing is ever overwritten: both the old entry and the new one stay on record, in this list too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import Withdrawn, fact_record
from monitors.clinic.phases import Phase
from views import access
from views.local_time import LocalTime
from views.page_frame import told_errors
from views.plain import plain
from views.sentences import entry_sentence
from views.visit_forms.entering import Correcting, correct
from views.visit_forms.orders import Signed, again, ask_reason, button, order, submit, tell
from views.visits import entries_of
from views.words import visit_en as words

SHOWN = 12
RECORDED = "recorded_utc_ms"
"""What the payload of an entry made on this page carries; only such can be corrected."""
ONLY_IN = {
    "rate_change": "running",
    "steadiness": "recovery",
    "aldrete": "recovery",
    "padss": "recovery",
}


def show_entries(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show the newest entries, or all, each with what can be done about it."""
    st.markdown(f"##### {words.ENTRIES}")
    with told_errors():
        rows = access.history().entries(session_id=str(picture["session"]["id"]))
        kept = entries_of(rows)
        own = frozenset(row.entry_id for row in rows if RECORDED in row.payload)
        made = [one for one in kept if not isinstance(one.fact, Withdrawn)]
        if not made:
            st.caption(words.NO_ENTRIES)
        is_all = len(made) > SHOWN and st.toggle(
            words.ALL_ENTRIES.format(count=len(made), shown=SHOWN), key=signed.key("all-entries")
        )
        for entry in reversed(made if is_all else made[-SHOWN:]):
            is_open = entry in standing(kept)
            if not is_open:
                told = plain(" ".join(_line(entry, local).split()))
                st.markdown(f"~~{told}~~ ({plain(_ending(entry, kept, local))})")
            elif entry.entry_id in own:
                _row(entry, picture, signed, local)
            else:
                st.markdown(plain(_line(entry, local)))


def what_of(entry: Entry) -> str:
    """Say an entry in full."""
    return entry_sentence(entry.kind, fact_record(entry.fact))[1]


def _section_of(entry: Entry, picture: Mapping[str, Any]) -> str:
    """Name the section of the page in which an entry of this kind is made."""
    if entry.kind in ONLY_IN:
        return ONLY_IN[entry.kind]
    return "recovery" if picture["session"]["phase"] == Phase.RECOVERY else "running"


def _line(entry: Entry, local: LocalTime) -> str:
    return words.ENTRY_LINE.format(
        time=local.clock(entry.at_utc_ms), what=what_of(entry), by=entry.by
    )


def _ending(entry: Entry, kept: tuple[Entry, ...], local: LocalTime) -> str:
    """Say why an entry no longer counts, and what counts in its place."""
    later = next(one for one in kept if one.corrects == entry.entry_id)
    if isinstance(later.fact, Withdrawn):
        return words.TAKEN_BACK
    return words.CORRECTED.format(what=what_of(later), time=local.clock(later.at_utc_ms))


def _row(entry: Entry, picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    told, left, right = st.columns([2.7, 1, 1.25], vertical_alignment="center")
    with told:
        st.markdown(plain(_line(entry, local)))
    with left:
        if button(signed, words.CORRECT, f"correct-{entry.entry_id}"):
            scale = fact_record(entry.fact).get("scale")
            what = what_of(entry)
            target = Correcting(entry.entry_id, entry.kind, entry.at_utc_ms, what, scale)
            correct(signed, target)
            tell(signed, target.words)
            st.session_state[signed.key("visit-section")] = _section_of(entry, picture)
            again(signed)
    with right:
        _take_back(entry, signed)


def _take_back(entry: Entry, signed: Signed) -> None:
    name = f"take-back-{entry.entry_id}"
    with (
        st.popover(words.TAKE_BACK, width="stretch", wrap=True, key=signed.key(name)),
        st.form(signed.key(f"{name}-form"), border=False),
    ):
        st.markdown(plain(words.TAKE_BACK_WORDS.format(what=what_of(entry))))
        reason = ask_reason(signed, name, words.TAKE_BACK_REASONS)
        pressed = submit(signed, words.TAKE_BACK, name)
    if not pressed:
        return
    if reason is None:
        tell(signed, words.REASON_WANTED, is_refusal=True)
    else:
        arguments = {
            "kind": "withdrawn",
            "values": {"reason": reason},
            "corrects": entry.entry_id,
        }
        order(signed, "enter", arguments, f"{words.TAKE_BACK}: {what_of(entry)}")
    again(signed)
