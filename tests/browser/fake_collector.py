"""A collector without devices, for tests of the pages: it publishes made-up pictures.

It speaks through the real picture file, beats like the real one, keeps the commands it is given,
and is killed and stopped by tests as a process. What each recliner shows is told by a cast:
calm, low_spo2, high_pressure, silent, never, free, paused, recovery, baseline, pain, numbers,
probe_off, acknowledged, latched, latched_pressure, over, and frozen, whose picture is never
renewed.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

from monitors.readings import NibpDetermination, NibpOutcome, Vital
from monitors.store.facts import (
    Command,
    DeterminationFact,
    Fact,
    PhaseFact,
    Place,
    ReadingFact,
    SessionFact,
)
from monitors.store.journal import Journal
from monitors.store.lease import Holder
from monitors.store.picture import Beat, Picture

CAST = (
    "calm", "low_spo2", "high_pressure", "baseline", "recovery", "paused", "free", "silent",
    "pain", "calm", "probe_off", "numbers", "calm", "acknowledged", "never", "calm",
)  # fmt: skip
ALARM_KEYS = (
    "condition", "kind", "priority", "vital", "value", "worst", "limit", "direction",
)  # fmt: skip
LATCHED = {"latched", "latched_pressure"}
RATE_HZ = 75
STEP_S = 0.1


def now_ms() -> int:
    """Return UTC in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def limit(condition: str, vital: str, words: str, bound: int, priority: str) -> dict[str, Any]:
    """Return one limit as a picture tells it."""
    return {
        "condition": condition,
        "vital": vital,
        "key": "systolic_mmhg" if vital == "nibp" else vital,
        "direction": "below" if words.endswith("below") else "above",
        "words": words,
        "bound": bound,
        "level": bound,
        "is_relative": False,
        "priority": priority,
        "delay_s": 10,
        "is_changed": False,
        "is_off": False,
    }


class FakeRecliner:
    """Play one part of the cast."""

    def __init__(self, number: int, part: str, begun_ms: int) -> None:
        self.name = f"R{number}"
        self.number = number
        self.part = part
        self.begun_ms = begun_ms
        self.acknowledged_by: str | None = "B. Nurse" if part == "acknowledged" else None
        self.audio_paused_by: str | None = None
        self.silent_since_ms = begun_ms - 4_000

    @property
    def is_silent(self) -> bool:
        """Say whether the oximeter says nothing."""
        return self.part in {"silent", "never"}

    def picture(self, at: int) -> dict[str, Any]:
        """Return the picture of this moment."""
        return {
            "recliner": self.name,
            "room": "Infusion room",
            "place": self.number,
            "simulated": True,
            "as_of": at,
            "rate": 1.0,
            "session": self._session(at),
            "vitals": self._vitals(at),
            "nibp": self._nibp(at),
            "devices": self._devices(at),
            "alarms": self._alarms(at),
            "arms": {"is_conflict": self.part == "baseline"},
            "audio_paused_until": at + 120_000 if self.audio_paused_by else None,
            "audio_paused_by": self.audio_paused_by,
            "limits": [
                limit("spo2_low", "spo2_pct", "below", 90, "high"),
                limit("nibp_high", "nibp", "at or above", 180, "medium"),
                limit("pulse_high", "pulse_rate_per_min", "above", 130, "medium")
                | {"is_off": self.part == "recovery"},
            ],
            "preset": "mood",
            "baseline": {"spo2_pct": 98, "systolic_mmhg": 132, "diastolic_mmhg": 82},
            "can_start_cuff": True,
        }

    def _session(self, at: int) -> dict[str, Any] | None:
        if self.part in {"free", "numbers"}:
            return None
        phase = self.part if self.part in {"baseline", "recovery", "paused"} else "infusing"
        base_ms = {"baseline": 0, "recovery": 2_400_000, "paused": 2_892_000}.get(phase, 1_421_000)
        is_long = self.part in {"pain", "paused"}
        is_running = phase == "infusing"
        return {
            "id": f"session-{self.number}",
            "label": f"{'JMASLRPV'[self.number % 8]}D-{self.number + 10}",
            "protocol": "Pain 4 h" if is_long else "Mood 40",
            "kind": "infusion",
            "phase": phase,
            "planned_s": 14_400 if is_long else 2_400,
            "infusion_elapsed_ms": base_ms + (at - self.begun_ms if is_running else 0),
            "is_running": is_running,
            "session_elapsed_ms": base_ms + 600_000,
            "phase_since": self.begun_ms,
            "recovery_elapsed_ms": 720_000 if phase == "recovery" else None,
            "begun_at": self.begun_ms - base_ms,
        }

    def _vitals(self, at: int) -> dict[str, Any]:
        low = self.part in {"low_spo2", "acknowledged"}
        wave = math.sin(at / 9_000 + self.number)
        spo2 = 86 if low else round(97 + wave)
        seen_at = self.silent_since_ms if self.part == "silent" else at - at % 1_000
        state, reason = "valid", None
        if self.part in {"free", "never", "probe_off"}:
            state = "invalid" if self.part == "probe_off" else "absent"
            reason = {"probe_off": "finger_out", "never": "never_received"}.get(self.part)
        has = state == "valid"
        common = {
            "at": None if self.part in {"free", "never"} else seen_at,
            "state": state,
            "reason": reason,
            "conditions": [],
            "stale_after_ms": 3_000,
            "gone_after_ms": 15_000,
        }
        return {
            "spo2_pct": {
                **common,
                "value": spo2 if has else None,
                "limits": {"low": 90, "high": None},
                "alarm": "high" if low and has else None,
            },
            "pulse_rate_per_min": {
                **common,
                "value": round(74 + 6 * wave + self.number) if has else None,
                "limits": {"low": 45, "high": 130},
                "alarm": None,
            },
        }

    def _nibp(self, at: int) -> dict[str, Any]:
        high = self.part == "high_pressure"
        has = self.part not in {"free", "numbers", "never"}
        measured = self.begun_ms - 25_000 * self.number - 20_000
        return {
            "systolic_mmhg": (183 if high else 128 + 3 * self.number) if has else None,
            "diastolic_mmhg": (104 if high else 76 + self.number) if has else None,
            "mean_mmhg": (130 if high else 95 + self.number) if has else None,
            "pulse_rate_per_min": 72 if has else None,
            "at": measured if has else None,
            "outcome": "completed" if has else None,
            "state": "valid" if has else "absent",
            "last_failure": None,
            "cuff": "measuring" if self.part == "pain" else "idle",
            "cuff_pressure_mmhg": 143 if self.part == "pain" else None,
            "next_due_at": measured + 900_000 if has else None,
            "interval_s": 900,
            "limits": {"systolic_high": 180},
            "alarm": "medium" if high else None,
        }

    def _devices(self, at: int) -> list[dict[str, Any]]:
        state = self.part if self.is_silent else "speaking"
        heard = {"never": None, "silent": self.silent_since_ms}.get(self.part, at)
        return [
            {
                "device_id": f"{self.name}/oximeter",
                "device": "nonin-df2",
                "title": "Nonin oximeter (DF2)",
                "measures": ["oximetry"],
                "state": state,
                "last_byte_at": heard,
                "longest_silence_ms": 3_000,
            },
            {
                "device_id": f"{self.name}/monitor",
                "device": "dinamap",
                "title": "GE DINAMAP",
                "measures": ["nibp"],
                "state": "speaking",
                "last_byte_at": at,
                "longest_silence_ms": 30_000,
            },
        ]

    def _alarms(self, at: int) -> list[dict[str, Any]]:
        low = ("spo2_low", "physiological", "high", "spo2_pct", 86, 84, 90, "below")
        told = {
            "low_spo2": low,
            "acknowledged": low,
            "high_pressure": (
                "nibp_high", "physiological", "medium", "nibp", 183, 183, 180, "above",
            ),
            "latched": ("spo2_low", "physiological", "high", "spo2_pct", 97, 85, 90, "below"),
            "latched_pressure": (
                "nibp_extreme", "physiological", "high", "nibp", 84, 124, 120, "above",
            ),
            "over": ("clock_overrun", "physiological", "low", None, None, None, None, None),
            "silent": ("port_silent", "technical", "low", None, None, None, None, None),
            "never": ("never_received", "technical", "low", None, None, None, None, None),
            "probe_off": ("probe_off", "technical", "low", None, None, None, None, None),
        }.get(self.part)  # fmt: skip
        if told is None:
            return []
        names = ALARM_KEYS
        by = self.acknowledged_by
        is_latched = self.part in LATCHED
        return [
            {
                **dict(zip(names, told, strict=True)),
                "since": self.begun_ms - 23_000,
                "fact_since": self.begun_ms - 323_000 if self.part == "over" else None,
                "state": "latched" if is_latched else "active",
                "key": "diastolic_mmhg" if self.part == "latched_pressure" else None,
                "acknowledged_by": by,
                "acknowledged_at": at if by else None,
                "is_audible": by is None and self.audio_paused_by is None,
                "is_held": False,
                "device_id": f"{self.name}/oximeter" if told[1] == "technical" else None,
                "reason": None,
            }
        ]

    def pleth(self, at: int, seconds: float) -> list[dict[str, Any]]:
        """Return the samples of the last seconds."""
        if self.is_silent or self.part in {"free", "probe_off", "frozen"}:
            return []
        count = round(seconds * RATE_HZ)
        beats = (74 + self.number) / 60
        moments = [at / 1000 - (count - 1 - i) / RATE_HZ for i in range(count)]
        samples = [round(40 + 170 * _beat((moment * beats) % 1)) for moment in moments]
        return [{"end": at, "rate": RATE_HZ, "full_scale": 255, "samples": samples}]

    def past(self) -> list[Fact]:
        """Return half an hour of this recliner's session as facts; a gap of two minutes in it."""
        session, end = self._session(self.begun_ms), self.begun_ms - 1_000
        if session is None:
            return []
        begun = end - 1_800_000
        name, session_id = self.name, str(session["id"])
        facts: list[Fact] = [
            SessionFact(session_id, name, "A-1", "mood-40", "infusion", 2_400, begun, "A. Nurse"),
            PhaseFact(session_id, name, "infusing", begun, begun, "A. Nurse"),
        ]
        for at in range(begun, end, 5_000):
            if 900_000 < at - begun < 1_020_000:
                continue
            low = 9 if self.part in {"low_spo2", "acknowledged"} and end - at < 90_000 else 0
            wave = math.sin(at / 50_000 + self.number) + 0.6 * math.sin(at / 13_000)
            for vital, value in ((Vital.SPO2, 97 + wave - low), (Vital.PULSE_RATE, 74 + 5 * wave)):
                facts.append(
                    ReadingFact(name, session_id, f"{name}/oximeter", vital, at, round(value))
                )
        for nth, at in enumerate(range(begun + 60_000 + 9_000 * self.number, end, 300_000)):
            rise = (9 if self.part == "high_pressure" else 2) * nth
            done = NibpDetermination(NibpOutcome.COMPLETED, 128 + rise, 78 + rise // 2, 95 + rise)
            facts.append(DeterminationFact(name, session_id, f"{name}/monitor", at, at, done))
        return facts

    def carry_out(self, command: Command) -> str:
        """Do what a command says, and return the answer."""
        if command.verb == "acknowledge":
            self.acknowledged_by = command.by
        else:
            self.audio_paused_by = command.by if command.verb == "pause_audio" else None
        return f"{command.verb} by {command.by}"


def _beat(share: float) -> float:
    """Return the height of a pulse wave at a share of its beat."""
    first = math.exp(-(((share - 0.22) / 0.1) ** 2))
    second = 0.35 * math.exp(-(((share - 0.52) / 0.12) ** 2))
    return first + second


def run(store: str, recliners: list[FakeRecliner], limit_s: float) -> None:
    """Publish until the time is over."""
    picture = Picture.open(store, create=True)
    holder, count, until = Holder.of_this_process().name, 0, time.monotonic() + limit_s
    while time.monotonic() < until:
        at, count = now_ms(), count + 1
        by_name = {recliner.name: recliner for recliner in recliners}
        for command in picture.pending():
            message = by_name[command.target.removeprefix("recliner:")].carry_out(command)
            picture.answer(command.command_id, "done", message, at)
        due = [r for r in recliners if count % 10 == r.number % 10 and r.part != "frozen"]
        shown = {r.name: r.picture(at) for r in due}
        pictures = shown if count > 1 else {r.name: r.picture(at) for r in recliners}
        pleth = {r.name: chunks for r in recliners if (chunks := r.pleth(at, STEP_S))}
        picture.publish(pictures, pleth, Beat(holder, count, at))
        time.sleep(max(0.0, STEP_S - (now_ms() - at) / 1000))


def write_past(store: str, recliners: list[FakeRecliner]) -> None:
    """Put half an hour on record, so that trends have something to show."""
    journal = Journal.open(store, simulated=True)
    journal.furnish([Place(r.name, "Infusion room", r.number) for r in recliners])
    for recliner in recliners:
        journal.write(recliner.past())
    journal.close()


def main() -> None:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--recliners", type=int, default=8)
    parser.add_argument("--cast", default=",".join(CAST))
    parser.add_argument("--past", action="store_true")
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    cast = options.cast.split(",")
    begun = now_ms()
    recliners = [FakeRecliner(i + 1, cast[i % len(cast)], begun) for i in range(options.recliners)]
    if options.past:
        write_past(str(options.store), recliners)
    run(str(options.store), recliners, options.seconds)


if __name__ == "__main__":
    main()
