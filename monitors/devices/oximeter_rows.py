"""The rows of the oximeters: what measures a saturation and a pulse, and has no cuff.

Sources of the figures stand in each protocol file's opening note and in docs/protocols/.
"""

from __future__ import annotations

from monitors.devices import (
    bci,
    contec_v5,
    contec_v7,
    masimo_ascii1,
    nellcor_ascii,
    nonin_ascii,
    nonin_df1,
    nonin_df2,
    nonin_df7,
    nonin_df8,
)
from monitors.devices.contec_v7 import ASK_ID
from monitors.devices.device_kind import DeviceKind, LineSettings, Measures

_OXIMETRY = frozenset({Measures.OXIMETRY})
_LINE_9600 = LineSettings(baud=9600)

NONIN = (
    DeviceKind("nonin-df1", "Nonin oximeter (DF1)", _OXIMETRY, _LINE_9600, 5.0, nonin_df1.adapter),
    DeviceKind(
        "nonin-df2",
        "Nonin oximeter (DF2)",
        _OXIMETRY,
        _LINE_9600,
        3.0,
        nonin_df2.adapter,
        moving_field="timer",
    ),
    DeviceKind(
        "nonin-df7",
        "Nonin oximeter (DF7)",
        _OXIMETRY,
        _LINE_9600,
        3.0,
        nonin_df7.adapter,
        moving_field="timer",
    ),
    DeviceKind("nonin-df8", "Nonin oximeter (DF8)", _OXIMETRY, _LINE_9600, 5.0, nonin_df8.adapter),
)
"""Formats 2 and 7 send 75 frames a second: 3 s of silence is 225 missed.

Formats 1 and 8 send one frame a second and need three in a row after a broken one, so 5 s may
pass. Nothing may be sent to ask who is there: the one command with an answer also stores a
setting.
"""

STREAMING_OXIMETERS = (
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
"""They send 60 or 100 packets a second: 3 s of silence is 180 missed.

The newer Contec is silent until it is started. Asking it for its id asks who is there: that is no
start, and at its line speed a start might set off the cuff of another module. Berry's document
names no line speed.
"""

PRINTING_OXIMETERS = (
    DeviceKind(
        "masimo-ascii1",
        "Masimo oximeter (ASCII 1)",
        _OXIMETRY,
        _LINE_9600,
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
        _LINE_9600,
        5.0,
        nonin_ascii.adapter,
    ),
)
"""They print a line of text each second, Nellcor's each two seconds: 5 s of silence is five lines.

Nellcor's may wait for an XON, which comes after 4 s; then the next line has 3 s more.
"""
