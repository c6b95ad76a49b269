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


class Api:
    """What answers at the doors: put together once, served by a process of its own.

    What is made before that process is forked lies in memory that both share.
    """

    def __init__(self, forge: Forge) -> None:
        """Put together what answers; nothing is opened yet."""
        settings = forge.settings
        self._forge = forge
        self._token = token(settings)
        self._live = Live(forge)
        places = {Door.API: (settings.api_host, settings.api_port)}
        if settings.ingress:
            places[Door.INGRESS] = (settings.ingress_host, settings.ingress_port)
        metrics = Metrics(forge)
        self._doors = [
            (build(forge, door, self._token, self._live, metrics), door, *place)
            for door, place in places.items()
        ]
        logging.getLogger("aiohttp.server").addFilter(_NoTraces())

    def serve(self) -> None:
        """Serve until SIGTERM or SIGINT, in a process that holds no connection of another's."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self._live.start()
        runners = []
        try:
            for app, door, host, port in self._doors:
                runner = web.AppRunner(
                    app, access_log=None, shutdown_timeout=_DRAIN_S, handler_cancellation=True
                )
                await runner.setup()
                runners.append(runner)
                await web.TCPSite(runner, host, port).start()
                _LOGGER.info("The %s door is open at http://%s:%d", door, host, port)
            announcing = asyncio.create_task(announce(self._forge.settings, self._token))
            await stop.wait()
            announcing.cancel()
        finally:
            await self._live.stop()
            for runner in runners:
                await runner.cleanup()
            self._forge.close()
