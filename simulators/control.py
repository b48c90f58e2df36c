"""The control port: lines of text by which a person or a test makes things happen.

``fault R2 probe_off on``, ``event R2 panic``, ``cuff R2``, ``cuff R2 stop``, ``sit R6``,
``leave R6``, ``vitals R2``, ``ports``: each line is answered by one line that begins with "ok" or
"error". It is on this machine only and knows nothing that is not simulated.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict

from simulators.episodes import LARGEST_SIZE, Episode, EpisodeKind
from simulators.faults import Fault
from simulators.ports import HOST, Hub
from simulators.recliner import SimulatedRecliner

_CHUNK = 4096


class Commands:
    """Carry out lines of control for a room of recliners.

    ports: device id to port, as ``ports`` tells them.
    """

    def __init__(
        self, recliners: Mapping[str, SimulatedRecliner], ports: Mapping[str, str]
    ) -> None:
        self._recliners = recliners
        self._ports = ports
        self._verbs: dict[str, Callable[[list[str], float], str]] = {
            "fault": self._fault,
            "event": self._event,
            "cuff": self._cuff,
            "sit": self._sit,
            "leave": self._leave,
            "vitals": self._vitals,
            "ports": lambda _words, _now_s: json.dumps(dict(self._ports)),
            "help": lambda _words, _now_s: _HELP,
        }

    def answer(self, line: str, now_s: float) -> str:
        """Carry out one line at a scenario second and say how it went."""
        verb, *words = line.split() or ["help"]
        try:
            return f"ok {self._verbs[_known('verb', verb, self._verbs)](words, now_s)}".rstrip()
        except ValueError as error:
            return f"error: {error}; {_HELP}"

    def _fault(self, words: list[str], now_s: float) -> str:
        target, fault, state = _words(words, "fault", 3, 3)
        if state not in ("on", "off"):
            raise ValueError(f"a fault is switched on or off, not {state!r}")
        name, slash, role = target.partition("/")
        recliner = self._named(name)
        if slash:
            _known(f"device of {name}", role, self._roles(name))
        known = Fault(_known("fault", fault, [*Fault]))
        recliner.faults.switch(known, state == "on", now_s, role or None)
        return f"{target} {fault} {state}"

    def _roles(self, name: str) -> list[str]:
        """Return the devices of a recliner by the words after its name."""
        return [role for place, _, role in (port.partition("/") for port in self._ports)
                if place == name]  # fmt: skip

    def _event(self, words: list[str], now_s: float) -> str:
        name, kind, *more = _words(words, "event", 2, 3)
        recliner = self._named(name)
        episode = EpisodeKind(_known("event", kind, [*EpisodeKind]))
        size = _size(more[0]) if more else 1.0
        if not recliner.happen(Episode(episode, now_s, size)):
            raise ValueError(f"nobody sits in {name}")
        return f"{name} {kind} {size:g}"

    def _cuff(self, words: list[str], now_s: float) -> str:
        """Press the start key of a recliner's monitor, or its stop key."""
        name, *rest = _words(words, "cuff", 1, 2)
        cuff = self._named(name).cuff
        if rest == ["stop"]:
            return f"{name} {'stopped' if cuff.cancel(now_s) else 'was not inflating'}"
        if rest:
            raise ValueError(f"a cuff is started, or stopped by 'stop', not {' '.join(rest)!r}")
        return f"{name} {'inflating' if cuff.start(now_s) else 'was inflating already'}"

    def _sit(self, words: list[str], now_s: float) -> str:
        (name,) = _words(words, "sit", 1, 1)
        if not self._named(name).sit(now_s):
            raise ValueError(f"somebody sits in {name} already")
        return f"somebody sits in {name}"

    def _leave(self, words: list[str], now_s: float) -> str:
        (name,) = _words(words, "leave", 1, 1)
        if not self._named(name).leave(now_s):
            raise ValueError(f"nobody sits in {name}")
        return f"{name} is empty"

    def _vitals(self, words: list[str], now_s: float) -> str:
        (name,) = _words(words, "vitals", 1, 1)
        vitals = self._named(name).vitals(now_s)
        return json.dumps(asdict(vitals) if vitals else None)

    def _named(self, name: str) -> SimulatedRecliner:
        return self._recliners[_known("recliner", name, self._recliners)]


def _known(what: str, word: str, words: Iterable[str]) -> str:
    """Return a word that is known. Raises ValueError with the nearest one, or with all."""
    known = [str(one) for one in words]
    if word in known:
        return word
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(known) or 'none'}"
    raise ValueError(f"there is no {what} {word!r}: {hint}")


def _words(words: list[str], verb: str, fewest: int, most: int) -> list[str]:
    """Return the words behind a verb. Raises ValueError where there are too few or too many."""
    if not fewest <= len(words) <= most:
        raise ValueError(f"write: {_USES[verb]}")
    return words


def _size(text: str) -> float:
    """Read the size of an event: 1 is full size. Raises ValueError that names the range."""
    try:
        size = float(text)
    except ValueError:
        size = 0.0
    if not 0.0 < size <= LARGEST_SIZE:
        raise ValueError(f"a size is above 0, up to {LARGEST_SIZE:g} (1 is full size), not {text}")
    return size


_USES = {
    "fault": "fault RECLINER[/ROLE] FAULT on|off",
    "event": "event RECLINER KIND [SIZE]",
    "cuff": "cuff RECLINER [stop]",
    "sit": "sit RECLINER",
    "leave": "leave RECLINER",
    "vitals": "vitals RECLINER",
    "ports": "ports",
}
_HELP = f"{', '.join(_USES.values())}; faults: {' '.join(Fault)}; events: {' '.join(EpisodeKind)}"


class ControlPort:
    """Answer lines of text on a TCP port of this machine, for any number of callers.

    answer: turns one line into one line.
    """

    def __init__(self, hub: Hub, answer: Callable[[str, float], str], number: int = 0) -> None:
        self._hub = hub
        self._answer = answer
        self._listener = socket.create_server((HOST, number))
        self._listener.setblocking(False)
        self.number: int = self._listener.getsockname()[1]
        self._heard: dict[socket.socket, bytes] = {}
        hub.watch(self._listener, self._accept)
        hub.add(self)

    def tick(self, now_s: float) -> None:
        """Do nothing: this port speaks only when spoken to."""

    def close(self) -> None:
        for caller in list(self._heard):
            self._drop(caller)
        self._hub.forget(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            caller, _ = self._listener.accept()
            caller.setblocking(False)
            self._heard[caller] = b""
            self._hub.watch(caller, lambda: self._read(caller))

    def _read(self, caller: socket.socket) -> None:
        try:
            chunk = caller.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk or len(self._heard[caller]) > _CHUNK:
            self._drop(caller)
            return
        *lines, self._heard[caller] = (self._heard[caller] + chunk).split(b"\n")
        for line in lines:
            self._reply(caller, line)

    def _reply(self, caller: socket.socket, line: bytes) -> None:
        told = self._answer(line.decode("utf-8", "replace").strip(), self._hub.clock.now_s())
        try:
            caller.send(told.encode() + b"\n")
        except OSError:
            self._drop(caller)

    def _drop(self, caller: socket.socket) -> None:
        if self._heard.pop(caller, None) is not None:
            self._hub.forget(caller)
            caller.close()


def ask(number: int, line: str, timeout_s: float = 5.0) -> str:
    """Send one line to a control port and return its answer. Raises OSError."""
    with socket.create_connection((HOST, number), timeout=timeout_s) as caller:
        caller.sendall(line.encode() + b"\n")
        with caller.makefile("r", encoding="utf-8") as answers:
            return answers.readline().rstrip("\n")
