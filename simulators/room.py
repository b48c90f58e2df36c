"""A room of simulated recliners at ports, and the clinic.toml that uses them.

Here scenario, recliners, devices and lines are joined; what each of them does is told elsewhere.
Device ids are the recliner's name, a slash and the device's role: ``R1/oximeter``,
``R1/monitor``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from simulators.control import Commands, ControlPort
from simulators.devices.catalogue import twin_kind
from simulators.devices.twin import TwinKind
from simulators.faults import LineDamage
from simulators.lines import PtyLine, TcpLine
from simulators.ports import HOST, Hub, ScenarioClock
from simulators.recliner import SimulatedRecliner
from simulators.scenario import ReclinerPlan, Scenario
from simulators.wander import draw_for


class Room:
    """Serve every device of a scenario.

    speed: scenario seconds in one second of the world. has_terminals: pseudo-terminals in place
    of TCP (POSIX only). control: number of the control port, 0 for any. The room is open when it
    has been made and is served by :meth:`serve`.
    """

    def __init__(
        self,
        scenario: Scenario,
        clock: ScenarioClock,
        speed: float = 1.0,
        has_terminals: bool = False,
        control: int = 0,
    ) -> None:
        self.scenario = scenario
        self.speed = speed
        self.hub = Hub(clock)
        self._folder = tempfile.TemporaryDirectory(prefix="simulators-") if has_terminals else None
        self.recliners = {plan.name: SimulatedRecliner(plan) for plan in scenario.recliners}
        self.ports = {
            f"{recliner.name}/{kind.role}": self._line(recliner, kind)
            for recliner in self.recliners.values()
            for kind in kinds_of(recliner.plan)
        }
        commands = Commands(self.recliners, self.ports)
        self.control_port = ControlPort(self.hub, commands.answer, control).number

    def serve(self) -> None:
        """Serve until stopped."""
        try:
            self.hub.serve()
        finally:
            if self._folder is not None:
                self._folder.cleanup()

    def stop(self) -> None:
        """End the serving; may be called from any thread."""
        self.hub.stop()

    def clinic_toml(self, store: str = "simulated.db", began_utc_ms: int | None = None) -> str:
        """Write the clinic.toml that uses these ports. began_utc_ms: when second 0 was."""
        return "\n".join(_clinic_lines(self, store, began_utc_ms)) + "\n"

    def _line(self, recliner: SimulatedRecliner, kind: TwinKind) -> str:
        draw = draw_for(recliner.seed, "line", kind.role)
        damage = LineDamage(recliner.faults, kind.role, draw)
        twin = kind.make(recliner)
        if self._folder is None:
            return TcpLine(self.hub, twin, damage).url
        link = Path(self._folder.name) / f"{recliner.name}-{kind.role}"
        return PtyLine(self.hub, twin, damage, link).url


def kinds_of(plan: ReclinerPlan) -> tuple[TwinKind, ...]:
    """Return the rows of a recliner's devices. ConfigurationError for an unknown name."""
    return tuple(twin_kind(name) for name in plan.devices)


def _clinic_lines(room: Room, store: str, began_utc_ms: int | None) -> Iterator[str]:
    yield f"# {room.scenario.title}: simulated recliners. Control port: {HOST}:{room.control_port}"
    yield "[clinic]"
    yield f"name = {json.dumps(room.scenario.title)}"
    yield f"store = {json.dumps(store)}"
    yield f"clock_rate = {float(room.speed)}"
    if room.speed != 1.0 and began_utc_ms is not None:
        yield f"clock_began_utc_ms = {began_utc_ms}"
    yield f"staff = {json.dumps(list(room.scenario.staff))}"
    yield f"protocols = {json.dumps(_protocols_beside(store))}"
    for recliner in room.recliners.values():
        yield from _recliner_lines(recliner.plan, room.ports)


def _protocols_beside(store: str) -> str:
    """Name a protocol file by the store, so that no clinic's own file is ever meant.

    It need not be there: the page that saves the first preset makes it.
    """
    if "://" in store:
        return "simulated-protocols.toml"
    path = Path(store)
    return path.with_name(f"{path.stem}-protocols.toml").as_posix()


def _recliner_lines(plan: ReclinerPlan, ports: dict[str, str]) -> Iterator[str]:
    kinds = kinds_of(plan)
    can_start = any(kind.can_start_cuff for kind in kinds)
    yield from ("", "[[recliners]]")
    yield f"name = {json.dumps(plan.name)}"
    yield f"room = {json.dumps(plan.room)}"
    yield f"preset = {json.dumps(plan.preset)}"
    yield f"probe_arm = {json.dumps(plan.probe_arm)}"
    yield f"cuff_arm = {json.dumps(plan.cuff_arm)}"
    yield f"iv_arm = {json.dumps(plan.iv_arm)}"
    yield f"cuff_start = {json.dumps(can_start)}"
    for kind in kinds:
        yield from ("", "[[recliners.devices]]")
        yield f"device = {json.dumps(kind.name)}"
        yield f"port = {json.dumps(ports[f'{plan.name}/{kind.role}'])}"
        yield "simulated = true"
        if kind.measures and len(kinds) > 1:
            yield f"measures = {json.dumps(list(kind.measures))}"
