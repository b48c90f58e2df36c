"""What staff did at the pump, recorded: pause, resume, stop, rate, planned time.

Nothing here reaches a pump, and the words that say so stand above the buttons. An unusual rate is
asked for twice; coma doses are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.doses import Dose, DoseUnit, DoubtLevel, dose_of, rate_doubt
from monitors.clinic.phases import Phase, SessionKind
from views.visit_forms.answers import dose_text
from views.visit_forms.entering import correcting, enter, kind_refusal
from views.visit_forms.orders import Signed, again, ask_reason, order, order_button, submit, tell
from views.words import pages_en
from views.words import visit_en as words

RATE_UNITS = (DoseUnit.MG_PER_KG_H, DoseUnit.MG_PER_H)
MORE_MIN = (5, 10, 15, 30)
LONGEST_MIN = 360


def show_pump(picture: Mapping[str, Any], signed: Signed) -> None:
    """Show what can be recorded of the pump now."""
    session = picture["session"]
    st.markdown(f"##### {words.PUMP}")
    if session["kind"] == SessionKind.INJECTION:
        st.caption(words.NO_PUMP)
        return
    st.caption(words.NOT_THE_PUMP)
    phase = Phase(session["phase"])
    is_on = phase in (Phase.INFUSING, Phase.PAUSED)
    refusal = None if is_on else pages_en.NOT_NOW.format(phase=pages_en.PHASES[str(phase)])
    places = st.columns(4)
    with places[0]:
        if phase is Phase.PAUSED:
            order_button(signed, words.RESUME, "resume_infusion", is_main=True)
        else:
            _reasoned(signed, words.PAUSE, "pause_infusion", words.PAUSE_REASONS, refusal)
    with places[1]:
        _stop(session, signed, refusal)
    with places[2]:
        _rate(picture, signed, refusal)
    with places[3]:
        _extend(picture, signed, refusal)


def _closed(signed: Signed, label: str, refusal: str | None) -> bool:
    """Show a closed button where an order is not possible, and say that it is not."""
    refusal = refusal or signed.refusal
    if refusal is not None:
        key = signed.key(f"closed-{label}")
        st.button(label, key=key, disabled=True, help=refusal, width="stretch")
    return refusal is not None


def _reasoned(
    signed: Signed, label: str, verb: str, reasons: tuple[str, ...], refusal: str | None
) -> None:
    """Offer an order that takes a reason and does not need one."""
    if _closed(signed, label, refusal):
        return
    with (
        st.popover(label, width="stretch", key=signed.key(f"{verb}-place")),
        st.form(signed.key(f"{verb}-form"), border=False),
    ):
        pressed = submit(signed, label, verb)
        reason = ask_reason(signed, verb, reasons)
    if pressed:
        order(signed, verb, {"reason": reason}, label)
        again(signed)


def _stop(session: Mapping[str, Any], signed: Signed, refusal: str | None) -> None:
    if _closed(signed, words.STOP, refusal):
        return
    left_ms = (session.get("planned_s") or 0) * 1000 - session["infusion_elapsed_ms"]
    with (
        st.popover(words.STOP, width="stretch", key=signed.key("stop-place")),
        st.form(signed.key("stop-form"), border=False),
    ):
        if left_ms > 0:
            st.markdown(words.STOP_EARLY.format(left=pages_en.duration(left_ms / 1000)))
        reason = ask_reason(signed, "stop", words.STOP_REASONS)
        pressed = submit(signed, words.STOP_NOW, "stop")
    if not pressed:
        return
    if left_ms > 0 and reason is None:
        tell(signed, words.REASON_WANTED, is_refusal=True)
    else:
        order(signed, "stop_infusion", {"reason": reason}, words.STOP)
    again(signed)


# ---- rate


def _rate(picture: Mapping[str, Any], signed: Signed, refusal: str | None) -> None:
    target = correcting(signed)
    if target is not None:
        refusal = kind_refusal(signed, "rate_change")
    if _closed(signed, words.RATE, refusal):
        return
    with (
        st.popover(words.RATE, width="stretch", key=signed.key("rate-place")),
        st.form(signed.key("rate-form"), border=False),
    ):
        amount = st.number_input(
            words.NEW_RATE, value=None, step=0.05, format="%g", key=signed.key("rate-amount")
        )
        unit = st.segmented_control(
            words.RATE_UNIT, [str(unit) for unit in RATE_UNITS], key=signed.key("rate-unit")
        )
        pressed = submit(signed, words.RECORD_RATE, "rate")
    if not pressed:
        return
    if amount is None or unit is None:
        tell(signed, words.RATE_WANTED, is_refusal=True)
        again(signed)
    _record_rate(picture, signed, dose_text(amount, unit))


def _record_rate(picture: Mapping[str, Any], signed: Signed, text: str) -> None:
    """Record a rate; an unusual one only when the same was pressed twice."""
    asked_key = signed.key("rate-asked")
    told = words.RATE_TOLD.format(rate=text)
    doubt_words = _doubt(text, (picture["visit"]["intake"] or {}).get("weight_kg"))
    is_confirmed = doubt_words is not None and st.session_state.get(asked_key) == text
    st.session_state[asked_key] = text if doubt_words is not None else None
    if doubt_words is not None and not is_confirmed:
        told = words.RATE_ASKED.format(words=doubt_words, rate=text)
        tell(signed, told, is_refusal=True)
        again(signed)
    enter(signed, "rate_change", {"rate": text}, told, is_confirmed=is_confirmed)


def _doubt(text: str, weight_kg: float | None) -> str | None:
    """Return why a rate is unusual; None where it is not, or where the collector refuses it."""
    try:
        rate: Dose = dose_of(text)
    except ValueError:
        return None
    if rate.unit.is_per_kg and weight_kg is None:
        return None
    doubt = rate_doubt(rate, weight_kg or 70.0)
    return doubt.words if doubt is not None and doubt.level is DoubtLevel.ASK_TWICE else None


# ---- planned time


def _extend(picture: Mapping[str, Any], signed: Signed, refusal: str | None) -> None:
    if _closed(signed, words.EXTEND, refusal):
        return
    session = picture["session"]
    planned_min = (session.get("planned_s") or 0) / 60
    with (
        st.popover(words.EXTEND, width="stretch", key=signed.key("extend-place")),
        st.form(signed.key(f"extend-form-{planned_min:g}"), border=False),
    ):
        more = st.segmented_control(
            words.EXTEND,
            list(MORE_MIN),
            format_func=lambda minutes: words.EXTEND_BY.format(minutes=minutes),
            key=signed.key(f"extend-more-{planned_min:g}"),
            label_visibility="collapsed",
        )
        typed = st.number_input(
            words.EXTEND_NOW.format(planned=pages_en.duration(planned_min * 60)),
            value=None,
            step=1,
            format="%d",
            key=signed.key(f"extend-to-{planned_min:g}"),
        )
        reason = ask_reason(signed, "extend", words.EXTEND_REASONS)
        pressed = submit(signed, words.EXTEND_BUTTON, "extend")
    if pressed:
        asked = typed if typed is not None else planned_min + more if more else None
        _replan(picture, signed, asked, reason)


def _replan(
    picture: Mapping[str, Any], signed: Signed, asked: float | None, reason: str | None
) -> None:
    if asked is None or not 1 <= asked <= LONGEST_MIN:
        given = words.NOTHING_GIVEN if asked is None else f"{asked:g}"
        tell(signed, words.EXTEND_RANGE.format(given=given), is_refusal=True)
    elif reason is None:
        tell(signed, words.REASON_WANTED, is_refusal=True)
    elif _is_over_by_then(picture, signed, asked):
        gone = pages_en.duration(picture["session"]["infusion_elapsed_ms"] / 1000)
        told = words.PLAN_ASKED.format(gone=gone, planned=f"{asked:g}")
        tell(signed, told, is_refusal=True)
    else:
        arguments = {
            "planned_s": round(asked * 60),
            "reason": reason,
            "seen_version": picture["visit"]["version"],
        }
        order(signed, "extend", arguments, f"{words.EXTEND} {asked:g} min")
    again(signed)


def _is_over_by_then(picture: Mapping[str, Any], signed: Signed, asked: float) -> bool:
    """Say whether more has run already than is planned anew; the same asked twice is meant."""
    asked_key = signed.key("plan-asked")
    is_over = asked * 60_000 < picture["session"]["infusion_elapsed_ms"]
    was_asked = st.session_state.get(asked_key) == asked
    st.session_state[asked_key] = asked if is_over and not was_asked else None
    return is_over and not was_asked
