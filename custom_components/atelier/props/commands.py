"""Commands on their way: sent once, and waited for until the prop answers."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
import secrets

from ..wire.messages import Result
from ..wire.rejection import Rejection, RejectionKind, excerpt


class GivenUp(Exception):
    """Say that nobody waits for an answer any more."""


class Commands:
    """Match answers with the commands that wait for them."""

    __slots__ = ("_settled", "_waiting")

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._waiting: dict[str, asyncio.Future[Result]] = {}
        #: The last commands that nobody waits for any more. Their answer may still come: late,
        #: after the caller gave up, or again, since delivery is at least once.
        self._settled: deque[str] = deque(maxlen=32)

    async def send(self, publish: Callable[[str], Awaitable[None]], timeout_s: float) -> Result:
        """Publish with a new correlation id and return the answer.

        Raises TimeoutError without an answer, and GivenUp where `close` comes first.
        """
        correlation_id = secrets.token_hex(8)
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting[correlation_id] = answer
        try:
            async with asyncio.timeout(timeout_s):
                await publish(correlation_id)
                return await answer
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise GivenUp from None
        finally:
            del self._waiting[correlation_id]
            self._settled.append(correlation_id)

    def answered(self, result: Result) -> None:
        """Hand an answer to the command that waits for it."""
        answer = self._waiting.get(result.correlation_id)
        if answer is None:
            if result.correlation_id not in self._settled:
                raise Rejection(RejectionKind.UNKNOWN_RESULT, excerpt(result.correlation_id))
        elif not answer.done():
            answer.set_result(result)

    def close(self) -> None:
        """Give up everything under way."""
        for answer in self._waiting.values():
            answer.cancel()
