"""A simulated past, lived through before the collector goes live.

Here recorded readings and orders, each with its UTC moment, pass through the same recliners and
recorders as live ones, so that a demo opens in the middle of sessions with charts behind them.
Only a clinic whose ports are all simulated may be staged; the collector's caller checks that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitors.clinic.place import DeviceState
from monitors.clinic.recliner import Recliner
from monitors.clinic.verbs import Moment, Order, carry_out
from monitors.clock import Clock
from monitors.collecting.recorder import Recorder
from monitors.errors import ChairsideError, ConfigurationError
from monitors.readings import NibpDetermination, from_record
from monitors.store.facts import Fact

_BATCH = 5_000


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read a staged past, one JSON object a line; ConfigurationError names file and line."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise ConfigurationError(f"{path}:{number}: is not JSON: {error}") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error


def relive(
    recliners: Mapping[str, Recliner],
    recorders: Mapping[str, Recorder],
    lines: Iterable[dict[str, Any]],
    clock: Clock,
) -> Iterator[list[Fact]]:
    """Live through lines in their order; yield the facts they leave, in batches.

    Raises ConfigurationError for a line that names no known device or recliner, or an order that
    is refused.
    """
    owners = {d: r for r in recliners.values() for d in r.devices}
    facts: list[Fact] = []
    for line in lines:
        now_ms = clock.timeline_ms(int(line["at_utc_ms"]))
        try:
            name = _live(line, now_ms, recliners, recorders, owners, clock)
        except (ChairsideError, KeyError, ValueError) as error:
            raise ConfigurationError(f"the staged past cannot be lived: {error!r}") from error
        facts += recorders[name].drain()
        if len(facts) >= _BATCH:
            yield facts
            facts = []
    yield facts


def _live(
    line: Mapping[str, Any],
    now_ms: int,
    recliners: Mapping[str, Recliner],
    recorders: Mapping[str, Recorder],
    owners: Mapping[str, Recliner],
    clock: Clock,
) -> str:
    if "command" in line:
        return _order(line["command"], now_ms, recliners, recorders, clock)
    device_id = line["device_id"]
    recliner = owners[device_id]
    recorder, reading = recorders[recliner.setup.name], from_record(line["reading"])
    if recliner.devices[device_id].state is not DeviceState.SPEAKING:
        recorder.record(recliner.port_is(device_id, DeviceState.SPEAKING, now_ms))
    measured_ms = now_ms if isinstance(reading, NibpDetermination) else None
    session_id = recliner.session_of(device_id, reading, now_ms)
    recorder.take(device_id, reading, now_ms, session_id, measured_ms)
    recorder.record(recliner.take(device_id, reading, now_ms))
    return recliner.setup.name


def _order(
    command: Mapping[str, Any],
    now_ms: int,
    recliners: Mapping[str, Recliner],
    recorders: Mapping[str, Recorder],
    clock: Clock,
) -> str:
    name = str(command["target"]).partition(":")[2]
    order = Order(command["verb"], command["by"], command.get("arguments", {}))
    moment = Moment(now_ms, clock.utc_ms(now_ms), clock.boot_id)
    recorders[name].record(carry_out(recliners[name], order, moment).happened)
    return name
