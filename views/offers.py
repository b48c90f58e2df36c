"""Which orders a recliner can be given now, and why the others cannot.

Here the picture of a recliner becomes a list of offers; whether an order is carried out remains
the collector's to say. The legal order of phases is asked of the meaning room, never repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitors.clinic.phases import Phase, SessionKind, allowed_after
from views.words import pages_en as words


@dataclass(frozen=True, slots=True)
class Offer:
    """Hold one order. refusal: why it is not possible now, None where it is.

    wants_reason: it needs one; may_have_reason: it takes one.
    """

    verb: str
    refusal: str | None = None
    wants_reason: bool = False
    may_have_reason: bool = False


@dataclass(frozen=True, slots=True)
class _Move:
    verb: str
    to: Phase
    since: tuple[Phase, ...]
    kind: SessionKind | None = None
    may_have_reason: bool = False
    wants_reason: bool = False


_INFUSION, _INJECTION = SessionKind.INFUSION, SessionKind.INJECTION
_MOVES = (
    _Move("begin_baseline", Phase.BASELINE, (Phase.INTAKE,)),
    _Move("start_infusion", Phase.INFUSING, (Phase.BASELINE,), _INFUSION),
    _Move("give_injection", Phase.RECOVERY, (Phase.BASELINE,), _INJECTION),
    _Move("pause_infusion", Phase.PAUSED, (Phase.INFUSING,), _INFUSION, True),
    _Move("resume_infusion", Phase.INFUSING, (Phase.PAUSED,), _INFUSION),
    _Move("stop_infusion", Phase.RECOVERY, (Phase.INFUSING, Phase.PAUSED), _INFUSION, True),
    _Move("discharge", Phase.DISCHARGED, (Phase.RECOVERY,), None, True),
    _Move("abandon", Phase.ABANDONED, tuple(Phase), None, True, True),
)


def phase_offers(session: Mapping[str, Any]) -> tuple[Offer, ...]:
    """Return the orders that move a session of this kind from phase to phase."""
    kind, phase = SessionKind(session["kind"]), Phase(session["phase"])
    return tuple(
        Offer(move.verb, _refusal(move, kind, phase), move.wants_reason, move.may_have_reason)
        for move in _MOVES
        if move.kind is None or move.kind is kind
    )


def _refusal(move: _Move, kind: SessionKind, phase: Phase) -> str | None:
    if phase in move.since and move.to in allowed_after(kind, phase):
        return None
    return words.NOT_NOW.format(phase=words.PHASES[str(phase)])


def cuff_offers(picture: Mapping[str, Any]) -> tuple[Offer, Offer]:
    """Return the offers to start and to stop the cuff."""
    if not picture.get("can_start_cuff"):
        return Offer("measure_now", words.CUFF_CANNOT), Offer("cancel_cuff", words.CUFF_CANNOT)
    is_busy = (picture.get("nibp") or {}).get("cuff") == "measuring"
    refusal = words.CUFF_BUSY if is_busy else None
    if (picture.get("arms") or {}).get("is_conflict"):
        refusal = words.CUFF_ON_IV
    return (
        Offer("measure_now", refusal),
        Offer("cancel_cuff", None if is_busy else words.CUFF_IDLE),
    )


def sound_offers(picture: Mapping[str, Any]) -> tuple[Offer, ...]:
    """Return the offers to pause this recliner's sound, or to let it sound again.

    A pause that an alarm breaks through can be renewed: it covers that one too then.
    """
    if not picture.get("audio_paused_until"):
        return (Offer("pause_audio"),)
    return (*(Offer("pause_audio") for _ in loud_in_pause(picture)[:1]), Offer("resume_audio"))


def loud_in_pause(picture: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the alarms that sound though the sound of their recliner is paused."""
    if not picture.get("audio_paused_until"):
        return []
    return [alarm for alarm in picture.get("alarms") or () if alarm.get("is_audible")]
