"""Ports: bytes in, bytes out, or "lost". The only file of the product that knows pyserial.

A port is named by a device path (/dev/ttyUSB0, COM3) or a URL (socket://, rfc2217://, hwgrep://,
listen://); whatever it is, it reads in batches, about twenty a second, and says in one exception
what was expected, what came and where. XON/XOFF is never switched on, because 11 and 13 hex are
ordinary bytes of several protocols. Sources: pyserial 3.5 documentation, RFC 2217, flock(2).
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Protocol

import serial
from serial.tools import list_ports as serial_list_ports
from serial.tools.list_ports_common import ListPortInfo

from monitors.devices.device_kind import LineSettings
from monitors.devices.port_errors import plain_words, why_not_open
from monitors.devices.port_names import check_port_name, is_pseudo_terminal, only_match
from monitors.devices.sockets import ListeningPort, SocketPort, pace_s
from monitors.devices.usb import AdapterMemory, Lister, PortDescription, UsbIdentity
from monitors.errors import TransportError

READ_WAIT_S = 0.05
WRITE_WAIT_S = 1.0
FLUSH_WAIT_S = 0.5
CLIENT_WAIT_S = 5.0


class Transport(Protocol):
    """Carry bytes while a port is open. Used by one thread; lost for good after an exception."""

    @property
    def name(self) -> str:
        """Name what was really opened, for people: a path, or the URL."""

    def read(self, wait_s: float = READ_WAIT_S) -> bytes:
        """Return what arrived within about ``wait_s`` seconds; empty when nothing did.

        Raises TransportError when the port is closed or lost.
        """

    def write(self, chunk: bytes) -> None:
        """Send bytes. Raises TransportError when they cannot be sent within a second or two."""

    def flush(self) -> None:
        """Wait, for half a second at most, until what was written has left this machine."""

    def close(self) -> None:
        """Give the port back. May be called twice."""


class Port(Protocol):
    """Stand for a place that can be opened again and again, one transport at a time."""

    @property
    def identity(self) -> UsbIdentity | None:
        """Return the USB adapter found at the last opening; None where there is none."""

    def open(self) -> Transport:
        """Open the port. Raises TransportError that says why it cannot be."""

    def close(self) -> None:
        """Give back what is held between two openings."""


def list_ports() -> list[PortDescription]:
    """List the serial ports of this machine with their USB identities."""
    return [_described(port) for port in sorted(serial_list_ports.comports())]


def port_for(
    url: str, line: LineSettings, lister: Lister = list_ports, serial_number: str | None = None
) -> Port:
    """Make the port that a device path or URL names, without opening it.

    serial_number: of the USB adapter that a device path must lead to, whatever its name is now.
    Raises TransportError for a name that cannot be a port.
    """
    scheme = check_port_name(url)
    if scheme == "listen":
        return ListeningPort(url)
    if scheme == "socket":
        return SocketPort(url)
    return SerialPort(url, line, lister, serial_number)


def open_port(url: str, line: LineSettings, lister: Lister = list_ports) -> Transport:
    """Open a port once; a ``listen://`` one waits some seconds for its client.

    Raises TransportError that says why it cannot be opened.
    """
    port = port_for(url, line, lister)
    return port.open_once(CLIENT_WAIT_S) if isinstance(port, ListeningPort) else port.open()


class SerialPort:
    """Stand for a serial port of this machine, or one behind an RFC 2217 server.

    A device path is reopened wherever its USB adapter has gone.
    """

    def __init__(
        self,
        url: str,
        line: LineSettings,
        lister: Lister = list_ports,
        serial_number: str | None = None,
    ) -> None:
        self._url = url
        self._line = line
        self._lister = lister
        self._memory = AdapterMemory(url, serial_number)
        self._is_path = "://" not in url

    @property
    def identity(self) -> UsbIdentity | None:
        return self._memory.identity

    def open(self) -> SerialTransport:
        name = self._resolve()
        opened = _opened(name, self._line)
        if self._is_path:
            self._memory.remember(name, self._lister())
        return SerialTransport(opened, name)

    def close(self) -> None:
        """Hold nothing between two openings."""

    def _resolve(self) -> str:
        if self._is_path:
            return self._memory.locate(self._lister() if self._memory.knows else ())
        if self._url.lower().startswith("hwgrep://"):
            return only_match(self._url, self._lister())
        return self._url


class SerialTransport:
    """Carry bytes through a port that pyserial has opened."""

    def __init__(self, opened: serial.SerialBase, name: str) -> None:
        self._serial = opened
        self._name = name
        self._last_length = 0
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        return self._name

    def read(self, wait_s: float = READ_WAIT_S) -> bytes:
        try:
            if isinstance(self._serial, serial.Serial):
                self._closed.wait(pace_s(wait_s, self._last_length))
            else:
                self._serial.timeout = wait_s
            chunk = bytes(self._serial.read(4096))
        except Exception as error:
            raise TransportError(
                f"{self._name}: was lost while reading ({plain_words(error)})"
            ) from error
        self._last_length = len(chunk)
        return chunk

    def write(self, chunk: bytes) -> None:
        try:
            self._serial.write(chunk)
        except serial.SerialTimeoutException as error:
            raise TransportError(
                f"{self._name}: {len(chunk)} bytes could not be sent within {WRITE_WAIT_S:g} s"
            ) from error
        except Exception as error:
            raise TransportError(
                f"{self._name}: was lost while writing ({plain_words(error)})"
            ) from error

    def flush(self) -> None:
        deadline = time.monotonic() + FLUSH_WAIT_S
        try:
            while isinstance(self._serial, serial.Serial) and self._serial.out_waiting:
                if time.monotonic() >= deadline:
                    return
                self._closed.wait(0.005)
        except Exception as error:
            raise TransportError(
                f"{self._name}: was lost while sending ({plain_words(error)})"
            ) from error

    def close(self) -> None:
        """Give the port back, and the socket that pyserial keeps when the other end is gone."""
        self._closed.set()
        held = getattr(self._serial, "_socket", None)
        self._serial.close()
        if held is not None:
            held.close()


def _opened(name: str, line: LineSettings) -> serial.SerialBase:
    """Open through pyserial, or say in words why it cannot be.

    A pseudo-terminal carries no parity and keeps eight bits whatever is asked, and refuses to be
    asked for parity a second time (Linux pty.c, tcsetattr(3)), so it is opened as 8N.
    """
    is_remote = "://" in name
    asked = line
    if not is_remote and is_pseudo_terminal(name):
        line = replace(line, bytesize=8, parity="N")
    try:
        return serial.serial_for_url(
            name,
            baudrate=line.baud,
            bytesize=line.bytesize,
            parity=line.parity,
            stopbits=line.stopbits,
            rtscts=line.rtscts,
            xonxoff=False,
            timeout=0,
            write_timeout=None if is_remote else WRITE_WAIT_S,
            exclusive=None if is_remote else True,
        )
    except Exception as error:
        settings = f"{asked.baud} {asked.bytesize}{asked.parity}{asked.stopbits}"
        raise TransportError(
            f"{name}: expected to open it at {settings}; {why_not_open(error)}"
        ) from error


def _described(port: ListPortInfo) -> PortDescription:
    identity = None
    if port.vid is not None and port.pid is not None:
        identity = UsbIdentity(port.vid, port.pid, port.serial_number, port.location)
    return PortDescription(port.device, port.description or "", identity)
