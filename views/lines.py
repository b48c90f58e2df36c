"""The connections of the server, known so that one whose peer reads no more can be cut.

A page in the browser's back/forward cache keeps its lines and reads nothing. To close such a line
is to wait for its peer, for ever, and the server does not end before all are closed. So what a
websocket leaves standing a few seconds after its work is cut here, and at the end everything is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from weakref import WeakSet

from starlette.types import ASGIApp, Receive, Scope, Send

CUT_AFTER_S = 5.0
_NOTHING_LINGERS = struct.pack("ii", 1, 0)


class Lines:
    """Know the transports that stand, and cut them."""

    def __init__(self) -> None:
        self._standing: WeakSet[asyncio.WriteTransport] = WeakSet()

    def watched(self, app: ASGIApp) -> ASGIApp:
        """Return the application, its connections known here; to be put outermost."""

        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            transport = _transport_of(receive)
            if transport is not None:
                self._standing.add(transport)
            try:
                await app(scope, receive, send)
            finally:
                if transport is not None and scope["type"] == "websocket":
                    asyncio.get_running_loop().call_later(CUT_AFTER_S, cut, transport)

        return watch

    def cut(self) -> None:
        """Cut everything that stands."""
        for transport in list(self._standing):
            cut(transport)


def _transport_of(receive: Receive) -> asyncio.WriteTransport | None:
    """Return what carries a connection, where the server shows it."""
    found = getattr(getattr(receive, "__self__", None), "transport", None)
    return found if hasattr(found, "abort") else None


def cut(transport: asyncio.WriteTransport) -> None:
    """End a connection now, with whatever it has not sent; one that has ended stays so."""
    line = transport.get_extra_info("socket")
    if line is not None and os.name == "posix":
        with contextlib.suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOTHING_LINGERS)
    transport.abort()
