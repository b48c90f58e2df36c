"""Beginning a session and moving it from phase to phase; the cuff beside it.

Every button that concerns the drug stands under the words that the pump is not controlled. An
order that the phase forbids is shown, disabled, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.phases import SessionKind
from monitors.clinic.protocols import ClinicProtocol
from views.forms.elsewhere import label_elsewhere
from views.forms.ordering import (
    give,
    give_again,
    order_button,
    own_taps,
    reasoned_button,
    submit,
)
from views.offers import Offer, cuff_offers, phase_offers
from views.plain import plain
from views.presets_here import known_protocols
from views.told import finding_words
from views.words import pages_en as words

GIVES_DRUG = frozenset({"start_infusion", "give_injection"})
MAIN = frozenset({"begin_baseline", "start_infusion", "give_injection", "resume_infusion"})


def show_phase_orders(picture: Mapping[str, Any], by: str) -> None:
    """Show what the session can be told now; without one, how to begin it."""
    recliner = str(picture["recliner"])
    session = picture.get("session")
    if session is None:
        begin_form(recliner, by)
        return
    st.caption(words.NOT_THE_PUMP)
    _tell_gate(picture)
    columns = st.columns(2)
    for place, offer in enumerate(phase_offers(session)):
        with columns[place % 2]:
            if offer.verb in GIVES_DRUG and gate_level(picture) == "physician":
                _physician_button(recliner, offer, by)
            elif offer.may_have_reason:
                reasoned_button(recliner, offer, by, _before(offer, picture))
            else:
                order_button(recliner, offer, by, is_main=offer.verb in MAIN)


def gate_level(picture: Mapping[str, Any]) -> str | None:
    """Return what baseline and intake ask for before the drug: ok, discuss or physician."""
    gate = (picture.get("visit") or {}).get("gate")
    return str(gate["level"]) if gate else None


def _tell_gate(picture: Mapping[str, Any]) -> None:
    gate = (picture.get("visit") or {}).get("gate")
    if gate and gate["findings"]:
        told = "; ".join(finding_words(one, picture["visit"]) for one in gate["findings"])
        st.caption(plain(f"{words.GATE}: {told}"))


def _before(offer: Offer, picture: Mapping[str, Any]) -> str | None:
    """Return what to say before an order: what is missing for a discharge."""
    items = (picture.get("visit") or {}).get("checklist") or []
    left = [_item_words(item) for item in items if not item["is_met"] and not item["is_optional"]]
    if offer.verb != "discharge" or not left:
        return None
    return words.MISSING.format(items="; ".join(left))


def _item_words(item: Mapping[str, Any]) -> str:
    return str(item["words"]).replace("_", " ")


def _physician_button(recliner: str, offer: Offer, by: str) -> None:
    """Show a button that asks for the physician's name and what was decided."""
    refusal = offer.refusal or (None if by else words.SIGN_FIRST)
    if refusal is not None:
        order_button(recliner, offer, by)
        return
    name = words.VERBS[offer.verb]
    with (
        st.popover(name, width="stretch", key=f"{offer.verb}-{recliner}-place"),
        st.form(f"{offer.verb}-{recliner}-form", clear_on_submit=True, border=False),
    ):
        st.caption(words.PHYSICIAN_WANTED)
        physician = st.text_input(words.PHYSICIAN, max_chars=60)
        reason = st.text_input(words.REASON, max_chars=200)
        pressed = submit(name, f"{offer.verb}-{recliner}-submit", by, is_main=True)
    if pressed:
        arguments = {"physician": physician.strip() or None, "reason": reason.strip() or None}
        give(f"recliner:{recliner}", offer.verb, by, arguments)
        give_again()


def show_cuff_orders(picture: Mapping[str, Any], by: str) -> None:
    """Show the orders to the cuff; where it cannot be started from here, why."""
    start, stop = cuff_offers(picture)
    columns = st.columns(2)
    with columns[0]:
        order_button(str(picture["recliner"]), start, by)
    with columns[1]:
        order_button(str(picture["recliner"]), stop, by)
    if start.refusal:
        st.caption(start.refusal)


def begin_form(recliner: str, by: str) -> None:
    """Ask for label, protocol and, where the protocol leaves it open, the planned time."""
    known = known_protocols()
    name = st.selectbox(
        words.PROTOCOL, list(known), format_func=lambda one: known[one].title, key="protocol"
    )
    protocol = known[str(name)]
    with st.form(f"begin-{recliner}", clear_on_submit=True, border=False):
        label = st.text_input(words.LABEL, help=words.LABEL_HELP, max_chars=12)
        planned_min = _planned_min(protocol)
        pressed = submit(words.VERBS["begin_session"], f"begin-{recliner}-submit", by, is_main=True)
    if pressed:
        if told := label_elsewhere(recliner, label.strip()):
            own_taps().answered()
            st.caption(plain(told))
            return
        is_usual = planned_min == protocol.planned_min
        planned_s = None if planned_min is None or is_usual else planned_min * 60
        give(
            f"recliner:{recliner}",
            "begin_session",
            by,
            {"label": label.strip(), "protocol": protocol.name, "planned_s": planned_s},
        )
        give_again()


def _planned_min(protocol: ClinicProtocol) -> int | None:
    if protocol.kind is SessionKind.INJECTION:
        return None
    low, high = protocol.planned_range_min or (1, 360)
    asked = st.number_input(
        words.PLANNED_MIN,
        min_value=low,
        max_value=high,
        value=protocol.planned_min or low,
        step=5,
        key=f"planned-{protocol.name}",
    )
    return int(asked)
