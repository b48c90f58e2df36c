"""The browser's part as one module, and the words it is given."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from monitors.clinic.conditions import Condition
from monitors.clinic.phases import Phase
from monitors.readings import NibpFailure, SignalCondition, Vital
from views import bundle
from views.words import en

DECLARED = re.compile(
    r"^(?:export default |export )?(?:class|function|const|let) \{?\s*(\w+)", re.MULTILINE
)


def test_every_file_of_the_component_is_in_the_module() -> None:
    assert {path.name for path in bundle.FOLDER.glob("*.js")} == set(bundle.ORDER)


def test_a_file_comes_after_those_it_needs() -> None:
    for position, name in enumerate(bundle.ORDER):
        for needed in bundle.imports_of(name):
            assert bundle.ORDER.index(needed) < position, f"{name} needs {needed}"


def test_no_two_files_declare_one_name_and_no_import_is_left() -> None:
    script = bundle.script()
    twice = [name for name, count in Counter(DECLARED.findall(script)).items() if count > 1]
    assert twice == []
    assert not re.search(r"^import ", script, re.MULTILINE)
    assert script.count("export default") == 1


def test_nothing_is_fetched_and_no_text_becomes_markup() -> None:
    script, style = bundle.script(), bundle.style()
    assert not re.search(r"https?://|@import|url\(", style)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)
    harmless = r'"https?:"|"http://www\.w3\.org/2000/svg"'
    assert "http" not in re.sub(harmless, "", script)


@pytest.mark.parametrize("condition", list(Condition))
def test_every_condition_has_its_sentence(condition: Condition) -> None:
    assert en.CONDITIONS[condition]


def test_every_phase_vital_reason_and_signal_has_its_word() -> None:
    assert {str(phase) for phase in Phase} <= set(en.PHASES)
    assert {str(vital) for vital in Vital} <= set(en.VITALS)
    assert {str(reason) for reason in NibpFailure} <= set(en.REASONS)
    assert {str(signal) for signal in SignalCondition} <= set(en.REASONS)


def test_every_word_that_the_script_asks_for_exists() -> None:
    asked = set(re.findall(r"\bwords\.(\w+)", bundle.script()))
    assert asked <= set(en.WALL)
