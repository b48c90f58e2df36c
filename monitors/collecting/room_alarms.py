"""What the room tells as a whole: alarms that are one fault, and the one sound of the host.

Here what stands at the single recliners is gathered, marked in their pictures and handed to the
annunciator. What is a storm and what sounds is decided in the meaning room; how it sounds is the
annunciator's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitors.annunciator import Annunciator, Loudspeaker, Pager, apprise_call, urgent_ones
from monitors.clinic.recliner import Recliner
from monitors.clinic.standing import StandingAlarm, storm
from monitors.settings import AnnunciatorSettings

Standing = Mapping[str, Sequence[StandingAlarm]]


def standing_of(recliners: Mapping[str, Recliner], now_ms: int) -> Standing:
    """Return what staff are told now at each recliner, by its name."""
    return {name: recliner.standing(now_ms) for name, recliner in recliners.items()}


def mark_storms(pictures: Mapping[str, dict[str, Any]], standing: Standing) -> None:
    """Mark the alarms that are one fault of the room, so that pages tell them in one line.

    Each alarm's "storm" becomes the names of the recliners that share the fault, None without.
    """
    of_storm = {
        (str(found.condition), name): list(found.recliners)
        for found in storm(standing).storms
        for name in found.recliners
    }
    for name, picture in pictures.items():
        for alarm in picture["alarms"]:
            alarm["storm"] = of_storm.get((alarm["condition"], name))


def let_hear(annunciator: Annunciator, standing: Standing, now_ms: int) -> None:
    """Let the host sound what stands, and call somebody where nobody has acknowledged."""
    sound = storm(standing).sound
    annunciator.hear(str(sound) if sound else None, urgent_ones(standing), now_ms)


def annunciator_of(settings: AnnunciatorSettings) -> Annunciator:
    """Return what clinic.toml allows to be heard on this host."""
    speaker = Loudspeaker(settings.loudspeaker.alsa_device) if settings.loudspeaker else None
    if settings.webhook is None:
        return Annunciator(speaker, None)
    call = apprise_call(settings.webhook.urls)
    return Annunciator(speaker, Pager(call, settings.webhook.after_s * 1000))
