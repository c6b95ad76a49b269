"""Sessions on the database: readers beside one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from forge.errors import ForgeError, Unavailable
from forge.store.base import Base

#: How long somebody waits for another's transaction, or for a server.
PATIENCE_S: Final = 10
_APPLICATION: Final = "Atelier Forge"


class Store:
    """One database; every change is one transaction, and on SQLite one writer at a time."""

    def __init__(self, url: str, *, foreign_keys: bool = True) -> None:
        """Make the engine; nothing is connected yet. Raise Unavailable for a bad address.

        Only a migration may ask SQLite to leave foreign keys alone: it remakes tables.
        """
        try:
            self.url = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):
            raise Unavailable("The database's address cannot be read", about="database") from None
        self.engine = (
            _sqlite(self.url, foreign_keys=foreign_keys) if self.is_file else _postgresql(self.url)
        )
        self._writing = self.engine.execution_options(forge_writes=True)

    @property
    def is_file(self) -> bool:
        """Whether this is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    def ping(self) -> None:
        """See whether the database answers. Raise Unavailable."""
        with self.read() as session:
            session.execute(sa.select(1))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look at one state of the database."""
        with self._session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Change the database: all of it is committed at the end, or nothing."""
        with self._session(self._writing) as session:
            yield session
            session.commit()

    def insert(self, row: type[Base]) -> Any:
        """Return an insert that does nothing where such a row is, or comes in the same moment."""
        dialect = import_module(f"sqlalchemy.dialects.{self._writing.dialect.name}")
        return dialect.insert(row).on_conflict_do_nothing()

    @contextmanager
    def _session(self, engine: sa.Engine) -> Iterator[Session]:
        """Open a session whose failures are ours, and hold no values of anybody's."""
        failed: str
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
        except ForgeError:
            raise
        except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError):
            raise  # a mistake of ours: a rule of the tables was broken
        except (sa.exc.DatabaseError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            reason = getattr(error, "orig", None) or error
            failed = str(reason).partition("\n")[0]
        else:
            return
        raise Unavailable(f"The database failed: {failed}", about="database")

    def close(self) -> None:
        """Close all connections; the next session makes new ones. Do so before a fork."""
        self.engine.dispose()


def _sqlite(url: sa.URL, *, foreign_keys: bool) -> sa.Engine:
    """Make an engine on a file: readers beside the writer, and commits that stay."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE_S})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # Transactions begin where SQLAlchemy says so, not where the driver guesses.
        connection.isolation_level = None
        cursor = connection.cursor()
        keys = "ON" if foreign_keys else "OFF"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={keys}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        # A writer that began as a reader could be refused in the middle.
        writes = connection.get_execution_options().get("forge_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    """Make an engine on a server, which notices a restarted one before it asks it anything."""
    return sa.create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=PATIENCE_S,
        connect_args={
            "connect_timeout": PATIENCE_S // 2,
            # A network that swallows everything is noticed too, not only a server that ends.
            "tcp_user_timeout": PATIENCE_S * 500,
            "application_name": _APPLICATION,
            "options": f"-c lock_timeout={PATIENCE_S * 1000} -c statement_timeout=60000",
        },
    )
