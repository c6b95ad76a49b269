"""The store: migrations, transactions, failures, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
import threading

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
import pytest
import sqlalchemy as sa

from forge import rooms
from forge.errors import Conflict, Unavailable
from forge.jobs.rows import EventRow, LockRow, WorkerRow
from forge.store.base import Base, now
from forge.store.current import bring_up_to_date
from forge.store.engine import Store
from forge.store.migrate import migrate

#: Here threads of other tests may still live; the Forge's own process has one.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


@pytest.fixture
def store(database: str) -> Store:
    """Open a store that is up to date."""
    store = Store(database)
    migrate(store)
    return store


def worker(name: str) -> WorkerRow:
    """Return a row."""
    return WorkerRow(id=name, host="h", place="p", pid=1, version="1")


def test_migrations_make_exactly_the_tables_of_the_models(store: Store) -> None:
    rooms.load()
    with store.read() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={"include_name": lambda name, kind, _p: kind != "table" or "queue" not in name},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.write() as session:
        session.add(worker("a"))
    migrate(store)
    bring_up_to_date(store)
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WorkerRow)) == 1


def test_two_who_migrate_at_once(database: str) -> None:
    failed: list[BaseException] = []

    def one() -> None:
        try:
            migrate(Store(database))
        except BaseException as error:  # noqa: BLE001 - looked at below
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with Store(database).read() as session:
        assert session.scalars(sa.select(WorkerRow)).all() == []


def test_a_store_of_a_newer_forge_is_refused(store: Store) -> None:
    with store.write() as session:
        session.execute(sa.text("INSERT INTO alembic_version VALUES ('from_the_future')"))
    with pytest.raises(Unavailable, match="newer Forge"):
        migrate(store)
    with pytest.raises(Unavailable, match="newer Forge"):
        bring_up_to_date(store)


def test_a_change_is_whole_or_nothing(store: Store) -> None:
    def fail_halfway() -> None:
        with store.write() as session:
            session.add(worker("a"))
            session.flush()
            raise Conflict("no")

    with pytest.raises(Conflict):
        fail_halfway()
    with store.read() as session:
        assert session.scalars(sa.select(WorkerRow)).all() == []


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError), store.write() as session:
        session.add(LockRow(name="thing", job_id="nobody", attempt=1))


def test_times_are_utc_whatever_zone_they_came_in(store: Store) -> None:
    rome = timezone(timedelta(hours=2))
    at = datetime(2026, 7, 1, 14, 0, tzinfo=rome)
    with store.write() as session:
        session.add(EventRow(at=at, type="test", data={"ä": [1, None]}))
    with store.read() as session:
        row = session.scalars(sa.select(EventRow)).one()
    assert (row.at, row.at.tzinfo) == (at, UTC)
    assert row.data == {"ä": [1, None]}
    assert now().tzinfo is UTC


def test_writers_wait_for_each_other(store: Store) -> None:
    with store.write() as session:
        session.add(worker("a"))

    def count(times: int) -> None:
        for _ in range(times):
            with store.write() as session:
                row = session.scalars(sa.select(WorkerRow).with_for_update()).one()
                row.beat += 1

    threads = [threading.Thread(target=count, args=(20,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert session.scalars(sa.select(WorkerRow)).one().beat == 80


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/no/forge.db"])
def test_an_address_that_leads_nowhere(url: str) -> None:
    with pytest.raises((Unavailable, OSError)):
        Store(url).ping()


def test_a_server_that_is_away_is_told_without_its_password() -> None:
    store = Store("postgresql+psycopg://me:secret@127.0.0.1:1/forge")
    with pytest.raises(Unavailable) as away:
        store.ping()
    assert away.value.code == "unavailable.database"
    assert "secret" not in away.value.message


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "forge.db"
    path.write_text("This is not a database, and was never one. " * 50)
    with pytest.raises(Unavailable):
        bring_up_to_date(Store(f"sqlite:///{path}"))
