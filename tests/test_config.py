"""clinic.toml: what is right is read, what is wrong is named with its line."""

from __future__ import annotations

import os
import pty
from pathlib import Path

import pytest

from monitors.config import is_loopback, load, parse
from monitors.errors import ConfigurationError

TOP = Path(__file__).parent.parent


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return str(caught.value)


def recliner(*devices: tuple[str, str, str], name: str = "R1", more: str = "") -> str:
    lines = ["[[recliners]]", f'name = "{name}"', more]
    for device, port, rest in devices:
        lines += ["[[recliners.devices]]", f'device = "{device}"', f'port = "{port}"', rest]
    return "\n".join(lines) + "\n"


def test_the_example_is_right_and_explains_every_key() -> None:
    clinic = load(TOP / "clinic.example.toml")
    assert [device_id for _, device_id, _ in clinic.all_devices()] == ["R1/oximeter", "R1/monitor"]
    assert clinic.store_url == str(TOP / "chairside.db")
    assert not clinic.is_simulated


def test_an_unknown_key_names_its_line_and_the_nearest_right_word() -> None:
    said = refusal(recliner(more='probe_arn = "left"'))
    assert "clinic.toml:3:" in said
    assert "'probe_arn'" in said
    assert "did you mean 'probe_arm'" in said


def test_an_unknown_device_names_its_line_and_the_nearest_device() -> None:
    said = refusal(recliner(("nonin-df3", "/dev/ttyUSB0", "")))
    assert "clinic.toml:5:" in said
    assert "did you mean 'nonin-df" in said


def test_an_unknown_preset_or_arm_names_the_choices() -> None:
    said = refusal(recliner(more='preset = "moood"\niv_arm = "lft"'))
    assert "clinic.toml:3:" in said
    assert "did you mean 'mood'" in said
    assert "clinic.toml:4:" in said
    assert "did you mean 'left'" in said


def test_two_recliners_on_one_port_are_refused_and_both_are_named() -> None:
    said = refusal(
        recliner(("nonin-df2", "/dev/ttyUSB0", ""))
        + recliner(("nonin-df2", "/dev/ttyUSB0", ""), name="R2")
    )
    assert "clinic.toml:13:" in said
    assert "already used by recliner 'R1'" in said


def test_a_port_of_this_machine_must_be_marked_simulated_or_not() -> None:
    text = recliner(("nonin-df2", "socket://127.0.0.1:5000", ""))
    assert "write simulated = true or false" in refusal(text)
    assert parse(text.replace('5000"\n', '5000"\nsimulated = true\n')).is_simulated


def test_real_and_simulated_ports_do_not_mix() -> None:
    said = refusal(
        recliner(
            ("nonin-df2", "socket://localhost:5000", "simulated = true"),
            ("dinamap", "/dev/ttyUSB1", 'measures = ["nibp"]'),
        )
    )
    assert "all simulated or not at all" in said


def test_a_fast_clock_needs_simulated_ports() -> None:
    fast = "[clinic]\nclock_rate = 10\n"
    assert "any rate but 1" in refusal(fast + recliner(("nonin-df2", "/dev/ttyUSB0", "")))
    port = ("nonin-df2", "socket://127.0.0.1:5000", "simulated = true")
    assert parse(fast + recliner(port)).clinic.clock_rate == 10


def test_two_devices_for_one_vital_are_refused_until_one_is_chosen() -> None:
    both = (("nonin-df2", "/dev/ttyUSB0", ""), ("dinamap", "/dev/ttyUSB1", ""))
    said = refusal(recliner(*both))
    assert "clinic.toml:9: recliner 'R1': oximetry already comes from nonin-df2" in said
    assert said.endswith('write under dinamap: measures = ["nibp"]')
    two = refusal(recliner(both[0], ("nonin-df7", "/dev/ttyUSB1", "")))
    assert two.endswith("nonin-df7 has nothing more to give here: leave it out")
    parse(recliner(both[0], ("dinamap", "/dev/ttyUSB1", 'measures = ["nibp"]')))


def test_a_cuff_that_cannot_be_started_cannot_be_allowed() -> None:
    said = refusal(recliner(("nonin-df2", "/dev/ttyUSB0", ""), more="cuff_start = true"))
    assert "no device whose cuff can be started" in said


def test_every_mistake_is_told_at_once() -> None:
    said = refusal(recliner(("nonin-df2", "/dev/ttyUSB0", "bod = 9600"), more='rom = "A"'))
    assert len(said.splitlines()) == 2


def test_unknown_devices_double_names_and_double_ports_are_told_beside_other_slips() -> None:
    said = refusal(
        recliner(("nonin-df3", "/dev/ttyUSB0", "bod = 9600"))
        + recliner(("nonin-df2", "/dev/ttyUSB0", "baud = true"), more="devicez = 4")
        + '[[recliners]]\nroom = 4\n[[recliners.devices]]\nport = ""\n'
    )
    for words in (
        r"clinic.toml:5: there is no device 'nonin-df3'",
        r"clinic.toml:7: there is no key 'bod'",
        r"clinic.toml:9: a second recliner is named 'R1'",
        r"clinic.toml:13: port '/dev/ttyUSB0' is already used by recliner 'R1'",
        r"clinic.toml:14: 'baud' is true: write a whole number",
        r"clinic.toml:15: 'name' is missing",
    ):
        assert words in said, said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('cuff_start = "true"', "'cuff_start' is \"true\": write true or false, without quotes"),
        ("name = 4", "'name' is 4: write a text in quotes"),
        ('devices = "x"', "write a table, headed [[recliners.devices]]"),
    ],
)
def test_a_value_of_the_wrong_kind_is_answered_with_what_to_write(line: str, words: str) -> None:
    name = "" if line.startswith("name") else 'name = "R1"\n'
    assert words in refusal(f"[[recliners]]\n{name}{line}\n")


def test_numbers_and_lists_of_the_wrong_kind_are_answered_with_what_to_write() -> None:
    rest = 'baud = "9600"\nmeasures = "nibp"'
    said = refusal("[clinic]\nstaff = 4\n" + recliner(("dinamap", "/dev/ttyUSB0", rest)))
    assert "'baud' is \"9600\": write a whole number, without quotes" in said
    assert '\'measures\' is "nibp": write a list such as ["nibp"]' in said
    assert "'staff' is 4: write a list such as [\"R. Ortiz, RN\"]" in said


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[clinic]\nname = "C\nstore = "x"\n', ':2: a quote is not closed: name = "C'),
        ("# it's\n[clinic]\nname = 'C\n", ":3: a quote is not closed: name = 'C"),
        ('[clinic]\nname = "a \\" b\n', ":2: a quote is not closed"),
        ('[clinic]\nname = "C" # "\nstore = """x\n', ":3: a quote is not closed"),
        ('[clinic]\nname = tru\nstore = "x\n', ": is not TOML: Invalid value (at line 2"),
        ('a = """\nit\'s\n"""\nb = \n', ": is not TOML: Invalid value (at line 4"),
    ],
)
def test_a_quote_that_is_not_closed_is_named_with_its_line(text: str, where: str) -> None:
    assert f"clinic.toml{where}" in refusal(text)


def test_a_missing_file_a_broken_file_and_a_binary_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[clinic\n")
    with pytest.raises(ConfigurationError, match=r"broken\.toml: is not TOML.*line 1"):
        load(broken)
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        load(broken)


@pytest.mark.parametrize(
    ("port", "is_here"),
    [
        ("/dev/pts/4", True),
        ("socket://127.0.0.1:4000", True),
        ("rfc2217://localhost:4000", True),
        ("socket://10.0.0.4:4000", False),
        ("socket://moxa.clinic:4000", False),
        ("COM3", False),
        ("/dev/ttyUSB0", False),
        ("hwgrep://0403:6001", False),
    ],
)
def test_a_loopback_port_is_recognised(port: str, is_here: bool) -> None:
    assert is_loopback(port) is is_here


def test_a_link_to_a_pseudo_terminal_may_be_simulated_and_must_say_so(tmp_path: Path) -> None:
    ends = pty.openpty()
    link = tmp_path / "oximeter"
    try:
        link.symlink_to(os.ttyname(ends[1]))
        assert is_loopback(str(link))
        text = f'[[recliners]]\nname = "R1"\n[[recliners.devices]]\nport = "{link}"\n'
        with pytest.raises(ConfigurationError, match="write simulated = true or false"):
            parse(text + 'device = "nonin-df2"\n')
    finally:
        for end in ends:
            os.close(end)


def test_a_mistyped_table_is_named_with_the_line_of_its_header() -> None:
    text = '[clinic]\nname = "C"\n\n[[recliner]]\nname = "R1"\n'
    with pytest.raises(ConfigurationError, match=r"clinic\.toml:4: .*did you mean 'recliners'\?"):
        parse(text)
