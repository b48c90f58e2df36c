"""Before the drug: baseline readings, what stands against starting, whose word it takes.

Everything here is the collector's judgement drawn large; the start itself is judged by it again.
Readings carry the time they were measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.preset_file import NO_PRESET
from monitors.store.answers import DeterminationRow
from views import access
from views.here import dashboard
from views.local_time import LocalTime
from views.page_frame import told_errors
from views.plain import plain
from views.presets_here import alarm_presets
from views.told import finding_words
from views.visit_forms.orders import Signed, again, ask_reason, order, order_button, submit, tell
from views.visit_forms.plates import lines, plate
from views.words import pages_en
from views.words import visit_en as words

COUNTED = 2
LEVELS = tuple(words.LEVELS)


def show_gate(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show everything between intake and drug, ending in the button that starts it."""
    phase = Phase(picture["session"]["phase"])
    st.markdown(f"##### {words.GATE}")
    if phase not in (Phase.INTAKE, Phase.BASELINE):
        st.caption(words.STARTED)
        return
    with st.container():
        _conflicts(picture)
        if phase is Phase.BASELINE:
            _baseline(picture, local)
        _findings(picture["visit"], phase)
    _limits(picture, signed)
    if phase is Phase.INTAKE:
        order_button(signed, words.BEGIN_BASELINE, "begin_baseline", is_main=True)
        st.caption(words.ONLY_BASELINE)
    else:
        _start(picture, signed)


def _conflicts(picture: Mapping[str, Any]) -> None:
    """Say which arms are in each other's way, before anything runs."""
    arms = picture.get("arms") or {}
    cuff = arms.get("cuff")
    for name, other in (
        ("cuff_on_iv_arm", arms.get("iv")),
        ("cuff_on_probe_arm", arms.get("probe")),
    ):
        if cuff is not None and cuff == other:
            is_strong = name == "cuff_on_iv_arm"
            plate(words.CONFLICT[name], is_strong=is_strong, mark=f"data-conflict='{name}'")


# ---- baseline


def _baseline(picture: Mapping[str, Any], local: LocalTime) -> None:
    session = picture["session"]
    with told_errors():
        history = access.history()
        rows = history.determinations(session_id=str(session["id"]))
        told = _reading_lines(rows, local)
        plate("\n".join(told) or words.BASELINE_NONE, mark=f"data-baseline='{len(told)}'")
        st.caption(words.BASELINE_RULE)


def _reading_lines(rows: list[DeterminationRow], local: LocalTime) -> list[str]:
    done = [one for one in rows if one.determination.systolic_mmhg is not None]
    counted = done[-COUNTED:]
    return [
        (f"{words.READING_COUNTS} " if one in counted else "") + _reading(one, local)
        for one in rows
    ]


def _reading(row: DeterminationRow, local: LocalTime) -> str:
    found, time = row.determination, local.clock(row.at_utc_ms)
    if found.systolic_mmhg is None:
        reason = pages_en.REASONS.get(str(found.reason), str(found.reason))
        return words.READING_FAILED.format(time=time, reason=reason)
    pulse = found.pulse_rate_per_min
    return words.READING.format(
        time=time,
        pressure=f"{found.systolic_mmhg}/{found.diastolic_mmhg}",
        pulse=words.READING_PULSE.format(pulse=pulse) if pulse is not None else "",
    )


# ---- the gate


def _findings(visit: Mapping[str, Any], phase: Phase) -> None:
    """Show what stands against starting; in the intake nobody misses a baseline yet."""
    findings = (visit.get("gate") or {}).get("findings", ())
    if phase is Phase.INTAKE:
        findings = [one for one in findings if one["code"] != "no_baseline"]
    level = max((str(one["level"]) for one in findings), key=LEVELS.index, default=LEVELS[0])
    is_strong = level == "physician"
    head = f"{words.LEVEL_MARKS[level]} {words.LEVELS[level]}"
    plate(head, is_strong=is_strong, mark=f"data-gate='{level}'")
    found = [f"{words.LEVEL_MARKS[one['level']]} {finding_words(one, visit)}" for one in findings]
    if found:
        lines(found)


def _limits(picture: Mapping[str, Any], signed: Signed) -> None:
    """Let a person choose limits; without any, say that none were loaded for a minor."""
    is_missing = picture.get("preset") == NO_PRESET
    if is_missing:
        plate(words.MINOR, is_strong=True, mark="data-limits='none'")
    else:
        preset = _preset_words(str(picture.get("preset")))
        st.caption(plain(words.LIMITS_NOW.format(preset=preset)))
    with st.popover(words.LOAD_LIMITS, width="stretch", key=signed.key("limits")):
        with st.form(signed.key("limits-form"), border=False):
            preset = st.segmented_control(
                words.LIMIT_PRESET,
                list(alarm_presets()),
                format_func=lambda one: plain(_preset_words(one)),
                key=signed.key("limits-preset"),
            )
            reason = st.text_input(words.REASON, max_chars=200, key=signed.key("limits-reason"))
            pressed = submit(signed, words.LOAD_LIMITS, "limits")
        if pressed:
            _load(signed, preset, reason.strip())


def _preset_words(name: str) -> str:
    return words.PRESETS.get(name, name)


def _load(signed: Signed, preset: str | None, reason: str) -> None:
    if not preset or not reason:
        tell(signed, words.LIMITS_WANTED, is_refusal=True)
        again(signed)
    told = f"{words.LOAD_LIMITS}: {_preset_words(preset)}"
    order(signed, "load_limits", {"preset": preset, "reason": reason}, told)
    again(signed)


def _start(picture: Mapping[str, Any], signed: Signed) -> None:
    """Start the drug: at once where the gate allows it, else with a physician's word."""
    kind = SessionKind(picture["session"]["kind"])
    verb = "start_infusion" if kind is SessionKind.INFUSION else "give_injection"
    label = words.START[str(kind)]
    st.caption(words.NOT_THE_PUMP)
    if (picture["visit"].get("gate") or {}).get("level") != "physician":
        order_button(signed, label, verb, is_main=True)
        return
    with st.form(signed.key("physician-form"), border=False):
        physician = st.selectbox(
            words.PHYSICIAN,
            list(dashboard().clinic.staff),
            index=None,
            placeholder=words.PERSON,
            accept_new_options=True,
            key=signed.key("physician"),
        )
        reason = st.text_input(
            words.PHYSICIAN_REASON, max_chars=200, key=signed.key("physician-reason")
        )
        pressed = submit(signed, label, verb)
    if not pressed:
        return
    for name, given in (("name", physician), ("reason", reason.strip())):
        if not given:
            tell(signed, words.PHYSICIAN_WANTED[name], is_refusal=True)
            again(signed)
    order(signed, verb, {"physician": physician, "reason": reason.strip()}, label)
    again(signed)


def show_abandon(signed: Signed) -> None:
    """Offer to abandon the session, with a reason."""
    with (
        st.popover(words.ABANDON, width="stretch", key=signed.key("abandon")),
        st.form(signed.key("abandon-form"), border=False),
    ):
        reason = ask_reason(signed, "abandon", words.ABANDON_REASONS)
        pressed = submit(signed, words.ABANDON, "abandon", is_main=False)
    if not pressed:
        return
    if reason is None:
        tell(signed, words.REASON_WANTED, is_refusal=True)
    else:
        order(signed, "abandon", {"reason": reason}, words.ABANDON)
    again(signed)
