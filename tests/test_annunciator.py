"""What is heard without a browser: bursts recorded from a real ALSA device, calls to a webhook."""

from __future__ import annotations

import array
import io
import json
import shutil
import threading
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from monitors.annunciator import (
    BurstClock,
    Loudspeaker,
    Pager,
    Urgent,
    apprise_call,
    burst_wav,
)
from monitors.errors import ConfigurationError
from tests.room.rig import until

needs_alsa = pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay is not installed")

RECORDER = """
pcm.recorder {{
    type file
    slave.pcm "null"
    file "{file}"
    format "wav"
}}
"""


def pulses(samples: array.array[int], rate_hz: int) -> int:
    """Count stretches of sound that are apart by at least 50 ms."""
    count, quiet = 0, rate_hz
    for sample in samples:
        if abs(sample) > 600:
            if quiet > rate_hz * 0.05:
                count += 1
            quiet = 0
        else:
            quiet += 1
    return count


def samples_of(path: Path) -> tuple[array.array[int], int]:
    raw = path.read_bytes()
    heard = array.array("h")
    body = raw[44:]
    heard.frombytes(body[: len(body) // 2 * 2])
    return heard, int.from_bytes(raw[24:28], "little")


@needs_alsa
@pytest.mark.parametrize(("priority", "count"), [("high", 10), ("medium", 3), ("low", 1)])
def test_the_hosts_loudspeaker_plays_the_burst_of_its_priority(
    priority: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = tmp_path / "heard.wav"
    (tmp_path / ".asoundrc").write_text(RECORDER.format(file=recorded))
    monkeypatch.setenv("HOME", str(tmp_path))
    speaker = Loudspeaker("plug:recorder")
    assert speaker.play(priority)
    until(lambda: speaker.is_idle, "the burst is over")
    samples, rate_hz = samples_of(recorded)
    channels = recorded.read_bytes()[22]
    assert pulses(samples[::channels], rate_hz) == count


@needs_alsa
def test_a_loudspeaker_that_is_not_there_is_said_to_fail_and_stops_nothing() -> None:
    speaker = Loudspeaker("no_such_device")
    speaker.play("high")
    until(lambda: speaker.is_idle, "the player has ended")
    speaker.play("high")
    assert speaker.is_failing


def test_a_burst_has_the_pulses_of_its_priority() -> None:
    for priority, count in (("high", 10), ("medium", 3), ("low", 1)):
        with wave.open(io.BytesIO(burst_wav(priority))) as file:
            samples = array.array("h", file.readframes(file.getnframes()))
            assert pulses(samples, file.getframerate()) == count


def test_bursts_come_at_once_when_it_gets_worse_and_then_at_intervals() -> None:
    clock = BurstClock()
    assert clock.due("medium", 0) == "medium"
    assert clock.due("medium", 1_000) is None
    assert clock.due("high", 2_000) == "high"
    assert clock.due("high", 8_999) is None
    assert clock.due("high", 9_000) == "high"
    assert clock.due(None, 9_500) is None
    assert clock.due("low", 9_600) == "low"


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    got: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_high_alarm_left_unacknowledged_calls_the_webhook_once(
    webhook: tuple[str, list[dict[str, str]]],
) -> None:
    url, got = webhook
    pager = Pager(apprise_call([url]), after_ms=120_000)
    alarm = Urgent("R2", "spo2_low", 86, "below 90", since_ms=0)
    pager.look([alarm], 119_999)
    pager.look([alarm], 120_000)
    until(lambda: got, "the webhook is called")
    for at_ms in (121_000, 400_000):
        pager.look([alarm], at_ms)
    assert len(got) == 1
    assert "R2: spo2 low 86 (below 90), unacknowledged for 2:00" in got[0]["message"]
    again = Urgent("R2", "spo2_low", 84, "below 90", since_ms=500_000)
    pager.look([], 450_000)
    pager.look([again], 620_000)
    until(lambda: len(got) == 2, "the next alarm calls again")


def test_a_call_that_is_refused_is_made_again() -> None:
    calls: list[str] = []
    done = threading.Event()

    def refuse(title: str, body: str) -> bool:
        calls.append(body)
        if len(calls) == 2:
            done.set()
        return len(calls) > 1

    pager = Pager(refuse, after_ms=60_000)
    alarm = Urgent("R1", "pulse_very_low", 38, "below 40", since_ms=0)
    pager.look([alarm], 60_000)
    until(lambda: pager.is_retrying, "the refusal is noticed")
    pager.look([alarm], 89_000)
    pager.look([alarm], 90_000)
    assert done.wait(10)


def test_a_wrong_webhook_url_is_named() -> None:
    with pytest.raises(ConfigurationError, match="nonsense"):
        apprise_call(["nonsense"])
