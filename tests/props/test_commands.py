"""Commands find their answers."""

import asyncio

import pytest

from custom_components.atelier.props.commands import Commands, GivenUp
from custom_components.atelier.wire.messages import Result
from custom_components.atelier.wire.rejection import Rejection, RejectionKind


async def test_each_command_gets_its_own_answer() -> None:
    commands = Commands()
    sent: list[str] = []

    async def publish(correlation_id: str) -> None:
        sent.append(correlation_id)

    asked = [asyncio.create_task(commands.send(publish, 1)) for _ in range(2)]
    await asyncio.sleep(0)
    assert len(set(sent)) == 2
    for number, correlation_id in reversed(list(enumerate(sent))):
        commands.answered(Result(correlation_id, ok=True, message=str(number)))
    assert [(await one).message for one in asked] == ["0", "1"]


async def test_an_answer_may_come_twice_and_the_first_counts() -> None:
    commands = Commands()

    async def publish(correlation_id: str) -> None:
        commands.answered(Result(correlation_id, ok=True))
        commands.answered(Result(correlation_id, ok=False))

    assert (await commands.send(publish, 1)).ok


async def test_an_answer_to_nothing_is_rejected() -> None:
    with pytest.raises(Rejection) as rejected:
        Commands().answered(Result("nobody", ok=True))
    assert rejected.value.kind is RejectionKind.UNKNOWN_RESULT


async def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    commands = Commands()
    sent: list[str] = []

    async def publish(correlation_id: str) -> None:
        sent.append(correlation_id)

    with pytest.raises(TimeoutError):
        await commands.send(publish, 0.01)
    commands.answered(Result(sent[0], ok=True))


async def test_what_cannot_be_published_is_not_waited_for() -> None:
    async def publish(_correlation_id: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Commands().send(publish, 60)


async def test_closing_gives_up_what_is_under_way() -> None:
    commands = Commands()

    async def publish(_correlation_id: str) -> None:
        asyncio.get_running_loop().call_soon(commands.close)

    with pytest.raises(GivenUp):
        await commands.send(publish, 60)


async def test_a_caller_may_lose_patience() -> None:
    async def publish(_correlation_id: str) -> None:
        """Say nothing."""

    asked = asyncio.create_task(Commands().send(publish, 60))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
