"""One prop: what it is, how it is, and what it can be told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time
from typing import Any, Protocol

from ..signal import Signal
from ..wire.info import ActionSpec, Info, ParsedInfo, Role
from ..wire.messages import Event, Result, encode
from ..wire.rejection import Rejection, RejectionKind, excerpt
from ..wire.topics import Channel, topic
from ..wire.values import AtelierClass, Value
from .commands import Commands, GivenUp
from .contract import ContractDialect
from .errors import CommandError, Failure, misfit
from .identity import Identity
from .reference import ReferenceDialect
from .values import Values

type Dialect = ContractDialect | ReferenceDialect


class Transport(Protocol):
    """What a prop needs of the bus."""

    @property
    def connected(self) -> bool:
        """Tell whether the broker is there."""

    async def publish(self, topic: str, payload: str) -> None:
        """Publish; raise ConnectionError where that is impossible."""

    @property
    def command_timeout_s(self) -> float:
        """Return how long a command waits for its answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command that was not refused."""

    #: Whether the prop said or showed that it did it; some old boards can do neither.
    confirmed: bool
    message: str | None = None


class Prop:
    """Hold one prop's life; entities listen to it, and tell it what people want."""

    __slots__ = (
        "_last_seq",
        "_reject",
        "_transport",
        "_uptime_key",
        "commands",
        "device_id",
        "dialect",
        "error",
        "identity",
        "key",
        "on_described",
        "on_doubled",
        "on_event",
        "on_online",
        "on_problem",
        "on_state",
        "online",
        "parsed",
        "prefix",
        "settings",
        "state",
        "telemetry",
        "undeclared_state",
    )

    def __init__(
        self,
        prefix: str,
        device_id: str,
        parsed: ParsedInfo,
        transport: Transport,
        reject: Callable[[str, Rejection], None],
    ) -> None:
        """Begin with what the prop says of itself, and nothing heard."""
        self.prefix = prefix
        self.device_id = device_id
        self.key = f"{prefix}/{device_id}"
        self.parsed = parsed
        self.online: bool | None = None
        self.state: str | None = None
        self.undeclared_state: str | None = None
        #: What a reference board last complained of; it has no other way to show a problem.
        self.error: str | None = None
        self.commands = Commands()
        self.identity = Identity()
        self.on_online: Signal[()] = Signal()
        self.on_state: Signal[()] = Signal()
        self.on_event: Signal[Event] = Signal()
        self.on_problem: Signal[()] = Signal()
        self.on_described: Signal[Prop] = Signal()
        self.on_doubled: Signal[Prop] = Signal()
        self._transport = transport
        self._last_seq: int | None = None
        self._reject = reject
        self.telemetry = Values(self.info.capabilities.telemetry, self.reject)
        self.settings = Values(self.info.capabilities.settings, self.reject)
        self._uptime_key = self._find_uptime()
        self.dialect = self._dialect()
        if self.info.serial is not None:
            self.identity.saw_serial(self.info.serial, time.monotonic())

    @property
    def info(self) -> Info:
        """Return what the prop says of itself."""
        return self.parsed.info

    @property
    def available(self) -> bool:
        """Tell whether the prop can be seen and told anything."""
        return self.online is True and self._transport.connected

    @property
    def described_itself(self) -> bool:
        """Tell whether the prop speaks the contract."""
        return self.info.contract > 0

    def _dialect(self) -> Dialect:
        return ContractDialect(self) if self.described_itself else ReferenceDialect(self)

    def _find_uptime(self) -> str:
        telemetry = self.info.capabilities.telemetry.values()
        return next((v.key for v in telemetry if v.device_class == AtelierClass.UPTIME), "")

    def describe(self, parsed: ParsedInfo) -> None:
        """Take a new description of itself."""
        before = self.info
        self.parsed = parsed
        if before.boot != self.info.boot:
            self._last_seq = None
        if (
            self.info.serial is not None
            and before.contract == self.info.contract
            and self.identity.saw_serial(self.info.serial, time.monotonic())
        ):
            self.on_doubled.tell(self)
        if self.info.contract != before.contract:
            self.dialect = self._dialect()
            self.error = None
        self.telemetry.describe(self.info.capabilities.telemetry)
        self.settings.describe(self.info.capabilities.settings)
        self._uptime_key = self._find_uptime()
        if self.info != before:
            self.on_described.tell(self)

    # What the prop says

    def reject(self, rejection: Rejection) -> None:
        """Count a part of a message that has no effect."""
        self._reject(self.key, rejection)

    def heard(self, *, retained: bool) -> None:
        """Take any live message as a sign of life: a late last will must not hide a prop."""
        if not retained and self.online is not True:
            self.set_online(online=True)

    def set_online(self, *, online: bool) -> None:
        """Take the prop's availability."""
        if online is not self.online:
            self.online = online
            self.on_online.tell()

    def set_state(self, state: str) -> None:
        """Take the prop's state; one it never described is shown as unknown."""
        states = self.info.capabilities.states
        known = not states or state in states
        undeclared = None if known else state
        shown = state if known else None
        if (shown, undeclared) != (self.state, self.undeclared_state):
            self.state, self.undeclared_state = shown, undeclared
            self.on_state.tell()
        if not known:
            raise Rejection(RejectionKind.UNKNOWN_STATE, excerpt(state))

    def set_error(self, error: str | None) -> None:
        """Take what the prop complains of."""
        if error != self.error:
            self.error = error
            self.on_problem.tell()

    def take_event(self, event: Event) -> None:
        """Take something that happened; the same `seq` again is the same event again."""
        if event.type not in self.info.capabilities.events:
            raise Rejection(RejectionKind.UNKNOWN_EVENT, excerpt(event.type))
        if event.seq is not None:
            if event.seq == self._last_seq:
                return
            self._last_seq = event.seq
        self.on_event.tell(event)

    def take_telemetry(self, values: dict[str, Any]) -> None:
        """Take new values; an uptime among them also tells whether it is still one board."""
        self.telemetry.update(values)
        if self._uptime_key in values:
            uptime = self.telemetry.current.get(self._uptime_key)
            if isinstance(uptime, int | float) and self.identity.saw_uptime(
                uptime, time.monotonic()
            ):
                self.on_doubled.tell(self)

    # What the prop is told

    def topic(self, channel: Channel) -> str:
        """Return the topic of one of the prop's channels."""
        return topic(self.prefix, self.device_id, channel)

    async def command(self, action: str, params: dict[str, Any] | None = None) -> Outcome:
        """Tell the prop to do something and wait until it did or said why not.

        Raises CommandError.
        """
        params = params or {}
        self._check(action, params)
        return await self._told(action, lambda: self.dialect.command(action, params))

    async def set(self, key: str, value: Value) -> None:
        """Change one of the prop's settings, in its own unit. Raises CommandError."""
        await self._told(key, lambda: self.dialect.set(key, value))

    async def act(self, role: Role, params: dict[str, Any] | None = None) -> Outcome:
        """Tell the prop to do what has a role. Raises CommandError where nothing has."""
        action = self.info.capabilities.action_with(role)
        return await self.command(action.key if action else role, params)

    async def publish(self, channel: Channel, payload: str) -> None:
        """Publish on one of the prop's topics; raise ConnectionError without a broker."""
        await self._transport.publish(self.topic(channel), payload)

    @property
    def timeout_s(self) -> float:
        """Return how long the prop may take to answer."""
        return self._transport.command_timeout_s

    def failure(self, failure: Failure, action: str, **facts: str) -> CommandError:
        """Return an error about this prop."""
        return CommandError(failure, self.key, action, **facts)

    async def _told(self, action: str, tell: Callable[[], Awaitable[Result | None]]) -> Outcome:
        if not self._transport.connected:
            raise self.failure(Failure.BROKER, action)
        if self.online is not True:
            raise self.failure(Failure.OFFLINE, action)
        try:
            result = await tell()
        except ConnectionError:
            raise self.failure(Failure.BROKER, action) from None
        except TimeoutError:
            raise self.failure(Failure.TIMEOUT, action, seconds=f"{self.timeout_s:g}") from None
        except GivenUp:
            raise self.failure(Failure.STOPPING, action) from None
        if result is None:
            return Outcome(confirmed=False)
        if not result.ok:
            raise self.failure(
                Failure.REFUSED,
                action,
                reason=result.reason or "",
                message=result.message or "",
                retry_s="" if result.retry_ms is None else f"{result.retry_ms / 1000:.0f}",
            )
        return Outcome(confirmed=True, message=result.message)

    def _check(self, action: str, params: dict[str, Any]) -> None:
        spec = self.info.capabilities.actions.get(action)
        try:
            encode({"action": action, "params": params})
        except TypeError:
            raise self.failure(
                Failure.BAD_PARAMETER,
                action,
                parameter=", ".join(map(str, params)),
                misfit="unsendable",
            ) from None
        if spec is None:
            if self.described_itself:
                known = ", ".join(self.info.capabilities.actions) or "-"
                raise self.failure(Failure.UNKNOWN_ACTION, action, actions=known)
            return
        self._check_params(spec, params)

    def _check_params(self, spec: ActionSpec, params: dict[str, Any]) -> None:
        for name, value in params.items():
            param = spec.params.get(name)
            if param is None:
                if not self.described_itself:
                    continue
                raise self.failure(
                    Failure.BAD_PARAMETER,
                    spec.key,
                    parameter=name,
                    misfit="unknown",
                    parameters=", ".join(spec.params) or "-",
                )
            try:
                param.parse(value)
            except Rejection:
                raise self.failure(
                    Failure.BAD_PARAMETER, spec.key, parameter=name, **misfit(param)
                ) from None
