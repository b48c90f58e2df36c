"""Tables of the record as pages show them; the rows' words are made in views/rows.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from monitors.store.answers import EntryRow
from views.local_time import LocalTime
from views.record_table import table_html
from views.rows import entry_rows
from views.words import pages_en as words


def show_table(rows: Sequence[Mapping[str, Any]], widths: Mapping[str, int] | None = None) -> None:
    """Show rows whole, their cells wrapped, or say that there are none; widths: in pixels."""
    if not rows:
        st.caption(words.NOTHING_KEPT)
        return
    st.html(table_html(rows, widths))


def show_entries(rows: Sequence[EntryRow], local: LocalTime) -> None:
    """Show what was entered, newest first."""
    show_table(entry_rows(rows, local.clock)[::-1])
