"""The words of the session page in English: intake, running, recovery, what is due.

Here live sentences and names for the closed lists that this page shows; what other pages say too
is taken from there. Ranges stand beside their fields as the meaning room has them, and a test
holds both together.
"""

from __future__ import annotations

TITLE = "Session"
SECTIONS = {
    "intake": "Intake & gate",
    "running": "Running",
    "recovery": "Recovery & discharge",
    "record": "Chart & entries",
}
SIGN_FIRST = "Sign first: choose or type your name at “Signed by”."
OPEN_RECLINER = "Alarms & limits"
REASON = "Reason"
REASON_OTHER = "Reason in words"
REASON_WANTED = "A reason is needed."
PERSON = "choose, or type"
NONE = "–"
YES, NO = "Yes", "No"
AND_MORE = "; "

# ---- what became of an order
TOLD = {
    "done": "✓ {recliner}: {what}",
    "refused": "✕ {recliner}: {what} was refused: {message}",
    "pending": "… {recliner}: {what} waits for the collector",
    "unknown": "? {recliner}: {what}: no answer. Look whether it is on record before you repeat it",
}
NOTHING_TOLD = "Nothing ordered here within the last minute."
NOT_ON_RECORD = " (carried out, not yet on record)"
AT_TIME = "{what}, {time}"
SAME_TAP = "That was recorded a moment ago; a second tap within two seconds counts as the same."

# ---- how it stands, as text with its moment
LINES = {
    "none": "As of {time}: nobody sits here.",
    "intake": "As of {time}: intake, begun {since}.",
    "baseline": "As of {time}: baseline since {since}.",
    "infusing": "As of {time}: infusing {elapsed}{planned}{end}.",
    "paused": "As of {time}: PAUSED since {since}; infused {elapsed}{planned}{end}.",
    "recovery": "As of {time}: recovery for {recovery}, since {since}.",
}
OF_PLANNED = " of {planned}"
ENDS = ", projected end {time}"
ENDED = ", planned time over since {time}"
IF_RESUMED = ", projected end {time} if resumed now"

# ---- beginning
BEGIN = "Begin session"
BEGIN_HEAD = "Begin a session at {recliner}"
LABEL = "Label"
PROTOCOL = "Protocol"
PLANNED = "Planned infusion time, min ({low}–{high})"
PLANNED_WANTED = "whole minutes, {low} to {high}, not {given}"
NOTHING_GIVEN = "nothing"
NO_CLOCK = "An injection has no pump clock; observations count from the injection."
PROTOCOL_LINE = "{title}: {planned}, least recovery {recovery} min. {hints}"
PLANNED_LINE = "{minutes} min planned"
PLANNED_OPEN = "planned time to be given"
PLANNED_NONE = "no pump clock"

# ---- intake
INTAKE = "Intake"
RECORD_INTAKE = "Record intake"
INTAKE_BY = "Recorded by {name}. A change is a new record; the earlier one stays."
INTAKE_OPEN = "What nobody asked yet may stay open; the gate lists it."
GROUPS = {
    "patient": "Patient and dose",
    "team": "Team and company",
    "fasting": "Today",
    "medicines": "Medicines",
    "arms": "Arms and line",
    "score": "Score before",
}
FIELDS = {
    "age_years": "Age, years (1–120)",
    "weight_kg": "Weight, kg (20–350)",
    "dose": "Dose or rate",
    "infusion_number": "Infusion number (1–200)",
    "series_length": "of a series of (1–200)",
    "anesthesiologist": "Supervising anesthesiologist",
    "nurse": "Nurse",
    "companion": "Who is with the patient",
    "escort": "Way home",
    "escort_name": "Escort's name",
    "food_hours": "Last food, hours ago (0–168)",
    "drink_hours": "Last drink, hours ago (0–168)",
    "has_used_restroom": "Restroom used",
    "is_manic_today": "Mania today",
    "takes_lamotrigine": "Takes lamotrigine",
    "lamotrigine_hours": "Last lamotrigine, hours ago (0–168)",
    "takes_benzodiazepine": "Takes a benzodiazepine",
    "benzodiazepine_hours": "Last benzodiazepine, hours ago (0–168)",
    "other_medicines": "Other medicines",
    "has_nausea_history": "Nausea before",
    "has_motion_sickness": "Motion sickness",
    "prophylaxis": "Given against nausea",
    "sleep_apnea": "Sleep apnoea",
    "has_cardiac_history": "Cardiac history (ECG wanted)",
    "probe_arm": "Finger probe on",
    "cuff_arm": "Cuff on",
    "is_cuff_on_forearm": "Cuff on the forearm",
    "iv_arm": "IV on",
    "iv_site": "IV site",
    "score_scale": "Scale",
    "score": "Score",
    "label": "Label",
}
SHORT_FIELDS = {name: words.split(",")[0].split(" (")[0] for name, words in FIELDS.items()} | {
    "dose": "dose",
    "series_length": "length of the series",
}
DOSE_UNIT = "Unit"
DOSE_UNIT_WANTED = "say in which unit: mg/kg, mg, mg/kg/h or mg/h"
DOSE_AMOUNT_WANTED = "the amount is missing"
OPTIONS = {
    "escort": {
        "collected_inside": "Collected inside",
        "driver": "Driver",
        "ride_share_walked_to_car": "Ride-share, walked to the car",
        "none": "Nobody yet",
    },
    "sleep_apnea": {"none": "No", "at_risk": "At risk", "known": "Known"},
    "score_scale": {
        "mood_0_10": "Mood 0–10",
        "pain_0_10": "Pain 0–10",
        "phq9": "PHQ-9, 0–27",
        "madrs": "MADRS, 0–60",
    },
    "arm": {"left": "Left", "right": "Right"},
}
CONFIRM = "Yes, {value} is right"
FAULTS = "Not recorded. Look at {fields}."
CONFIRM_BELOW = "tick it below if it is right"
CONFIRM_HINT = "Unusual: tick it below the field if it is right, then record again."
CHANGED_MEANWHILE = (
    "{name} has recorded the intake since this form was opened ({fields}). Nothing of yours was "
    "recorded. Take that record over, then enter yours again."
)
CHANGED_HERE = (
    "✕ Not recorded: {name} has recorded the intake since this form was opened ({fields}). Take "
    "that record over, then enter yours again."
)
TAKE_OVER = "Take the record of {name} into this form"
SOMEBODY = "Somebody"

# ---- baseline, gate, start
GATE = "Before the drug"
BASELINE_NONE = "No cuff reading of the baseline yet."
BASELINE_RULE = "The baseline is the median of the last two completed readings (marked ●)."
READING_COUNTS = "●"
READING = "{time}  {pressure} mmHg{pulse}"
READING_PULSE = ", pulse {pulse}"
READING_FAILED = "{time}  cuff failed: {reason}"
LEVELS = {
    "ok": "Nothing stands against starting.",
    "discuss": "Discuss before starting",
    "physician": "A physician's word is needed",
}
LEVEL_MARKS = {"ok": "✓", "discuss": "◆", "physician": "■"}
UNANSWERED = "not answered: {fields}"
CONFLICT = {
    "cuff_on_iv_arm": "CONFLICT: cuff and IV are on the same arm; a reading can stop the infusion.",
    "cuff_on_probe_arm": (
        "Cuff and finger probe are on the same arm: SpO₂ is lost while the cuff inflates."
    ),
}
BEGIN_BASELINE = "Begin baseline"
START = {"infusion": "Start infusion", "injection": "Injection given"}
PHYSICIAN = "Physician who gave the word"
PHYSICIAN_REASON = "What was decided, and why"
PHYSICIAN_WANTED = {
    "name": "The physician's name is missing: choose it, or type it.",
    "reason": "What the physician decided is missing.",
}
ONLY_BASELINE = "Start becomes possible in the baseline."
STARTED = "Baseline frozen when the drug was started. Intake can still be changed below."
MINOR = (
    "Under 18: the limits are for adults and none were loaded. A person chooses limits, with a "
    "reason, before the drug can start."
)
LIMITS_NOW = "Limits: {preset}."
LOAD_LIMITS = "Load limits"
LIMITS_WANTED = "Choose a preset and give a reason."
LIMIT_PRESET = "Preset of limits"
PRESETS = {
    "mood": "Mood",
    "pain": "Pain",
    "injection": "Injection",
    "default": "Default",
    "none": "none loaded",
}
ABANDON = "Abandon this session"
ABANDON_REASONS = ("Patient's wish", "Physician's order", "Pressure too high", "No escort")

# ---- the pump, as recorded
PUMP = "Pump"
NOT_THE_PUMP = "Recorded here; the pump is not controlled. Do it at the pump first."
PAUSE, RESUME, STOP, RATE, EXTEND = "Pause", "Resume", "Stop", "Rate", "Plan"
STOP_NOW = "Record the stop"
STOP_EARLY = "{left} of the planned time are left. An early stop takes a reason."
PAUSE_REASONS = ("Restroom", "Nausea", "Pressure", "Distress", "Line or pump")
STOP_REASONS = ("Side effects", "Pressure", "Patient's wish", "Physician's order")
NEW_RATE = "New rate"
RATE_UNIT = "Unit"
RECORD_RATE = "Record rate"
RATE_WANTED = "Give the rate and its unit."
PLAN_ASKED = "{gone} have run already. Press again if {planned} min is right."
RATE_ASKED = "{words}. Press again if {rate} is right."
RATE_TOLD = "Rate {rate}"
EXTEND_NOW = "Planned {planned}. New planned time, min (1–360)"
EXTEND_BY = "+{minutes} min"
EXTEND_BUTTON = "Record planned time"
EXTEND_REASONS = ("Full dose not yet given", "Physician's order", "Patient's wish")
EXTEND_RANGE = "1 to 360 minutes, not {given}"
NO_PUMP = "An injection has no pump clock."

# ---- one tap
WHEN = "When was it"
WHEN_NOW = "now"
WHEN_BEFORE = "as before, {time}"
WHEN_AGO = "{minutes} min ago"
WHEN_OTHER = "other, min ago (0–1440)"
MEDICINES = "Medicines given"
MEDICINES_ABOUT = "One tap records it. An amount beside it goes along; without, only the name."
MEDICINE_NAMES = {
    "midazolam": "Midazolam",
    "ondansetron": "Ondansetron",
    "labetalol": "Labetalol",
    "clonidine": "Clonidine",
}
AMOUNT_RANGE = "{unit} ({low:g}–{high:g})"
OTHER_MEDICINE = "Another medicine"
MEDICINE_NAME = "Name"
MEDICINE_WANTED = "Say which medicine it was."
AMOUNT = "Amount"
UNIT = "Unit"
ROUTE = "Route"
ROUTES = ("IV", "PO", "IM", "SC", "SL", "nasal")
RECORD = "Record"
SIDE_EFFECTS = "Side effects"
SIDE_EFFECT_NAMES = {
    "nausea": "Nausea",
    "vomiting": "Vomiting",
    "dizziness": "Dizziness",
    "drowsiness": "Drowsiness",
    "headache": "Headache",
    "anxiety": "Anxiety",
    "distress": "Distress",
    "dissociation": "Dissociation",
    "palpitations": "Palpitations",
    "chest_pain": "Chest pain",
    "blurred_vision": "Blurred vision",
    "iv_site": "IV site",
}
NOTE = "Note (up to 1000 characters)"
RECORD_NOTE = "Record note"
NOTE_TOLD = "Note"
NOTE_WANTED = "The note is empty: nothing was recorded."

# ---- observations
OBSERVATIONS = "Observations"
CHECKS = {
    "orientation": "Orientation",
    "sedation": "Sedation (MOAA/S)",
    "dissociation": "Dissociation",
    "nausea": "Nausea",
    "pain": "Pain",
    "anxiety": "Anxiety",
    "comfort": "Comfort",
}
DUE = "DUE {check} since {time}"
OVERDUE = "OVERDUE {check} since {time}"
NOTHING_DUE = "No observation is due."
DUE_HERE = "DUE {time}"
OVERDUE_HERE = "OVERDUE {time}"
ORIENTED_FULLY = "Oriented ×4"
ORIENTED_PARTLY = "Not fully …"
ORIENTED_WORDS = "Oriented ×{score}"
ORIENTATION_PARTS = {
    "person": "Person",
    "place": "Place",
    "time": "Time",
    "situation": "Situation",
}
TELLS = "The patient can tell"
SEDATION_WORDS = "MOAA/S {score}: {words}"
NOT_ROUSABLE = "2 or less: call for help at the chair now."
RATING_TOPS = {
    "dissociation": "0 none – 10",
    "anxiety": "0 none – 10",
    "nausea": "0 none – 3",
    "pain": "0 none – 10",
}
RATING_WORDS = "{scale} {score}"
COMFORT_DONE = "Comfort looked after"
STEADY = "Sits, stands and walks steadily"
STEADY_WORDS = {True: "Steady on the feet", False: "Not steady on the feet"}
SCHEDULE = "Schedule so far"
SLOT_STATES = {
    "upcoming": "next",
    "due": "DUE",
    "overdue": "OVERDUE",
    "done": "✓ done",
    "missed": "✕ missed",
}
SCHEDULE_TABLE = {"at": "Time", "check": "Observation", "state": "State"}

# ---- entries and their correction
ENTRIES = "Entries of this session"
NO_ENTRIES = "Nothing entered yet."
CORRECT = "Correct"
TAKE_BACK = "Take back"
TAKE_BACK_WORDS = "“{what}” stays on record as taken back."
TAKE_BACK_REASONS = ("Tapped by mistake", "Wrong patient", "Wrong value")
CORRECTING = "Correcting “{what}” of {time}. Enter it anew; both stay on record."
CORRECT_CANCEL = "Leave it as it is"
OTHER_KIND = "You are correcting another entry: finish that, or leave it as it is."
CORRECTED = "corrected to {what}, {time}"
TAKEN_BACK = "taken back"
ENTRY_LINE = "{time}  {what} · {by}"
ALL_ENTRIES = "All {count} entries, not the newest {shown} alone"

# ---- the cuff
CUFF = "Cuff"
CUFF_DUE = "Next reading due {time} ({why}, every {every})."
CUFF_DUE_ONCE = "Next reading due {time} ({why})."
CUFF_OVERDUE = "OVERDUE since {time}: {reason}."
CUFF_LATE = "Late since {time}: {reason}."
CUFF_NONE = "No reading is due before the baseline."
CUFF_NO_DEVICE = "No cuff belongs to this recliner."
DUE_FOR = {
    "routine": "interval",
    "asked": "asked for now, two minutes at most",
    "repeat": "repeat after a reading beyond limits",
    "stat": "STAT series",
}
OVERDUE_REASONS = {
    "never_measured": "nothing was measured since the baseline began",
    "cycle_failed": "the last cycle failed",
    "no_result": "a cycle was started and gave no result",
    "not_started": "no cycle was started",
}
ARMED = "ARMED by {name}: Chairside starts the cuff at each due time."
DISARMED = "Not armed: Chairside starts no reading by itself."
ARM = "Arm cadence here"
DISARM = "Disarm"
STAT, STOP_STAT = "STAT series", "End STAT"
STAT_RUNS = "STAT series runs: one reading after another, five minutes at most."
STAT_ASKED = (
    "STAT series: readings are due at short intervals, five minutes at most. The nurse measures; "
    "the cuff cannot be started from here."
)
STAT_ARMS = "Say in the intake which arm has the cuff and which the IV, or measure once."
MEASURE, CANCEL = "Measure now", "Stop the cuff"
CUFF_CANNOT = (
    "The cuff cannot be started from here: its device cannot, or clinic.toml does not allow it."
)
INTERVALS = "Interval by phase"
INTERVAL_RECORD = "Set this interval"
INTERVAL_OF = "{phase}, min"
PROTOCOLS_OWN = "protocol's"
SET_INTERVAL = "Interval in {phase}: {every}"

# ---- recovery and discharge
CHECKLIST = "May the patient leave?"
ITEMS = {
    "pressure": "Pressure near baseline, twice",
    "pulse": "Pulse",
    "spo2": "SpO₂",
    "oriented": "Oriented",
    "steady": "Steady",
    "nausea": "Nausea",
    "dissociation": "Dissociation",
    "recovery_time": "Least recovery time",
    "sedative_wait": "Wait after a sedative",
    "aldrete": "Aldrete",
    "padss": "PADSS",
    "escort": "Escort",
    "advice": "No-driving advice",
}
OPTIONAL = "optional"
AS_JUDGED = "as judged at {time}"
ONLY_RECOVERY = "The checklist begins with the recovery."
ALL_THERE = "Nothing is missing."
MISSING = "Missing: {items}."
DISCHARGE = "Discharge"
DISCHARGE_WITHOUT = "Discharge all the same"
DISCHARGE_REASON = "Reason for leaving without: {items}"
DISCHARGE_REASONS = ("Physician's order", "Against advice", "Moved to another ward")
SCORES = "Scores"
ALDRETE_TITLE = "Modified Aldrete"
PADSS_TITLE = "PADSS"
ALDRETE_ITEMS = {
    "activity": ("Activity", ("no limb", "two limbs", "four limbs")),
    "respiration": ("Respiration", ("none", "limited", "deep, coughs")),
    "circulation": ("Circulation, from baseline", ("> 50 %", "20–50 %", "≤ 20 %")),
    "consciousness": ("Consciousness", ("none", "rouses to voice", "awake")),
    "oxygen": ("SpO₂", ("< 90 % with O₂", "O₂ for ≥ 90 %", "> 92 % on air")),
}
PADSS_ITEMS = {
    "vitals": ("Pressure and pulse, from baseline", ("> 40 %", "20–40 %", "≤ 20 %")),
    "activity": ("Oriented, steady gait", ("neither", "either", "both")),
    "comfort": ("Pain, nausea, vomiting", ("severe", "moderate", "minimal")),
    "bleeding": ("Bleeding", ("severe", "moderate", "minimal")),
    "intake_output": ("Intake and output", ("poor", "fair", "good")),
}
POINTS = "{points}: {words}"
SCORE_WANTED = "{title}: these items have no points yet: {items}."
SCORE_RECORD = "Record {title}"
SCORE_TOLD = "{title} {total} of 10"
GOING_HOME = "Going home"
ESCORT_RECORD = "Record escort"
ESCORT_TOLD = "Escort"
TICKS = {
    "escort_arrived": "Escort is here",
    "advice_given": "No driving till next morning: told",
    "iv_removed": "IV removed",
    "comfort": "Comfort looked after",
}

# ---- the chart with the model
MODEL_CAPTION = (
    "MODEL, not a measurement: plasma concentration predicted from the doses as recorded; the pump "
    "is not read. {title}: {source}. Blood drawn: {sampling}."
)
