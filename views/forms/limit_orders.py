"""The limits that judge a recliner now, and changing one with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from views.forms.ordering import give, give_again, own_taps, submit
from views.page_frame import say
from views.sentences import limit_sentence, number
from views.words import en
from views.words import pages_en as words


def show_limits(picture: Mapping[str, Any], by: str) -> None:
    """Show every limit with its number, delay and priority; changed ones look changed."""
    changeable = [one for one in picture["limits"] if one.get("bound") is not None]
    if not changeable:
        say(words.NO_LIMITS)
    rows = [_row(one) for one in changeable]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    if changeable:
        _change_form(str(picture["recliner"]), changeable, by)


def _row(limit: Mapping[str, Any]) -> dict[str, str]:
    name = en.LIMIT_NAMES.get(limit["condition"], limit["condition"])
    rule = number(limit["bound"]) if limit.get("is_relative") else ""
    state = words.OFF if limit.get("is_off") else ""
    if limit.get("is_changed"):
        state = f"✎ {words.CHANGED}" + (f", {state}" if state else "")
    return {
        words.LIMIT_TABLE["limit"]: name,
        words.LIMIT_TABLE["words"]: limit_sentence(limit),
        words.LIMIT_TABLE["rule"]: rule,
        words.LIMIT_TABLE["delay"]: f"{limit.get('delay_s', 0):g} s",
        words.LIMIT_TABLE["priority"]: str(limit["priority"]),
        words.LIMIT_TABLE["state"]: state,
    }


def _change_form(recliner: str, limits: list[Mapping[str, Any]], by: str) -> None:
    by_name = {str(one["condition"]): one for one in limits}
    with st.form(f"limit-{recliner}", clear_on_submit=True):
        columns = st.columns([2, 1, 1, 2])
        condition = columns[0].selectbox(
            words.LIMIT,
            list(by_name),
            format_func=lambda one: f"{en.LIMIT_NAMES.get(one, one)} ({_now(by_name[one])})",
        )
        bound = columns[1].number_input(words.NEW_BOUND, value=None, step=1.0, format="%g")
        is_off = columns[2].checkbox(words.SWITCH_OFF)
        reason = columns[3].text_input(words.REASON, max_chars=200)
        pressed = submit(words.CHANGE_LIMIT, f"limit-{recliner}-submit", by)
    if not pressed:
        return
    if not is_off and bound is None:
        own_taps().answered()
        say(words.NUMBER_OR_OFF)
        return
    arguments = {"condition": condition, "reason": reason.strip()}
    if not is_off:
        arguments["bound"] = bound
    give(f"recliner:{recliner}", "change_limit", by, arguments)
    give_again()


def _now(limit: Mapping[str, Any]) -> str:
    return words.OFF if limit.get("is_off") else number(limit["bound"])
