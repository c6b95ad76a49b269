"""Setting up a Forge: by hand, by the Supervisor, again when its token changed, and elsewhere."""

from typing import Any

from homeassistant.config_entries import SOURCE_HASSIO, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.atelier.const import DOMAIN
from tests.forge.house import TOKEN as HOUSE_TOKEN, House
from tests.integration.forge.conftest import Connect
from tests.integration.forge.wire import TOKEN, Wire, refusal


@pytest.fixture(autouse=True)
async def taken_down(hass: HomeAssistant) -> Any:
    """Unload what a test has set up."""
    yield
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def begin(hass: HomeAssistant) -> Any:
    """Open the form that sets a Forge up."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await submit(hass, menu, next_step_id="forge")


async def submit(hass: HomeAssistant, shown: Any, **said: Any) -> Any:
    """Fill a form in."""
    done = await hass.config_entries.flow.async_configure(shown["flow_id"], said)
    await hass.async_block_till_done()
    return done


def told(wire: Wire, **other: Any) -> HassioServiceInfo:
    """Return what the Supervisor tells of an app."""
    port = int(wire.url.rpartition(":")[2])
    config = {"host": "127.0.0.1", "port": port, "token": TOKEN} | other
    return HassioServiceInfo(config=config, name="Forge app", slug="a_forge", uuid="1")


async def discovered(hass: HomeAssistant, info: HassioServiceInfo) -> Any:
    """Return what becomes of a discovery."""
    source = {"source": SOURCE_HASSIO}
    return await hass.config_entries.flow.async_init(DOMAIN, context=source, data=info)


async def test_a_real_forge_is_set_up(hass: HomeAssistant, house: House) -> None:
    shown = await begin(hass)
    assert shown["step_id"] == "forge"
    made = await submit(hass, shown, url=f" {house.url}/ ", token=f" {HOUSE_TOKEN} ")
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["title"] == "Forge"
    assert made["data"] == {"url": house.url, "token": HOUSE_TOKEN}
    assert not made["result"].supports_options


async def test_a_real_forge_refuses_a_wrong_token(hass: HomeAssistant, house: House) -> None:
    shown = await submit(hass, await begin(hass), url=house.url, token="wrong")
    assert shown["errors"] == {"token": "forge_token"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "forge",
        "ftp://forge:8470",
        "http://",
        "http://forge:eleven",
        "http://user:secret@forge:8470",
        "http://forge:8470?x=1",
        "http://forge:8470#x",
        "http://forge:99999",
    ],
)
async def test_an_address_that_is_none(hass: HomeAssistant, url: str) -> None:
    shown = await submit(hass, await begin(hass), url=url, token="x")
    assert shown["errors"] == {"url": "forge_address"}


@pytest.mark.parametrize("token", ["geheimnißvoll", "two\nlines"])
async def test_a_token_that_can_be_none(hass: HomeAssistant, wire: Wire, token: str) -> None:
    shown = await submit(hass, await begin(hass), url=wire.url, token=token)
    assert shown["errors"] == {"token": "forge_token"}
    assert not wire.asked


async def test_nothing_answers(hass: HomeAssistant, wire: Wire) -> None:
    form = await begin(hass)
    await wire.__aexit__()
    shown = await submit(hass, form, url=wire.url, token=TOKEN)
    assert shown["errors"] == {"url": "forge_unreachable"}
    await wire.__aenter__()
    made = await submit(hass, shown, url=wire.url, token=TOKEN)
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("config", ["no object", ["a", "list"], {"version": 7}, None])
async def test_something_else_answers(hass: HomeAssistant, wire: Wire, config: Any) -> None:
    wire.says["config"] = config
    shown = await submit(hass, await begin(hass), url=wire.url, token=TOKEN)
    assert shown["errors"] == {"url": "no_forge"}


async def test_an_answer_without_an_end_is_not_taken(
    hass: HomeAssistant, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.forge.client._LARGEST", 10)
    shown = await submit(hass, await begin(hass), url=wire.url, token=TOKEN)
    assert shown["errors"] == {"url": "no_forge"}


async def test_a_token_is_never_sent_elsewhere(hass: HomeAssistant, wire: Wire) -> None:
    async def redirect(request: Any) -> Any:
        answer = refusal(307, "x", "y")
        answer.headers["Location"] = "/api/v1/releases"
        return answer

    wire.answers["config"] = redirect
    shown = await submit(hass, await begin(hass), url=wire.url, token=TOKEN)
    assert shown["errors"] == {"url": "forge_unreachable"}
    assert [path for _, path, _ in wire.asked] == ["config"]


async def test_a_forge_is_set_up_once(hass: HomeAssistant, wire: Wire, connect: Connect) -> None:
    await connect(wire.url)
    refused = await submit(hass, await begin(hass), url=wire.url, token=TOKEN)
    assert refused["reason"] == "already_configured"
    assert (await discovered(hass, told(wire)))["reason"] == "already_configured"


async def test_the_supervisor_tells_of_a_forge(hass: HomeAssistant, wire: Wire) -> None:
    shown = await discovered(hass, told(wire))
    assert shown["step_id"] == "hassio_confirm"
    assert shown["description_placeholders"] == {"name": "Forge app"}
    wire.token = "another"
    shown = await submit(hass, shown)
    assert shown["errors"] == {"base": "forge_token"}
    wire.token = TOKEN
    made = await submit(hass, shown)
    assert made["title"] == "Forge app"
    assert made["result"].unique_id == "forge_a_forge"


async def test_the_supervisor_tells_of_a_new_token(hass: HomeAssistant, wire: Wire) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id="forge_a_forge", data={"url": "http://old:1", "token": "old"}
    )
    entry.add_to_hass(hass)
    assert (await discovered(hass, told(wire)))["reason"] == "already_configured"
    assert entry.data == {"url": wire.url, "token": TOKEN}
    await hass.async_block_till_done()


@pytest.mark.parametrize("said", [{"port": "x"}, {"host": ""}, {"token": None}, {"token": ""}])
async def test_the_supervisor_tells_of_something_else(
    hass: HomeAssistant, wire: Wire, said: dict[str, Any]
) -> None:
    assert (await discovered(hass, told(wire, **said)))["reason"] == "not_a_forge"


async def test_a_new_token_is_taken(hass: HomeAssistant, wire: Wire, connect: Connect) -> None:
    entry = await connect(wire.url)
    wire.token = "new"
    shown = await entry.start_reauth_flow(hass)
    assert shown["step_id"] == "reauth_confirm"
    shown = await submit(hass, shown, token="wrong")
    assert shown["errors"] == {"token": "forge_token"}
    done = await submit(hass, shown, token="new")
    assert done["reason"] == "reauth_successful"
    assert entry.data == {"url": wire.url, "token": "new"}


async def test_a_forge_moves(hass: HomeAssistant, wire: Wire, connect: Connect) -> None:
    entry = await connect(wire.url)
    shown = await entry.start_reconfigure_flow(hass)
    assert shown["step_id"] == "reconfigure_forge"
    shown = await submit(hass, shown, url="nowhere", token=TOKEN)
    assert shown["errors"] == {"url": "forge_address"}
    async with Wire() as elsewhere:
        done = await submit(hass, shown, url=elsewhere.url, token=TOKEN)
        assert done["reason"] == "reconfigure_successful"
        assert entry.data["url"] == elsewhere.url
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_forge_moves_to_where_another_is(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    entry = await connect("http://127.0.0.1:1")
    shown = await entry.start_reconfigure_flow(hass)
    done = await submit(hass, shown, url=wire.url, token=TOKEN)
    assert done["reason"] == "already_configured"
