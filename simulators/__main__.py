"""Start simulated recliners from a command line, and make things happen in them.

``python -m simulators run`` serves a room, ``port`` one device alone, ``fault`` and ``tell`` speak
to a running one's control port, ``history`` writes a scenario's past. What is printed by ``run``
is the clinic.toml that uses the ports; the control port stands in its first line.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitors.errors import ChairsideError, ConfigurationError
from simulators.control import ask
from simulators.devices.catalogue import TWINS, twin_kind
from simulators.faults import FaultSwitches, LineDamage
from simulators.history import staged_past
from simulators.lines import TcpLine
from simulators.playback import Playback
from simulators.ports import Hub, ScenarioClock, seconds_since, utc_now_ms
from simulators.room import Room
from simulators.scenario import Scenario, load, supplied
from simulators.wander import draw_for


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command line and return the exit status."""
    given = _parser().parse_args(words)
    try:
        status: int = given.carry_out(given)
    except (ConfigurationError, OSError) as error:
        print(f"simulators: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="serve a room of simulated recliners"))
    _add_port(commands.add_parser("port", help="serve one simulated device alone"))
    _add_play(commands.add_parser("play", help="play a capture file back at a port"))
    _add_fault(commands.add_parser("fault", help="switch a fault of a running room on or off"))
    tell = commands.add_parser("tell", help="send a line to a control port (try: help)")
    tell.add_argument("control_port", type=int)
    tell.add_argument("words", nargs="+")
    tell.set_defaults(carry_out=lambda given: _told(given.control_port, " ".join(given.words)))
    _add_history(commands.add_parser("history", help="write a scenario's past as JSON lines"))
    return parser


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("--recliners", type=_count, default=6, help="1 to 64 (default 6)")
    _add_scenario(run)
    _add_serving(run)
    run.set_defaults(carry_out=_run)


def _add_port(port: argparse.ArgumentParser) -> None:
    port.add_argument("device", help=f"one of {', '.join(sorted(TWINS))}")
    port.add_argument("--scenario", default="steady", help="its first recliner is served")
    port.add_argument("--seed", type=int)
    _add_serving(port)
    port.set_defaults(carry_out=_port)


def _add_play(play: argparse.ArgumentParser) -> None:
    play.add_argument("file", type=Path, help="as python -m monitors capture wrote it")
    play.add_argument("--speed", type=_speed, default=1.0, help="recorded seconds a second")
    play.add_argument("--until-stdin-closes", action="store_true", help="end with the parent")
    play.set_defaults(carry_out=_play)


def _add_serving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--speed", type=_speed, default=1.0, help="scenario seconds a second")
    parser.add_argument("--pty", action="store_true", help="pseudo-terminals in place of TCP")
    parser.add_argument("--control", type=int, default=0, help="control port (default: any)")
    parser.add_argument("--now-utc-ms", type=int, help="when second 0 of the scenario is")
    parser.add_argument("--store", default="simulated.db", help="store named in the clinic.toml")
    parser.add_argument("--config-out", type=Path, help="also write the clinic.toml to a file")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent")


def _add_scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, help="in place of the scenario's own")
    parser.add_argument(
        "--scenario", default="demo", help=f"{', '.join(supplied())}, or a .toml file"
    )


def _add_fault(fault: argparse.ArgumentParser) -> None:
    fault.add_argument("control_port", type=int)
    fault.add_argument("target", help="R2, or R2/oximeter for one device of it")
    fault.add_argument("fault")
    fault.add_argument("state", choices=("on", "off"))
    fault.set_defaults(
        carry_out=lambda given: _told(
            given.control_port, f"fault {given.target} {given.fault} {given.state}"
        )
    )


def _add_history(history: argparse.ArgumentParser) -> None:
    history.add_argument("--recliners", type=_count, help="default: as the scenario has")
    _add_scenario(history)
    history.add_argument("--now-utc-ms", type=int, help="when the past ends (default: now)")
    history.set_defaults(carry_out=_history)


def _run(given: argparse.Namespace) -> int:
    return _serve(load(given.scenario, given.recliners, given.seed), given)


def _port(given: argparse.Namespace) -> int:
    twin_kind(given.device)
    scenario = load(given.scenario, 1, given.seed)
    alone = replace(scenario.recliners[0], devices=(given.device,))
    return _serve(replace(scenario, recliners=(alone,)), given)


def _serve(scenario: Scenario, given: argparse.Namespace) -> int:
    began_utc_ms = given.now_utc_ms or utc_now_ms()
    begun_s = seconds_since(began_utc_ms) * given.speed
    clock = ScenarioClock(given.speed, begun_s)
    room = Room(scenario, clock, given.speed, given.pty, given.control)
    signal.signal(signal.SIGTERM, lambda *_: room.stop())
    text = room.clinic_toml(given.store, began_utc_ms)
    if given.config_out is not None:
        _write_whole(given.config_out, text)
    print(text, end="", flush=True)
    if given.until_stdin_closes:
        threading.Thread(target=_stop_at_end_of_input, args=(room,), daemon=True).start()
    room.serve()
    return 0


def _play(given: argparse.Namespace) -> int:
    """Serve a capture at one TCP port and print the clinic.toml lines that use it."""
    try:
        player = Playback(given.file)
    except (ChairsideError, OSError) as error:
        print(f"{given.file}: {error}", file=sys.stderr)
        return 2
    hub = Hub(ScenarioClock(given.speed))
    line = TcpLine(hub, player, LineDamage(FaultSwitches(), "player", draw_for(0, "play")))
    print(f"# {player.seconds:.0f} s of {player.header.port}, played for whoever connects")
    print("[[recliners.devices]]")
    print(f"device = {json.dumps(player.header.device)}")
    print(f"port = {json.dumps(line.url)}")
    print("simulated = true", flush=True)
    if given.until_stdin_closes:
        threading.Thread(target=_stop_at_end_of_input, args=(hub,), daemon=True).start()
    hub.serve()
    return 0


def _stop_at_end_of_input(serving: Room | Hub) -> None:
    while os.read(0, 4096):
        pass
    serving.stop()


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds it whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _history(given: argparse.Namespace) -> int:
    scenario = load(given.scenario, given.recliners, given.seed)
    now_utc_ms = utc_now_ms() if given.now_utc_ms is None else given.now_utc_ms
    for line in staged_past(scenario, now_utc_ms):
        sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    return 0


def _told(control_port: int, line: str) -> int:
    try:
        answer = ask(control_port, line)
    except OSError as error:
        raise ConfigurationError(
            f"no room answers at control port {control_port} ({error.strerror or error}); its "
            "number stands in the first line that run prints"
        ) from error
    print(answer)
    return 0 if answer.startswith("ok") else 1


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 64:
        raise argparse.ArgumentTypeError(f"1 to 64 recliners, not {count}")
    return count


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 600:
        raise argparse.ArgumentTypeError(f"a speed above 0, up to 600, not {speed:g}")
    return speed


if __name__ == "__main__":
    sys.exit(main())
