"""The standing alarms of a recliner, each with its acknowledgement by a named person."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from views import colours
from views.event_marks import SIGN
from views.forms.ordering import order_button
from views.local_time import LocalTime
from views.offers import Offer, loud_in_pause, sound_offers
from views.plain import plain
from views.sentences import standing_sentence
from views.words import en
from views.words import pages_en as words


def show_alarms(picture: Mapping[str, Any], by: str, local: LocalTime) -> None:
    """Show each alarm with what it says, since when, who knows; and the sound of the recliner."""
    recliner = str(picture["recliner"])
    if not picture["alarms"]:
        st.html(f"<div style='color:{colours.QUIET};padding:6px 0'>{words.NO_ALARMS}</div>")
    for place, alarm in enumerate(picture["alarms"]):
        _row(recliner, alarm, place, by, local)
    until = picture.get("audio_paused_until")
    if until:
        name = picture.get("audio_paused_by")
        told = words.SOUND_PAUSED_BUT if loud_in_pause(picture) else words.SOUND_PAUSED
        st.caption(plain(told.format(name=name, time=local.clock(until))))
    for offer in sound_offers(picture):
        order_button(recliner, offer, by)


def _row(recliner: str, alarm: Mapping[str, Any], place: int, by: str, local: LocalTime) -> None:
    with st.container(gap="small"):
        st.html(_plate(alarm, local))
        if alarm["condition"] == "device_swapped" and alarm.get("device_id"):
            order_button(
                recliner,
                Offer("accept_device"),
                by,
                {"device_id": alarm["device_id"]},
                key=f"accept-{recliner}-{place}",
            )
        if alarm.get("acknowledged_by") is None:
            order_button(
                recliner,
                Offer("acknowledge"),
                by,
                {"condition": alarm["condition"], "device_id": alarm.get("device_id")},
                key=f"acknowledge-{recliner}-{alarm['condition']}-{alarm.get('device_id')}",
            )


def _plate(alarm: Mapping[str, Any], local: LocalTime) -> str:
    priority = str(alarm["priority"])
    ground, ink = colours.ALARM[priority], colours.ON_ALARM[priority]
    if alarm.get("acknowledged_by"):
        style = f"border:2px solid {ground};color:{colours.TEXT}"
    elif priority == "low":
        style = f"background:{colours.PANEL};border:2px solid {ground};color:{ink}"
    else:
        style = f"background:{ground};color:{ink}"
    parts = " · ".join(escape(part) for part in _parts(alarm, local))
    return (
        f"<div data-condition='{alarm['condition']}' data-priority='{priority}' "
        f"style='{style};border-radius:8px;padding:8px 12px;font-weight:700'>"
        f"{SIGN[priority]} {parts}</div>"
    )


def _parts(alarm: Mapping[str, Any], local: LocalTime) -> list[str]:
    parts = [standing_sentence(alarm)]
    since = alarm.get("fact_since") or alarm.get("since")
    if since is not None:
        parts.append(words.SINCE.format(time=local.clock(since)))
        parts += _times(alarm, since, local)
    if alarm.get("acknowledged_by"):
        parts.append(words.ACKNOWLEDGED_BY.format(name=alarm["acknowledged_by"]))
    elif alarm.get("state") == "latched":
        parts.append(en.WALL["latched"])
    return parts


def _times(alarm: Mapping[str, Any], since: int, local: LocalTime) -> list[str]:
    """Say how often it was high since anybody knew of it; nothing where this is the only time."""
    times, first = alarm.get("times") or 1, alarm.get("first")
    if times < 2:
        return []
    told = en.WALL["times"].format(count=times)
    is_earlier = first is not None and first < since
    return [f"{told} {words.SINCE.format(time=local.clock(first))}" if is_earlier else told]
