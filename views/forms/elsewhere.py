"""Whether a label sits in another recliner already: asked for twice, for it may be a mistake.

One patient sits in one recliner. A label that is open elsewhere is told when a session is begun
with it, and taken when it is entered again: a clinic that numbers its patients anew may mean it.
"""

from __future__ import annotations

import streamlit as st

from views.here import dashboard
from views.words import pages_en as words


def label_elsewhere(recliner: str, label: str) -> str | None:
    """Say where a label sits beside this recliner; None where nowhere, or where it was told."""
    told_key = f"told-elsewhere-{recliner}"
    found = [
        words.LABEL_ELSEWHERE.format(
            label=label, recliner=other, phase=words.PHASES[str(session["phase"])]
        )
        for other, picture in sorted(dashboard().live.recliners.items())
        if other != recliner
        and (session := picture.get("session")) is not None
        and session.get("label") == label
    ]
    was_told = st.session_state.pop(told_key, None) == label
    if not found or was_told:
        return None
    st.session_state[told_key] = label
    return found[0]
