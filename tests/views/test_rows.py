"""What tables of the record say, in words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.views.tables import read_table
from views.record_table import table_html
from views.rows import arguments_words
from views.sentences import entry_sentence

INTAKE = {
    "age_years": 44,
    "weight_kg": 72.5,
    "dose": "0.5 mg/kg",
    "takes_lamotrigine": False,
    "takes_benzodiazepine": True,
    "benzodiazepine_hours": 3.0,
    "other_medicines": "sertraline 100",
    "escort": "ride_share_walked_to_car",
    "cuff_arm": "left",
    "score_scale": "phq9",
    "score": 17,
}
INTAKE_TOLD = (
    "Age: 44 years; Weight: 72.5 kg; Dose: 0.5 mg/kg; Way home: Ride-share, walked to the car; "
    "Takes lamotrigine: no; Takes a benzodiazepine: yes; Last benzodiazepine: 3 h ago; "
    "Other medicines: sertraline 100; Cuff on: Left; Scale: PHQ-9, 0–27; Score: 17"
)


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        (
            "change_limit",
            {"condition": "spo2_low", "bound": 85.0, "is_off": False, "device_id": None},
            "alarm SpO₂ low, bound 85",
        ),
        ("change_limit", {"condition": "nibp_high", "is_off": True}, "alarm BP high, switched off"),
        ("pause_infusion", {}, ""),
        (
            "enter",
            {
                "kind": "medicine",
                "values": {"name": "midazolam", "amount": 200, "unit": "mg"},
                "at_utc_ms": 60_000,
                "seen_version": 4,
            },
            "Medicine: midazolam 200 mg, at minute 1",
        ),
        ("enter", {"kind": "sedation", "values": {"moaas": 5}}, "Sedation (MOAA/S): 5"),
        (
            "enter",
            {"kind": "sedation", "values": {"moaas": 4}, "corrects": "c" * 32},
            "Sedation (MOAA/S): 4, puts an earlier entry right",
        ),
        ("record_intake", {"form": INTAKE, "confirmed": ["weight_kg=72.5"]}, INTAKE_TOLD),
        ("extend", {"planned_s": 3000, "reason": "slow"}, "planned 50 min, reason slow"),
        ("set_interval", {"phase": "infusing", "every_min": 5}, "phase infusing, every 5 min"),
    ],
)
def test_what_an_order_was_given_with_is_told_in_words(
    verb: str, given: dict[str, Any], said: str
) -> None:
    assert arguments_words(verb, given, lambda at: f"minute {at // 60_000}") == said


def test_each_intake_is_told_in_full() -> None:
    assert entry_sentence("intake", INTAKE)[1] == f"Intake recorded: {INTAKE_TOLD}"
    assert entry_sentence("intake", {})[1] == "Intake recorded: nothing answered"


def test_a_table_keeps_every_word_and_takes_none_for_markup() -> None:
    rows = [{"What": "<b>2 * 5</b> & more", "Who": None}, {"What": "line\nline", "Who": "A"}]
    shown = [{"What": "<b>2 * 5</b> & more", "Who": ""}, {"What": "line\nline", "Who": "A"}]
    assert read_table(table_html(rows)) == shown
    assert "<b>" not in table_html(rows)
    assert "min-width:130px" in table_html(rows, {"What": 100, "Who": 30})
