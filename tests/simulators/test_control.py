"""What the control port takes, and what it says of what it does not take."""

import pytest

from simulators.control import Commands
from simulators.faults import Fault
from simulators.recliner import SimulatedRecliner
from simulators.scenario import load, supplied

PORTS = {"R1/oximeter": "socket://127.0.0.1:1", "R1/monitor": "socket://127.0.0.1:2"}


@pytest.fixture
def commands():
    plan = load("steady", 1, None).recliners[0]
    return Commands({plan.name: SimulatedRecliner(plan)}, PORTS)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "fault R1/oxi probe_off on",
            "there is no device of R1 'oxi': did you mean 'oximeter'?",
        ),
        ("fault R1/ probe_off on", "there is no device of R1 '': there is oximeter, monitor"),
        ("fault R1 prob_off on", "there is no fault 'prob_off': did you mean 'probe_off'?"),
        ("fault R2 probe_off on", "there is no recliner 'R2': did you mean 'R1'?"),
        ("fault R1 probe_off maybe", "on or off, not 'maybe'"),
        ("fault R1", "write: fault RECLINER[/ROLE] FAULT on|off"),
        ("event R1 desaturatoin", "did you mean 'desaturation'?"),
        ("event R1", "write: event RECLINER KIND [SIZE]"),
        ("sit", "write: sit RECLINER"),
        ("vitals R1 now", "write: vitals RECLINER"),
        ("falt R1 probe_off on", "there is no verb 'falt': did you mean 'fault'?"),
    ],
)
def test_a_word_that_is_not_known_is_answered_with_the_nearest(commands, line, words):
    answer = commands.answer(line, 0.0)
    assert answer.startswith("error: ")
    assert words in answer


@pytest.mark.parametrize("size", ["-5", "0", "1e9", "3.01", "nan", "inf", "much"])
def test_a_size_that_makes_no_sense_is_refused_with_the_range(commands, size):
    before = commands.answer("vitals R1", 30.0)
    answer = commands.answer(f"event R1 desaturation {size}", 0.0)
    assert answer.startswith(f"error: a size is above 0, up to 3 (1 is full size), not {size}; ")
    assert commands.answer("vitals R1", 30.0) == before


def test_what_is_known_is_done(commands):
    assert commands.answer("event R1 desaturation 3", 0.0) == "ok R1 desaturation 3"
    assert commands.answer("fault R1/oximeter probe_off on", 0.0).startswith("ok")
    faults = commands._recliners["R1"].faults
    assert faults.is_on(Fault.PROBE_OFF, 1.0, "oximeter")
    assert not faults.is_on(Fault.PROBE_OFF, 1.0, "monitor")
    assert commands.answer("help", 0.0).startswith("ok fault RECLINER[/ROLE]")
    assert commands.answer("", 0.0).startswith("ok fault RECLINER[/ROLE]")


@pytest.mark.parametrize("name", supplied())
def test_the_supplied_scenarios_keep_to_the_range(name):
    assert load(name, None, None).recliners
