"""Read and write the messages that an IntelliVue monitor and its host exchange.

Association, the monitor's announcement of itself and its answer, the poll of numerics and what it
brings: here stands their layout, not when one is sent. Source: Philips, "IntelliVue Data Export
Interface Programming Guide", as OpenICE and VSCaptureMP cite it; both agree on what is used here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from monitors.devices.intellivue_values import (
    ABSOLUTE_TIME,
    OBSERVED,
    RELATIVE_TIME,
    TIMES,
    Observation,
    attribute,
    attribute_list,
    observation_of,
)
from monitors.errors import FrameError


class Session(IntEnum):
    """Name a message by its first byte."""

    RELEASE_REQUEST = 0x09
    RELEASED = 0x0A
    REFUSED = 0x0C
    ASSOCIATE = 0x0D
    ACCEPTED = 0x0E
    REFUSED_OTHERWISE = 0x0F
    ABORTED = 0x19
    DATA_EXPORT = 0xE1


class Operation(IntEnum):
    """Name a remote operation."""

    INVOKE = 1
    RESULT = 2
    ERROR = 3
    LINKED_RESULT = 5


CONFIRMED_EVENT = 1
CONFIRMED_ACTION = 7
MONITOR_CLASS = 0x0021
NUMERIC_CLASS = 0x0006
ANNOUNCEMENT = 0x0D06
POLL = 0x0C16
EXTENDED_POLL = 0xF13B
MOST_OBSERVATIONS = 256

_EXPORT = bytes.fromhex("E1000002")
_OPERATION = struct.Struct(">HH")
_COMMAND = struct.Struct(">HHH")
_OBJECT = struct.Struct(">HHH")
_EVENT = struct.Struct(">IHH")
_ACTION = struct.Struct(">HH")
_POLL_REQUEST = struct.Struct(">HHHH")
_REPLY = struct.Struct(">HI8sHHH")
_EXTENDED_REPLY = struct.Struct(">HHI8sHHH")
_LIST = struct.Struct(">HH")
_CONTEXT = struct.Struct(">HHH")
_LINK = struct.Struct(">BB")
_OBJECTS_PARTITION = 1
_SCOPE = bytes(4)

_PRESENTATION = bytes.fromhex(
    "3180A080800101 0000A280A003000001A4803080020101 060452010001 30800602510100000000"
    "3080020102 060C2A8648CE14020100000001 01 3080060C2A8648CE14020100000002 01 000000000000"
    "6180 3080020101A080 6080A180060C2A8648CE14020100000003 01 0000"
    "BE80 2880060C2A8648CE14020100000001 01 020102 81"
)
_USER = bytes.fromhex("80000000 40000000 00000000 80000000 20000000 00000000")
_POLL_PROFILE = bytes.fromhex("80000000 000009C4 000009C4 000003E8 FFFFFFFF 60000000")
_EXTENDED_PROFILE = bytes.fromhex("F0010008 8C000000 00000000")
_SESSION_PARAMETERS = bytes.fromhex("0508 1301 0016 0102 8000 1402 0002")
_TRAILER = bytes(16)
_POLL_PROFILE_SUPPORT = 1
RELEASED = bytes.fromhex("0A18C116 61803080020101A080 63808001 00000000000000000000")


def association_request() -> bytes:
    """Return the request for an association as a client that polls numerics.

    It offers one poll profile as the public drivers do: polls 2500 eighths of a millisecond apart
    at the shortest, 2500 bytes at most to us and 1000 from us, objects that come and go.
    """
    profile = _POLL_PROFILE + _LIST.pack(1, len(_EXTENDED_PROFILE)) + _EXTENDED_PROFILE
    supported = attribute(_POLL_PROFILE_SUPPORT, profile)
    user = _USER + _LIST.pack(1, len(supported)) + supported
    shown = _PRESENTATION + bytes([len(user)]) + user + _TRAILER
    body = _SESSION_PARAMETERS + b"\xc1" + bytes([len(shown)]) + shown
    return bytes((Session.ASSOCIATE, len(body))) + body


@dataclass(frozen=True, slots=True)
class Announcement:
    """Hold the event by which a monitor announces itself; it must be confirmed.

    invoke and event_time are echoed in the answer. clock: eight BCD bytes of its wall clock, None
    if not told; ticks: its running time, 1/8 ms.
    """

    invoke: int
    event_time: int
    clock: bytes | None = None
    ticks: int | None = None

    def answer(self) -> bytes:
        """Return the message that confirms it."""
        event = _OBJECT.pack(MONITOR_CLASS, 0, 0)
        event += _EVENT.pack(self.event_time, ANNOUNCEMENT, 0)
        return _operation(Operation.RESULT, self.invoke, CONFIRMED_EVENT, event)

    def to_bytes(self) -> bytes:
        """Write the event as the monitor does."""
        parts = []
        if self.clock is not None:
            parts.append(attribute(ABSOLUTE_TIME, self.clock))
        if self.ticks is not None:
            parts.append(attribute(RELATIVE_TIME, self.ticks.to_bytes(4, "big")))
        listed = _LIST.pack(len(parts), sum(map(len, parts))) + b"".join(parts)
        content = _OBJECT.pack(MONITOR_CLASS, 0, 0) + listed
        event = _OBJECT.pack(MONITOR_CLASS, 0, 0)
        event += _EVENT.pack(self.event_time, ANNOUNCEMENT, len(content)) + content
        return _operation(Operation.INVOKE, self.invoke, CONFIRMED_EVENT, event)


@dataclass(frozen=True, slots=True)
class PollRequest:
    """Hold a poll of all numerics, once."""

    number: int

    def to_bytes(self) -> bytes:
        """Write the request; invoke id and poll number are the same."""
        wanted = _POLL_REQUEST.pack(self.number, _OBJECTS_PARTITION, NUMERIC_CLASS, 0)
        action = _OBJECT.pack(MONITOR_CLASS, 0, 0) + _SCOPE
        action += _ACTION.pack(POLL, len(wanted)) + wanted
        return _operation(Operation.INVOKE, self.number, CONFIRMED_ACTION, action)


@dataclass(frozen=True, slots=True)
class PollResult:
    """Hold what a poll brought, or one part of it.

    is_last: no further part follows. ticks: the monitor's running time, 1/8 ms. clock: eight
    BCD bytes of its wall clock, which several monitors leave blank.
    """

    invoke: int
    observations: tuple[Observation, ...]
    is_last: bool = True
    ticks: int = 0
    clock: bytes = b"\xff" * 8

    def to_bytes(self, attributes: Iterable[Iterable[tuple[int, bytes]]]) -> bytes:
        """Write a single poll's result whose objects have these attributes."""
        objects = b""
        count = 0
        for handle, listed in enumerate(attributes, start=1):
            raw = [attribute(number, value) for number, value in listed]
            objects += _CONTEXT.pack(handle, len(raw), sum(map(len, raw))) + b"".join(raw)
            count += 1
        context = _CONTEXT.pack(0, count, len(objects)) + objects
        reply = _REPLY.pack(
            self.invoke, self.ticks, self.clock, _OBJECTS_PARTITION, NUMERIC_CLASS, 0
        )
        content = reply + _LIST.pack(1, len(context)) + context
        action = _OBJECT.pack(MONITOR_CLASS, 0, 0) + _ACTION.pack(POLL, len(content)) + content
        if self.is_last:
            return _operation(Operation.RESULT, self.invoke, CONFIRMED_ACTION, action)
        linked = _LINK.pack(1, 1) + _COMMAND.pack(self.invoke, CONFIRMED_ACTION, len(action))
        return (
            _EXPORT
            + _OPERATION.pack(Operation.LINKED_RESULT, len(linked + action))
            + (linked + action)
        )


Message = Announcement | PollRequest | PollResult


def export_of(payload: bytes) -> Message | None:
    """Read a data-export message; None for one that says nothing here.

    FrameError where it is cut short or its lengths contradict each other.
    """
    try:
        return _read(payload)
    except struct.error as error:
        raise FrameError(f"a message is cut short: {error}") from error


def _read(payload: bytes) -> Message | None:
    if payload[:4] != _EXPORT:
        return None
    operation, length = _OPERATION.unpack_from(payload, 4)
    if length != len(payload) - 8:
        raise FrameError(f"an operation of {length} bytes has {len(payload) - 8}")
    if operation not in (Operation.INVOKE, Operation.RESULT, Operation.LINKED_RESULT):
        return None
    at = 8 + _LINK.size * (operation == Operation.LINKED_RESULT)
    invoke, command, _ = _COMMAND.unpack_from(payload, at)
    at += _COMMAND.size + _OBJECT.size
    if operation == Operation.INVOKE:
        return _invoked(payload, at, invoke, command)
    if command != CONFIRMED_ACTION:
        return None
    return _polled(payload, at, invoke, operation == Operation.RESULT)


def _invoked(payload: bytes, at: int, invoke: int, command: int) -> Message | None:
    if command == CONFIRMED_ACTION:
        action, _ = _ACTION.unpack_from(payload, at + len(_SCOPE))
        return PollRequest(invoke) if action == POLL else None
    if command != CONFIRMED_EVENT:
        return None
    event_time, event, _ = _EVENT.unpack_from(payload, at)
    if event != ANNOUNCEMENT:
        return None
    return Announcement(invoke, event_time, *_times_of(payload, at + _EVENT.size + _OBJECT.size))


def _times_of(payload: bytes, at: int) -> tuple[bytes | None, int | None]:
    """Return the wall clock and the running time of an announcement; None for what it lacks."""
    try:
        count, _ = _LIST.unpack_from(payload, at)
        found = dict(attribute_list(payload, at + _LIST.size, count, len(payload), TIMES))
    except (FrameError, struct.error):
        return None, None
    clock, ticks = found.get(ABSOLUTE_TIME), found.get(RELATIVE_TIME)
    return clock, int.from_bytes(ticks, "big") if ticks and len(ticks) == 4 else None


def _polled(payload: bytes, at: int, invoke: int, is_last: bool) -> PollResult | None:
    action, _ = _ACTION.unpack_from(payload, at)
    at += _ACTION.size
    if action == POLL:
        _, ticks, clock, _, kind, _ = _REPLY.unpack_from(payload, at)
        at += _REPLY.size
    elif action == EXTENDED_POLL:
        _, _, ticks, clock, _, kind, _ = _EXTENDED_REPLY.unpack_from(payload, at)
        at += _EXTENDED_REPLY.size
    else:
        return None
    observations = _contexts(payload, at) if kind == NUMERIC_CLASS else []
    return PollResult(invoke, tuple(observations), is_last, ticks, clock)


def _contexts(payload: bytes, at: int) -> list[Observation]:
    contexts, _ = _LIST.unpack_from(payload, at)
    at += _LIST.size
    found: list[Observation] = []
    for _ in range(contexts):
        _, objects, _ = _CONTEXT.unpack_from(payload, at)
        at += _CONTEXT.size
        for _ in range(objects):
            _, count, length = _CONTEXT.unpack_from(payload, at)
            at += _CONTEXT.size
            listed = attribute_list(payload, at, count, min(at + length, len(payload)), OBSERVED)
            observation = observation_of(listed)
            if observation is not None:
                found.append(observation)
            at += length
    return found


def _operation(kind: int, invoke: int, command: int, content: bytes) -> bytes:
    body = _COMMAND.pack(invoke, command, len(content)) + content
    return _EXPORT + _OPERATION.pack(kind, len(body)) + body
