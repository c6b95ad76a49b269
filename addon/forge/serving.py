"""`forge serve` and `forge worker`: one process that runs jobs, and for the Forge its API."""

import logging
from typing import Final

from forge.app import Forge
from forge.closing import close_off
from forge.errors import Invalid
from forge.jobs.companion import Companion
from forge.jobs.host import Host
from forge.settings import Settings
from forge.store.current import bring_up_to_date
from forge.store.engine import Store

_LOGGER: Final = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Run the Forge until a signal says stop. Raise ForgeError where it cannot start."""
    from forge.api.serving import Api  # noqa: PLC0415 - `forge worker` needs no server

    # It keeps what jobs leave; only workers elsewhere send it to somebody.
    settings = settings.model_copy(update={"server_url": None})
    forge = _open(settings)

    host = Host(forge, Companion(Api(forge).serve, forge.close))
    _LOGGER.info("The Forge runs; its data is in %s", settings.data_dir)
    host.run()


def work(settings: Settings) -> None:
    """Run jobs until a signal says stop. Raise Invalid where it could never get any."""
    forge = _open(settings)
    if not forge.store.is_file and settings.server_url is None:
        raise Invalid(
            "A worker that shares a server's database must know where its results go:"
            " set FORGE_SERVER_URL and FORGE_TOKEN",
            about="settings",
        )
    host = Host(forge)
    _LOGGER.info("This worker takes jobs from %s", forge.store.url.render_as_string())
    host.run()


def _open(settings: Settings) -> Forge:
    """Bring the store up to date, and open it."""
    bring_up_to_date(Store(settings.database))
    forge = Forge.open(settings)
    close_off(settings)
    return forge
