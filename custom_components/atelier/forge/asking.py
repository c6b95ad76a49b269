"""Ask a Forge for the user of Home Assistant who wants something, by their name."""

from homeassistant.core import Context

from .client import Client
from .coordinator import Forge


async def for_whom(forge: Forge, context: Context | None) -> Client:
    """Return what asks for the user behind a call; for nobody where an automation called."""
    user_id = context.user_id if context else None
    user = await forge.hass.auth.async_get_user(user_id) if user_id else None
    return forge.client.asked_by(user.name if user else None)
