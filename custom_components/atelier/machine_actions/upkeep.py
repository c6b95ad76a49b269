"""The actions that forget what is old, and bring what another system knew."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..bounds import number
from ..const import (
    CONF_CARDS_DAYS,
    CONF_USES_DAYS,
    DEFAULT_CARDS_DAYS,
    DEFAULT_USES_DAYS,
    DOMAIN,
)
from ..ledger.fabomatic import bring, inspect
from ..ledger.fabomatic_facts import Note
from .request import TEXT, Action, Request

DAYS: Final = number(int, 1, 36500)


async def _purge(request: Request) -> JsonObjectType:
    """Forget now who used what too long ago, and old cards that nobody knows."""
    options, ledger = request.entry.options, request.makerspace.ledger
    report = await ledger.retain(
        ledger.clock(),
        uses_days=request.data.get(CONF_USES_DAYS, options.get(CONF_USES_DAYS, DEFAULT_USES_DAYS)),
        cards_days=request.data.get(
            CONF_CARDS_DAYS, options.get(CONF_CARDS_DAYS, DEFAULT_CARDS_DAYS)
        ),
    )
    await request.makerspace.refresh()
    return {"forgotten": asdict(report)}


async def _import_fabomatic(request: Request) -> JsonObjectType:
    """Bring what a Fab-O-matic backend's file holds, or only tell what that would be."""
    path = request.data["path"]
    if not await request.hass.async_add_executor_job(request.hass.config.is_allowed_path, path):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="path_not_allowed",
            translation_placeholders={"path": path},
        )
    return await import_file(request, Path(path), dry_run=request.data["dry_run"])


async def import_file(request: Request, path: Path, *, dry_run: bool) -> JsonObjectType:
    """Bring what a file holds that may be read, or only tell what that would be."""
    if dry_run:
        preview = await inspect(path)
        return {"would_bring": dict(preview.counts), "notes": _notes(preview.notes)}
    try:
        brought = await bring(request.makerspace.ledger, path, by=request.by)
    finally:
        # What was brought before it broke off is there, and goes on from there when run again.
        await request.makerspace.refresh()
    return {
        "new": dict(brought.new),
        "known": dict(brought.known),
        "left_out": dict(brought.left_out),
        "notes": _notes(brought.notes),
    }


def _notes(notes: list[Note]) -> JsonObjectType:
    """Return how often something was not brought as it was, by its code."""
    return dict(Counter(note.code for note in notes))


ACTIONS: Final = (
    Action(
        name="purge",
        act=_purge,
        fields={vol.Optional(CONF_USES_DAYS): DAYS, vol.Optional(CONF_CARDS_DAYS): DAYS},
    ),
    Action(
        name="import_fabomatic",
        act=_import_fabomatic,
        fields={
            vol.Required("path"): TEXT,
            vol.Optional("dry_run", default=False): cv.boolean,
        },
    ),
)
