"""How the session page gives its orders: signed, at once, and told in words.

Here a tap becomes an order through the desk all pages share. The page waits until the picture
shows what the order changed, so that nobody charts on an old page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import streamlit as st

from monitors.clock import world_utc_ms
from views.desk import Given
from views.forms.ordering import LOOK_EVERY_S, give, tapped
from views.here import dashboard
from views.plain import plain
from views.taps import Taps
from views.visit_forms.plates import plate
from views.words import visit_en as words

CATCH_UP_S = 0.8
TOLD_LINES = 2


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
    told = words.TOLD[given.status].format(
        recliner=signed.recliner, what=what or verb, message=given.message
    )
    if given.status == "done" and not given.is_on_record:
        told += words.NOT_ON_RECORD
    tell(signed, told, is_refusal=given.status == "refused")
    return given


def again(signed: Signed) -> NoReturn:
    """Draw the page anew; the tap that led here has its answer."""
    signed.taps.answered()
    st.rerun()


def tell(signed: Signed, text: str, *, is_refusal: bool = False) -> None:
    """Keep a line to be shown at the head of the page."""
    st.session_state[f"visit-told-{signed.recliner}"] = (text, is_refusal, world_utc_ms())


def show_told(signed: Signed, shown_for_ms: int = 60_000) -> None:
    """Show what became of the newest order: on a plate, and once in the corner of the eye.

    The plate is always there, and asks for a name where one is missing: no button moves under a
    thumb when a line appears, and nothing typed is lost when somebody signs.
    """
    if signed.refusal is not None:
        plate(signed.refusal, is_strong=True, mark="data-unsigned='1'", least_lines=TOLD_LINES)
        return
    key = f"visit-told-{signed.recliner}"
    text, is_refusal, at = st.session_state.get(key, ("", False, 0))
    if not text or world_utc_ms() - at >= shown_for_ms:
        plate(words.NOTHING_TOLD, mark="data-told='none'", least_lines=TOLD_LINES)
        return
    mark = f"data-told='{'refused' if is_refusal else 'ok'}'"
    plate(text, is_strong=is_refusal, mark=mark, least_lines=TOLD_LINES)
    if st.session_state.get(f"{key}-seen") != at:
        st.session_state[f"{key}-seen"] = at
        st.toast(plain(text), duration="long" if is_refusal else "short")


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
