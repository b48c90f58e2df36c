"""Moments as people read them: in one zone, the viewer's own or else this machine's.

Here UTC milliseconds become words and days become moments; no clock is asked. Zones come from the
IANA database, so that a day on which the clocks change has its true length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Write moments (UTC, epoch milliseconds) in a zone; zone None is the machine's own."""

    zone: ZoneInfo | None = None

    @classmethod
    def of(cls, name: str | None) -> LocalTime:
        """Return the local time of a zone by its IANA name; the machine's where it is unknown."""
        try:
            return cls(ZoneInfo(name) if name else None)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return cls()

    def at(self, utc_ms: int) -> datetime:
        """Return a moment as an aware date and time of day."""
        return datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone(self.zone)

    def name(self, utc_ms: int) -> str:
        """Name the zone as it is at a moment: Europe/Berlin, or UTC+01:00."""
        return self.zone.key if self.zone else f"UTC{_offset(self.at(utc_ms))}"

    def offset_ms(self, utc_ms: int) -> int:
        """Return what to add to UTC for the time here, as it stands at a moment."""
        offset = self.at(utc_ms).utcoffset()
        return round(offset.total_seconds() * 1000) if offset else 0

    def clock(self, utc_ms: int) -> str:
        """Write the time of day to the second: 14:03:22."""
        return f"{self.at(utc_ms):%H:%M:%S}"

    def minute(self, utc_ms: int) -> str:
        """Write the time of day to the minute: 14:03."""
        return f"{self.at(utc_ms):%H:%M}"

    def stamp(self, utc_ms: int) -> str:
        """Write day and time of day: 2026-11-22 14:03:22."""
        return f"{self.at(utc_ms):%Y-%m-%d %H:%M:%S}"

    def day(self, utc_ms: int) -> date:
        """Return the day on which a moment lies."""
        return self.at(utc_ms).date()

    def span(self, first: date, last: date | None = None) -> tuple[int, int]:
        """Return when the first day begins and the last one (the first if None) is over."""
        return self._begins(first), self._begins((last or first) + timedelta(days=1))

    def _begins(self, day: date) -> int:
        midnight = datetime.combine(day, time.min, tzinfo=self.zone)
        return round(midnight.timestamp() * 1000)


def _offset(at: datetime) -> str:
    """Write a moment's distance from UTC: +01:00."""
    digits = f"{at:%z}"
    return f"{digits[:3]}:{digits[3:5]}"
