"""The desk at work: uses, care, cards and boards, on a real ledger."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import orjson
import pytest

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.pages import UseQuery
from custom_components.atelier.machines.access import Denial
from custom_components.atelier.machines.facts import Ending, Machine, Member, Plan, Use
from custom_components.atelier.machines.news import Kind, State
from custom_components.atelier.machines.placing import KEPT
from custom_components.atelier.machines.requests import Refusal, RequestRefused

from .workshop import DIS, DRILL, LASER, SAM, T0, UMA, VIC, Workshop

CARD = {UMA: "aaaaaaa3", SAM: "aaaaaaa2", VIC: "aaaaaaa4", DIS: "aaaaaaa5"}
DAY = 86_400

#: What a board tells (action, seconds after T0, member, further fields), and the uses that
#: are kept: member, start, end.
COURSES: dict[str, tuple[list[tuple[str, float, int, dict[str, Any]]], list[tuple[Any, ...]]]] = {
    "stop without start": (
        [("stopuse", 100, UMA, {"duration": 3600})],
        [(UMA, -3500, 100)],
    ),
    "start told twice": (
        [
            ("startuse", 0, UMA, {}),
            ("startuse", 2, UMA, {"replay": True}),
            ("stopuse", 50, UMA, {"duration": 50}),
        ],
        [(UMA, 0, 50)],
    ),
    "longer than a day": (
        [
            ("startuse", 0, UMA, {}),
            ("inuse", 2 * DAY, UMA, {"duration": 2 * DAY}),
            ("stopuse", 3 * DAY, UMA, {"duration": 3 * DAY}),
        ],
        [(UMA, 0, 3 * DAY)],
    ),
    "stop by another card": (
        [
            ("startuse", 0, UMA, {}),
            ("inuse", 60, UMA, {"duration": 60}),
            ("stopuse", 100, SAM, {"duration": 30}),
        ],
        [(UMA, 0, 60), (SAM, 70, 100)],
    ),
    "several pairs told at once": (
        [
            ("startuse", 9000, UMA, {"replay": True}),
            ("stopuse", 9001, UMA, {"duration": 3000, "replay": True}),
            ("startuse", 9002, SAM, {"replay": True}),
            ("stopuse", 9003, SAM, {"duration": 4000, "replay": True}),
        ],
        [(UMA, 2003, 5003), (SAM, 5003, 9003)],
    ),
    "each message twice": (
        [
            ("startuse", 9000, UMA, {"replay": True}),
            ("startuse", 9001, UMA, {"replay": True}),
            ("stopuse", 9002, UMA, {"duration": 3000, "replay": True}),
            ("stopuse", 9003, UMA, {"duration": 3000, "replay": True}),
        ],
        [(UMA, 6002, 9002)],
    ),
    "the same length again after a start": (
        [
            ("startuse", 0, UMA, {}),
            ("stopuse", 60, UMA, {"duration": 60}),
            ("startuse", 100, UMA, {}),
            ("stopuse", 160, UMA, {"duration": 60}),
        ],
        [(UMA, 0, 60), (UMA, 100, 160)],
    ),
    "with the board's own times": (
        [
            ("startuse", 9000, UMA, {"replay": True, "id": "a", "at": T0 + 100}),
            ("stopuse", 9001, UMA, {"duration": 50, "replay": True, "id": "b", "at": T0 + 150}),
            ("startuse", 9002, SAM, {"replay": True, "id": "c", "at": T0 + 400}),
            ("stopuse", 9003, SAM, {"duration": 100, "replay": True, "id": "d", "at": T0 + 500}),
            ("stopuse", 9004, SAM, {"duration": 100, "replay": True, "id": "d", "at": T0 + 500}),
            ("startuse", 9005, SAM, {"replay": True, "id": "c", "at": T0 + 400}),
        ],
        [(UMA, 100, 150), (SAM, 400, 500)],
    ),
    "a board's clock that cannot be right": (
        [("stopuse", 9000, UMA, {"duration": 50, "at": 12.0})],
        [(UMA, 8950, 9000)],
    ),
    "nobody was on": ([("stopuse", 10, UMA, {"duration": 0})], []),
    "a duration that cannot be": (
        [("startuse", 0, UMA, {}), ("stopuse", 80, UMA, {"duration": -5})],
        [(UMA, 0, 80)],
    ),
    "power cut, then the same card": (
        [
            ("startuse", 0, UMA, {}),
            ("inuse", 90, UMA, {"duration": 90}),
            ("startuse", 500, UMA, {}),
            ("stopuse", 560, UMA, {"duration": 60}),
        ],
        [(UMA, 0, 90), (UMA, 500, 560)],
    ),
}


@pytest.mark.parametrize(("told", "kept"), COURSES.values(), ids=COURSES)
@pytest.mark.parametrize("restarts", [False, True], ids=["", "restarted each time"])
async def test_uses_are_kept_as_they_were(
    told: list[tuple[str, float, int, dict[str, Any]]],
    kept: list[tuple[Any, ...]],
    restarts: bool,
    shop: Workshop,
) -> None:
    for action, at, member, fields in told:
        answer = await shop.tell(action, at, uid=CARD[member], **fields)
        assert answer["request_ok"] is True
        if restarts:
            shop = await shop.restarted()
    assert await shop.spans() == kept
    seconds = sum(end - start for _, start, end in kept)
    assert shop.desk.facts.used_s.get(LASER, 0) == pytest.approx(seconds)


async def test_a_use_goes_on_over_a_restart(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    await shop.tell("inuse", 600, uid=CARD[UMA], duration=600)
    shop = await shop.restarted()
    shop.at(4000)
    await shop.desk.tick()  # the board may have been there while nobody listened
    assert shop.desk.status(LASER).since == T0
    await shop.tell("stopuse", 4100, uid=CARD[UMA], duration=4100)
    assert await shop.spans() == [(UMA, 0, 4100)]


async def test_silence_ends_a_use_when_it_was_last_heard_of(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    await shop.tell("inuse", 90, uid=CARD[UMA], duration=90)
    shop.at(90 + 3600)
    await shop.desk.tick()
    assert shop.desk.status(LASER).state is State.IN_USE
    shop.at(90 + 3601)
    await shop.desk.tick()
    assert [use.ending for use in await shop.uses()] == [Ending.SILENCE]
    assert await shop.spans() == [(UMA, 0, 90)]


async def test_a_clock_that_is_set_ends_nothing(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    shop.clock.now += DAY
    shop.steady.now += 30
    await shop.desk.tick()
    inuse = {"action": "inuse", "uid": CARD[UMA], "duration": 30}
    await shop.say("machine/1", orjson.dumps(inuse))
    shop.clock.now += 30
    shop.steady.now += 30
    stop = {"action": "stopuse", "uid": CARD[UMA], "duration": 60}
    await shop.say("machine/1", orjson.dumps(stop))
    assert await shop.spans() == [(UMA, 0, 60)]


async def test_a_start_without_a_right_is_kept_and_told(shop: Workshop) -> None:
    assert await shop.tell("startuse", 0, uid=CARD[DIS]) == {"request_ok": True, "message": ""}
    (started,) = shop.happened
    assert (started.kind, started.denial) == (Kind.STARTED, Denial.DISABLED)


async def test_what_happens_is_told_without_cards(shop: Workshop) -> None:
    await shop.tell("checkuser", 0, uid=CARD[UMA])
    await shop.tell("checkuser", 0, uid=CARD[VIC])
    await shop.tell("checkuser", 0, uid="deadbeef")
    await shop.tell("startuse", 1, uid=CARD[UMA])
    await shop.tell("stopuse", 480 * 60 + 2, uid=CARD[UMA], duration=480 * 60 + 1)
    assert [(one.kind, one.member_id, one.denial) for one in shop.happened] == [
        (Kind.GRANTED, UMA, None),
        (Kind.DENIED, VIC, Denial.NO_PERMISSION),
        (Kind.UNKNOWN_CARD, None, None),
        (Kind.STARTED, UMA, None),
        (Kind.AUTO_LOGOFF, UMA, None),
    ]
    await shop.desk.close()
    assert [seen.card for seen in await shop.ledger.unknown_cards()] == ["deadbeef"]


async def test_a_card_given_just_after_it_was_shown_is_not_unknown(shop: Workshop) -> None:
    assert (await shop.tell("checkuser", 0, uid="deadbeef"))["is_valid"] is False
    vic = shop.desk.facts.members[VIC]
    await shop.keep(replace(vic, cards=(*vic.cards, "deadbeef")))
    await shop.desk.close()  # what waited to be written is
    assert await shop.ledger.unknown_cards() == []


async def test_care_is_recorded_for_what_is_due(shop: Workshop) -> None:
    await shop.keep(
        Plan(machine_id=LASER, description="lens", every_h=1, lcd_text="lens"),
        Plan(machine_id=LASER, description="belt", every_h=100, lcd_text="belt"),
    )
    await shop.tell("stopuse", 4000, uid=CARD[UMA], duration=4000)
    reply = await shop.tell("checkmachine", 4000)
    assert (reply["maintenance"], reply["description"]) == (True, "lens")
    refused = {"request_ok": False, "message": "Not authorized"}
    assert await shop.tell("maintenance", 4001, uid=CARD[UMA]) == refused
    assert await shop.tell("maintenance", 4002, uid="aaaaaaa6") == refused
    assert shop.desk.status(LASER).state is State.MAINTENANCE
    for replay in (False, True):
        answer = await shop.tell("maintenance", 4003, uid=CARD[SAM], replay=replay)
        assert answer == {"request_ok": True, "message": ""}
    assert (await shop.tell("checkmachine", 4004))["maintenance"] is False
    assert shop.desk.status(LASER).hours_to_care == pytest.approx(1)
    assert [one.kind for one in shop.happened].count(Kind.INTERVENTION) == 1
    again = await shop.restarted()
    assert again.desk.facts.since_care_s.get(1, 0) == 0
    assert again.desk.facts.since_care_s[2] == 4000


async def test_a_use_that_lasts_counts_for_the_hours_shown(shop: Workshop) -> None:
    await shop.keep(Plan(machine_id=LASER, description="lens", every_h=1))
    await shop.tell("startuse", 0, uid=CARD[UMA])
    await shop.tell("inuse", 7200, uid=CARD[UMA], duration=7200)
    status = shop.desk.status(LASER)
    assert (status.state, status.hours, status.hours_to_care) == (State.IN_USE, 2, -1)
    assert status.due == (1,)


async def test_states_by_their_weight(shop: Workshop) -> None:
    assert shop.desk.status(LASER).state is State.OFFLINE
    await shop.tell("checkmachine", 0)
    assert shop.desk.status(LASER).state is State.FREE
    await shop.change_machine(LASER, blocked=True)
    assert shop.desk.status(LASER).state is State.BLOCKED
    await shop.tell("startuse", 1, uid=CARD[UMA])
    assert shop.desk.status(LASER).state is State.IN_USE
    changed: list[int] = []
    shop.desk.changed.listen(changed.append)
    shop.at(91)
    await shop.desk.tick()
    assert shop.desk.status(LASER).online is False
    assert changed == [LASER]


async def test_strangers_wait_to_be_adopted(shop: Workshop) -> None:
    alive = {"version": "1.0.1", "ip": "10.0.0.9", "serial": "dcda0c419794", "heap": "1"}
    assert await shop.tell("alive", 0, machine=5, **alive) is None
    answer = await shop.tell("checkmachine", 1, machine=5)
    assert answer == {"request_ok": False, "message": "Invalid machine ID"}
    assert [one.kind for one in shop.happened] == [Kind.UNKNOWN_BOARD]
    type_id = shop.desk.facts.machines[DRILL].type_id
    await shop.keep(Machine(id=5, name="MILL", type_id=type_id))
    assert not shop.desk.strangers
    assert shop.desk.status(5).online, "it was heard a second ago"
    assert (await shop.tell("checkmachine", 2, machine=5))["name"] == "MILL"
    await shop.desk.close()
    assert (await shop.ledger.load()).boards[5].serial == "dcda0c419794"


async def test_a_stranger_who_left_long_ago_is_adopted_and_away(shop: Workshop) -> None:
    await shop.tell("checkmachine", 0, machine=5)
    await shop.tell("checkmachine", 200)
    type_id = shop.desk.facts.machines[DRILL].type_id
    await shop.keep(Machine(id=5, name="MILL", type_id=type_id))
    assert not shop.desk.status(5).online


async def test_forged_numbers_fill_no_memory(shop: Workshop) -> None:
    for number in range(1000, 3000):
        await shop.tell("checkmachine", 0, machine=number)
    assert len(shop.desk.strangers) <= 64


async def test_remote_requests_are_for_those_who_may(shop: Workshop) -> None:
    def refused(machine: int, member: int) -> tuple[Refusal, Denial | None]:
        with pytest.raises(RequestRefused) as raised:
            shop.desk.request_start(machine, member)
        return raised.value.refusal, raised.value.denial

    assert refused(9, UMA) == (Refusal.NO_MACHINE, None)
    assert refused(LASER, UMA) == (Refusal.OFFLINE, None)
    await shop.say("machine/01", b'{"action":"checkmachine"}')
    assert refused(LASER, 99) == (Refusal.NO_MEMBER, None)
    assert refused(LASER, 8) == (Refusal.NO_CARD, None)
    assert refused(LASER, VIC) == (Refusal.NOT_ALLOWED, Denial.NO_PERMISSION)
    topic, payload = shop.desk.request_start(LASER, UMA)
    assert topic == "machine/01/request"
    assert orjson.loads(payload) == {"request_type": "start", "uid": CARD[UMA]}
    await shop.tell("startuse", 1, uid=CARD[UMA])
    topic, payload = shop.desk.request_stop(LASER)
    assert orjson.loads(payload) == {"request_type": "stop", "uid": CARD[UMA]}


async def test_who_is_removed_at_work_still_logs_out(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    shop.desk.drop(type(shop.desk.facts.members[UMA]), UMA)
    await shop.tell("stopuse", 60, uid=CARD[UMA], duration=60)
    assert await shop.spans() == [(UMA, 0, 60)]


async def test_a_person_ends_a_use(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    shop.at(100)
    await shop.desk.end_use(LASER)
    assert [use.ending for use in await shop.uses()] == [Ending.MANUAL]
    assert await shop.spans() == [(UMA, 0, 100)]


async def test_everything_is_taken_over_between_two_answers(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    role_id = shop.desk.facts.members[UMA].role_id
    await shop.ledger.save(Member(name="Eve", role_id=role_id, cards=("eeeeeeee",)), by="me")
    inuse = {"machine": LASER, "uid": CARD[UMA], "duration": 30}
    stop = {"machine": LASER, "uid": CARD[UMA], "duration": 31}
    answers = await asyncio.gather(
        shop.tell("inuse", 30, **inuse), shop.desk.refresh(), shop.tell("stopuse", 31, **stop)
    )
    assert [answer and answer["request_ok"] for answer in answers] == [True, None, True]
    assert (await shop.tell("checkuser", 40, uid="eeeeeeee"))["name"] == "User not authorized"
    assert not shop.desk.facts.open_uses
    assert await shop.spans() == [(UMA, 0, 31)]


async def test_a_ledger_that_is_back_is_noticed_without_a_use(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    up: list[bool] = []
    shop.desk.ledger_up.listen(up.append)
    with monkeypatch.context() as patched:
        patched.setattr(shop.ledger, "save_uses", Broken(shop, keeps=False).save_uses)
        await shop.tell("startuse", 0, uid=CARD[UMA])
    await shop.desk.tick()
    assert up == [False, True]


class Broken:
    """Fail as a database that is away, before or after it has kept what it was given."""

    def __init__(self, shop: Workshop, *, keeps: bool) -> None:
        self.calls = 0
        self._save = shop.ledger.save_uses
        self._keeps = keeps

    async def save_uses(self, uses: Sequence[Use], *, by: str | None = None) -> list[Use]:
        self.calls += 1
        if self._keeps:
            await self._save(uses, by=by)
        raise LedgerUnavailable("The database is away")


@pytest.mark.parametrize("keeps", [False, True], ids=["before", "after"])
async def test_nothing_is_confirmed_that_is_not_kept(
    keeps: bool,
    shop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    up: list[bool] = []
    shop.desk.ledger_up.listen(up.append)
    with monkeypatch.context() as patched:
        patched.setattr(shop.ledger, "save_uses", Broken(shop, keeps=keeps).save_uses)
        answer = await shop.tell("startuse", 0, uid=CARD[UMA])
        assert answer == {"request_ok": False, "message": "Unavailable"}
        assert (await shop.tell("checkuser", 1, uid=CARD[UMA]))["is_valid"] is True
        # Unanswered, a board tells it again; answered with a refusal it would not.
        assert await shop.tell("stopuse", 60, uid=CARD[UMA], duration=60) is None
    answer = await shop.tell("stopuse", 70, uid=CARD[UMA], duration=60, replay=True)
    assert answer == {"request_ok": True, "message": "Duration 60 seconds"}
    ((member, start, end),) = await shop.spans()
    assert (member, end - start) == (UMA, 60)
    assert shop.desk.facts.used_s[LASER] == 60
    await shop.tell("startuse", 100, uid=CARD[UMA])
    assert up == [False, True]


async def test_a_use_that_people_changed_is_met_as_it_is(shop: Workshop) -> None:
    await shop.tell("startuse", 0, uid=CARD[UMA])
    use = shop.desk.facts.open_uses[LASER]
    await shop.ledger.save(replace(use, start=use.start - 60), by="a manager")
    # The first answer is missing, as when the ledger is away: the board tells it again.
    assert await shop.tell("stopuse", 60, uid=CARD[UMA], duration=60) is None
    answer = await shop.tell("stopuse", 62, uid=CARD[UMA], duration=60, replay=True)
    assert answer["request_ok"] is True
    assert all(use.end is not None for use in await shop.uses())


told = st.fixed_dictionaries(
    {"action": st.sampled_from(["checkuser", "startuse", "inuse", "stopuse", "maintenance"])},
    optional={
        "uid": st.sampled_from([*CARD.values(), "deadbeef", "x"]),
        "duration": st.integers(-10, 200_000) | st.floats(),
        "replay": st.booleans(),
        "id": st.sampled_from(["a", "b", ""]),
        "at": st.floats(T0 - 1e5, T0 + 1e6) | st.just(-1),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(told, st.floats(0, 5000)), max_size=8))
async def test_nothing_that_boards_tell_breaks_the_ledger(
    shop: Workshop, messages: list[tuple[dict[str, Any], float]]
) -> None:
    for message, passes in messages:
        shop.clock.now += passes
        shop.steady.now += passes
        answer = await shop.say("machine/1", orjson.dumps(message))
        assert answer is None or answer[1].get("message") != "Unavailable"
        await shop.desk.tick()
    facts = await shop.ledger.load()
    spans = sorted((use.start, use.end or use.last_seen) for use in facts.recent.get(LASER, []))
    assert all(one[1] <= next_[0] + 1e-3 for one, next_ in pairwise(spans))
    assert shop.desk.facts.used_s.get(LASER, 0) == pytest.approx(facts.used_s.get(LASER, 0))


async def test_what_a_gate_tells_again_long_afterwards_is_counted_once(shop: Workshop) -> None:
    """More uses lie between than memory holds, and Home Assistant was restarted."""
    start = {"uid": CARD[UMA], "replay": True, "id": "a", "at": T0 + 100}
    stop = {"uid": CARD[UMA], "replay": True, "id": "b", "at": T0 + 150, "duration": 50}
    await shop.tell("startuse", 200, **start)
    await shop.tell("stopuse", 201, **stop)
    for turn in range(KEPT + 5):
        await shop.tell("startuse", 1000 + 100 * turn, uid=CARD[UMA])
        await shop.tell("stopuse", 1050 + 100 * turn, uid=CARD[UMA], duration=50)
    again = await shop.restarted()
    for turn in range(2):
        assert (await again.tell("startuse", 9000 + turn, **start))["request_ok"] is True
        assert (await again.tell("stopuse", 9000 + turn, **stop))["request_ok"] is True
    assert (await shop.ledger.page(UseQuery())).total == KEPT + 6
    assert again.desk.status(LASER).hours * 3600 == pytest.approx(50 * (KEPT + 6))


async def test_care_that_is_recorded_late_does_not_undo_what_came_after_it(
    shop: Workshop,
) -> None:
    (plan,) = await shop.keep(Plan(machine_id=LASER, description="Clean", every_h=1))
    await shop.tell("startuse", 0, uid=CARD[UMA])
    await shop.tell("stopuse", 7200, uid=CARD[UMA], duration=7200)
    await shop.desk.care_for(LASER, [plan.id], None)
    assert shop.desk.status(LASER).due == ()
    await shop.desk.care_for(LASER, [plan.id], None, T0 + 60)
    assert shop.desk.status(LASER).due == ()
    assert (await shop.restarted()).desk.status(LASER).due == ()
