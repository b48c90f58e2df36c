"""Who may read the live feed: a signed, short-lived token, and the right Origin and Host.

Here lives the check alone. A page gets its token when it is drawn and a fresh one over the open
line; the key lies in the private runtime folder, so that a page outlives a restart of the server.
Routes added to Streamlit stand outside its own protection, hence this gate before each of them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer

TOKEN_LIFE_S = 600
RENEW_EVERY_S = 60
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_KEY_BYTES = 32
_PURPOSE = "chairside live feed"


def keep_key(path: Path) -> str:
    """Return the key kept in a file, made at first use for this user alone.

    Raises OSError where the file can be neither read nor made.
    """
    with contextlib.suppress(FileNotFoundError):
        key = path.read_text(encoding="ascii").strip()
        if len(key) >= _KEY_BYTES:
            return key
    return _make_key(path)


def _make_key(path: Path) -> str:
    """Write a new key beside the place and move it there whole."""
    key = secrets.token_urlsafe(_KEY_BYTES)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    os.replace(name, path)
    return key


def host_of(address: str) -> str:
    """Return the host in a Host header or an Origin, small letters; empty where there is none."""
    text = address if "://" in address else f"//{address}"
    try:
        return (urlsplit(text).hostname or "").lower()
    except ValueError:
        return ""


class Gate:
    """Sign tokens for pages, and admit who brings one back from a known place."""

    def __init__(self, key: str, hosts: Iterable[str] = (), life_s: int = TOKEN_LIFE_S) -> None:
        self._signer = URLSafeTimedSerializer(key, salt=_PURPOSE)
        self._life_s = life_s
        self._hosts = LOOPBACK_NAMES | {host.lower() for host in hosts}

    def allow(self, hosts: Iterable[str]) -> None:
        """Let browsers reach the dashboard under further names."""
        self._hosts |= {host.lower() for host in hosts}

    def sign(self) -> str:
        """Return a token that is good for :data:`TOKEN_LIFE_S` seconds from now."""
        return self._signer.dumps(secrets.token_urlsafe(6))

    def is_signed(self, token: str) -> bool:
        """Say whether a token is ours and young enough."""
        try:
            self._signer.loads(token, max_age=self._life_s)
        except BadData:
            return False
        return True

    def is_known_host(self, headers: Mapping[str, str]) -> bool:
        """Say whether the Host header names this dashboard; foils rebound DNS names."""
        return host_of(headers.get("host", "")) in self._hosts

    def is_known_place(self, headers: Mapping[str, str]) -> bool:
        """Say whether both Host and Origin name this dashboard; a missing Origin does not."""
        origin = headers.get("origin", "")
        return self.is_known_host(headers) and host_of(origin) in self._hosts
