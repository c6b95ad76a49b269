"""The tables of a bundle's README.md, made from its description."""

from collections.abc import Callable, Sequence
import re
from typing import Any, Final

from .bundles import Bundle
from .problems import BundleError, Problem
from .schema import PIN_NUMBERS

README: Final = "README.md"

_PLACE: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- /table -->)", re.DOTALL)


def refresh(bundle: Bundle, *, write: bool) -> bool:
    """Bring the tables in step; return whether they were not. Raises BundleError."""
    path = bundle.folder / README
    try:
        before = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BundleError(str(path), [Problem("file", error.strerror or "unreadable")]) from error
    after = render(bundle, before)
    if write and after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def render(bundle: Bundle, text: str) -> str:
    """Return a README's text with its tables made anew."""

    def table(match: re.Match[str]) -> str:
        make = _TABLES.get(match[2])
        if make is None:
            problem = Problem(match[2], f"is no table; known are {', '.join(sorted(_TABLES))}")
            raise BundleError(str(bundle.folder / README), [problem])
        return match[1] + make(bundle) + match[3]

    return _PLACE.sub(table, text)


def _wiring(bundle: Bundle) -> str:
    rows = []
    for key, pin in bundle.pins.items():
        numbers = [f"{name.upper()} {pin[name]}" for name in PIN_NUMBERS if name in pin]
        cap = f", at most {pin['max_on_ms'] / 1000:g} s on" if "max_on_ms" in pin else ""
        rows.append((f"`{key}`", ", ".join(numbers), pin["wire"] + cap))
    return _table(("Pin", "GPIO", "Connects to"), rows)


def _actions(bundle: Bundle) -> str:
    rows = [
        (
            f"`{key}`",
            item["name"]["en"],
            ", ".join(
                f"`{name}` {_range(rule)}" for name, rule in (item.get("params") or {}).items()
            ),
        )
        for key, item in bundle.sections["actions"].items()
    ]
    return _table(("Action", "Name", "Parameters"), rows)


def _states(bundle: Bundle) -> str:
    rows = [
        (f"`{key}`", item["name"]["en"], "acts" if item.get("active") else "")
        for key, item in bundle.sections["states"].items()
    ]
    return _table(("State", "Name", ""), rows)


def _telemetry(bundle: Bundle) -> str:
    rows = [
        (f"`{key}`", item["name"]["en"], _range(item))
        for key, item in bundle.sections["telemetry"].items()
    ]
    return _table(("Value", "Name", "Type"), rows)


def _settings(bundle: Bundle) -> str:
    rows = [
        (f"`{key}`", item["name"]["en"], _range(item), str(item["default"]))
        for key, item in bundle.sections["settings"].items()
    ]
    return _table(("Setting", "Name", "Type", "Default"), rows)


def _events(bundle: Bundle) -> str:
    rows = [(f"`{key}`", item["name"]["en"]) for key, item in bundle.sections["events"].items()]
    return _table(("Event", "Name"), rows)


def _range(rule: dict[str, Any]) -> str:
    if rule["type"] == "choice":
        return ", ".join(rule["options"])
    unit = f" {rule['unit']}" if "unit" in rule else ""
    if "min" in rule:
        return f"{rule['type']} {rule['min']} to {rule['max']}{unit}"
    return f"{rule['type']}{unit}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_TABLES: Final[dict[str, Callable[[Bundle], str]]] = {
    "wiring": _wiring,
    "actions": _actions,
    "states": _states,
    "telemetry": _telemetry,
    "settings": _settings,
    "events": _events,
}
