"""Names of ports, how they are opened, and what is said when they cannot be."""

from __future__ import annotations

import os
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from monitors.devices.device_kind import LineSettings
from monitors.devices.port_names import check_port_name, is_pseudo_terminal, port_key
from monitors.devices.transport import Transport, list_ports, open_port, port_for
from monitors.devices.usb import AdapterMemory, PortDescription, UsbIdentity, describe
from monitors.errors import TransportError
from tests.link.room import Cable, usb

Plug = Callable[..., Cable]
LINE = LineSettings(9600)


def read_some(transport: Transport) -> bytes:
    for _ in range(200):
        if chunk := transport.read(0.02):
            return chunk
    raise AssertionError("nothing came")


def test_every_byte_passes_both_ways_xon_and_xoff_too(plug: Plug) -> None:
    cable = plug()
    every = bytes(range(256))
    transport = open_port(str(cable.path), LINE)
    cable.say(every)
    assert read_some(transport) == every
    transport.write(every)
    assert cable.expect(b"\xff") == every
    transport.close()


def test_the_line_is_set_as_asked_and_never_to_xonxoff(plug: Plug) -> None:
    cable = plug()
    transport = open_port(str(cable.path), LineSettings(19200, 8, "O", 2))
    iflag, _, cflag, _, speed, _, _ = termios.tcgetattr(cable.device_end)
    assert speed == termios.B19200
    assert cflag & termios.CSTOPB
    assert not iflag & (termios.IXON | termios.IXOFF)
    transport.close()


def test_a_pulled_cable_is_said_to_be_lost(plug: Plug) -> None:
    cable = plug()
    transport = open_port(str(cable.path), LINE)
    cable.pull()
    with pytest.raises(TransportError, match="ttyUSB0: was lost while reading"):
        transport.read(0.01)
    with pytest.raises(TransportError, match="ttyUSB0: was lost while writing"):
        transport.write(b"x")
    transport.close()
    transport.close()


def test_a_port_can_be_opened_once_only(plug: Plug) -> None:
    cable = plug()
    transport = open_port(str(cable.path), LINE)
    with pytest.raises(TransportError, match="in use by another recliner or another program"):
        open_port(os.path.realpath(cable.path), LINE)
    transport.close()
    open_port(str(cable.path), LINE).close()


@pytest.mark.parametrize("line", [LineSettings(19200, 8, "E", 1), LineSettings(4800, 7, "O", 1)])
def test_a_pseudo_terminal_is_opened_again_and_again_whatever_the_parity(
    plug: Plug, line: LineSettings
) -> None:
    cable = plug()
    for _ in range(3):
        transport = open_port(str(cable.path), line)
        cable.say(b"\x81\xff")
        assert read_some(transport) == b"\x81\xff"
        transport.close()


def test_parity_is_left_out_at_a_pseudo_terminal_only(plug: Plug, tmp_path: Path) -> None:
    assert is_pseudo_terminal(str(plug().path))
    (tmp_path / "notes.txt").write_text("")
    for other in ("/dev/null", "/dev/tty", "/dev/ttyS0", str(tmp_path / "notes.txt"), "/nowhere"):
        assert not is_pseudo_terminal(other)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/dev/null", "9600 8N1; it is not a serial port"),
        ("/tmp", "9600 8N1; it is a folder, not a serial port"),
        ("/dev/ttyNone0", "9600 8N1; it does not exist"),
        ("/etc/passwd/x", "9600 8N1; Not a directory"),
    ],
)
def test_what_is_no_port_is_told_in_words(path: str, words: str) -> None:
    with pytest.raises(TransportError) as refused:
        open_port(path, LINE)
    assert words in str(refused.value)
    assert "rrno" not in str(refused.value)


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a port")
    with pytest.raises(TransportError, match="expected to open it at 9600 8N1"):
        open_port(str(tmp_path / "notes.txt"), LINE)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "got nothing"),
        ("tcp://10.0.0.5:4001", "expected a device path or one of socket://"),
        ("socket://10.0.0.5", "expected host and port"),
        ("socket://10.0.0.5:99999", "the port 99999 is beyond 65535"),
        ("rfc2217://10.0.0.5:70000", "the port 70000 is beyond 65535"),
        ("socket://10.0.0.5:port", "expected host and port"),
        ("listen://:6000", "expected host and port"),
        ("hwgrep://(", "no regular expression"),
        ("hwgrep://FTDI&n=0", "expected n=1"),
    ],
)
def test_a_wrong_name_says_what_is_wrong(name: str, message: str) -> None:
    with pytest.raises(TransportError, match=message):
        check_port_name(name)
    with pytest.raises(TransportError, match=message):
        port_for(name, LINE)


def test_good_names_are_good() -> None:
    names = {
        "/dev/ttyUSB0": "",
        "COM3": "",
        "socket://10.0.0.5:4001": "socket",
        "rfc2217://serial-server:2217": "rfc2217",
        "hwgrep://0403:6001&n=2": "hwgrep",
        "listen://0.0.0.0:6000": "listen",
        "listen://[::1]:6000": "listen",
    }
    assert {name: check_port_name(name) for name in names} == names


def test_two_spellings_of_one_port_have_one_key(plug: Plug) -> None:
    cable = plug()
    assert port_key(str(cable.path)) == port_key(os.path.realpath(cable.path))
    assert port_key("socket://HOST:1") == port_key("socket://host:1")


def test_a_pattern_finds_the_one_port_it_means(plug: Plug) -> None:
    left, right = plug("a"), plug("b")
    ports = [usb(left.path, "LEFT01"), usb(right.path, "RIGHT1")]
    transport = open_port("hwgrep://SER=right", LINE, lambda: ports)
    assert transport.name == str(right.path)
    transport.close()
    transport = open_port("hwgrep://0403:6001&n=2", LINE, lambda: ports)
    assert transport.name == str(right.path)
    transport.close()


def test_a_pattern_that_means_several_or_none_is_refused(plug: Plug) -> None:
    ports = [usb(plug("a").path), usb(plug("b").path, "OTHER1")]
    with pytest.raises(TransportError, match="several ports match"):
        open_port("hwgrep://0403", LINE, lambda: ports)
    with pytest.raises(TransportError, match="no port of this machine matches"):
        open_port("hwgrep://067b", LINE, lambda: ports)
    with pytest.raises(TransportError, match="only 2 ports match"):
        open_port("hwgrep://0403&n=3", LINE, lambda: ports)


def test_the_ports_of_this_machine_can_be_listed() -> None:
    assert all(isinstance(port, PortDescription) for port in list_ports())


def port(name: str, serial: str | None, location: str | None = "1-1") -> PortDescription:
    return PortDescription(name, "", UsbIdentity(0x10C4, 0xEA60, serial, location))


def memory_of(first: PortDescription, *others: PortDescription) -> AdapterMemory:
    memory = AdapterMemory(first.device)
    memory.remember(first.device, [first, *others])
    return memory


def test_an_adapter_with_a_serial_number_is_found_in_any_socket() -> None:
    memory = memory_of(port("/dev/ttyUSB0", "SERIAL1"))
    assert memory.locate([port("/dev/ttyUSB5", "SERIAL1", "2-3")]) == "/dev/ttyUSB5"


def test_a_factory_serial_number_proves_nothing() -> None:
    """Adapters that all call themselves 0001 are told apart by the socket they are in."""
    memory = memory_of(port("/dev/ttyUSB0", "0001"), port("/dev/ttyUSB1", "0001", "1-2"))
    assert memory.locate([port("/dev/ttyUSB1", "0001", "1-2")]) == "/dev/ttyUSB0"
    back = [port("/dev/ttyUSB1", "0001", "1-2"), port("/dev/ttyUSB2", "0001")]
    assert memory.locate(back) == "/dev/ttyUSB2"


def test_the_only_adapter_of_its_kind_may_change_its_socket() -> None:
    memory = memory_of(port("/dev/ttyUSB0", None))
    assert memory.locate([port("/dev/ttyUSB1", None, "1-4")]) == "/dev/ttyUSB1"
    two = [port("/dev/ttyUSB1", None, "1-4"), port("/dev/ttyUSB2", None, "1-5")]
    assert memory.locate(two) == "/dev/ttyUSB0"


def test_the_interfaces_of_one_adapter_are_not_mixed_up() -> None:
    first, second = (
        port("/dev/ttyUSB0", "FT4232H", "1-1:1.0"),
        port("/dev/ttyUSB1", "FT4232H", "1-1:1.1"),
    )
    memory = memory_of(second, first)
    moved = [port("/dev/ttyUSB6", "FT4232H", "1-7:1.0"), port("/dev/ttyUSB7", "FT4232H", "1-7:1.1")]
    assert memory.locate(moved) == "/dev/ttyUSB7"


def test_a_name_taken_by_another_adapter_is_refused_in_words() -> None:
    memory = memory_of(port("/dev/ttyUSB0", "SERIAL1"))
    with pytest.raises(
        TransportError, match="expected the adapter 10c4:ea60/SERIAL1, which is gone"
    ):
        memory.locate([port("/dev/ttyUSB0", "SERIAL2")])


def test_an_adapter_named_beforehand_is_found_at_the_first_opening() -> None:
    memory = AdapterMemory("/dev/ttyUSB0", "SERIAL2")
    swapped = [port("/dev/ttyUSB0", "SERIAL1"), port("/dev/ttyUSB1", "SERIAL2", "1-2")]
    assert memory.locate(swapped) == "/dev/ttyUSB1"
    assert memory.locate([port("/dev/ttyUSB0", "SERIAL2")]) == "/dev/ttyUSB0"
    with pytest.raises(TransportError, match="serial number SERIAL2, found none"):
        memory.locate([port("/dev/ttyUSB0", "SERIAL1")])


def test_a_link_name_leads_to_its_adapter(plug: Plug) -> None:
    cable = plug("by-id")
    real = usb(Path(os.path.realpath(cable.path)))
    assert describe(str(cable.path), [real]) == real


def test_what_is_not_usb_keeps_its_name() -> None:
    memory = AdapterMemory("/dev/ttyS0")
    memory.remember("/dev/ttyS0", [PortDescription("/dev/ttyS0")])
    assert memory.identity is None
    assert memory.locate([]) == "/dev/ttyS0"
