"""The actions with a Forge: build, keep builders, write cards, list."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service
import voluptuous as vol

from ..const import DOMAIN
from .asking import for_whom
from .building import build, outcome
from .client import Client
from .coordinator import Forge
from .errors import translated_forge_errors
from .kind import is_forge, loaded_forges

#: An image is read from its beginning to its end before its plan is there.
_PLAN_PATIENCE_S: Final = 300.0

type Given = Mapping[str, Any]

_WORD: Final = vol.All(cv.string, vol.Length(min=1, max=255))
_WORDS: Final = vol.All(cv.ensure_list, [_WORD], vol.Length(max=1000))
_ID: Final = vol.All(cv.string, vol.Match(r"^[0-9a-f]{32}\Z"))
_PLACE: Final = ("release", "target", "subtarget")
_WHICH_CARD: Final = ("image", "device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Describe an action: what it takes, and what it asks a Forge."""

    name: str
    act: Callable[[Forge, Client, Given], Awaitable[dict[str, Any]]]
    fields: Mapping[Any, Any]
    #: Whether there is no sense in it but its response.
    asks: bool = False

    @property
    def schema(self) -> vol.Schema:
        """Return what a call may hold."""
        return vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string} | dict(self.fields))


@callback
def async_setup_forge_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in _ACTIONS:
        async_register_admin_service(
            hass,
            DOMAIN,
            action.name,
            partial(_do, action),
            action.schema,
            SupportsResponse.ONLY if action.asks else SupportsResponse.OPTIONAL,
        )


async def _do(action: Action, call: ServiceCall) -> ServiceResponse:
    """Do what a call asks for; return what came of it to those who want to know."""
    forge = _forge(call)
    given = {key: value for key, value in call.data.items() if key != ATTR_CONFIG_ENTRY_ID}
    client = await for_whom(forge, call.context)
    with translated_forge_errors():
        answer = await action.act(forge, client, given)
    return cast("ServiceResponse", answer) if call.return_response else None


def _forge(call: ServiceCall) -> Forge:
    """Return the Forge that a call names, or the only one."""
    if (entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID)) is not None:
        entry = async_get_config_entry(call.hass, DOMAIN, entry_id)
        forges = [entry] if is_forge(entry) else []
    else:
        forges = loaded_forges(call.hass)
    if len(forges) == 1:
        return forges[0].runtime_data
    key = "which_forge" if forges else "no_forge"
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key=key)


async def _build_images(_forge: Forge, client: Client, given: Given) -> dict[str, Any]:
    return await client.post("builds/batch", given)


async def _ensure_builder(_forge: Forge, client: Client, given: Given) -> dict[str, Any]:
    return await client.post("builders/ensure", given)


async def _prune_builders(_forge: Forge, client: Client, given: Given) -> dict[str, Any]:
    return await client.post("builders/prune", given)


async def _flash_card(forge: Forge, client: Client, given: Given) -> dict[str, Any]:
    """Plan, and return the plan with its token; or write what was planned, by its token."""
    if (token := given.get("token")) is not None:
        if not given["overwrite"]:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="card_not_confirmed"
            )
        return await client.post("flash/writes", {"token": token, "force": True})
    if not all(name in given for name in _WHICH_CARD):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="card_not_named")
    wish = {name: given[name] for name in ("device", "wipe", "eject") if name in given}
    image = {"name": given["image"], "job_id": given.get("job_id")}
    job = await client.post("flash/plans", wish | {"image": image})
    return await outcome(forge, str(job.get("id")), _PLAN_PATIENCE_S)


async def _list(path: str, _forge: Forge, client: Client, given: Given) -> dict[str, Any]:
    return await client.get(path, **given)


async def _list_artifacts(_forge: Forge, client: Client, given: Given) -> dict[str, Any]:
    return await client.get(f"builds/{given['build_id']}/artifacts")


_LIMIT: Final = {
    vol.Optional("limit", default=50): vol.All(vol.Coerce(int), vol.Range(min=1, max=500))
}
_ACTIONS: Final = (
    Action(
        name="build_image",
        act=build,
        fields={
            vol.Required("profile_id"): _WORD,
            vol.Optional("packages"): _WORDS,
            vol.Optional("rebuild"): cv.boolean,
        },
    ),
    Action(
        name="build_images",
        act=_build_images,
        fields={
            vol.Optional("profile_ids"): _WORDS,
            vol.Optional("tag"): _WORDS,
            vol.Optional("mode"): vol.In(("best-effort", "fail-fast")),
            vol.Optional("rebuild"): cv.boolean,
        },
    ),
    Action(
        name="ensure_builder",
        act=_ensure_builder,
        fields={
            **{vol.Required(name): _WORD for name in _PLACE},
            vol.Optional("force"): cv.boolean,
        },
    ),
    Action(
        name="prune_builders",
        act=_prune_builders,
        fields={
            **{vol.Optional(name): _WORD for name in _PLACE},
            vol.Optional("unused_days"): vol.All(vol.Coerce(int), vol.Range(min=0, max=3650)),
            vol.Optional("most_mb"): vol.All(vol.Coerce(int), vol.Range(min=0)),
            vol.Optional("all"): cv.boolean,
            vol.Optional("force"): cv.boolean,
        },
    ),
    Action(
        name="flash_card",
        act=_flash_card,
        fields={
            vol.Optional("image"): _WORD,
            vol.Optional("job_id"): _ID,
            vol.Optional("device"): _WORD,
            vol.Optional("wipe"): cv.boolean,
            vol.Optional("eject"): cv.boolean,
            vol.Optional("token"): _ID,
            vol.Optional("overwrite", default=False): cv.boolean,
        },
    ),
    Action(
        name="list_profiles",
        act=partial(_list, "profiles"),
        fields={vol.Optional("tag"): _WORDS, **_LIMIT},
        asks=True,
    ),
    Action(name="list_builders", act=partial(_list, "builders"), fields={}, asks=True),
    Action(
        name="list_builds",
        act=partial(_list, "builds"),
        fields={vol.Optional("profile_id"): _WORD, **_LIMIT},
        asks=True,
    ),
    Action(
        name="list_artifacts",
        act=_list_artifacts,
        fields={vol.Required("build_id"): _ID},
        asks=True,
    ),
    Action(name="list_cards", act=partial(_list, "flash/devices"), fields={}, asks=True),
)
