"""Find out which device is on a port: listen first, then ask politely.

Every device of the catalogue that speaks unasked is given the bytes at each line setting in
turn, and the one that accepts them is named; only where nothing was understood are the
catalogue's identify bytes sent, and those only as politeness.py allows. Nothing here starts a
cuff, and what cannot be named is described in words a person can act on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitors.clock import Clock
from monitors.devices.adapter import Adapter
from monitors.devices.catalogue import CATALOGUE
from monitors.devices.device_kind import DeviceKind, LineSettings
from monitors.devices.politeness import refusal
from monitors.devices.port_names import check_port_name
from monitors.devices.probe_report import (
    Heard,
    Match,
    ProbeReport,
    explain,
    never_asked,
    praise,
    with_article,
    words_of,
)
from monitors.devices.transport import Transport, list_ports, open_port
from monitors.devices.usb import Lister, describe
from monitors.readings import DeviceIdentity, Reading, WaveformChunk

__all__ = ["Heard", "Match", "ProbeReport", "probe"]

LISTEN_S = 3.0
REPLY_S = 1.5
OTHER_BAUDS = (9600, 19200, 115200, 4800, 38400, 57600, 2400)
SURE_READINGS = 3
FEWEST_READINGS = 2
LEAST_SHARE = 0.8
PACE_S = 1.5
PACE_ERROR = 0.25
KEPT_BYTES = 65_536

_log = logging.getLogger(__name__)


def probe(
    port: str,
    clock: Clock,
    *,
    rows: Sequence[DeviceKind] | None = None,
    bauds: Sequence[int] = OTHER_BAUDS,
    listen_s: float = LISTEN_S,
    reply_s: float = REPLY_S,
    may_ask: bool = True,
    is_single_byte_cuff_ruled_out: bool = False,
    lister: Lister = list_ports,
    tell: Callable[[str], None] = lambda step: None,
) -> ProbeReport:
    """Find out what is on a port, which must not be in use.

    rows: the devices to look for; the whole catalogue when None. bauds: speeds to try beyond the
    rows' own. is_single_byte_cuff_ruled_out: a person has said that the OEM cuff module started
    by one byte is not on this port. tell is handed each step in words. Raises TransportError
    when the port cannot be opened or is lost.
    """
    searched = tuple(CATALOGUE.values()) if rows is None else tuple(rows)
    search = _Search(port, clock, searched, lister, tell)
    search.listen(bauds, listen_s)
    if search.best is None and may_ask:
        search.ask(reply_s, is_single_byte_cuff_ruled_out)
    return search.report()


class _Candidate:
    """Let one device's adapter hear what comes, without a word of its own."""

    def __init__(self, kind: DeviceKind, now_s: float) -> None:
        self.kind = kind
        self.readings = 0
        self.identity: DeviceIdentity | None = None
        self._adapter: Adapter = kind.make()
        self._adapter.begin(now_s)
        self._byte_count = 0
        self._is_broken = False
        self._first: tuple[float, int] | None = None
        self._last_s = now_s

    def feed(self, chunk: bytes, now_s: float) -> None:
        """Hear some bytes; an adapter that fails on them is out, and the search goes on."""
        if self._is_broken or not chunk:
            return
        self._byte_count += len(chunk)
        try:
            self._count(self._adapter.feed(chunk, now_s))
        except Exception:
            self._is_broken = True
            _log.exception("the %s adapter failed", self.kind.name)
        self._last_s = now_s
        if self._first is None and self.frames:
            self._first = now_s, self.frames

    def _count(self, readings: Sequence[Reading]) -> None:
        for reading in readings:
            if isinstance(reading, DeviceIdentity):
                self.identity = reading
            if not isinstance(reading, WaveformChunk):
                self.readings += 1

    @property
    def share(self) -> float:
        discarded = self._adapter.counts.discarded_bytes
        return 1 - discarded / self._byte_count if self._byte_count else 0.0

    @property
    def frames(self) -> int:
        return self._adapter.counts.frames

    @property
    def frames_per_s(self) -> float | None:
        """Return the frames a second since the first came; None before PACE_S has passed."""
        if self._first is None or self._last_s - self._first[0] < PACE_S:
            return None
        return (self.frames - self._first[1]) / (self._last_s - self._first[0])

    @property
    def is_sure(self) -> bool:
        is_measured = self.kind.frames_per_s is None or self.frames_per_s is not None
        is_understood = self.frames > 1 and self.share >= LEAST_SHARE
        return self.readings >= SURE_READINGS and is_understood and is_measured

    @property
    def _has_pace(self) -> bool:
        """Say whether frames come as often as they should, where that was measured."""
        expected, measured = self.kind.frames_per_s, self.frames_per_s
        if expected is None or measured is None:
            return True
        return abs(measured / expected - 1) <= PACE_ERROR

    def match(self, line: LineSettings, was_asked: bool = False) -> Match | None:
        """Judge when all was heard."""
        if self._is_broken:
            return None
        self.readings += len(self._adapter.finish())
        needed = 1 if was_asked else FEWEST_READINGS
        if self.readings < needed or not self.frames or self.share < LEAST_SHARE:
            return None
        return Match(
            self.kind,
            line,
            self.share,
            self.frames,
            self.readings,
            was_asked,
            self.identity,
            self._has_pace,
        )


class _Search:
    """Hold one probe's port, what was heard at each setting, and who understood it."""

    def __init__(
        self,
        port: str,
        clock: Clock,
        rows: tuple[DeviceKind, ...],
        lister: Lister,
        tell: Callable[[str], None],
    ) -> None:
        self._port = port
        self._clock = clock
        self._rows = rows
        self._lister = lister
        self._tell = tell
        self._is_network = check_port_name(port) in ("socket", "listen")
        self._matches: list[Match] = []
        self._heard: list[Heard] = []
        self._remarks: list[str] = []
        self._noise: dict[LineSettings, bytes] = {}

    @property
    def best(self) -> Match | None:
        return max(self._matches, key=_rank, default=None)

    # -- listening

    def listen(self, bauds: Sequence[int], listen_s: float) -> None:
        """Listen at each setting until a device is recognised; a mute line needs one only."""
        for line in self._plan(bauds):
            self._tell(f"listening at {words_of(line)}" if not self._is_network else "listening")
            if not self._listen_at(line, listen_s) or self._matches or self._is_network:
                return

    def _plan(self, bauds: Sequence[int]) -> list[LineSettings]:
        """Order the settings: the rows' own, most common first, then other speeds."""
        own = [replace(row.line, rtscts=False) for row in self._rows if row.is_push]
        own.sort(key=own.count, reverse=True)
        other = [replace(line, baud=baud) for line in dict.fromkeys(own) for baud in bauds]
        return list(dict.fromkeys(own + other)) or [LineSettings(9600)]

    def _listen_at(self, line: LineSettings, listen_s: float) -> bool:
        """Hear what comes at one setting; tell whether anything did."""
        candidates = [_Candidate(row, self._now_s()) for row in self._rows if row.is_push]
        transport = open_port(self._port, line, self._lister)
        try:
            heard = self._hear(transport, candidates, listen_s)
        finally:
            transport.close()
        self._keep(line, heard)
        self._matches += [found for one in candidates if (found := one.match(line))]
        return bool(heard)

    def _hear(self, transport: Transport, candidates: list[_Candidate], listen_s: float) -> bytes:
        """Read until one is sure, or time is up; twice the time while frames are coming."""
        began_s, heard = self._now_s(), bytearray()
        while not any(one.is_sure for one in candidates):
            now_s = self._now_s()
            is_promising = any(one.frames and one.share >= LEAST_SHARE for one in candidates)
            if now_s - began_s >= listen_s * (2 if is_promising else 1):
                break
            chunk = transport.read()
            heard += chunk[: KEPT_BYTES - len(heard)]
            for one in candidates:
                one.feed(chunk, now_s)
        return bytes(heard)

    def _keep(self, line: LineSettings, heard: bytes) -> None:
        self._heard.append(Heard(None if self._is_network else line, len(heard)))
        self._noise[line] = heard

    # -- asking

    def ask(self, reply_s: float, is_single_byte_cuff_ruled_out: bool) -> None:
        """Send each row's identify bytes at its own setting until one answers."""
        for row in self._rows:
            for question in row.identify:
                line = None if self._is_network else row.line
                why = refusal(question, line, is_single_byte_cuff_ruled_out)
                if why is not None:
                    self._remarks.append(f"{row.title} was not asked for: {why}.")
                elif self._ask_one(row, question, reply_s):
                    return

    def _ask_one(self, row: DeviceKind, question: bytes, reply_s: float) -> bool:
        self._tell(f"asking for {with_article(row.title)} at {words_of(row.line)}")
        candidate = _Candidate(row, self._now_s())
        transport = open_port(self._port, row.line, self._lister)
        try:
            transport.write(question)
            heard = self._hear_reply(transport, candidate, reply_s)
        finally:
            transport.close()
        if heard and heard == question:
            self._remarks.append(
                "The line returns what is sent to it: a loop-back plug, or an echo that is on."
            )
            return False
        if found := candidate.match(row.line, was_asked=True):
            self._matches.append(found)
        return found is not None

    def _hear_reply(self, transport: Transport, candidate: _Candidate, reply_s: float) -> bytes:
        began_s, heard = self._now_s(), b""
        while self._now_s() - began_s < reply_s and not candidate.readings:
            chunk = transport.read()
            heard += chunk
            candidate.feed(chunk, self._now_s())
        return heard

    # -- the report

    def report(self) -> ProbeReport:
        best = self.best
        others = tuple(found for found in self._matches if found is not best and best is not None)
        found = describe(self._port, self._lister()) if "://" not in self._port else None
        remarks = [*self._remarks, *(self._explain() if best is None else praise(best, others))]
        return ProbeReport(
            self._port,
            found.identity if found else None,
            best,
            others,
            tuple(self._heard),
            tuple(remarks),
        )

    def _explain(self) -> list[str]:
        noise = {line: heard for line, heard in self._noise.items() if heard}
        said = explain(noise, self._is_network, self._who_reads)
        return [*said, *never_asked(self._rows)]

    def _who_reads(self, text: bytes) -> str | None:
        """Return the title of the device that understands a text; None without one."""
        for row in self._rows:
            candidate = _Candidate(row, 0.0)
            candidate.feed(text, 0.0)
            if candidate.match(row.line, was_asked=True):
                return row.title
        return None

    def _now_s(self) -> float:
        return self._clock.now_ms() / 1000


def _rank(match: Match) -> tuple[bool, bool, float, int, int]:
    """Order matches: the right pace and speed, then what was accepted, then how much it told."""
    is_usual = match.line == match.kind.line
    share = round(match.accepted_share, 2)
    return match.has_pace, is_usual, share, match.readings, match.frames
