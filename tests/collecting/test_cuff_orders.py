"""What is asked of a cuff has one outcome, whatever its port does, and delays no other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.clinic.happenings import CuffOrder
from monitors.clock import PushedClock
from monitors.collecting.black_boxes import BlackBoxes
from monitors.collecting.cuff_orders import CuffOrders, CuffOutcome
from monitors.collecting.ports import Ports, Sink
from monitors.config import parse
from monitors.devices.cuff_cycle import REST_S, STAT_REST_S
from monitors.devices.link import Tap
from monitors.errors import TransportError

WAIT_S = 30.0


class Cuff:
    """Stand where a link stands: note what was asked, wait or fail where told to."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def start(self) -> None:
        return

    def close(self) -> None:
        return

    def start_cuff(self, rest_s: float = REST_S) -> None:
        self.may_answer.wait(WAIT_S)
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(f"start after {rest_s:g}")

    def cancel_cuff(self) -> None:
        self.asked.append("cancel")


CLINIC = """
[clinic]
store = "{store}"
[[recliners]]
name = "R1"
[[recliners.devices]]
name = "monitor"
device = "dinamap"
port = "/dev/ttyUSB1"
[[recliners]]
name = "R2"
[[recliners.devices]]
name = "monitor"
device = "dinamap"
port = "/dev/ttyUSB2"
"""


class Ward:
    """Hold two cuffs and what they told."""

    def __init__(self, folder: Path) -> None:
        self.cuffs = {"R1/monitor": Cuff(), "R2/monitor": Cuff()}
        self.told: queue.SimpleQueue[CuffOutcome] = queue.SimpleQueue()
        clinic = parse(CLINIC.format(store=folder / "chairside.db"))
        self.ports = Ports(BlackBoxes(clinic, PushedClock()))
        self.ports.open(self.cuffs, self._cuff, lambda event: None)
        self.orders = CuffOrders(self.ports, self.told.put)

    def _cuff(self, device_id: str, sink: Sink, tap: Tap) -> Cuff:
        del sink, tap
        return self.cuffs[device_id]

    def ask(self, device_id: str, *, is_start: bool = True, is_stat: bool = False) -> None:
        self.orders.ask(CuffOrder(device_id, is_start, "R. Ortiz, RN", is_stat))

    def outcome(self) -> CuffOutcome:
        return self.told.get(timeout=WAIT_S)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    yield made
    made.ports.close()
    made.orders.close()


def test_a_start_rests_as_its_kind_wants_and_a_stop_goes_out_as_one(ward: Ward) -> None:
    said = []
    for is_start, is_stat in ((True, False), (True, True), (False, False)):
        ward.ask("R1/monitor", is_start=is_start, is_stat=is_stat)
        outcome = ward.outcome()
        said.append((outcome.status, outcome.words))
    usual, stat = f"start after {REST_S:g}", f"start after {STAT_REST_S:g}"
    assert ward.cuffs["R1/monitor"].asked == [usual, stat, "cancel"]
    assert said == [("done", "cuff started"), ("done", "cuff started"), ("done", "cuff stopped")]


def test_what_the_person_must_look_at_is_said_with_a_start_that_was_sent(ward: Ward) -> None:
    order = CuffOrder("R1/monitor", True, "R. Ortiz, RN", remark="look at the arms")
    ward.orders.ask(order)
    assert ward.outcome().words == "cuff started; look at the arms"
    ward.cuffs["R1/monitor"].trouble = TransportError("wait 12 s more")
    ward.orders.ask(order)
    assert ward.outcome().words == "wait 12 s more"


def test_a_refusal_reaches_the_person_in_the_devices_words(ward: Ward) -> None:
    ward.cuffs["R1/monitor"].trouble = TransportError("wait 12 s more")
    ward.ask("R1/monitor")
    outcome = ward.outcome()
    assert (outcome.status, outcome.words) == ("refused", "wait 12 s more")


def test_a_fault_of_our_own_is_an_outcome_too(ward: Ward) -> None:
    ward.cuffs["R1/monitor"].trouble = ZeroDivisionError("ours")
    ward.ask("R1/monitor")
    assert ward.outcome().words == "Chairside failed: ours"


def test_a_device_without_a_port_is_said_to_have_none(ward: Ward) -> None:
    ward.ask("R9/monitor")
    assert ward.outcome().words == "R9/monitor has no port"


def test_a_port_that_does_not_answer_delays_no_other_cuff(ward: Ward) -> None:
    stuck = ward.cuffs["R1/monitor"]
    stuck.may_answer.clear()
    ward.ask("R1/monitor")
    ward.ask("R2/monitor")
    assert ward.outcome().order.device_id == "R2/monitor"
    stuck.may_answer.set()
    assert ward.outcome().order.device_id == "R1/monitor"
