"""Rows of the record and alarms of the picture, told in a person's words.

Here words (views/words) and values become one sentence each; nothing is read, nothing is drawn.
Entries of a kind that is not known here are still told, by their kind and what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from views.words import en, visit_en
from views.words import pages_en as words


def number(value: float | None) -> str:
    """Write a number without needless decimals; empty where there is none."""
    if value is None:
        return ""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"


def alarm_sentence(
    condition: str,
    value: float | None = None,
    limit: float | None = None,
    direction: str | None = None,
    *,
    limit_words: str | None = None,
    device: str | None = None,
    reason: str | None = None,
) -> str:
    """Say what an alarm says: parameter, value, limit; without a value parameter and limit."""
    template = en.CONDITIONS.get(condition, condition)
    compared, bound = _limit(limit, direction, limit_words)
    if "{value}" in template and value is None:
        return template.split(" ")[0] + (f" {compared} {bound}" if bound else "")
    said = template.format(
        value=number(value),
        words=compared,
        limit=bound,
        device=device or en.WALL["device"],
        reason=words.REASONS.get(reason or "unknown", reason or ""),
    )
    return " ".join(said.split())


def standing_sentence(alarm: Mapping[str, Any]) -> str:
    """Say what an alarm of the picture says, with its worst value; the tile has the present one."""
    limit, direction = alarm.get("limit"), alarm.get("direction")
    compared, bound = _limit(limit, direction, alarm.get("limit_words"))
    if not bound:
        return alarm_sentence(
            str(alarm["condition"]), device=alarm.get("device_id"), reason=alarm.get("reason")
        )
    name = en.VITAL_NAMES.get(str(alarm.get("vital")), "")
    name = en.PRESSURES.get(str(alarm.get("key")), name)
    pattern = en.WALL["was_beyond" if is_past(alarm) else "is_beyond"]
    told: str = pattern.format(name=name, words=compared, limit=bound)
    if alarm.get("worst") is not None and direction in words.WORST:
        told += f", {words.WORST[direction].format(worst=number(alarm['worst']))}"
    return told[:1].upper() + told[1:]


def is_past(alarm: Mapping[str, Any]) -> bool:
    """Tell whether an alarm is told in the past: it is over, or its value is back."""
    value, limit = alarm.get("value"), alarm.get("limit")
    if limit is None or value is None:
        return limit is not None and alarm.get("state") == "latched"
    compared, _ = _limit(limit, alarm.get("direction"), alarm.get("limit_words"))
    beyond = {
        "below": value < limit,
        "above": value > limit,
        "at or below": value <= limit,
        "at or above": value >= limit,
    }
    return alarm.get("state") == "latched" or not beyond.get(compared, True)


def _limit(limit: float | None, direction: str | None, limit_words: str | None) -> tuple[str, str]:
    """Return comparison and number; printed words, such as "at or above 180", come first."""
    if limit_words and " " in limit_words:
        compared, bound = limit_words.rsplit(" ", 1)
        return compared, bound
    return direction or "", number(limit)


def limit_sentence(limit: Mapping[str, Any]) -> str:
    """Say a limit of the picture as printed: "SpO₂ below 90", with what it rests on."""
    vital = words.VITALS.get(str(limit.get("vital")), str(limit["condition"]))
    if limit.get("is_off"):
        return f"{vital}: {words.OFF}"
    if limit.get("level") is None and limit.get("is_relative"):
        return f"{vital}: {words.NOT_IN_FORCE}"
    level = limit.get("level")
    bound = number(level if level is not None else limit.get("bound"))
    return f"{vital} {limit.get('words') or limit.get('direction') or ''} {bound}".strip()


def entry_sentence(kind: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Return an entry in a few words for a chart, and in full."""
    teller = _TELLERS.get(kind)
    head = words.ENTRY_KINDS.get(kind, kind.replace("_", " "))
    if teller is None:
        rest = values_words(payload)
        return head, f"{head}: {rest}" if rest else head
    short = teller(payload)
    told = intake_words(payload) if kind == "intake" else short
    full = f"{head}: {told}" if told else head
    if payload.get("reason"):
        full += f" ({payload['reason']})"
    return short or head, full


def intake_words(payload: Mapping[str, Any]) -> str:
    """Say every answer of an intake: "Age 44 years; Weight 70 kg; Takes lamotrigine no"."""
    names = visit_en.SHORT_FIELDS
    told = [
        f"{names[name]}: {_answer(name, payload[name])}"
        for name in names
        if payload.get(name) not in (None, "")
    ]
    return "; ".join(_capital(one) for one in told) or words.INTAKE_EMPTY


def _answer(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return words.YES if value else words.NO
    options = visit_en.OPTIONS.get("arm" if name.endswith("_arm") else name, {})
    said = number(value) if isinstance(value, int | float) else str(value)
    said = options.get(said, said)
    return words.INTAKE_UNITS.get(name, "{value}").format(value=said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def values_words(values: Mapping[str, Any]) -> str:
    """Say values by their names, in words: "alarm SpO₂ low, bound 85"."""
    told = (
        _value_words(key, value)
        for key, value in values.items()
        if key not in words.UNTOLD and value is not False and value not in (None, "", [], {})
    )
    return ", ".join(one for one in told if one)


def _value_words(key: str, value: Any) -> str:
    name = words.ORDER_FIELDS.get(key, key.replace("_", " "))
    if value is True:
        return name.removeprefix("is ")
    if key.endswith("_s") and isinstance(value, int | float):
        return f"{name.removesuffix(' s')} {words.duration(value)}"
    if key.endswith("_min") and isinstance(value, int | float):
        return f"{name.removesuffix(' min')} {number(value)} min"
    return f"{name} {_said(value)}"


def _said(value: Any) -> str:
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        return f"({values_words(value)})"
    if isinstance(value, list | tuple):
        return " and ".join(_said(one) for one in value)
    known = en.LIMIT_NAMES.get(str(value))
    return known or str(value)


def _medicine(payload: Mapping[str, Any]) -> str:
    amount = payload.get("amount")
    said = str(payload.get("name", ""))
    if amount is not None:
        said += f" {amount:g} {payload.get('unit') or ''}".rstrip()
    return f"{said} {payload['route']}" if payload.get("route") else said


def _limit_changed(payload: Mapping[str, Any]) -> str:
    before, after = payload.get("from"), payload.get("to")
    condition = str(payload.get("condition", "")).replace("_", " ")
    told = words.OFF if after is None else number(after)
    return f"{condition} {number(before) or words.OFF} → {told}"


def _baseline(payload: Mapping[str, Any]) -> str:
    systolic, diastolic = payload.get("systolic_mmhg"), payload.get("diastolic_mmhg")
    parts = [f"{number(systolic)}/{number(diastolic)} mmHg"] if systolic else []
    if payload.get("spo2_pct") is not None:
        parts.append(f"SpO₂ {number(payload['spo2_pct'])}")
    if payload.get("pulse_rate_per_min") is not None:
        parts.append(f"pulse {number(payload['pulse_rate_per_min'])}")
    return ", ".join(parts)


def _orientation(payload: Mapping[str, Any]) -> str:
    return f"×{sum(bool(payload.get(one)) for one in ('person', 'place', 'time', 'situation'))}"


def _plan(payload: Mapping[str, Any]) -> str:
    adopted = payload.get("protocol")
    if adopted:
        return words.ADOPTED.format(title=adopted["title"], dated=adopted["dated"])
    before, after = payload.get("from_s"), payload.get("to_s")
    told = [f"{value / 60:g} min" if value is not None else "–" for value in (before, after)]
    return " → ".join(told)


def _cuff(payload: Mapping[str, Any]) -> str:
    return f"not carried out: {payload['error']}" if payload.get("error") else ""


def _total(payload: Mapping[str, Any]) -> str:
    points = [value for value in payload.values() if isinstance(value, int) and value <= 2]
    return f"{sum(points)} of 10"


_TELLERS: dict[str, Any] = {
    "note": lambda payload: str(payload.get("text", "")),
    "withdrawn": lambda payload: "",
    "medicine": _medicine,
    "limit_changed": _limit_changed,
    "limits_loaded": lambda payload: str(payload.get("preset", "")),
    "limits_kept": lambda payload: str(payload.get("preset", "")),
    "baseline": _baseline,
    "cuff_start": _cuff,
    "cuff_stop": _cuff,
    "rate_change": lambda payload: str(payload.get("rate", "")),
    "side_effect": lambda payload: str(payload.get("name", "")).replace("_", " "),
    "orientation": _orientation,
    "sedation": lambda payload: str(payload.get("moaas", "")),
    "rating": lambda payload: f"{payload.get('scale', '')} {payload.get('score', '')}".strip(),
    "steadiness": lambda payload: "yes" if payload.get("is_steady") else "no",
    "aldrete": _total,
    "padss": _total,
    "tick": lambda payload: str(payload.get("name", "")).replace("_", " "),
    "plan_changed": _plan,
    "intake": lambda payload: "",
}
