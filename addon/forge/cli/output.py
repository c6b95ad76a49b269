"""What is written: data to standard output, everything else to standard error."""

from collections.abc import Iterable, Sequence
import json
import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: Where no terminal says how wide it is, nothing is wrapped or cut.
_WIDE: Final = 10_000
_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP: Final = 1024


def write_json(data: Any) -> None:
    """Write JSON as UTF-8, whatever the terminal speaks and however wide it is."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    sys.stdout.flush()
    # A lone surrogate is written as JSON's own escape of it.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def clean(text: Any) -> str:
    """Return text without what a terminal takes for commands."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for char in str(text)
    )


def write(text: str) -> None:
    """Write text for people to standard output."""
    sys.stdout.write(clean(text))
    sys.stdout.flush()


def note(line: str) -> None:
    """Say something beside the data."""
    sys.stderr.write(f"{clean(line)}\n")
    sys.stderr.flush()


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Write rows; where there are none, say so beside the data."""
    found = list(rows)
    if not found:
        note(empty)
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in found:
        drawn.add_row(*(Text(_cell(cell)) for cell in row))
    _console().print(drawn)


def facts(named: Iterable[tuple[str, Any]]) -> None:
    """Write facts under their names; those that are unknown are left out."""
    drawn = Table(box=None, pad_edge=False, show_header=False)
    drawn.add_column(style="bold", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in named:
        if value is not None and value != []:
            drawn.add_row(name, Text(_cell(value)))
    _console().print(drawn)


def size(count: int | None) -> str:
    """Return bytes as people read them."""
    if count is None:
        return ""
    amount, unit = float(count), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{count} B"


def moment(text: str | None) -> str:
    """Return a time as people read it: UTC, to the second."""
    return f"{text[:19].replace('T', ' ')} UTC" if text else ""


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(one) for one in value)
    if isinstance(value, dict):
        return clean(json.dumps(value, ensure_ascii=False))
    return clean(value)


def _console() -> Console:
    width = None if sys.stdout.isatty() else _WIDE
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)
