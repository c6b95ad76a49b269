"""Tell Home Assistant that this app is a Forge, where its Supervisor runs it."""

import asyncio
from http import HTTPStatus
import logging
import os
import socket
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from forge.settings import Settings

_LOGGER: Final = logging.getLogger(__name__)
#: The integration whose config flow is told.
_SERVICE: Final = "atelier"
_WITHIN: Final = ClientTimeout(total=10)
_LONGEST_S: Final = 300.0
#: It understood, and will not: asking again changes nothing.
_NEVER: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


async def announce(settings: Settings, token: str, *, again_after_s: float = 5.0) -> None:
    """Give the Supervisor our address and token, until it has them; without one do nothing.

    It replays them at each start of Home Assistant, and tells it when they have changed.
    """
    secret = os.environ.get("SUPERVISOR_TOKEN")
    if not secret:
        return
    url = f"http://{os.environ.get('SUPERVISOR', 'supervisor')}/discovery"
    # An app's name on the Supervisor's network is its host name.
    config = {"host": socket.gethostname(), "port": settings.api_port, "token": token}
    headers = {"Authorization": f"Bearer {secret}"}
    async with ClientSession(headers=headers, timeout=_WITHIN) as session:
        while True:
            try:
                body = {"service": _SERVICE, "config": config}
                async with session.post(url, json=body) as answer:
                    status = answer.status
            except (ClientError, TimeoutError) as error:
                problem, final = str(error) or type(error).__name__, False
            else:
                if status == HTTPStatus.OK:
                    _LOGGER.info("Home Assistant knows where this Forge is")
                    return
                problem, final = f"status {status}", status in _NEVER
            _LOGGER.warning(
                "The Supervisor was not told of this Forge (%s): %s",
                problem,
                "add it to Home Assistant by its address and token" if final else "trying again",
            )
            if final:
                return
            await asyncio.sleep(again_after_s)
            again_after_s = min(2 * again_after_s, _LONGEST_S)
