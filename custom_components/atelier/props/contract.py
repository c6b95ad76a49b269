"""Talk to a prop in the contract's words (docs/contract.md)."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ..wire.messages import (
    MESSAGE_LIMIT,
    Result,
    encode,
    parse_availability,
    parse_event,
    parse_result,
)
from ..wire.payload import json_object, text
from ..wire.rejection import Rejection, RejectionKind, excerpt
from ..wire.topics import Channel
from ..wire.values import TEXT_LIMIT, is_text

if TYPE_CHECKING:
    from .prop import Prop

type Handler = Callable[[bytes, bool], None]


class ContractDialect:
    """Read and write the channels of one prop that speaks the contract."""

    __slots__ = ("_prop",)

    def __init__(self, prop: Prop) -> None:
        """Speak for a prop."""
        self._prop = prop

    def route(self, channel: str) -> Handler | None:
        """Return what reads a channel, or None where the contract knows none."""
        reader = _READERS.get(channel)
        return None if reader is None else partial(reader, self)

    def telemetry(self, payload: bytes, retained: bool) -> None:
        """Take what the prop measures."""
        values = json_object(payload, MESSAGE_LIMIT)
        self._prop.heard(retained=retained)
        self._prop.take_telemetry(values)

    def state(self, payload: bytes, retained: bool) -> None:
        """Take the state it is in."""
        state = text(payload, MESSAGE_LIMIT)
        if not is_text(state, TEXT_LIMIT):
            raise Rejection(RejectionKind.BAD_VALUE, f"state={excerpt(state)}")
        self._prop.heard(retained=retained)
        self._prop.set_state(state)

    def availability(self, payload: bytes, _retained: bool) -> None:
        """Take whether it is there."""
        self._prop.set_online(online=parse_availability(payload))

    def settings(self, payload: bytes, _retained: bool) -> None:
        """Take the settings it keeps."""
        self._prop.settings.update(json_object(payload, MESSAGE_LIMIT))

    def event(self, payload: bytes, retained: bool) -> None:
        """Take what happened."""
        event = parse_event(payload)
        if not retained:  # what happened once must not happen again at every start
            self._prop.take_event(event)

    def result(self, payload: bytes, _retained: bool) -> None:
        """Take its answer to a command."""
        self._prop.commands.answered(parse_result(payload))

    async def command(self, action: str, params: dict[str, Any]) -> Result:
        """Send a command and return the prop's answer."""
        return await self._ask(Channel.CMD, {"action": action, "params": params})

    async def set(self, key: str, value: Any) -> Result:
        """Send a setting and return the prop's answer."""
        return await self._ask(Channel.SETTINGS_SET, {key: value})

    async def _ask(self, channel: Channel, message: dict[str, Any]) -> Result:
        async def publish(correlation_id: str) -> None:
            await self._prop.publish(channel, encode(message | {"correlation_id": correlation_id}))

        return await self._prop.commands.send(publish, self._prop.timeout_s)

    def update(self, payload: bytes, retained: bool) -> None:
        """Leave alone the channel that over-the-air updates will use."""


_READERS: Final = {
    str(Channel.TELEMETRY): ContractDialect.telemetry,
    str(Channel.STATE): ContractDialect.state,
    str(Channel.AVAILABILITY): ContractDialect.availability,
    str(Channel.SETTINGS): ContractDialect.settings,
    str(Channel.EVENT): ContractDialect.event,
    str(Channel.RESULT): ContractDialect.result,
    str(Channel.UPDATE): ContractDialect.update,
}
