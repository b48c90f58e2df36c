"""Beginning a session: label, protocol and, where it is open, the planned time.

What is wrong is told at its field before the order goes out; the collector judges it again.
"""

from __future__ import annotations

import streamlit as st

from monitors.clinic.labels import LABEL_RULE, label_fault
from monitors.clinic.phases import SessionKind
from monitors.clinic.protocols import LONGEST_PLANNED_MIN, ClinicProtocol
from views.forms.elsewhere import label_elsewhere
from views.plain import plain
from views.presets_here import known_protocols
from views.visit_forms.orders import Signed, again, order, submit
from views.visit_forms.plates import plate
from views.words import visit_en as words


def show_begin(signed: Signed) -> None:
    """Show the form that opens a session."""
    st.markdown(f"##### {plain(words.BEGIN_HEAD.format(recliner=signed.recliner))}")
    known, faults = known_protocols(), st.session_state.get(signed.key("begin-faults"), {})
    name = st.segmented_control(
        words.PROTOCOL,
        list(known),
        default=next(iter(known)),
        required=True,
        format_func=lambda one: plain(known[one].title),
        key=signed.key("begin-protocol"),
    )
    protocol = known[str(name)]
    st.caption(plain(protocol_line(protocol)))
    with st.form(signed.key(f"begin-{protocol.name}"), border=False):
        label = st.text_input(words.LABEL, max_chars=40, key=signed.key("begin-label"))
        _tell_fault(faults.get("label"))
        st.caption(f"{LABEL_RULE[0].upper()}{LABEL_RULE[1:]}.")
        planned_min = _ask_planned(protocol, signed)
        _tell_fault(faults.get("planned"))
        pressed = submit(signed, words.BEGIN, "begin")
    if pressed:
        given = label.strip()
        found = {"label": label_fault(label), "planned": _planned_fault(protocol, planned_min)}
        if not any(found.values()):
            found["label"] = label_elsewhere(signed.recliner, given)
        st.session_state[signed.key("begin-faults")] = found
        if not any(found.values()):
            _begin(signed, given, protocol, planned_min)
        again(signed)


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


def _tell_fault(fault: str | None) -> None:
    """Tell what is wrong with the field above; the place is kept where nothing is."""
    with st.container():
        if fault:
            plate(f"✕ {fault}", is_strong=True)


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
