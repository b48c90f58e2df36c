"""The decoders' benchmark runs for every device; what it measures is printed, never judged."""

from __future__ import annotations

import pytest

from tests.benchmarks import decode
from tests.benchmarks.peers import PEERS
from tests.devices.deliveries import transcripts_of

DESCRIBED = [peer for peer in PEERS if peer.is_described]


@pytest.fixture(autouse=True)
def in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "SECONDS", 0.01)


def test_a_device_is_measured_beside_its_peers_or_they_are_said_to_be_left_out() -> None:
    found = decode.main(["contec-v5", "nonin-df2"])["devices"]
    for device in found.values():
        for way in decode.READS:
            assert device[way]["frames_per_s"] > 0
        assert device["twin"]["devices_a_core"] > 0
    assert [one["is_described"] for one in found["contec-v5"]["peers"]] == [True]
    assert all("left_out" in one or one["bytes_per_s"] > 0 for one in found["nonin-df2"]["peers"])


def test_a_minute_of_a_twin_is_what_its_stream_weighs() -> None:
    sent = sum(len(chunk) for chunk, _ in decode.minute_of("nonin-df2"))
    assert sent == pytest.approx(75 * 5 * 60, abs=5)


@pytest.mark.parametrize("peer", DESCRIBED, ids=lambda peer: peer.name)
def test_a_described_peer_reads_the_plainest_lines_of_its_device(peer: decode.Peer) -> None:
    transcript = decode.transcript_of(peer.device, "steady")
    found = decode.compared(peer, peer.open(), transcript)
    assert found["shown"] > found["shown_wrongly"] >= 0
    assert transcripts_of(peer.device)
