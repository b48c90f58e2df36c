"""The far end of real ports: TCP on this machine, and pseudo-terminals where the system has them.

A line joins one simulated device to one port and does to its bytes what the cable does. A cable
that is pulled closes the port; plugged back, it opens under the same name. Nothing but this
machine can connect, and a full line drops bytes as a serial line does.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from simulators.devices.twin import Twin
from simulators.faults import LineDamage
from simulators.ports import HOST, Hub

_CHUNK = 4096


class TcpLine:
    """Put a device at a TCP port of this machine; one host at a time may connect.

    number 0 lets the system choose. url is what clinic.toml says. Raises OSError when the port
    is taken.
    """

    def __init__(self, hub: Hub, twin: Twin, damage: LineDamage, number: int = 0) -> None:
        self._hub = hub
        self._twin = twin
        self._damage = damage
        self._client: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._number = number
        self._listen()
        hub.add(self)

    @property
    def url(self) -> str:
        """Return the port as pyserial names it."""
        return f"socket://{HOST}:{self._number}"

    def tick(self, now_s: float) -> None:
        if self._damage.is_cut(now_s):
            self._unplug()
            return
        if self._listener is None:
            self._listen()
        if self._client is not None:
            self._send(self._twin.speak(now_s), now_s)

    def close(self) -> None:
        self._unplug()

    def _listen(self) -> None:
        listener = socket.create_server((HOST, self._number))
        listener.setblocking(False)
        self._number = listener.getsockname()[1]
        self._listener = listener
        self._hub.watch(listener, self._accept)

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            if self._client is not None:
                client.close()
                return
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._client = client
            self._hub.watch(client, self._read)
            self._twin.plugged_in(self._hub.clock.now_s())

    def _read(self) -> None:
        if self._client is None:
            return
        try:
            chunk = self._client.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._hang_up()
            return
        now_s = self._hub.clock.now_s()
        self._send(self._twin.hear(chunk, now_s), now_s)

    def _send(self, answer: bytes, now_s: float) -> None:
        arriving = self._damage.pass_on(answer, now_s)
        if not arriving or self._client is None:
            return
        try:
            self._client.send(arriving)
        except BlockingIOError:
            return
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._hub.forget(self._client)
            self._client.close()
            self._client = None

    def _unplug(self) -> None:
        self._hang_up()
        if self._listener is not None:
            self._hub.forget(self._listener)
            self._listener.close()
            self._listener = None


class PtyLine:
    """Put a device at a pseudo-terminal, under a name that outlives a pulled cable.

    link: path of the symbolic link that clinic.toml names; it points to the terminal of the
    moment and is gone while the cable is pulled. POSIX only.
    """

    def __init__(self, hub: Hub, twin: Twin, damage: LineDamage, link: Path) -> None:
        self._hub = hub
        self._twin = twin
        self._damage = damage
        self._link = link
        self._ends: tuple[int, int] | None = None
        self._open()
        hub.add(self)

    @property
    def url(self) -> str:
        """Return the port as pyserial names it."""
        return str(self._link)

    def tick(self, now_s: float) -> None:
        if self._damage.is_cut(now_s):
            self.close()
            return
        if self._ends is None:
            self._open()
        self._send(self._twin.speak(now_s), now_s)

    def close(self) -> None:
        if self._ends is not None:
            self._hub.forget(self._ends[0])
            self._link.unlink(missing_ok=True)
            for end in self._ends:
                os.close(end)
            self._ends = None

    def _open(self) -> None:
        import tty  # absent on Windows, where there are no pseudo-terminals either

        near, far = os.openpty()
        tty.setraw(far)
        os.set_blocking(near, False)
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(os.ttyname(far))
        self._ends = (near, far)
        self._hub.watch(near, self._read)
        self._twin.plugged_in(self._hub.clock.now_s())

    def _read(self) -> None:
        if self._ends is None:
            return
        with contextlib.suppress(OSError):
            chunk = os.read(self._ends[0], _CHUNK)
            now_s = self._hub.clock.now_s()
            self._send(self._twin.hear(chunk, now_s), now_s)

    def _send(self, answer: bytes, now_s: float) -> None:
        arriving = self._damage.pass_on(answer, now_s)
        if arriving and self._ends is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._ends[0], arriving)
