"""Buttons that give orders, and what became of them.

Here a press becomes an order of a named person to one recliner; the same press twice is one order.
Every order is a record of what staff did: nothing here controls a pump.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, NoReturn
from uuid import uuid4

import streamlit as st
from streamlit.errors import StreamlitAPIException

from monitors.clock import world_utc_ms
from views import colours
from views.desk import Desk, Given, order
from views.here import dashboard
from views.local_time import LocalTime
from views.offers import Offer
from views.plain import plain
from views.taps import Taps
from views.told import in_words
from views.words import pages_en as words

WAIT_S = 1.5
LOOK_EVERY_S = 0.05


def desk() -> Desk:
    """Return this viewer's desk."""
    if "desk" not in st.session_state:
        st.session_state["desk"] = Desk()
    found: Desk = st.session_state["desk"]
    return found


def own_taps() -> Taps:
    """Return this viewer's taps that wait for their answer."""
    if "taps" not in st.session_state:
        st.session_state["taps"] = Taps()
    found: Taps = st.session_state["taps"]
    return found


def give(target: str, verb: str, by: str, arguments: Mapping[str, Any] | None = None) -> Given:
    """Give an order, wait a moment for its answer, and return how it stands."""
    inbox, own = dashboard().picture, desk()
    given, is_new = own.give(
        inbox, lambda: uuid4().hex, order(world_utc_ms(), by, target, verb, arguments)
    )
    until = time.monotonic() + (WAIT_S if is_new else 0)
    while given.is_open and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        own.look(inbox)
        given = next(
            (one for one in own.given if one.command.command_id == given.command.command_id), given
        )
    return given


def give_again() -> NoReturn:
    """Draw the fragment, or the whole page, anew: it shows what the order has changed."""
    own_taps().answered()
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


def tapped(
    draw: Callable[..., bool], taps: Taps, label: str, key: str, refusal: str | None, **look: Any
) -> bool:
    """Draw a button and say whether a tap on it waits for its answer.

    draw: st.button, or st.form_submit_button in a form. refusal: why its order is not possible,
    for it is disabled then. look: what else Streamlit is told of the button.
    """
    draw(
        label,
        key=key,
        on_click=taps.note,
        args=(key,),
        disabled=refusal is not None,
        help=refusal,
        **look,
    )
    return refusal is None and taps.is_waiting(key)


def order_button(
    recliner: str,
    offer: Offer,
    by: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    label: str | None = None,
    is_main: bool = False,
) -> None:
    """Show a button that gives an order; disabled, with the reason, where it is not possible."""
    refusal = offer.refusal or (None if by else words.SIGN_FIRST)
    if tapped(
        st.button,
        own_taps(),
        label or words.VERBS[offer.verb],
        key or f"{offer.verb}-{recliner}",
        refusal,
        type="primary" if is_main and refusal is None else "secondary",
        width="stretch",
    ):
        give(f"recliner:{recliner}", offer.verb, by, arguments)
        give_again()


def submit(label: str, key: str, by: str, *, is_main: bool = False) -> bool:
    """Show the button of a form and say whether a tap on it waits for its answer.

    It is disabled until somebody has signed. Every answer ends in :func:`give_again`, or in
    ``own_taps().answered()`` where the form stays as it is.
    """
    return tapped(
        st.form_submit_button,
        own_taps(),
        label,
        key,
        None if by else words.SIGN_FIRST,
        type="primary" if is_main else "secondary",
        width="stretch" if is_main else "content",
    )


def reasoned_button(recliner: str, offer: Offer, by: str, before: str | None = None) -> None:
    """Show a button that opens a place for the reason; before: what to say there first."""
    refusal = offer.refusal or (None if by else words.SIGN_FIRST)
    name = words.VERBS[offer.verb]
    if refusal is not None:
        st.button(
            name, key=f"{offer.verb}-{recliner}", disabled=True, help=refusal, width="stretch"
        )
        return
    with (
        st.popover(name, width="stretch", key=f"{offer.verb}-{recliner}-place"),
        st.form(f"{offer.verb}-{recliner}-form", clear_on_submit=True, border=False),
    ):
        if before:
            st.caption(plain(before))
        reason = st.text_input(words.REASON, max_chars=200)
        pressed = submit(name, f"{offer.verb}-{recliner}-submit", by, is_main=True)
    if not pressed:
        return
    if offer.wants_reason and not reason.strip():
        own_taps().answered()
        st.caption(words.REASON_WANTED)
        return
    give(f"recliner:{recliner}", offer.verb, by, {"reason": reason.strip() or None})
    give_again()


_SIGN = {"pending": "…", "done": "✓", "refused": "✕", "unknown": "?"}


def show_orders(target: str) -> None:
    """Tell what became of the newest orders given here."""
    own, local = desk(), LocalTime.of(st.context.timezone)
    own.look(dashboard().picture)
    lines = [
        f"<div style='{_LINE}'>{_told(one, local)}</div>"
        for one in own.shown(world_utc_ms(), target)
    ]
    st.html("".join(lines) or "<div></div>")


_LINE = f"padding:4px 10px;border-left:3px solid {colours.EDGE};color:{colours.TEXT};font-size:15px"


def _told(one: Given, local: LocalTime) -> str:
    name = words.VERBS.get(one.command.verb, one.command.verb)
    said = f"{_SIGN.get(one.status, '')} {local.clock(one.command.at_utc_ms)} {name}: "
    said += words.STATUS.get(one.status, one.status)
    if one.message:
        said += f" – {in_words(one.message)}"
    if one.status == "done" and not one.is_on_record:
        said += f" ({words.NOT_ON_RECORD})"
    return escape(said)
