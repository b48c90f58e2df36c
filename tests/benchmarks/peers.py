"""Other Python decoders for the same bytes, and what each makes of them.

Some are installed packages, looked for in the folder that ``--peers`` names and driven through
their own classes by a port made of bytes; where a project cannot be installed or driven offline,
a *description* (peers_described.py) stands in for it. A peer takes a whole recording and returns
what it would show: pairs of SpO2 and pulse rate (None where it shows no number), or samples of the
pleth where it reads nothing else.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.peers_described import (
    BytesPort,
    Shown,
    SpentError,
    five_after_a_mark,
    sum_after_header,
    typed_packets,
    words_by_place,
)

PACKAGES = ("nonin==0.2.4", "systole==0.3.1", "berry-oximeter==0.0.3", "hl7==0.4.5")


@dataclass(frozen=True, slots=True)
class Peer:
    """Describe one other decoder.

    shows: "numbers" or "pleth". open returns the decoder, or raises ImportError where its package
    is not there. faults: what its code is known to get wrong, beyond what is counted.
    """

    device: str
    name: str
    shows: str
    open: Callable[[], Callable[[bytes], Shown]]
    faults: str
    is_described: bool = False


@contextlib.contextmanager
def _standing_in(**modules: dict[str, Any]) -> Iterator[None]:
    """Let modules that a package imports and decoding does not need be empty ones."""
    before = {name: sys.modules.get(name) for name in modules}
    for name, content in modules.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, module in before.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


def _nonin() -> Callable[[bytes], Shown]:
    lsl = dict.fromkeys(("local_clock", "StreamOutlet", "StreamInfo"))
    with _standing_in(pylsl=lsl):
        device = importlib.import_module("nonin.device")

    def decode(raw: bytes) -> list[int]:
        nonin, samples = object.__new__(device.Nonin), []
        nonin.serial, nonin.packet_count, nonin.frame_count = BytesPort(raw), 0, 0
        with contextlib.suppress(SpentError), contextlib.redirect_stdout(io.StringIO()):
            while True:
                samples.append(nonin.read()["PPG"])
        return samples

    return decode


def _systole(data_format: str) -> Callable[[bytes], Shown]:
    found = next(
        (f for f in map(Path, sys.path) if (f / "systole" / "recording.py").exists()), None
    )
    if found is None:
        raise ImportError("systole")
    peaks = {"systole.detection": {"ppg_peaks": None}}
    plots = {"systole.plots": {"plot_events": None, "plot_raw": None}}
    package = {"systole": {"__path__": [str(found / "systole")]}}
    with _standing_in(**package, **peaks, **plots):
        recording = importlib.import_module("systole.recording")
        sys.modules.pop("systole.recording")

    def decode(raw: bytes) -> list[int]:
        oximeter = recording.Oximeter(BytesPort(raw), data_format=data_format)
        with contextlib.suppress(SpentError), contextlib.redirect_stdout(io.StringIO()):
            oximeter.readInWaiting()
        return [round(sample) for sample in oximeter.recording]

    return decode


def _berry() -> Callable[[bytes], Shown]:
    found = next((f for f in map(Path, sys.path) if (f / "berry_oximeter").is_dir()), None)
    if found is None:
        raise ImportError("berry_oximeter")
    with _standing_in(berry_oximeter={"__path__": [str(found / "berry_oximeter")]}):
        parser = importlib.import_module("berry_oximeter.parser")
        for name in ("parser", "models"):
            sys.modules.pop(f"berry_oximeter.{name}")

    def decode(raw: bytes) -> Shown:
        protocol, shown = parser.BCIProtocolParser(), []
        for at in range(0, len(raw), 20):
            readings = protocol.add_data(raw[at : at + 20])
            shown += [(one.spo2, one.pulse_rate) for one in readings]
        return shown

    return decode


_MLLP = re.compile(rb"\x0b(.*?)\x1c\r", re.DOTALL)


def _hl7() -> Callable[[bytes], Shown]:
    hl7 = importlib.import_module("hl7")

    def decode(raw: bytes) -> Shown:
        shown: list[tuple[float | None, float | None]] = []
        for found in _MLLP.finditer(raw):
            with contextlib.suppress(hl7.HL7Exception, KeyError, IndexError):
                values = {
                    str(obx[3][0][1]): str(obx[5])
                    for obx in hl7.parse(found[1].decode("utf-8", "replace")).segments("OBX")
                }
                spo2, pulse = (
                    next((values[code] for code in codes if code in values), None)
                    for codes in (("MDC_PULS_OXIM_SAT_O2",), ("MDC_PULS_OXIM_PULS_RATE",))
                )
                shown.append((_number(spo2), _number(pulse)))
        return shown

    return decode


def _number(text: str | bytes | None) -> float | None:
    with contextlib.suppress(ValueError, TypeError):
        return float(text)  # type: ignore[arg-type]
    return None


PEERS = (
    Peer(
        "nonin-df2",
        "nonin 0.2.4",
        "pleth",
        _nonin,
        "cuts at every byte 01; no checksum; SpO2 and pulse are never read; waits for ever",
    ),
    Peer(
        "nonin-df2",
        "systole 0.3.1",
        "pleth",
        lambda: _systole("2"),
        "SpO2 and pulse are never read; a byte lost is never found again unless the port is "
        "flushed; a FLOAT byte above 127 is refused; each sample costs more than the one before",
    ),
    Peer(
        "nonin-df7",
        "systole 0.3.1",
        "pleth",
        lambda: _systole("7"),
        "as for format 2; the 16-bit pleth is cut to 8 bits",
    ),
    Peer(
        "bci",
        "berry-oximeter 0.0.3",
        "numbers",
        _berry,
        "flags are told beside the numbers and do not withhold them; reads over Bluetooth only",
    ),
    Peer(
        "hl7-mllp",
        "hl7 0.4.5 and a table of two codes",
        "numbers",
        _hl7,
        "the library parses any segment: observation status, units, flags and pairing of values "
        "are left to its user",
    ),
    Peer(
        "contec-v7",
        "packets by bit 7, byte by byte, as CMS50Dplus7 reads",
        "numbers",
        lambda: typed_packets,
        "0/0 is shown as numbers; flags are told beside the numbers and do not withhold them; the "
        "original ends at the first packet of another kind or length, the description goes on",
        is_described=True,
    ),
    Peer(
        "contec-v5",
        "five bytes after a mark, byte by byte, as CMS50Dplus reads",
        "numbers",
        lambda: five_after_a_mark,
        "a packet with bytes too many is taken; flags are told beside the numbers and do not "
        "withhold them; the original is Python 2",
        is_described=True,
    ),
    Peer(
        "masimo-ascii1",
        "words of a line by their place, as masimo-datacapture reads",
        "numbers",
        lambda: words_by_place,
        "numbers are kept though EXC says that the sensor is off; lines of other models and lines "
        "with dashes are dropped in silence; the original is Python 2",
        is_described=True,
    ),
    Peer(
        "pm6750",
        "header, length and sum, as berry_med reads",
        "numbers",
        lambda: sum_after_header,
        "a broken frame takes its whole stated length along; the status is told beside the numbers "
        "and does not withhold them; mean pressure is dropped",
        is_described=True,
    ),
)
