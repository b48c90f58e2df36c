"""Scores that staff enter or that figures give: modified Aldrete, PADSS, MOAA/S, ratings.

Here live the items, their points and their totals, nothing of when they are asked. Sources:
modified Aldrete and its two circulation rules (per cent and mmHg) as both circulate in published
tables; PADSS as in the post-anaesthetic discharge tables; MOAA/S 5 and 0 as the Spravato label
has them. 9 of 10 is the usual bar of both totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitors.errors import SessionError

FIT_FROM = 9
MOST_POINTS = 2


class CirculationRule(StrEnum):
    """Say how the Aldrete circulation item measures distance from baseline: a clinic's choice."""

    PCT = "pct"
    MMHG = "mmhg"


class RatingScale(StrEnum):
    """Name a one-tap rating; its top is in RATING_TOP, 0 is none."""

    DISSOCIATION = "dissociation"
    ANXIETY = "anxiety"
    NAUSEA = "nausea"
    PAIN = "pain"


RATING_TOP = {
    RatingScale.DISSOCIATION: 10,
    RatingScale.ANXIETY: 10,
    RatingScale.NAUSEA: 3,
    RatingScale.PAIN: 10,
}

# MOAA/S, 5 down to 0, in short words.
MOAAS_WORDS = {
    5: "answers readily to the name, normal tone",
    4: "answers slowly to the name, normal tone",
    3: "answers only when called loudly or repeatedly",
    2: "answers only to mild prodding",
    1: "answers only to a painful squeeze",
    0: "no answer to a painful squeeze",
}
MOAAS_NOT_ROUSABLE = 2


@dataclass(frozen=True, slots=True)
class Aldrete:
    """Hold the five items of the modified Aldrete score, 0 to 2 points each.

    activity: limbs moved (4, 2, none). respiration: deep breath and cough, limited, none.
    circulation, oxygen: see the functions of those names. consciousness: awake, rouses to
    voice, neither.
    """

    activity: int
    respiration: int
    circulation: int
    consciousness: int
    oxygen: int

    def __post_init__(self) -> None:
        for name in self.__slots__:
            _check_points(name, getattr(self, name))

    @property
    def total(self) -> int:
        """Return 0 to 10."""
        return sum(getattr(self, name) for name in self.__slots__)

    @property
    def is_fit(self) -> bool:
        """Say whether the total reaches 9."""
        return self.total >= FIT_FROM


@dataclass(frozen=True, slots=True)
class Padss:
    """Hold the five items of the post-anaesthetic discharge score, 0 to 2 points each.

    vitals, activity: see :func:`padss_vitals`, :func:`padss_activity`. comfort: pain, nausea and
    vomiting minimal, moderate, severe. bleeding, intake_output: likewise, from good to bad.
    """

    vitals: int
    activity: int
    comfort: int
    bleeding: int
    intake_output: int

    def __post_init__(self) -> None:
        for name in self.__slots__:
            _check_points(name, getattr(self, name))

    @property
    def total(self) -> int:
        """Return 0 to 10."""
        return sum(getattr(self, name) for name in self.__slots__)

    @property
    def is_fit(self) -> bool:
        """Say whether the total reaches 9."""
        return self.total >= FIT_FROM


def _check_points(item: str, points: int) -> None:
    if isinstance(points, bool) or not 0 <= points <= MOST_POINTS:
        raise SessionError(f"{item} is 0, 1 or 2 points, not {points!r}")


def aldrete_circulation(
    baseline_systolic_mmhg: int, systolic_mmhg: int, rule: CirculationRule = CirculationRule.PCT
) -> int:
    """Return the points for systolic pressure against baseline: to 20, to 50, beyond.

    The distance is in per cent of baseline or in mmHg, as the rule says.
    """
    distance = abs(systolic_mmhg - baseline_systolic_mmhg)
    measure = 100 * distance / baseline_systolic_mmhg if rule is CirculationRule.PCT else distance
    return _stepped(measure, 20, 50)


def aldrete_oxygen(spo2_pct: int, is_on_oxygen: bool) -> int:
    """Return the points for SpO2: above 92 on air, needs oxygen for 90 and more, below that."""
    if not is_on_oxygen and spo2_pct > 92:
        return 2
    return 1 if spo2_pct >= 90 else 0


def padss_vitals(baseline: tuple[int, int], now: tuple[int, int]) -> int:
    """Return the points for (systolic mmHg, pulse a minute) against baseline: the worse counts.

    Within 20 per cent gives 2, within 40 gives 1.
    """
    distances = [100 * abs(a - b) / b for a, b in zip(now, baseline, strict=True)]
    return _stepped(max(distances), 20, 40)


def padss_activity(is_oriented: bool, is_steady: bool) -> int:
    """Return a point each for being oriented and for a steady gait."""
    return int(is_oriented) + int(is_steady)


def _stepped(measure: float, full: float, half: float) -> int:
    if measure <= full:
        return 2
    return 1 if measure <= half else 0
