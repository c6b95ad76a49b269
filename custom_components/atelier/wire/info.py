"""The `info` of a device: who it is and what it has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
import re
from typing import Any, Final

import orjson

from .payload import json_object
from .rejection import Rejection, RejectionKind, excerpt
from .values import (
    NAME_LIMIT,
    Category,
    Names,
    ValueSpec,
    ValueType,
    is_text,
    names,
    optional_text,
)

CONTRACT_VERSION: Final = 1
INFO_LIMIT: Final = 16 * 1024

#: The telemetry value and the parameter that hold the number of a player's track.
TRACK: Final = "track"

#: Items in one section of the capabilities; what comes after is not looked at.
SECTION_LIMIT: Final = 64

#: Levels of objects and lists in it; the contract's own parts need seven.
_NESTING_LIMIT: Final = 16

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
_VERSION: Final = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){0,3}([-+.]?[A-Za-z0-9.]{1,24})?")


class Role(StrEnum):
    """Give an action its standard meaning, whatever it is called."""

    TRIGGER = "trigger"
    STOP = "stop"
    ARM = "arm"
    DISARM = "disarm"
    RESTART = "restart"
    IDENTIFY = "identify"
    RESET_COUNTER = "reset_counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSpec:
    """Describe a state: whether the device would act in it, and whether it acts."""

    key: str
    names: Names
    armed: bool = True
    active: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """Describe something a device can be told to do."""

    key: str
    names: Names
    role: Role | None = None
    button: bool = False
    category: Category | None = None
    icon: str | None = None
    params: dict[str, ValueSpec] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetSpec:
    """Describe a named way to act."""

    key: str
    names: Names
    action: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerSpec:
    """Say which values and actions make up a device's sound player."""

    status: str
    volume: str | None
    play: str | None
    pause: str | None
    resume: str | None
    stop: str | None
    tracks: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Hold what a device has. Devices of one model share one object."""

    states: dict[str, StateSpec] = field(default_factory=dict)
    actions: dict[str, ActionSpec] = field(default_factory=dict)
    telemetry: dict[str, ValueSpec] = field(default_factory=dict)
    settings: dict[str, ValueSpec] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    presets: dict[str, PresetSpec] = field(default_factory=dict)
    player: PlayerSpec | None = None

    def action_with(self, role: Role) -> ActionSpec | None:
        """Return the first action that has a role."""
        return next((action for action in self.actions.values() if action.role is role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Hold what a device says of itself."""

    contract: int
    name: str
    model: str | None = None
    manufacturer: str | None = None
    firmware_version: str | None = None
    firmware_hash: str | None = None
    board: str | None = None
    serial: str | None = None
    boot: str | None = None
    address: str | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)


@dataclass(frozen=True, slots=True)
class ParsedInfo:
    """Hold an `info`, what it was made of, and the parts that were left out."""

    info: Info
    #: The object without its capabilities, and these as JSON.
    head: dict[str, Any]
    encoded: bytes
    rejections: tuple[Rejection, ...]

    def raw(self) -> dict[str, Any]:
        """Return the object it was made of."""
        return self.head | {"capabilities": orjson.loads(self.encoded)}


def parse_info(payload: bytes) -> ParsedInfo:
    """Return the `info` in a payload; a part that does not fit is left out and reported.

    Raises Rejection where nothing can be made of it at all.
    """
    raw = json_object(payload, INFO_LIMIT)
    if raw.get("contract") == 0:  # only what we write for boards that never say what they are
        raise Rejection(RejectionKind.BAD_DESCRIPTION, "contract=0")
    return read_info(raw)


def read_info(raw: dict[str, Any]) -> ParsedInfo:
    """Return the `info` in an object."""
    contract = raw.get("contract")
    if not isinstance(contract, int) or isinstance(contract, bool) or contract < 0:
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"contract={excerpt(contract)}")
    if raw.get("kind", "prop") != "prop":
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"kind={excerpt(raw.get('kind'))}")
    name = raw.get("name")
    if not is_text(name, NAME_LIMIT) or not name.strip():
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"name={excerpt(name)}")
    if not _is_shallow(raw, _NESTING_LIMIT):
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"deeper than {_NESTING_LIMIT}")
    reader = _Reader()
    firmware = reader.object(raw, "firmware")
    described = _read_capabilities(orjson.dumps(reader.object(raw, "capabilities")))
    info = Info(
        contract=contract,
        name=name.strip(),
        model=reader.text(raw, "model"),
        manufacturer=reader.text(raw, "manufacturer"),
        firmware_version=reader.version(firmware),
        firmware_hash=reader.text(firmware, "hash"),
        board=reader.text(raw, "board"),
        serial=reader.text(raw, "serial"),
        boot=reader.text(raw, "boot"),
        address=reader.text(raw, "address"),
        capabilities=described.capabilities,
    )
    return ParsedInfo(
        info,
        {key: value for key, value in raw.items() if key != "capabilities"},
        described.encoded,
        (*reader.rejections, *described.rejections),
    )


def _is_shallow(raw: object, levels: int) -> bool:
    """Tell whether something parsed can be written as JSON again, which goes less deep."""
    if not isinstance(raw, dict | list):
        return True
    inner = raw.values() if isinstance(raw, dict) else raw
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)


@dataclass(frozen=True, slots=True)
class _Described:
    capabilities: Capabilities
    encoded: bytes
    rejections: tuple[Rejection, ...]


@lru_cache(maxsize=128)
def _read_capabilities(encoded: bytes) -> _Described:
    """Read capabilities once for all devices that have the same."""
    raw = orjson.loads(encoded)
    reader = _Reader()
    actions = reader.section(raw, "actions", reader.action)
    telemetry = reader.section(raw, "telemetry", ValueSpec.of)
    settings = reader.section(raw, "settings", _setting)
    capabilities = Capabilities(
        states=reader.section(raw, "states", _state),
        actions=actions,
        telemetry=telemetry,
        settings=settings,
        events=tuple(reader.section(raw, "events", lambda key, _: key)),
        presets=reader.section(raw, "presets", lambda key, item: _preset(key, item, actions)),
        player=reader.player(raw, actions, telemetry, settings),
    )
    return _Described(capabilities, encoded, tuple(reader.rejections))


class _Reader:
    """Read parts one by one, so that one bad part does not cost the others."""

    def __init__(self) -> None:
        self.rejections: list[Rejection] = []

    def _reject(self, detail: str) -> None:
        self.rejections.append(Rejection(RejectionKind.BAD_DESCRIPTION, detail))

    def object(self, raw: dict[str, Any], name: str) -> dict[str, Any]:
        value = raw.get(name, {})
        if isinstance(value, dict):
            return value
        self._reject(f"{name}={excerpt(value)}")
        return {}

    def text(self, raw: dict[str, Any], name: str) -> str | None:
        try:
            return optional_text(raw, name, "info")
        except Rejection as rejection:
            self.rejections.append(rejection)
            return None

    def version(self, firmware: dict[str, Any]) -> str | None:
        version = self.text(firmware, "version")
        if version is not None and _VERSION.fullmatch(version) is None:
            self._reject(f"firmware.version={excerpt(version)}")
            return None
        return version

    def section[T](
        self,
        capabilities: dict[str, Any],
        name: str,
        parse: Callable[[str, dict[str, Any]], T],
    ) -> dict[str, T]:
        parsed: dict[str, T] = {}
        for key, item in self.object(capabilities, name).items():
            if len(parsed) == SECTION_LIMIT:
                self._reject(f"{name}: more than {SECTION_LIMIT}")
                break
            if _KEY.fullmatch(key) is None or not isinstance(item, dict):
                self._reject(f"{name}.{excerpt(key)}={excerpt(item)}")
                continue
            try:
                parsed[key] = parse(key, item)
            except Rejection as rejection:
                self._reject(f"{name}: {rejection.detail}")
        return parsed

    def action(self, key: str, raw: dict[str, Any]) -> ActionSpec:
        role = raw.get("role")
        category = raw.get("category")
        return ActionSpec(
            key=key,
            names=names(raw, key),
            # A role or category of a later version is ignored, not the action.
            role=Role(role) if role in tuple(Role) else None,
            button=raw.get("button") is True,
            category=Category(category) if category in tuple(Category) else None,
            icon=optional_text(raw, "icon", key),
            params=self.section(raw, "params", ValueSpec.of),
        )

    def player(
        self,
        capabilities: dict[str, Any],
        actions: dict[str, ActionSpec],
        telemetry: dict[str, ValueSpec],
        settings: dict[str, ValueSpec],
    ) -> PlayerSpec | None:
        raw = self.object(capabilities, "player")
        if not raw:
            return None

        def known(name: str, among: dict[str, Any]) -> str | None:
            value = raw.get(name)
            if isinstance(value, str) and value in among:
                return value
            if value is not None:
                self._reject(f"player.{name}={excerpt(value)}")
            return None

        status = known("status", telemetry)
        if status is None:
            self._reject("player: it needs a status")
            return None
        return PlayerSpec(
            status=status,
            volume=known("volume", settings),
            play=known("play", actions),
            pause=known("pause", actions),
            resume=known("resume", actions),
            stop=known("stop", actions),
            tracks={
                int(number): title
                for number, title in self.object(raw, "tracks").items()
                if re.fullmatch(r"[0-9]{1,4}", number) and is_text(title, NAME_LIMIT)
            },
        )


def _state(key: str, raw: dict[str, Any]) -> StateSpec:
    return StateSpec(
        key=key,
        names=names(raw, key),
        armed=raw.get("armed") is not False,
        active=raw.get("active") is True,
    )


def _setting(key: str, raw: dict[str, Any]) -> ValueSpec:
    spec = ValueSpec.of(key, raw)
    if spec.type is ValueType.TEXT:
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{key}: a setting cannot be text")
    if spec.type in (ValueType.INT, ValueType.FLOAT) and (
        spec.minimum is None or spec.maximum is None
    ):
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{key}: min and max are needed")
    return spec


def _preset(key: str, raw: dict[str, Any], actions: dict[str, ActionSpec]) -> PresetSpec:
    action = raw.get("action")
    params = raw.get("params", {})
    if not isinstance(action, str) or action not in actions or not isinstance(params, dict):
        raise Rejection(RejectionKind.BAD_DESCRIPTION, f"{key}.action={excerpt(action)}")
    return PresetSpec(key=key, names=names(raw, key), action=action, params=params)
