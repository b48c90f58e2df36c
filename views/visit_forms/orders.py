"""How the session page gives its orders: signed, at once, and told in words.

Here a tap becomes an order through the desk all pages share. The page waits until the picture
shows what the order changed, so that nobody charts on an old page. What an order came to is asked
of the desk at every look, never remembered: an answer that comes late is told too.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import streamlit as st

from monitors.clock import world_utc_ms
from views.desk import Given
from views.forms.ordering import LOOK_EVERY_S, desk, give, tapped
from views.here import dashboard
from views.plain import plain
from views.taps import Taps
from views.told import in_words
from views.visit_forms.plates import plate
from views.words import visit_en as words

CATCH_UP_S = 0.8
TOLD_LINES = 2
_KINDS = {"pending": "waits", "unknown": "unknown"}
"""How the plate is marked while an order has no answer."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Hold who gives orders at which recliner; session_id is empty where nobody sits.

    taps: the viewer's own, not yet answered.
    """

    recliner: str
    session_id: str
    by: str
    taps: Taps = field(default_factory=Taps, compare=False, repr=False)

    def key(self, name: str) -> str:
        """Return a widget's key of this session, so that nothing typed reaches the next one."""
        return f"{name}-{self.recliner}-{self.session_id}"

    @property
    def refusal(self) -> str | None:
        """Say why nothing can be ordered; None where it can."""
        return None if self.by else words.SIGN_FIRST


def order(
    signed: Signed, verb: str, arguments: Mapping[str, Any] | None = None, what: str = ""
) -> Given:
    """Give an order, remember in words what became of it, and wait until the page can show it."""
    before = _stamp(signed.recliner)
    given = give(f"recliner:{signed.recliner}", verb, signed.by, arguments)
    signed.taps.answered()
    if given.status == "done":
        _catch_up(signed.recliner, before)
    told = _Told(what or verb, command_id=given.command.command_id)
    st.session_state[_told_key(signed)] = told
    return given


def again(signed: Signed) -> NoReturn:
    """Draw the page anew; the tap that led here has its answer."""
    signed.taps.answered()
    st.rerun()


@dataclass(frozen=True, slots=True)
class _Told:
    """Hold the newest thing to tell: words of their own, or, with a command_id, an order.

    at_utc_ms: since when it says what it says. is_seen: it was told in the corner too.
    """

    what: str
    is_refusal: bool = False
    command_id: str = ""
    status: str = ""
    text: str = ""
    at_utc_ms: int = field(default_factory=world_utc_ms)
    is_seen: bool = False


def _told_key(signed: Signed) -> str:
    return f"visit-told-{signed.recliner}"


def tell(signed: Signed, text: str, *, is_refusal: bool = False) -> None:
    """Keep a line to be shown at the head of the page."""
    st.session_state[_told_key(signed)] = _Told(text, is_refusal, text=text)


def _told_now(signed: Signed) -> _Told | None:
    """Return what there is to tell; of an order, what has become of it by now."""
    told: _Told | None = st.session_state.get(_told_key(signed))
    if told is None or not told.command_id:
        return told
    own = desk()
    own.look(dashboard().picture)
    given = own.of(told.command_id)
    if given is None:
        return told
    text = words.TOLD[given.status].format(
        recliner=signed.recliner, what=told.what, message=in_words(given.message)
    )
    if given.status == "done" and not given.is_on_record:
        text += words.NOT_ON_RECORD
    now_ms, is_new = world_utc_ms(), given.status != told.status
    told = replace(
        told,
        text=text,
        status=given.status,
        is_refusal=given.status == "refused",
        at_utc_ms=now_ms if is_new or given.is_open else told.at_utc_ms,
        is_seen=told.is_seen and not is_new,
    )
    st.session_state[_told_key(signed)] = told
    return told


def show_told(signed: Signed, shown_for_ms: int = 60_000) -> None:
    """Show what became of the newest order: on a plate, and once in the corner of the eye.

    The plate is always there, and asks for a name where one is missing: no button moves under a
    thumb when a line appears, and nothing typed is lost when somebody signs. An order that waits
    is told until it has its answer.
    """
    if signed.refusal is not None:
        plate(signed.refusal, is_strong=True, mark="data-unsigned='1'", least_lines=TOLD_LINES)
        return
    told = _told_now(signed)
    if told is None or world_utc_ms() - told.at_utc_ms >= shown_for_ms:
        plate(words.NOTHING_TOLD, mark="data-told='none'", least_lines=TOLD_LINES)
        return
    kind = "refused" if told.is_refusal else _KINDS.get(told.status, "ok")
    mark = f"data-told='{kind}'"
    plate(told.text, is_strong=told.is_refusal, mark=mark, least_lines=TOLD_LINES)
    if not told.is_seen:
        st.session_state[_told_key(signed)] = replace(told, is_seen=True)
        st.toast(plain(told.text), duration="long" if told.is_refusal else "short")


def _stamp(recliner: str) -> object:
    picture = dashboard().live.recliners.get(recliner) or {}
    visit = picture.get("visit") or {}
    return visit.get("version"), (picture.get("session") or {}).get("phase")


def _catch_up(recliner: str, before: object) -> None:
    until = time.monotonic() + CATCH_UP_S
    while _stamp(recliner) == before and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)


def button(
    signed: Signed,
    label: str,
    name: str,
    *,
    refusal: str | None = None,
    is_main: bool = False,
) -> bool:
    """Show a large button and say whether a tap on it waits for its answer.

    It is disabled, with the reason, where its order is not possible. Every answer ends in
    :func:`order`, :func:`entering.enter` or :func:`again`.
    """
    refusal = refusal or signed.refusal
    return tapped(
        st.button,
        signed.taps,
        label,
        signed.key(name),
        refusal,
        type="primary" if is_main and refusal is None else "secondary",
        width="stretch",
        wrap=True,
    )


def order_button(
    signed: Signed,
    label: str,
    verb: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    refusal: str | None = None,
    is_main: bool = False,
    name: str = "",
) -> None:
    """Show a button that gives an order."""
    if button(signed, label, name or verb, refusal=refusal, is_main=is_main):
        order(signed, verb, arguments, label)
        again(signed)


def submit(signed: Signed, label: str, name: str, *, is_main: bool = True) -> bool:
    """Show the button of a form, as :func:`button`; disabled until somebody has signed."""
    return tapped(
        st.form_submit_button,
        signed.taps,
        label,
        signed.key(f"submit-{name}"),
        signed.refusal,
        type="primary" if is_main and signed.by else "secondary",
        width="stretch",
    )


def ask_reason(signed: Signed, name: str, reasons: Sequence[str], label: str = "") -> str | None:
    """Ask for a reason: one tap on a usual one, or words."""
    chosen = st.pills(label or words.REASON, list(reasons), key=signed.key(f"{name}-reason"))
    typed = st.text_input(words.REASON_OTHER, max_chars=200, key=signed.key(f"{name}-reason-words"))
    parts = [part.strip() for part in (chosen, typed) if part and part.strip()]
    return ": ".join(parts) or None
