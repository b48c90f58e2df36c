"""The room's benchmark runs as it is typed; what it measures is printed, never judged."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.named_oximeter import HIGHEST, LOWEST, packet_of
from tests.benchmarks.room import with_port
from tests.devices.deliveries import deliver, records_of

TOP = Path(__file__).parent.parent.parent
BOUND_S = 150


def printed(*words: str) -> dict[str, Any]:
    """Run the benchmark in a session of its own and return what it printed."""
    command = [sys.executable, "-m", "tests.benchmarks.room", *words]
    process = subprocess.Popen(
        command, cwd=TOP, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        output, _ = process.communicate(timeout=BOUND_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(output)
    return found


@pytest.mark.long
@pytest.mark.browser
def test_a_small_room_is_measured_from_the_byte_to_the_store_and_the_page() -> None:
    found = printed("--recliners", "2", "--viewers", "1", "--seconds", "5")
    assert (found["recliners"], found["viewers"], found["seconds"]) == (2, 1, 5.0)
    for latency in ("byte_to_store_ms", "byte_to_page_ms"):
        assert set(found[latency]) == {"p50", "p95", "max", "count"}
        assert found[latency]["count"] > 0
        assert 0 < found[latency]["p50"] <= found[latency]["p95"]
    assert "bytes_per_recliner_hour" in found
    for name in ("simulators", "collector", "dashboard", "browser"):
        assert found["processes"][name]["cpu_s_per_s"] >= 0
        assert found["processes"][name]["rss_mb"]["end"] > 1
    (page,) = found["pages"]
    assert page["main_thread"] > 0
    assert page["heap_mb_before"] > 0
    assert page["heap_mb_after"] > 0


def test_each_packet_of_the_named_oximeter_carries_its_own_pulse_rate() -> None:
    packets = [packet_of(number) for number in range(HIGHEST - LOWEST + 2)]
    readings, counts = deliver("nonin-df2", [raw for _, raw in packets])
    shown = [record["pulse_rate_per_min"] for record in records_of(readings)]
    assert shown == [value for value, _ in packets]
    assert sorted(set(shown)) == list(range(LOWEST, HIGHEST + 1))
    assert counts["discarded_bytes"] == 0


def test_only_the_named_device_of_the_named_recliner_gets_another_port() -> None:
    text = "".join(
        f'[[recliners]]\nname = "{name}"\n\n[[recliners.devices]]\ndevice = "{device}"\n'
        f'port = "socket://a:{number}"\n'
        for number, (name, device) in enumerate((("R1", "dinamap"), ("R2", "nonin-df2")))
    )
    moved = with_port(text, "R2", "nonin-df2", "socket://b:9")
    assert moved == text.replace("socket://a:1", "socket://b:9")
    with pytest.raises(AssertionError, match="gives R1 no nonin-df2"):
        with_port(text, "R1", "nonin-df2", "socket://b:9")
