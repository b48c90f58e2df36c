"""The words of the alarm log, what-if, day, protocols and devices pages in English.

Here live sentences and names for the closed lists that these pages show; what the wall says too
is taken from en.py. No page writes a sentence of its own.
"""

from __future__ import annotations

from views.words import en

SIMULATED = "SIMULATED"
SECONDARY = "Secondary display. Bedside alarms stay on."
DISCLAIMER = (
    "Chairside alarm log. A secondary display; the bedside monitors' alarms are primary. "
    "Not a medical record by itself."
)
SIGNED_BY = "Signed by"
YOUR_NAME = "choose, or type"
ALL = "all"
NONE = "–"
TIMES_ARE = "Times: {zone}."
OUTCOME = {
    "pending": "Waiting for the collector. Look again before giving the order a second time.",
    "done": "Done: {message}",
    "refused": "Refused: {message}",
}

CONDITIONS: dict[str, str] = en.LIMIT_NAMES | {
    "port_silent": "device silent",
    "never_received": "device never heard",
    "probe_off": "probe off",
    "no_valid_spo2": "no valid SpO₂",
    "nibp_failed": "cuff failed",
    "nibp_overdue": "cuff reading overdue",
    "feed_stale": "device repeats itself",
    "store_degraded": "store cannot be written",
    "device_swapped": "device swapped",
    "audio": "sound or hold",
}
PRIORITIES = {"high": "!!! high", "medium": "!! medium", "low": "! low"}
TRANSITIONS = {
    "start": "began",
    "escalate": "more urgent",
    "de-escalate": "less urgent",
    "end": "ended",
    "clear": "cleared at discharge",
    "acknowledge": "acknowledged",
    "tell_again": "told again",
    "hold_start": "hold began",
    "hold_end": "hold ended",
    "release": "told after the hold",
    "audio_pause": "sound paused",
    "audio_remind": "reminder: paused",
    "audio_resume": "sound on",
    "repeat_ask": "repeat asked",
    "limit_change": "limit changed",
}
PHASES = {phase: word.capitalize() for phase, word in en.PHASES.items()}

# ---- alarm log
LOG_TITLE = "Alarm log"
LOG_ABOUT = (
    "One row for each time an alarm changed: what, with value and limit, who knew, and how it "
    "stood then. Newest first; the machine code stands last."
)
LOG_TABS = ("Log", "Alarm load")
RECLINER = "Recliner"
FROM_DAY = "From"
TO_DAY = "To"
ALARM = "Alarm"
PRIORITY = "Priority"
SESSION = "Session"
SESSION_NAME = "{label}, {recliner}, {begun}"
PAGE = "Page {page} of {pages}, {rows} rows"
NEWER, OLDER = "Newer", "Older"
LOG_CUT = "Only the newest {most} rows of this span are here; choose fewer days for the rest."
LOG_EMPTY = "No alarm of this choice is on record."
DOWNLOAD = "Download these rows (CSV)"
DAYS_WRONG = "The last day lies before the first."
LOG_COLUMNS: dict[str, str] = {
    "at": "Time",
    "recliner": "Recliner",
    "what": "What",
    "alarm": "Alarm",
    "priority": "Priority",
    "event": "Event",
    "source": "Source",
    "value": "Value",
    "worst": "Worst",
    "limit": "Limit",
    "phase": "Phase",
    "state": "State",
    "inactivation": "Inactivation",
    "who": "Who",
    "reason": "Reason",
    "since": "Since",
    "session": "Session",
}
MACHINE_CODE = "Machine code"
LOG_SHOWN: dict[str, int] = {
    "Time": 96,
    "Recliner": 76,
    "Alarm": 116,
    "What": 110,
    "Priority": 90,
    "Value": 60,
    "Limit": 132,
    "Who": 104,
    "State": 78,
    "Inactivation": 108,
    "Worst": 64,
    "Reason": 138,
    "Source": 124,
    "Since": 96,
    "Session": 118,
    "Phase": 78,
    MACHINE_CODE: 132,
}
"""The columns of the page in the order of their weight, with their widths in pixels; cells wrap."""
REASONS: dict[str, str] = en.REASONS | {
    "pulse_returned": "pulse is back",
    "cuff_unknown": "cuff no longer known",
    "longest_hold": "held for the longest time",
    "not_watched": "nobody watched any more",
    "pause_over": "pause over",
    "by_person": "by a person",
    "session_began": "a session began",
    "frozen": "the same bytes again",
    "silent": "silent",
    "closed": "port lost",
    "never": "never heard",
}
"""What people read for the log's own words of a reason; what a person wrote stays as it is."""
FACETS: dict[str, dict[str, str]] = {
    "phase": {
        "start": "begins",
        "continue": "goes on",
        "end": "ends",
        "escalate": "more urgent",
        "de-escalate": "less urgent",
        "update": "changed",
    },
    "state": {"off": "off", "inactive": "over", "active": "stands", "latched": "over, latched"},
    "inactivation": {
        "enabled": "",
        "audio-paused": "sound paused",
        "alarm-paused": "alarm paused",
        "alarm-off": "alarm off",
        "alert-acknowledged": "acknowledged",
    },
}
"""What people read for the words of the log's last three facets."""

# ---- alarm load
LOAD_ABOUT = (
    "How often each limit called, how much of it was over within 15 s by itself, how long until "
    "somebody said that they knew, and for how long a cuff held SpO₂ alarms. An hour is one in "
    "which a session was under way; an alarm without a session has no rate."
)
SHIFTS = "Shifts begin at (hours)"
SHIFTS_WRONG = "Write hours from 0 to 23 in rising order, separated by commas, as in 7, 15, 23."
SHIFT = "{day} {begin:02d}–{end:02d} h"
LOAD_EMPTY = "Nothing called in this span."
HELD = "held while a cuff inflated"
LOAD_COLUMNS: dict[str, str] = {
    "recliner": "Recliner",
    "shift": "Shift",
    "alarm": "Alarm",
    "limit": "Limit",
    "alarms": "Alarms",
    "per_hour": "An hour",
    "short": "Over by itself within 15 s",
    "acknowledged": "Acknowledged",
    "answer_s": "Median answer, s",
    "held_s": "Held, s",
}
LOAD_WIDTHS: dict[str, int] = {
    "Recliner": 72,
    "Shift": 140,
    "Alarm": 160,
    "Limit": 120,
    "Alarms": 64,
    "An hour": 66,
    "Over by itself within 15 s": 170,
    "Acknowledged": 106,
    "Median answer, s": 118,
    "Held, s": 64,
}

# ---- what-if
VITALS = en.VITALS
PULSE_AND_BP = "Pulse, BP"
MINUTES_AXIS = "minutes from the start"
WHAT_IF_TITLE = "What-if"
WHAT_IF_ABOUT = (
    "A recording judged again by two sets of limits, by the same engine that watches live. It says "
    "what would have been told, not what would have been done."
)
WHAT_IF_SOURCE = "Recording"
WHAT_IF_SOURCES = {"session": "a stored session", "file": "a trend file (CSV)"}
WHAT_IF_SESSION = "Stored session"
WHAT_IF_LEAVES_OUT = (
    "Left out, for the record cannot tell them again: cuff overdue, frozen data, another device "
    "at a port, the record behind, and the hold while a cuff inflates on the probe's arm."
)
WHAT_IF_FILE = "Trend file"
WHAT_IF_FILE_HELP = (
    "BIDMC numerics, MIMIC numerics as trends, University of Queensland vital signs, VitalDB "
    "numeric tracks, Wellue/Viatom O2 Insight Pro, EMAY and Checkme exports. It is taken for a "
    "running infusion from its first row to its last, without a baseline, and is not kept."
)
WHAT_IF_NO_SESSION = "No session is on record yet; a trend file can be compared all the same."
WHAT_IF_NO_FILE = "Choose a file."
LIMITS_A, LIMITS_B = "Limits A (upper bar)", "Limits B (lower bar)"
OWN_LIMITS = "a file of limits (.toml)"
OWN_LIMITS_FILE = "Limits as .toml"
OWN_LIMITS_WANTED = "Choose a file of limits."
PRESET_NAME = "{name}, {dated}"
SAME_LIMITS = "Both sides are the same limits."
NO_RECORDING = "Nothing was measured in this recording."
ALARMS_TOLD = "Alarms"
MINUTES_IN_ALARM = "Minutes in alarm about the patient"
WHAT_IF_ALARM = "Alarm"
COUNTS = "How often"
MISSED = "Told by {other} alone, missed by {own}"
NOTHING_MISSED = "{own} misses nothing that {other} told about the patient."
ALONE = "told by {name} alone"
RINGED = "A ring marks an alarm about the patient that the other limits do not tell."
EVERY_EPISODE = "Every alarm in order"
WORST = "worst"
EPISODE_COLUMNS: dict[str, str] = {
    "at": "Began at",
    "lasted": "Lasted",
    "alarm": "Alarm",
    "priority": "Priority",
    "worst": "Worst",
    "limit": "Limit",
}

# ---- day and series
DAY_TITLE = "Day"
DAY_ABOUT = "Who sits where until when, and the sessions of one label in order."
DAY_TABS = ("Rooms", "Series")
DAY = "Day"
AS_OF = "As of {time}; this page does not move by itself."
LOOK_AGAIN = "Look again"
DAY_EMPTY = "Nobody sat in a recliner on this day."
EXPECTED_END = "Expected"
EXPECTED = "expected until {time}"
NOT_KNOWN = "not known"
DAY_COLUMNS: dict[str, str] = {
    "room": "Room",
    "recliner": "Recliner",
    "label": "Label",
    "protocol": "Protocol",
    "phase": "Phase",
    "from": "From",
    "until": "Until",
}
LABEL = "Label"
NO_LABELS = "No session is on record yet."
SERIES_ABOUT = (
    "The number counts sessions in which the drug was given; figures are of valid values only. "
    "A stated number that is not the counted one is marked."
)
DOUBTFUL = "{stated} (counted {number})"
SERIES_COLUMNS: dict[str, str] = {
    "number": "No.",
    "stated": "Stated",
    "began": "Began",
    "protocol": "Protocol",
    "dose": "Dose",
    "infused": "Infused, min",
    "peak": "Highest systolic / diastolic",
    "lowest_spo2": "Lowest SpO₂",
    "highest_pulse": "Highest pulse",
    "dissociation": "Peak dissociation",
    "score": "Score before",
    "alarms": "Alarms",
    "ended": "Phase",
}

# ---- protocols
PROTOCOLS_TITLE = "Protocols"
PROTOCOLS_ABOUT = (
    "What the clinic plans for one kind of visit. A new session takes a preset as it is then; a "
    "running session keeps the one it began with."
)
PROTOCOL_TABS = ("Presets", "Edit or add", "The file as text")
NO_PROTOCOL_FILE = (
    'This clinic keeps no presets of its own: write protocols = "protocols.toml" into the [clinic] '
    "table of clinic.toml and start the collector again. The form can be tried, not saved."
)
BUILT_IN, OWN, REPLACED = "built in", "the clinic's own", "the clinic's own, for the built-in one"
PROTOCOL_COLUMNS: dict[str, str] = {
    "title": "Title",
    "name": "Name",
    "whose": "Whose",
    "dated": "Dated",
    "kind": "Kind",
    "planned": "Planned, min",
    "range": "May be set to, min",
    "recovery": "Recovery at least, min",
    "alarms": "Alarm preset",
    "cuff": "Cuff",
    "source": "Source",
}
DETAIL_OF = "Preset in full"
EDIT_FROM = "Begin from"
NEW_PRESET = "a new preset"
FIELDS: dict[str, str] = {
    "name": "Name (small letters, digits, - and _)",
    "title": "Title on the wall",
    "dated": "Dated",
    "source": "Source of the numbers: who decided, from which paper",
    "kind": "Kind",
    "alarm_preset": "Alarm preset",
    "baseline_preset": "Alarm preset in intake and baseline",
    "recovery_preset": "Alarm preset in recovery",
    "planned_min": "Planned time, min",
    "range_low": "May be set from, min",
    "range_high": "to, min",
    "minimum_recovery_min": "Recovery at least, min",
    "dose_hint": "Words beside the dose",
    "series_hint": "Words beside the series",
    "score": "Score asked at intake",
}
AS_INFUSING = "as during the infusion"
CUFF_ROWS = "Cuff: stages of each phase in order; the last one of a phase is without an end"
CUFF_FIELDS = {
    "phase": "Phase",
    "every_min": "Every, min",
    "readings": "For so many readings",
    "until_min": "Until minute",
    "until_in_limits": "Until so many within limits in a row",
    "after_rate_increase_min": "After a raised rate every, min",
}
CHECK_ROWS = "Observations and when they are due; names and minutes separated by commas"
CHECK_NAMES_ARE = "Names: {names}."
CHECK_FIELDS = {
    "names": "Names",
    "at_baseline": "At baseline",
    "dosed_min": "Minutes after the drug began",
    "every_min": "And then every, min",
    "at_end": "At the end",
    "recovery_min": "Minutes of recovery",
}
FILE_REWRITTEN = (
    "Saving from the form writes the file anew: remarks (#) in it are lost. Edit the text to keep "
    "them."
)
FILE_TEXT = "The clinic's own presets (TOML)"
FILE_EMPTY = "# No preset of the clinic's own yet. Each is a [[protocols]] table.\n"
WRONG = "This cannot be saved yet:"
WRONG_LINE = "Line {line}: {words}"
RIGHT = "Nothing is wrong with it."
WHAT_WILL_STAND = "What will stand in the file"
SAVE = "Save for new sessions"
SIGN_TO_SAVE = "A preset is saved with the name of who decided it."

# ---- devices
DEVICES_TITLE = "Devices"
DEVICES_ABOUT = (
    "How each configured device answers, which ports this machine has, and what is on a free one."
)
DEVICE_TABS = ("Configured devices", "Find my device")
DEVICES_AS_OF = (
    "As the collector told it at the time in the last column; this page does not move by itself."
)
NO_DEVICES = "No collector has told of any device yet."
KEEP_TITLE = "Raw bytes"
KEEP_ABOUT = (
    "The newest raw bytes of every port are kept for the day something looks wrong. This puts "
    "those of one device aside in a file, which `python -m monitors decode` reads."
)
KEEP_DEVICE = "Device"
KEEP = "Put its bytes aside"
KEEP_TOLD = {
    "done": "Done: {message}.",
    "refused": "Not carried out: {message}.",
    "pending": "Waits for the collector.",
}
DEVICE_STATES = {
    "speaking": "answers",
    "silent": "silent",
    "never": "never heard",
    "closed": "no port",
}
NEVER = "never"
DEVICE_COLUMNS: dict[str, str] = {
    "device_id": "Device",
    "title": "Kind",
    "port": "Port",
    "identity": "Adapter",
    "state": "State",
    "reason": "Reason",
    "frames": "Frames",
    "bad_checksums": "Bad checksums",
    "discarded_bytes": "Bytes discarded",
    "last_byte": "Last byte at",
    "age": "Age then, s",
    "as_of": "As of",
}
PORT_COLUMNS: dict[str, str] = {
    "port": "Port",
    "what": "What it says it is",
    "usb": "USB identity",
    "owner": "Used by",
}
NOT_USB = "not USB"
FREE = "free"
NO_PORTS = (
    "This machine lists no serial port. A port of the network can be named all the same, such as "
    "socket://192.168.1.20:4001."
)
PORTS_ARE_HERE = "Ports of the machine on which this dashboard runs."
PROBE_PORT = "Port to listen at"
OTHER_PORT = "another port, by its name"
PORT_NAME = "Its name"
PROBE_PORT_HINT = "/dev/ttyUSB0, COM3, socket://host:port"
MAY_ASK = "If nothing is understood, ask politely"
MAY_ASK_HELP = (
    "Sends only the few bytes with which devices say who they are; none of them starts a cuff, "
    "changes a setting or stops a stream."
)
NO_A1_CUFF = "No cuff module that starts on the single byte A1 is on this port"
NO_A1_CUFF_HELP = (
    "One OEM cuff module starts on that byte at 115200 8N1, and some devices can only be asked "
    "with it. Say so only if you know."
)
PROBE = "Find out what is at {port}"
PROBE_NAMELESS = "Find out what is there"
PROBE_LASTS = "Listening at every speed can take a minute or two. Stay on this page."
PROBE_REFUSED = (
    "{port} is used by {owner}, which clinic.toml lists: it is watched and cannot be probed. Take "
    "it out of clinic.toml and start the collector again to probe it."
)
PROBED_ALREADY = "{port}: is being probed from another page; wait until that is done"
PROBE_RUNNING = "Listening at {port} …"
PROBE_DONE = "Done"
PROBE_FOUND = "At {port}: a **{title}** (`{device}`), {line}."
PROBE_NOTHING = "No device was recognised."
PROBE_NOTHING_AT = "At {port}: no device was recognised."
PROBE_USB = "Adapter: {usb}"
PROBE_TOML = "For clinic.toml, under the recliner's [[recliners]] table:"
