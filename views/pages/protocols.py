"""Protocol presets: those that come with Chairside, the clinic's own, and how to change them.

Streamlit's part alone. An edit is an order to the collector, signed by a person; a session that
runs is never changed by it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from monitors.clinic import protocols
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.preset_file import PRESETS
from monitors.clinic.protocols import CUFF_INTERVALS_MIN, CheckName, ClinicProtocol
from views import access, here
from views.local_time import LocalTime
from views.page_frame import frame, say, signed_by, told_errors
from views.protocol_forms import (
    CHECK_KEYS,
    CUFF_KEYS,
    check_rows,
    cuff_rows,
    file_text,
    mistakes_of,
    record_of,
)
from views.words import log_en as words

_NEW = ""
_CUFF_PHASES = (Phase.BASELINE, Phase.INFUSING, Phase.RECOVERY)


def _path() -> Path | None:
    return here.dashboard().clinic.protocols_path


def _text() -> str:
    """Return the clinic's file as it is now; empty where there is none yet."""
    path = _path()
    return path.read_text("utf-8") if path is not None and path.exists() else ""


# ---- what there is


def _draw_presets(own: tuple[ClinicProtocol, ...]) -> None:
    known = dict(protocols.built_in()) | {preset.name: preset for preset in own}
    rows = [_preset_row(preset, own) for preset in known.values()]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="protocol_table")
    name = st.selectbox(
        words.DETAIL_OF, list(known), format_func=lambda one: known[one].title, key="protocol_seen"
    )
    st.code(protocols.to_toml((known[name],)), language="toml", line_numbers=True)


def _preset_row(preset: ClinicProtocol, own: tuple[ClinicProtocol, ...]) -> dict[str, Any]:
    low_high = preset.planned_range_min
    told = {
        "title": preset.title,
        "name": preset.name,
        "whose": _whose(preset, own),
        "dated": str(preset.dated),
        "kind": str(preset.kind),
        "planned": str(preset.planned_min or words.NONE),
        "range": f"{low_high[0]}–{low_high[1]}" if low_high else words.NONE,
        "recovery": str(preset.minimum_recovery_min),
        "alarms": preset.alarm_preset,
        "cuff": _cuff_words(preset),
        "source": " ".join(preset.source.split()),
    }
    return {words.PROTOCOL_COLUMNS[name]: value for name, value in told.items()}


def _whose(preset: ClinicProtocol, own: tuple[ClinicProtocol, ...]) -> str:
    if preset not in own:
        return words.BUILT_IN
    return words.REPLACED if preset.name in protocols.built_in() else words.OWN


def _cuff_words(preset: ClinicProtocol) -> str:
    """Write the usual interval of each phase: infusing 10, recovery 15."""
    last = {stage.phase: stage.every_min for stage in preset.cuff}
    return ", ".join(f"{words.PHASES[phase]} {every:g}" for phase, every in last.items())


# ---- the form


def _draw_form(own: tuple[ClinicProtocol, ...], seen: str, local: LocalTime) -> None:
    known = dict(protocols.built_in()) | {preset.name: preset for preset in own}
    begun_from = st.selectbox(
        words.EDIT_FROM,
        [*known, _NEW],
        format_func=lambda one: known[one].title if one else words.NEW_PRESET,
        key="protocol_from",
    )
    preset = known.get(begun_from)
    fields = _ask_fields(preset, begun_from, local)
    st.caption(words.CUFF_ROWS)
    cuff = _ask_rows(cuff_rows(preset), _cuff_columns(), f"protocol_cuff_{begun_from}")
    st.caption(f"{words.CHECK_ROWS}. {words.CHECK_NAMES_ARE.format(names=', '.join(CheckName))}")
    checks = _ask_rows(check_rows(preset), _check_columns(), f"protocol_checks_{begun_from}")
    record = record_of(fields, cuff, checks)
    text = file_text(own, record, str(record.get("name", "")))
    with st.expander(words.WHAT_WILL_STAND, expanded=bool(mistakes_of(text))):
        st.code(text, language="toml", line_numbers=True)
    if "#" in seen:
        st.caption(words.FILE_REWRITTEN)
    _save(text, seen, "form")


def _ask_fields(preset: ClinicProtocol | None, of: str, local: LocalTime) -> dict[str, Any]:
    """Ask for everything but the tables; the date offered is today's, since an edit is one."""
    first, second, third = st.columns(3)
    told = preset.to_record() if preset else {}
    low_high = told.get("planned_range_min") or (None, None)
    ask = _Ask(told, of)
    asked: dict[str, Any] = {
        "name": ask.text(first, "name"),
        "title": ask.text(first, "title"),
        "dated": first.date_input(
            words.FIELDS["dated"], local.day(access.room_utc_ms()), key=f"protocol_dated_{of}"
        ),
        "kind": ask.one_of(second, "kind", [str(kind) for kind in SessionKind]),
        "alarm_preset": ask.one_of(second, "alarm_preset", list(PRESETS)),
        "score": ask.one_of(second, "score", ["", "mood", "pain"]),
        "planned_min": ask.number(third, "planned_min", told.get("planned_min")),
        "minimum_recovery_min": ask.number(
            third, "minimum_recovery_min", told.get("minimum_recovery_min")
        ),
    }
    low = ask.number(third, "range_low", low_high[0])
    high = ask.number(third, "range_high", low_high[1])
    given = [minutes for minutes in (low, high) if minutes is not None]
    asked["planned_range_min"] = given or None
    asked["dose_hint"] = ask.text(first, "dose_hint")
    asked["series_hint"] = ask.text(second, "series_hint")
    asked["source"] = st.text_area(
        words.FIELDS["source"], told.get("source", ""), key=f"protocol_source_{of}"
    )
    return asked


class _Ask:
    """Ask for one field after the other, each with what the preset has."""

    def __init__(self, told: dict[str, Any], of: str) -> None:
        self._told = told
        self._of = of

    def text(self, place: Any, name: str) -> str:
        """Ask for words."""
        key = f"protocol_{name}_{self._of}"
        return str(place.text_input(words.FIELDS[name], self._told.get(name, ""), key=key)).strip()

    def number(self, place: Any, name: str, value: int | None) -> int | None:
        """Ask for whole minutes, or none."""
        key = f"protocol_{name}_{self._of}"
        found = place.number_input(words.FIELDS[name], value=value, step=1, format="%d", key=key)
        return None if found is None else int(found)

    def one_of(self, place: Any, name: str, options: list[str]) -> str:
        """Ask for one word of a list."""
        told = self._told.get(name) or options[0]
        key = f"protocol_{name}_{self._of}"
        index = options.index(told)
        return str(place.selectbox(words.FIELDS[name], options, index=index, key=key))


def _ask_rows(
    rows: list[dict[str, Any]], columns: dict[str, Any], key: str
) -> list[dict[str, Any]]:
    frame_now = st.data_editor(
        pd.DataFrame(rows, dtype=object),
        column_config=columns,
        num_rows="dynamic",
        hide_index=True,
        key=key,
    )
    rows_now: list[Any] = frame_now.to_dict("records")
    return rows_now


def _cuff_columns() -> dict[str, Any]:
    config = st.column_config
    whole: dict[str, Any] = {"min_value": 0, "step": 1, "format": "%d"}
    columns: dict[str, Any] = {
        "phase": config.SelectboxColumn(
            words.CUFF_FIELDS["phase"], options=[str(phase) for phase in _CUFF_PHASES]
        )
    }
    for name in CUFF_KEYS[1:]:
        is_interval = name in ("every_min", "after_rate_increase_min")
        columns[name] = (
            config.SelectboxColumn(words.CUFF_FIELDS[name], options=list(CUFF_INTERVALS_MIN))
            if is_interval
            else config.NumberColumn(words.CUFF_FIELDS[name], **whole)
        )
    return columns


def _check_columns() -> dict[str, Any]:
    config = st.column_config
    kinds: dict[str, Any] = {
        "at_baseline": config.CheckboxColumn,
        "at_end": config.CheckboxColumn,
        "every_min": config.NumberColumn,
    }
    return {
        name: kinds.get(name, config.TextColumn)(words.CHECK_FIELDS[name]) for name in CHECK_KEYS
    }


# ---- the text


def _draw_text(seen: str) -> None:
    text = st.text_area(
        words.FILE_TEXT, seen or words.FILE_EMPTY, height=460, key=f"protocol_text_{_edition()}"
    )
    st.code(text, language="toml", line_numbers=True)
    _save(text, seen, "text")


# ---- saving


def _save(text: str, seen: str, key: str) -> None:
    """Say what is wrong with a text, or offer to save it."""
    wrong = mistakes_of(text)
    if wrong:
        lines = [
            words.WRONG_LINE.format(line=one.line, words=one.words) if one.line else one.words
            for one in wrong
        ]
        say("\n".join([words.WRONG, *(f"- {line}" for line in lines)]))
    else:
        st.caption(words.RIGHT)
    who, do = st.columns([2, 3], vertical_alignment="bottom")
    with who:
        by = signed_by(f"protocol_by_{key}")
    can_save = not wrong and bool(by) and _path() is not None
    if do.button(words.SAVE, disabled=not can_save, type="primary", key=f"protocol_save_{key}"):
        _order(text, seen, by)
    if not by:
        st.caption(words.SIGN_TO_SAVE)


def _order(text: str, seen: str, by: str | None) -> None:
    """Give the order, unless somebody else has changed the file meanwhile."""
    now = _text()
    if now != seen:
        _see(now)
        say(words.FILE_CHANGED)
        return
    with told_errors():
        outcome = access.give("save_protocol", {"toml": text}, by)
        say(words.OUTCOME[outcome.status].format(message=outcome.message))
        if outcome.status == "done":
            _see(text)


def _see(text: str) -> None:
    """Take a text as the one this viewer has seen; the page begins anew from it."""
    st.session_state["protocol_seen_text"] = text
    st.session_state["protocol_edition"] = _edition() + 1


def _edition() -> int:
    return int(st.session_state.get("protocol_edition", 0))


def _draw() -> None:
    local = frame(words.PROTOCOLS_TITLE, words.PROTOCOLS_ABOUT)
    if _path() is None:
        say(words.NO_PROTOCOL_FILE)
    now = _text()
    seen = st.session_state.setdefault("protocol_seen_text", now)
    with told_errors():
        own = protocols.parse(now, "protocols.toml") if now.strip() else ()
        tabs = st.tabs(list(words.PROTOCOL_TABS))
        with tabs[0]:
            _draw_presets(own)
        with tabs[1]:
            _draw_form(own, seen, local)
        with tabs[2]:
            _draw_text(seen)


_draw()
