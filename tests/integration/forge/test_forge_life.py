"""A Forge in Home Assistant: there, away, restarted, and what is shown of it."""

import asyncio

from aiohttp import web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.atelier.const import DOMAIN
from tests.forge.house import TOKEN, House
from tests.integration.forge.conftest import Connect, state, until
from tests.integration.forge.wire import GB, Wire, profile, refusal

CONNECTED = "binary_sensor.forge_connectivity"
JOB = "0" * 32


def issues(hass: HomeAssistant) -> set[str]:
    """Return the kinds of issues that are raised."""
    return {
        str(issue.translation_key)
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


async def test_a_real_forge_is_shown_and_its_jobs_are_told(
    hass: HomeAssistant, house: House, connect: Connect
) -> None:
    entry = await connect(house.url, TOKEN)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    assert state(hass, "sensor.forge_waiting_jobs") == "0"
    assert state(hass, "sensor.forge_last_result") == "unknown"
    assert float(state(hass, "sensor.forge_free_space") or 0) > 0
    hub = dr.async_get(hass).async_get_devices(identifiers={(DOMAIN, f"forge/{entry.entry_id}")})
    assert hub[0].sw_version == "0.1.0"
    house.submit("builder.prune", all=True)
    await until(hass, lambda: state(hass, "sensor.forge_last_result") == "done")
    told = hass.states.get("event.forge_jobs")
    assert told is not None
    assert told.attributes["event_type"] == "done"
    assert told.attributes["kind"] == "builder.prune"


async def test_home_assistant_starts_without_its_forge_and_finds_it_later(
    hass: HomeAssistant, wire: Wire, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    await wire.__aexit__()
    entry = await connect(wire.url)
    assert entry.state is ConfigEntryState.LOADED
    assert state(hass, CONNECTED) == "off"
    assert state(hass, "sensor.forge_waiting_jobs") == "unavailable"
    await until(hass, lambda: caplog.text.count("Forge is away"))
    await wire.__aenter__()
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    assert state(hass, "sensor.forge_waiting_jobs") == "0"
    assert caplog.text.count("Forge is away") == 1


async def test_what_happened_while_the_line_was_down_is_told_afterwards(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.tell("job.queued", {"kind": "build.image", "state": "queued"}, job_id=JOB)
    await until(hass, lambda: state(hass, "sensor.forge_waiting_jobs") == "1")
    wire.hang_up()
    await until(hass, lambda: len(wire.resumed) == 2)
    assert wire.resumed == [None, "2"]
    await until(hass, lambda: state(hass, CONNECTED) == "on")


async def test_a_forge_that_goes_away_is_unavailable(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    await wire.__aexit__()
    await until(hass, lambda: state(hass, CONNECTED) == "off")
    assert state(hass, "sensor.forge_waiting_jobs") == "unavailable"
    await wire.__aenter__()
    await until(hass, lambda: state(hass, CONNECTED) == "on")


async def test_a_job_is_followed_to_its_end(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    for what in ("queued", "preparing", "building"):
        wire.tell(f"job.{what}", {"kind": "build.image", "state": what}, job_id=JOB)
    wire.tell(
        "job.progress", {"kind": "build.image", "state": "building", "percent": 40}, job_id=JOB
    )
    await until(hass, lambda: JOB in (jobs := entry.runtime_data.data.jobs) and jobs[JOB].percent)
    assert state(hass, "sensor.forge_running_jobs") == "1"
    failed = {"code": "build.image_too_big", "message": "too big", "facts": {}}
    wire.says["ended"] = {
        "jobs": [{"id": JOB, "kind": "build.image", "state": "failed", "error": failed}]
    }
    ended = {"kind": "build.image", "state": "failed", "profile_id": "attic", "error": failed}
    wire.tell("job.failed", ended, job_id=JOB)
    await until(hass, lambda: state(hass, "sensor.forge_last_result") == "failed")
    assert state(hass, "sensor.forge_running_jobs") == "0"
    told = hass.states.get("event.forge_jobs")
    assert told is not None
    assert told.attributes["code"] == "build.image_too_big"
    assert told.attributes["profile_id"] == "attic"


async def test_a_job_that_is_queued_while_everything_is_read_is_not_forgotten(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    asked, go = asyncio.Event(), asyncio.Event()

    async def slowly(_request: web.Request) -> web.Response:
        asked.set()
        await go.wait()
        return web.json_response({"profiles": [profile("attic")]})

    wire.answers["profiles"] = slowly
    wire.tell("profile.changed", {})
    async with asyncio.timeout(5):
        await asked.wait()  # jobs were read before, and there was none
    wire.tell("job.queued", {"kind": "build.image", "state": "queued"}, job_id=JOB)
    await until(hass, lambda: state(hass, "sensor.forge_waiting_jobs") == "1")
    go.set()
    await until(hass, lambda: state(hass, "update.router_attic_image") is not None)
    assert state(hass, "sensor.forge_waiting_jobs") == "1"


async def test_what_is_no_event_is_passed_over(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    for frame in (b": beat\n\n", b"event: x\ndata: {nonsense\n\n", b"data: 7\n\n"):
        wire.send(frame)
    wire.tell("job.done", {}, job_id=None)
    wire.send(b"event: job.done\ndata: {}\n\n")
    wire.tell("something.else", {})
    # What a Forge has for itself is nobody's last result.
    wire.tell("job.done", {"kind": "forge.tidy", "state": "done"}, job_id="2" * 32)
    wire.tell("job.queued", {"kind": "x", "state": "queued"}, job_id=JOB)
    await until(hass, lambda: state(hass, "sensor.forge_waiting_jobs") == "1")
    assert state(hass, "sensor.forge_last_result") == "unknown"


async def test_forgotten_events_have_everything_read_anew(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.says["jobs"] = {"jobs": [{"id": JOB, "kind": "x", "state": "queued"}]}
    wire.send(b"id: 90\nevent: reset\ndata: {}\n\n")
    await until(hass, lambda: state(hass, "sensor.forge_waiting_jobs") == "1")


async def test_an_event_without_an_end_is_not_kept(
    hass: HomeAssistant, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.forge.stream._LARGEST", 1000)
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.send(b"data: " + b"x" * 2000)
    await until(hass, lambda: len(wire.resumed) > 1)


@pytest.mark.parametrize(
    "says",
    [
        {"status": {"version": "0.1.0"}},
        {"status": {"version": "0.1.0", "disk_free": None, "disk_reserve": 1}},
        {"profiles": {"profiles": {}}},
        {"profiles": {"profiles": [{"version": 1}]}},
        {"builders": {}},
        {"jobs": {"jobs": [7]}},
    ],
)
async def test_what_cannot_be_read_is_no_forge_that_is_there(
    hass: HomeAssistant, wire: Wire, connect: Connect, says: dict[str, object]
) -> None:
    wire.says |= says
    await connect(wire.url)
    await until(hass, lambda: len(wire.resumed) > 2)
    assert state(hass, CONNECTED) == "off"


async def test_releases_may_be_unknown(hass: HomeAssistant, wire: Wire, connect: Connect) -> None:
    del wire.says["releases"]
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    assert entry.runtime_data.data.stable is None


@pytest.mark.parametrize("answered", ["refused", "nonsense"])
async def test_what_is_wrong_while_releases_are_read(
    hass: HomeAssistant, wire: Wire, connect: Connect, answered: str
) -> None:
    """A refused token is asked for; something else there is no Forge."""

    async def answer(_request: web.Request) -> web.Response:
        if answered == "nonsense":
            return web.Response(status=500, text='{"error": "nonsense"}')
        return refusal(401, "unauthorized.token", "wrong token")

    wire.answers["releases"] = answer
    await connect(wire.url)
    await until(hass, lambda: len(wire.resumed) > 1 or hass.config_entries.flow.async_progress())
    assert bool(hass.config_entries.flow.async_progress()) == (answered == "refused")
    assert state(hass, CONNECTED) == "off"


async def test_profiles_have_devices_as_long_as_they_are_there(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    wire.says["profiles"] = {"profiles": [profile("attic"), profile("cellar")]}
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    registry = dr.async_get(hass)

    def names() -> set[str | None]:
        devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
        return {device.name for device in devices}

    assert names() == {"Forge", "Router attic", "Router cellar"}
    wire.says["profiles"] = {"profiles": [profile("cellar", name="Below")]}
    wire.tell("profile.deleted", {"profile_id": "attic"})
    await until(hass, lambda: names() == {"Forge", "Below"})


async def test_what_a_person_has_to_mend(hass: HomeAssistant, wire: Wire, connect: Connect) -> None:
    bad = {"code": "integrity.signature_bad", "message": "bad", "facts": {}}
    host = {
        "code": "precondition.unsupported_host",
        "message": "a toaster",
        "facts": {"machine": "t"},
    }
    programs = {"code": "precondition.missing_programs", "facts": {"missing": ["make", "xz"]}}
    place = {"release": "23.05.5", "target": "ath79", "subtarget": "generic"}
    stands = {"version": "0.7.1", "disk_reserve": GB // 2}
    wire.says |= {
        "status": {**stands, "disk_free": GB // 10, "cannot_build": host},
        "builders": {"builders": [{**place, "size": None, "problem": bad}]},
    }
    entry = await connect(wire.url)
    await until(hass, lambda: issues(hass))
    assert issues(hass) == {
        "forge_versions_apart",
        "forge_disk_low",
        "forge_signature_bad",
        "forge_unsupported_host",
    }
    wire.says["status"] |= {"cannot_build": programs}
    wire.tell("builder.changed", {})
    await until(hass, lambda: "forge_missing_programs" in issues(hass))
    assert "forge_unsupported_host" not in issues(hass)
    wire.says |= {
        "status": {**stands, "disk_free": 10 * GB, "cannot_build": None},
        "builders": {"builders": []},
    }
    wire.tell("builder.deleted", {})
    await until(hass, lambda: issues(hass) == {"forge_versions_apart"})
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == set()


async def test_a_token_that_is_refused_is_asked_for(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url, "an-old-token")
    await until(hass, hass.config_entries.flow.async_progress)
    flow = hass.config_entries.flow.async_progress()[0]
    assert flow["step_id"] == "reauth_confirm"
    assert state(hass, CONNECTED) == "off"


async def test_diagnostics_hold_no_secret(
    hass: HomeAssistant,
    wire: Wire,
    connect: Connect,
    hass_client: ClientSessionGenerator,
) -> None:
    wire.says["profiles"] = {"profiles": [profile("attic")]}
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["up"] is True
    assert told["releases"] == {"23.05.5": 1}
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        assert await get_diagnostics_for_device(hass, hass_client, entry, device) == told
    for secret in (wire.token, wire.url, "attic"):
        assert secret not in str(told)


async def test_devices_of_a_forge_go_with_what_they_stand_for(
    hass: HomeAssistant,
    wire: Wire,
    connect: Connect,
    hass_ws_client: WebSocketGenerator,
    expected_errors: list[str],
) -> None:
    expected_errors.append("Error handling message")
    assert await async_setup_component(hass, "config", {})
    wire.says["profiles"] = {"profiles": [profile("attic")]}
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    client = await hass_ws_client(hass)
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert len(devices) == 2
    for device in devices:
        assert not (await client.remove_device(device.id))["success"]
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert dr.async_entries_for_config_entry(registry, entry.entry_id) == []
    assert state(hass, CONNECTED) is None


async def test_a_forge_that_fails_while_it_is_read_anew(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.says["builds"] = {"builds": 7}
    wire.tell("builder.ready", {})
    await until(hass, lambda: state(hass, CONNECTED) == "off")
    wire.says["builds"] = {"builds": []}
    wire.tell("builder.ready", {})
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.token = "new"
    wire.tell("builder.ready", {})
    await until(hass, hass.config_entries.flow.async_progress)
    assert state(hass, CONNECTED) == "off"
