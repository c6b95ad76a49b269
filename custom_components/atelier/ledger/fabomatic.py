"""Moving in: what a Fab-O-matic backend knows is brought into the ledger, once.

Each of their rows is remembered with the fact of ours that it became, in the transaction
that kept it: stopped in the middle or run again, nothing comes twice, and what was changed
or removed here since stays as it is.
"""

import asyncio
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ForeignFile
from .fabomatic_bring import Bringing
from .fabomatic_facts import Collected, Note, collect
from .fabomatic_file import OldFile
from .fabomatic_uses import SAMPLE, UseBringing, refuse_other_backend

if TYPE_CHECKING:
    from .ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Tell what a file holds that would be brought, by kind, and what to know before."""

    counts: dict[str, int]
    notes: list[Note]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Tell what was brought, by kind; `known` had been before, or was here already."""

    new: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    #: Uses and interventions that make no sense, or whose machine is not here.
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


async def inspect(path: Path) -> Preview:
    """Return what a backend's file would bring. Raise ForeignFile, and leave it untouched."""
    return await asyncio.to_thread(_inspect, path)


async def bring(ledger: Ledger, path: Path, *, by: str) -> Brought:
    """Bring what a backend's file holds. Raise ForeignFile, and leave it untouched."""
    file, collected = await asyncio.to_thread(_open, path)
    try:
        sample = await asyncio.to_thread(file.rows_after, "uses", -1, SAMPLE)
        await ledger.read(lambda connection: refuse_other_backend(connection, sample))
        bringing = Bringing(ledger, collected, by)
        await bringing.run()
        uses = UseBringing(bringing, file)
        await uses.run()
    finally:
        await asyncio.to_thread(file.close)
    brought = Brought(
        new=dict(+bringing.new),
        known=dict(+bringing.known),
        left_out=dict(+uses.left_out),
        notes=list(collected.notes),
    )
    summary = asdict(brought) | {"notes": dict(Counter(note.code for note in brought.notes))}
    await ledger.note_import(summary, by=by)
    return brought


def _open(path: Path) -> tuple[OldFile, Collected]:
    """Open a file and read all but what is long."""
    with ExitStack() as opening:
        file = opening.enter_context(closing(OldFile(path)))
        try:
            collected = collect(file)
        except TypeError, ValueError:
            raise ForeignFile("damaged", "The file holds rows that no backend writes") from None
        opening.pop_all()
        return file, collected


def _inspect(path: Path) -> Preview:
    """Open a file, count, and close it."""
    file, collected = _open(path)
    try:
        counts = collected.counts() | {
            "use": file.count("uses"),
            "intervention": file.count("interventions"),
        }
        return Preview(counts=counts, notes=collected.notes)
    finally:
        file.close()
