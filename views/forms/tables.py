"""Tables of the record as pages show them; the rows' words are made in views/rows.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from monitors.store.answers import EntryRow
from views.local_time import LocalTime
from views.rows import entry_rows
from views.words import pages_en as words


def show_table(rows: Sequence[dict[str, Any]], *, height: int | None = None) -> None:
    """Show rows, or that there are none."""
    if not rows:
        st.caption(words.NOTHING_KEPT)
        return
    options: dict[str, Any] = {} if height is None else {"height": height}
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", **options)


def show_entries(rows: Sequence[EntryRow], local: LocalTime) -> None:
    """Show what was entered, newest first."""
    show_table(entry_rows(rows, local.clock)[::-1])
