"""Which orders a page offers in which phase, and why not the others."""

from __future__ import annotations

import pytest

from monitors.clinic.phases import Phase
from views.offers import cuff_offers, phase_offers, sound_offers


def possible(kind: str, phase: str) -> set[str]:
    """Return the orders that are possible in a phase."""
    offers = phase_offers({"kind": kind, "phase": phase})
    return {offer.verb for offer in offers if offer.refusal is None}


@pytest.mark.parametrize(
    ("phase", "verbs"),
    [
        ("intake", {"begin_baseline", "abandon"}),
        ("baseline", {"start_infusion", "abandon"}),
        ("infusing", {"pause_infusion", "stop_infusion", "abandon"}),
        ("paused", {"resume_infusion", "stop_infusion", "abandon"}),
        ("recovery", {"discharge", "abandon"}),
        ("discharged", set()),
    ],
)
def test_an_infusion_offers_what_its_phase_allows(phase: str, verbs: set[str]) -> None:
    assert possible("infusion", phase) == verbs


def test_an_injection_has_no_pump_to_start_or_pause() -> None:
    verbs = {offer.verb for offer in phase_offers({"kind": "injection", "phase": "baseline"})}
    assert verbs == {"begin_baseline", "give_injection", "discharge", "abandon"}
    assert possible("injection", "baseline") == {"give_injection", "abandon"}
    assert possible("injection", "recovery") == {"discharge", "abandon"}


def test_what_is_not_possible_says_why() -> None:
    offers = {o.verb: o for o in phase_offers({"kind": "infusion", "phase": "baseline"})}
    assert offers["pause_infusion"].refusal == "Not in phase Baseline."
    assert offers["abandon"].wants_reason


def test_every_phase_can_be_asked() -> None:
    for phase in Phase:
        assert phase_offers({"kind": "infusion", "phase": str(phase)})


def test_the_cuff_is_offered_only_where_it_can_be_started_and_is_free() -> None:
    base = {"can_start_cuff": True, "nibp": {"cuff": "idle"}, "arms": {"is_conflict": False}}
    assert [offer.refusal is None for offer in cuff_offers(base)] == [True, False]
    busy = base | {"nibp": {"cuff": "measuring"}}
    assert [offer.refusal is None for offer in cuff_offers(busy)] == [False, True]
    conflict = base | {"arms": {"is_conflict": True}}
    assert cuff_offers(conflict)[0].refusal == "Cuff and IV line are on the same arm."
    assert "clinic.toml" in str(cuff_offers(base | {"can_start_cuff": False})[0].refusal)


def test_a_paused_sound_is_offered_back() -> None:
    def verbs(until: int | None, *audible: bool) -> list[str]:
        alarms = [{"is_audible": one} for one in audible]
        picture = {"audio_paused_until": until, "alarms": alarms}
        return [offer.verb for offer in sound_offers(picture)]

    assert verbs(None, True) == ["pause_audio"]
    assert verbs(5) == verbs(5, False) == ["resume_audio"]
    assert verbs(5, False, True) == ["pause_audio", "resume_audio"]
