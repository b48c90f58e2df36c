"""What a probe found, and what it says about bytes that nobody understood.

Here are the words for a person and the lines for clinic.toml; no port is touched and no device
is asked. What noise looks like is line_noise.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from monitors.devices.device_kind import DeviceKind, LineSettings
from monitors.devices.line_noise import is_stretched, is_text, printer_mode, upright
from monitors.devices.usb import UsbIdentity, stable_name
from monitors.readings import DeviceIdentity

Noise = dict[LineSettings, bytes]


@dataclass(frozen=True, slots=True)
class Match:
    """Hold a device that understood what was heard.

    accepted_share: part of the bytes that made frames, 0 to 1. was_asked: it answered a question
    and does not speak by itself. has_pace: frames came as often as this device sends them, or it
    was not measured.
    """

    kind: DeviceKind
    line: LineSettings
    accepted_share: float
    frames: int
    readings: int
    was_asked: bool = False
    identity: DeviceIdentity | None = None
    has_pace: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what came at one line setting; line is None where a device server sets the speed."""

    line: LineSettings | None
    byte_count: int


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """Hold what a probe found.

    match: the device; None where none was recognised. alternatives: others that understood the
    same bytes as well. remarks: sentences for a person. usb: the adapter; None if not USB.
    """

    port: str
    usb: UsbIdentity | None
    match: Match | None
    alternatives: tuple[Match, ...]
    heard: tuple[Heard, ...]
    remarks: tuple[str, ...]

    def toml(self, is_simulated: bool | None = None) -> str:
        """Write the clinic.toml lines to paste; empty without a match.

        is_simulated: what to write for a port that ends on this machine; None leaves it out.
        """
        if self.match is None:
            return ""
        lines = [
            "[[recliners.devices]]",
            f'device = "{self.match.kind.name}"',
            f'port = "{stable_name(self.port)}"',
        ]
        if self.match.line.baud != self.match.kind.line.baud:
            lines.append(f"baud = {self.match.line.baud}")
        if self.match.line.parity != self.match.kind.line.parity:
            lines.append(f'parity = "{self.match.line.parity}"')
        if is_simulated is not None:
            lines.append(f"simulated = {'true' if is_simulated else 'false'}")
        return "\n".join(lines) + "\n"


def praise(best: Match, others: tuple[Match, ...]) -> list[str]:
    """Say what is worth knowing about a device that was recognised."""
    said = []
    if best.line.baud != best.kind.line.baud:
        usual = best.kind.line.baud
        said.append(f"It speaks at {best.line.baud} baud, where {usual} is usual.")
    if others:
        names = ", ".join(found.kind.name for found in others)
        said.append(f"These understood the same bytes: {names}. Choose by what the device is.")
    return said


def explain(noise: Noise, is_network: bool, who_reads: Callable[[bytes], str | None]) -> list[str]:
    """Say in words what the bytes that nobody understood look like.

    noise: what came at each setting. is_network: a device server sets the speed. who_reads
    returns the title of a device that understands a text.
    """
    if not noise:
        return [
            "Nothing was heard: is the device on, its output switched on, and the cable a "
            "null-modem where it must be? A cuff that sends only results: take a measurement."
        ]
    for heard in noise.values():
        if mode := printer_mode(heard):
            return [f"This looks like {mode}."]
    for line, heard in noise.items():
        if (text := upright(heard)) is not None:
            return [_inverted(_at(line, is_network), who_reads(text))]
    for line, heard in noise.items():
        if is_text(heard):
            at = _at(line, is_network)
            return [f"Readable text arrives{at}, in a form that is not known here."]
    slow = [line.baud for line, heard in noise.items() if is_stretched(heard)]
    return [_at_device_server(bool(slow)) if is_network else _at_port(noise, slow)]


def _inverted(at: str, title: str | None) -> str:
    behind = f" Behind it speaks {with_article(title)}." if title else ""
    return (
        f"The line's polarity is inverted{at}: a level converter is missing or there is one too "
        f"many (TTL against RS-232).{behind}"
    )


def _at_device_server(is_slow: bool) -> str:
    if is_slow:
        return (
            "Wrong baud rate: the device sends at half the device server's speed or slower. Set "
            "the speed at the device server."
        )
    return (
        "Bytes arrive but make no sense: a wrong baud rate or parity at the device server, or a "
        "device that is not known here."
    )


def _at_port(noise: Noise, slow: list[int]) -> str:
    if slow:
        return f"Wrong baud rate: the device sends more slowly than {min(slow)} baud."
    tried = ", ".join(words_of(line) for line in noise)
    return (
        "Bytes arrive but make no sense: a wrong baud rate or parity, or a device that is not "
        f"known here (tried: {tried})."
    )


def _at(line: LineSettings, is_network: bool) -> str:
    return "" if is_network else f" at {words_of(line)}"


def words_of(line: LineSettings) -> str:
    """Write line settings as people do: 9600 8N1."""
    return f"{line.baud} {line.bytesize}{line.parity}{line.stopbits}"


def with_article(title: str) -> str:
    """Return a device's title behind "a" or "an", as it is spoken: an HL7 monitor, a GE one."""
    word = title.split(" ")[0]
    is_spelled = word.isupper()
    is_vowel = word[:1].upper() in ("AEFHILMNORSX" if is_spelled else "AEIOU")
    return f"{'an' if is_vowel else 'a'} {title}"


def never_asked(rows: Iterable[DeviceKind]) -> list[str]:
    """Say which devices neither speak by themselves nor may be asked, and why; [] for none."""
    reasons = [
        f"{row.title} ({row.name}): {row.unasked_because}" for row in rows if row.unasked_because
    ]
    if not reasons:
        return []
    return [
        f"Never asked, so never found by a probe: {'; '.join(reasons)}. If one of these is on the "
        "port, write it into clinic.toml by hand and let check listen."
    ]
