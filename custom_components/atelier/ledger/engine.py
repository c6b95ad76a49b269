"""Connections to the database: one that writes, a few that read."""

import asyncio
from contextlib import closing
from pathlib import Path
import sqlite3
from threading import Thread
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from .errors import LedgerError, LedgerUnavailable, Place
from .tls import connect

#: A board waits two seconds for its answer: whoever finds the database locked, or its
#: server silent, has to know before that. A silent server costs it twice: the connection
#: there was, and the try to make another.
WAIT_S: Final = 0.8
READERS: Final = 4

#: The thread behind each connection to a file.
_WORKERS: Final[WeakKeyDictionary[sa.Engine, WeakSet[Thread]]] = WeakKeyDictionary()


async def let_go(engine: AsyncEngine) -> None:
    """Close an engine's connections, and see their threads end."""
    await engine.dispose()
    for worker in list(_WORKERS.pop(engine.sync_engine, ())):
        await asyncio.to_thread(worker.join, WAIT_S)


def writing_engine(url: str, *, patience_s: float | None = WAIT_S) -> AsyncEngine:
    """Make the engine of the one writer; on SQLite every transaction takes the lock at once.

    A server gets so many seconds for each statement, None for as many as it needs.
    """
    return _engine(url, writes=True, patience_s=patience_s)


def reading_engine(url: str) -> AsyncEngine:
    """Make the engine of those who only read: figures of years may take their time."""
    return _engine(url, writes=False, patience_s=30.0)


def _engine(url: str, *, writes: bool, patience_s: float | None) -> AsyncEngine:
    """Make an engine whose errors name no values."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError, ValueError:
        parsed = None  # its port is no number, or it is no address at all
    drivername = parsed.drivername if parsed is not None else ""
    if parsed is not None and drivername == "sqlite+aiosqlite" and not parsed.query:
        return _sqlite(parsed, writes=writes)
    if parsed is not None and drivername == "postgresql+asyncpg" and parsed.query.keys() <= {"ssl"}:
        return _postgresql(parsed, writes=writes, patience_s=patience_s)
    raise LedgerUnavailable(
        "The address must begin with sqlite+aiosqlite: or postgresql+asyncpg:,"
        " and can say nothing but `ssl` after a question mark",
        place=Place.ADDRESS,
    )


def _sqlite(url: sa.URL, *, writes: bool) -> AsyncEngine:
    """Make an engine on a file: readers beside the writer, and commits that stay.

    WAL lets readers go on while one writes; with synchronous=FULL a commit is on the disk
    before it returns (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        connect_args={"timeout": WAIT_S},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        _WORKERS.setdefault(engine.sync_engine, WeakSet()).add(connection.driver_connection._thread)  # noqa: SLF001 - there is no other way to it
        # Transactions begin where SQLAlchemy says so, not where the driver guesses.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def began(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

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


def _postgresql(url: sa.URL, *, writes: bool, patience_s: float | None) -> AsyncEngine:
    """Make an engine on a server, which notices a restarted one before it asks it anything."""
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_pre_ping=True,
        # Whoever reads a lot reads all of it as it was at one moment.
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        connect_args={
            "async_creator_fn": connect,
            "timeout": WAIT_S,
            "command_timeout": patience_s,
            "server_settings": {
                "application_name": "Atelier",
                "lock_timeout": f"{WAIT_S * 1000:.0f}",
            },
        },
    )


_OURS: Final = (
    sa.exc.IntegrityError,
    sa.exc.ProgrammingError,
    sa.exc.DataError,
    OverflowError,
)
_THEIRS: Final = (
    sa.exc.DBAPIError,
    sa.exc.TimeoutError,
    sa.exc.InvalidRequestError,
    sqlite3.Error,
    OSError,
)


def told(error: Exception) -> Exception:
    """Return the error to raise for one of the driver's, which could hold values.

    LedgerUnavailable where the database failed us, LedgerError where it refused what it was
    asked, and the error itself where it comes from elsewhere.
    """
    if isinstance(error, LedgerError):
        return error
    if isinstance(error, _OURS) or _is_bad_value(error):
        return LedgerError("The database refused this: a value or a rule forbids it")
    if isinstance(error, _THEIRS) or type(error).__module__.startswith("asyncpg"):
        return LedgerUnavailable(f"The database failed: {_reason(error)}", place=_place(error))
    return error


def _place(error: BaseException) -> Place:
    """Return what a server has against those who want in, by PostgreSQL's error codes."""
    code = str(getattr(error, "sqlstate", ""))
    if code.startswith("28"):
        return Place.LOGIN
    return Place.NO_DATABASE if code == "3D000" else Place.AWAY


def _is_bad_value(error: Exception) -> bool:
    """Tell whether a server could not hold a value: class 22 of PostgreSQL's error codes."""
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    return str(getattr(cause, "sqlstate", "")).startswith("22")


def _reason(error: BaseException) -> str:
    """Return what the driver says, which for these errors holds no values."""
    reason = getattr(error, "orig", None) or error
    return str(reason).partition("\n")[0] or type(reason).__name__
