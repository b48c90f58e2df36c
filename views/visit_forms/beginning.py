"""Beginning a session: label, protocol and, where it is open, the planned time.

What is wrong is told at its field before the order goes out; the collector judges it again.
"""

from __future__ import annotations

import streamlit as st

from monitors.clinic.labels import LABEL_RULE, label_fault
from monitors.clinic.phases import SessionKind
from monitors.clinic.protocols import LONGEST_PLANNED_MIN, ClinicProtocol
from views.presets_here import known_protocols
from views.visit_forms.orders import Signed, order, plate, submit
from views.words import visit_en as words


def show_begin(signed: Signed) -> None:
    """Show the form that opens a session."""
    st.markdown(f"##### {words.BEGIN_HEAD.format(recliner=signed.recliner)}")
    known = known_protocols()
    name = st.segmented_control(
        words.PROTOCOL,
        list(known),
        default=next(iter(known)),
        required=True,
        format_func=lambda one: known[one].title,
        key=signed.key("begin-protocol"),
    )
    protocol = known[str(name)]
    st.caption(protocol_line(protocol))
    with st.form(signed.key(f"begin-{protocol.name}"), border=False):
        label = st.text_input(words.LABEL, max_chars=40, key=signed.key("begin-label"))
        fault_at_label = st.empty()
        st.caption(f"{LABEL_RULE[0].upper()}{LABEL_RULE[1:]}.")
        planned_min = _ask_planned(protocol, signed)
        fault_at_planned = st.empty()
        pressed = submit(signed, words.BEGIN)
    if pressed:
        with fault_at_label:
            is_label_right = _is_right(label_fault(label))
        with fault_at_planned:
            is_planned_right = _is_right(_planned_fault(protocol, planned_min))
        if is_label_right and is_planned_right:
            _begin(signed, label.strip(), protocol, planned_min)


def protocol_line(protocol: ClinicProtocol) -> str:
    """Say what a protocol plans."""
    planned = words.PLANNED_OPEN
    if protocol.kind is SessionKind.INJECTION:
        planned = words.PLANNED_NONE
    elif protocol.planned_min is not None:
        planned = words.PLANNED_LINE.format(minutes=protocol.planned_min)
    hints = words.AND_MORE.join(h for h in (protocol.dose_hint, protocol.series_hint) if h)
    return words.PROTOCOL_LINE.format(
        title=protocol.title, planned=planned, recovery=protocol.minimum_recovery_min, hints=hints
    )


def _is_right(fault: str | None) -> bool:
    if fault:
        plate(f"✕ {fault}", is_strong=True)
    return fault is None


def _range_min(protocol: ClinicProtocol) -> tuple[int, int]:
    return protocol.planned_range_min or (1, LONGEST_PLANNED_MIN)


def _ask_planned(protocol: ClinicProtocol, signed: Signed) -> float | None:
    if protocol.kind is SessionKind.INJECTION:
        st.caption(words.NO_CLOCK)
        return None
    low, high = _range_min(protocol)
    return st.number_input(
        words.PLANNED.format(low=low, high=high),
        value=protocol.planned_min,
        step=1,
        format="%d",
        key=signed.key(f"begin-planned-{protocol.name}"),
    )


def _planned_fault(protocol: ClinicProtocol, planned_min: float | None) -> str | None:
    low, high = _range_min(protocol)
    if protocol.kind is SessionKind.INJECTION:
        return None
    if planned_min is not None and low <= planned_min <= high:
        return None
    given = words.NOTHING_GIVEN if planned_min is None else f"{planned_min:g}"
    return words.PLANNED_WANTED.format(low=low, high=high, given=given)


def _begin(signed: Signed, label: str, protocol: ClinicProtocol, planned_min: float | None) -> None:
    is_usual = planned_min is None or planned_min == protocol.planned_min
    planned_s = None if is_usual or planned_min is None else int(planned_min * 60)
    arguments = {"label": label, "protocol": protocol.name, "planned_s": planned_s}
    order(signed, "begin_session", arguments, words.BEGIN)
    st.rerun()
