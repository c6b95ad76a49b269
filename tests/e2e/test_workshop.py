"""What people do with their props, on a real Home Assistant with real firmware."""

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from rig.hass_socket import CommandError
from rig.workshop import known

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rig.coffin import Coffin
    from rig.hass import HomeAssistant
    from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

type Pair = tuple[Coffin, Coffin]


class Editor:
    """Saves automations, scripts and scenes as Home Assistant's editors do."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Work in a house."""
        self._hass = hass
        self._saved: list[str] = []

    async def save(self, kind: str, key: str, content: dict[str, Any]) -> None:
        """Save something into its YAML file and wait until it is loaded."""
        path = f"/api/config/{kind}/config/{key}"
        await self._hass.rest.post(path, content)
        self._saved.append(path)
        platform = "homeassistant" if kind == "scene" else kind
        await self._hass.wait_state(await self._hass.entity_id(key, platform), lambda _: True)

    async def close(self) -> None:
        """Delete again what was saved."""
        for path in self._saved:
            await self._hass.rest.delete(path)


@pytest_asyncio.fixture(loop_scope="session")
async def editor(workshop: Workshop) -> AsyncIterator[Editor]:
    """Return an editor whose work lasts for one test."""
    editor = Editor(workshop.hass)
    yield editor
    await editor.close()


async def say(hass: HomeAssistant, sentence: str) -> dict[str, Any]:
    """Say something to the voice assistant and return its response."""
    answer = await hass.command("conversation/process", text=sentence, language="en")
    response: dict[str, Any] = answer["response"]
    return response


async def test_one_coffin_wakes_the_other(coffins: Pair, editor: Editor) -> None:
    """An automation lets motion at the first coffin fire the second."""
    first, second = coffins
    await editor.save(
        "automation",
        "chain",
        {
            "alias": "The second answers the first",
            "triggers": [
                {
                    "trigger": "state",
                    "entity_id": await first.entity_id("telemetry/motion"),
                    "to": "on",
                }
            ],
            "actions": [
                {
                    "action": "button.press",
                    "target": {"entity_id": await second.entity_id("action/trigger")},
                }
            ],
        },
    )

    await first.board.edge("pir")

    await second.jumps()
    await second.wait("state", "action")


async def test_core_s_own_triggers_fit(coffins: Pair, editor: Editor) -> None:
    """Core's motion trigger and its event trigger work on props, without a word of ours."""
    first, second = coffins
    await editor.save(
        "automation",
        "core_triggers",
        {
            "alias": "Core's own triggers",
            "triggers": [
                {
                    "trigger": "motion.detected",
                    "target": {"device_id": await first.device_id()},
                    "options": {"behavior": "each"},
                    "id": "motion",
                },
                {
                    "trigger": "event.received",
                    "target": {"entity_id": await second.entity_id("activity")},
                    "options": {"event_type": ["activated"]},
                    "id": "activated",
                },
            ],
            "actions": [{"event": "prop_noticed", "event_data": {"by": "{{ trigger.id }}"}}],
            "mode": "parallel",
        },
    )

    async with first.hass.subscribe("prop_noticed") as noticed:
        await first.board.edge("pir")
        assert (await noticed.next(timeout_s=10))["data"]["by"] == "motion"
        await second.hass.act(
            "button.press", {"entity_id": await second.entity_id("action/trigger")}
        )
        seen = [(await noticed.next(timeout_s=10))["data"]["by"]]
    assert seen == ["activated"]


async def test_a_preset_is_a_scene(coffins: Pair) -> None:
    """The preset that the board describes acts with its own volume."""
    coffin, _ = coffins

    await coffin.hass.act("scene.turn_on", {"entity_id": await coffin.entity_id("preset/whisper")})

    await coffin.jumps()
    await coffin.board.wait_snapshot("player", "volume", wanted=8)


async def test_a_scene_puts_the_props_to_bed(coffins: Pair, editor: Editor) -> None:
    """A scene of the house disarms every prop."""
    scene = {
        "name": "Good night",
        "entities": {await coffin.entity_id("armed"): {"state": "off"} for coffin in coffins},
    }
    hass = coffins[0].hass
    await editor.save("scene", "good_night", scene)

    await hass.act("scene.turn_on", {"entity_id": "scene.good_night"})

    for coffin in coffins:
        await coffin.wait("state", "blocked")
        await coffin.board.wait_snapshot("state", wanted="blocked")


async def test_a_script_scares_as_loud_as_it_is_told(coffins: Pair, editor: Editor) -> None:
    """A script passes its own field on to the action and gets an answer back."""
    coffin, _ = coffins
    await editor.save(
        "script",
        "scare",
        {
            "alias": "Scare the guests",
            "fields": {"volume": {"selector": {"number": {"min": 0, "max": 30}}}},
            "sequence": [
                {
                    "action": "atelier.trigger",
                    "data": {
                        "device_id": [await coffin.device_id()],
                        "volume": "{{ volume | default(20) }}",
                    },
                    "response_variable": "answer",
                },
                {"stop": "Scared", "response_variable": "answer"},
            ],
        },
    )

    answer = await coffin.hass.act("script.scare", {"volume": 5}, response=True)

    assert answer["results"][await coffin.device_id()]["ok"] is True
    await coffin.jumps()
    await coffin.board.wait_snapshot("player", "volume", wanted=5)


async def test_a_refusal_is_read_where_the_button_was_pressed(coffins: Pair) -> None:
    """The error names the prop and the reason, umlauts included."""
    _, coffin = coffins
    await coffin.arm(armed=False)

    with pytest.raises(CommandError) as error:
        await coffin.hass.act(
            "button.press", {"entity_id": await coffin.entity_id("action/trigger")}
        )

    assert coffin.name in error.value.message
    assert "block" in error.value.message.lower()


async def test_two_props_answer_for_themselves(coffins: Pair) -> None:
    """One action for both tells which of them refused."""
    first, second = coffins
    await second.arm(armed=False)
    devices = [await first.device_id(), await second.device_id()]

    answer = await first.hass.act("atelier.trigger", {"device_id": devices}, response=True)

    results = answer["results"]
    assert results[devices[0]]["ok"] is True
    assert results[devices[1]]["ok"] is False
    assert results[devices[1]]["reason"] == "blocked"


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("turn off {name}", "blocked"),
        ("deactivate the {name}", "blocked"),
        ("turn off {name} in the graveyard", "blocked"),
        ("turn on {name}", "armed"),
    ],
)
async def test_voice_arms_and_disarms(coffins: Pair, sentence: str, state: str) -> None:
    """The armed switch carries the prop's own name."""
    coffin, _ = coffins
    await coffin.arm(armed=state != "armed")

    response = await say(coffin.hass, sentence.format(name=coffin.name))

    assert response["response_type"] == "action_done"
    await coffin.wait("state", state)


async def test_voice_plays_a_preset(coffins: Pair) -> None:
    """A preset is activated by the prop's name and its own."""
    coffin, _ = coffins

    response = await say(coffin.hass, f"activate {coffin.name} A whisper")

    assert response["response_type"] == "action_done"
    await coffin.jumps()


async def test_voice_runs_a_script(coffins: Pair, editor: Editor) -> None:
    """A script that presses the button answers to its name once it is exposed."""
    coffin, _ = coffins
    await editor.save(
        "script",
        "wake_the_dead",
        {
            "alias": "Wake the dead",
            "sequence": [
                {
                    "action": "button.press",
                    "target": {"entity_id": await coffin.entity_id("action/trigger")},
                }
            ],
        },
    )
    await coffin.hass.command(
        "homeassistant/expose_entity",
        assistants=["conversation"],
        entity_ids=["script.wake_the_dead"],
        should_expose=True,
    )

    response = await say(coffin.hass, "run wake the dead")

    assert response["response_type"] == "action_done"
    await coffin.jumps()


async def test_music_plays_and_pauses_like_any_player(coffins: Pair) -> None:
    """The player is a media player of Home Assistant's own kind."""
    coffin, _ = coffins
    player = {"entity_id": await coffin.entity_id("player")}

    await coffin.hass.act("media_player.media_play", player)
    await coffin.board.wait_snapshot("player", "status", wanted="playing")
    await coffin.wait("player", "playing")
    await coffin.hass.act("media_player.media_pause", player)
    await coffin.board.wait_snapshot("player", "status", wanted="paused")
    await coffin.wait("player", "paused")

    assert (await coffin.board.snapshot())["outputs"]["solenoid"] is False


async def test_motion_lasts_while_somebody_is_there(coffins: Pair) -> None:
    """The sensor stays on as long as its pin is high."""
    coffin, _ = coffins
    await coffin.board.edge("pir", level=1)
    await coffin.wait("telemetry/motion", "on")
    await coffin.board.edge("pir", level=0)
    await coffin.wait("telemetry/motion", "off", timeout_s=20)


async def test_the_port_is_no_trial(workshop: Workshop) -> None:
    """Home Assistant will not fall back to its default port after five minutes."""
    configuration = await workshop.hass.command("http/config")
    assert configuration["active_config_type"] == "stable"


async def test_the_log_is_clean(workshop: Workshop) -> None:
    """Nothing that Atelier did was worth a warning."""
    ours = ("custom_components.atelier", "custom_components/atelier", "integration 'atelier'")
    lines = [
        line
        for line in workshop.hass.log().splitlines()
        if any(name in line for name in ours)
        and " INFO " not in line
        and " DEBUG " not in line
        # Another test has a Forge in this house, and takes it away.
        and "] Forge is away: " not in line
    ]
    assert lines == []


async def test_a_crash_of_the_house_costs_nothing(coffins: Pair) -> None:
    """Killed without warning, Home Assistant comes back with the same props and counters."""
    coffin, _ = coffins
    before = set(await coffin.hass.entities())
    counter = await coffin.wait("telemetry/triggers", known)

    await coffin.hass.kill()
    await coffin.hass.start()

    assert set(await coffin.hass.entities()) == before
    await coffin.wait("telemetry/triggers", counter, timeout_s=20)
    await coffin.wait("armed", "on")
