"""Each tale of the reference: as it answers, or as its fault is mended.

What the reference answers is expected as it stands, but for `MENDED`: tales told of a
fault, whose remedy the file describes in words, and two that follow rules of our own.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from custom_components.atelier.machines.facts import Ending, Plan, Use
from custom_components.atelier.machines.news import Kind

from .workshop import LASER, SAM, T0, UMA, Workshop

TALES: Final[list[dict[str, Any]]] = orjson.loads(
    (Path(__file__).parents[1] / "vectors" / "machines.json").read_bytes()
)
SET_UP: Final = "machines.1.blocked"


async def prepare(shop: Workshop, setup: dict[str, Any]) -> None:
    """Change the workshop as a tale wants it."""
    for key, value in setup.items():
        if key == "maintenances":
            for plan in value:
                described = Plan(
                    machine_id=plan["machine_id"],
                    description=plan["description"],
                    every_h=plan["hours_between"],
                    lcd_text=plan["lcd_message"],
                )
                await shop.keep(described)
        else:
            assert key == SET_UP
            await shop.change_machine(LASER, blocked=value)


async def perform(shop: Workshop, message: dict[str, Any]) -> tuple[str, Any] | None:
    """Do what a tale tells next; return the answer."""
    shop.at(message.get("t", 0))
    match message.get("op"):
        case None:
            payload = message["payload"]
            raw = payload.encode() if isinstance(payload, str) else orjson.dumps(payload)
            return await shop.say(message["topic"], raw)
        case "close_orphans":
            await shop.desk.tick()
        case "add_intervention":
            await shop.desk.care_for(message["machine"], [message["maintenance"]], message["user"])
        case other:
            pytest.fail(f"A tale does {other}")
    return None


def answers_of(expect: list[Any]) -> list[tuple[str, Any] | None]:
    """Return the answers that the reference gave."""
    entries = expect[:-1] if expect and "state" in (expect[-1] or {}) else expect
    return [(one["topic"], one["payload"]) if one else None for one in entries]


async def check_state(shop: Workshop, state: dict[str, Any]) -> None:
    """Compare what is kept with what the reference kept."""
    uses = await shop.uses()
    facts = await shop.ledger.load()
    for key, expected in state.items():
        match key:
            case "uses":
                assert [told(use) for use in uses] == [
                    # The reference leaves the flag empty where a use was only inferred.
                    use | {"replay": bool(use["replay"])}
                    for use in expected
                ]
            case "machine_seconds":
                assert {LASER: facts.used_s.get(LASER, 0.0)} == {
                    int(machine): seconds for machine, seconds in expected.items()
                }
                assert shop.desk.facts.used_s.get(LASER, 0.0) == facts.used_s.get(LASER, 0.0)
            case "unknown_cards":
                assert await unknown_cards(shop) == expected
            case "boards":
                assert [
                    {
                        "machine": board.machine_id,
                        "ip": board.address,
                        "fw": board.firmware,
                        "serial": board.serial,
                        "heap": board.heap,
                        "last_seen": board.last_seen - T0,
                    }
                    for board in facts.boards.values()
                ] == expected
            case "machine_last_seen":
                for machine, seconds in expected.items():
                    assert shop.desk.status(int(machine)).last_seen == T0 + seconds
            case _:
                pytest.fail(f"A tale tells of {key}")


def told(use: Use) -> dict[str, Any]:
    """Return a use as the tales write it."""
    return {
        "machine": use.machine_id,
        "user": use.member_id,
        "start": use.start - T0,
        "last_seen": use.last_seen - T0,
        "end": None if use.end is None else use.end - T0,
        "replay": use.replay,
    }


async def unknown_cards(shop: Workshop) -> list[str]:
    """Return the cards that nobody knows."""
    return [seen.card for seen in await shop.ledger.unknown_cards()]


type Answers = list[tuple[str, Any] | None]
type Remedy = Callable[[Workshop, Answers, Answers], Awaitable[None]]


async def no_reply_but_listed(shop: Workshop, answers: Answers, _: Answers) -> None:
    """Expect no reply, and the board among those without a machine."""
    assert answers == [None]
    assert shop.desk.strangers[99].serial == "dcda0c419794"
    assert [one.kind for one in shop.happened] == [Kind.UNKNOWN_BOARD]


async def each_card_has_its_use(shop: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect the first use to end when last seen, and one of the other card after it."""
    assert answers == reference
    assert await shop.spans() == [(UMA, 0, 0), (SAM, 0, 50)]


async def one_use_of_600_s(shop: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect the doubled log-out to be answered, and counted once."""
    assert answers == reference
    assert await shop.spans() == [(UMA, 0, 600)]
    assert shop.desk.facts.used_s[LASER] == 600


async def ends_at_its_arrival(shop: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect the use to end when it was told of, and to have begun 5400 s before."""
    assert answers == reference
    assert await shop.spans() == [(UMA, 1 - 5400, 1)]
    assert [use.replay for use in await shop.uses()] == [True]
    assert shop.desk.facts.used_s[LASER] == 5400


async def the_same_use_goes_on(shop: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect the use that silence ended to go on when the board is heard again."""
    assert answers == reference
    assert await shop.spans() == [(UMA, 0, 5600)]
    assert [use.ending for use in await shop.uses()] == [Ending.CARD]
    assert shop.desk.facts.used_s[LASER] == 5600


async def care_counts_from_its_moment(shop: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect the 8990 s after the care to make the next one due."""
    assert answers[:-1] == reference[:-1]
    last = answers[-1]
    assert last is not None
    assert last[1]["maintenance"] is True
    assert last[1]["description"] == "pulire lente"
    assert shop.desk.facts.since_care_s == {1: 8990}


async def only_the_last_is_answered(shop: Workshop, answers: Answers, _: Answers) -> None:
    """Expect silence to what no board says, and the usual answer to the next query."""
    assert answers[:3] == [None, None, None]
    assert answers[3] is not None
    assert answers[3][1]["is_valid"] is True


async def answered_where_it_listens(_: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect the answer on the topic that the board spells."""
    assert reference[0] is not None
    assert answers == [("machine/01/reply", reference[0][1])]


async def small_letters_and_staff(_: Workshop, answers: Answers, reference: Answers) -> None:
    """Expect card ids as boards spell them, and staff let in while care is due."""
    assert answers[0] is not None
    assert reference[0] is not None
    expected = reference[0][1]
    for card in expected["cards"]:
        card["uid"] = card["uid"].lower()
        if card["uid"] == "aaaaaaa2":
            card["level"] = 2
    assert answers[0][1] == expected


MENDED: Final[dict[str, Remedy]] = {
    "alive_unknown_machine_gets_a_reply": no_reply_but_listed,
    "inuse_or_stop_by_another_card_acts_on_the_open_use": each_card_has_its_use,
    "stop_reply_lost_then_replayed": one_use_of_600_s,
    "offline_pair_replayed_together": ends_at_its_arrival,
    "board_returns_after_orphan_close": the_same_use_goes_on,
    "intervention_during_an_open_use_discards_its_hours": care_counts_from_its_moment,
    "missing_field_or_non_object_must_not_kill_the_listener": only_the_last_is_answered,
    "topic_with_leading_zero": answered_where_it_listens,
    "synccache": small_letters_and_staff,
}


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale["name"])
async def test_a_tale_ends_as_it_should(tale: dict[str, Any], shop: Workshop) -> None:
    await prepare(shop, tale["setup"])
    answers = [await perform(shop, message) for message in tale["messages"]]
    if remedy := MENDED.get(tale["name"]):
        reference = [
            (one["topic"], one["payload"]) if one and "topic" in one else None
            for one in tale["expect"]
            if one is None or "state" not in one
        ]
        await remedy(shop, answers, reference)
        return
    assert "defect" not in tale
    assert answers == answers_of(tale["expect"])
    if "state" in (tale["expect"][-1] or {}):
        await check_state(shop, tale["expect"][-1]["state"])
