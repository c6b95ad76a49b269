"""Talk to a board of the reference system, which neither describes itself nor answers."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ..wire import reference
from ..wire.info import SECTION_LIMIT, Role, read_info
from ..wire.messages import MESSAGE_LIMIT, Event, Result, encode
from ..wire.payload import text
from ..wire.rejection import Rejection, RejectionKind, excerpt
from ..wire.topics import Channel
from ..wire.values import TEXT_LIMIT, ValueType
from .errors import Failure

if TYPE_CHECKING:
    from .contract import Handler
    from .prop import Prop

#: Firmware 1.0.0 of the reference takes its commands between two 100 ms loops and
#: publishes the new state in the next; two seconds is ample on a bad network.
_PROOF_TIMEOUT_S: Final = 2.0


class ReferenceDialect:
    """Read and write the topics of one board or worker of the reference system."""

    __slots__ = ("_profile", "_prop")

    def __init__(self, prop: Prop) -> None:
        """Speak for a board, with what is known of its kind."""
        self._prop = prop
        self._profile = reference.profile_of(prop.device_id)

    def route(self, channel: str) -> Handler | None:
        """Return what reads a channel, or None where no dialect knows it."""
        if (reader := _READERS.get(channel)) is not None:
            return partial(reader, self)
        section, _, path = channel.partition("/")
        if path and section in ("telemetry", "status"):
            return partial(self._one, path if section == "telemetry" else channel)
        return None

    def availability(self, payload: bytes, _retained: bool) -> None:
        """Take whether the board is there."""
        online = reference.availability(payload)
        if online is None:
            raise Rejection(RejectionKind.BAD_VALUE, f"availability={excerpt(payload)}")
        self._prop.set_online(online=online)

    def status(self, payload: bytes, retained: bool) -> None:
        """Read `status`: availability to some boards, the state to others."""
        online = reference.availability(payload)
        if online is None:
            self.state(payload, retained)
        else:
            self._prop.set_online(online=online)

    def state(self, payload: bytes, retained: bool) -> None:
        """Take the state it is in, and tell what that means."""
        state = reference.state(payload)
        prop, states = self._prop, self._prop.info.capabilities.states
        prop.heard(retained=retained)
        before, known = states.get(prop.state or ""), states.get(state)
        prop.set_error(None)
        prop.set_state(state)
        if retained or known is None or (before is not None and before.active == known.active):
            return
        if known.active:
            prop.take_event(Event("activated", None, {"state": state}))
        elif before is not None:
            prop.take_event(Event("finished", None, {"state": state}))

    def warning(self, payload: bytes, retained: bool) -> None:
        """Take a complaint that nothing hangs on."""
        message = text(payload, MESSAGE_LIMIT)[:TEXT_LIMIT]
        if not retained:
            self._prop.take_event(Event("warning", None, {"message": message}))

    def error(self, payload: bytes, retained: bool) -> None:
        """Take a complaint that stands until the board's next state."""
        message = text(payload, MESSAGE_LIMIT)[:TEXT_LIMIT]
        self._prop.set_error(message)
        if not retained:
            self._prop.take_event(Event("error", None, {"message": message}))

    def uptime(self, payload: bytes, retained: bool) -> None:
        """Take the uptime of a worker, in seconds."""
        self._one("uptime_s", payload, retained)

    def telemetry(self, payload: bytes, retained: bool) -> None:
        """Take all it measures, in one object."""
        self._take(reference.telemetry_object(payload, self._profile), retained=retained)

    def _one(self, path: str, payload: bytes, retained: bool) -> None:
        self._take(reference.telemetry_topic(path, payload, self._profile), retained=retained)

    def _take(self, message: reference.Telemetry, *, retained: bool) -> None:
        self._prop.heard(retained=retained)
        for rejection in message.rejections:
            self._prop.reject(rejection)
        self._learn(message)
        self._prop.settings.update(message.settings)
        self._prop.take_telemetry(message.values)

    def _learn(self, message: reference.Telemetry) -> None:
        """Describe what nobody described, the way it arrived."""
        prop = self._prop
        specs = prop.telemetry.specs
        profiled = self._profile.telemetry if self._profile else {}
        learned: dict[str, Any] = {}
        for key, value in list(message.values.items()):
            spec = specs.get(key)
            if spec is None and len(specs) + len(learned) >= SECTION_LIMIT:
                prop.reject(Rejection(RejectionKind.TOO_MANY_ENTITIES, excerpt(key)))
                del message.values[key]
            elif spec is None:
                try:
                    learned[key] = reference.infer_value(key, value)
                except Rejection as rejection:
                    prop.reject(rejection)
                    del message.values[key]
            elif spec.type is ValueType.TEXT and not isinstance(value, str | None):
                message.values[key] = str(value)
            elif isinstance(value, str) and spec.type is not ValueType.TEXT and key not in profiled:
                # What looked like a number was only sometimes one: show it as text.
                learned[key] = reference.infer_value(key, value)
        version = message.firmware_version
        if not learned and version in (None, prop.info.firmware_version):
            return
        raw = prop.parsed.raw()
        raw["capabilities"].setdefault("telemetry", {}).update(learned)
        if version is not None:
            raw["firmware"] = {"version": version}
        prop.describe(read_info(raw))

    async def command(self, action: str, params: dict[str, Any]) -> Result | None:
        """Send a command; return once the board's state proves it, or None where nothing could."""
        prop = self._prop
        message = encode(reference.command(action, params))
        proofs = self._profile.proofs.get(action) if self._profile else None
        if proofs is None:
            await prop.publish(Channel.CMD, message)
            return None
        spec = prop.info.capabilities.actions.get(action)
        shown = asyncio.Event()
        if prop.state in proofs and (spec is None or spec.role is not Role.TRIGGER):
            shown.set()
        ignore = prop.on_state.listen(lambda: shown.set() if prop.state in proofs else None)
        try:
            await prop.publish(Channel.CMD, message)
            async with asyncio.timeout(_PROOF_TIMEOUT_S):
                await shown.wait()
        except TimeoutError:
            raise prop.failure(Failure.UNPROVEN, action, state=prop.state or "unknown") from None
        finally:
            ignore()
        return Result("", ok=True)

    async def set(self, key: str, value: Any) -> Result | None:
        """Change a setting by the action that sets it."""
        via = self._prop.info.capabilities.settings[key].via
        return await self.command(via or key, {key: value})


_READERS: Final = {
    "availability": ReferenceDialect.availability,
    "state": ReferenceDialect.state,
    "status": ReferenceDialect.status,
    "status/availability": ReferenceDialect.status,
    "status/warn": ReferenceDialect.warning,
    "status/error": ReferenceDialect.error,
    "telemetry": ReferenceDialect.telemetry,
    "uptime": ReferenceDialect.uptime,
}
