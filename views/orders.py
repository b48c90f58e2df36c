"""An order from the wall, looked at before it goes into the inbox.

Here a browser's wish becomes a command, or is turned away with words: only what the wall offers,
only for a recliner that is there, only with a person's name. Whether it is carried out is the
collector's to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from monitors.clinic.conditions import Condition
from monitors.errors import SessionError
from monitors.store.facts import Command

WALL_VERBS = frozenset({"acknowledge", "pause_audio", "resume_audio"})
LONGEST_NAME = 60
_COMMAND_ID = re.compile(r"[0-9a-f]{32}\Z")


def command_of(wish: Mapping[str, Any], recliners: Collection[str], at_utc_ms: int) -> Command:
    """Return the command that a wall's wish stands for.

    wish: command_id, recliner, verb, arguments, by. Raises SessionError saying what is wrong.
    """
    verb, recliner = wish.get("verb"), wish.get("recliner")
    by = " ".join(str(wish.get("by") or "").split())
    if verb not in WALL_VERBS:
        raise SessionError(f"the wall gives no order {verb!r}")
    if recliner not in recliners:
        raise SessionError(f"there is no recliner {recliner!r} on this wall")
    if not by or len(by) > LONGEST_NAME:
        raise SessionError(f"an order needs a name of at most {LONGEST_NAME} characters")
    if not _COMMAND_ID.match(str(wish.get("command_id"))):
        raise SessionError("an order needs an id of 32 hexadecimal digits")
    target = f"recliner:{recliner}"
    return Command(
        str(wish["command_id"]), at_utc_ms, by, target, str(verb), _arguments(str(verb), wish)
    )


def _arguments(verb: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    if verb != "acknowledge":
        return {}
    given = dict(wish.get("arguments") or {})
    condition, device_id = given.get("condition"), given.get("device_id")
    if condition not in set(Condition):
        raise SessionError(f"there is no alarm condition {condition!r}")
    if device_id is None:
        return {"condition": str(condition)}
    if not isinstance(device_id, str) or not 0 < len(device_id) <= LONGEST_NAME:
        raise SessionError("an alarm's device has a name")
    return {"condition": str(condition), "device_id": device_id}
