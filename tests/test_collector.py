"""The collector under a pushed clock, with a real journal and a real picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from monitors.clock import PushedClock, world_utc_ms
from monitors.collector import Collector
from monitors.composing import run_collector
from monitors.config import parse
from monitors.devices.link import Tap
from monitors.devices.link_events import (
    CuffRunsOn,
    LinkEvent,
    Lost,
    Opened,
    Received,
    Silent,
    Speaking,
)
from monitors.errors import ConfigurationError, StoreError, TransportError
from monitors.readings import (
    NibpDetermination,
    NibpOutcome,
    OximetryReading,
    Validity,
    Vital,
    Waveform,
    WaveformChunk,
)
from monitors.store.facts import Command
from monitors.store.history import History
from monitors.store.journal import Journal
from monitors.store.picture import Picture
from monitors.store.reader import EVER
from tests.room.rig import until

RECLINER = """
[[recliners]]
name = "R{n}"
probe_arm = "left"
cuff_arm = "right"
cuff_start = true
[[recliners.devices]]
device = "nonin-df2"
port = "socket://127.0.0.1:{port}"
simulated = true
[[recliners.devices]]
device = "dinamap"
port = "socket://127.0.0.1:1{port}"
simulated = true
measures = ["nibp"]
"""


class Port:
    """Stand where a link stands: note the orders, refuse them where told to."""

    def __init__(self, device_id: str, sink: Callable[[LinkEvent], None]) -> None:
        self.device_id, self.sink = device_id, sink
        self.orders: list[str] = []
        self.refusal: str | None = None

    def start(self) -> None:
        return

    def close(self) -> None:
        self.orders.append("close")

    def start_cuff(self, rest_s: float = 30.0) -> None:
        if self.refusal:
            raise TransportError(self.refusal)
        self.orders.append(f"start after {rest_s:g}")

    def cancel_cuff(self) -> None:
        self.orders.append("cancel")


class Rig:
    """Hold a collector with its clock, ports and picture, and push time through it."""

    def __init__(self, folder: Path, recliners: int = 1, more: str = "") -> None:
        text = "\n".join(RECLINER.format(n=n, port=4000 + n) for n in range(1, recliners + 1))
        self.clinic = parse(f'[clinic]\nstore = "{folder / "room.db"}"\n{more}\n{text}')
        self.clock = PushedClock(at_ms=5_000_000, utc_offset_ms=world_utc_ms() - 5_000_000)
        self.store = self.clinic.store_url
        self.journal = Journal.open(self.store, simulated=True)
        self.picture = Picture(self.store, create=True)
        self.collector = Collector(self.clinic, self.journal, self.picture, self.clock)
        self.collector.open()
        self.ports: dict[str, Port] = {}
        self.collector.start_links(self._port)
        self.page = Picture.open(self.store, create=False)
        self.seen: dict[str, Any] = {}
        self.seq = 0
        for device_id in self.ports:
            self.tell(Opened(device_id, self.clock.now_ms(), "port"))
            self.tell(Speaking(device_id, self.clock.now_ms()))
        self.pass_time(0.3)

    def _port(self, device_id: str, sink: Callable[[LinkEvent], None], tap: Tap) -> Port:
        del tap
        self.ports[device_id] = Port(device_id, sink)
        return self.ports[device_id]

    def tell(self, event: LinkEvent) -> None:
        self.collector.handle(event)

    def spo2(self, value: int | None, seconds: float = 1, recliner: str = "R1") -> None:
        validity = Validity.VALID if value is not None else Validity.INVALID
        for _ in range(round(seconds * 3)):
            self.pass_time(1 / 3)
            reading = OximetryReading(value, 72, None, validity)
            self.tell(Received(f"{recliner}/oximeter", reading, self.clock.now_ms()))

    def pass_time(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds * 10))):
            self.clock.push(min(0.1, seconds))
            self.collector.turn()

    def look(self, recliner: str = "R1") -> dict[str, Any]:
        self.pass_time(0.2)
        if (delta := self.page.since(self.seq)) is not None:
            self.seq = delta.seq
            self.seen |= delta.recliners
        picture: dict[str, Any] = self.seen[recliner]
        return picture

    def order(self, verb: str, target: str = "recliner:R1", **arguments: Any) -> str:
        command_id = uuid4().hex
        at_utc_ms = arguments.pop("at_utc_ms", world_utc_ms())
        self.page.put(Command(command_id, at_utc_ms, "R. Ortiz, RN", target, verb, arguments))
        return command_id

    def answered(self, command_id: str) -> tuple[str, str]:
        def outcome() -> Any:
            self.pass_time(0.1)
            while not self.collector.inbox.empty():
                self.collector.handle(self.collector.inbox.get())
            found = self.page.outcome(command_id)
            return found if found and found.status != "pending" else None

        found = until(outcome, "the order is answered")
        return found.status, found.message

    def history(self) -> History:
        self.collector.close()
        return History.open(self.store)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    made = Rig(tmp_path)
    yield made
    made.collector.close()
    made.page.close()


def test_a_reading_reaches_the_picture_and_the_journal_a_row_a_second(rig: Rig) -> None:
    rig.spo2(97, seconds=10)
    assert rig.look()["vitals"]["spo2_pct"]["value"] == 97
    history = rig.history()
    rows = history.readings(Vital.SPO2, recliner="R1")
    assert 9 <= len(rows) <= 11
    assert {row.value for row in rows} == {97}
    history.close()


def test_a_second_is_on_record_when_it_is_over_though_the_device_says_nothing_more(
    rig: Rig,
) -> None:
    rig.spo2(97, seconds=2)
    rig.spo2(96, seconds=1 / 3)
    rig.pass_time(1.1)
    history = History.open(rig.store)
    kept = partial(history.readings, Vital.SPO2, recliner="R1")
    until(lambda: any(row.value == 96 for row in kept()), "the last second is on record", 10)
    history.close()


def test_traces_are_kept_a_chunk_a_second_without_a_sample_lost(rig: Rig) -> None:
    for number in range(30):
        rig.pass_time(1 / 3)
        samples = tuple((number * 25 + i) % 256 for i in range(25))
        chunk = WaveformChunk(Waveform.PLETH, 75.0, 255, samples)
        rig.tell(Received("R1/oximeter", chunk, rig.clock.now_ms()))
    history = rig.history()
    rows = history.waveforms(Waveform.PLETH, EVER, recliner="R1")
    kept = [sample for row in rows for sample in row.samples]
    assert kept == [i % 256 for i in range(750)]
    history.close()


def test_an_alarm_is_told_at_its_deadline_and_kept_with_its_moment(rig: Rig) -> None:
    rig.spo2(97, seconds=3)
    rig.spo2(86, seconds=8)
    assert rig.look()["alarms"] == []
    rig.spo2(86, seconds=6)
    (alarm,) = [a for a in rig.look()["alarms"] if a["condition"] == "spo2_low"]
    assert (alarm["priority"], alarm["worst"], alarm["is_audible"]) == ("high", 86, True)
    status, message = rig.answered(rig.order("acknowledge", condition="spo2_low"))
    assert status == "done", message
    history = rig.history()
    rows = [row for row in history.alarms() if row.condition == "spo2_low"]
    assert rows[0].transition == "acknowledge" or rows[-1].transition == "acknowledge"
    assert {row.by for row in rows if row.by} == {"R. Ortiz, RN"}
    history.close()


def test_a_port_that_is_missing_at_start_is_an_alarm_on_its_tile(rig: Rig) -> None:
    rig.tell(Lost("R1/oximeter", rig.clock.now_ms(), "no such device"))
    picture = rig.look()
    assert "never_received" in [alarm["condition"] for alarm in picture["alarms"]]
    assert picture["vitals"]["spo2_pct"]["value"] is None


def test_a_silent_port_is_an_alarm_and_its_number_goes(rig: Rig) -> None:
    rig.spo2(97, seconds=2)
    rig.pass_time(3)
    now_ms = rig.clock.now_ms()
    rig.tell(Silent("R1/oximeter", now_ms, now_ms - 3000))
    picture = rig.look()
    assert "port_silent" in [alarm["condition"] for alarm in picture["alarms"]]
    assert picture["vitals"]["spo2_pct"]["state"] == "stale"
    rig.pass_time(12)
    assert rig.look()["vitals"]["spo2_pct"]["value"] is None


def test_a_cuff_that_heeds_no_stop_is_an_alarm_and_on_record(rig: Rig) -> None:
    assert rig.answered(rig.order("begin_session", label="JD-14", protocol="mood40"))[0] == "done"
    rig.tell(CuffRunsOn("R1/monitor", rig.clock.now_ms(), 4))
    (alarm,) = [a for a in rig.look()["alarms"] if a["condition"] == "nibp_failed"]
    assert alarm["reason"] == "device_fault"
    history = rig.history()
    (entry,) = [one for one in history.entries() if one.kind == "cuff_stop"]
    assert entry.payload["error"] == "the cuff goes on measuring after 4 stops"
    assert (entry.by, entry.session_id is not None) == ("Chairside", True)
    assert "cuff_runs_on" in [row.what for row in history.devices()]
    history.close()


def test_recliners_unplugged_at_once_are_one_storm_and_all_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    rig = Rig(tmp_path, recliners=4)
    for number in range(1, 5):
        rig.spo2(97, recliner=f"R{number}")
    for number in range(1, 5):
        now_ms = rig.clock.now_ms()
        rig.tell(Silent(f"R{number}/oximeter", now_ms, now_ms - 3000))
    rig.pass_time(1.2)
    everybody = ["R1", "R2", "R3", "R4"]
    for name in everybody:
        (silent,) = [a for a in rig.look(name)["alarms"] if a["condition"] == "port_silent"]
        assert silent["storm"] == everybody
    history = rig.history()
    starts = [r for r in history.alarms() if (r.condition, r.phase) == ("port_silent", "start")]
    assert sorted(row.recliner for row in starts) == everybody
    history.close()
    rig.page.close()


def test_the_beat_moves_while_nothing_else_does(rig: Rig) -> None:
    rig.look()
    beats = set()
    for _ in range(6):
        rig.pass_time(0.5)
        delta = rig.page.since(0)
        assert delta is not None
        assert delta.beat is not None
        beats.add(delta.beat.beat)
    assert len(beats) == 6


def test_an_order_is_answered_kept_and_never_carried_out_twice(rig: Rig) -> None:
    first = rig.order("begin_session", label="JD-14", protocol="mood40")
    assert rig.answered(first)[0] == "done"
    session_id = rig.look()["session"]["id"]
    rig.page.put(
        Command(first, world_utc_ms(), "X", "recliner:R1", "begin_session", {"label": "ZZ-1"})
    )
    rig.pass_time(0.5)
    assert rig.look()["session"]["id"] == session_id
    second = rig.order("begin_session", label="ZZ-1", protocol="mood40")
    status, message = rig.answered(second)
    assert (status, "already has a session" in message) == ("refused", True)
    history = rig.history()
    kept = {row.command_id: row for row in history.commands(recliner="R1")}
    assert (kept[first].status, kept[second].status) == ("done", "refused")
    history.close()


def test_an_order_that_waited_too_long_or_names_nobody_here_is_refused(rig: Rig) -> None:
    old = rig.order("pause_audio", at_utc_ms=world_utc_ms() - 120_000)
    assert "waited too long" in rig.answered(old)[1]
    stray = rig.order("pause_audio", target="recliner:R9")
    assert "no 'recliner:R9' here" in rig.answered(stray)[1]
    unknown = rig.order("dance")
    assert "no order 'dance'" in rig.answered(unknown)[1]


def test_an_order_that_waited_too_long_is_on_record_with_its_session(rig: Rig) -> None:
    rig.answered(rig.order("begin_session", label="JD-14", protocol="mood40"))
    session_id = rig.look()["session"]["id"]
    old = rig.order("measure_now", at_utc_ms=world_utc_ms() - 120_000)
    rig.answered(old)
    history = rig.history()
    kept = {row.command_id: row for row in history.commands(session_id=session_id)}
    history.close()
    assert (kept[old].status, kept[old].recliner) == ("refused", "R1")
    assert "was not carried out" in kept[old].message


def test_a_cuff_start_is_answered_when_the_device_was_asked(rig: Rig) -> None:
    assert rig.answered(rig.order("measure_now")) == ("done", "cuff started")
    assert rig.ports["R1/monitor"].orders == ["start after 30"]
    rig.ports["R1/monitor"].refusal = "wait 12 s more"
    assert rig.answered(rig.order("measure_now")) == ("refused", "wait 12 s more")


def test_a_slow_cuff_is_asked_once_however_long_it_takes_to_answer(rig: Rig) -> None:
    port, gate = rig.ports["R1/monitor"], threading.Event()
    asked: list[float] = []

    def slow(rest_s: float = 30.0) -> None:
        asked.append(rest_s)
        gate.wait(10)

    port.start_cuff = slow  # type: ignore[method-assign]
    order = rig.order("measure_now")
    rig.pass_time(3)
    gate.set()
    assert rig.answered(order)[0] == "done"
    assert len(asked) == 1


def test_the_same_result_told_twice_is_one_determination(rig: Rig) -> None:
    result = NibpDetermination(NibpOutcome.COMPLETED, 124, 76, 92, 70, age_s=2)
    rig.tell(Received("R1/monitor", result, rig.clock.now_ms()))
    rig.pass_time(30)
    again = NibpDetermination(NibpOutcome.COMPLETED, 124, 76, 92, 70, age_s=32)
    rig.tell(Received("R1/monitor", again, rig.clock.now_ms()))
    history = rig.history()
    assert len(history.determinations(recliner="R1")) == 1
    history.close()


def test_a_journal_that_cannot_be_written_is_an_alarm_and_orders_go_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = rig.journal
    real = journal.write

    def full(*_: Any, **__: Any) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(journal, "write", full)
    rig.spo2(97, seconds=2)
    done = rig.order("begin_session", label="JD-14", protocol="mood40")
    assert rig.answered(done)[0] == "done"

    def degraded() -> bool:
        conditions = [alarm["condition"] for alarm in rig.look()["alarms"]]
        return "store_degraded" in conditions

    until(degraded, "the tile says that the record lags")
    outcome = rig.page.outcome(done)
    assert outcome is not None
    assert not outcome.is_on_record
    monkeypatch.setattr(journal, "write", real)

    def on_record() -> bool:
        rig.look()
        while not rig.collector.inbox.empty():
            rig.collector.handle(rig.collector.inbox.get())
        again = rig.page.outcome(done)
        return again is not None and again.is_on_record

    until(on_record, "the order is on record once the disk is back")
    until(lambda: not degraded(), "the alarm ends")


def test_an_own_protocol_is_saved_by_order_and_a_wrong_one_is_named(rig: Rig) -> None:
    status, message = rig.answered(rig.order("save_protocol", target="system", toml=""))
    assert (status, "clinic.toml" in message) == ("refused", True)


def test_nothing_to_collect_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no recliner has a device"):
        run_collector(parse("[clinic]\n"), threading.Event())
