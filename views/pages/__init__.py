"""The pages of the dashboard, in the order of the navigation; the first is the wall.

A page is a script of this folder; it may know Streamlit. Pages send staff to each other by
``st.switch_page(page("recliner"), query_params={"recliner": "R1"})``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_TITLES = {"wall": "Wall", "recliner": "Recliner", "review": "Review"}


def page(name: str) -> st.Page:  # type: ignore[valid-type]
    """Return a page by its name: wall, recliner or review."""
    return st.Page(
        _FOLDER / f"{name}.py", title=_TITLES[name], url_path=name, default=name == "wall"
    )


def all_pages() -> list[st.Page]:  # type: ignore[valid-type]
    """Return the pages whose script is there."""
    return [page(name) for name in _TITLES if (_FOLDER / f"{name}.py").exists()]
