"""Read and write the lines of GE DINAMAP ASCII host communications, both ways.

A line is a unit character, two letters, printable content, two checksum characters and CR; here
stand its layout and the replies, not when to ask or what an answer means for the patient. Source:
GE Medical Systems, "Host Communications Reference Manual" 2010566 Rev E (PRO 100-400, ProCare,
CARESCAPE V100; Critikon 8555 the same); checksum checked against the command strings of three
independent drivers.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitors.errors import FrameError

CR = b"\r"
ANY_UNIT = " "
_SHORTEST_LINE = 5
_NO_NIBP_AGE = 9999
_NO_TEMPERATURE_AGE = 99999
_NO_RATE = "-99"
REPLY_BYTES = {"NA": 21, "OA": 12, "RA": 9, "RC": 9, "TC": 18}


def checksum(body: bytes) -> bytes:
    """Return the two check characters of everything from the unit character to the content."""
    total = 0
    for character in body:
        total += character - 0x1F
        if total > 0xFFF:
            total -= 0xFFF
    return bytes((0x20 + (total >> 6), 0x20 + (total & 0x3F)))


@dataclass(frozen=True, slots=True)
class DinamapFrame:
    """Hold one line of either side: two letters, what follows them, and the unit it is for."""

    letters: str
    content: str = ""
    unit: str = ANY_UNIT

    @classmethod
    def from_bytes(cls, raw: bytes) -> DinamapFrame:
        """Read a line with or without its CR; FrameError for a bad checksum or character."""
        line = raw.rstrip(b"\r\n")
        if len(line) < _SHORTEST_LINE or checksum(line[:-2]) != line[-2:]:
            raise FrameError(f"not a DINAMAP line with a right checksum: {raw!r}")
        if not all(0x20 <= character < 0x7F for character in line):
            raise FrameError(f"a DINAMAP line holds printable ASCII only: {raw!r}")
        text = line.decode("ascii")
        return cls(text[1:3], text[3:-2], text[0])

    def to_bytes(self) -> bytes:
        """Write the line with checksum and CR; FrameError for anything but printable ASCII."""
        text = self.unit + self.letters + self.content
        if len(self.unit) != 1 or len(self.letters) != 2:
            raise FrameError(f"a DINAMAP line begins with one and two characters: {text!r}")
        if not (text.isascii() and text.isprintable()):
            raise FrameError(f"a DINAMAP line holds printable ASCII only: {text!r}")
        body = text.encode("ascii")
        return body + checksum(body) + CR

    @property
    def is_reply(self) -> bool:
        """Say whether the line is long enough to answer what its letters ask."""
        needed = REPLY_BYTES.get(self.letters)
        return needed is not None and len(self.content) + _SHORTEST_LINE >= needed


READ_NIBP = DinamapFrame("NA")
READ_OXIMETRY = DinamapFrame("OA")
READ_RATE = DinamapFrame("RA")
READ_RATE_PRO_200 = DinamapFrame("RC")
READ_TEMPERATURE = DinamapFrame("TC")
START_CUFF = DinamapFrame("NC", "0")
CANCEL_CUFF = DinamapFrame("ND")


@dataclass(frozen=True, slots=True)
class NibpReply:
    """Hold the answer to NA.

    status: 0 measuring, 1 done, 3 failed, 4 pump-up timeout, 6 total-time timeout, 7 too long at
    one pressure, 8 overpressure or excess air, 9 unknown. patient: 0 unknown, 1 adult, 2 neonate.
    kind: 0 normal, 1 STAT. age_s: seconds since the pressures were determined, None if not
    recently. Pressures in mmHg, 0 where there is none.
    """

    status: int
    age_s: int | None = None
    systolic_mmhg: int = 0
    diastolic_mmhg: int = 0
    mean_mmhg: int = 0
    patient: int = 1
    kind: int = 0
    unit: str = ANY_UNIT

    @classmethod
    def from_frame(cls, frame: DinamapFrame) -> NibpReply:
        """Read a checked line; FrameError where its columns do not hold digits."""
        text = _content(frame, "NA")
        age = _digits(text, 3, 4)
        return cls(
            _digits(text, 0, 1),
            None if age == _NO_NIBP_AGE else age,
            _digits(text, 7, 3),
            _digits(text, 10, 3),
            _digits(text, 13, 3),
            _digits(text, 1, 1),
            _digits(text, 2, 1),
            frame.unit,
        )

    @classmethod
    def from_bytes(cls, raw: bytes) -> NibpReply:
        """Read a line; FrameError where it is not this reply."""
        return cls.from_frame(DinamapFrame.from_bytes(raw))

    def to_bytes(self) -> bytes:
        """Write the line; FrameError where a number does not fit its columns."""
        age = _NO_NIBP_AGE if self.age_s is None else self.age_s
        parts = ((self.status, 1), (self.patient, 1), (self.kind, 1), (age, 4))
        pressures = ((self.systolic_mmhg, 3), (self.diastolic_mmhg, 3), (self.mean_mmhg, 3))
        return DinamapFrame("NA", _columns(*parts, *pressures), self.unit).to_bytes()


@dataclass(frozen=True, slots=True)
class OximetryReply:
    """Hold the answer to OA.

    status: 0 standby, 1 operating, 3 no data, 6 sensor unplugged. spo2_pct: per cent, None where
    the columns hold no number. signal: 0 to 9. averaging_s: seconds.
    """

    status: int
    spo2_pct: int | None = None
    signal: int = 0
    averaging_s: int = 8
    unit: str = ANY_UNIT

    @classmethod
    def from_frame(cls, frame: DinamapFrame) -> OximetryReply:
        """Read a checked line; FrameError where its columns do not hold digits."""
        text = _content(frame, "OA")
        return cls(
            _digits(text, 0, 1),
            _number(text, 1),
            _digits(text, 4, 1),
            _digits(text, 5, 2),
            frame.unit,
        )

    @classmethod
    def from_bytes(cls, raw: bytes) -> OximetryReply:
        """Read a line; FrameError where it is not this reply."""
        return cls.from_frame(DinamapFrame.from_bytes(raw))

    def to_bytes(self) -> bytes:
        """Write the line; FrameError where a number does not fit its columns."""
        rest = _columns((self.signal, 1), (self.averaging_s, 2))
        content = _columns((self.status, 1)) + _number_or_none(self.spo2_pct) + rest
        return DinamapFrame("OA", content, self.unit).to_bytes()


@dataclass(frozen=True, slots=True)
class RateReply:
    """Hold the answer to RA (or to RC of the older PRO 200, taken to have the same columns).

    source: 2 oximeter, 3 cuff. rate_per_min: None where the columns hold -99.
    """

    source: int
    rate_per_min: int | None = None
    letters: str = "RA"
    unit: str = ANY_UNIT

    @classmethod
    def from_frame(cls, frame: DinamapFrame) -> RateReply:
        """Read a checked line; FrameError where its columns do not hold digits."""
        text = _content(frame, "RA", "RC")
        return cls(_digits(text, 0, 1), _number(text, 1), frame.letters, frame.unit)

    @classmethod
    def from_bytes(cls, raw: bytes) -> RateReply:
        """Read a line; FrameError where it is not this reply."""
        return cls.from_frame(DinamapFrame.from_bytes(raw))

    def to_bytes(self) -> bytes:
        """Write the line; FrameError where a number does not fit its columns."""
        content = _columns((self.source, 1)) + _number_or_none(self.rate_per_min)
        return DinamapFrame(self.letters, content, self.unit).to_bytes()


@dataclass(frozen=True, slots=True)
class TemperatureReply:
    """Hold the answer to TC.

    status: 0 ok or idle, 1 in progress, 2 timeout, 3 contact lost or out of range, 4 aborted or
    unplugged. mode: 0 predictive, 1 monitor. counter: one character that steps with each
    determination. age_s: None if there is none. tenths_f: tenths of a degree Fahrenheit, always,
    whatever the display shows. is_celsius_shown: what the display shows.
    """

    status: int
    mode: int = 0
    counter: str = " "
    age_s: int | None = None
    tenths_f: int = 0
    is_celsius_shown: bool = False
    unit: str = ANY_UNIT

    @classmethod
    def from_frame(cls, frame: DinamapFrame) -> TemperatureReply:
        """Read a checked line; FrameError where its columns do not hold digits."""
        text = _content(frame, "TC")
        age = _digits(text, 3, 5)
        return cls(
            _digits(text, 0, 1),
            _digits(text, 1, 1),
            text[2],
            None if age == _NO_TEMPERATURE_AGE else age,
            _digits(text, 8, 4),
            text[12] == "1",
            frame.unit,
        )

    @classmethod
    def from_bytes(cls, raw: bytes) -> TemperatureReply:
        """Read a line; FrameError where it is not this reply."""
        return cls.from_frame(DinamapFrame.from_bytes(raw))

    def to_bytes(self) -> bytes:
        """Write the line; FrameError where a number does not fit its columns."""
        age = _NO_TEMPERATURE_AGE if self.age_s is None else self.age_s
        head = _columns((self.status, 1), (self.mode, 1)) + self.counter
        tail = _columns((age, 5), (self.tenths_f, 4), (int(self.is_celsius_shown), 1))
        return DinamapFrame("TC", head + tail, self.unit).to_bytes()

    @property
    def temperature_c(self) -> float:
        """Return the temperature in degrees Celsius, to a tenth."""
        return round((self.tenths_f / 10 - 32) * 5 / 9, 1)


def _content(frame: DinamapFrame, *letters: str) -> str:
    if frame.letters not in letters or not frame.is_reply:
        raise FrameError(f"not a DINAMAP reply to {letters[0]}: {frame}")
    return frame.content


def _digits(text: str, start: int, width: int) -> int:
    part = text[start : start + width]
    if not (part.isascii() and part.isdigit()):
        raise FrameError(f"a DINAMAP reply has digits in column {start + 3}, not {part!r}")
    return int(part)


def _number(text: str, start: int) -> int | None:
    """Return three digits as a number; None for -99 or anything else that is not digits."""
    part = text[start : start + 3]
    return int(part) if part.isascii() and part.isdigit() else None


def _number_or_none(value: int | None) -> str:
    return _NO_RATE if value is None else _columns((value, 3))


def _columns(*parts: tuple[int, int]) -> str:
    texts = [f"{value:0{width}d}" for value, width in parts]
    for text, (value, width) in zip(texts, parts, strict=True):
        if len(text) != width or value < 0:
            raise FrameError(f"{value} does not fit in {width} DINAMAP columns")
    return "".join(texts)
