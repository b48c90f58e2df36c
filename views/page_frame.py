"""What stands on every page around the wall: its title, what it is not, and whether all is alive.

Here is the head alone. Pages built of Streamlit's own elements go on showing old content when the
server hangs, so the head carries a small component that follows the live feed by itself and says
so; such pages show no live number of a patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from monitors.errors import ChairsideError
from views import access, bundle, colours, here
from views.feed import FEED_PATH
from views.local_time import LocalTime
from views.plain import plain
from views.words import en
from views.words import log_en as words

FOLDER = Path(__file__).parent / "frame"
_SHARED = ("blank.js", "words.js", "live.js", "feed.js", "dom.js")
_OWN = ("slip.js", "kept.js", "unsaved.js", "badge.js")
_BADGE = (
    "display:inline-block;border:2px dashed {colour};color:{colour};border-radius:7px;"
    "padding:3px 11px;font-weight:800;letter-spacing:.06em;font-size:14px"
)

_NO_DOWNLOAD = """<style>
[data-testid="stElementToolbarButton"]:has(
  [aria-label*="ownload"], [data-testid*="ownload"], [title*="ownload"]
) { display: none; }
.modebar-btn[data-title*="ownload"] { display: none; }
</style>"""
"""A table's own download would carry neither SIMULATED nor what this display is."""


@cache
def badge_script() -> str:
    """Return what runs in the head of a page as one ES module: sign of life, care for slips.

    Imports of the wall's files are resolved.
    """
    texts = [(bundle.FOLDER / name).read_text("utf-8") for name in _SHARED]
    texts += [(FOLDER / name).read_text("utf-8") for name in _OWN]
    lines = "\n".join(texts).splitlines()
    return "\n".join(line for line in lines if not line.startswith("import "))


_mount = st.components.v2.component(
    "chairside_badge",
    css=(FOLDER / "badge.css").read_text("utf-8"),
    js=badge_script(),
    isolate_styles=False,
)


def frame(title: str, about: str = "") -> LocalTime:
    """Draw the head of a page and return the local time to write moments in."""
    name, sign = st.columns([3, 2], vertical_alignment="bottom")
    with name:
        st.markdown(f"### {title}")
    with sign:
        _sign_of_life()
    _what_it_is()
    if about:
        st.caption(about)
    return LocalTime.of(st.context.timezone)


def _sign_of_life() -> None:
    told = {
        "token": here.dashboard().gate.sign(),
        "feed_path": st.get_option("server.baseUrlPath").rstrip("/") + FEED_PATH,
        "words": {name: en.WALL[name] for name in ("live", "no_data", "age_s", "age_min", "age_h")},
    }
    _mount(key="badge", data=told, on_refused_change=lambda: None)


def _what_it_is() -> None:
    """Say SIMULATED where it is, and on every page that the bedside alarms stay on."""
    mark = ""
    if access.is_simulated():
        style = _BADGE.format(colour=colours.SIMULATED)
        mark = f'<span style="{style}">{escape(words.SIMULATED)}</span> &nbsp; '
    quiet = f"color:{colours.QUIET};font-size:14px"
    st.html(f'{_NO_DOWNLOAD}{mark}<span style="{quiet}">{escape(words.SECONDARY)}</span>')


def say(text: str) -> None:
    """Tell something as it stands, on a quiet plate: red and yellow belong to alarms alone."""
    st.info(plain(text))


def as_of(local: LocalTime, key: str) -> int:
    """Say at what time the page is told, with the way to be told anew; return that moment, UTC."""
    now = access.room_utc_ms()
    told, again = st.columns([4, 1], vertical_alignment="center")
    told.caption(words.AS_OF.format(time=local.clock(now)))
    again.button(words.LOOK_AGAIN, key=key)
    return now


@contextmanager
def told_errors() -> Iterator[None]:
    """Say what went wrong in words instead of letting the page fail."""
    try:
        yield
    except ChairsideError as error:
        say(str(error))


def signed_by(key: str) -> str | None:
    """Ask who gives an order: a name of the staff list or another one; None while unsigned."""
    staff = list(here.dashboard().clinic.staff)
    before = st.session_state.get("person") or None
    options = staff if before is None or before in staff else [before, *staff]
    chosen = st.selectbox(
        words.SIGNED_BY,
        options,
        index=options.index(before) if before else None,
        placeholder=words.YOUR_NAME,
        accept_new_options=True,
        key=key,
    )
    if chosen:
        st.session_state["person"] = chosen
    return chosen
