"""What is said to an IntelliVue monitor, and when."""

from __future__ import annotations

from itertools import pairwise

import pytest

from monitors.devices.intellivue import IntellivueAdapter, adapter
from monitors.devices.intellivue_frames import framed, unframed
from monitors.devices.intellivue_messages import (
    RELEASED,
    Announcement,
    PollRequest,
    PollResult,
    association_request,
    export_of,
)
from monitors.devices.intellivue_session import (
    ANNOUNCEMENT_S,
    ASSOCIATE_AGAIN_S,
    LOST_S,
    REPLY_S,
)

ASSOCIATE = framed(association_request())
ACCEPTED = framed(bytes([0x0E, 0]))
ANNOUNCED = framed(Announcement(5, 77).to_bytes())
CONFIRMED = framed(Announcement(5, 77).answer())
ENDINGS = [bytes([kind, 0]) for kind in (0x0C, 0x0F, 0x19, 0x0A)]


def result(number: int) -> bytes:
    return framed(PollResult(number, ()).to_bytes([]))


def frames(sent: bytes) -> list[bytes]:
    return [unframed(part[1:]) for part in sent.split(b"\xc1") if part]


def run(device: IntellivueAdapter, start_s: float, end_s: float) -> list[tuple[float, bytes]]:
    """Return what is sent in a stretch of time in which nothing is heard."""
    steps = range(round(start_s * 50), round(end_s * 50))
    said = [(step / 50, device.due(step / 50)) for step in steps]
    return [(at_s, sent) for at_s, sent in said if sent]


def associated(now_s: float = 0.0) -> IntellivueAdapter:
    device = adapter()
    device.begin(now_s)
    device.feed(ACCEPTED + ANNOUNCED, now_s)
    assert device.due(now_s + 0.05) == CONFIRMED
    return device


def test_an_association_is_asked_for_at_once_and_again_until_it_is_accepted() -> None:
    device = adapter()
    assert device.begin(0.0) == ASSOCIATE
    assert [at for at, sent in run(device, 0.0, 7.0) if sent == ASSOCIATE] == [
        ASSOCIATE_AGAIN_S,
        2 * ASSOCIATE_AGAIN_S,
    ]


def test_nothing_is_polled_before_the_monitor_announced_itself() -> None:
    device = adapter()
    device.begin(0.0)
    device.feed(ACCEPTED, 0.1)
    assert run(device, 0.1, ANNOUNCEMENT_S) == []
    assert [sent for _, sent in run(device, ANNOUNCEMENT_S, ANNOUNCEMENT_S + 0.5)] == [ASSOCIATE]


def test_each_announcement_is_confirmed_and_polling_begins() -> None:
    device = associated()
    device.feed(ANNOUNCED, 0.1)
    said = [sent for _, sent in run(device, 0.1, 0.5)]
    assert said == [CONFIRMED, framed(PollRequest(1).to_bytes())]


def test_numerics_are_polled_each_second_one_poll_at_a_time() -> None:
    device = associated()
    polled = []
    for step in range(5, 250):
        sent = device.due(step / 50)
        if sent:
            number = export_of(unframed(sent[1:-1]))
            assert isinstance(number, PollRequest)
            polled.append(step / 50)
            device.feed(result(number.number), step / 50)
    assert len(polled) == 5
    assert all(0.9 <= later - at <= 1.1 for at, later in pairwise(polled))


def test_a_poll_without_a_result_is_repeated_and_a_silent_monitor_associated_anew() -> None:
    said = run(associated(), 0.05, LOST_S + 1.0)
    polls = [at for at, sent in said if sent != ASSOCIATE]
    assert [round(later - at) for at, later in pairwise(polls)] == [REPLY_S] * (len(polls) - 1)
    (again,) = [at for at, sent in said if sent == ASSOCIATE]
    assert again == pytest.approx(LOST_S, abs=0.1)


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_association_that_ends_is_asked_for_again_a_little_later(ending: bytes) -> None:
    device = associated()
    device.feed(framed(ending), 1.0)
    said = run(device, 1.0, 5.0)
    assert said == [(1.0 + ASSOCIATE_AGAIN_S, ASSOCIATE)]


def test_a_release_that_is_asked_for_is_answered() -> None:
    device = associated()
    device.feed(framed(bytes([0x09, 0])), 1.0)
    assert [sent for _, sent in run(device, 1.0, 3.0)] == [framed(RELEASED)]


def test_a_reopened_port_starts_anew() -> None:
    device = associated()
    assert device.begin(50.0) == ASSOCIATE
    assert run(device, 50.0, 52.0) == []


def test_never_more_than_four_frames_are_sent_in_128_ms() -> None:
    device = adapter()
    device.begin(0.0)
    sent_ms = [0]
    for ms in range(0, 20_000, 7):
        if ms % 21 == 0:
            device.feed(ANNOUNCED, ms / 1000)
        sent_ms += [ms] * len(frames(device.due(ms / 1000)))
    assert len(sent_ms) > 400
    for nth, at in enumerate(sent_ms[:-4]):
        assert sent_ms[nth + 4] - at >= 128


def test_what_waits_to_be_sent_is_bounded() -> None:
    device = associated()
    device.feed(ANNOUNCED * 1000, 1.0)
    assert len(run(device, 1.0, 2.0)) < 20


def test_nothing_is_ever_sent_but_associations_confirmations_releases_and_polls() -> None:
    device = adapter()
    said = device.begin(0.0)
    for step in range(2000):
        if step % 300 == 0:
            device.feed(ACCEPTED + ANNOUNCED, step / 20)
        if step % 700 == 699:
            device.feed(framed(bytes([0x09, 0])), step / 20)
        said += device.due(step / 20)
    kinds = {payload[0] for payload in frames(said)}
    assert kinds == {0x0D, 0xE1, 0x0A}
    commands = {payload[4:6] + payload[10:12] for payload in frames(said) if payload[0] == 0xE1}
    assert commands == {bytes.fromhex("0001 0007"), bytes.fromhex("0002 0001")}
