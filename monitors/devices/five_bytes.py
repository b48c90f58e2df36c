"""Find packets of five bytes that have bit 7 in the first byte alone, and read their numbers.

Two families send packets of this shape: Contec's older oximeters (contec_v5) and Berry's "BCI"
ones (bci). They differ in what the flags mean and how often packets come, which a FlagMap tells;
here live the lock, its loss, and the count of every byte. Sources: Contec, "Communication
protocol" V5.0A; Berry, "BCI Protocol" V1.2. Neither has a checksum: a packet is bit 7 followed by
exactly four bytes without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitors.devices.adapter import DecodeCounts
from monitors.devices.oximetry import TraceBatch
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Reading

FRAME_BYTES = 5
LOCK_FRAMES = 3
_RATE_BIT_7 = 0x40
_HINT_BYTES = 4 * FRAME_BYTES
_NO_HINT = 10 * _HINT_BYTES
_RUN = re.compile(rb"(?:[\x80-\xff][\x00-\x7f]{4})+(?=[\x80-\xff])")
_LAST_RUN = re.compile(rb"(?:[\x80-\xff][\x00-\x7f]{4})+(?![\x00-\x7f])")
_TOKEN = re.compile(rb"[\x80-\xff][\x00-\x7f]*|[\x00-\x7f]+")
_FIRST_FLAGS = bytes(byte & 0x30 for byte in range(256))
_THIRD_FLAGS = bytes(byte & 0x70 for byte in range(256))


@dataclass(frozen=True, slots=True)
class FiveByteFrame:
    """Hold one packet as it is sent.

    pulse_rate_code: 0 to 255, with the missing values of its family. spo2_code: 0 to 127,
    likewise. wave: 0 to 127. strength, bar: 4 bits each. first: the flags of byte 1 (0x70), third:
    those of byte 3 (0x30), which the families name.
    """

    pulse_rate_code: int
    spo2_code: int
    wave: int = 0
    strength: int = 0
    bar: int = 0
    first: int = 0
    third: int = 0

    @classmethod
    def from_bytes(cls, raw: bytes) -> FiveByteFrame:
        """Read five bytes; FrameError unless bit 7 is set in the first and in no other."""
        if not _is_packet(raw):
            raise FrameError(f"not a packet of five bytes with bit 7 in front: {raw.hex(' ')}")
        first, wave, third, rate, spo2 = raw
        rate |= (third & _RATE_BIT_7) << 1
        return cls(rate, spo2, wave, first & 0x0F, third & 0x0F, first & 0x70, third & 0x30)

    def to_bytes(self) -> bytes:
        """Write five bytes; FrameError where a field does not fit in its bits."""
        raw = (
            0x80 | self.first | self.strength,
            self.wave,
            self.third | (self.pulse_rate_code >> 1) & _RATE_BIT_7 | self.bar,
            self.pulse_rate_code & 0x7F,
            self.spo2_code,
        )
        if not _is_packet(raw) or FiveByteFrame.from_bytes(bytes(raw)) != self:
            raise FrameError(f"a field of {self} does not fit in its bits")
        return bytes(raw)


def _is_packet(raw: Sequence[int]) -> bool:
    """Say whether these are five bytes of which the first alone has bit 7."""
    is_body = all(0 <= byte < 0x80 for byte in raw[1:])
    return len(raw) == FRAME_BYTES and is_body and 0x80 <= raw[0] < 0x100


@dataclass(frozen=True, slots=True)
class FlagMap:
    """Tell what the packets of one family mean.

    sample_rate_hz: packets a second. samples: for each waveform byte 0 to 127 its sample, None
    for a missing one. off_first, off_third: flags of bytes 1 and 3 with which there is no finger
    to see. read: judges a packet; strength, beat, waveform and bar have no part in that.
    """

    sample_rate_hz: float
    full_scale: int
    samples: tuple[int | None, ...]
    off_first: int
    off_third: int
    read: Callable[[FiveByteFrame], OximetryReading]


class FiveByteAdapter:
    """Listen to an oximeter that sends packets of five bytes unasked; nothing is sent to it.

    The first packets are believed when three stand in a row. After a broken one, a good one at
    the next four places of the old rhythm is believed at once; elsewhere three are asked again.
    """

    __slots__ = ("_batch", "_flags", "_is_locked", "_judge", "_rest", "_since_loss", "counts")

    def __init__(self, flags: FlagMap) -> None:
        self.counts = DecodeCounts()
        self._flags = flags
        self._batch = TraceBatch(flags.sample_rate_hz, flags.full_scale)
        self._judge = _judge_of(flags)
        self._rest = b""
        self._is_locked = False
        self._since_loss = _NO_HINT

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._forget()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return one reading for each packet that the next one's start has confirmed."""
        return self._take_all(self._rest + chunk, is_last=False) if chunk else []

    def due(self, now_s: float) -> bytes:
        """Return nothing: the device is only listened to."""
        return b""

    def finish(self) -> Sequence[Reading]:
        """Return what waited for its neighbours and count what is left over."""
        told = self._take_all(self._rest, is_last=True)
        told += self._batch.flush()
        self._forget()
        return told

    def _forget(self) -> None:
        self.counts.discarded_bytes += len(self._rest)
        self._rest = b""
        self._batch.forget()
        self._is_locked = False
        self._since_loss = _NO_HINT

    def _take_all(self, buffer: bytes, is_last: bool) -> list[Reading]:
        told: list[Reading] = []
        run_of = (_LAST_RUN if is_last else _RUN).match
        at = 0
        while at < len(buffer):
            run = run_of(buffer, at)
            if run is None:
                end = self._end_of_broken(buffer, at, is_last)
                is_good = False
            else:
                end = run.end()
                is_backed = self._is_backed(buffer, at, end, is_last)
                if is_backed is None:
                    break
                is_good = is_backed
            if end == at:
                break
            told += self._take(buffer[at:end]) if is_good else self._discard(end - at)
            at = end
        self._rest = buffer[at:]
        return told

    def _end_of_broken(self, buffer: bytes, at: int, is_last: bool) -> int:
        """Return where the next packet may begin; ``at`` itself if it is too early to tell."""
        token = _TOKEN.match(buffer, at)
        assert token is not None
        end = token.end()
        is_open = end == len(buffer) and end - at <= FRAME_BYTES and buffer[at] >= 0x80
        return at if is_open and not is_last else end

    def _is_backed(self, buffer: bytes, at: int, end: int, is_last: bool) -> bool | None:
        """Say whether a run of packets is to be believed; None if it is too early to tell."""
        is_on_rhythm = self._since_loss <= _HINT_BYTES and self._since_loss % FRAME_BYTES == 0
        if self._is_locked or is_on_rhythm or end - at >= LOCK_FRAMES * FRAME_BYTES:
            return True
        after = _TOKEN.match(buffer, end)
        is_cut = after is None or (after.end() == len(buffer) and after.end() - end <= FRAME_BYTES)
        if is_cut:
            return True if is_last else None
        return False

    def _take(self, block: bytes) -> list[Reading]:
        """Read a run of packets at once, each field of all of them in one go."""
        self.counts.frames += len(block) // FRAME_BYTES
        self._is_locked = True
        first = block[0::FRAME_BYTES].translate(_FIRST_FLAGS)
        third = block[2::FRAME_BYTES].translate(_THIRD_FLAGS)
        told: list[Reading] = [*map(self._judge, first, third, block[3::5], block[4::5])]
        told += self._batch.add(self._trace(first, third, block[1::FRAME_BYTES]))
        return told

    def _trace(self, first: bytes, third: bytes, waves: bytes) -> list[int | None]:
        """Return the samples; those of a probe without a finger are missing."""
        flags = self._flags
        samples = list(map(flags.samples.__getitem__, waves))
        if not any(first) and not any(byte & flags.off_third for byte in set(third)):
            return samples
        return [
            None if one & flags.off_first or three & flags.off_third else sample
            for one, three, sample in zip(first, third, samples, strict=True)
        ]

    def _discard(self, count: int) -> list[Reading]:
        self.counts.discarded_bytes += count
        if self._is_locked:
            self._is_locked = False
            self._since_loss = 0
        self._since_loss = min(self._since_loss + count, _NO_HINT)
        return [*self._batch.flush()]


def _judge_of(flags: FlagMap) -> Callable[[int, int, int, int], OximetryReading]:
    """Return what tells the reading of the bytes that matter, remembering the newest ones."""

    @lru_cache(maxsize=256)
    def judge(first: int, third: int, rate: int, spo2: int) -> OximetryReading:
        return flags.read(FiveByteFrame.from_bytes(bytes((0x80 | first, 0, third, rate, spo2))))

    return judge
