"""The command that brings what another system knew, from a file that a browser sent."""

import asyncio
from pathlib import Path
import shutil
import tempfile
from typing import Any, Final

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..bounds import words
from ..machine_actions.request import Request
from ..machine_actions.upkeep import import_file
from .answer import not_found
from .command import Call, Command


async def _import(call: Call) -> Any:
    """Tell what a file would bring, or bring it; the file is gone afterwards."""
    request = Request(
        hass=call.hass,
        entry=call.entry,
        makerspace=call.makerspace,
        by=call.asker.user_id,
        data={},
    )
    folder = Path(await call.hass.async_add_executor_job(tempfile.mkdtemp))
    try:
        path = await call.hass.async_add_executor_job(
            _take, call.hass, call.data["file_id"], folder
        )
        if path is None:
            not_found("file")
        return await import_file(request, path, dry_run=call.data["dry_run"])
    finally:
        await asyncio.shield(call.hass.async_add_executor_job(shutil.rmtree, folder))


def _take(hass: HomeAssistant, file_id: str, folder: Path) -> Path | None:
    """Move a file that was sent to a folder of its own; None where there is none. Blocks."""
    try:
        with process_uploaded_file(hass, file_id) as sent:
            return Path(shutil.move(sent, folder / "sent.db"))
    except ValueError:
        return None


COMMANDS: Final = (
    Command(
        name="atelier/import",
        act=_import,
        fields={
            vol.Required("file_id"): words(64),
            vol.Optional("dry_run", default=False): cv.boolean,
        },
    ),
)
