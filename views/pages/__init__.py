"""The pages of the dashboard, in the order of the navigation; the first is the wall.

A page is a script of this folder; it may know Streamlit. Pages send staff to each other by
``st.switch_page(page("recliner"), query_params={"recliner": "R1"})``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from views.words.en import PAGES

_FOLDER = Path(__file__).parent


def page_names() -> tuple[str, ...]:
    """Return the names of the pages whose script is there."""
    return tuple(name for name in PAGES if (_FOLDER / f"{name}.py").exists())


def page(name: str) -> st.Page:  # type: ignore[valid-type]
    """Return a page by its name: wall, recliner or review."""
    return st.Page(_FOLDER / f"{name}.py", title=PAGES[name], url_path=name, default=name == "wall")


def all_pages() -> list[st.Page]:  # type: ignore[valid-type]
    """Return the pages, in the order of the navigation."""
    return [page(name) for name in page_names()]
