"""Ports that are TCP connections: ``socket://`` goes out to a device, ``listen://`` waits for one.

A serial device server or a network monitor is a port like any other: bytes or "lost". A
connection whose other end vanished without a word is found out by TCP keep-alive within about
fifteen seconds. Only transport.py makes these ports; nothing here knows a protocol or a clock.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from urllib.parse import urlsplit

from monitors.devices.usb import UsbIdentity
from monitors.errors import TransportError

CONNECT_WAIT_S = 2.0
ACCEPT_WAIT_S = 0.2
SEND_WAIT_S = 1.0
DEAD_AFTER_S = 10.0
"""A client that sent nothing for so long gives way to a later one."""

BATCH_BYTES = 1024
_KEEP_ALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPALIVE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3}


def pace_s(wait_s: float, last_length: int) -> float:
    """Return how long to let bytes gather, shorter after a large batch, so no buffer runs over."""
    return wait_s if last_length <= BATCH_BYTES else wait_s * BATCH_BYTES / last_length


def in_words(error: Exception) -> str:
    """Return the system's own words for an error, without its number."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class NobodyConnectedError(TransportError):
    """Say that a listening port waited a moment and no device came; no pause is needed."""


class SocketStream:
    """Carry bytes over a TCP connection; takes over the connected socket given to it."""

    def __init__(self, connected: socket.socket, name: str) -> None:
        self._socket = connected
        self._name = name
        self._last_length = 0
        self._closed = threading.Event()
        _keep_alive(connected)
        connected.settimeout(0)

    @property
    def name(self) -> str:
        return self._name

    def read(self, wait_s: float = 0.05) -> bytes:
        """Return what arrived within ``wait_s``; TransportError when the other side is gone."""
        self._closed.wait(pace_s(wait_s, self._last_length))
        try:
            chunk = self._socket.recv(65536)
        except (BlockingIOError, InterruptedError):
            self._last_length = 0
            return b""
        except OSError as error:
            raise TransportError(
                f"{self._name}: the connection was lost ({in_words(error)})"
            ) from error
        if not chunk:
            raise TransportError(f"{self._name}: the other side closed the connection")
        self._last_length = len(chunk)
        return chunk

    def write(self, chunk: bytes) -> None:
        """Send bytes; TransportError when they do not leave within a second."""
        try:
            self._socket.settimeout(SEND_WAIT_S)
            self._socket.sendall(chunk)
        except OSError as error:
            raise TransportError(f"{self._name}: could not send ({in_words(error)})") from error
        finally:
            with contextlib.suppress(OSError):
                self._socket.settimeout(0)

    def flush(self) -> None:
        """Do nothing: what was sent is the network's already, and closing lets it arrive."""

    def close(self) -> None:
        """Say good-bye first, so that bytes just sent are not thrown away, then let go."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while self._socket.recv(65536):
                pass
        self._socket.close()


class SocketPort:
    """Stand for ``socket://host:port``, a device or device server that waits for us."""

    identity: UsbIdentity | None = None

    def __init__(self, url: str) -> None:
        self._url = url

    def open(self) -> SocketStream:
        """Connect. Raises TransportError when nobody answers within two seconds."""
        try:
            connected = socket.create_connection(_address(self._url), CONNECT_WAIT_S)
        except OSError as error:
            raise TransportError(
                f"{self._url}: expected a device to answer; {in_words(error)}"
            ) from error
        return SocketStream(connected, self._url)

    def close(self) -> None:
        """Hold nothing between two openings."""


class ListeningPort:
    """Stand for ``listen://host:port``: a device that connects to us, one at a time.

    While one client is alive others are turned away; one that closed, or has sent nothing for
    ``dead_after_s`` seconds when another knocks, is dead and gives way.
    """

    identity: UsbIdentity | None = None

    def __init__(self, url: str, dead_after_s: float = DEAD_AFTER_S) -> None:
        self._url = url
        self._dead_after_s = dead_after_s
        self._server: socket.socket | None = None
        self._next: socket.socket | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port listened on; listens from now on."""
        host, port = self._listening().getsockname()[:2]
        return host, port

    def open(self) -> ClientStream:
        """Take the next client. Raises NobodyConnectedError when none came for a moment."""
        client = self._next or self._accept(ACCEPT_WAIT_S)
        self._next = None
        if client is None:
            raise NobodyConnectedError(f"{self._url}: no device has connected yet")
        return ClientStream(client, self._url, self)

    def open_once(self, wait_s: float) -> ClientStream:
        """Wait for one client; when its stream is closed, so is the door."""
        client = self._accept(wait_s)
        if client is None:
            self.close()
            raise NobodyConnectedError(f"{self._url}: no device connected within {wait_s:g} s")
        return ClientStream(client, self._url, self, is_only_one=True)

    def close(self) -> None:
        """Stop listening."""
        for held in (self._next, self._server):
            if held is not None:
                held.close()
        self._next = self._server = None

    def look_for_others(self, quiet_s: float) -> None:
        """Turn a knocking client away, or keep it and say that the present one is dead."""
        newcomer = self._accept(0)
        if newcomer is None:
            return
        if quiet_s < self._dead_after_s:
            newcomer.close()
            return
        self._next = newcomer
        raise TransportError(f"{self._url}: silent for {quiet_s:.0f} s; a later client replaces it")

    def _accept(self, wait_s: float) -> socket.socket | None:
        server = self._listening()
        try:
            if not select.select([server], [], [], wait_s)[0]:
                return None
            return server.accept()[0]
        except (BlockingIOError, ConnectionError):
            return None
        except (OSError, ValueError) as error:
            raise TransportError(f"{self._url}: cannot listen ({in_words(error)})") from error

    def _listening(self) -> socket.socket:
        if self._server is None:
            self._server = _listen(self._url)
        return self._server


class ClientStream(SocketStream):
    """Carry bytes of a client that connected to us, and watch the door meanwhile."""

    def __init__(
        self, connected: socket.socket, name: str, port: ListeningPort, is_only_one: bool = False
    ) -> None:
        super().__init__(connected, name)
        self._port = port
        self._is_only_one = is_only_one
        self._quiet_s = 0.0

    def read(self, wait_s: float = 0.05) -> bytes:
        chunk = super().read(wait_s)
        self._quiet_s = 0.0 if chunk else self._quiet_s + wait_s
        self._port.look_for_others(self._quiet_s)
        return chunk

    def close(self) -> None:
        super().close()
        if self._is_only_one:
            self._port.close()


def _listen(url: str) -> socket.socket:
    host, port = _address(url)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        server = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise TransportError(f"{url}: cannot listen ({in_words(error)})") from error
    try:
        if os.name == "posix":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(4)
        server.setblocking(False)
    except OSError as error:
        server.close()
        raise TransportError(f"{url}: cannot listen ({in_words(error)})") from error
    return server


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None:
        raise TransportError(f"{url}: expected host and port")
    return parts.hostname, parts.port


def _keep_alive(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option, value in _KEEP_ALIVE.items():
            if hasattr(socket, option):
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
