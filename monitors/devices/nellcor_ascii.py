"""Read and write the lines of Nellcor's real-time ASCII output: NPB, N-395, N-560, N-595, N-600x.

Here a line becomes numbers and status codes, and headings tell the model; how lines are found is
in text_lines. Sources: the manuals of the NPB-290 (pages 61-71), NPB-295 (75-79), NPB-195 and
N-395 for the codes; two users' captures of N-560 units and a reader for the N-600x for the
columns. A line with a number can have a status that forbids it: captures show 0/0 and held values
while the pulse is searched for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitors.devices.oximetry import oximetry_of
from monitors.devices.text_lines import LineAdapter, Shape, Told
from monitors.errors import FrameError
from monitors.readings import (
    DeviceIdentity,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
)

CODES = frozenset({"AO", "AS", "LB", "LM", "LP", "MO", "PH", "PL", "PS", "SD", "SH", "SL", "SO"})
NO_NUMBER = frozenset({"PS", "SD", "SO", "LP", "LM"})
XON = b"\x11"
SILENT_AFTER_S = 4.0
_LIMITS = frozenset({"SH", "SL", "PH", "PL"})
_CONDITIONS = (
    (frozenset({"SD"}), SignalCondition.PROBE_UNPLUGGED),
    (frozenset({"SO"}), SignalCondition.FINGER_OUT),
    (frozenset({"PS"}), SignalCondition.SEARCHING),
    (frozenset({"MO"}), SignalCondition.ARTIFACT),
    (frozenset({"LP", "LM"}), SignalCondition.OUT_OF_TRACK),
    (frozenset({"LM"}), SignalCondition.INTERFERENCE),
    (frozenset({"LB"}), SignalCondition.LOW_BATTERY),
    (_LIMITS, SignalCondition.DEVICE_ALARM),
    (frozenset({"AS", "AO"}), SignalCondition.DEVICE_ALARM_SILENCED),
)

_ENDS: Shape = (24, 32, 40)
_CODE_COLUMNS = frozenset({44, 47, 50, 53, 56, 59})
_LINE_LENGTH = 61
_COLUMN_OF = {"SL": 47, "SH": 47, "PL": 50, "PH": 50, "LB": 53, "AS": 56, "AO": 59}
_FIRST_COLUMN = 44
_NUMBER = rb" +([0-9]{1,3}|---)"
_LINE = re.compile(
    rb"([0-9]{2}-[A-Za-z]{3}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})"
    rb"%b(\*?)%b(\*?)%b\*?((?: +[A-Za-z]{2})*) *" % (_NUMBER, _NUMBER, _NUMBER)
)
_LIMITS_HEADING = re.compile(
    r"([!-~]+) +VERSION +(\S+) +CRC:? *(\S+)"
    r" +SpO2 Limit: *([0-9]{1,3})- *([0-9]{1,3})% +PR Limit: *([0-9]{1,3})- *([0-9]{1,3})BPM *",
    re.IGNORECASE,
)
_PATIENT_HEADING = re.compile(
    r" *(ADULT|NEO\w*) +([0-9]{1,3}) ?SAT-S *(?:SPO2 RESP MODE: *(\w+))? *", re.IGNORECASE
)
_COLUMN_HEADING = re.compile(r" *TIME +%SPO2 +BPM +PA(?: +(STATUS))? *", re.IGNORECASE)
_TREND = re.compile(r"\bTREND\b", re.IGNORECASE)
_TREND_END = re.compile(r" *Output Complete *", re.IGNORECASE)
COLUMN_HEADING = b"TIME                 %SpO2   BPM     PA     Status\r\n"


@dataclass(frozen=True, slots=True)
class NellcorLine:
    """Hold one line of measurement, one each two seconds.

    stamp: the device's date and time as printed. spo2_pct, pulse_rate_per_min, amplitude: as
    printed, 0 to 999, None for dashes. is_spo2_outside, is_rate_outside: marked with "*" as
    beyond the device's own limits. codes: the status codes in their order, unknown ones too.
    """

    stamp: str
    spo2_pct: int | None
    pulse_rate_per_min: int | None
    amplitude: int | None = None
    is_spo2_outside: bool = False
    is_rate_outside: bool = False
    codes: tuple[str, ...] = ()

    @classmethod
    def from_bytes(cls, raw: bytes) -> NellcorLine:
        """Read a line, with or without its end; FrameError unless all of it has the form."""
        found = _LINE.fullmatch(raw.removesuffix(b"\n").removesuffix(b"\r"))
        if found is None:
            raise FrameError(f"not a line of Nellcor's ASCII output: {raw[:200]!r}")
        stamp, spo2, spo2_mark, rate, rate_mark, amplitude, codes = found.groups()
        return cls(
            stamp.decode("ascii"),
            _number(spo2),
            _number(rate),
            _number(amplitude),
            bool(spo2_mark),
            bool(rate_mark),
            tuple(codes.decode("ascii").upper().split()),
        )

    def to_bytes(self) -> bytes:
        """Write the line in an N-560's columns with CR LF; FrameError for what does not fit."""
        text = (
            f"{self.stamp:<18}   {_printed(self.spo2_pct)}{'*' if self.is_spo2_outside else ' '}"
            f"    {_printed(self.pulse_rate_per_min)}{'*' if self.is_rate_outside else ' '}"
            f"    {_printed(self.amplitude)}"
        )
        for code in self.codes:
            column = max(_COLUMN_OF.get(code, _FIRST_COLUMN), len(text) + 1)
            text = f"{text:<{column}}{code}"
        raw = f"{text:<{_LINE_LENGTH}}\r\n".encode("ascii", "replace")
        if NellcorLine.from_bytes(raw) != self:
            raise FrameError(f"{self} cannot be printed")
        return raw

    @property
    def reading(self) -> OximetryReading:
        """Judge the line: a status can forbid a number that stands there."""
        codes = frozenset(self.codes)
        found = {condition for known, condition in _CONDITIONS if codes & known}
        if self.is_spo2_outside or self.is_rate_outside:
            found.add(SignalCondition.DEVICE_ALARM)
        conditions = tuple(condition for condition in SignalCondition if condition in found)
        is_doubtful = "MO" in codes or not codes <= CODES
        validity = Validity.QUESTIONABLE if is_doubtful else Validity.VALID
        if codes & NO_NUMBER:
            validity = Validity.INVALID
        return oximetry_of(self.spo2_pct, self.pulse_rate_per_min, None, validity, conditions)


@dataclass(frozen=True, slots=True)
class LimitsHeading:
    """Hold the first line of a heading: who prints, and the device's own limits."""

    model: str
    version: str
    crc: str
    spo2_low_pct: int
    spo2_high_pct: int
    rate_low_per_min: int
    rate_high_per_min: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> LimitsHeading:
        """Read the heading, with or without its line end; FrameError if it is none."""
        found = _LIMITS_HEADING.fullmatch(raw.decode("latin-1").rstrip("\r\n"))
        if found is None:
            raise FrameError(f"not a heading of Nellcor's ASCII output: {raw[:200]!r}")
        model, version, crc, *limits = found.groups()
        return cls(model, version, crc, *map(int, limits))

    def to_bytes(self) -> bytes:
        """Write the heading in an N-560's columns with CR LF."""
        text = f"{self.model:<9}VERSION {self.version:<11}CRC:{self.crc:<6}"
        text += f"SpO2 Limit: {self.spo2_low_pct}-{self.spo2_high_pct}%"
        text = f"{text:<61}PR Limit: {self.rate_low_per_min}-{self.rate_high_per_min}BPM"
        return text.encode("ascii", "replace") + b"\r\n"


@dataclass(frozen=True, slots=True)
class PatientHeading:
    """Hold the second line of a heading. mode: NORMAL or FAST, None where it is not printed."""

    patient: str
    sat_seconds: int
    mode: str | None = None

    @classmethod
    def from_bytes(cls, raw: bytes) -> PatientHeading:
        """Read the heading, with or without its line end; FrameError if it is none."""
        found = _PATIENT_HEADING.fullmatch(raw.decode("latin-1").rstrip("\r\n"))
        if found is None:
            raise FrameError(f"not a heading of Nellcor's ASCII output: {raw[:200]!r}")
        return cls(found[1].upper(), int(found[2]), found[3] and found[3].upper())

    def to_bytes(self) -> bytes:
        """Write the heading in an N-560's columns with CR LF."""
        text = f"{'':<29}{self.patient:<15}{self.sat_seconds:>3}SAT-S "
        text += f"SPO2 RESP MODE: {self.mode}" if self.mode else ""
        return text.encode("ascii", "replace") + b"\r\n"


def _number(text: bytes) -> int | None:
    return None if text == b"---" else int(text)


def _printed(number: int | None) -> str:
    return "---" if number is None else f"{number:>3}"


@lru_cache(maxsize=256)
def _readings(
    spo2: bytes, spo2_mark: bytes, rate: bytes, rate_mark: bytes, codes: bytes
) -> tuple[Reading, ...]:
    """Return what the columns that matter say, remembering the newest ones."""
    line = NellcorLine(
        "",
        _number(spo2),
        _number(rate),
        None,
        bool(spo2_mark),
        bool(rate_mark),
        tuple(codes.decode("ascii").upper().split()),
    )
    return (line.reading,)


@lru_cache(maxsize=256)
def _has_odd_columns(first: int, codes: bytes) -> bool:
    """Say whether a status code stands where an N-560 prints none.

    Not all of its columns are confirmed, so this counts against a line that is too short alone.
    """
    return any(first + found.start() not in _CODE_COLUMNS for found in re.finditer(rb"\w+", codes))


class NellcorReader:
    """Tell what a line says, remembering who prints and whether a trend is being printed.

    A trend's lines look like live ones and are none. They begin with a heading that says TREND or
    has no status column, and end with "Output Complete" or the next live heading.
    """

    starts = re.compile(
        rb"[0-9]{2}-[A-Z]{3}-[0-9]{2} [0-9]|[!-~]+ +VERSION|ADULT|NEO|TIME +%|Output Complete",
        re.IGNORECASE,
    )
    shapes: frozenset[Shape] = frozenset({_ENDS})

    def __init__(self) -> None:
        self._identity: DeviceIdentity | None = None
        self._is_trend = False

    def forget(self) -> None:
        """Begin anew, as when the port was opened."""
        self._identity = None
        self._is_trend = False

    def read(self, text: bytes) -> Told | None:
        """Read one line without its end; None if it is none."""
        found = _LINE.fullmatch(text)
        if found is None:
            return self._read_heading(text)
        if self._is_trend:
            return Told()
        _, spo2, spo2_mark, rate, rate_mark, _, codes = found.groups()
        shape: Shape = (found.end(2), found.end(4), found.end(6))
        is_short = len(text) < _LINE_LENGTH
        if is_short and codes and shape == _ENDS and _has_odd_columns(found.start(7), codes):
            shape = (*shape, found.start(7))
        return Told(_readings(spo2, spo2_mark, rate, rate_mark, codes), shape)

    def is_whole(self, text: bytes) -> bool:
        """Say whether a line reaches to the end of its last status column."""
        return len(text) >= _LINE_LENGTH

    def _read_heading(self, raw: bytes) -> Told | None:
        text = raw.decode("latin-1")
        if columns := _COLUMN_HEADING.fullmatch(text):
            self._is_trend = columns[1] is None
            return Told()
        if _TREND_END.fullmatch(text):
            self._is_trend = False
            return Told()
        if _TREND.search(text):
            self._is_trend = True
            return Told()
        if _PATIENT_HEADING.fullmatch(text):
            return Told()
        return self._read_limits(raw)

    def _read_limits(self, raw: bytes) -> Told | None:
        try:
            heading = LimitsHeading.from_bytes(raw)
        except FrameError:
            return None
        identity = DeviceIdentity(model=heading.model, firmware=heading.version)
        is_new, self._identity = identity != self._identity, identity
        return Told((identity,) if is_new else ())


class NellcorAdapter:
    """Listen to a Nellcor oximeter, and let it go on if it was told to wait.

    These devices obey XON and XOFF. An XOFF that nobody takes back would silence one for good, so
    after SILENT_AFTER_S without a byte an XON is sent, and again each time as long has passed.
    """

    __slots__ = ("_lines", "_quiet_since_s", "counts")

    def __init__(self) -> None:
        self._lines = LineAdapter(NellcorReader())
        self.counts = self._lines.counts
        self._quiet_since_s: float | None = None

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; nothing is sent yet."""
        self._quiet_since_s = now_s
        return self._lines.begin(now_s)

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the lines completed by these bytes say."""
        if chunk:
            self._quiet_since_s = now_s
        return self._lines.feed(chunk, now_s)

    def due(self, now_s: float) -> bytes:
        """Return XON when nothing was heard for too long; empty otherwise."""
        if self._quiet_since_s is None:
            self._quiet_since_s = now_s
        if now_s - self._quiet_since_s < SILENT_AFTER_S:
            return b""
        self._quiet_since_s = now_s
        return XON

    def finish(self) -> Sequence[Reading]:
        """End the input and count what is left over."""
        return self._lines.finish()


def adapter() -> NellcorAdapter:
    """Make the listener of a Nellcor oximeter set to its real-time ASCII output."""
    return NellcorAdapter()
