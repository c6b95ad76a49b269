"""An administrator who calls actions, and the members whom they act on."""

from pathlib import Path
from typing import Any

from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.atelier.const import DOMAIN
from tests.integration.machine import ANNA, BERTO, Laser

from .acting import Do


@pytest.fixture
def do(hass: HomeAssistant, hass_admin_user: MockUser, tmp_path: Path) -> Do:
    """Return what calls an action as an administrator, and returns its response."""
    hass.config.config_dir = str(tmp_path)
    context = Context(user_id=hass_admin_user.id)

    async def call(action: str, /, **data: Any) -> dict[str, Any]:
        response = await hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=True
        )
        assert isinstance(response, dict)
        return response

    return call


@pytest.fixture
def anna(laser: Laser) -> int:
    """Return the id of the member who may use the laser."""
    member = laser.makerspace.desk.roll.member_with(ANNA)
    assert member is not None
    assert member.id is not None
    return member.id


@pytest.fixture
def berto(laser: Laser) -> int:
    """Return the id of the member who may not."""
    member = laser.makerspace.desk.roll.member_with(BERTO)
    assert member is not None
    assert member.id is not None
    return member.id
