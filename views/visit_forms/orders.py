"""How the session page gives its orders: signed, at once, told in words, never twice by one slip.

Here a tap becomes an order through the desk all pages share. The page waits until the picture
shows what the order changed, so that nobody charts on an old page; an entry that corrects another
names it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NoReturn

import streamlit as st

from monitors.clock import world_utc_ms
from views import access, colours
from views.desk import Given
from views.forms.ordering import give
from views.here import dashboard
from views.local_time import LocalTime
from views.taps import Taps
from views.words import visit_en as words

SAME_TAP_MS = 2_000
CATCH_UP_S = 0.8
LOOK_EVERY_S = 0.05
MINUTE_MS = 60_000
AGO_MIN = (2, 5, 10, 15)
AS_BEFORE = -1_000_000
ANY = "any"
LINE_PX = 25
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


def plate(text: str, *, is_strong: bool = False, mark: str = "", least_lines: int = 1) -> None:
    """Tell something on a plate; a strong one is white, for red and yellow belong to alarms.

    least_lines: how high it is even with less text, so that what stands below never moves.
    """
    ground = f"background:{colours.TEXT};border:1px solid {colours.TEXT};color:{colours.GROUND}"
    ground += ";font-weight:700"
    quiet = f"background:{colours.PANEL};border:1px solid {colours.EDGE};color:{colours.TEXT}"
    style = f"{ground if is_strong else quiet};border-radius:8px;padding:9px 13px;font-size:16px"
    style += (
        f";box-sizing:border-box;line-height:{LINE_PX}px;min-height:{least_lines * LINE_PX + 20}px"
    )
    body = "<br>".join(escape(line) for line in text.splitlines())
    st.html(f"<div {mark} style='{style}'>{body}</div>")


def lines(texts: Sequence[str]) -> None:
    """Tell several short things, one a line."""
    style = f"color:{colours.TEXT};font-size:16px;line-height:1.65;padding:2px 4px"
    st.html(f"<div style='{style}'>{'<br>'.join(escape(text) for text in texts)}</div>")


# ---- orders


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
        st.toast(text, duration="long" if is_refusal else "short")


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
    :func:`order`, :func:`enter` or :func:`again`.
    """
    refusal = refusal or signed.refusal
    kind: Any = "primary" if is_main and refusal is None else "secondary"
    key = signed.key(name)
    st.button(
        label,
        key=key,
        on_click=signed.taps.note,
        args=(key,),
        disabled=refusal is not None,
        help=refusal,
        type=kind,
        width="stretch",
        wrap=True,
    )
    return refusal is None and signed.taps.is_waiting(key)


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
    kind: Any = "primary" if is_main and signed.by else "secondary"
    key = signed.key(f"submit-{name}")
    st.form_submit_button(
        label,
        key=key,
        on_click=signed.taps.note,
        args=(key,),
        type=kind,
        width="stretch",
        disabled=not signed.by,
        help=signed.refusal,
    )
    return signed.refusal is None and signed.taps.is_waiting(key)


def ask_reason(signed: Signed, name: str, reasons: Sequence[str], label: str = "") -> str | None:
    """Ask for a reason: one tap on a usual one, or words."""
    chosen = st.pills(label or words.REASON, list(reasons), key=signed.key(f"{name}-reason"))
    typed = st.text_input(words.REASON_OTHER, max_chars=200, key=signed.key(f"{name}-reason-words"))
    parts = [part.strip() for part in (chosen, typed) if part and part.strip()]
    return ": ".join(parts) or None


# ---- entries, one tap each


@dataclass(frozen=True, slots=True)
class Correcting:
    """Hold which entry the next one corrects. what: as it was told."""

    entry_id: str
    kind: str
    at_utc_ms: int
    what: str


def correcting(signed: Signed) -> Correcting | None:
    """Return which entry is being corrected; None where none is."""
    found: Correcting | None = st.session_state.get(signed.key("visit-correcting"))
    return found


def correct(signed: Signed, target: Correcting | None) -> None:
    """Begin a correction, or leave it."""
    st.session_state[signed.key("visit-correcting")] = target


def kind_refusal(signed: Signed, kind: str) -> str | None:
    """Say why an entry of a kind cannot be made now."""
    target = correcting(signed)
    if target is not None and target.kind != kind:
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
    """Ask when it was: now, so many minutes ago, or, for a correction, as it was told before."""
    with st.container(key="visit-when"):
        _draw_when(signed)


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
        return words.WHEN_BEFORE.format(time=clock(target.at_utc_ms))
    return words.WHEN_AGO.format(minutes=minutes) if minutes else words.WHEN_NOW


def clock(utc_ms: int) -> str:
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
    told = words.AT_TIME.format(what=what, time=clock(at_utc_ms)) if at_utc_ms else what
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
