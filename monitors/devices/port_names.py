"""What a port may be called, and which port a name means; nothing is opened here.

A name is a device path (/dev/ttyUSB0, COM3) or a URL (socket://, rfc2217://, hwgrep://, listen://).
Sources: pyserial 3.5 documentation (URL handlers), Linux devices.txt.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from urllib.parse import urlsplit

from monitors.devices.usb import PortDescription
from monitors.errors import TransportError

SCHEMES = ("socket", "rfc2217", "hwgrep", "listen")
HIGHEST_TCP_PORT = 65_535
_TERMINAL_MAJORS = range(136, 144)
_TERMINAL_NAMES = ("/dev/pts/", "/dev/ttys", "/dev/ptm")


def check_port_name(url: str) -> str:
    """Return the scheme of a port's name ("" for a device path).

    Raises TransportError that names the part which is wrong.
    """
    if not url.strip():
        raise TransportError("expected a port such as /dev/ttyUSB0 or COM3, got nothing")
    scheme, separator, rest = url.partition("://")
    if not separator:
        return ""
    scheme = scheme.lower()
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise TransportError(f"{url}: expected a device path or one of {known}, got {scheme}://")
    if scheme == "hwgrep":
        _check_pattern(url, rest)
    else:
        _check_address(url)
    return scheme


def port_key(url: str) -> str:
    """Return a name that is the same for two spellings of one port (links, COM3 and com3)."""
    if check_port_name(url):
        return url.lower() if not url.lower().startswith("hwgrep") else url
    return os.path.realpath(url) if os.name == "posix" else url.upper()


def is_pseudo_terminal(path: str) -> bool:
    """Tell whether a path leads to a pseudo-terminal, behind which is a program and no line.

    Sources: Linux devices.txt (majors 136 to 143 are the far ends); macOS names them /dev/ttys.
    """
    real = os.path.realpath(path)
    if real.startswith(_TERMINAL_NAMES):
        return True
    try:
        found = os.stat(real)
    except (OSError, ValueError):
        return False
    is_linux_device = os.name == "posix" and stat.S_ISCHR(found.st_mode) and _is_linux()
    return is_linux_device and os.major(found.st_rdev) in _TERMINAL_MAJORS


def _is_linux() -> bool:
    return os.uname().sysname == "Linux"


def _check_pattern(url: str, rest: str) -> None:
    pattern, *options = rest.split("&")
    try:
        re.compile(pattern)
    except re.error as error:
        raise TransportError(f"{url}: {pattern!r} is no regular expression: {error}") from error
    if any(not re.fullmatch(r"n=[1-9]\d*", option) for option in options):
        raise TransportError(f"{url}: after & expected n=1, n=2, ..., got {options}")


def _check_address(url: str) -> None:
    number = re.search(r":(\d+)$", url)
    if number is not None and int(number[1]) > HIGHEST_TCP_PORT:
        raise TransportError(f"{url}: the port {number[1]} is beyond {HIGHEST_TCP_PORT}")
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port is not None
    except ValueError:
        is_whole = False
    if not is_whole:
        raise TransportError(
            f"{url}: expected host and port, such as {url.split(':')[0]}://192.168.1.20:4001"
        )


def only_match(url: str, ports: Sequence[PortDescription]) -> str:
    """Find the port a hwgrep:// URL means; without &n= it must be the only one."""
    pattern, *options = url[len("hwgrep://") :].split("&")
    matches = [port.device for port in ports if _is_match(pattern, port)]
    if not matches:
        listed = ", ".join(port.device for port in ports) or "none"
        raise TransportError(f"{url}: no port of this machine matches; listed are: {listed}")
    if options:
        place = int(options[0][2:])
        if place > len(matches):
            raise TransportError(f"{url}: only {len(matches)} ports match: {', '.join(matches)}")
        return matches[place - 1]
    if len(matches) > 1:
        raise TransportError(
            f"{url}: several ports match: {', '.join(matches)}; write a closer pattern, or &n=1"
        )
    return matches[0]


def _is_match(pattern: str, port: PortDescription) -> bool:
    texts = [port.device, port.description]
    if port.identity is not None:
        who = port.identity
        texts.append(
            f"USB VID:PID={who.vendor_id:04X}:{who.product_id:04X} "
            f"SER={who.serial_number or ''} LOCATION={who.location or ''}"
        )
    return any(re.search(pattern, text, re.IGNORECASE) for text in texts)
