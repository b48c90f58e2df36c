"""What pages ask of the store, and the way of an order from a page to the collector.

Here the journal is opened once for this process, for reading only, and an order is put into the
inbox and waited for; no page opens a store of its own. The picture is the dashboard's (here.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from monitors.clock import world_utc_ms
from monitors.errors import ChairsideError, SessionError
from monitors.store.facts import Command, CommandOutcome
from monitors.store.history import History
from monitors.store.picture import Picture
from views import here

LONGEST_NAME = 60
ANSWER_WITHIN_S = 2.0
_LOOK_EVERY_S = 0.05

_lock = threading.Lock()
_open: dict[str, History] = {}


def history() -> History:
    """Return the journal of this dashboard's store, opened at first use, for reading only.

    Raises StoreError where there is no journal yet, and asks again the next time.
    """
    store = here.dashboard().store
    with _lock:
        if store not in _open:
            _open[store] = History.open(store)
        return _open[store]


def forget() -> None:
    """Close what was opened; the next question opens it anew."""
    with _lock:
        for one in _open.values():
            one.close()
        _open.clear()


def is_simulated() -> bool:
    """Say whether what this dashboard shows is of no patient, by its store or by its ports."""
    if here.dashboard().clinic.is_simulated:
        return True
    try:
        return history().is_simulated()
    except ChairsideError:
        return any(one.get("simulated") for one in recliners_now().values())


def recliners_now() -> dict[str, dict[str, Any]]:
    """Return the newest picture of every recliner, in the order of the wall.

    The moments in it are all that may be shown of it outside the wall's own component.
    """
    found = here.dashboard().live.recliners
    return dict(sorted(found.items(), key=lambda item: (item[1].get("place", 0), item[0])))


def room_utc_ms() -> int:
    """Return the present moment as the store stamps it, UTC in epoch milliseconds."""
    clock = here.dashboard().clinic.make_clock()
    return clock.utc_ms(clock.now_ms())


def person(name: str | None) -> str:
    """Return a person's name with single blanks. Raises SessionError for none or a long one."""
    by = " ".join((name or "").split())
    if not by or len(by) > LONGEST_NAME:
        raise SessionError(f"an order needs a name of at most {LONGEST_NAME} characters")
    return by


def give(
    verb: str,
    arguments: Mapping[str, Any],
    by: str | None,
    target: str = "system",
    wait: Callable[[float], Any] | None = None,
) -> CommandOutcome:
    """Put an order into the inbox and return how it stands after at most two seconds.

    wait: lets that many seconds pass. Raises SessionError without a name, StoreError where no
    collector has made an inbox.
    """
    command_id = uuid4().hex
    command = Command(command_id, world_utc_ms(), person(by), target, verb, dict(arguments))
    picture = here.dashboard().picture
    picture.put(command)
    return _answered(picture, command_id, wait or threading.Event().wait)


def _answered(picture: Picture, command_id: str, wait: Callable[[float], Any]) -> CommandOutcome:
    for _ in range(round(ANSWER_WITHIN_S / _LOOK_EVERY_S)):
        outcome = picture.outcome(command_id)
        if outcome is not None and outcome.status != "pending":
            return outcome
        wait(_LOOK_EVERY_S)
    return CommandOutcome(command_id, "pending", "", None)
