"""The wall's component as a page mounts it: all recliners over the whole page, or some in its flow.

Here the browser is told what it needs (token, words, names) and its wishes are carried on: an
order into the inbox, a way to another page. What it draws stands in views/component.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from monitors.errors import ChairsideError
from views import bundle
from views.feed import FEED_PATH
from views.here import dashboard
from views.orders import command_of
from views.pages import page, page_names
from views.words import en

ANSWER_WITHIN_S = 2.0
TILE_HEIGHT = 310


def mount(key: str, only: Sequence[str] | None = None, height: int = TILE_HEIGHT) -> None:
    """Mount the wall, or the tiles of some recliners alone, height pixels high with their strip."""
    component = st.components.v2.component(
        "chairside_wall", css=bundle.style(), js=bundle.script(), isolate_styles=False
    )
    result = component(
        key=key,
        data=_told(only, height),
        on_order_change=lambda: None,
        on_refused_change=lambda: None,
        on_go_change=lambda: None,
    )
    if result.order:
        st.session_state["wall_outcome"] = _order(result.order)
        st.rerun()
    if result.go:
        _go(str(result.go.get("page")), result.go.get("recliner"))


def _told(only: Sequence[str] | None, height: int) -> dict[str, Any]:
    here = dashboard()
    return {
        "token": here.gate.sign(),
        "feed_path": st.get_option("server.baseUrlPath").rstrip("/") + FEED_PATH,
        "clinic": here.clinic.name,
        "staff": list(here.clinic.staff),
        "person": st.session_state.get("person") or "",
        "pages": [name for name in page_names() if name != "wall"],
        "words": en.WALL,
        "outcome": st.session_state.pop("wall_outcome", None),
        "only": None if only is None else list(only),
        "height": height,
    }


def _go(name: str, recliner: str | None) -> None:
    """Open another page, for a recliner where one was chosen."""
    query = {"recliner": recliner} if recliner else None
    st.switch_page(page(name), query_params=query)


def _order(wish: dict[str, Any]) -> dict[str, str]:
    """Put an order into the inbox, wait a moment, and return how it stands."""
    here = dashboard()
    command_id = str(wish.get("command_id"))
    try:
        command = command_of(wish, here.live.recliners, time.time_ns() // 1_000_000)
        here.picture.put(command)
    except ChairsideError as error:
        return {"command_id": command_id, "status": "refused", "message": str(error)}
    st.session_state["person"] = command.by
    until = time.monotonic() + ANSWER_WITHIN_S
    while time.monotonic() < until:
        outcome = here.picture.outcome(command_id)
        if outcome is not None and outcome.status != "pending":
            return {"command_id": command_id, "status": outcome.status, "message": outcome.message}
        time.sleep(0.05)
    return {"command_id": command_id, "status": "pending", "message": ""}
