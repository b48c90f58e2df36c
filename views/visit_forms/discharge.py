"""Recovery and the way out: scores, escort, what is ticked off, and what is still missing.

The checklist is the collector's; leaving without an item needs a reason, and the button names what
it leaves without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views.local_time import LocalTime
from views.visit_forms.entering import enter, entry_button, fresh, kind_refusal
from views.visit_forms.intake import record_part
from views.visit_forms.orders import Signed, again, ask_reason, order, order_button, submit, tell
from views.visit_forms.plates import lines, plate
from views.words import visit_en as words

Items = Mapping[str, tuple[str, tuple[str, ...]]]
VITAL_ITEMS = frozenset({"pulse", "spo2"})
TICKS = ("escort_arrived", "advice_given", "iv_removed")


def show_checklist(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show every item, met or missing, and the discharge."""
    items = picture["visit"].get("checklist")
    st.markdown(f"##### {words.CHECKLIST}")
    if items is None:
        st.caption(words.ONLY_RECOVERY)
        return
    st.caption(words.AS_JUDGED.format(time=local.clock(int(picture["as_of"]))))
    lines([_line(item) for item in items])
    missing = [words.ITEMS[one["name"]] for one in items if _is_missing(one)]
    if missing:
        told = words.MISSING.format(items=" · ".join(missing))
        plate(told, is_strong=True, mark=f"data-missing='{len(missing)}'", least_lines=3)
        _leave_without(signed, missing)
    else:
        plate(words.ALL_THERE, mark="data-missing='0'", least_lines=3)
        order_button(signed, words.DISCHARGE, "discharge", is_main=True)


def _is_missing(item: Mapping[str, Any]) -> bool:
    return not item["is_met"] and not item["is_optional"]


def _line(item: Mapping[str, Any]) -> str:
    """Say one item; of a vital only what is wanted, for its number stands in the tile."""
    name, told = words.ITEMS[item["name"]], str(item["words"]).replace("_", " ")
    if item["name"] in VITAL_ITEMS and told[:1].isdigit():
        told = told.partition("; ")[2]
    if item["is_optional"]:
        told = f"{told} ({words.OPTIONAL})"
    sign = "✓" if item["is_met"] else "✕" if _is_missing(item) else "○"
    return f"{sign} {name}: {told}"


def _leave_without(signed: Signed, missing: list[str]) -> None:
    with (
        st.popover(words.DISCHARGE_WITHOUT, width="stretch", key=signed.key("leave")),
        st.form(signed.key("leave-form"), border=False),
    ):
        told = words.DISCHARGE_REASON.format(items=" · ".join(missing))
        reason = ask_reason(signed, "leave", words.DISCHARGE_REASONS, told)
        pressed = submit(signed, words.DISCHARGE_WITHOUT, "leave")
    if pressed and reason is None:
        tell(signed, words.REASON_WANTED, is_refusal=True)
        again(signed)
    elif pressed:
        order(signed, "discharge", {"reason": reason}, words.DISCHARGE)
        again(signed)


# ---- going home


def show_going_home(picture: Mapping[str, Any], signed: Signed) -> None:
    """Ask who takes the patient home, and show what is ticked off with one tap."""
    st.markdown(f"##### {words.GOING_HOME}")
    intake, options = picture["visit"]["intake"], words.OPTIONS["escort"]
    with st.form(signed.key("escort-form"), border=False):
        escort = st.segmented_control(
            words.FIELDS["escort"],
            list(options),
            default=intake.get("escort"),
            format_func=lambda one: options[one],
            key=signed.key("leave-escort"),
            wrap=True,
        )
        name = st.text_input(
            words.FIELDS["escort_name"],
            value=str(intake.get("escort_name") or ""),
            max_chars=60,
            key=signed.key("leave-escort-name"),
        )
        pressed = submit(signed, words.ESCORT_RECORD, "escort", is_main=False)
    if pressed:
        record_part(picture, signed, {"escort": escort, "escort_name": name.strip() or None})
        again(signed)
    for column, tick in zip(st.columns(len(TICKS)), TICKS, strict=True):
        with column:
            entry_button(signed, words.TICKS[tick], "tick", {"name": tick})


# ---- scores


def show_scores(signed: Signed) -> None:
    """Show the two discharge scores, item by item."""
    st.markdown(f"##### {words.SCORES}")
    left, right = st.columns(2)
    with left:
        _score(signed, "aldrete", words.ALDRETE_TITLE, words.ALDRETE_ITEMS)
    with right:
        _score(signed, "padss", words.PADSS_TITLE, words.PADSS_ITEMS)


def _score(signed: Signed, kind: str, title: str, items: Items) -> None:
    st.markdown(f"**{title}**")
    with st.form(signed.key(f"{kind}-form"), border=False):
        points = {item: _points(signed, kind, item, items[item]) for item in items}
        pressed = submit(signed, words.SCORE_RECORD.format(title=title), kind, is_main=False)
    if not pressed:
        return
    refusal = kind_refusal(signed, kind)
    open_items = [items[item][0] for item, value in points.items() if value is None]
    if refusal is not None or open_items:
        wanted = words.SCORE_WANTED.format(title=title, items=", ".join(open_items))
        tell(signed, refusal or wanted, is_refusal=True)
        again(signed)
    total = sum(value or 0 for value in points.values())
    enter(signed, kind, points, words.SCORE_TOLD.format(title=title, total=total))


def _points(signed: Signed, kind: str, item: str, told: tuple[str, tuple[str, ...]]) -> int | None:
    label, anchors = told
    chosen = st.segmented_control(
        label,
        [2, 1, 0],
        format_func=lambda points: words.POINTS.format(points=points, words=anchors[points]),
        key=fresh(signed, f"{kind}-{item}", kind),
        wrap=True,
    )
    return None if chosen is None else int(chosen)
