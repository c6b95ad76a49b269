"""The API's process: both doors open, until a signal says stop."""

import asyncio
import logging
import signal
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from forge.api.announce import announce
from forge.api.doors import Door
from forge.api.live import Live
from forge.api.metrics import Metrics
from forge.api.server import build
from forge.app import Forge
from forge.tokens import token

_LOGGER: Final = logging.getLogger(__name__)
#: Requests that are being answered get so long; streams are told at once.
_DRAIN_S: Final = 3.0


class _NoTraces(logging.Filter):
    """Says of what is no HTTP that it came, in one line: anybody can send it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a record."""
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            record.exc_info = None
        return True


def serve_api(forge: Forge) -> None:
    """Serve until SIGTERM or SIGINT, in a process that holds no connection of another's."""
    logging.getLogger("aiohttp.server").addFilter(_NoTraces())
    asyncio.run(_serve(forge))


async def _serve(forge: Forge) -> None:
    settings = forge.settings
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    live = Live(forge)
    await live.start()
    runners = []
    try:
        metrics = Metrics(forge)
        secret = token(settings)
        doors = {Door.API: (settings.api_host, settings.api_port)}
        if settings.ingress:
            doors[Door.INGRESS] = (settings.ingress_host, settings.ingress_port)
        for door, (host, port) in doors.items():
            runner = web.AppRunner(
                build(forge, door, secret, live, metrics),
                access_log=None,
                shutdown_timeout=_DRAIN_S,
                handler_cancellation=True,
            )
            await runner.setup()
            runners.append(runner)
            await web.TCPSite(runner, host, port).start()
            _LOGGER.info("The %s door is open at http://%s:%d", door, host, port)
        announcing = asyncio.create_task(announce(settings, secret))
        await stop.wait()
        announcing.cancel()
    finally:
        await live.stop()
        for runner in runners:
            await runner.cleanup()
        forge.close()
