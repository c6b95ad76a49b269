"""The dialects of boards that were flashed before the contract: read, and answered in kind.

Such a board never says what it has. So its `info` is written here, from a profile
where its id is a known one, and from what arrives otherwise; it has contract 0.
"""

from dataclasses import dataclass
import re
from typing import Any, Final

from .messages import MESSAGE_LIMIT, OFFLINE, ONLINE
from .payload import is_number, json_object, text
from .profiles import PROFILES, REFERENCE_EVENTS, Profile
from .rejection import Rejection, RejectionKind, excerpt
from .values import TEXT_LIMIT, is_text

CONTRACT_OF_REFERENCE: Final = 0

_UNIT_ENDINGS: Final = {"_s": "s", "_ms": "ms", "_c": "°C", "_v": "V", "_pct": "%", "_dbm": "dBm"}
_AVAILABILITY_KEYS: Final = ("status", "availability", "state")


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What one message of a reference board says, in the contract's terms."""

    values: dict[str, Any]
    settings: dict[str, Any]
    firmware_version: str | None = None
    #: Keys of which no id can be made.
    rejections: tuple[Rejection, ...] = ()


def profile_of(device_id: str) -> Profile | None:
    """Return what is known of the board behind an id."""
    return next((profile for profile in PROFILES if profile.pattern.search(device_id)), None)


def first_info(device_id: str) -> dict[str, Any]:
    """Return the `info` a reference board would publish, as far as its id tells."""
    profile = profile_of(device_id)
    return {
        "contract": CONTRACT_OF_REFERENCE,
        "kind": "prop",
        "name": re.sub(r"[-_]+", " ", device_id).strip().title() or device_id,
        "model": profile.model if profile else None,
        "capabilities": (
            profile.capabilities()
            if profile
            else {"events": {event: {} for event in REFERENCE_EVENTS}}
        ),
    }


def renewed_info(device_id: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Return an `info` as today's profile writes it, with what was learned of its board before."""
    fresh = first_info(device_id)
    learned = raw.get("capabilities", {}).get("telemetry", {})
    fresh["capabilities"]["telemetry"] = learned | fresh["capabilities"].get("telemetry", {})
    return fresh | {key: raw[key] for key in ("firmware",) if key in raw}


def availability(payload: bytes) -> bool | None:
    """Return whether a text or JSON payload says online or offline; None if it says neither."""
    word = text(payload, MESSAGE_LIMIT)
    if word.startswith("{"):
        raw = json_object(payload, MESSAGE_LIMIT)
        word = next((raw[key] for key in _AVAILABILITY_KEYS if isinstance(raw.get(key), str)), "")
    word = word.lower()
    return word == ONLINE if word in (ONLINE, OFFLINE) else None


def state(payload: bytes) -> str:
    """Return the id of the state in a payload («IO Error» → `io_error`)."""
    word = text(payload, MESSAGE_LIMIT)
    if word.startswith("{"):
        raw = json_object(payload, MESSAGE_LIMIT)
        word = next((raw[key] for key in ("state", "status") if isinstance(raw.get(key), str)), "")
    return slug(word)


def telemetry_object(payload: bytes, profile: Profile | None) -> Telemetry:
    """Return what one JSON telemetry object says."""
    raw = json_object(payload, MESSAGE_LIMIT)
    flat: dict[str, Any] = {}
    for key, value in raw.items():
        if isinstance(value, dict):
            flat |= {f"{key}_{inner}": deep for inner, deep in value.items()}
        else:
            flat[key] = value
    return _sort(flat, profile)


def telemetry_topic(path: str, payload: bytes, profile: Profile | None) -> Telemetry:
    """Return what a message on `telemetry/<path>` says: a scalar, as text."""
    word = text(payload, MESSAGE_LIMIT)
    return _sort({path.replace("/", "_"): _scalar(word)}, profile)


def _scalar(word: str) -> bool | int | float | str:
    if re.fullmatch(r"[+-]?\d{1,15}", word):
        return int(word)
    if re.fullmatch(r"[+-]?\d{1,15}\.\d{1,15}", word):
        return float(word)
    return {"true": True, "false": False}.get(word.lower(), word)


def _sort(flat: dict[str, Any], profile: Profile | None) -> Telemetry:
    values: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    rejections: list[Rejection] = []
    version = None
    for name, value in flat.items():
        try:
            key = slug(str(name))
        except Rejection as rejection:
            rejections.append(rejection)
            continue
        if key == "fw":
            version = value if isinstance(value, str) else None
        elif profile and key in profile.settings_from:
            settings[profile.settings_from[key]] = value
        elif profile and key in profile.words:
            target, words = profile.words[key]
            values[target] = words.get(str(value))
        else:
            values[key] = value
    return Telemetry(values, settings, version, tuple(rejections))


def slug(word: str) -> str:
    """Return a text as an id: lower-case letters, digits and `_`, beginning with a letter."""
    made = re.sub(r"[^a-z0-9]+", "_", word.strip().lower()[:96]).strip("_")[:48].rstrip("_")
    if not made:
        raise Rejection(RejectionKind.BAD_VALUE, excerpt(word))
    return made if made[0].isalpha() else f"n{made}"[:48]


def infer_value(key: str, value: Any) -> dict[str, Any]:
    """Return a description of a telemetry value that nobody described; hidden at first."""
    described: dict[str, Any]
    if isinstance(value, bool):
        described = {"type": "bool"}
    elif is_number(value):
        described = {"type": "float", "state_class": "measurement"}
        unit = next((u for ending, u in _UNIT_ENDINGS.items() if key.endswith(ending)), None)
        if unit:
            described["unit"] = unit
    elif is_text(value, TEXT_LIMIT):
        described = {"type": "text"}
    else:
        raise Rejection(RejectionKind.BAD_VALUE, f"{key}={excerpt(value)}")
    return described | _WELL_KNOWN.get(key, {"enabled": False, "category": "diagnostic"})


#: What these keys mean wherever they turn up.
_WELL_KNOWN: Final[dict[str, dict[str, Any]]] = {
    "rssi": {"unit": "dBm", "class": "signal_strength", "category": "diagnostic"},
    "uptime_s": {"unit": "s", "class": "uptime", "category": "diagnostic"},
    "uptime": {"unit": "s", "class": "uptime", "category": "diagnostic"},
    "triggers": {"state_class": "total_increasing"},
    "fires": {"state_class": "total_increasing"},
    "motion": {"class": "motion"},
    "error": {"category": "diagnostic"},
}


def command(action: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return a command both kinds of reference receivers understand.

    Firmware reads its arguments from `params`, workers from `args`: a single value, if
    that is all there is.
    """
    message: dict[str, Any] = {"action": action}
    if params:
        message |= {"params": params, "args": params.get("args", params)}
    return message
