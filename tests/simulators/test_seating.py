"""Somebody sits down on an empty recliner, and goes, by a line to the control port."""

from __future__ import annotations

from simulators.control import Commands
from tests.simulators.examples import empty_recliner


def test_who_sits_down_has_a_pulse_and_a_pressure_until_gone() -> None:
    recliner = empty_recliner()
    commands = Commands({"R1": recliner}, {})
    assert recliner.probe.at(100.0).spo2_pct is None
    assert commands.answer("sit R1", 100.0) == "ok somebody sits in R1"
    assert recliner.probe.at(130.0).spo2_pct is not None
    assert recliner.cuff.start(130.0)
    recliner.advance(220.0)
    assert recliner.cuff.last is not None
    assert recliner.cuff.last.result.systolic_mmhg is not None
    assert commands.answer("leave R1", 230.0) == "ok R1 is empty"
    assert recliner.probe.at(231.0).spo2_pct is None
    assert recliner.cuff.last is None


def test_nobody_sits_down_where_somebody_sits_and_nobody_leaves_an_empty_recliner() -> None:
    commands = Commands({"R1": empty_recliner()}, {})
    assert commands.answer("leave R1", 1.0).startswith("error: nobody sits in R1")
    commands.answer("sit R1", 2.0)
    assert commands.answer("sit R1", 3.0).startswith("error: somebody sits in R1 already")
