"""What the Forge's tests share: sockets, databases, a Forge."""

from collections.abc import Iterator
import logging
from pathlib import Path

import pytest

from forge.app import Forge
from forge.settings import Settings, load
from forge.store.migrate import migrate
from rig.openwrt.cache import cached_folder
from rig.openwrt.mirror import InThread, Mirror
from rig.openwrt.tools import missing
from tests.ledger.postgres import Cluster


@pytest.fixture(autouse=True, scope="session")
def _statements_unsaid() -> None:
    """Keep the databases' statements out of the log."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: here servers have threads and processes."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL server of our own."""
    try:
        cluster = Cluster()
    except LookupError as missing:
        pytest.skip(str(missing))
    cluster.start()
    yield cluster
    cluster.remove()


def new_database(cluster: Cluster) -> str:
    """Make a database for a Forge; return its address."""
    return cluster.new_database().replace("+asyncpg", "+psycopg")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/forge.db"
    return new_database(request.getfixturevalue("cluster"))


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """Set a Forge up in a folder of its own."""
    return load({"data_dir": tmp_path / "data", "database_url": database}, environment={})


@pytest.fixture
def forge(settings: Settings) -> Iterator[Forge]:
    """Open a Forge without workers."""
    forge = Forge.open(settings)
    migrate(forge.store)
    yield forge
    forge.close()


@pytest.fixture(scope="session")
def mirror_server() -> Iterator[Mirror]:
    """Serve OpenWrt's releases as the rig makes them."""
    if packages := missing():
        pytest.skip(f"run script/setup, or install {' '.join(packages)}")
    with cached_folder() as folder, InThread(Mirror(folder)) as mirror:
        yield mirror


@pytest.fixture
def mirror(mirror_server: Mirror) -> Iterator[Mirror]:
    """Serve OpenWrt's releases with nothing wrong, until the test says so."""
    mirror_server.heal()
    yield mirror_server
    mirror_server.heal()
