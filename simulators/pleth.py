"""The shape of one beat as an oximeter's light sees it.

Landmarks of a beat, as fractions of its length and height: onset 0/0, systolic peak 0.175/1,
notch 0.40/0.49, diastolic peak 0.45/0.51, end 1/0 (NeuroKit2 0.2.13, ppg_simulate). Between them
the curve is a monotone cubic (Fritsch and Carlson), so it has no hump that the landmarks lack.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

LANDMARKS = ((0.0, 0.0), (0.175, 1.0), (0.40, 0.49), (0.45, 0.51), (1.0, 0.0))
_POINTS = 512


def _slopes() -> list[float]:
    """Give each landmark a slope that keeps the curve monotone between landmarks."""
    steps = [
        (after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(LANDMARKS)
    ]
    inner = [
        0.0 if left * right <= 0 else 2 * left * right / (left + right)
        for left, right in pairwise(steps)
    ]
    return [0.0, *inner, 0.0]


def _height(part: float, slopes: list[float]) -> float:
    place = min(bisect_right([x for x, _ in LANDMARKS], part), len(LANDMARKS) - 1)
    (x0, y0), (x1, y1) = LANDMARKS[place - 1], LANDMARKS[place]
    width = x1 - x0
    t = (part - x0) / width
    return (
        y0 * (1 + 2 * t) * (1 - t) ** 2
        + slopes[place - 1] * width * t * (1 - t) ** 2
        + y1 * t * t * (3 - 2 * t)
        + slopes[place] * width * t * t * (t - 1)
    )


_TABLE = tuple(_height(point / _POINTS, _slopes()) for point in range(_POINTS))


def beat_height(phase: float) -> float:
    """Return the height, 0 to 1, at a fraction of the beat (whole beats are ignored)."""
    return _TABLE[int(phase % 1.0 * _POINTS)]
