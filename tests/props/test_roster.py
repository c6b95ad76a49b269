"""All props of a workshop: who appears, who is kept, who leaves, and how many there may be."""

import asyncio
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.atelier.props import roster as roster_module
from custom_components.atelier.props.prop import Prop
from custom_components.atelier.props.roster import Roster
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from custom_components.atelier.wire.topics import split
from tests.factories import coffin_info, encoded, lantern_info
from tests.props.conftest import Say, StrawBus, grace
from tests.wire.test_fuzz import OBJECTS

OLD = "halloween/esp32-coffin-jumper-01"


@pytest.fixture
def added(roster: Roster) -> list[list[str]]:
    """Return the notebook of who was introduced, batch by batch."""
    batches: list[list[str]] = []
    roster.on_added.listen(lambda props: batches.append([prop.key for prop in props]))
    return batches


# Who appears


async def test_a_prop_that_describes_itself_is_introduced(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    hear("props/coffin-1/info", coffin_info(), retained=True)
    assert roster.props["props/coffin-1"].info.name == "Crypt"
    await grace()
    assert added == [["props/coffin-1"]]


async def test_props_that_appear_together_are_introduced_together(
    hear: Say, added: list[list[str]]
) -> None:
    for number in range(5):
        hear(f"props/coffin-{number}/info", coffin_info(), retained=True)
    await grace()
    assert len(added) == 1
    assert len(added[0]) == 5


@pytest.mark.parametrize("order", list(permutations(["info", "availability", "state", "settings"])))
async def test_retained_messages_may_come_in_any_order(
    roster: Roster, hear: Say, bus: StrawBus, order: tuple[str, ...]
) -> None:
    messages = {
        "info": coffin_info(),
        "availability": "online",
        "state": "armed",
        "settings": {"volume": 12},
    }
    for channel in order:
        hear(f"props/coffin-1/{channel}", messages[channel], retained=True)
    prop = roster.props["props/coffin-1"]
    assert prop.described_itself
    assert (prop.online, prop.state, prop.settings.current) == (True, "armed", {"volume": 12})
    assert bus.rejected == []


async def test_a_board_without_an_info_is_shown_after_a_while(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    hear(f"{OLD}/availability", "online", retained=True)
    hear(f"{OLD}/state", "armed", retained=True)
    assert roster.props == {}
    await grace()
    prop = roster.props[OLD]
    assert not prop.described_itself
    assert (prop.online, prop.state, prop.info.model) == (True, "armed", "Coffin Jumper")
    assert added == [[OLD]]


async def test_an_info_within_the_grace_makes_no_old_board(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    hear("props/coffin-1/state", "armed", retained=True)
    await asyncio.sleep(0.005)
    hear("props/coffin-1/info", coffin_info(), retained=True)
    await grace()
    assert added == [["props/coffin-1"]]
    assert roster.props["props/coffin-1"].described_itself


async def test_a_board_that_is_reflashed_becomes_a_prop_of_the_contract(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    described: list[Prop] = []
    roster.on_described.listen(described.append)
    hear(f"{OLD}/availability", "online", retained=True)
    await grace()
    prop = roster.props[OLD]
    hear(f"{OLD}/info", coffin_info(), retained=True)
    hear(f"{OLD}/telemetry", {"motion": True})
    assert described == [prop]
    assert roster.props[OLD] is prop
    assert prop.described_itself
    assert prop.telemetry.current == {"motion": True}
    await grace()
    assert added == [[OLD]]


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        ("availability", "maybe"),
        ("telemetry", "[1]"),
        ("telemetry", {"a": []}),
        ("state", "---"),
        ("light/on", "x"),
        ("update", b"\xff"),
        ("result", {"correlation_id": "a", "ok": True}),
    ],
)
async def test_who_says_nothing_that_makes_sense_is_no_prop(
    roster: Roster,
    hear: Say,
    bus: StrawBus,
    added: list[list[str]],
    *,
    channel: str,
    message: Any,
) -> None:
    hear(f"props/stranger/{channel}", message)
    await grace()
    assert roster.props == {} or channel == "telemetry"
    assert added == [] or channel == "telemetry"
    assert bus.rejected


async def test_a_bad_info_makes_no_prop_at_once(roster: Roster, hear: Say, bus: StrawBus) -> None:
    hear("props/stranger/info", {"contract": 1}, retained=True)
    assert bus.kinds == [RejectionKind.BAD_DESCRIPTION]
    await grace()
    assert roster.props == {}


async def test_faults_of_a_description_are_counted_for_its_prop(hear: Say, bus: StrawBus) -> None:
    info = lantern_info()
    info["capabilities"]["telemetry"]["bad"] = {"type": "?"}
    hear("props/lantern/info", info)
    assert [source for source, _ in bus.rejected] == ["props/lantern"]


@pytest.mark.parametrize("device_id", ["atelier", "broadcast", "broker", "ui", "worker_host"])
async def test_reserved_ids_are_no_props(
    roster: Roster, hear: Say, bus: StrawBus, device_id: str
) -> None:
    for channel in ("availability", "info", "cmd"):
        hear(f"halloween/{device_id}/{channel}", "online", retained=True)
    await grace()
    assert roster.props == {}
    assert bus.rejected == []


async def test_what_is_said_to_a_prop_makes_none(roster: Roster, hear: Say, bus: StrawBus) -> None:
    hear("props/coffin-1/cmd", {"action": "trigger"})
    hear("props/coffin-1/settings/set", {"volume": 1})
    await grace()
    assert roster.props == {}
    assert bus.rejected == []


async def test_an_empty_message_makes_no_prop(roster: Roster, hear: Say, bus: StrawBus) -> None:
    hear("props/coffin-1/info", b"")
    await grace()
    assert roster.props == {}
    assert bus.kinds == [RejectionKind.EMPTY]


async def test_a_retained_command_is_reported(roster: Roster, hear: Say, bus: StrawBus) -> None:
    reported: list[str] = []
    roster.on_retained_command.listen(reported.append)
    hear("props/coffin-1/cmd", "trigger", retained=True)
    assert reported == ["props/coffin-1"]
    assert bus.kinds == [RejectionKind.RETAINED_COMMAND]


# Who is kept


async def test_what_is_saved_comes_back(
    roster: Roster, hear: Say, bus: StrawBus, added: list[list[str]]
) -> None:
    hear("props/coffin-1/info", coffin_info(), retained=True)
    hear("props/house-2/telemetry", {"fires": 2})
    await grace()
    other = Roster(bus, bus.reject)
    other.restore(roster.save())
    assert other.save() == roster.save()
    assert other.props.keys() == {"props/coffin-1", "props/house-2"}
    assert other.props["props/coffin-1"].info == roster.props["props/coffin-1"].info
    assert other.props["props/coffin-1"].online is None
    assert "fires" in other.props["props/house-2"].telemetry.specs


async def test_what_cannot_be_read_any_more_costs_only_itself(
    roster: Roster, bus: StrawBus
) -> None:
    roster.restore({"props/bad": {"contract": "?"}, "props/good": coffin_info()})
    assert list(roster.props) == ["props/good"]
    assert [source for source, _ in bus.rejected] == ["props/bad"]


async def test_a_restored_prop_that_speaks_is_not_introduced_again(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    roster.restore({"props/coffin-1": coffin_info()})
    hear("props/coffin-1/info", coffin_info(boot="later"), retained=True)
    hear("props/coffin-1/availability", "online", retained=True)
    await grace()
    assert added == []
    assert roster.props["props/coffin-1"].online


# Who leaves


async def test_a_removed_prop_that_returns_is_new(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    hear("props/coffin-1/info", coffin_info())
    await grace()
    first = roster.props["props/coffin-1"]
    roster.remove("props/coffin-1")
    assert roster.props == {}
    hear("props/coffin-1/info", coffin_info())
    await grace()
    assert roster.props["props/coffin-1"] is not first
    assert added == [["props/coffin-1"]] * 2


async def test_one_that_left_before_its_introduction_is_not_introduced(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    hear("props/coffin-1/info", coffin_info())
    roster.remove("props/coffin-1")
    await grace()
    assert added == [[]]


async def test_nothing_happens_after_closing(
    roster: Roster, hear: Say, added: list[list[str]]
) -> None:
    hear("props/coffin-1/info", coffin_info())
    hear("props/stranger/state", "on")
    roster.close()
    await grace()
    assert added == []


async def test_what_was_heard_of_a_props_presence_ends_with_the_connection(
    roster: Roster, hear: Say
) -> None:
    hear("props/coffin-1/info", coffin_info())
    hear("props/coffin-1/availability", "online", retained=True)
    prop = roster.props["props/coffin-1"]
    told: list[bool | None] = []
    prop.on_online.listen(lambda: told.append(prop.online))
    roster.connection_changed(connected=False)
    roster.connection_changed(connected=True)
    hear("props/coffin-1/availability", "online", retained=True)
    assert told == [None, None, True]


# How many there may be


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow three props under one prefix."""
    monkeypatch.setattr(roster_module, "PROP_LIMIT", 3)


@pytest.mark.usefixtures("small")
async def test_a_flood_is_stopped_and_told(roster: Roster, hear: Say, bus: StrawBus) -> None:
    floods: list[str] = []
    roster.on_flood.listen(floods.append)
    for number in range(5):
        hear(f"props/p{number}/info", coffin_info())
    assert len(roster.props) == 3
    assert floods == ["props"] * 2
    assert bus.kinds == [RejectionKind.TOO_MANY_PROPS] * 2


@pytest.mark.usefixtures("small")
async def test_a_flood_under_one_prefix_leaves_the_others_room(roster: Roster, hear: Say) -> None:
    for number in range(5):
        hear(f"halloween/p{number}/state", "on")
    hear("props/coffin-1/info", coffin_info())
    await grace()
    assert len(roster.props) == 4
    assert "props/coffin-1" in roster.props


@pytest.mark.usefixtures("small")
async def test_the_last_one_within_the_limit_may_say_the_rest(roster: Roster, hear: Say) -> None:
    for number in range(3):
        hear(f"props/p{number}/availability", "online", retained=True)
    for number in range(3):
        hear(f"props/p{number}/info", coffin_info(), retained=True)
    assert all(prop.described_itself for prop in roster.props.values())
    assert len(roster.props) == 3


async def test_a_talkative_stranger_is_remembered_in_bounds(roster: Roster, hear: Say) -> None:
    for number in range(100):
        hear("props/p/telemetry", {"tick": number, "fill": "x" * 200})
    hear("props/p/state", "x" * 10_000)
    heard = roster._strangers["props", "p"]
    assert len(heard) <= 16


# Whatever comes


@pytest.mark.usefixtures("small")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    messages=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "C-1", "coffin_jumper", "x_hue_nest", "ui", "e1"])
            | st.text(max_size=5),
            st.sampled_from(
                [
                    "info",
                    "availability",
                    "state",
                    "status",
                    "status/warn",
                    "status/error",
                    "telemetry",
                    "telemetry/x/y",
                    "settings",
                    "settings/set",
                    "event",
                    "cmd",
                    "result",
                    "update",
                    "uptime",
                ]
            )
            | st.text(max_size=8),
            OBJECTS
            | st.sampled_from([coffin_info(), lantern_info(), "online", "offline", "on"])
            | st.binary(max_size=50),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_no_topic_and_no_payload_makes_the_roster_stumble(
    messages: list[tuple[str, str, Any, bool]],
) -> None:
    asyncio.run(_all_heard(messages))


async def _all_heard(messages: list[tuple[str, str, Any, bool]]) -> None:
    bus = StrawBus()
    roster = Roster(bus, bus.reject)
    try:
        for device_id, channel, message, retained in messages:
            topic = f"props/{device_id}/{channel}"
            try:
                handler, _ = roster.route("props", *split(topic, "props"))
                handler(encoded(message), retained)
            except Rejection:
                continue
        roster._settle()
        assert len(roster.props) <= 3
        for prop in roster.props.values():
            for section in (prop.telemetry, prop.settings):
                assert len(section.current) <= 64
        again = Roster(bus, bus.reject)
        again.restore(roster.save())
        assert again.props.keys() == roster.props.keys()
    finally:
        roster.close()
