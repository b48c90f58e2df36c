"""clinic.toml, read into typed settings.

Every mistake is named with its line, and all mistakes are told at once; nothing is guessed.
What may stand in each table is in settings.py. No port is opened and no store is touched by
reading a file.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitors import toml_lines
from monitors.config_tables import Mistake, not_toml, written_mistakes
from monitors.devices.catalogue import CATALOGUE
from monitors.devices.device_kind import Measures
from monitors.devices.port_names import is_pseudo_terminal
from monitors.errors import ConfigurationError
from monitors.settings import (
    AnnunciatorSettings,
    Clinic,
    ClinicSettings,
    DeviceSettings,
    LoudspeakerSettings,
    ReclinerSettings,
    WebhookSettings,
)

DEFAULT_CONFIG_NAME = "clinic.toml"


def load(path: Path | str) -> Clinic:
    """Read a clinic.toml.

    Raises ConfigurationError that lists every mistake with its line and, for a mistyped word,
    the nearest right one.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    return parse(text, path)


def parse(text: str, path: Path | None = None) -> Clinic:
    """Read the text of a clinic.toml; see :func:`load`."""
    where = path or Path(DEFAULT_CONFIG_NAME)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(not_toml(where, text, error)) from error
    found = list(written_mistakes(tables))
    try:
        clinic = Clinic.model_validate(tables).model_copy(update={"source": path})
    except ValidationError as error:
        found += [(item["loc"], _explain(item)) for item in error.errors()]
    else:
        found += _contradictions(clinic)
    if found:
        raise _refusal(where, [(_line(text, place), words) for place, words in found])
    return clinic


def _refusal(where: Path, mistakes: list[tuple[int | None, str]]) -> ConfigurationError:
    ordered = sorted(mistakes, key=lambda mistake: mistake[0] or 0)
    return ConfigurationError(
        "\n".join(
            f"{where}:{line}: {words}" if line else f"{where}: {words}" for line, words in ordered
        )
    )


def _line(text: str, place: tuple[int | str, ...]) -> int | None:
    return toml_lines.locate(text, tuple(place))


_MODELS: dict[str, type[BaseModel]] = {
    "clinic": ClinicSettings,
    "recliners": ReclinerSettings,
    "devices": DeviceSettings,
    "annunciator": AnnunciatorSettings,
    "loudspeaker": LoudspeakerSettings,
    "webhook": WebhookSettings,
}


def _explain(item: ErrorDetails) -> str:
    """Say in words what one validation error means."""
    names = [part for part in item["loc"] if isinstance(part, str)]
    key = names[-1] if names else "the file"
    if item["type"] == "extra_forbidden":
        table = _MODELS[names[-2]] if len(names) > 1 else Clinic
        known = [name for name in table.model_fields if name != "source"]
        near = _nearest(key, known) or "."
        return f"there is no key {key!r}{near} Keys here: {', '.join(known)}"
    if item["type"] == "missing":
        return f"{key!r} is missing"
    if item["type"] in {"literal_error", "enum"}:
        expected = str(item.get("ctx", {}).get("expected", "")).replace("'", "")
        options = [option.strip() for option in expected.replace(" or ", ",").split(",")]
        given = str(item["input"])
        return f"{key!r} is {given!r}, expected {expected}{_nearest(given, options)}"
    given, wanted = item["input"], _wanted(item, key)
    if wanted is not None:
        return f"{key!r} is {_as_toml(given)}: write {wanted}"
    return f"{key!r} is {given!r}: {item['msg'][0].lower()}{item['msg'][1:]}"


_WANTED = {
    "bool_type": "true or false, without quotes",
    "bool_parsing": "true or false, without quotes",
    "int_type": "a whole number, without quotes",
    "int_parsing": "a whole number, without quotes",
    "int_from_float": "a whole number, without quotes",
    "float_type": "a number, without quotes",
    "float_parsing": "a number, without quotes",
    "string_type": "a text in quotes",
}


def _wanted(item: ErrorDetails, key: str) -> str | None:
    """Say what to write in place of a value of the wrong kind; None for another mistake."""
    is_list, names = item["type"] == "list_type", [str(part) for part in item["loc"]]
    if key in _MODELS and (is_list or item["type"] in {"model_type", "dict_type"}):
        path = ".".join(name for name in names if not name.isdecimal())
        return f"a table, headed [[{path}]]" if is_list else f"a table, headed [{path}]"
    if is_list:
        example = item["input"] if isinstance(item["input"], str) else _LISTED.get(key, "…")
        return f"a list such as [{json.dumps(example, ensure_ascii=False)}]"
    return _WANTED.get(item["type"])


_LISTED = {"measures": "nibp", "staff": "R. Ortiz, RN"}


def _as_toml(value: object) -> str:
    """Write a wrong value as it stands in the file, as far as it can be told."""
    is_plain = isinstance(value, str | bool | int | float)
    return json.dumps(value, ensure_ascii=False) if is_plain else str(value)


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _contradictions(clinic: Clinic) -> Iterator[Mistake]:
    """Yield what each table allows but the whole does not."""
    yield from _unmarked_ports(clinic)
    yield from _mixed_ports(clinic)
    yield from _clock(clinic)
    for index, recliner in enumerate(clinic.recliners):
        yield from _recliner_contradictions(index, recliner)


def _placed(clinic: Clinic) -> Iterator[tuple[tuple[str | int, ...], DeviceSettings]]:
    for index, recliner in enumerate(clinic.recliners):
        for position, device in enumerate(recliner.devices):
            yield ("recliners", index, "devices", position), device


def is_loopback(port: str) -> bool:
    """Say whether a port ends on this machine or in a pseudo-terminal, so may be simulated.

    A link to a pseudo-terminal counts where it leads to one now.
    """
    if "://" not in port:
        return is_pseudo_terminal(port)
    if port.startswith("hwgrep://"):
        return False
    host = urlsplit(port).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unmarked_ports(clinic: Clinic) -> Iterator[Mistake]:
    for place, device in _placed(clinic):
        if device.simulated is None and is_loopback(device.port):
            yield (
                (*place, "port"),
                f"port {device.port!r} ends on this machine: write simulated = true or false",
            )


def _mixed_ports(clinic: Clinic) -> Iterator[Mistake]:
    if not clinic.is_simulated:
        return
    for place, device in _placed(clinic):
        if not device.simulated:
            words = "a clinic is all simulated or not at all; this port is not marked simulated"
            yield (*place, "port"), f"port {device.port!r}: {words}"


def _clock(clinic: Clinic) -> Iterator[Mistake]:
    if clinic.clinic.clock_rate != 1.0 and not clinic.is_simulated:
        rate = clinic.clinic.clock_rate
        words = f"clock_rate is {rate:g}; any rate but 1 needs every port to be simulated"
        yield ("clinic", "clock_rate"), words


def _recliner_contradictions(index: int, recliner: ReclinerSettings) -> Iterator[Mistake]:
    place: tuple[str | int, ...] = ("recliners", index)
    known = [device for device in recliner.devices if device.device in CATALOGUE]
    if recliner.cuff_start and not any(device.kind.can_start_cuff for device in known):
        words = f"recliner {recliner.name!r} has no device whose cuff can be started"
        yield (*place, "cuff_start"), words
    covered: dict[Measures, str] = {}
    for position, device in enumerate(recliner.devices):
        if device.device not in CATALOGUE:
            continue
        here = (*place, "devices", position)
        for extra in sorted(device.covers - device.kind.measures):
            yield (*here, "measures"), f"{device.device} does not measure {extra}"
        if words := _taken_twice(device, covered):
            yield (*here, "device"), f"recliner {recliner.name!r}: {words}"
        for measure in device.covers & device.kind.measures:
            covered.setdefault(measure, device.device)


def _taken_twice(device: DeviceSettings, covered: Mapping[Measures, str]) -> str:
    """Say what a device would give a second time, and the line that takes only the rest of it."""
    offered = [measure for measure in Measures if measure in device.covers & device.kind.measures]
    twice = [f"{measure} already comes from {covered[measure]}" for measure in offered
             if measure in covered]  # fmt: skip
    if not twice:
        return ""
    rest = [str(measure) for measure in offered if measure not in covered]
    if not rest:
        return f"{', '.join(twice)}; {device.device} has nothing more to give here: leave it out"
    return f"{', '.join(twice)}; write under {device.device}: measures = {json.dumps(rest)}"
