"""clinic.toml, read into typed settings.

Every mistake is named with its line, and all mistakes are told at once; nothing is guessed.
What devices exist is asked of the catalogue, what presets exist is a closed list here (the
alarm room owns their content). No port is opened and no store is touched by reading a file.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from monitors import toml_lines
from monitors.clock import SystemClock
from monitors.config_tables import Mistake, not_toml, written_mistakes
from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.devices.device_kind import DeviceKind, LineSettings, Measures
from monitors.errors import ConfigurationError

Arm = Literal["left", "right"]
Preset = Literal["mood", "pain", "injection", "default"]
DEFAULT_CONFIG_NAME = "clinic.toml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DeviceSettings(_Strict):
    """Hold one ``[[recliners.devices]]`` table."""

    device: str
    port: str = Field(min_length=1)
    simulated: bool | None = None
    name: str | None = Field(default=None, min_length=1, max_length=40)
    measures: list[Annotated[Measures, Field(strict=False)]] | None = None
    serial_number: str | None = None
    baud: int | None = Field(default=None, ge=300, le=921_600)
    parity: Literal["N", "E", "O"] | None = None

    @property
    def kind(self) -> DeviceKind:
        """Return the catalogue row of this device."""
        return kind_of(self.device)

    @property
    def line(self) -> LineSettings:
        """Return the line settings: the catalogue's, with what clinic.toml changes."""
        row = self.kind.line
        return LineSettings(
            baud=self.baud or row.baud,
            bytesize=row.bytesize,
            parity=self.parity or row.parity,
            stopbits=row.stopbits,
            rtscts=row.rtscts,
        )

    @property
    def covers(self) -> frozenset[Measures]:
        """Return what is taken from this device."""
        return self.kind.measures if self.measures is None else frozenset(self.measures)

    @property
    def role(self) -> str:
        """Return the word by which staff know the device."""
        return self.name or ("oximeter" if self.covers == {Measures.OXIMETRY} else "monitor")


class ReclinerSettings(_Strict):
    """Hold one ``[[recliners]]`` table."""

    name: str = Field(min_length=1, max_length=12, pattern=r"^[\w .-]+$")
    room: str = Field(default="Infusion room", min_length=1, max_length=40)
    preset: Preset = "mood"
    probe_arm: Arm | None = None
    cuff_arm: Arm | None = None
    iv_arm: Arm | None = None
    cuff_start: bool = False
    devices: list[DeviceSettings] = Field(default_factory=list)

    def device_id(self, position: int) -> str:
        """Return the name of the device at a position, unique in the clinic: ``R1/oximeter``."""
        roles = [device.role for device in self.devices]
        role = roles[position]
        nth = roles[: position + 1].count(role)
        return f"{self.name}/{role}" if nth == 1 else f"{self.name}/{role}{nth}"


class LoudspeakerSettings(_Strict):
    """Hold ``[annunciator.loudspeaker]``; place says where it stands, for the person who reads."""

    place: str = Field(min_length=3)
    alsa_device: str = "default"


class WebhookSettings(_Strict):
    """Hold ``[annunciator.webhook]``: whom to call when a high alarm stays unacknowledged."""

    urls: list[str] = Field(min_length=1)
    after_s: int = Field(default=120, ge=15, le=1800)


class AnnunciatorSettings(_Strict):
    """Hold ``[annunciator]``: what must be heard without a browser; all of it off by default."""

    loudspeaker: LoudspeakerSettings | None = None
    webhook: WebhookSettings | None = None


class ClinicSettings(_Strict):
    """Hold the ``[clinic]`` table."""

    name: str = Field(default="Infusion room", min_length=1, max_length=60)
    store: str = "chairside.db"
    clock_rate: float = Field(default=1.0, gt=0, le=600, strict=False)
    clock_began_utc_ms: int | None = Field(default=None, gt=0)
    default_preset: Preset = "default"
    staff: list[str] = Field(default_factory=list)
    allowed_hosts: list[str] = Field(default_factory=list)
    presets: list[str] = Field(default_factory=list)
    protocols: str | None = Field(default=None, min_length=1)


class Clinic(_Strict):
    """Hold everything clinic.toml says; ``source`` is the file it came from."""

    clinic: ClinicSettings = Field(default_factory=ClinicSettings)
    recliners: list[ReclinerSettings] = Field(default_factory=list)
    annunciator: AnnunciatorSettings = Field(default_factory=AnnunciatorSettings)
    source: Path | None = Field(default=None, exclude=True)

    @property
    def name(self) -> str:
        """Return the name shown on the wall."""
        return self.clinic.name

    @property
    def staff(self) -> tuple[str, ...]:
        """Return the names offered when a person signs an order."""
        return tuple(self.clinic.staff)

    @property
    def store_url(self) -> str:
        """Return the store as a URL, or as an absolute path beside the file."""
        if "://" in self.clinic.store:
            return self.clinic.store
        return str(self._beside(self.clinic.store))

    @property
    def protocols_path(self) -> Path | None:
        """Return the file with the clinic's own protocols, beside clinic.toml; None for none."""
        return None if self.clinic.protocols is None else self._beside(self.clinic.protocols)

    @property
    def preset_paths(self) -> tuple[Path, ...]:
        """Return the files with the clinic's own alarm presets, beside clinic.toml."""
        return tuple(self._beside(name) for name in self.clinic.presets)

    def _beside(self, name: str) -> Path:
        folder = self.source.parent if self.source else Path.cwd()
        return (folder / name).resolve()

    @property
    def has_devices(self) -> bool:
        """Say whether any recliner has a device, so that a collector has something to do."""
        return any(recliner.devices for recliner in self.recliners)

    @property
    def is_simulated(self) -> bool:
        """Say whether the devices are simulated; a clinic is all simulated or not at all."""
        return any(device.simulated for recliner in self.recliners for device in recliner.devices)

    def make_clock(self) -> SystemClock:
        """Return the clock of this clinic's room."""
        return SystemClock.of_rate(self.clinic.clock_rate, self.clinic.clock_began_utc_ms)

    def all_devices(self) -> Iterator[tuple[ReclinerSettings, str, DeviceSettings]]:
        """Yield each device with its recliner and its name."""
        for recliner in self.recliners:
            for position, device in enumerate(recliner.devices):
                yield recliner, recliner.device_id(position), device


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
    """Say whether a port ends on this machine or in a pseudo-terminal, so may be simulated."""
    if port.startswith(("/dev/pts/", "/dev/ttys", "/dev/ptm")):
        return True
    if "://" not in port or port.startswith("hwgrep://"):
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
