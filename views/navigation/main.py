"""The navigation: the pages there are. Run by Streamlit for each viewer and each rerun.

It stands in a folder of its own: beside a folder named ``pages`` Streamlit would run a page that
is asked for first by its own address without coming here.
"""

from __future__ import annotations

import streamlit as st

from views.pages import all_pages

st.set_page_config(page_title="Chairside", layout="wide", initial_sidebar_state="collapsed")
st.navigation(all_pages(), position="top").run()
