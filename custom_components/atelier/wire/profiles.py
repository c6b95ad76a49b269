"""What is known of the reference system's boards and workers, which never described themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Final

#: What the state of a board that publishes no events tells of them.
REFERENCE_EVENTS: Final = ("activated", "finished", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Describe one kind of board or worker by the contract's capabilities."""

    model: str
    #: Which ids are of this kind.
    pattern: re.Pattern[str]
    states: Mapping[str, dict[str, Any]]
    actions: Mapping[str, dict[str, Any]]
    telemetry: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    settings: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    #: Telemetry key → setting whose value it tells.
    settings_from: Mapping[str, str] = field(default_factory=dict)
    #: Telemetry key → (value it tells, its words → the value).
    words: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    #: Action → states that prove it was done, since such a board never answers.
    proofs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def capabilities(self) -> dict[str, Any]:
        """Return them in the form in which a device of the contract publishes them."""
        return {
            "states": dict(self.states),
            "actions": dict(self.actions),
            "telemetry": dict(self.telemetry),
            "settings": dict(self.settings),
            "events": {event: {} for event in REFERENCE_EVENTS},
        }


_VOLUME: Final = {"type": "int", "min": 0, "max": 30}
_BUTTON: Final = {"button": True}
_SHOW_BUTTONS: Final = (
    "play",
    "fade",
    "reset",
    "disco",
    "volume_up",
    "volume_down",
)
_RESTED: Final = frozenset({"armed", "blocked"})

_COFFIN: Final = Profile(
    model="Coffin Jumper",
    pattern=re.compile(r"coffin[-_]?jumper", re.IGNORECASE),
    states={
        "booting": {},
        "idle": {},
        "armed": {},
        "action": {"active": True},
        "blocked": {"armed": False},
        "playing": {"active": True},
        "io_error": {},
    },
    actions={
        "trigger": {"role": "trigger", "params": {"volume": _VOLUME}} | _BUTTON,
        "stop_action": {"role": "stop"} | _BUTTON,
        "block": {"role": "disarm"},
        "unblock": {"role": "arm"},
        "reset": {"category": "config"} | _BUTTON,
        "play_music": {
            "params": {"volume": _VOLUME, "track": {"type": "int", "min": 1, "max": 2999}}
        },
        "pause_music": {},
        "resume_music": {},
        "stop_music": {},
        "set_volume": {"params": {"volume": _VOLUME}},
    },
    telemetry={
        "motion": {"type": "bool", "class": "motion"},
        "solenoid": {"type": "bool", "class": "running", "category": "diagnostic"},
        "triggers": {"type": "int", "state_class": "total_increasing"},
        "rssi": {
            "type": "int",
            "unit": "dBm",
            "class": "signal_strength",
            "category": "diagnostic",
        },
        "uptime_s": {"type": "int", "unit": "s", "class": "uptime", "category": "diagnostic"},
    },
    settings={"volume": _VOLUME | {"category": "config", "via": "set_volume"}},
    settings_from={"vol": "volume"},
    words={
        "pir": ("motion", {"Motion!": True, "---": False}),
        "solenoid_power": ("solenoid", {"On": True, "Off": False}),
    },
    proofs={
        "trigger": frozenset({"action"}),
        "stop_action": _RESTED,
        "block": frozenset({"blocked"}),
        "unblock": frozenset({"armed"}),
        "reset": frozenset({"armed"}),
        "play_music": frozenset({"playing"}),
        "resume_music": frozenset({"playing"}),
        "stop_music": _RESTED,
    },
)

_SHOW: Final = Profile(
    model="Hue and Nest show",
    pattern=re.compile(r"_hue_nest$"),
    states={
        "started": {"armed": False},
        "stopped": {"armed": False},
        "arming": {},
        "waiting": {},
        "playing": {"active": True},
        "fadeout": {"active": True},
        "cooldown": {},
        "armed": {},
        "error": {"armed": False},
    },
    actions={
        "arm": {"role": "arm"},
        "stop": {"role": "disarm"} | _BUTTON,
        **{action: dict(_BUTTON) for action in _SHOW_BUTTONS},
        "wait": {},
        "chromecast": {},
        "hue": {},
        "tesla": {},
    },
    telemetry={
        "speakers_status": {"type": "text", "category": "diagnostic"},
        "speakers_state": {"type": "text"},
        "hue_state": {"type": "text"},
        "hue_scene": {"type": "text"},
    },
    proofs={
        "arm": frozenset({"arming", "waiting"}),
        "stop": frozenset({"stopped"}),
        "play": frozenset({"playing", "cooldown"}),
        "fade": frozenset({"fadeout"}),
    },
)

PROFILES: Final = (_COFFIN, _SHOW)
