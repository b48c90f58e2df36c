"""How long a device has said nothing that its decoder accepts.

One watch per port, on the room's timeline; the bound is the catalogue's, and what a silence means
for a patient is decided elsewhere. Bytes that make no frame do not count as speaking.
"""

from __future__ import annotations


class SilenceWatch:
    """Tell when a device falls silent, once a silence, and when it speaks again."""

    def __init__(self, longest_silence_s: float) -> None:
        self._longest_ms = round(longest_silence_s * 1000)
        self._since_ms = 0
        self._is_told = False
        self.is_speaking = False
        self.last_frame_ms: int | None = None

    def opened(self, now_ms: int) -> None:
        """Begin to wait for the first frame of a port just opened."""
        self._since_ms = now_ms
        self._is_told = False
        self.is_speaking = False

    def heard(self, now_ms: int) -> bool:
        """Note an accepted frame; True for the first one after an opening or a silence."""
        is_first = not self.is_speaking
        self._since_ms = self.last_frame_ms = now_ms
        self._is_told = False
        self.is_speaking = True
        return is_first

    def fell_silent(self, now_ms: int) -> bool:
        """Tell, once, that the longest permitted silence has passed."""
        if self._is_told or now_ms - self._since_ms <= self._longest_ms:
            return False
        self._is_told = True
        self.is_speaking = False
        return True
