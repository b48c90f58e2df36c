"""Ports over TCP: device servers that die and return, monitors that connect to us, RFC 2217."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import serial
import serial.rfc2217

from monitors.devices.device_kind import LineSettings
from monitors.devices.link import Link
from monitors.devices.link_events import Lost, Opened, Received
from monitors.devices.sockets import ListeningPort, NobodyConnectedError, SocketStream, pace_s
from monitors.devices.transport import Transport, open_port
from monitors.errors import TransportError
from monitors.readings import OximetryReading
from tests.link.room import LONGEST_WAIT_S, OXIMETER, Told, free_port

Start = Callable[..., Link]
LINE = LineSettings(9600)


class Server:
    """Be a device server at a TCP port."""

    def __init__(self, port: int = 0) -> None:
        self._door = socket.create_server(("127.0.0.1", port))
        self._door.settimeout(LONGEST_WAIT_S)
        self.port = self._door.getsockname()[1]
        self._guest: socket.socket | None = None

    def receive(self) -> socket.socket:
        """Wait for a client."""
        self._guest, _ = self._door.accept()
        self._guest.settimeout(LONGEST_WAIT_S)
        return self._guest

    def die(self) -> None:
        """Close everything, as a process that is killed does."""
        for held in (self._guest, self._door):
            if held is not None:
                held.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.die()


def connect(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), LONGEST_WAIT_S)
    client.settimeout(LONGEST_WAIT_S)
    return client


def read_until(stream: Transport, wanted: bytes) -> bytes:
    """Read in batches until the wanted bytes came; bounded by count."""
    heard = b""
    for _ in range(400):
        heard += stream.read(0.02)
        if wanted in heard:
            return heard
    raise AssertionError(f"expected {wanted!r}, heard {heard!r}")


def next_client(port: ListeningPort) -> SocketStream:
    for _ in range(50):
        with contextlib.suppress(NobodyConnectedError):
            return port.open()
    raise AssertionError("nobody connected")


def test_a_device_server_that_is_killed_and_restarted_is_found_again(
    server: Server, start: Start, told: Told
) -> None:
    url = f"socket://127.0.0.1:{server.port}"
    start(url, told)
    guest = server.receive()
    assert told.next(Opened).port == url
    assert guest.recv(100) == b"HELLO\n"
    guest.sendall(b"S97\n")
    assert told.next(Received).reading == OximetryReading(97, 70)
    server.die()
    assert url in told.next(Lost).reason
    revived = Server(server.port)
    try:
        revived.receive().sendall(b"S96\n")
        assert told.next(Received).reading == OximetryReading(96, 70)
    finally:
        revived.die()
    assert told.count(Lost) == 1


def test_nobody_at_an_address_is_said_in_words() -> None:
    port = free_port()
    with pytest.raises(
        TransportError, match=rf"127.0.0.1:{port}: expected a device to answer; Connection refused$"
    ):
        open_port(f"socket://127.0.0.1:{port}", LINE)


def test_bytes_written_just_before_closing_arrive(server: Server) -> None:
    stream = open_port(f"socket://127.0.0.1:{server.port}", LINE)
    guest = server.receive()
    guest.sendall(b"unread" * 1000)
    stream.write(b"STOP\n")
    stream.flush()
    stream.close()
    assert guest.recv(100) == b"STOP\n"


def test_a_monitor_may_come_and_go(start: Start, told: Told) -> None:
    number = free_port()
    start(f"listen://127.0.0.1:{number}", told)
    assert "no device has connected yet" in told.next(Lost).reason
    for spo2 in (97, 96):
        with connect(number) as client:
            assert client.recv(100) == b"HELLO\n"
            client.sendall(b"S%d\n" % spo2)
            assert told.next(Received).reading == OximetryReading(spo2, 70)
        assert "closed the connection" in told.next(Lost).reason
    assert told.count(Opened) == 2


def test_a_second_client_is_turned_away_while_the_first_is_alive() -> None:
    port = ListeningPort("listen://127.0.0.1:0")
    _, number = port.address
    with connect(number) as first:
        stream = next_client(port)
        first.sendall(b"one")
        read_until(stream, b"one")
        with connect(number) as second:
            first.sendall(b"two")
            read_until(stream, b"two")
            assert second.recv(10) == b""
        first.sendall(b"three")
        read_until(stream, b"three")
        stream.close()
    port.close()


def test_a_later_client_replaces_one_that_fell_dead_without_a_word() -> None:
    port = ListeningPort("listen://127.0.0.1:0", dead_after_s=0.1)
    _, number = port.address
    with connect(number) as first:
        stream = next_client(port)
        for _ in range(10):
            stream.read(0.02)
        second = connect(number)
        with pytest.raises(TransportError, match="a later client replaces it"):
            read_until(stream, b"never")
        stream.close()
        assert first.recv(10) == b""
        again = port.open()
        second.sendall(b"mine")
        read_until(again, b"mine")
        again.close()
        second.close()
    port.close()


def test_listening_twice_at_one_place_is_refused() -> None:
    first = ListeningPort("listen://127.0.0.1:0")
    host, number = first.address
    second = ListeningPort(f"listen://{host}:{number}")
    with pytest.raises(TransportError, match="cannot listen"):
        second.open()
    first.close()


def test_batches_get_shorter_when_much_arrives() -> None:
    assert pace_s(0.05, 0) == 0.05
    assert pace_s(0.05, 1024) == 0.05
    assert pace_s(0.05, 4096) == pytest.approx(0.0125)


class Rfc2217Server:
    """Be a serial device server that speaks RFC 2217 and echoes what it is sent."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(LONGEST_WAIT_S)
        self.port = self._door.getsockname()[1]
        self.line = serial.serial_for_url("loop://", timeout=0)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self.guest, _ = self._door.accept()
        self.guest.settimeout(LONGEST_WAIT_S)
        lock = threading.Lock()

        class Connection:
            @staticmethod
            def write(chunk: bytes) -> None:
                with lock:
                    self.guest.sendall(chunk)

        manager = serial.rfc2217.PortManager(self.line, Connection())
        with contextlib.suppress(OSError):
            while chunk := self.guest.recv(1024):
                self.line.write(b"".join(manager.filter(chunk)))
                echo = self.line.read(4096)
                if echo:
                    Connection.write(b"".join(manager.escape(echo)))

    def die(self) -> None:
        with contextlib.suppress(OSError):
            self.guest.shutdown(socket.SHUT_RDWR)
        self._thread.join(LONGEST_WAIT_S)
        self.guest.close()
        self._door.close()
        self.line.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name).* is deprecated:DeprecationWarning")
def test_an_rfc2217_server_is_set_read_written_and_its_death_noticed() -> None:
    server = Rfc2217Server()
    transport = open_port(f"rfc2217://127.0.0.1:{server.port}", LineSettings(19200, 8, "O"))
    try:
        assert (server.line.baudrate, server.line.parity) == (19200, "O")
        transport.write(b"\x11\x13\xff\x00")
        assert read_until(transport, b"\x00") == b"\x11\x13\xff\x00"
        server.die()
        with pytest.raises(TransportError, match="was lost while reading"):
            read_until(transport, b"never")
    finally:
        transport.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name).* is deprecated:DeprecationWarning")
def test_an_rfc2217_link_gives_readings(start: Start, told: Told) -> None:
    server = Rfc2217Server()
    link = start(f"rfc2217://127.0.0.1:{server.port}", told, OXIMETER)
    told.next(Opened)
    server.guest.sendall(b"S97\n")
    assert told.next(Received).reading == OximetryReading(97, 70)
    link.close()
    server.die()
