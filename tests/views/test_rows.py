"""What tables of the record say, in words."""

from __future__ import annotations

from views.rows import arguments_words


def test_what_an_order_was_given_with_is_told_in_words() -> None:
    given = {
        "condition": "spo2_low",
        "bound": 85.0,
        "is_off": False,
        "device_id": None,
        "payload": {"names": ["a", "b"]},
    }
    said = "condition SpO₂ low, bound 85, is off no, payload (names a and b)"
    assert arguments_words(given) == said
    assert arguments_words({}) == ""
