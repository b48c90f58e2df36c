"""Protocol presets: those that come with Chairside, the clinic's own, and how to change them.

Streamlit's part alone. An edit is an order to the collector, signed by a person; a session that
runs is never changed by it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from monitors.clinic import protocol_toml
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.preset_file import PRESETS
from monitors.clinic.protocols import CUFF_INTERVALS_MIN, CheckName, ClinicProtocol
from views import access, protocol_file
from views.forms.protocol_saving import base_text, fresh, seen_text, show_saving
from views.local_time import LocalTime
from views.page_frame import frame, say, told_errors
from views.protocol_file import presets_in
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
from views.words import protocol_en

_NEW = ""
_CUFF_PHASES = (Phase.BASELINE, Phase.INFUSING, Phase.RECOVERY)


# ---- what there is


def _draw_presets(own: tuple[ClinicProtocol, ...]) -> None:
    known = dict(protocol_toml.built_in()) | {preset.name: preset for preset in own}
    rows = [_preset_row(preset, own) for preset in known.values()]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="protocol_table")
    name = st.selectbox(
        words.DETAIL_OF, list(known), format_func=lambda one: known[one].title, key="protocol_seen"
    )
    st.code(protocol_toml.to_toml((known[name],)), language="toml", line_numbers=True)


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
        "alarms": _alarm_words(preset),
        "cuff": _cuff_words(preset),
        "source": " ".join(preset.source.split()),
    }
    return {words.PROTOCOL_COLUMNS[name]: value for name, value in told.items()}


def _whose(preset: ClinicProtocol, own: tuple[ClinicProtocol, ...]) -> str:
    if preset not in own:
        return words.BUILT_IN
    return words.REPLACED if preset.name in protocol_toml.built_in() else words.OWN


def _alarm_words(preset: ClinicProtocol) -> str:
    """Write the alarm preset, and those of the phases that have another: mood, recovery default."""
    others = ((Phase.BASELINE, preset.baseline_preset), (Phase.RECOVERY, preset.recovery_preset))
    own = [f"{words.PHASES[phase]} {name}" for phase, name in others if name is not None]
    return ", ".join([preset.alarm_preset, *own])


def _cuff_words(preset: ClinicProtocol) -> str:
    """Write the usual interval of each phase: infusing 10, recovery 15."""
    last = {stage.phase: stage.every_min for stage in preset.cuff}
    return ", ".join(f"{words.PHASES[phase]} {every:g}" for phase, every in last.items())


# ---- the form


def _draw_form(local: LocalTime) -> None:
    """Ask for one preset; it goes into the file as it was last read, beside all others of it."""
    if mistakes_of(seen_text()) and seen_text().strip():
        say(protocol_en.MEND_FIRST)
    own = presets_in(seen_text())
    known = dict(protocol_toml.built_in()) | {one.name: one for one in presets_in(base_text())}
    begun_from = st.selectbox(
        words.EDIT_FROM,
        [*known, _NEW],
        format_func=lambda one: known[one].title if one else words.NEW_PRESET,
        key="protocol_from",
    )
    preset, of = known.get(begun_from), fresh(begun_from)
    fields = _ask_fields(preset, of, local)
    st.caption(words.CUFF_ROWS)
    cuff = _ask_rows(cuff_rows(preset), _cuff_columns(), f"protocol_cuff_{of}")
    st.caption(f"{words.CHECK_ROWS}. {words.CHECK_NAMES_ARE.format(names=', '.join(CheckName))}")
    checks = _ask_rows(check_rows(preset), _check_columns(), f"protocol_checks_{of}")
    record = record_of(fields, cuff, checks)
    name = str(record.get("name", ""))
    text = file_text(own, record, name)
    with st.expander(words.WHAT_WILL_STAND, expanded=bool(mistakes_of(text))):
        st.code(text, language="toml", line_numbers=True)
    if "#" in seen_text():
        st.caption(words.FILE_REWRITTEN)
    show_saving(text, "form", local, name)


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
        "baseline_preset": ask.one_of(second, "baseline_preset", ["", *PRESETS], words.AS_INFUSING),
        "recovery_preset": ask.one_of(second, "recovery_preset", ["", *PRESETS], words.AS_INFUSING),
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

    def one_of(self, place: Any, name: str, options: list[str], none: str = "") -> str:
        """Ask for one word of a list. none: what the empty one is called."""
        told = self._told.get(name) or options[0]
        key = f"protocol_{name}_{self._of}"
        index = options.index(told)
        return str(
            place.selectbox(
                words.FIELDS[name],
                options,
                index=index,
                format_func=lambda one: one or none,
                key=key,
            )
        )


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


def _draw_text(local: LocalTime) -> None:
    text = st.text_area(
        words.FILE_TEXT,
        base_text() or words.FILE_EMPTY,
        height=460,
        key=fresh("protocol_text"),
    )
    st.code(text, language="toml", line_numbers=True)
    show_saving(text, "text", local)


def _draw() -> None:
    local = frame(words.PROTOCOLS_TITLE, words.PROTOCOLS_ABOUT)
    if protocol_file.path() is None:
        say(words.NO_PROTOCOL_FILE)
    base_text()
    presets, form, text = st.tabs(list(words.PROTOCOL_TABS))
    with presets, told_errors():
        _draw_presets(presets_in(protocol_file.text_now()))
    with form, told_errors():
        _draw_form(local)
    with text:
        _draw_text(local)


_draw()
