"""The words of a protocol that changed, in English: in the clinic's file, and under a session.

Here live sentences for what differs between two editions, for a file that somebody else changed
meanwhile, and for a running session that may go over to the present edition.
"""

from __future__ import annotations

# ---- what differs between two editions
CHANGE = "{what}: {was} → {now}"
NOTHING = "none"
MINUTES = "{minutes} min"
RANGE = "{low}–{high} min"
AND_THEN = ", then "
PLAIN = {
    "planned_min": "Planned time",
    "planned_range_min": "Planned time that may be chosen",
    "minimum_recovery_min": "Least recovery",
    "kind": "Kind",
    "score": "Score asked at intake",
    "dose_hint": "Words beside the dose",
    "series_hint": "Words beside the series",
    "title": "Title",
    "dated": "Dated",
    "source": "Source",
}
PRESET_OF = {
    "baseline": "Limits in baseline",
    "infusing": "Limits during the infusion",
    "recovery": "Limits in recovery",
}
CUFF_OF = {
    "baseline": "Cuff in baseline",
    "infusing": "Cuff during the infusion",
    "recovery": "Cuff in recovery",
}
STAGE = "every {every} min{until}{raised}"
STAGE_READINGS = " for {readings} readings"
STAGE_MINUTE = " until minute {minute}"
STAGE_WITHIN = " until {readings} within limits in a row"
STAGE_RAISED = " ({every} after a raised rate)"
CHECK_BASELINE = "at baseline"
CHECK_DOSED = "at minute {minutes} of the drug"
CHECK_EVERY = "every {every} min after that"
CHECK_END = "at the end"
CHECK_RECOVERY = "at minute {minutes} of recovery"

# ---- a file that somebody else changed
FILE_CHANGED = (
    "{who} changed {file} since this page read it. Nothing that you typed is lost; saving is "
    "refused until you choose below what becomes of it."
)
WHO_AT = "{name}, at {time},"
WHO_OUTSIDE = "Somebody, outside this page,"
CHANGED_IN = "{title}: {line}"
ADDED_PRESET = "added: {title}"
REMOVED_PRESET = "taken out: {title}"
ONLY_REMARKS = "only remarks or the order of the presets are different"
NOT_READABLE = "it cannot be read now: {mistake}"
BOTH_CHANGED = (
    "{title} is the very preset that you edit here: what you save then stands in place of theirs."
)
TEXT_REPLACES = (
    "Your text then stands in place of the whole file. Copy from the file below what shall stay."
)
FILE_NOW = "The file as it is now"
KEEP_MINE = {
    "form": "Put mine into the file as it is now",
    "text": "Put mine in place of the file as it is now",
}
BEGIN_ANEW = "Drop mine, begin from the file as it is now"
MEND_FIRST = "The file has mistakes and can only be edited as text until they are mended."

# ---- a running session
ADOPT_HEAD = "{title} was changed while this session runs. The session keeps its own edition."
ADOPT_SAVED = "Saved by {name} at {time}."
ADOPT_ABOUT = "If ordered, cuff, observations and limits follow it from that moment on."
ADOPT_STAYS = "The planned time of this session stays {planned}; it is changed at “Plan”."
ADOPT_LIMITS = "Limits in force then change: {was} → {now}. Limits changed by hand stay changed."
ADOPT_LIMITS_STAY = "Limits in force stay {was}: a person loaded them."
ADOPT_INTERVAL = "Cuff intervals set by hand stay as they are."
ADOPT_UNKNOWN = "What this session runs on is not on record yet; what differs cannot be told."
ADOPT_OTHER_KIND = "The preset is now of another kind; this session cannot follow it."
ADOPT_TOO_LATE = "{title} was changed meanwhile; after the drug a session keeps its edition."
ADOPT = "Follow the changed protocol"
ADOPT_TOLD = "{title} as it is now"
ADOPT_REASONS = ("Physician's order", "New house edition", "Mistake in the earlier edition")
