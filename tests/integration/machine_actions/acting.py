"""How tests call actions, and what they expect of a refusal."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.atelier.const import DOMAIN

type Do = Callable[..., Awaitable[dict[str, Any]]]

#: A card that nobody has, and that was never shown.
NEW: Final = "0a0b0c0d"


def ago(hours: float) -> str:
    """Return a moment so many hours ago, in words."""
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


async def refused(action: Awaitable[Any], key: str) -> dict[str, str] | None:
    """Expect a translated refusal; return what it tells."""
    with pytest.raises(HomeAssistantError) as caught:
        await action
    assert (caught.value.translation_domain, caught.value.translation_key) == (DOMAIN, key)
    return caught.value.translation_placeholders
