"""What must be heard without a browser: the host's loudspeaker and a call to a webhook.

Here the standing alarms of the whole room become sound on this machine and, when a high-priority
one stays unacknowledged, a message to somebody elsewhere. It decides nothing about alarms: it is
told what is audible. Pulse figures follow IEC 60601-1-8 as general knowledge of that standard
(no conformity is claimed); sounding goes through ALSA's own player, so no browser is involved.
"""

from __future__ import annotations

import io
import logging
import math
import struct
import subprocess
import threading
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

SAMPLE_RATE_HZ = 22_050
BETWEEN_BURSTS_MS = {"high": 7_000, "medium": 15_000, "low": 30_000}
_FUNDAMENTAL_HZ = {"high": 660.0, "medium": 523.25, "low": 440.0}
_PULSE_S = {"high": 0.12, "medium": 0.18, "low": 0.2}
_GAP_S = {"high": 0.1, "medium": 0.2, "low": 0.2}
_PULSES = {"high": 10, "medium": 3, "low": 1}
_HIGH_GAPS_S = (0.1, 0.1, 0.32, 0.1, 0.6, 0.1, 0.1, 0.32, 0.1)

log = logging.getLogger(__name__)


@cache
def burst_wav(priority: str) -> bytes:
    """Return one burst of a priority as a mono 16-bit WAV file: 10, 3 or 1 pulses."""
    samples: list[float] = []
    for nth in range(_PULSES[priority]):
        samples += _pulse(_FUNDAMENTAL_HZ[priority], _PULSE_S[priority])
        samples += [0.0] * round(_gap_s(priority, nth) * SAMPLE_RATE_HZ)
    packed = struct.pack(f"<{len(samples)}h", *(round(32_000 * sample) for sample in samples))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(packed)
    return file.getvalue()


def _gap_s(priority: str, nth: int) -> float:
    if priority == "high":
        return _HIGH_GAPS_S[nth] if nth < len(_HIGH_GAPS_S) else 0.0
    return _GAP_S[priority]


def _pulse(fundamental_hz: float, seconds: float) -> list[float]:
    """Return one pulse: a fundamental with four harmonics, faded in and out over a tenth."""
    count = round(seconds * SAMPLE_RATE_HZ)
    fade = max(1, count // 10)
    pulse = []
    for index in range(count):
        phase = 2 * math.pi * fundamental_hz * index / SAMPLE_RATE_HZ
        tone = sum(math.sin(harmonic * phase) / harmonic for harmonic in range(1, 6)) / 2.3
        pulse.append(0.8 * tone * min(1.0, index / fade, (count - index) / fade))
    return pulse


@dataclass(slots=True)
class BurstClock:
    """Decide when the next burst is due: at once when something worse begins, then at intervals."""

    _priority: str | None = None
    _next_ms: int = 0

    def due(self, priority: str | None, now_ms: int) -> str | None:
        """Return the priority to sound now, given the worst audible one; None for silence."""
        if priority is None:
            self._priority = None
            return None
        is_worse = self._priority is None or _rank(priority) > _rank(self._priority)
        self._priority = priority
        if not is_worse and now_ms < self._next_ms:
            return None
        self._next_ms = now_ms + BETWEEN_BURSTS_MS[priority]
        return priority


def _rank(priority: str) -> int:
    return ("low", "medium", "high").index(priority)


def worst_audible(pictures: Iterable[Mapping[str, object]]) -> str | None:
    """Return the highest priority that staff should hear in any recliner's picture."""
    heard = [
        str(alarm["priority"])
        for picture in pictures
        for alarm in picture["alarms"]  # type: ignore[attr-defined]
        if alarm["is_audible"]
    ]
    return max(heard, key=_rank, default=None)


class Loudspeaker:
    """Play bursts on an ALSA device of this machine, one at a time, never waiting for the end."""

    def __init__(self, alsa_device: str) -> None:
        self._command = ["aplay", "--quiet", "-D", alsa_device, "-"]
        self._player: subprocess.Popen[bytes] | None = None
        self.is_failing = False

    def play(self, priority: str) -> bool:
        """Start a burst; False if the last one still sounds or the player cannot be started."""
        if self._player is not None and self._player.poll() is None:
            return False
        self._look_at_last()
        try:
            self._player = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            self._fail(str(error))
            return False
        threading.Thread(target=self._pour, args=(self._player, priority), daemon=True).start()
        return True

    def _pour(self, player: subprocess.Popen[bytes], priority: str) -> None:
        try:
            player.communicate(burst_wav(priority), timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            player.kill()

    def _look_at_last(self) -> None:
        if self._player is None:
            return
        if self._player.returncode:
            self._fail(f"aplay ended with {self._player.returncode}")
        else:
            self.is_failing = False

    def _fail(self, why: str) -> None:
        if not self.is_failing:
            log.warning("the host loudspeaker does not play: %s", why)
        self.is_failing = True
