"""Files for one browser, once: on no disk by a name, gone after minutes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
import secrets
import tempfile
from typing import IO, Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..const import DOMAIN

#: Where downloads are fetched.
ADDRESS: Final = f"/api/{DOMAIN}/download"
#: For so long a file waits for its browser.
WAIT_S: Final = 300.0
#: Files that wait for one user: older ones give way.
MOST: Final = 8


@dataclass(slots=True)
class _Download:
    """A file that has no name on the disk any more, and for whom it waits."""

    file: IO[bytes]
    name: str
    user_id: str
    forget: CALLBACK_TYPE


class Downloads:
    """Keep files until they are fetched."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with none."""
        self._hass = hass
        self._waiting: dict[str, _Download] = {}

    async def offer(self, name: str, user_id: str, write: Callable[[Path], Awaitable[Any]]) -> str:
        """Have a file written and keep it for a user; return the path to fetch it at."""
        folder = await self._hass.async_add_executor_job(
            tempfile.TemporaryDirectory, None, f"{DOMAIN}-"
        )
        try:
            path = Path(folder.name) / name
            await write(path)
            file = await self._hass.async_add_executor_job(path.open, "rb")
        finally:
            await self._hass.async_add_executor_job(folder.cleanup)
        return self._keep(file, name, user_id)

    def _keep(self, file: IO[bytes], name: str, user_id: str) -> str:
        theirs = [key for key, one in self._waiting.items() if one.user_id == user_id]
        for key in theirs[: len(theirs) - MOST + 1]:
            self._forget(key)
        key = secrets.token_urlsafe(24)

        @callback
        def expire(_now: datetime) -> None:
            self._forget(key)

        forget = async_call_later(self._hass, WAIT_S, expire)
        self._waiting[key] = _Download(file, name, user_id, forget)
        return f"{ADDRESS}/{key}"

    def take(self, key: str, user_id: str) -> tuple[IO[bytes], str] | None:
        """Hand a file and its name over to whom it waits for, once."""
        download = self._waiting.get(key)
        if download is None or download.user_id != user_id:
            return None
        del self._waiting[key]
        download.forget()
        return download.file, download.name

    @callback
    def close(self) -> None:
        """Let go of all."""
        for key in tuple(self._waiting):
            self._forget(key)

    def _forget(self, key: str) -> None:
        download = self._waiting.pop(key)
        download.forget()
        download.file.close()
