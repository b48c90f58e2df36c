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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from monitors.clinic.alarm_event import EventState
from monitors.clinic.conditions import Priority
from monitors.clinic.standing import StandingAlarm
from monitors.errors import ConfigurationError

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


class Loudspeaker:
    """Play bursts on an ALSA device of this machine, one at a time, never waiting for the end."""

    def __init__(self, alsa_device: str) -> None:
        self._command = ["aplay", "--quiet", "-D", alsa_device, "-"]
        self._player: subprocess.Popen[bytes] | None = None
        self.is_failing = False

    @property
    def is_idle(self) -> bool:
        """Say whether nothing sounds now."""
        return self._player is None or self._player.poll() is not None

    def play(self, priority: str) -> bool:
        """Start a burst; False if the last one still sounds or the player cannot be started."""
        if not self.is_idle:
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


@dataclass(frozen=True, slots=True)
class Urgent:
    """Hold one high-priority alarm as a message needs it; no patient label is in it.

    value: of an alarm that is over the worst one, for the present one means nothing.
    """

    recliner: str
    condition: str
    value: float | None
    limit_words: str | None
    since_ms: int
    is_over: bool = False

    def words(self, now_ms: int) -> str:
        """Say in one line what stands unacknowledged, and for how long."""
        minutes, seconds = divmod((now_ms - self.since_ms) // 1000, 60)
        value = "" if self.value is None else f" {self.value:g}"
        limit = f" ({self.limit_words})" if self.limit_words else ""
        name = self.condition.replace("_", " ")
        over = ", over" if self.is_over else ""
        waited = f"unacknowledged for {minutes}:{seconds:02d}"
        return f"{self.recliner}: {name}{value}{limit}{over}, {waited}"


Call = Callable[[str, str], bool]


def apprise_call(urls: Sequence[str]) -> Call:
    """Return a function that sends title and body to Apprise URLs; False where any refused.

    Raises ConfigurationError for a URL that Apprise does not know.
    """
    import apprise

    notifier = apprise.Apprise()
    for url in urls:
        if not notifier.add(url):
            raise ConfigurationError(f"annunciator.webhook: {url!r} is no Apprise URL")
    return lambda title, body: bool(notifier.notify(title=title, body=body))


class Pager:
    """Call somebody, once an alarm, when a high one has stayed unacknowledged too long.

    Calls go out in a thread; one that fails is tried again after ``RETRY_MS``.
    """

    RETRY_MS = 30_000

    def __init__(self, call: Call, after_ms: int) -> None:
        self._call = call
        self._after_ms = after_ms
        self._called: dict[Urgent, int] = {}
        self._lock = threading.Lock()

    @property
    def is_retrying(self) -> bool:
        """Say whether a call was not taken and will be made again."""
        with self._lock:
            return any(at_ms != _NEVER_AGAIN_MS for at_ms in self._called.values())

    def look(self, standing: Sequence[Urgent], now_ms: int) -> None:
        """Call for each alarm that is old enough and was not called for."""
        keys = {_key(alarm): alarm for alarm in standing}
        with self._lock:
            self._called = {a: at for a, at in self._called.items() if _key(a) in keys}
            known = {_key(alarm): at for alarm, at in self._called.items()}
        for key, alarm in keys.items():
            if now_ms - alarm.since_ms < self._after_ms or now_ms < known.get(key, now_ms):
                continue
            with self._lock:
                self._called[alarm] = _NEVER_AGAIN_MS
            words = alarm.words(now_ms)
            threading.Thread(target=self._send, args=(alarm, words, now_ms), daemon=True).start()

    def _send(self, alarm: Urgent, words: str, now_ms: int) -> None:
        title = f"Chairside: {alarm.recliner} needs somebody"
        try:
            is_sent = self._call(title, f"{words}. A secondary display: look at the bedside.")
        except Exception:
            log.exception("the webhook failed")
            is_sent = False
        if not is_sent:
            log.warning("the webhook did not take a call; trying again")
            with self._lock:
                if alarm in self._called:
                    self._called[alarm] = now_ms + self.RETRY_MS


_NEVER_AGAIN_MS = 2**62


def _key(alarm: Urgent) -> tuple[str, str, int]:
    return alarm.recliner, alarm.condition, alarm.since_ms


class Annunciator:
    """Be heard without a browser: bursts on the host, calls to a webhook; each may be absent."""

    def __init__(self, speaker: Loudspeaker | None, pager: Pager | None) -> None:
        self._speaker = speaker
        self._pager = pager
        self._bursts = BurstClock()

    @property
    def state(self) -> str:
        """Return off, on or failing: how the host's loudspeaker stands."""
        if self._speaker is None:
            return "off"
        return "failing" if self._speaker.is_failing else "on"

    def hear(self, sound: str | None, urgent: Sequence[Urgent], now_ms: int) -> None:
        """Take the room's one sound and its unacknowledged high alarms."""
        if self._speaker is not None:
            due = self._bursts.due(sound, now_ms)
            if due is not None:
                self._speaker.play(due)
        if self._pager is not None:
            self._pager.look(urgent, now_ms)


def urgent_ones(standing: Mapping[str, Sequence[StandingAlarm]]) -> list[Urgent]:
    """Return the high-priority alarms of a room that nobody has acknowledged."""
    return [
        _urgent(name, alarm)
        for name, alarms in standing.items()
        for alarm in alarms
        if alarm.priority is Priority.HIGH and alarm.acknowledged_by is None
    ]


def _urgent(recliner: str, alarm: StandingAlarm) -> Urgent:
    is_over = alarm.state is EventState.LATCHED
    return Urgent(
        recliner,
        str(alarm.condition),
        alarm.worst if is_over else alarm.value,
        alarm.limit_words,
        alarm.since_ms,
        is_over,
    )
