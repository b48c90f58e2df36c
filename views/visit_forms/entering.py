"""How the session page records entries: one tap each, at the time chosen, corrected by a new one.

An entry is an order as any other (orders.py). Two taps of one slip are one entry; one that
corrects another names it, and the question it answers is empty afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import streamlit as st

from monitors.clock import world_utc_ms
from views import access
from views.local_time import LocalTime
from views.visit_forms.orders import Signed, again, button, order, tell
from views.visit_forms.plates import plate
from views.words import visit_en as words

SAME_TAP_MS = 2_000
MINUTE_MS = 60_000
AGO_MIN = (2, 5, 10, 15)
AS_BEFORE = -1_000_000
ANY = "any"


@dataclass(frozen=True, slots=True)
class Correcting:
    """Hold which entry the next one corrects. what: as it was told. scale: of a rating, which."""

    entry_id: str
    kind: str
    at_utc_ms: int
    what: str
    scale: str | None = None

    @property
    def words(self) -> str:
        """Say what is being corrected, and how."""
        return words.CORRECTING.format(what=self.what, time=_clock(self.at_utc_ms))


def correcting(signed: Signed) -> Correcting | None:
    """Return which entry is being corrected; None where none is."""
    found: Correcting | None = st.session_state.get(signed.key("visit-correcting"))
    return found


def correct(signed: Signed, target: Correcting | None) -> None:
    """Begin a correction, or leave it."""
    st.session_state[signed.key("visit-correcting")] = target


def kind_refusal(signed: Signed, kind: str, scale: str | None = None) -> str | None:
    """Say why an entry of a kind, and of a rating on a scale, cannot be made now."""
    target = correcting(signed)
    if target is not None and (target.kind, target.scale) != (kind, scale):
        return words.OTHER_KIND
    return signed.refusal


def fresh(signed: Signed, name: str, asked: str = ANY, empty: object = None) -> str:
    """Return a widget's key, and empty the widget once its question has been answered.

    asked: the question, as :func:`enter` is told it. The key stays the same, for a new one would
    put the widget in anew and move what stands below it under a thumb.
    """
    key, made = signed.key(name), st.session_state.get(signed.key(f"visit-made-{asked}"), 0)
    if st.session_state.get(f"{key}-emptied", 0) != made:
        st.session_state[key] = empty
        st.session_state[f"{key}-emptied"] = made
    return key


def _count_made(signed: Signed, asked: str) -> None:
    key = signed.key(f"visit-made-{asked}")
    st.session_state[key] = st.session_state.get(key, 0) + 1


def ask_when(signed: Signed) -> None:
    """Ask when it was: now, so many minutes ago, or, for a correction, as it was told before.

    What is being corrected is said here, for this stays in sight; it can be left as it is.
    """
    with st.container(key="visit-when"):
        _draw_correcting(signed)
        _draw_when(signed)


def _draw_correcting(signed: Signed) -> None:
    target = correcting(signed)
    if target is None:
        return
    told, leave = st.columns([3.4, 1.2], vertical_alignment="center")
    with told:
        plate(target.words, is_strong=True, mark=f"data-correcting='{target.kind}'")
    with leave:
        if button(signed, words.CORRECT_CANCEL, "correct-cancel"):
            correct(signed, None)
            again(signed)


def _draw_when(signed: Signed) -> None:
    target = correcting(signed)
    options = [0, *AGO_MIN] if target is None else [AS_BEFORE, 0, *AGO_MIN]
    name = f"when-{target.entry_id if target else ''}"
    pick, other = st.columns([3.4, 1.2], vertical_alignment="bottom")
    with pick:
        chosen = st.segmented_control(
            words.WHEN,
            options,
            default=options[0],
            required=True,
            format_func=lambda minutes: _ago_words(minutes, target),
            key=fresh(signed, name, empty=options[0]),
            wrap=True,
        )
    with other:
        typed = st.number_input(
            words.WHEN_OTHER, value=None, step=1, format="%d", key=fresh(signed, "when-other")
        )
    st.session_state[signed.key("visit-ago")] = chosen if typed is None else typed


def _ago_words(minutes: int, target: Correcting | None) -> str:
    if minutes == AS_BEFORE and target is not None:
        return words.WHEN_BEFORE.format(time=_clock(target.at_utc_ms))
    return words.WHEN_AGO.format(minutes=minutes) if minutes else words.WHEN_NOW


def _clock(utc_ms: int) -> str:
    """Write a moment as the viewer's clock shows it."""
    return LocalTime.of(st.context.timezone).clock(utc_ms)


def _at_utc_ms(signed: Signed) -> int | None:
    """Return the moment of the entry to be made; None for now."""
    target, ago = correcting(signed), int(st.session_state.get(signed.key("visit-ago")) or 0)
    if ago == AS_BEFORE and target is not None:
        return target.at_utc_ms
    return access.room_utc_ms() - ago * MINUTE_MS if ago else None


def enter(
    signed: Signed,
    kind: str,
    values: Mapping[str, Any],
    what: str,
    *,
    asked: str | None = None,
    is_confirmed: bool = False,
) -> NoReturn:
    """Record an entry at the time chosen, and draw the page anew; one slip of two taps is one.

    asked: the question it answers, its kind where nothing else is said; see :func:`fresh`.
    """
    tap = (kind, dict(values), signed.by, correcting(signed))
    last, at = st.session_state.get(signed.key("visit-last-tap"), (None, 0))
    if tap == last and world_utc_ms() - at < SAME_TAP_MS:
        tell(signed, words.SAME_TAP)
        again(signed)
    at_utc_ms, target = _at_utc_ms(signed), correcting(signed)
    arguments = {
        "kind": kind,
        "values": dict(values),
        "at_utc_ms": at_utc_ms,
        "corrects": target.entry_id if target else None,
        "is_confirmed": is_confirmed or None,
    }
    told = words.AT_TIME.format(what=what, time=_clock(at_utc_ms)) if at_utc_ms else what
    given = order(signed, "enter", arguments, told)
    st.session_state[signed.key("visit-last-tap")] = (tap, world_utc_ms())
    if given.status != "refused":
        _count_made(signed, asked or kind)
        if at_utc_ms is not None:
            _count_made(signed, ANY)
        correct(signed, None)
    again(signed)


def entry_button(signed: Signed, label: str, kind: str, values: Mapping[str, Any]) -> None:
    """Show a button that records an entry with one tap."""
    name = f"tap-{kind}-{label}"
    if button(signed, label, name, refusal=kind_refusal(signed, kind)):
        enter(signed, kind, values, label)
