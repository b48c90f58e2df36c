"""The table of devices: one row each, with everything that is a number or a name about it.

A row tells the line settings, the longest silence that is still normal, what the device measures
and how to make its adapter. No other file asks which device it is dealing with. Sources of the
figures stand in each protocol file's opening note and in docs/protocols/.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitors.devices import (
    accutorr3,
    bci,
    contec_v5,
    contec_v7,
    dinamap,
    ge_dri,
    hl7_mllp,
    intellivue,
    ivy_450c,
    masimo_ascii1,
    nellcor_ascii,
    nonin_ascii,
    nonin_df1,
    nonin_df2,
    nonin_df7,
    nonin_df8,
    omron_hbp9030,
    pm6750,
    stx_etx,
    suntech,
    terumo,
)
from monitors.devices.adapter import Adapter
from monitors.devices.contec_v7 import ASK_ID
from monitors.devices.dinamap_frames import READ_NIBP
from monitors.devices.ge_dri_frames import Request as GeRequest
from monitors.devices.pm6750_frames import OXIMETRY_ON
from monitors.devices.stx_etx_frames import SEND_STATUS
from monitors.devices.suntech_frames import GET_PRESSURE
from monitors.errors import ConfigurationError


class Measures(StrEnum):
    """Name a part of the patient's state that a device covers."""

    OXIMETRY = "oximetry"
    NIBP = "nibp"
    ECG_RATE = "ecg_rate"
    RESPIRATION = "respiration"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Hold how a serial line is opened. parity: N, E or O; never XON/XOFF."""

    baud: int
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    rtscts: bool = False


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """Describe one kind of device as the rest of the product sees it.

    longest_silence_s: how long no accepted frame may arrive before the port counts as silent.
    moving_field: name of the MovingField that must change for data to count as fresh; None where
    the protocol has none. identify: byte strings that may be sent to ask who is there.
    is_push: the device speaks unasked. frames_per_s: how many frames a second tell it from another
    that sends the same shape; None where the shape is enough.
    """

    name: str
    title: str
    measures: frozenset[Measures]
    line: LineSettings
    longest_silence_s: float
    make: Callable[[], Adapter]
    is_push: bool = True
    can_start_cuff: bool = False
    moving_field: str | None = None
    identify: tuple[bytes, ...] = ()
    frames_per_s: float | None = None


_OXIMETRY = frozenset({Measures.OXIMETRY})


def _nonin() -> tuple[DeviceKind, ...]:
    """List the Nonin formats.

    Formats 2 and 7 send 75 frames a second: 3 s of silence is 225 missed. Formats 1 and 8 send
    one frame a second and need three in a row after a broken one, so 5 s may pass. Nothing may
    be sent to ask who is there: the one command with an answer also stores a setting.
    """
    line = LineSettings(baud=9600)
    return (
        DeviceKind("nonin-df1", "Nonin oximeter (DF1)", _OXIMETRY, line, 5.0, nonin_df1.adapter),
        DeviceKind(
            "nonin-df2",
            "Nonin oximeter (DF2)",
            _OXIMETRY,
            line,
            3.0,
            nonin_df2.adapter,
            moving_field="timer",
        ),
        DeviceKind(
            "nonin-df7",
            "Nonin oximeter (DF7)",
            _OXIMETRY,
            line,
            3.0,
            nonin_df7.adapter,
            moving_field="timer",
        ),
        DeviceKind("nonin-df8", "Nonin oximeter (DF8)", _OXIMETRY, line, 5.0, nonin_df8.adapter),
    )


def _streaming_oximeters() -> tuple[DeviceKind, ...]:
    """List the oximeters that send 60 or 100 packets a second: 3 s of silence is 180 missed.

    The newer Contec is silent until it is started. Asking it for its id asks who is there: that
    is no start, and at its line speed a start might set off the cuff of another module. Berry's
    document names no line speed.
    """
    return (
        DeviceKind(
            "contec-v5",
            "Contec oximeter (five-byte packets)",
            _OXIMETRY,
            LineSettings(baud=19200, parity="O"),
            3.0,
            contec_v5.adapter,
            frames_per_s=60.0,
        ),
        DeviceKind(
            "contec-v7",
            "Contec oximeter (typed packets)",
            _OXIMETRY,
            LineSettings(baud=115200),
            3.0,
            contec_v7.adapter,
            is_push=False,
            identify=(ASK_ID,),
        ),
        DeviceKind(
            "bci",
            "BCI oximeter",
            _OXIMETRY,
            LineSettings(baud=115200),
            3.0,
            bci.adapter,
            frames_per_s=100.0,
        ),
    )


def _printing_oximeters() -> tuple[DeviceKind, ...]:
    """List the oximeters that print a line of text each second, Nellcor's each two seconds.

    5 s of silence is five lines. Nellcor's may wait for an XON, which comes after 4 s; then the
    next line has 3 s more.
    """
    line = LineSettings(baud=9600)
    return (
        DeviceKind(
            "masimo-ascii1",
            "Masimo oximeter (ASCII 1)",
            _OXIMETRY,
            line,
            5.0,
            masimo_ascii1.adapter,
        ),
        DeviceKind(
            "nellcor-ascii",
            "Nellcor oximeter (ASCII)",
            _OXIMETRY,
            LineSettings(baud=19200),
            7.0,
            nellcor_ascii.adapter,
        ),
        DeviceKind(
            "nonin-ascii",
            "Nonin oximeter (printed lines)",
            _OXIMETRY,
            line,
            5.0,
            nonin_ascii.adapter,
        ),
    )


def _dinamap() -> DeviceKind:
    """Describe the DINAMAP: polled, so silence is counted in unanswered questions.

    A monitor without an oximeter leaves two of three questions of a round unanswered, each asked
    twice for a second: 4 s may pass between replies, so 6 s is silence. Reading the cuff's last
    result asks who is there and starts nothing.
    """
    return DeviceKind(
        "dinamap",
        "GE DINAMAP monitor",
        frozenset({Measures.NIBP, Measures.OXIMETRY}),
        LineSettings(baud=9600),
        6.0,
        dinamap.adapter,
        is_push=False,
        can_start_cuff=True,
        identify=(READ_NIBP.to_bytes(),),
    )


def _pm6750() -> DeviceKind:
    """Describe the PM6750: it streams once its outputs are switched on.

    Reports come each second; a board that was switched off meanwhile is switched on again after
    5 s, so 8 s of silence are too many. Switching the SpO2 output on asks who is there; it
    stores nothing and starts no cuff.
    """
    return DeviceKind(
        "pm6750",
        "BerryMed PM6750 board",
        frozenset(Measures),
        LineSettings(baud=115200),
        8.0,
        pm6750.adapter,
        is_push=False,
        can_start_cuff=True,
        identify=(OXIMETRY_ON.to_bytes(),),
    )


def _suntech() -> DeviceKind:
    """Describe the SunTech modules: asked for the cuff's pressure at least once a second.

    An answer is there within 0.25 s or asked for again, so 5 s of silence is five lost answers.
    Asking for the pressure in the cuff asks who is there and starts nothing.
    """
    return DeviceKind(
        "suntech",
        "SunTech OEM cuff module",
        frozenset({Measures.NIBP}),
        LineSettings(baud=9600),
        5.0,
        suntech.adapter,
        is_push=False,
        can_start_cuff=True,
        identify=(GET_PRESSURE,),
    )


def _ge_dri() -> DeviceKind:
    """Describe GE's computer interface: records come every 5 s once they are subscribed to.

    12 s of silence are two records missed. A request for a single record asks who is there.
    """
    return DeviceKind(
        "ge-dri",
        "GE S/5 or CARESCAPE monitor",
        frozenset(Measures),
        LineSettings(baud=19200, parity="E", rtscts=True),
        12.0,
        ge_dri.adapter,
        is_push=False,
        identify=(GeRequest(interval_s=-1).to_bytes(),),
    )


def _stx_etx() -> DeviceKind:
    """Describe the STX/ETX cuff modules: asked for the status every 2 s while the cuff rests.

    After a start they are left alone for 5 s, and a lost answer costs 2 s more, so 10 s is
    silence. Asking for the status asks who is there and starts nothing.
    """
    return DeviceKind(
        "stx-etx",
        "OEM cuff module (STX/ETX family)",
        frozenset({Measures.NIBP}),
        LineSettings(baud=4800),
        10.0,
        stx_etx.adapter,
        is_push=False,
        can_start_cuff=True,
        identify=(SEND_STATUS.to_bytes(),),
    )


def _ivy_450c() -> DeviceKind:
    """Describe the Ivy 450C: one message a second, so 5 s of silence are five missed."""
    return DeviceKind(
        "ivy-450c",
        "Ivy 450C monitor",
        frozenset(Measures),
        LineSettings(baud=9600),
        5.0,
        ivy_450c.adapter,
    )


def _omron() -> DeviceKind:
    """Describe the HBP-9030: it prints a line a measurement and is silent in between.

    Nothing tells a monitor at rest from a pulled cable, so an hour may pass: the longest interval
    between two readings that a visit has.
    """
    return DeviceKind(
        "omron-hbp9030",
        "Omron HBP-9030 (format 5)",
        frozenset({Measures.NIBP}),
        LineSettings(baud=9600),
        3600.0,
        omron_hbp9030.adapter,
    )


def _terumo() -> DeviceKind:
    """Describe the Terumo kiosk monitors: a frame a measurement, silence in between.

    An hour may pass, as for any cuff that only pushes. No source names the line speed: 9600 is a
    guess, and clinic.toml may say another.
    """
    return DeviceKind(
        "terumo",
        "Terumo kiosk monitor (BP-500, BR-500)",
        frozenset({Measures.NIBP}),
        LineSettings(baud=9600),
        3600.0,
        terumo.adapter,
    )


def _hl7_mllp() -> DeviceKind:
    """Describe a sender of HL7 messages: each second up to each ten, so 30 s are three missed.

    It connects to us (``listen://host:port``) or waits (``socket://host:port``); a line speed
    counts only where it comes over a plain serial line.
    """
    return DeviceKind(
        "hl7-mllp",
        "HL7 monitor or gateway (ORU over MLLP)",
        frozenset(Measures),
        LineSettings(baud=9600),
        30.0,
        hl7_mllp.adapter,
    )


def _accutorr3() -> DeviceKind:
    """Describe the Accutorr 3 and 4: asked each second, so 6 s is silence.

    A lost answer costs 2 s, a lost prompt 2 s more. Nobody is asked who is there: Ctrl-C, which
    would ask, sent twice is what ends the stream of a Nellcor oximeter. The line speed is chosen
    at the monitor; 9600 is a guess.
    """
    return DeviceKind(
        "accutorr3",
        "Datascope Accutorr 3 or 4",
        frozenset({Measures.NIBP, Measures.OXIMETRY}),
        LineSettings(baud=9600),
        6.0,
        accutorr3.adapter,
        is_push=False,
    )


def _intellivue() -> DeviceKind:
    """Describe the IntelliVue: polled each second once associated, lost after 10 s by its rules.

    8 s of silence are eight polls missed. Nothing may be sent to ask who is there: the request
    for an association holds the byte A1, and at its line speed that byte alone starts a cuff.
    """
    return DeviceKind(
        "intellivue",
        "Philips IntelliVue monitor",
        frozenset(Measures),
        LineSettings(baud=115200),
        8.0,
        intellivue.adapter,
        is_push=False,
    )


def _rows() -> tuple[DeviceKind, ...]:
    return (
        *_nonin(),
        _dinamap(),
        *_streaming_oximeters(),
        *_printing_oximeters(),
        _pm6750(),
        _suntech(),
        _ge_dri(),
        _stx_etx(),
        _ivy_450c(),
        _omron(),
        _terumo(),
        _hl7_mllp(),
        _accutorr3(),
        _intellivue(),
    )


CATALOGUE: dict[str, DeviceKind] = {row.name: row for row in _rows()}


def kind_of(name: str) -> DeviceKind:
    """Find a device by its name.

    Raises ConfigurationError that names the nearest known device.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    known = ", ".join(sorted(CATALOGUE))
    raise ConfigurationError(f"there is no device {name!r}{hint} Known devices: {known}")
