"""The ledger as the rest of Atelier knows it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import sqlite3
import time
from typing import Any, Self, overload

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ..machines.facts import (
    Board,
    Facts,
    Intervention,
    Member,
    Permission,
    Tally,
    UnknownCard,
    Use,
)
from . import changing, exporting, figures, listing, loading, recording, removing, retention
from .engine import copy_file, let_go, reading_engine, told, writing_engine
from .errors import Invalid, LedgerError, Rule
from .exporting import Row
from .figures import MemberFigures, Statistics, WeeklySummary
from .kinds import Fact
from .migrate import migrate
from .pages import (
    AuditEntry,
    AuditQuery,
    InterventionQuery,
    MemberQuery,
    Page,
    Query,
    UnknownCardQuery,
    UseQuery,
)
from .removing import UNDO_DAYS, Removal, Taken
from .retention import RetentionReport
from .rules import check, fitting, folded_card
from .schema import Values
from .seed import seed
from .stillness import hold_still
from .trail import Author, write_down
from .writer import Writer


class Ledger:
    """Keep facts in a database: one writer that groups commits, and readers beside it."""

    def __init__(
        self,
        writing: AsyncEngine,
        reading: AsyncEngine,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make a ledger on a database that is migrated; `Ledger.open` does all of it."""
        self.clock = clock
        self._writing = writing
        self._reading = reading
        self.writer = Writer(writing)

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], float] = time.time) -> Self:
        """Open a ledger, bring its tables up to date, and seed an empty one.

        `url` is `sqlite+aiosqlite:///path` or `postgresql+asyncpg://user@host/name`.
        Raise LedgerUnavailable where that fails.
        """
        writing, reading = await asyncio.to_thread(_prepare, url)
        ledger = cls(writing, reading, clock=clock)
        try:
            await ledger.writer.do(lambda connection: seed(connection, at=clock()))
        except BaseException:
            await ledger.close()
            raise
        return ledger

    async def close(self) -> None:
        """Commit what waits, and let go of the database."""
        await self.writer.close()
        await let_go(self._reading)
        await let_go(self._writing)

    async def load(self) -> Facts:
        """Read everything that decisions need."""
        return await self.read(loading.load)

    async def tally(self, machine_id: int) -> Tally:
        """Read all that decisions need of one machine's uses and care."""
        return await self.read(lambda connection: loading.tally(connection, machine_id))

    # What boards make it write

    async def start_use(self, use: Use, *, closing: Sequence[Use] = ()) -> Use:
        """Keep a use that begins, and the end of others, at once; return it with its id.

        Raise Duplicate("origin") where the machine's board told of it before, InUse where
        another use is open, Conflict where one to close was changed meanwhile.
        """
        return (await self.save_uses([*closing, use]))[-1]

    async def save_uses(self, uses: Sequence[Use], *, by: str | None = None) -> list[Use]:
        """Keep uses: new ones without an id, and ends, reopenings and corrections of others.

        `by` names the person who wants it, where no board told of it.
        """
        for use in uses:
            check(use)
        try:
            if by is None:
                return await self.writer.join(recording.keep_together, uses)
            author = Author(by, self.clock())
            return await self.writer.do(
                lambda connection: recording.keep_uses(connection, uses, author)
            )
        except recording.UseRefused as refused:
            use = refused.use
        why = await self.read(lambda connection: recording.why_refused(connection, use))
        raise why or LedgerError("A rule of the database refused a use")

    async def see_uses(self, seen: Mapping[int, float]) -> None:
        """Keep when open uses, by id, were last seen."""
        await self.writer.do(lambda connection: recording.see_uses(connection, seen))

    async def add_interventions(
        self, interventions: Sequence[Intervention], *, by: str | None = None
    ) -> list[Intervention]:
        """Keep interventions; return them with their ids. `by` as for uses."""
        for intervention in interventions:
            check(intervention)
        author = None if by is None else Author(by, self.clock())
        return await self.writer.do(
            lambda connection: recording.add_interventions(connection, interventions, author)
        )

    async def saw_unknown_card(self, card: str, machine_id: int, at: float) -> UnknownCard | None:
        """Count a card that nobody knows at a machine; None where it is somebody's by now."""
        card = folded_card(card)
        return await self.writer.do(
            lambda connection: recording.saw_unknown_card(connection, card, machine_id, at)
        )

    async def saw_board(self, board: Board) -> None:
        """Keep what a board says of itself."""
        board = fitting(board)
        await self.writer.do(lambda connection: recording.saw_board(connection, board))

    # What people change

    async def save[F: Fact](self, fact: F, *, by: str) -> F:
        """Keep a new fact (id None, but for machines) or a changed one; return it as kept.

        Raise Invalid, Unknown, Duplicate, InUse, Overlap, or Conflict where somebody changed it
        since.
        """
        author = Author(by, self.clock())
        return await self.writer.do(lambda connection: changing.save(connection, fact, author))

    async def save_all(self, facts: Sequence[Fact], *, by: str) -> list[Fact]:
        """Keep many facts, all or none."""
        author = Author(by, self.clock())
        return await self.writer.do(lambda connection: changing.save_all(connection, facts, author))

    async def set_permissions(
        self, granted: Sequence[Permission], revoked: Sequence[int], *, by: str
    ) -> tuple[list[Permission], Removal | None]:
        """Keep permissions and remove others by their ids, all or none: a matrix edited at once.

        Return the kept ones, and what takes the removal of the others back.
        """
        author = Author(by, self.clock())

        async def work(connection: AsyncConnection) -> tuple[list[Permission], Removal | None]:
            removal = (
                await removing.remove(connection, Permission, revoked, author) if revoked else None
            )
            return await changing.save_all(connection, granted, author), removal

        return await self.writer.do(work)

    async def remove(self, kind: type[Fact], id: int, *, by: str) -> Removal:
        """Remove a fact and what goes with it; `restore` takes it back for 30 days."""
        author = Author(by, self.clock())
        return await self.writer.do(
            lambda connection: removing.remove(connection, kind, [id], author)
        )

    async def restore(self, removal: Removal, *, by: str) -> tuple[list[Any], Taken]:
        """Take a removal back; return the facts, and what came along."""
        author = Author(by, self.clock())
        return await self.writer.do(
            lambda connection: removing.restore(connection, removal, author)
        )

    async def dismiss_unknown_card(
        self, card: str, *, machine_id: int | None = None, by: str
    ) -> int:
        """Forget a card that nobody knows, at a machine or at all; return at how many it was."""
        card, author = folded_card(card), Author(by, self.clock())
        return await self.writer.do(
            lambda connection: recording.dismiss_unknown_card(connection, card, machine_id, author)
        )

    # What people read

    async def unknown_cards(self) -> list[UnknownCard]:
        """Return the cards that nobody knows, the latest first."""
        return await self.read(listing.unknown_cards)

    @overload
    async def page(self, query: UseQuery) -> Page[Use]: ...
    @overload
    async def page(self, query: MemberQuery) -> Page[Member]: ...
    @overload
    async def page(self, query: InterventionQuery) -> Page[Intervention]: ...
    @overload
    async def page(self, query: UnknownCardQuery) -> Page[UnknownCard]: ...
    @overload
    async def page(self, query: AuditQuery) -> Page[AuditEntry]: ...
    async def page(self, query: Query) -> Page[Any]:
        """Return a part of a list, searched and filtered by the database."""
        return await self.read(lambda connection: listing.page(connection, query))

    async def export(self, query: Query) -> AsyncIterator[list[Row]]:
        """Read all that a query asks for, a thousand rows at a time; see `columns_of`."""
        async with self._reader() as connection:
            async for rows in exporting.export(connection, query):
                yield rows

    async def statistics(self, start: float, end: float) -> Statistics:
        """Return figures of a period."""
        return await self.read(lambda connection: figures.statistics(connection, start, end))

    async def weekly_summary(self, until: float, *, since: float | None = None) -> WeeklySummary:
        """Return what to tell of the 7 days before a moment; `since` where clocks changed."""
        return await self.read(lambda connection: figures.weekly_summary(connection, until, since))

    async def member_figures(self, member_id: int) -> MemberFigures:
        """Return for how long, and how often, a member used machines."""
        return await self.read(lambda connection: figures.member_figures(connection, member_id))

    # What time makes it do

    async def retain(
        self,
        now: float,
        *,
        uses_days: float = 365,
        cards_days: float = 30,
        undo_days: float = UNDO_DAYS,
    ) -> RetentionReport:
        """Forget who used what so long ago, old unknown cards and old removals; say how many."""
        return await retention.retain(
            self.writer, now, uses_days=uses_days, cards_days=cards_days, undo_days=undo_days
        )

    async def copy_to(self, path: Path) -> None:
        """Write a whole and consistent copy of a SQLite ledger to a file that is not there.

        A ledger on a server is copied by the server's own means: Invalid.
        """
        if self._reading.dialect.name != "sqlite":
            raise Invalid(
                Rule.SERVER, "database", "is on a server, which has means of its own for copies"
            )
        await asyncio.to_thread(copy_file, self._reading.url, path)

    async def hold_still(self) -> sqlite3.Connection:
        """Keep a SQLite ledger's file fit to be copied until the connection is closed."""
        return await asyncio.to_thread(hold_still, self._reading.url)

    async def note_import(self, summary: Values, *, by: str) -> None:
        """Write down in the audit trail that somebody brought what another system knew."""
        entry = Author(by, self.clock()).plain_entry("brought", "import", after=summary)
        await self.writer.do(lambda connection: write_down(connection, [entry]))

    # Inside

    async def read[T](self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do some work that only reads, on one consistent state."""
        async with self._reader() as connection:
            return await work(connection)

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection that only reads."""
        failed: Exception
        try:
            async with self._reading.connect() as connection:
                yield connection
        except Exception as error:  # noqa: BLE001 - raised below, without the driver's own words
            failed = told(error)
        else:
            return
        raise failed from None


def _prepare(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """Bring the tables up to date; return the engines that write and read. Blocks."""
    migrate(url)
    return writing_engine(url), reading_engine(url)
