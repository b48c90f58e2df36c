"""Who gets the live feed, tried on a running dashboard from outside and from a page."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.browser.rig import Room, room
from tests.room.rig import until
from views.gate import Gate

pytestmark = pytest.mark.browser
PATIENCE_MS = 90_000


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Open a room of one recliner."""
    with room(tmp_path_factory.mktemp("gate"), 1) as standing:
        yield standing


def key_of(opened: Room) -> str:
    """Return the key that the dashboard keeps, as its own user can."""
    path = opened.runtime / "dashboard.key"
    assert path.stat().st_mode & 0o077 == 0
    return path.read_text("ascii")


def line_to(opened: Room, token: str | None, origin: str | None = None) -> ClientConnection:
    """Open a line to the feed with a token and an Origin."""
    return connect(
        f"ws://127.0.0.1:{opened.port}/api/feed",
        subprotocols=["chairside", token] if token else ["chairside"],  # type: ignore[list-item]
        origin=origin or f"http://127.0.0.1:{opened.port}",  # type: ignore[arg-type]
    )


def hour_old_token(key: str) -> str:
    """Return a token of this dashboard's key that was signed an hour ago."""

    class OldSigner(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - 3_600

    return str(
        URLSafeTimedSerializer(key, salt="chairside live feed", signer=OldSigner).dumps("page")
    )


def test_a_good_token_from_the_own_page_gets_everything(opened: Room) -> None:
    with line_to(opened, Gate(key_of(opened)).sign()) as line:
        hello = json.loads(line.recv(10))
        assert hello["type"] == "hello"
        assert list(hello["recliners"]) == ["R1"]
        line.send('{"type":"renew"}')
        kinds = [json.loads(line.recv(10))["type"] for _ in range(40)]
        assert "token" in kinds


@pytest.mark.parametrize("kind", ["none", "an hour old", "another key's"])
def test_a_token_that_is_not_good_is_refused_with_a_code(opened: Room, kind: str) -> None:
    key = key_of(opened)
    token = {
        "none": None,
        "an hour old": hour_old_token(key),
        "another key's": Gate("x" * 40).sign(),
    }[kind]
    with line_to(opened, token) as line:
        with pytest.raises(ConnectionClosed) as refused:
            line.recv(10)
        assert refused.value.rcvd is not None
        assert refused.value.rcvd.code == 4401


def test_another_origin_is_turned_away_even_with_a_good_token(opened: Room) -> None:
    token = Gate(key_of(opened)).sign()
    with pytest.raises(InvalidStatus):
        line_to(opened, token, "http://evil.example").close()


def test_another_host_name_is_turned_away(opened: Room) -> None:
    line = http.client.HTTPConnection("127.0.0.1", opened.port, timeout=5)
    line.request("GET", "/api/health", headers={"Host": "rebound.example"})
    assert line.getresponse().status == 403
    line.close()


def test_a_page_an_hour_old_reruns_once_and_lives(page: Page, opened: Room) -> None:
    old = hour_old_token(key_of(opened))
    page.add_init_script(f"""
        const Real = window.WebSocket;
        window.feedLines = 0;
        window.WebSocket = class extends Real {{
            constructor(url, protocols) {{
                const isFeed = String(url).endsWith("/api/feed");
                if (isFeed) window.feedLines += 1;
                super(url, isFeed && window.feedLines === 1 ? ["chairside", {old!r}] : protocols);
            }}
        }};
    """)
    page.goto(opened.url)
    expect(page.locator(".chairside-wall")).to_have_attribute(
        "data-refusals", "1", timeout=PATIENCE_MS
    )
    expect(page.locator(".strip")).to_have_attribute("data-live", "live", timeout=PATIENCE_MS)
    assert page.evaluate("window.feedLines") == 2
    assert page.get_attribute(".chairside-wall", "data-refusals") == "1"


def viewers(opened: Room) -> int:
    """Return how many pages the dashboard serves."""
    found = opened.health()
    assert found is not None
    return int(found[1]["viewers"])


def test_a_page_that_is_put_away_holds_no_line_and_lives_when_taken_out(
    page: Page, opened: Room
) -> None:
    page.goto(opened.url)
    expect(page.locator(".strip")).to_have_attribute("data-live", "live", timeout=PATIENCE_MS)
    before = viewers(opened)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    until(lambda: viewers(opened) == before - 1, "the line of the page is closed")
    expect(page.locator(".strip")).to_have_attribute("data-live", "no-data", timeout=PATIENCE_MS)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator(".strip")).to_have_attribute("data-live", "live", timeout=PATIENCE_MS)
    assert viewers(opened) == before
