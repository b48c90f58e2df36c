"""The colours of figures and tables, the same as the wall's.

Red and yellow belong to alarms alone; vitals take the colours that bedside monitors use, phases
their own. Only names and values live here; who may use which stands in docs/user-guide.md.
"""

from __future__ import annotations

GROUND = "#07090c"
PANEL = "#0f151b"
EDGE = "#1d2831"
GRID = "#18212a"
TEXT = "#eef3f7"
QUIET = "#93a1ad"
FAINT = "#6c7a86"
LIMIT = "#7d8f9d"

SPO2 = "#35d0e6"
PULSE = "#8fb8ff"
PRESSURE = "#f4f7fa"
MODEL = "#7f8fa0"
MODEL_FILL = "rgba(127, 143, 160, .22)"
ENTRY = "#cdeaff"
UNCERTAIN = "#9aa7b2"
SIMULATED = "#a78bfa"

ALARM = {"high": "#e5202a", "medium": "#ffd02e", "low": "#5f87a5"}
ON_ALARM = {"high": "#ffffff", "medium": "#141000", "low": "#cdeaff"}

PHASE_EDGE = {
    "intake": "#54626e",
    "baseline": "#9aa7b2",
    "infusing": "#2fbf71",
    "paused": "#eef3f7",
    "recovery": "#a78bfa",
    "discharged": "#54626e",
    "abandoned": "#54626e",
}
PHASE_FILL = {
    "intake": "rgba(84, 98, 110, .10)",
    "baseline": "rgba(154, 167, 178, .13)",
    "infusing": "rgba(47, 191, 113, .12)",
    "paused": "rgba(238, 243, 247, .05)",
    "recovery": "rgba(167, 139, 250, .13)",
}
