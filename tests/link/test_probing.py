"""Finding a device on a real port: listening first, asking politely, explaining the rest."""

from __future__ import annotations

import os
import select
import socket
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from monitors.clock import SystemClock
from monitors.devices import nonin_df2, nonin_df7
from monitors.devices.catalogue import CATALOGUE
from monitors.devices.device_kind import DeviceKind, LineSettings
from monitors.devices.dinamap_frames import READ_NIBP, NibpReply
from monitors.devices.nonin_common import Packet, PacketFields
from monitors.devices.nonin_df1 import Df1Frame
from monitors.devices.nonin_df8 import Df8Frame
from monitors.devices.politeness import refusal
from monitors.devices.probe_report import never_asked, with_article
from monitors.devices.probing import ProbeReport, probe
from monitors.devices.suntech_frames import GET_RESULT
from monitors.devices.transport import open_port
from monitors.errors import TransportError
from tests.link.room import LONGEST_WAIT_S, OXIMETER, Cable, free_port, usb
from tests.link.uart import levels_of, receive

Plug = Callable[..., Cable]
Answer = Callable[[bytes], bytes]
SUNTECH_HARMFUL = (0x04, 0x0C, 0x17, 0x20, 0x28, 0x81, 0x86, 0x87, 0x8A)
PM6750_HARMFUL = (0x02, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x10)
LEPU_HARMFUL = (1, 2, 3, 4, 5, 6, 0x0E)
TOY_LINES = b"".join(b"S%d\r\n" % (90 + n % 10) for n in range(100)).replace(b"\r", b"")


class Device(threading.Thread):
    """Speak at the far end of a cable until the test is over.

    stream is called with the speed the host has set and gives what the host would receive;
    answer is called with what the host sent.
    """

    def __init__(self, cable: Cable, stream: Callable[[int], bytes], answer: Answer) -> None:
        super().__init__(daemon=True)
        self._cable = cable
        self._stream = stream
        self._answer = answer
        self._over = threading.Event()
        self.heard = b""
        os.set_blocking(cable.device_end, False)

    def run(self) -> None:
        while not self._over.wait(0.01):
            if select.select([self._cable.device_end], [], [], 0)[0]:
                asked = os.read(self._cable.device_end, 4096)
                self.heard += asked
                self._say(self._answer(asked))
            self._say(self._stream(termios.tcgetattr(self._cable.device_end)[5]))

    def _say(self, chunk: bytes) -> None:
        if chunk and select.select([], [self._cable.device_end], [], 0)[1]:
            try:
                os.write(self._cable.device_end, chunk)
            except BlockingIOError:
                return

    def stop(self) -> None:
        self._over.set()
        self.join(LONGEST_WAIT_S)


Attach = Callable[..., Device]


@pytest.fixture
def attach() -> Iterator[Attach]:
    """Return a function that puts a device at the far end of a cable."""
    devices: list[Device] = []

    def begin(
        cable: Cable,
        stream: Callable[[int], bytes] = lambda speed: b"",
        answer: Answer = lambda asked: b"",
    ) -> Device:
        devices.append(Device(cable, stream, answer))
        devices[-1].start()
        return devices[-1]

    yield begin
    for device in devices:
        device.stop()


def search(port: str, rows: Sequence[DeviceKind] | None = None, **more: object) -> ProbeReport:
    more.setdefault("listen_s", 0.4)
    more.setdefault("reply_s", 0.3)
    more.setdefault("lister", list)
    return probe(port, SystemClock(), rows=rows, **more)  # type: ignore[arg-type]


def packet(write: Callable[[Packet], bytes], timer: int) -> bytes:
    fields = PacketFields(pulse_rate_per_min=140, spo2_pct=96, timer=timer)
    statuses = bytes([0x81, *[0x80] * 24])
    return write(Packet(statuses, tuple(range(60, 85)), fields.to_floats()))


STREAMS = {
    "nonin-df1": Df1Frame(72, 98).to_bytes() * 4 + Df1Frame(140, 97).to_bytes() * 2,
    "nonin-df2": b"".join(packet(nonin_df2.packet_bytes, timer) for timer in range(4)),
    "nonin-df7": b"".join(packet(nonin_df7.packet_bytes, timer) for timer in range(4)),
    "nonin-df8": Df8Frame(72, 98).to_bytes() * 4 + Df8Frame(140, 97).to_bytes() * 2,
}


@pytest.mark.parametrize("name", STREAMS)
def test_an_oximeter_that_speaks_is_named(name: str, plug: Plug, attach: Attach) -> None:
    cable = plug()
    device = attach(cable, lambda speed: STREAMS[name])
    report = search(str(cable.path))
    assert report.match is not None
    assert report.match.kind.name == name
    assert report.alternatives == ()
    assert report.toml(is_simulated=True).splitlines() == [
        "[[recliners.devices]]",
        f'device = "{name}"',
        f'port = "{cable.path}"',
        "simulated = true",
    ]
    assert device.heard == b"", "a device that speaks by itself is sent nothing"


def test_an_unusual_speed_is_found_and_written_down(plug: Plug, attach: Attach) -> None:
    def stream(speed: int) -> bytes:
        ratio = {termios.B19200: 1.0, termios.B9600: 2.0, termios.B115200: 1 / 6}.get(speed, 0.7)
        return receive(levels_of(TOY_LINES), ratio)

    cable = plug()
    attach(cable, stream)
    report = search(str(cable.path), (OXIMETER,), bauds=(115200, 19200))
    assert report.match is not None
    assert report.match.line.baud == 19200
    assert "baud = 19200" in report.toml()
    assert "19200 baud, where 9600 is usual" in report.remarks[0]
    assert [h.line.baud for h in report.heard if h.line] == [9600, 115200, 19200]


def test_a_silent_line_is_listened_to_once_and_then_asked(plug: Plug, attach: Attach) -> None:
    cable = plug()
    reply = NibpReply(1, 14, 128, 79, 95).to_bytes()
    device = attach(cable, answer=lambda asked: reply if READ_NIBP.to_bytes() in asked else b"")
    report = search(str(cable.path))
    assert report.match is not None
    assert report.match.kind.name == "dinamap"
    assert report.match.was_asked
    assert device.heard == READ_NIBP.to_bytes(), "the row's identify bytes and nothing else"
    assert [h.byte_count for h in report.heard] == [0]


def test_a_port_where_nobody_is_says_what_to_look_at(plug: Plug) -> None:
    report = search(str(plug().path), listen_s=0.1, reply_s=0.1)
    assert report.match is None
    assert report.toml() == ""
    assert report.remarks[0].startswith("Nothing was heard")


def test_asking_can_be_forbidden(plug: Plug, attach: Attach) -> None:
    cable = plug()
    device = attach(cable)
    search(str(cable.path), listen_s=0.1, may_ask=False)
    device.stop()
    assert device.heard == b""


def test_a_loop_back_plug_is_not_a_device(plug: Plug, attach: Attach) -> None:
    cable = plug()
    attach(cable, answer=lambda asked: asked)
    report = search(str(cable.path), listen_s=0.1)
    assert report.match is None
    assert "returns what is sent" in report.remarks[0]


def test_inverted_polarity_is_said_with_the_device_behind_it(plug: Plug, attach: Attach) -> None:
    cable = plug()
    attach(cable, lambda speed: receive(levels_of(TOY_LINES, is_inverted=True)))
    report = search(str(cable.path), (OXIMETER,), bauds=())
    assert report.match is None
    assert "polarity is inverted at 9600 8N1" in report.remarks[0]
    assert "Behind it speaks a Toy." in report.remarks[0]


def test_a_wrong_baud_rate_is_said(plug: Plug, attach: Attach) -> None:
    cable = plug()
    attach(cable, lambda speed: receive(levels_of(TOY_LINES), 0.25))
    report = search(str(cable.path), (OXIMETER,), bauds=())
    assert report.remarks == ("Wrong baud rate: the device sends more slowly than 9600 baud.",)


def test_a_printer_mode_device_is_said(plug: Plug, attach: Attach) -> None:
    cable = plug()
    line = b"04/02/24 10:15:30 SpO2=097 PR=069 PI=04.69 EXC=800:SET\r\n"
    attach(cable, lambda speed: line)
    report = search(str(cable.path), bauds=())
    assert "Masimo oximeter in ASCII 2" in report.remarks[0]


def test_an_unknown_device_is_said_to_be_unknown(plug: Plug, attach: Attach) -> None:
    cable = plug()
    attach(cable, lambda speed: bytes(range(7, 256, 3)))
    report = search(str(cable.path), bauds=(), listen_s=0.2)
    assert "make no sense" in report.remarks[0]
    assert "9600 8N1" in report.remarks[0]


def test_a_port_in_use_is_not_disturbed(plug: Plug) -> None:
    cable = plug()
    user = open_port(str(cable.path), LineSettings(9600))
    with pytest.raises(TransportError, match="in use"):
        search(str(cable.path))
    user.close()


def test_the_usb_adapter_is_named(plug: Plug) -> None:
    cable = plug()
    report = search(str(cable.path), (OXIMETER,), listen_s=0.1, lister=lambda: [usb(cable.path)])
    assert str(report.usb) == "0403:6001/A50285BI"


def test_a_device_behind_a_device_server_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(LONGEST_WAIT_S)

        def serve() -> None:
            guest, _ = door.accept()
            with guest:
                guest.sendall(STREAMS["nonin-df2"] * 2)
                guest.recv(1)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        report = search(f"socket://127.0.0.1:{door.getsockname()[1]}", listen_s=3.0)
        server.join(LONGEST_WAIT_S)
    assert report.match is not None
    assert report.match.kind.name == "nonin-df2"
    assert [h.line for h in report.heard] == [None]


def test_a_device_that_connects_to_us_is_found() -> None:
    number = free_port()
    is_over = threading.Event()

    def call() -> None:
        while not is_over.wait(0.05):
            try:
                client = socket.create_connection(("127.0.0.1", number), 1)
            except OSError:
                continue
            with client:
                client.sendall(STREAMS["nonin-df8"] * 2)
                is_over.wait(LONGEST_WAIT_S)

    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    report = search(f"listen://127.0.0.1:{number}", listen_s=3.0)
    is_over.set()
    caller.join(LONGEST_WAIT_S)
    assert report.match is not None
    assert report.match.kind.name == "nonin-df8"


def test_every_question_of_the_catalogue_is_polite() -> None:
    for row in CATALOGUE.values():
        for question in row.identify:
            assert refusal(question, row.line, False) is None, row.name


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (b"\x02\x70\x02\x02\x02\x03", LineSettings(9600)),
        (b"\x03\x03", LineSettings(9600)),
        (b" NC0!E\r", LineSettings(9600)),
        (b"\x7d\x81\xa1" + b"\x80" * 6, LineSettings(115200)),
        (b"\x7d\x81\xa1" + b"\x80" * 6, None),
        (bytes.fromhex("55aa040201f8"), LineSettings(115200)),
        (b"aNC1", LineSettings(9600)),
        (b" ND!5\r", LineSettings(9600)),
        *((b"\x02%02d;;" % number, LineSettings(4800)) for number in range(100) if number != 18),
        (b"X\r", LineSettings(4800)),
        *((bytes([0x3A, number]), LineSettings(9600)) for number in SUNTECH_HARMFUL),
        (b"\x3a\x79\x01\x00\x4c", LineSettings(9600)),
        *((bytes([0x55, 0xAA, 4, number, 1]), LineSettings(115200)) for number in PM6750_HARMFUL),
        (bytes.fromhex("cc80030301020003"), LineSettings(9600)),
        (bytes.fromhex("cc80030301030002"), LineSettings(9600)),
        *((bytes([0xAA, 0x55, 8, 7, 0xF0, 4, number]), None) for number in LEPU_HARMFUL),
        *((bytes([number]), LineSettings(115200)) for number in (0xA1, 0xA2, 0xAC, 0xAD)),
    ],
)
def test_an_impolite_question_is_refused(question: bytes, line: LineSettings | None) -> None:
    assert refusal(question, line, False) is not None


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (b"\x0218;;DF\x03", LineSettings(4800)),
        (b"\x3a\x79\x03\x00\x4a", LineSettings(9600)),
        (bytes.fromhex("55aa04fc0000"), LineSettings(115200)),
        (bytes.fromhex("aa550800f00407"), None),
        (b"\xa0", LineSettings(115200)),
    ],
)
def test_a_question_that_only_asks_is_polite(question: bytes, line: LineSettings | None) -> None:
    assert refusal(question, line, False) is None


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda row: row.name)
def test_what_a_device_is_asked_unbidden_harms_no_other(row: DeviceKind) -> None:
    """What each adapter sends by itself in a minute, unanswered; a device's line is its own."""
    adapter = row.make()
    asked = [adapter.begin(0.0), *(adapter.due(tenth / 10) for tenth in range(600))]
    for question in (*row.identify, *asked, GET_RESULT):
        assert refusal(question, row.line, True) is None, question.hex(" ")


def test_a1_may_be_sent_where_it_starts_nothing() -> None:
    ask = b"\x7d\x81\xa1" + b"\x80" * 6
    assert refusal(ask, LineSettings(115200), True) is None
    assert refusal(ask, LineSettings(115200, 8, "O"), False) is None


def test_an_impolite_row_is_not_sent_and_that_is_said(plug: Plug, attach: Attach) -> None:
    cable = plug()
    device = attach(cable)
    rude = replace(OXIMETER, is_push=False, line=LineSettings(115200), identify=(b"\x7d\x81\xa1",))
    report = search(str(cable.path), (rude,), listen_s=0.1)
    device.stop()
    assert device.heard == b""
    assert "was not asked for: at 115200 8N1 the byte A1 alone starts" in report.remarks[0]


def test_no_start_of_a_catalogue_cuff_is_polite() -> None:
    for row in CATALOGUE.values():
        if row.can_start_cuff:
            start = row.make().start_cuff(0.0)  # type: ignore[attr-defined]
            assert refusal(start, row.line, False) is not None, row.name


def test_a_stable_name_is_pasted_where_there_is_one(tmp_path: Path, plug: Plug) -> None:
    from monitors.devices.usb import stable_name

    cable = plug()
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-FTDI").symlink_to(os.path.realpath(cable.path))
    by_id = str(tmp_path / "by-id")
    assert stable_name(str(cable.path), by_id) == f"{by_id}/usb-FTDI"
    assert stable_name("COM3", by_id) == "COM3"
    assert stable_name("/dev/ttyS9", str(tmp_path / "missing")) == "/dev/ttyS9"


def test_what_is_never_asked_is_named_when_nothing_was_found(plug: Plug) -> None:
    cable = plug()
    report = probe(str(cable.path), SystemClock(), listen_s=0.1, reply_s=0.05)
    (said,) = (remark for remark in report.remarks if remark.startswith("Never asked"))
    assert "Philips IntelliVue monitor (intellivue): its request for an association" in said
    assert "the byte A1" in said
    assert "Datascope Accutorr 3 or 4 (accutorr3): Ctrl-C" in said
    assert "clinic.toml by hand" in said


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_a_device_is_asked_or_speaks_or_says_why_it_is_not_asked(kind: DeviceKind) -> None:
    assert bool(kind.unasked_because) == (not kind.is_push and not kind.identify)
    assert bool(never_asked([kind])) == bool(kind.unasked_because)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hl7-mllp", "an HL7 monitor"),
        ("stx-etx", "an OEM cuff module"),
        ("ivy-450c", "an Ivy 450C"),
        ("omron-hbp9030", "an Omron"),
        ("bci", "a BCI"),
        ("ge-dri", "a GE "),
        ("dinamap", "a GE "),
        ("nonin-df2", "a Nonin"),
        ("suntech", "a SunTech OEM"),
    ],
)
def test_a_title_has_the_article_that_is_spoken(name: str, said: str) -> None:
    assert with_article(CATALOGUE[name].title).startswith(said)
