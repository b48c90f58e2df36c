"""How the session stands, as text that carries its moment; and what is due.

Streamlit's own elements keep showing old text when a server hangs, so every line here says as of
when it is true, and no vital is shown: those stand in the live tile alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from views.local_time import LocalTime
from views.visit_forms.plates import plate
from views.words import pages_en
from views.words import visit_en as words


def standing_line(picture: Mapping[str, Any], local: LocalTime) -> str:
    """Say phase, infusion time and projected end, as of when."""
    session = picture.get("session")
    phase = str(session["phase"]) if session else "none"
    told = {"time": local.clock(int(picture["as_of"]))}
    if session:
        told |= {
            "since": local.clock(int(session["phase_since"])),
            "elapsed": pages_en.clock(session.get("infusion_elapsed_ms") or 0),
            "planned": _planned(session),
            "end": _end(session, int(picture["as_of"]), local),
            "recovery": pages_en.duration((session.get("recovery_elapsed_ms") or 0) / 1000),
        }
    return words.LINES.get(phase, words.LINES["none"]).format(**told)


def _planned(session: Mapping[str, Any]) -> str:
    planned_s = session.get("planned_s")
    if planned_s is None:
        return ""
    return words.OF_PLANNED.format(planned=pages_en.clock(planned_s * 1000))


def _end(session: Mapping[str, Any], as_of: int, local: LocalTime) -> str:
    end = session.get("projected_end")
    if end is None:
        return ""
    template = words.IF_RESUMED if session["phase"] == "paused" else words.ENDS
    if end < as_of:
        template = words.ENDED
    return template.format(time=local.clock(int(end)))


def show_due(picture: Mapping[str, Any], local: LocalTime) -> None:
    """Show which observations are due or overdue, the overdue ones on a white plate."""
    open_checks = (picture.get("visit") or {}).get("checks") or []
    if not open_checks:
        plate(words.NOTHING_DUE)
    for state, template in (("overdue", words.OVERDUE), ("due", words.DUE)):
        told = [
            template.format(check=words.CHECKS[one["check"]], time=local.minute(int(one["due_at"])))
            for one in open_checks
            if one["state"] == state
        ]
        if told:
            is_overdue = state == "overdue"
            plate("\n".join(told), is_strong=is_overdue, mark=f"data-checks='{state}'")


def due_of(picture: Mapping[str, Any], check: str, local: LocalTime) -> str:
    """Say beside an observation whether it is due; empty where it is not."""
    for one in (picture.get("visit") or {}).get("checks") or []:
        if one["check"] == check:
            template = words.OVERDUE_HERE if one["state"] == "overdue" else words.DUE_HERE
            return template.format(time=local.minute(int(one["due_at"])))
    return ""
