"""Read a bundle: `bundle.yaml` merged with what every device has, checked, made typed."""

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Final

import yaml

from . import schema, sections
from .problems import BundleError, Findings, Problem

DESCRIPTION: Final = "bundle.yaml"
COMMON: Final = "common.yaml"

#: Bytes of `info` (docs/contract.md, «Limits»), less what each board adds of itself.
INFO_LIMIT: Final = 16 * 1024 - 1024
FILE_LIMIT: Final = 256 * 1024

_SECTIONS: Final = ("states", "actions", "telemetry", "settings", "events", "presets", "player")
_HEAD: Final = frozenset(
    [
        "model",
        "name",
        "manufacturer",
        "version",
        "description",
        "boards",
        "app",
        "presence",
        "files",
        "modules",
        "pins",
    ]
)
#: Keys that are the board's business and stay out of `info`.
_BOARD_ONLY: Final = frozenset({"counter", "required"})
#: Keys of a value that are Home Assistant's business and stay out of the board's memory.
_RULE_KEYS: Final = ("type", "min", "max", "options", "default", "required")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything about one kind of device."""

    folder: Path
    model: str
    names: dict[str, str]
    manufacturer: str
    version: str
    description: dict[str, str]
    boards: tuple[str, ...]
    app: str
    #: The file, without .py, that speaks for the device; None: it speaks docs/contract.md.
    presence: str | None
    files: tuple[str, ...]
    modules: tuple[str, ...]
    pins: dict[str, dict[str, Any]]
    sections: dict[str, dict[str, Any]]

    @property
    def name(self) -> str:
        """Return the bundle's id, which is its folder's name."""
        return self.folder.name

    @property
    def kind(self) -> str:
        """Return the kind of device: a prop, or a board that speaks for a machine."""
        return "machine" if self.presence else "prop"

    def capabilities(self) -> dict[str, Any]:
        """Return what `info` says of every such device."""
        return {name: _public(part) for name, part in self.sections.items() if part}

    def rules(self) -> dict[str, Any]:
        """Return what the board itself needs in memory, and no more."""
        actions, settings, telemetry = (
            self.sections[name] for name in ("actions", "settings", "telemetry")
        )
        return {
            "model": self.model,
            "version": self.version,
            "app": self.app,
            **({"presence": self.presence} if self.presence else {}),
            "pins": {
                key: {name: value for name, value in pin.items() if name != "wire"}
                for key, pin in self.pins.items()
            },
            "actions": {
                key: {name: _rule(value) for name, value in (action.get("params") or {}).items()}
                for key, action in actions.items()
            },
            "settings": {key: _rule(value) for key, value in settings.items()},
            "counters": [key for key, value in telemetry.items() if value.get("counter")],
        }


def load(folder: Path, library: Path) -> Bundle:
    """Return the bundle in a folder; raise BundleError with everything that is wrong.

    `library` is the folder of the modules that bundles share; its `common.yaml` says
    what every device has.
    """
    found = Findings()
    if schema.ID.fullmatch(folder.name) is None:
        found.add(folder.name, "a bundle's folder is named with a-z, 0-9 and _, a letter first")
    raw = _read(folder / DESCRIPTION)
    # What every device has, it has by the contract; a device of another protocol has its own.
    common = {} if raw.get("presence") else _read(library / COMMON)
    found.only(raw, _HEAD | frozenset(_SECTIONS), DESCRIPTION)
    merged = {
        name: found.mapping(common.get(name), f"common {name}") | found.mapping(raw.get(name), name)
        for name in _SECTIONS
    }
    _check_head(found, raw)
    _check_files(found, raw, folder, library)
    pins = found.mapping(raw.get("pins"), "pins")
    sections.pins(found, pins)
    sections.states(found, merged["states"])
    sections.actions(found, merged["actions"])
    sections.telemetry(found, merged["telemetry"])
    sections.settings(found, merged["settings"])
    sections.events(found, merged["events"])
    sections.presets(found, merged["presets"], merged["actions"])
    sections.player(found, merged["player"], merged)
    if found.problems:
        raise BundleError(str(folder / DESCRIPTION), found.problems)
    bundle = Bundle(
        folder=folder,
        model=raw["model"],
        names=raw["name"],
        manufacturer=raw["manufacturer"],
        version=raw["version"],
        description=raw["description"],
        boards=tuple(raw["boards"]),
        app=raw["app"],
        presence=raw.get("presence"),
        files=tuple(raw["files"]),
        modules=tuple(raw.get("modules") or ()),
        pins=pins,
        sections=merged,
    )
    size = len(json.dumps(bundle.capabilities(), ensure_ascii=False).encode())
    if size > INFO_LIMIT:
        problem = Problem("capabilities", f"{size} bytes, {INFO_LIMIT} fit: shorten names")
        raise BundleError(str(folder / DESCRIPTION), [problem])
    return bundle


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise BundleError(str(path), [Problem("file", f"is over {FILE_LIMIT} bytes")])
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError(str(path), [Problem("file", error.strerror or "unreadable")]) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(str(path), [Problem("file", f"is not YAML: {error}")]) from error
    if not isinstance(raw, dict):
        raise BundleError(str(path), [Problem("file", "must be a mapping; see example_prop")])
    return raw


def _check_head(found: Findings, raw: dict[str, Any]) -> None:
    for key in ("model", "manufacturer"):
        if not schema.is_text(raw.get(key)):
            found.add(key, f"is needed: text, 1 to {schema.NAME_LIMIT} long")
    schema.check_name(found, raw.get("name"), "name")
    description = raw.get("description")
    if not isinstance(description, dict) or set(description) != set(schema.LANGUAGES):
        found.add("description", "needs a sentence in each of " + ", ".join(schema.LANGUAGES))
    version = raw.get("version")
    if not isinstance(version, str) or schema.VERSION.fullmatch(version) is None:
        found.add("version", "must be three numbers with dots, such as 1.0.0")
    boards = raw.get("boards")
    if not isinstance(boards, list) or not boards or not set(boards) <= schema.BOARDS:
        found.add("boards", "must be a list of " + ", ".join(sorted(schema.BOARDS)))


def _check_files(found: Findings, raw: dict[str, Any], folder: Path, library: Path) -> None:
    files = raw.get("files")
    if not isinstance(files, list) or not files:
        found.add("files", "must be a list of the bundle's Python files")
        files = []
    for name in files:
        if not isinstance(name, str) or schema.FILE.fullmatch(name) is None or name == "main.py":
            found.add("files", f"{name}: a name is a-z, 0-9 and _, ends in .py, is not main.py")
        elif not (folder / name).is_file() or (folder / name).is_symlink():
            found.add("files", f"{name} is not a file in {folder}")
    if not isinstance(raw.get("app"), str) or f"{raw.get('app')}.py" not in files:
        found.add("app", "must be one of the files, without .py: the module that has `App`")
    if "presence" in raw and f"{raw['presence']}.py" not in files:
        found.add("presence", "must be one of the files, without .py: the module with `Presence`")
    _check_modules(found, raw, library)


def _check_modules(found: Findings, raw: dict[str, Any], library: Path) -> None:
    modules = raw.get("modules") or []
    if not isinstance(modules, list):
        found.add("modules", "must be a list of modules of the library")
        modules = []
    for name in modules:
        if not isinstance(name, str) or schema.MODULE.fullmatch(name) is None:
            found.add("modules", f"{name}: a module is named with a-z, 0-9 and _")
        elif not (library / f"{name}.py").is_file():
            found.add("modules", f"there is no {name} in {library}")


def _public(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _public(item) for key, item in part.items() if key not in _BOARD_ONLY}
    return part


def _rule(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in _RULE_KEYS if key in value}
