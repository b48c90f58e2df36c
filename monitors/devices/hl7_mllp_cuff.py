"""Tell new cuff determinations from messages that repeat the last one.

A determination's rows share an OBR and a time; here they are put together, and the memory of what
was told decides what is new. Sources: IHE PCD technical framework, where OBX-14 is the time of that
very value; our own choice is what to do with senders that stamp every row with the present.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from monitors.devices.hl7_mllp_codes import CUFF, Quantity
from monitors.devices.hl7_mllp_frames import Hl7Message, Observation, moment, seconds_between
from monitors.devices.hl7_mllp_values import number_of
from monitors.readings import NibpDetermination, NibpOutcome

OLDEST_AGE_S = 86_400
"""An age beyond a day, or below nought, is taken for a clock that is wrong (our choice)."""
REMEMBERED = 16

_Numbers = tuple[int, int, int | None, int | None]


class CuffWatch:
    """Remember which determinations were told."""

    __slots__ = ("_has_heard", "_last", "_told")

    def __init__(self) -> None:
        self._last: _Numbers | None = None
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
            numbers = _numbers_of(rows)
            if numbers is None:
                continue
            if self._is_new(numbers, time, time in presents):
                told.append(self._tell(numbers, time, message.header.sent_at, presents))
            self._has_heard = True
        return told

    def _is_new(self, numbers: _Numbers, time: str, is_present: bool) -> bool:
        if time and not is_present:
            return time not in self._told
        return numbers != self._last

    def _tell(
        self, numbers: _Numbers, time: str, sent_at: str, presents: set[str]
    ) -> NibpDetermination:
        self._last = numbers
        self._told.append(time)
        age_s = None if time in presents else _sane_age_s(time, sent_at)
        is_age_unknown = age_s is None and not self._has_heard
        systolic, diastolic, mean, pulse = numbers
        return NibpDetermination(
            NibpOutcome.COMPLETED,
            systolic,
            diastolic,
            mean,
            pulse,
            age_s=age_s,
            is_age_unknown=is_age_unknown,
        )


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


def _numbers_of(rows: Iterable[Observation]) -> _Numbers | None:
    """Return systolic, diastolic, mean and pulse; None without the first two."""
    values = {one.quantity: number_of(one) for one in rows}
    systolic, diastolic = values.get(Quantity.SYSTOLIC), values.get(Quantity.DIASTOLIC)
    if systolic is None or diastolic is None:
        return None
    mean, pulse = values.get(Quantity.MEAN), values.get(Quantity.CUFF_PULSE)
    return (
        round(systolic),
        round(diastolic),
        None if mean is None else round(mean),
        None if pulse is None else round(pulse),
    )


def _sane_age_s(time: str, sent_at: str) -> float | None:
    age_s = seconds_between(time, sent_at)
    return age_s if age_s is not None and 0 <= age_s <= OLDEST_AGE_S else None
