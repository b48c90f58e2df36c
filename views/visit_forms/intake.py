"""The intake form: every question with its unit and range, every fault at its field.

The form is kept apart from what renews itself, so that nothing typed is lost. It knows which
record it was opened on: of two people who fill it in at once, the second is told and loses
nothing of the first one's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from monitors.clinic.intake import FieldFault
from views.here import dashboard
from views.plain import plain
from views.visit_forms.answers import (
    UNITS,
    differences,
    dose_text,
    faults_told,
    judged,
    split_dose,
    standing_tokens,
)
from views.visit_forms.orders import Signed, again, button, order, submit, tell
from views.visit_forms.plates import plate
from views.words import visit_en as words

GROUPS: dict[str, tuple[str, ...]] = {
    "patient": ("age_years", "weight_kg", "dose", "infusion_number", "series_length"),
    "fasting": (
        "food_hours",
        "drink_hours",
        "has_used_restroom",
        "is_manic_today",
        "sleep_apnea",
        "has_cardiac_history",
        "has_nausea_history",
        "has_motion_sickness",
        "prophylaxis",
    ),
    "medicines": (
        "takes_lamotrigine",
        "lamotrigine_hours",
        "takes_benzodiazepine",
        "benzodiazepine_hours",
        "other_medicines",
    ),
    "arms": ("probe_arm", "cuff_arm", "is_cuff_on_forearm", "iv_arm", "iv_site"),
    "team": ("anesthesiologist", "nurse", "companion", "escort", "escort_name"),
    "score": ("score_scale", "score"),
}
ROWS = (
    (("patient", "score"), ("fasting",), ("medicines",)),
    (("team",), ("arms",)),
)
WHOLE = frozenset({"age_years", "infusion_number", "series_length", "score"})
NUMBERS = WHOLE | {
    "weight_kg",
    "food_hours",
    "drink_hours",
    "lamotrigine_hours",
    "benzodiazepine_hours",
}
YES_OR_NO = frozenset(
    {
        "has_used_restroom",
        "is_manic_today",
        "has_cardiac_history",
        "has_nausea_history",
        "has_motion_sickness",
        "takes_lamotrigine",
        "takes_benzodiazepine",
        "is_cuff_on_forearm",
    }
)
ARMS = frozenset({"probe_arm", "cuff_arm", "iv_arm"})
PEOPLE = frozenset({"anesthesiologist", "nurse"})
_ASKED_AGAIN = re.compile("(e)nter it again to confirm", re.IGNORECASE)
"""How the collector asks twice; on this page it is a tick."""
LONGEST = {"other_medicines": 400, "prophylaxis": 80}


def show_intake(picture: Mapping[str, Any], signed: Signed) -> None:
    """Show the form as it was opened, and what keeps it from being recorded."""
    opened = _opened(picture, signed)
    with st.container():
        _told_of_change(picture, signed, opened)
    faults: tuple[FieldFault, ...] = st.session_state.get(signed.key("intake-faults"), ())
    ask = _Ask(signed, opened["record"], int(opened["edition"]), faults)
    with st.form(signed.key(f"intake-form-{opened['edition']}"), border=False):
        for row in ROWS:
            for column, groups in zip(st.columns(len(row)), row, strict=True):
                with column:
                    _ask_groups(ask, groups)
        st.caption(words.INTAKE_OPEN)
        with st.container():
            _tell_faults(faults)
        pressed = submit(signed, words.RECORD_INTAKE, "intake")
    with st.container():
        _told_here(picture, signed, opened)
    if pressed:
        _record(picture, signed, opened, ask)


def _ask_groups(ask: _Ask, groups: tuple[str, ...]) -> None:
    for group in groups:
        st.markdown(f"**{words.GROUPS[group]}**")
        for name in GROUPS[group]:
            ask.field(name)


def _opened(picture: Mapping[str, Any], signed: Signed) -> dict[str, Any]:
    """Return the record this form was opened on."""
    key, visit = signed.key("intake-opened"), picture["visit"]
    if key not in st.session_state:
        st.session_state[key] = _edition(visit, 0)
    opened: dict[str, Any] = st.session_state[key]
    return opened


def _edition(visit: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {"record": visit["intake"], "version": visit["version"], "edition": number}


def _has_changed(visit: Mapping[str, Any], opened: Mapping[str, Any]) -> bool:
    """Say whether somebody recorded another intake since; a picture not yet renewed says no."""
    return visit["version"] > opened["version"] and visit["intake"] != opened["record"]


def _told_of_change(picture: Mapping[str, Any], signed: Signed, opened: dict[str, Any]) -> None:
    visit = picture["visit"]
    if not _has_changed(visit, opened):
        if visit.get("intake_by"):
            st.caption(plain(words.INTAKE_BY.format(name=visit["intake_by"])))
        return
    who = visit.get("intake_by") or words.SOMEBODY
    fields = ", ".join(differences(opened["record"], visit["intake"]))
    plate(
        words.CHANGED_MEANWHILE.format(name=who, fields=fields),
        is_strong=True,
        mark="data-conflict='intake'",
    )
    _offer_to_take_over(visit, signed, opened, who)


def _told_here(picture: Mapping[str, Any], signed: Signed, opened: dict[str, Any]) -> None:
    """Say below the button why a press on it records nothing, with the way out beside it."""
    visit = picture["visit"]
    if not _has_changed(visit, opened):
        return
    plate(_changed_words(visit, opened), is_strong=True, mark="data-refused='intake'")
    who = visit.get("intake_by") or words.SOMEBODY
    _offer_to_take_over(visit, signed, opened, who, "here")


def _changed_words(visit: Mapping[str, Any], opened: Mapping[str, Any]) -> str:
    who = visit.get("intake_by") or words.SOMEBODY
    fields = ", ".join(differences(opened["record"], visit["intake"]))
    return words.CHANGED_HERE.format(name=who, fields=fields)


def _offer_to_take_over(
    visit: Mapping[str, Any], signed: Signed, opened: dict[str, Any], who: str, where: str = "above"
) -> None:
    name = f"intake-take-over-{where}"
    if button(signed, plain(words.TAKE_OVER.format(name=who)), name, is_main=True):
        st.session_state[signed.key("intake-opened")] = _edition(visit, opened["edition"] + 1)
        st.session_state.pop(signed.key("intake-faults"), None)
        again(signed)


def _tell_faults(faults: tuple[FieldFault, ...]) -> None:
    if not faults:
        return
    plate(_faults_words(faults), is_strong=True, mark="data-faults='intake'")
    if any(fault.token for fault in faults):
        st.caption(words.CONFIRM_HINT)


def _faults_words(faults: tuple[FieldFault, ...]) -> str:
    names = ", ".join(dict.fromkeys(words.SHORT_FIELDS[fault.field] for fault in faults))
    return words.FAULTS.format(fields=names)


def _record(picture: Mapping[str, Any], signed: Signed, opened: dict[str, Any], ask: _Ask) -> None:
    """Judge the form, and give the order if it may stand."""
    session, visit = picture["session"], picture["visit"]
    if _has_changed(visit, opened):
        tell(signed, _changed_words(visit, opened), is_refusal=True)
        again(signed)
    form = {**ask.form(), "label": session["label"]}
    confirmed = (*ask.confirmed, *standing_tokens(opened["record"], session))
    found = judged(form, session, confirmed)
    st.session_state[signed.key("intake-faults")] = found.faults
    if found.faults:
        tell(signed, _faults_words(found.faults), is_refusal=True)
        again(signed)
    arguments = {"form": form, "confirmed": list(confirmed), "seen_version": visit["version"]}
    given = order(signed, "record_intake", arguments, words.INTAKE)
    if given.status == "refused":
        st.session_state[signed.key("intake-faults")] = faults_told(given.message)
    else:
        st.session_state[signed.key("intake-opened")] = opened | {
            "record": dict(found.record),
            "version": visit["version"],
        }
    again(signed)


def record_part(picture: Mapping[str, Any], signed: Signed, part: dict[str, Any]) -> bool:
    """Record a few answers beside those that stand; say whether that was possible."""
    session, visit = picture["session"], picture["visit"]
    confirmed = standing_tokens(visit["intake"], session)
    found = judged({**visit["intake"], **part}, session, confirmed)
    if found.faults:
        tell(signed, "; ".join(fault.words for fault in found.faults), is_refusal=True)
        return False
    arguments = {"form": part, "confirmed": list(confirmed), "seen_version": visit["version"]}
    return order(signed, "record_intake", arguments, words.ESCORT_TOLD).status != "refused"


def _asked_below(asked: re.Match[str]) -> str:
    told = words.CONFIRM_BELOW
    return told.capitalize() if asked[1].isupper() else told


# ---- one field


class _Ask:
    """Ask for one field after the other, each with what stands on record and its fault."""

    def __init__(
        self,
        signed: Signed,
        record: Mapping[str, Any],
        edition: int,
        faults: tuple[FieldFault, ...],
    ) -> None:
        self._signed = signed
        self._record = record
        self._edition = edition
        self._faults = faults
        self._values: dict[str, Any] = {}
        self.confirmed: list[str] = []

    def form(self) -> dict[str, Any]:
        """Return the answers by field; None and empty text where nobody answered."""
        return dict(self._values)

    def field(self, name: str) -> None:
        """Ask for one field and show what is wrong with it."""
        self._values[name] = self._asker(name)(name)
        with st.container():
            self._tell(name)

    def _tell(self, name: str) -> None:
        for fault in (one for one in self._faults if one.field == name):
            told = _ASKED_AGAIN.sub(_asked_below, fault.words)
            plate(f"✕ {told}", is_strong=True, mark=f"data-fault='{name}'")
            if fault.token and self._confirm(name, fault.token):
                self.confirmed.append(fault.token)

    def _confirm(self, name: str, token: str) -> bool:
        value = token.partition("=")[2]
        key = self._key(f"{name}-confirm-{token}")
        return bool(st.checkbox(plain(words.CONFIRM.format(value=value)), key=key))

    def _asker(self, name: str) -> Callable[[str], Any]:
        if name == "dose":
            return self._dose
        if name in NUMBERS:
            return self._number
        if name in YES_OR_NO:
            return self._yes_or_no
        if name in ARMS or name in words.OPTIONS:
            return self._one_of
        return self._person if name in PEOPLE else self._text

    def _key(self, name: str) -> str:
        return self._signed.key(f"intake-{name}-{self._edition}")

    def _number(self, name: str) -> float | None:
        is_whole = name in WHOLE
        value = self._record.get(name)
        return st.number_input(
            words.FIELDS[name],
            value=None if value is None else float(value),
            step=1.0 if is_whole else 0.5,
            format="%g",
            key=self._key(name),
        )

    def _dose(self, name: str) -> str:
        before, unit_before = split_dose(self._record.get(name))
        amount = st.number_input(
            words.FIELDS[name], value=before, step=0.05, format="%g", key=self._key("dose-amount")
        )
        unit = st.segmented_control(
            words.DOSE_UNIT,
            [str(unit) for unit in UNITS],
            default=unit_before,
            key=self._key("dose-unit"),
            label_visibility="collapsed",
            wrap=True,
        )
        return dose_text(amount, unit)

    def _yes_or_no(self, name: str) -> bool | None:
        before = self._record.get(name)
        chosen = st.segmented_control(
            words.FIELDS[name],
            [True, False],
            default=before,
            format_func=lambda yes: words.YES if yes else words.NO,
            key=self._key(name),
        )
        return None if chosen is None else bool(chosen)

    def _one_of(self, name: str) -> str | None:
        options = words.OPTIONS["arm" if name in ARMS else name]
        chosen = st.segmented_control(
            words.FIELDS[name],
            list(options),
            default=self._record.get(name),
            format_func=lambda one: options[one],
            key=self._key(name),
            wrap=True,
        )
        return None if chosen is None else str(chosen)

    def _person(self, name: str) -> str | None:
        staff, before = list(dashboard().clinic.staff), self._record.get(name)
        options = staff if before is None or before in staff else [str(before), *staff]
        return st.selectbox(
            words.FIELDS[name],
            options,
            index=options.index(str(before)) if before else None,
            placeholder=words.PERSON,
            accept_new_options=True,
            key=self._key(name),
        )

    def _text(self, name: str) -> str | None:
        return st.text_input(
            words.FIELDS[name],
            value=str(self._record.get(name) or ""),
            max_chars=LONGEST.get(name, 60),
            key=self._key(name),
        )
