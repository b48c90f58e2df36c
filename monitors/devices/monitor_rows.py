"""The rows of the monitors and cuff modules: what measures a blood pressure, alone or with more.

Sources of the figures stand in each protocol file's opening note and in docs/protocols/.
"""

from __future__ import annotations

from monitors.devices import (
    accutorr3,
    dinamap,
    ge_dri,
    hl7_mllp,
    intellivue,
    ivy_450c,
    omron_hbp9030,
    pm6750,
    stx_etx,
    suntech,
    terumo,
)
from monitors.devices.device_kind import DeviceKind, LineSettings, Measures
from monitors.devices.dinamap_frames import READ_NIBP
from monitors.devices.ge_dri_frames import Request as GeRequest
from monitors.devices.pm6750_frames import OXIMETRY_ON
from monitors.devices.stx_etx_frames import SEND_STATUS
from monitors.devices.suntech_frames import GET_PRESSURE

_ALL = frozenset(Measures)
_CUFF = frozenset({Measures.NIBP})
_CUFF_AND_OXIMETRY = frozenset({Measures.NIBP, Measures.OXIMETRY})

DINAMAP = DeviceKind(
    "dinamap",
    "GE DINAMAP monitor",
    _CUFF_AND_OXIMETRY,
    LineSettings(baud=9600),
    6.0,
    dinamap.adapter,
    is_push=False,
    can_start_cuff=True,
    identify=(READ_NIBP.to_bytes(),),
)
"""Polled, so silence is counted in unanswered questions.

A monitor without an oximeter leaves two of three questions of a round unanswered, each asked
twice for a second: 4 s may pass between replies, so 6 s is silence. Reading the cuff's last
result asks who is there and starts nothing.
"""

PM6750 = DeviceKind(
    "pm6750",
    "BerryMed PM6750 board",
    _ALL,
    LineSettings(baud=115200),
    8.0,
    pm6750.adapter,
    is_push=False,
    can_start_cuff=True,
    identify=(OXIMETRY_ON.to_bytes(),),
)
"""It streams once its outputs are switched on.

Reports come each second; a board that was switched off meanwhile is switched on again after 5 s,
so 8 s of silence are too many. Switching the SpO2 output on asks who is there; it stores nothing
and starts no cuff.
"""

SUNTECH = DeviceKind(
    "suntech",
    "SunTech OEM cuff module",
    _CUFF,
    LineSettings(baud=9600),
    5.0,
    suntech.adapter,
    is_push=False,
    can_start_cuff=True,
    identify=(GET_PRESSURE,),
)
"""Asked for the cuff's pressure at least once a second.

An answer is there within 0.25 s or asked for again, so 5 s of silence is five lost answers.
Asking for the pressure in the cuff asks who is there and starts nothing.
"""

GE_DRI = DeviceKind(
    "ge-dri",
    "GE S/5 or CARESCAPE monitor",
    _ALL,
    LineSettings(baud=19200, parity="E", rtscts=True),
    12.0,
    ge_dri.adapter,
    is_push=False,
    identify=(GeRequest(interval_s=-1).to_bytes(),),
)
"""Records come every 5 s once they are subscribed to, so 12 s of silence are two missed.

A request for a single record asks who is there.
"""

STX_ETX = DeviceKind(
    "stx-etx",
    "OEM cuff module (STX/ETX family)",
    _CUFF,
    LineSettings(baud=4800),
    10.0,
    stx_etx.adapter,
    is_push=False,
    can_start_cuff=True,
    identify=(SEND_STATUS.to_bytes(),),
)
"""Asked for the status every 2 s while the cuff rests.

After a start they are left alone for 5 s, and a lost answer costs 2 s more, so 10 s is silence.
Asking for the status asks who is there and starts nothing.
"""

IVY_450C = DeviceKind(
    "ivy-450c", "Ivy 450C monitor", _ALL, LineSettings(baud=9600), 5.0, ivy_450c.adapter
)
"""It sends one message a second, so 5 s of silence are five missed."""

OMRON_HBP9030 = DeviceKind(
    "omron-hbp9030",
    "Omron HBP-9030 (format 5)",
    _CUFF,
    LineSettings(baud=9600),
    3600.0,
    omron_hbp9030.adapter,
)
"""It prints a line a measurement and is silent in between.

Nothing tells a monitor at rest from a pulled cable, so an hour may pass: the longest interval
between two readings that a visit has.
"""

TERUMO = DeviceKind(
    "terumo",
    "Terumo kiosk monitor (BP-500, BR-500)",
    _CUFF,
    LineSettings(baud=9600),
    3600.0,
    terumo.adapter,
)
"""A frame a measurement, silence in between: an hour may pass, as for any cuff that only pushes.

No source names the line speed: 9600 is a guess, and clinic.toml may say another.
"""

HL7_MLLP = DeviceKind(
    "hl7-mllp",
    "HL7 monitor or gateway (ORU over MLLP)",
    _ALL,
    LineSettings(baud=9600),
    30.0,
    hl7_mllp.adapter,
)
"""A sender of HL7 messages: each second up to each ten, so 30 s are three missed.

It connects to us (``listen://host:port``) or waits (``socket://host:port``); a line speed counts
only where it comes over a plain serial line.
"""

ACCUTORR3 = DeviceKind(
    "accutorr3",
    "Datascope Accutorr 3 or 4",
    _CUFF_AND_OXIMETRY,
    LineSettings(baud=9600),
    6.0,
    accutorr3.adapter,
    is_push=False,
    unasked_because="Ctrl-C, which would ask, sent twice ends the stream of a Nellcor oximeter",
)
"""Asked each second, so 6 s is silence: a lost answer costs 2 s, a lost prompt 2 s more.

Nobody is asked who is there: Ctrl-C, which would ask, sent twice is what ends the stream of a
Nellcor oximeter. The line speed is chosen at the monitor; 9600 is a guess.
"""

INTELLIVUE = DeviceKind(
    "intellivue",
    "Philips IntelliVue monitor",
    _ALL,
    LineSettings(baud=115200),
    8.0,
    intellivue.adapter,
    is_push=False,
    unasked_because=(
        "its request for an association contains the byte A1, which alone at 115200 8N1 starts the "
        "cuff of one OEM module"
    ),
)
"""Polled each second once associated, lost after 10 s by its rules: 8 s are eight polls missed.

Nothing may be sent to ask who is there: the request for an association holds the byte A1, and at
its line speed that byte alone starts a cuff.
"""
