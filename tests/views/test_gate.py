"""Tokens, hosts and the key that keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from views.gate import Gate, host_of, keep_key

KEY = "k" * 40


def test_a_token_is_good_for_the_key_that_signed_it_alone() -> None:
    token = Gate(KEY).sign()
    assert Gate(KEY).is_signed(token)
    assert not Gate("other" * 10).is_signed(token)
    assert not Gate(KEY).is_signed(token[:-2])
    assert not Gate(KEY).is_signed("")


def test_a_token_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    token = Gate(KEY).sign()
    assert not Gate(KEY, life_s=-1).is_signed(token)


def test_two_tokens_differ() -> None:
    gate = Gate(KEY)
    assert gate.sign() != gate.sign()


def test_the_key_outlives_the_process_and_is_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = keep_key(path)
    assert keep_key(path) == first
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_a_key_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("short")
    assert len(keep_key(path)) >= 32


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("127.0.0.1:8501", "127.0.0.1"),
        ("[::1]:8501", "::1"),
        ("Wall.Clinic:80", "wall.clinic"),
        ("http://localhost:8501", "localhost"),
        ("null", "null"),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_host_is_read_from_a_header(address: str, host: str) -> None:
    assert host_of(address) == host


def test_only_known_places_are_admitted() -> None:
    gate = Gate(KEY, ["wall.clinic"])
    own = {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"}
    assert gate.is_known_place(own)
    assert gate.is_known_place({"host": "wall.clinic", "origin": "https://wall.clinic"})
    assert not gate.is_known_place(own | {"origin": "http://evil.example"})
    assert not gate.is_known_place(own | {"host": "evil.example"})
    assert not gate.is_known_place({"host": "127.0.0.1"})
    gate.allow(["late.clinic"])
    assert gate.is_known_host({"host": "LATE.clinic:8501"})
