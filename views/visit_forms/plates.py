"""How the session page tells something in words: on a plate of a fixed height, or line by line.

Nothing here is ordered or remembered, and no widget is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from views import colours

LINE_PX = 25


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
