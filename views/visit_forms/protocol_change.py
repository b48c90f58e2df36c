"""The clinic changed the protocol while a session runs on it: what differs, and following it.

Nothing changes by itself; a named person may order, with a reason, that the session goes over to
the present edition. The order holds for the edition shown here and for no later one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from monitors.clinic.editions import edition_of
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocols import ClinicProtocol
from monitors.errors import ChairsideError
from views import access, protocol_file
from views.local_time import LocalTime
from views.plain import plain
from views.protocol_differences import differences
from views.visit_forms.orders import Signed, again, ask_reason, button, order, submit, tell
from views.visit_forms.plates import plate
from views.visits import session_of
from views.words import pages_en, visit_en
from views.words import protocol_en as words

_OPEN_TO_CHANGE = frozenset({Phase.INTAKE, Phase.BASELINE, Phase.INFUSING, Phase.PAUSED})


def show_protocol_change(picture: Mapping[str, Any], signed: Signed, local: LocalTime) -> None:
    """Show what was changed in the session's protocol since, and the order to follow it.

    Nothing is shown where the clinic's file says what the session runs on.
    """
    session = picture["session"]
    now = protocol_file.present(str(session.get("protocol_name")))
    if now is None or session.get("edition") in (None, edition_of(now)):
        return
    if Phase(session["phase"]) not in _OPEN_TO_CHANGE:
        st.caption(plain(words.ADOPT_TOO_LATE.format(title=now.title)))
        return
    was = _runs_on(session)
    plate("\n".join(_told(was, now, local)), mark="data-protocol-changed='1'")
    if now.kind is not SessionKind(session["kind"]):
        st.caption(words.ADOPT_OTHER_KIND)
        return
    for line in _effects(picture, was, now):
        st.caption(plain(line))
    if signed.refusal is not None:
        button(signed, words.ADOPT, "adopt-closed")
        return
    with (
        st.popover(words.ADOPT, width="stretch", key=signed.key("adopt-place")),
        st.form(signed.key("adopt-form"), border=False),
    ):
        reason = ask_reason(signed, "adopt", words.ADOPT_REASONS)
        pressed = submit(signed, words.ADOPT, "adopt")
    if pressed:
        _follow(signed, now, reason)


def _runs_on(session: Mapping[str, Any]) -> ClinicProtocol | None:
    """Return what the session runs on, from the record; None where that is not told yet."""
    try:
        history = access.history()
        row = history.session(str(session["id"]))
        entries = history.entries(session_id=str(session["id"]))
    except ChairsideError:
        return None
    known = session_of(row, entries) if row is not None else None
    plan = known.plan if known is not None else None
    return plan if plan is not None and edition_of(plan) == session["edition"] else None


def _told(was: ClinicProtocol | None, now: ClinicProtocol, local: LocalTime) -> Iterator[str]:
    yield words.ADOPT_HEAD.format(title=now.title)
    order_of_it = protocol_file.saved_by(protocol_file.text_now())
    if order_of_it is not None:
        time = local.clock(order_of_it.done_at_utc_ms)
        yield words.ADOPT_SAVED.format(name=order_of_it.by, time=time)
    if was is None:
        yield words.ADOPT_UNKNOWN
    else:
        yield from (f"· {line}" for line in differences(was, now))


def _effects(
    picture: Mapping[str, Any], was: ClinicProtocol | None, now: ClinicProtocol
) -> Iterator[str]:
    """Yield what following it does at once, and what stays as it is."""
    session = picture["session"]
    yield words.ADOPT_ABOUT
    planned_s = session.get("planned_s")
    if was is not None and was.planned_min != now.planned_min and planned_s is not None:
        yield words.ADOPT_STAYS.format(planned=pages_en.duration(planned_s))
    if was is not None and was.cuff != now.cuff:
        yield words.ADOPT_INTERVAL
    phase, loaded = Phase(session["phase"]), str(picture.get("preset"))
    brought = now.preset_of(phase)
    if was is None or brought in (loaded, was.preset_of(phase)):
        return
    if was.preset_of(phase) == loaded:
        yield words.ADOPT_LIMITS.format(was=_preset(loaded), now=_preset(brought))
    else:
        yield words.ADOPT_LIMITS_STAY.format(was=_preset(loaded))


def _preset(name: str) -> str:
    return visit_en.PRESETS.get(name, name)


def _follow(signed: Signed, now: ClinicProtocol, reason: str | None) -> None:
    """Give the order, or ask for the reason; every answer ends here."""
    if reason is None:
        tell(signed, visit_en.REASON_WANTED, is_refusal=True)
    else:
        arguments = {"protocol": now.name, "edition": edition_of(now), "reason": reason}
        order(signed, "adopt_protocol", arguments, words.ADOPT_TOLD.format(title=now.title))
    again(signed)
