"""Tell new cuff determinations from messages that repeat the last one.

A determination's rows share an OBR and a time; here they are put together, and the memory of what
was told decides what is new. Sources: IHE PCD technical framework, where OBX-14 is the time of that
very value; our own choice is what to do with senders that stamp every row with the present.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from monitors.devices.cuff_numbers import completed
from monitors.devices.hl7_mllp_codes import CUFF, Quantity
from monitors.devices.hl7_mllp_frames import Hl7Message, Observation, moment, seconds_between
from monitors.devices.hl7_mllp_values import number_of
from monitors.readings import NibpDetermination

OLDEST_AGE_S = 86_400
"""An age beyond a day, or below nought, is taken for a clock that is wrong (our choice)."""
REMEMBERED = 16


class CuffWatch:
    """Remember which determinations were told."""

    __slots__ = ("_has_heard", "_last", "_told")

    def __init__(self) -> None:
        self._last: NibpDetermination | None = None
        self._told: deque[str] = deque(maxlen=REMEMBERED)
        self._has_heard = False

    def reopened(self) -> None:
        """Take what differs next for something that may have happened long ago."""
        self._has_heard = False

    def take(self, message: Hl7Message) -> list[NibpDetermination]:
        """Return the determinations of a message that are new."""
        presents = _present_times(message)
        told = []
        for time, rows in _sets_of(message).items():
            found = _determination_of(rows)
            if found is None:
                continue
            if self._is_new(found, time, time in presents):
                told.append(self._tell(found, time, message.header.sent_at, presents))
            self._has_heard = True
        return told

    def _is_new(self, found: NibpDetermination, time: str, is_present: bool) -> bool:
        if time and not is_present:
            return time not in self._told
        return found != self._last

    def _tell(
        self, found: NibpDetermination, time: str, sent_at: str, presents: set[str]
    ) -> NibpDetermination:
        self._last = found
        self._told.append(time)
        age_s = None if time in presents else _sane_age_s(time, sent_at)
        is_age_unknown = age_s is None and not self._has_heard
        return replace(found, age_s=age_s, is_age_unknown=is_age_unknown)


def _present_times(message: Hl7Message) -> set[str]:
    """Return the stamps that say no more of a cuff than when the message was put together.

    Where continuous values stand beside it, a time equal to theirs or to the message's own is
    the present, not the measurement's. A message of the cuff alone is sent when it has measured.
    """
    times = {one.time for one in message.observations if one.quantity not in CUFF}
    return {*times, message.header.sent_at, ""} if times else {""}


def _sets_of(message: Hl7Message) -> dict[str, list[Observation]]:
    """Put the rows of each determination together, by OBR and time; later OBRs win a time."""
    sets: dict[tuple[int, str], list[Observation]] = {}
    for one in message.observations:
        if one.quantity in CUFF:
            time = one.time if moment(one.time) else ""
            sets.setdefault((one.group, time), []).append(one)
    return {time: rows for (_, time), rows in sets.items()}


def _determination_of(rows: Iterable[Observation]) -> NibpDetermination | None:
    """Put a determination's numbers together; None for no result of a cuff."""
    values = {one.quantity: round(number_of(one) or 0) for one in rows}
    systolic, diastolic = values.get(Quantity.SYSTOLIC), values.get(Quantity.DIASTOLIC)
    mean, pulse = values.get(Quantity.MEAN), values.get(Quantity.CUFF_PULSE)
    return completed(systolic, diastolic, mean, pulse)


def _sane_age_s(time: str, sent_at: str) -> float | None:
    age_s = seconds_between(time, sent_at)
    return age_s if age_s is not None and 0 <= age_s <= OLDEST_AGE_S else None
