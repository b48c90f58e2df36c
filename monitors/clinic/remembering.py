"""What a collector must remember of a recliner to go on after it was killed.

Here a recliner is written as JSON values and read back: session, protocol, limits, alarm engine,
baseline and the newest cuff reading. In the same boot every moment stays where it was; after a
reboot moments are placed anew by their UTC stamps, and pending alarm delays start again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitors.clinic import session
from monitors.clinic.alarms import AlarmState
from monitors.clinic.happenings import Happening
from monitors.clinic.place import Arms
from monitors.clinic.preset_file import limits_from_record
from monitors.clinic.recliner import Recliner
from monitors.clinic.verbs import Moment
from monitors.clinic.visit import Visit, result_from
from monitors.readings import as_record

RECORD_FORMAT = 1


def remember(recliner: Recliner, moment: Moment) -> dict[str, Any]:
    """Write a recliner down."""
    offset_ms = moment.utc_ms - moment.now_ms
    return {
        "format": RECORD_FORMAT,
        "session": recliner.session.to_record() if recliner.session else None,
        "visit": recliner.visit.to_record() if recliner.visit else None,
        "limits": recliner.limits.to_record(),
        "arms": [recliner.arms.probe, recliner.arms.cuff, recliner.arms.iv],
        "alarms": recliner.alarms.to_record(recliner.alarms.now_ms + offset_ms),
        "nibp": _nibp_record(recliner, offset_ms),
        "devices": {
            device_id: [device.identity, device.is_suspect]
            for device_id, device in recliner.devices.items()
        },
    }


def _nibp_record(recliner: Recliner, offset_ms: int) -> dict[str, Any]:
    nibp = recliner.nibp

    def utc(at_ms: int | None) -> int | None:
        return None if at_ms is None else at_ms + offset_ms

    return {
        "result": as_record(nibp.determination) if nibp.determination else None,
        "measured_utc_ms": utc(nibp.measured_ms),
        "measured_ms": nibp.measured_ms,
        "belongs_from_utc_ms": utc(nibp.belongs_from_ms),
        "belongs_from_ms": nibp.belongs_from_ms,
        "cycle_utc_ms": utc(nibp.cycle.began_ms),
        "cycle_ms": nibp.cycle.began_ms,
    }


def recall(
    recliner: Recliner, record: Mapping[str, Any], moment: Moment, boot_id: str
) -> list[Happening]:
    """Put a recliner back where a record left it; return what fell due meanwhile.

    boot_id: of the collector that wrote it. Raises SessionError or KeyError for a record that no
    version of Chairside wrote.
    """
    is_same_boot = boot_id == moment.boot_id
    offset_ms = moment.utc_ms - moment.now_ms

    def placed(utc_ms: int) -> int:
        return utc_ms - offset_ms

    if record["session"]:
        recliner.session = session.from_record(record["session"], moment.boot_id, placed)
        shift_ms = session.shift_of(record["session"], recliner.session)
        recliner.visit = Visit.from_record(record["visit"], shift_ms, moment.now_ms)
    recliner.limits = limits_from_record(record["limits"], recliner.presets)
    recliner.arms = Arms(*record["arms"])
    recliner.alarms = AlarmState.from_record(
        record["alarms"], is_same_boot, moment.now_ms, moment.utc_ms
    )
    _recall_nibp(recliner, record["nibp"], is_same_boot, placed)
    for device_id, (identity, is_suspect) in record["devices"].items():
        if device_id in recliner.devices:
            recliner.devices[device_id].identity = identity
            recliner.devices[device_id].is_suspect = is_suspect
    return recliner.tell_phase(moment.now_ms)


def _recall_nibp(
    recliner: Recliner,
    record: Mapping[str, Any],
    is_same_boot: bool,
    placed: Callable[[int], int],
) -> None:
    def moment_of(name: str) -> int | None:
        utc_ms = record.get(f"{name}_utc_ms")
        if utc_ms is None or is_same_boot:
            at_ms: int | None = record.get(f"{name}_ms")
            return at_ms
        return placed(utc_ms)

    recliner.nibp.belongs_from_ms = moment_of("belongs_from")
    recliner.nibp.cycle.began_ms = moment_of("cycle")
    if record["result"]:
        recliner.nibp.determination = result_from(record["result"])
        recliner.nibp.measured_ms = moment_of("measured")
