"""What a port said is kept, and decoded again it gives the readings that were stored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from monitors.devices.capture_file import read_chunks, read_header
from monitors.devices.catalogue import kind_of
from monitors.devices.playing_back import decoded
from monitors.readings import OximetryReading, Vital
from monitors.store.history import History
from tests.room.rig import TOP, Page, room


def test_a_session_decoded_again_from_its_black_box_gives_the_same_readings(
    tmp_path: Path,
) -> None:
    with room(tmp_path) as place:
        place.simulate(1, "--scenario", "steady")
        collector = place.collect()
        page = Page(place.picture())
        page.see("R1", lambda p: p["vitals"]["spo2_pct"]["value"], "SpO2 is shown")
        first = page.look()["R1"]["as_of"]
        page.see("R1", lambda p: p["as_of"] > first + 6_000, "six seconds have passed")
        kept = page.order("R1", "keep_bytes", device_id="R1/oximeter")
        assert kept.status == "done", kept.message
        assert page.order("R1", "keep_bytes", device_id="R9/oximeter").status == "refused"
        assert collector.stdin is not None
        collector.stdin.close()
        assert collector.wait(30) == 0

        (path,) = (tmp_path / "captures").glob("*.capture")
        header = read_header(path)
        assert (header.device, header.is_simulated) == ("nonin-df2", True)
        again = [
            reading
            for _, reading in decoded(read_chunks(path), kind_of(header.device).make())
            if isinstance(reading, OximetryReading)
        ]
        history = History.open(place.store)
        stored = [row.value for row in history.readings(Vital.PULSE_RATE, recliner="R1")]
        history.close()
        pulses = [reading.pulse_rate_per_min for reading in again]
        assert len(again) >= 15
        remaining = iter(pulses)
        kept_seconds = stored[: len(pulses) // 3 - 1]
        assert all(value in remaining for value in kept_seconds), (pulses, stored)

        printed = subprocess.run(
            [sys.executable, "-m", "monitors", "decode", header.device, str(path)],
            cwd=TOP,
            capture_output=True,
            check=True,
            timeout=60,
        )
        lines = [json.loads(line) for line in printed.stdout.splitlines()]
        assert [line["pulse_rate_per_min"] for line in lines] == pulses
