"""The navigation: the pages there are. Run by Streamlit for each viewer and each rerun."""

from __future__ import annotations

import streamlit as st

from views.pages import all_pages

st.set_page_config(page_title="Chairside", layout="wide", initial_sidebar_state="collapsed")
st.navigation(all_pages(), position="top").run()
