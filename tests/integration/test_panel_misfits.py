"""What the panel tells of a request that has not its form: which field breaks which rule."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.atelier.machine_actions.register import ACTIONS
from custom_components.atelier.websocket_api import COMMANDS, FORGE_COMMANDS

from .machine import Laser
from .panel import Page, page_of

WORDS = Path(__file__).parents[2] / "frontend/src/i18n"


@pytest.fixture
async def admin(hass: HomeAssistant, laser: Laser, hass_ws_client: WebSocketGenerator) -> Page:
    """Return an administrator's page."""
    return await page_of(hass, hass_ws_client, "admin", admin=True)


@pytest.mark.parametrize(
    ("action", "data", "rule", "facts"),
    [
        ("add_role", {}, "missing", {"where": "name"}),
        ("add_role", {"name": "A", "nonsense": 1}, "unknown", {"where": "nonsense"}),
        ("list_uses", {"limit": 501}, "range", {"where": "limit", "least": "1", "most": "500"}),
        ("list_uses", {"limit": "ten"}, "number", {"where": "limit"}),
        ("list_uses", {"since": "yesterday"}, "moment", {"where": "since"}),
        ("list_members", {"order": "shoe size"}, "choice", {"where": "order"}),
        (
            "change_member",
            {"member_id": 1, "email": "a" * 2049},
            "length",
            {"where": "email", "least": "0", "most": "2048"},
        ),
        (
            "change_member",
            {"member_id": 1, "cards": ["04a1b2c3"] * 17},
            "count",
            {"where": "cards", "least": "0", "most": "16"},
        ),
        ("add_role", {"name": "A", "care": "perhaps"}, None, {"where": "care"}),
        (
            "set_permissions",
            {"changes": [{"member_id": 0, "machine_id": 7, "granted": True}]},
            "range",
            {"where": "changes.0.member_id", "least": "1", "most": "2147483647"},
        ),
    ],
)
async def test_a_request_says_which_field_breaks_which_rule(
    admin: Page, action: str, data: dict[str, Any], rule: str | None, facts: dict[str, str]
) -> None:
    error = (await admin.asks("act", action=action, data=data))["error"]
    assert error["code"] == "invalid_format"
    assert error["translation_key"] == f"invalid_format_{rule}" if rule else "invalid_format"
    assert error["translation_placeholders"] == facts


async def test_what_is_not_there_has_a_sentence_of_its_own(admin: Page) -> None:
    for command, fields, what in (
        ("act", {"action": "fly"}, "action"),
        ("import", {"file_id": "gone"}, "file"),
        ("facts", {"entry_id": "attic"}, "workshop"),
        ("forge/heard", {"entry_id": "attic"}, "forge"),
    ):
        error = (await admin.asks(command, **fields))["error"]
        assert (error["code"], error["translation_key"]) == ("not_found", f"not_found_{what}")
        assert not error.get("translation_placeholders")


def fields_of(schema: Any) -> Iterator[str]:
    """Return the names of all fields in a schema, also of those further in."""
    if isinstance(schema, vol.Schema):
        schema = schema.schema
    if isinstance(schema, Mapping):
        for field, within in schema.items():
            name = getattr(field, "schema", field)
            if isinstance(name, str):
                yield name
            yield from fields_of(within)


@pytest.mark.parametrize("language", ["en", "it"])
def test_every_field_of_a_request_has_a_word(language: str) -> None:
    words = json.loads((WORDS / language / "fields.json").read_text("utf-8"))
    asked = {
        name for one in (*COMMANDS, *FORGE_COMMANDS, *ACTIONS) for name in fields_of(one.fields)
    }
    assert asked <= words.keys()
