"""What if: a recording held against two sets of limits, with counts, minutes and what one missed.

Streamlit's part alone: questions, a figure, tables. The judging is monitors.replay's.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from monitors.clinic.limits import Limits
from monitors.clinic.preset_file import presets, read_preset
from monitors.errors import ConfigurationError
from monitors.replay import Outcome
from views import access, here
from views.comparison import (
    Recording,
    compared,
    count_table,
    episode_table,
    recording_of_file,
    recording_of_session,
)
from views.comparison_figure import figure_of
from views.local_time import LocalTime
from views.page_frame import as_of, frame, say, told_errors
from views.plain import plain
from views.words import log_en as words

MOST_SESSIONS = 200
USUAL = ("mood", "default")
_OWN = "own"


def _ask_recording(local: LocalTime) -> Recording | None:
    """Ask for a session or a file; None while nothing is chosen."""
    kind = st.segmented_control(
        words.WHAT_IF_SOURCE,
        list(words.WHAT_IF_SOURCES),
        format_func=lambda one: words.WHAT_IF_SOURCES[one],
        default="session",
        required=True,
        key="what_if_source",
    )
    return _ask_file() if kind == "file" else _ask_session(local)


def _ask_session(local: LocalTime) -> Recording | None:
    sessions = {one.session_id: one for one in access.history().sessions(MOST_SESSIONS)}
    if not sessions:
        say(words.WHAT_IF_NO_SESSION)
        return None
    names = {
        key: words.SESSION_NAME.format(
            label=one.label, recliner=one.recliner, begun=local.stamp(one.begun_utc_ms)[:16]
        )
        for key, one in sessions.items()
    }
    chosen = st.selectbox(
        words.WHAT_IF_SESSION,
        list(names),
        format_func=lambda key: f"{names[key]}, {sessions[key].protocol}",
        key="what_if_session",
    )
    st.caption(words.WHAT_IF_LEAVES_OUT)
    if sessions[chosen].ended_utc_ms is None:
        as_of(local, "what_if_again")
    return recording_of_session(access.history(), chosen, names[chosen])


def _ask_file() -> Recording | None:
    given = st.file_uploader(
        words.WHAT_IF_FILE,
        type=["csv", "txt", "tsv"],
        help=words.WHAT_IF_FILE_HELP,
        key="what_if_file",
    )
    st.caption(words.WHAT_IF_FILE_HELP)
    if given is None:
        say(words.WHAT_IF_NO_FILE)
        return None
    return recording_of_file(given.getvalue(), given.name)


def _ask_limits(side: int, known: dict[str, Limits]) -> Limits | None:
    """Ask for one side's limits; None while a file is wanted."""
    chosen = st.selectbox(
        (words.LIMITS_A, words.LIMITS_B)[side],
        [*known, _OWN],
        index=list(known).index(USUAL[side]),
        format_func=lambda name: _preset_name(name, known),
        key=f"what_if_limits_{side}",
    )
    if chosen != _OWN:
        return known[chosen]
    given = st.file_uploader(words.OWN_LIMITS_FILE, type=["toml"], key=f"what_if_toml_{side}")
    if given is None:
        say(words.OWN_LIMITS_WANTED)
        return None
    return read_preset(_text(given.getvalue(), given.name), given.name)


def _preset_name(name: str, known: dict[str, Limits]) -> str:
    if name == _OWN:
        return words.OWN_LIMITS
    return words.PRESET_NAME.format(name=name, dated=known[name].dated)


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name}: is not UTF-8 text (byte {error.start})") from error


def _judge(recording: Recording, one: Limits, other: Limits) -> tuple[Outcome, Outcome]:
    """Compare, and keep the answer as long as neither recording nor limits change."""
    asked = (recording, one, other)
    kept = st.session_state.get("what_if_kept")
    if kept is None or kept[0] != asked:
        kept = (asked, compared(*asked))
        st.session_state["what_if_kept"] = kept
    found: tuple[Outcome, Outcome] = kept[1]
    return found


def _draw_sums(outcomes: tuple[Outcome, Outcome], names: tuple[str, str]) -> None:
    columns = st.columns(4)
    for side, (outcome, name) in enumerate(zip(outcomes, names, strict=True)):
        told, minutes = columns[2 * side : 2 * side + 2]
        told.metric(plain(f"{name}: {words.ALARMS_TOLD}"), len(outcome.episodes))
        minutes.metric(
            plain(f"{name}: {words.MINUTES_IN_ALARM}"), f"{outcome.alarm_ms / 60_000:.1f}"
        )


def _draw_tables(outcomes: tuple[Outcome, Outcome], names: tuple[str, str]) -> None:
    counts, *missed = st.columns(3)
    with counts:
        st.markdown(f"##### {words.COUNTS}")
        _table(count_table(*outcomes, names), "what_if_counts")
    for side, column in enumerate(missed):
        own, other = names[side], names[1 - side]
        with column:
            st.markdown(f"##### {plain(words.MISSED.format(own=own, other=other))}")
            if outcomes[side].missed:
                _table(episode_table(outcomes[side].missed), f"what_if_missed_{side}")
            else:
                st.caption(plain(words.NOTHING_MISSED.format(own=own, other=other)))
    with st.expander(words.EVERY_EPISODE):
        for column, outcome, name in zip(st.columns(2), outcomes, names, strict=True):
            column.markdown(f"##### {plain(name)}")
            with column:
                _table(episode_table(outcome.episodes), f"what_if_all_{name}")


def _table(rows: list[dict[str, Any]], key: str) -> None:
    st.dataframe(pd.DataFrame(rows), hide_index=True, key=key)


def _draw() -> None:
    local = frame(words.WHAT_IF_TITLE, words.WHAT_IF_ABOUT)
    with told_errors():
        known = presets(here.dashboard().clinic.preset_paths)
        recording = _ask_recording(local)
        sides = st.columns(2)
        chosen = []
        for side, column in enumerate(sides):
            with column:
                chosen.append(_ask_limits(side, known))
        if recording is None or chosen[0] is None or chosen[1] is None:
            return
        if not recording.length_ms:
            say(words.NO_RECORDING)
            return
        if chosen[0] == chosen[1]:
            say(words.SAME_LIMITS)
        outcomes = _judge(recording, chosen[0], chosen[1])
        names = (f"A {chosen[0].preset}", f"B {chosen[1].preset}")
        _draw_sums(outcomes, names)
        st.plotly_chart(
            figure_of(recording, outcomes, names),
            theme=None,
            config={"displaylogo": False, "modeBarButtonsToRemove": ["toImage"]},
            key="what_if_figure",
        )
        st.caption(words.RINGED)
        _draw_tables(outcomes, names)


_draw()
