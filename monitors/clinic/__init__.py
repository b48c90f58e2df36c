"""The meaning room: sessions, limits, alarms, cadence, checklists; no port, no store, no clock."""
