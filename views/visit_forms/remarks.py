"""Medicines, side effects and notes: one tap each, at the time chosen above them."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from monitors.clinic.entry_kinds import MEDICINE_UNITS, MEDICINES, SideEffectName
from views.visit_forms.entering import enter, entry_button, fresh, kind_refusal
from views.visit_forms.orders import Signed, again, button, submit, tell
from views.words import visit_en as words

EFFECT_COLUMNS = 4
OTHER = "other-medicine"


def show_medicines(signed: Signed) -> None:
    """Show a button for each usual medicine, and a place for another one."""
    st.markdown(f"##### {words.MEDICINES}")
    st.caption(words.MEDICINES_ABOUT)
    for column, name in zip(st.columns(len(MEDICINES)), MEDICINES, strict=True):
        with column:
            _medicine(signed, name)
    with st.expander(words.OTHER_MEDICINE):
        _other_medicine(signed)


def _medicine(signed: Signed, name: str) -> None:
    unit, low, high = MEDICINES[name]
    label = words.MEDICINE_NAMES.get(name, name)
    place = st.container()
    amount = st.number_input(
        words.AMOUNT_RANGE.format(unit=unit, low=low, high=high),
        value=None,
        step=low,
        format="%g",
        key=fresh(signed, f"amount-{name}", name),
    )
    with place:
        pressed = button(
            signed, label, f"medicine-{name}", refusal=kind_refusal(signed, "medicine")
        )
    if pressed:
        _give(signed, name, label, amount, unit)


def _give(
    signed: Signed,
    name: str,
    label: str,
    amount: float | None,
    unit: str | None,
    *,
    route: str | None = None,
    asked: str | None = None,
) -> NoReturn:
    """Record a medicine; asked: the place where it was entered, the medicine's own unless said."""
    values = {"name": name, "amount": amount, "unit": unit if amount is not None else None}
    told = [label, f"{amount:g} {unit}" if amount is not None else "", route or ""]
    given = {key: value for key, value in (values | {"route": route}).items() if value is not None}
    said = " ".join(part for part in told if part)
    enter(signed, "medicine", given, said, asked=asked or name)


def _other_medicine(signed: Signed) -> None:
    with st.form(signed.key(OTHER), border=False):
        places = st.columns([2, 1, 2])
        name = places[0].text_input(
            words.MEDICINE_NAME, max_chars=60, key=fresh(signed, "other-name", OTHER, empty="")
        )
        amount = places[1].number_input(
            words.AMOUNT,
            value=None,
            step=0.5,
            format="%g",
            key=fresh(signed, "other-amount", OTHER),
        )
        unit = places[2].segmented_control(
            words.UNIT,
            MEDICINE_UNITS,
            default="mg",
            required=True,
            key=fresh(signed, "other-unit", OTHER, empty="mg"),
        )
        route = st.segmented_control(
            words.ROUTE, words.ROUTES, key=fresh(signed, "other-route", OTHER)
        )
        pressed = submit(signed, words.RECORD, OTHER)
    if not pressed:
        return
    name = name.strip()
    if not name:
        tell(signed, words.MEDICINE_WANTED, is_refusal=True)
        again(signed)
    _give(signed, name, name, amount, unit, route=route, asked=OTHER)


def show_side_effects(signed: Signed) -> None:
    """Show a button for each side effect."""
    st.markdown(f"##### {words.SIDE_EFFECTS}")
    columns = st.columns(EFFECT_COLUMNS)
    for place, name in enumerate(SideEffectName):
        with columns[place % EFFECT_COLUMNS]:
            label = words.SIDE_EFFECT_NAMES[str(name)]
            entry_button(signed, label, "side_effect", {"name": str(name)})


def show_note(signed: Signed) -> None:
    """Show a place for words."""
    with st.form(signed.key("note-form"), border=False):
        text = st.text_input(
            words.NOTE, max_chars=1000, key=fresh(signed, "note", "note", empty="")
        )
        pressed = submit(signed, words.RECORD_NOTE, "note", is_main=False)
    if not pressed:
        return
    if not text.strip():
        tell(signed, words.NOTE_WANTED, is_refusal=True)
        again(signed)
    enter(signed, "note", {"text": text.strip()}, words.NOTE_TOLD)
