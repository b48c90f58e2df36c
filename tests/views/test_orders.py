"""What the wall may order."""

from __future__ import annotations

from typing import Any

import pytest

from monitors.errors import SessionError
from views.orders import command_of

WISH: dict[str, Any] = {
    "command_id": "0123456789abcdef0123456789abcdef",
    "recliner": "R1",
    "verb": "acknowledge",
    "arguments": {"condition": "spo2_low"},
    "by": "  A.   Nurse ",
}


def test_an_acknowledgement_becomes_a_command_of_a_named_person() -> None:
    command = command_of(WISH, {"R1"}, 5)
    assert (command.target, command.verb, command.by) == ("recliner:R1", "acknowledge", "A. Nurse")
    assert command.arguments == {"condition": "spo2_low"}
    assert command.command_id == WISH["command_id"]


def test_only_the_alarm_of_the_device_that_was_tapped_is_acknowledged() -> None:
    tapped = {"condition": "port_silent", "device_id": "R1/oximeter"}
    assert command_of(WISH | {"arguments": tapped}, {"R1"}, 5).arguments == tapped
    of_nobody = {"condition": "port_silent", "device_id": None}
    assert command_of(WISH | {"arguments": of_nobody}, {"R1"}, 5).arguments == {
        "condition": "port_silent"
    }


def test_a_pause_of_the_sound_carries_nothing_else() -> None:
    command = command_of(WISH | {"verb": "pause_audio"}, {"R1"}, 5)
    assert command.arguments == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verb": "discharge"}, "no order 'discharge'"),
        ({"recliner": "R9"}, "no recliner 'R9'"),
        ({"by": "  "}, "needs a name"),
        ({"by": "x" * 61}, "at most 60"),
        ({"by": None}, "needs a name"),
        ({"command_id": "1"}, "32 hexadecimal"),
        ({"arguments": {"condition": "all"}}, "no alarm condition 'all'"),
        ({"arguments": None}, "no alarm condition None"),
        ({"arguments": {"condition": "port_silent", "device_id": 7}}, "device has a name"),
    ],
)
def test_anything_else_is_turned_away_with_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SessionError, match=words):
        command_of(WISH | change, {"R1"}, 5)
