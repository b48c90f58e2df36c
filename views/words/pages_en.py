"""The words of the recliner, review and report pages in English.

Here live sentences and names for the closed lists that these pages show; the wall's own are in
en.py, and what both say is taken from there. No page writes a sentence of its own.
"""

from __future__ import annotations

from views.words import en

SIMULATED = "SIMULATED"
NOT_THE_PUMP = "Recorded here; the pump is not controlled."

VITALS = en.VITALS
REASONS = en.REASONS
PHASES = {phase: word.capitalize() for phase, word in en.PHASES.items()} | {"none": "No session"}
PRIORITIES = {"high": "High priority", "medium": "Medium priority", "low": "Low priority"}
PRESSURES = {
    "systolic_mmhg": "Systolic",
    "diastolic_mmhg": "Diastolic",
    "mean_mmhg": "Mean",
}
# ---- the chart
UNCERTAIN = "uncertain"
BEYOND_VIEW = "beyond the chart"
CUFF_FAILED = "Cuff failed"
WITH_PULSE = ", pulse {pulse}"
PLANNED_END = "planned end"
CHANGED_MARK = " ✎"
ENTRIES = "Entries"
MODEL = "model"
MODEL_TITLE = "Predicted plasma ketamine, ng/mL ({model} model, not a measurement)"
CHART = {
    "loading": "The chart is being loaded …",
    "failed": "The chart cannot be drawn: {reason}",
    "stale": "Chart not renewed for {n} s.",
    "until": "Drawn until {time}.",
    "old": "OLD: drawn until {time}, {n} s ago.",
    "zoom": "Drag over a stretch to see it closer.",
    "zoomed": "Closer view. Double-click shows the whole session.",
}

# ---- entries
ENTRY_KINDS = {
    "note": "Note",
    "limit_changed": "Limit changed",
    "limits_loaded": "Limits loaded",
    "limits_kept": "Limits kept, not those of",
    "baseline": "Baseline frozen",
    "cuff_start": "Cuff started",
    "cuff_stop": "Cuff stopped",
    "intake": "Intake recorded",
    "plan_changed": "Plan changed",
    "medicine": "Medicine",
    "rate_change": "Rate",
    "side_effect": "Side effect",
    "orientation": "Orientation",
    "sedation": "Sedation (MOAA/S)",
    "rating": "Rating",
    "steadiness": "Steady on the feet",
    "aldrete": "Aldrete",
    "padss": "PADSS",
    "tick": "Done",
    "withdrawn": "Taken back",
    "arm_cadence": "Cadence armed",
    "disarm_cadence": "Cadence disarmed",
    "stat_series": "STAT series",
    "stop_stat": "STAT series ended",
    "set_interval": "Cuff interval",
    "device_accepted": "Device accepted",
    "abandoned": "Abandoned",
}
ADOPTED = "{title} taken over as dated {dated}"
VERBS = {
    "begin_session": "Begin session",
    "begin_baseline": "Begin baseline",
    "start_infusion": "Start infusion",
    "give_injection": "Injection given",
    "pause_infusion": "Pause",
    "resume_infusion": "Resume",
    "stop_infusion": "Stop",
    "discharge": "Discharge",
    "abandon": "Abandon",
    "acknowledge": "Acknowledge",
    "pause_audio": "Pause sound, 2 min",
    "resume_audio": "Sound on again",
    "measure_now": "Measure now",
    "cancel_cuff": "Stop the cuff",
    "change_limit": "Change limit",
    "load_limits": "Load limits",
    "note": "Note",
    "record_intake": "Record intake",
    "enter": "Record",
    "extend": "Change the planned time",
    "adopt_protocol": "Take over the changed protocol",
    "arm_cadence": "Arm the cadence",
    "disarm_cadence": "Disarm the cadence",
    "stat_series": "STAT series",
    "stop_stat": "End STAT series",
    "set_interval": "Set the interval",
    "accept_device": "Accept this device",
    "save_protocol": "Save protocol",
}
STATUS = {
    "pending": "waiting for the collector …",
    "done": "done",
    "refused": "refused",
    "unknown": "no answer: look whether it was carried out before giving it again",
}
NOT_ON_RECORD = "carried out, not yet on record"

# ---- the recliner page
RECLINER_TITLE = "Recliner"
REVIEW_TITLE = "Review"
NOTES = "Entries"
OPEN_VISIT = "Intake, medicines, checks, discharge →"
NO_LIMITS = "No limits are loaded."
NOT_IN_FORCE = "not in force: no own baseline, or not needed for it"
NUMBER_OR_OFF = "Give the new number, or switch the limit off."
LIMIT_TABLE = {
    "limit": "Limit",
    "words": "Alarms at",
    "rule": "Against baseline",
    "delay": "After",
    "priority": "Priority",
    "state": "",
}
CHOOSE_RECLINER = "Recliner"
NO_SUCH_RECLINER = "There is no recliner “{name}” here. Choose one above."
NO_RECLINERS = "No recliner is known yet: no collector has run for this store."
SIGN_FIRST = "Choose or type your name first."
NO_SESSION = "No session. Numbers are judged by the limits of the default preset."
ORDERS = "Orders"
LABEL = "Label"
LABEL_HELP = "Initials or a number, never a name."
LABEL_ELSEWHERE = (
    "{label} sits in {recliner} already ({phase}). Enter it again to begin here with it too."
)
PROTOCOL = "Protocol"
PLANNED_MIN = "Planned time, min"
REASON = "Reason"
REASON_WANTED = "A reason is needed."
ALARMS = "Alarms"
NO_ALARMS = "No alarm."
ACKNOWLEDGED_BY = "✓ {name}"
SINCE = "since {time}"
WORST = {"below": "lowest {worst}", "above": "highest {worst}"}
SOUND_PAUSED = "Sound of this recliner paused by {name} until {time}."
SOUND_PAUSED_BUT = SOUND_PAUSED + " What came since is graver and sounds all the same."
CUFF = "Cuff"
CUFF_CANNOT = (
    "The cuff cannot be started from here: its device cannot, or clinic.toml does not allow it."
)
CUFF_BUSY = "A measurement is running."
CUFF_IDLE = "No measurement is running."
CUFF_ON_IV = "Cuff and IV line are on the same arm."
LIMITS = "Limits"
LIMIT = "Limit"
NEW_BOUND = "New number"
SWITCH_OFF = "Switch this limit off"
CHANGE_LIMIT = "Change limit"
OFF = "off"
CHANGED = "changed"
NOTE = "Note"
RECORD_NOTE = "Record note"
NO_CHART = "Nothing is on record for a chart yet."
NOT_NOW = "Not in phase {phase}."
NOBODY_ANSWERS = "The collector does not answer: orders wait until it does."
STORE_DEGRADED = "The store cannot be written. What is ordered is carried out, not yet on record."
MODEL_SWITCH = "Predicted concentration (a model)"
NO_MODEL = "not shown"
MODEL_UNKNOWN = "The model needs weight and dose of the intake, and an infusion or injection."
GATE = "Before the drug is given"
PHYSICIAN = "Physician"
PHYSICIAN_WANTED = "A physician's word is needed: name and what was decided."
MISSING = "Still missing: {items}"

# ---- review
CHOOSE_SESSION = "Choose a session"
NO_SESSIONS = "No session is on record."
OLDER = "Older sessions"
NEWEST = "Newest"
TABS = {
    "chart": "Chart",
    "pressures": "Pressures",
    "alarms": "Alarms",
    "entries": "Entries",
    "audit": "Orders",
}
NOTHING_KEPT = "Nothing on record."
SESSION_TABLE = {
    "begun": "Begun",
    "label": "Label",
    "recliner": "Recliner",
    "protocol": "Protocol",
    "phase": "Phase",
    "infused": "Infused",
    "ended": "Ended",
    "alarms": "Alarms",
}
PRESSURE_TABLE = {
    "at": "Measured",
    "pressure": "mmHg",
    "mean": "Mean",
    "pulse": "Pulse",
    "outcome": "Outcome",
    "told_after": "Told after",
    "device": "Device",
}
ENTRY_TABLE = {
    "at": "Time",
    "kind": "Kind",
    "words": "What",
    "by": "Who",
    "standing": "Stands",
}
COMMAND_TABLE = {
    "at": "Ordered",
    "verb": "Order",
    "by": "Who",
    "status": "Outcome",
    "message": "Answer",
    "arguments": "With",
}
YES, NO = "yes", "no"
INTAKE_UNITS = {
    "age_years": "{value} years",
    "weight_kg": "{value} kg",
    "food_hours": "{value} h ago",
    "drink_hours": "{value} h ago",
    "lamotrigine_hours": "{value} h ago",
    "benzodiazepine_hours": "{value} h ago",
}
INTAKE_EMPTY = "nothing answered"
ORDER_FIELDS = {
    "condition": "alarm",
    "device_id": "device",
    "planned_s": "planned",
    "at_utc_ms": "at",
    "every_min": "every",
    "is_off": "switched off",
    "is_confirmed": "confirmed",
    "limits": "limits",
}
"""What people read for the names of what an order was given with, where they are no words."""
UNTOLD = frozenset({"seen_version", "edition", "seen", "toml", "corrects", "confirmed"})
"""What an order carries for the program alone."""
CORRECTS = "puts an earlier entry right"
CORRECTED = "corrected to {what}, {time}"
TAKEN_BACK = "taken back"
STANDS = "yes"


def duration(seconds: float) -> str:
    """Write a length of time: 45 s, 3 min 20 s, 1 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h {rest:02d} min"


def clock(ms: float) -> str:
    """Write milliseconds as 4:07 or 1:04:07."""
    seconds = max(0, int(ms // 1000))
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def cuff_failed(reason: str) -> str:
    """Say why a cuff gave no pressure."""
    return f"{CUFF_FAILED}: {REASONS.get(reason, reason)}"
