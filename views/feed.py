"""The routes that Chairside adds to the dashboard's server: the live feed and its health.

Here lives the line to each page: admitted by the gate, fed from the one shared look (live.py),
renewed with fresh tokens while it is open. Health tells how old the newest beat is, and carries
nothing of a patient, so that a watchdog may ask without a token.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from monitors.errors import StoreError
from views.gate import RENEW_EVERY_S, Gate
from views.live import Live, Viewer

FEED_PATH = "/api/feed"
HEALTH_PATH = "/api/health"
SUBPROTOCOL = "chairside"
REFUSED = 4401
FULL = 1013
MOST_VIEWERS = 64
LOOK_EVERY_S = 0.04
SLOWEST_SEND_S = 5.0
CLOSES_WITHIN_S = 1.0
HEALTHY_MS = 5_000

_log = logging.getLogger("chairside.feed")


async def follow(live: Live) -> None:
    """Look at the picture for ever, in a thread of its own, and hand on what is new."""
    loop = asyncio.get_running_loop()
    is_failing = False
    with ThreadPoolExecutor(1, "chairside-look") as eyes:
        while True:
            try:
                live.take(await loop.run_in_executor(eyes, live.look))
                if live.needs_history():
                    await loop.run_in_executor(eyes, live.recall)
                    live.tell_history()
                is_failing = False
            except StoreError as error:
                if not is_failing:
                    _log.warning("the picture cannot be read: %s", error)
                is_failing = True
                live.take(None)
            await asyncio.sleep(LOOK_EVERY_S)


class FeedRoutes:
    """Serve pages from one :class:`Live`."""

    def __init__(self, live: Live, gate: Gate) -> None:
        self._live = live
        self._gate = gate

    def routes(self) -> list[BaseRoute]:
        """Return the routes to add to the server."""
        return [
            WebSocketRoute(FEED_PATH, self.feed),
            Route(HEALTH_PATH, self.health, methods=["GET"]),
        ]

    async def health(self, request: Request) -> JSONResponse:
        """Answer 200 while a collector beats and its journal can be written, 503 otherwise."""
        if not self._gate.is_known_host(request.headers):
            return JSONResponse({"status": "unknown host"}, 403)
        age = self._live.beat_age_ms()
        store = self._live.beat.store if self._live.beat else None
        is_well = age is not None and age < HEALTHY_MS and store == "ok"
        found = {
            "status": "ok" if is_well else "failing",
            "collector": self._live.collector(),
            "beat_age_ms": age,
            "store": store,
            "viewers": self._live.viewers,
        }
        return JSONResponse(found, 200 if is_well else 503)

    async def feed(self, socket: WebSocket) -> None:
        """Serve one page until it leaves."""
        if not self._gate.is_known_place(socket.headers):
            await socket.close(1008)
            return
        offered = socket.scope.get("subprotocols") or []
        await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        if not any(self._gate.is_signed(token) for token in offered if token != SUBPROTOCOL):
            await socket.close(REFUSED, "token")
        elif self._live.viewers >= MOST_VIEWERS:
            await socket.close(FULL, "too many viewers")
        else:
            await self._serve(socket)

    async def _serve(self, socket: WebSocket) -> None:
        viewer = self._live.join()
        both = [
            asyncio.ensure_future(self._send(socket, viewer)),
            asyncio.ensure_future(self._hear(socket, viewer)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._live.leave(viewer)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            await _close(socket)

    async def _send(self, socket: WebSocket, viewer: Viewer) -> None:
        loop = asyncio.get_running_loop()
        renew_at = loop.time() + RENEW_EVERY_S
        while True:
            message = await viewer.next()
            async with asyncio.timeout(SLOWEST_SEND_S):
                await socket.send_text(self._live.hello() if message is None else message)
                if loop.time() >= renew_at:
                    await socket.send_text(self._token())
                    renew_at = loop.time() + RENEW_EVERY_S

    async def _hear(self, socket: WebSocket, viewer: Viewer) -> None:
        """Hear a page out: it may ask for a fresh token, and it leaves."""
        with contextlib.suppress(WebSocketDisconnect, ValueError, KeyError):
            while True:
                asked = json.loads(await socket.receive_text())
                if isinstance(asked, dict) and asked.get("type") == "renew":
                    viewer.offer(self._token())

    def _token(self) -> str:
        return json.dumps({"type": "token", "token": self._gate.sign()})


async def _close(socket: WebSocket) -> None:
    """Say goodbye to a page; one whose line takes nothing more is left without."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(CLOSES_WITHIN_S):
            await socket.close()
