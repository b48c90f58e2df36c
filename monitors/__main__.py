"""The command line of the product: run, check, probe, capture, decode, replay.

Each command is a thin door to one room; a mistake of the user ends with status 2 and one
sentence that says what and where, never with a traceback.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from monitors import config
from monitors.errors import ChairsideError
from monitors.output import OutputLost, say

LONGEST_S = 604_800
"""A week: the longest that a port is listened to on request."""

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 good, 1 something is wrong, 2 misused."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command: Command = options.command
    try:
        return command(options)
    except ChairsideError as error:
        if isinstance(error, OutputLost):
            _forget_output()
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        _forget_output()
        return 0
    except KeyboardInterrupt:
        return 130


def _forget_output() -> None:
    """Let what is still to be printed go nowhere, so that nothing more is said at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitors",
        description="Chairside: a secondary display of vitals; bedside alarms stay on.",
    )
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="run the collector: ports, alarms, sessions, store"))
    _add_check(commands.add_parser("check", help="say what is wrong with a clinic.toml"))
    _add_probe(commands.add_parser("probe", help="find out which device is on which port"))
    _add_capture(commands.add_parser("capture", help="write a port's raw bytes to a file"))
    _add_decode(commands.add_parser("decode", help="decode a device's bytes to JSON lines"))
    _add_replay(commands.add_parser("replay", help="run a recording through the alarm engine"))
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=Path(config.DEFAULT_CONFIG_NAME))
    parser.add_argument("--stage", type=Path, help="a simulated past to begin with (JSON lines)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from monitors.composing import run_collector
    from monitors.setup_remarks import see_store_folder

    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    if options.until_stdin_closes:
        threading.Thread(target=_stop_at_end_of_stdin, args=(stop,), daemon=True).start()
    clinic = config.load(options.config)
    see_store_folder(clinic)
    run_collector(clinic, stop, stage=options.stage)
    return 0


def _stop_at_end_of_stdin(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, nargs="?", default=Path(config.DEFAULT_CONFIG_NAME))
    parser.add_argument(
        "--seconds", type=_seconds, default=5.0, help="how long to listen at a port"
    )
    parser.add_argument("--no-ports", action="store_true", help="look at the file only")
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    from monitors.check import check_ports
    from monitors.clinic import protocol_toml
    from monitors.clock import world_utc_ms
    from monitors.setup_remarks import look_at_store, remarks

    clinic = config.load(options.config)
    seen = look_at_store(clinic, world_utc_ms())
    found = remarks(clinic, seen)
    told = f"{_count(found, 'thing')} to put right" if found else "nothing wrong in the file"
    say(sys.stdout, f"{options.config}: {_count(clinic.recliners, 'recliner')}, {told}", *found)
    if clinic.protocols_path is not None and clinic.protocols_path.exists():
        known = protocol_toml.load(clinic.protocols_path)
        words = f"{_count(known, 'protocol')}, nothing wrong in the file"
        say(sys.stdout, f"{clinic.protocols_path}: {words}")
    status = 1 if found else 0
    if options.no_ports:
        return status
    _say_losses_once(options)
    return max(status, check_ports(clinic, options.seconds, sys.stdout, seen.tenants))


def _say_losses_once(options: argparse.Namespace) -> None:
    """Leave a lost port to the line that is printed of it, unless everything is asked for."""
    if options.log_level != "debug":
        logging.getLogger("monitors.devices.link").setLevel(logging.ERROR)


def _count(things: Sequence[object], name: str) -> str:
    return f"1 {name}" if len(things) == 1 else f"{len(things)} {name}s"


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"a time above 0, up to {LONGEST_S} s, not {text}")
    return seconds


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", nargs="?", help="a port or port URL; every serial port if left out")
    parser.add_argument(
        "--seconds", type=_seconds, default=3.0, help="listening time a line setting"
    )
    parser.set_defaults(command=_probe)


def _probe(options: argparse.Namespace) -> int:
    from monitors.check import probe_ports

    return probe_ports(options.port, options.seconds, sys.stdout)


def _add_capture(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", help="a port or port URL")
    parser.add_argument("device", help="the device on it, for its line settings and polls")
    parser.add_argument("file", type=Path, help="the file to write; it must not exist yet")
    parser.add_argument("--seconds", type=_seconds, default=60.0, help="how long")
    parser.set_defaults(command=_capture)


def _capture(options: argparse.Namespace) -> int:
    from monitors.check import capture_port

    _say_losses_once(options)
    return capture_port(options.port, options.device, options.file, options.seconds, sys.stderr)


def _add_decode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", help="the device that sent the bytes, as clinic.toml names it")
    parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    parser.add_argument("--hex", action="store_true", help="the input is hexadecimal text")
    parser.set_defaults(command=_decode)


def _decode(options: argparse.Namespace) -> int:
    from monitors.decode import run_decode

    return run_decode(options.device, options.file, options.hex, sys.stdout, sys.stderr)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recording", help="a CSV file of a trend, - for standard input, or a session's id"
    )
    parser.add_argument("--limits", default="default", help="alarm preset, or a file of limits")
    parser.add_argument("--config", type=Path, default=Path(config.DEFAULT_CONFIG_NAME))
    parser.add_argument("--store", help="the store that holds the session; else clinic.toml's")
    parser.set_defaults(command=_replay)


def _replay(options: argparse.Namespace) -> int:
    from monitors.replay_command import ReplayOptions, run_replay

    asked = ReplayOptions(options.recording, options.limits, options.config, options.store)
    return run_replay(asked, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
