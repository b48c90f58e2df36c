"""The cuff as a promise: what is due, how late, and who may start it.

The words of what is due carry their moment; the countdown itself runs in the live tile. A cadence
is armed by a person at this recliner, and only where the clinic and the device allow a start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocols import CUFF_INTERVALS_MIN
from views.local_time import LocalTime
from views.offers import cuff_offers
from views.visit_forms.orders import Signed, again, order, order_button, submit
from views.visit_forms.plates import plate
from views.words import pages_en
from views.words import visit_en as words

OWN = 0.0


def show_cuff(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show the cuff's promise and every order there is for it."""
    nibp, visit = picture.get("nibp"), picture.get("visit")
    if nibp is None or visit is None:
        st.caption(words.CUFF_NO_DEVICE if nibp is None else words.CUFF_NONE)
        return
    _promise(nibp, visit["cadence"], local)
    _measure(picture, signed)
    _cadence(picture, signed)
    with st.popover(words.INTERVALS, width="stretch", key=signed.key("intervals")):
        _intervals(picture, signed)


def _promise(nibp: Mapping[str, Any], cadence: Mapping[str, Any], local: LocalTime) -> None:
    due_at = nibp.get("next_due_at")
    if due_at is None:
        plate(words.CUFF_NONE)
        return
    time, state = local.clock(int(due_at)), str(cadence["overdue"])
    mark = f"data-cuff='{state}'"
    if state == "none":
        every = pages_en.duration(nibp["interval_s"]) if nibp.get("interval_s") else ""
        is_routine = cadence["due_for"] == "routine"
        template = words.CUFF_DUE if is_routine else words.CUFF_DUE_ONCE
        why = words.DUE_FOR[cadence["due_for"]]
        plate(template.format(time=time, why=why, every=every), mark=mark)
        return
    template = words.CUFF_OVERDUE if state == "technical" else words.CUFF_LATE
    reason = words.OVERDUE_REASONS.get(str(cadence["overdue_reason"]), words.NONE)
    plate(template.format(time=time, reason=reason), is_strong=True, mark=mark)


def _measure(picture: Mapping[str, Any], signed: Signed) -> None:
    start, stop = cuff_offers(picture)
    is_stat = bool(picture["visit"]["cadence"]["is_stat"])
    if stop.refusal is None:
        order_button(signed, words.CANCEL, "cancel_cuff")
    else:
        order_button(signed, words.MEASURE, "measure_now", refusal=start.refusal, is_main=True)
    if start.refusal is not None and picture.get("can_start_cuff"):
        st.caption(start.refusal)
    if is_stat:
        order_button(signed, words.STOP_STAT, "stop_stat")
    else:
        refusal = _unwatched(picture) or _stat_refusal(picture)
        order_button(signed, words.STAT, "stat_series", refusal=refusal)
    if is_stat:
        st.caption(words.STAT_RUNS if picture.get("can_start_cuff") else words.STAT_ASKED)


def _stat_refusal(picture: Mapping[str, Any]) -> str | None:
    """Say why the cuff cannot measure one reading after another; None where it can."""
    arms = picture.get("arms") or {}
    if arms.get("is_conflict"):
        return pages_en.CUFF_ON_IV
    if picture.get("can_start_cuff") and None in (arms.get("cuff"), arms.get("iv")):
        return words.STAT_ARMS
    return None


def _cadence(picture: Mapping[str, Any], signed: Signed) -> None:
    by = picture["visit"]["cadence"]["armed_by"]
    refusal = None if picture.get("can_start_cuff") else words.CUFF_CANNOT
    if by:
        plate(words.ARMED.format(name=by))
        order_button(signed, words.DISARM, "disarm_cadence")
        return
    if refusal or not picture["visit"]["cadence"]["is_stat"]:
        st.caption(refusal or words.DISARMED)
    refusal = refusal or _unwatched(picture)
    if (picture.get("arms") or {}).get("is_conflict"):
        refusal = words.CONFLICT["cuff_on_iv_arm"]
    order_button(signed, words.ARM, "arm_cadence", refusal=refusal)


def _unwatched(picture: Mapping[str, Any]) -> str | None:
    return None if Phase(picture["session"]["phase"]).is_watched else words.CUFF_NONE


def _intervals(picture: Mapping[str, Any], signed: Signed) -> None:
    """Offer the interval of each phase; the protocol's own is the first choice."""
    is_infusion = picture["session"]["kind"] == SessionKind.INFUSION
    phases = [Phase.BASELINE, *([Phase.INFUSING] if is_infusion else []), Phase.RECOVERY]
    with st.form(signed.key("interval-form"), border=False):
        phase = st.segmented_control(
            words.INTERVALS,
            phases,
            default=_present(picture, phases),
            required=True,
            format_func=lambda one: pages_en.PHASES[str(one)],
            key=signed.key("interval-phase"),
            label_visibility="collapsed",
        )
        every = st.segmented_control(
            words.INTERVAL_OF.format(phase=words.CUFF),
            [OWN, *CUFF_INTERVALS_MIN],
            default=OWN,
            required=True,
            format_func=_every,
            key=signed.key("interval-every"),
        )
        pressed = submit(signed, words.INTERVAL_RECORD, "interval")
    if not pressed:
        return
    if phase is not None:
        told = words.SET_INTERVAL.format(
            phase=pages_en.PHASES[str(phase)], every=_every(every or OWN)
        )
        order(signed, "set_interval", {"phase": str(phase), "every_min": every or None}, told)
    again(signed)


def _present(picture: Mapping[str, Any], phases: list[Phase]) -> Phase:
    now = Phase(picture["session"]["phase"])
    now = Phase.INFUSING if now is Phase.PAUSED else now
    return now if now in phases else phases[0]


def _every(minutes: float) -> str:
    return words.PROTOCOLS_OWN if minutes == OWN else f"{minutes:g} min"
