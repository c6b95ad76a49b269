"""Connections to the database: one that writes, a few that read."""

from contextlib import closing
from pathlib import Path
import sqlite3
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from .errors import LedgerUnavailable

#: A board waits two seconds for its answer: whoever finds the database locked, or its
#: server silent, has to know before that. A silent server costs it twice: the connection
#: there was, and the try to make another.
WAIT_S: Final = 0.8
READERS: Final = 4


def writing_engine(url: str, *, patience_s: float | None = WAIT_S) -> AsyncEngine:
    """Make the engine of the one writer; on SQLite every transaction takes the lock at once.

    A server gets so many seconds for each statement, None for as many as it needs.
    """
    return _engine(url, begin="BEGIN IMMEDIATE", size=1, patience_s=patience_s)


def reading_engine(url: str) -> AsyncEngine:
    """Make the engine of those who only read: figures of years may take their time."""
    return _engine(url, begin="BEGIN", size=READERS, patience_s=30.0)


def _engine(url: str, *, begin: str, size: int, patience_s: float | None) -> AsyncEngine:
    """Make an engine whose errors name no values."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    if parsed is not None and parsed.drivername == "sqlite+aiosqlite":
        return _sqlite(parsed, begin, size)
    if parsed is not None and parsed.drivername == "postgresql+asyncpg":
        return _postgresql(parsed, size, patience_s)
    raise LedgerUnavailable("The address must begin with sqlite+aiosqlite: or postgresql+asyncpg:")


def _sqlite(url: sa.URL, begin: str, size: int) -> AsyncEngine:
    """Make an engine on a file: readers beside the writer, and commits that stay.

    WAL lets readers go on while one writes; with synchronous=FULL a commit is on the disk
    before it returns (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=size,
        max_overflow=0,
        connect_args={"timeout": WAIT_S},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # Transactions begin where SQLAlchemy says so, not where the driver guesses.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def began(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def copy_file(url: sa.URL, path: Path) -> None:
    """Copy a database as it is at one moment, while others go on writing. Blocks."""
    failed: LedgerUnavailable | None = None
    try:
        with closing(sqlite3.connect(url.database or "", timeout=WAIT_S)) as database:
            database.execute("VACUUM INTO ?", (str(path),))
    except sqlite3.Error as error:
        failed = LedgerUnavailable(f"The copy cannot be written: {error}")
    if failed is not None:
        raise failed


def _postgresql(url: sa.URL, size: int, patience_s: float | None) -> AsyncEngine:
    """Make an engine on a server, which notices a restarted one before it asks it anything."""
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            "timeout": WAIT_S,
            "command_timeout": patience_s,
            "server_settings": {
                "application_name": "Atelier",
                "lock_timeout": f"{WAIT_S * 1000:.0f}",
            },
        },
    )


_OURS: Final = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError)
_THEIRS: Final = (
    sa.exc.DBAPIError,
    sa.exc.TimeoutError,
    sa.exc.InvalidRequestError,
    sqlite3.Error,
    OSError,
)


def unavailable(error: BaseException) -> LedgerUnavailable | None:
    """Return the error to raise where the database failed us, None where the fault is ours."""
    if isinstance(error, LedgerUnavailable):
        return error
    if isinstance(error, _OURS):
        return None
    if isinstance(error, _THEIRS) or type(error).__module__.startswith("asyncpg"):
        return LedgerUnavailable(f"The database failed: {_reason(error)}")
    return None


def _reason(error: BaseException) -> str:
    """Return what the driver says, which for these errors holds no values."""
    reason = getattr(error, "orig", None) or error
    return str(reason).partition("\n")[0] or type(reason).__name__
