"""All props of a workshop: who appears, who is restored, who leaves."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..signal import Signal
from ..wire.info import ParsedInfo, parse_info, read_info
from ..wire.reference import CONTRACT_OF_REFERENCE, first_info, renewed_info
from ..wire.rejection import Rejection, RejectionKind, excerpt
from ..wire.topics import RESERVED_IDS, Channel
from .contract import Handler
from .prop import Prop, Transport

#: Props under one prefix. A house has dozens; beyond this something is flooding the bus.
PROP_LIMIT: Final = 2_000
#: Entities of all props of a workshop: Home Assistant takes 10,000 enabled ones for each
#: config entry (MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY), the workshop's own among them.
ENTITY_LIMIT: Final = 9_950

#: How long to wait for the `info` of an id that was heard of without one. Retained
#: messages arrive in any order; a board without `info` is shown after this.
_GRACE_S: Final = 2.0
#: Props that appear together are shown together: platforms add entities by the batch.
_GATHER_S: Final = 0.05
#: Messages kept for an id until its `info` comes, and bytes of all that are kept.
_BUFFER: Final = 16
_BUFFERED_BYTES: Final = 4 * 1024 * 1024


class Roster:
    """Hold the props by `<prefix>/<id>`, and make one of a stranger that fits."""

    def __init__(self, transport: Transport, reject: Callable[[str, Rejection], None]) -> None:
        """Begin empty."""
        self.props: dict[str, Prop] = {}
        self.on_added: Signal[list[Prop]] = Signal()
        self.on_described: Signal[Prop] = Signal()
        self.on_removed: Signal[str] = Signal()
        self.on_doubled: Signal[Prop] = Signal()
        self.on_retained_command: Signal[str] = Signal()
        self.on_flood: Signal[str] = Signal()
        self._transport = transport
        self._reject = reject
        self._strangers: dict[tuple[str, str], list[tuple[str, bytes, bool]]] = {}
        self._buffered = 0
        self._new: list[Prop] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def route(self, prefix: str, device_id: str, channel: str) -> tuple[Handler, bool]:
        """Return what reads a channel of a device, and whether that will stay so."""
        if device_id in RESERVED_IDS:
            return _ignore, True
        if channel == Channel.CMD:
            return lambda _, retained: self._command(
                f"{prefix}/{device_id}", retained=retained
            ), True
        if channel == Channel.SETTINGS_SET:
            return _ignore, True
        prop = self.props.get(f"{prefix}/{device_id}")
        if prop is None:
            return (
                lambda payload, retained: self._stranger(
                    prefix, device_id, channel, payload, retained=retained
                ),
                False,
            )
        if channel == Channel.INFO:
            return lambda payload, _: self._info(prop, payload), False
        return _reader(prop, channel), True

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Bring back props by what they said of themselves before a restart."""
        for key, raw in saved.items():
            prefix, _, device_id = key.rpartition("/")
            if isinstance(raw, dict) and raw.get("contract") == CONTRACT_OF_REFERENCE:
                raw = renewed_info(device_id, raw)  # noqa: PLW2901 - what we know now counts
            try:
                self._make(prefix, device_id, read_info(raw))
            except Rejection as rejection:
                self._reject(key, rejection)

    def save(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {key: prop.parsed.raw() for key, prop in self.props.items()}

    def remove(self, key: str) -> None:
        """Forget a prop; should it speak again, it is a new one."""
        prop = self.props.pop(key)
        prop.commands.close()
        self.on_removed.tell(key)

    def connection_changed(self, *, connected: bool) -> None:
        """Tell every prop's listeners that the broker came or went.

        What was heard of a prop's availability is void once the broker is gone: it may
        come back without its memory, and the prop may have left in between.
        """
        for prop in self.props.values():
            if not connected:
                prop.online = None
            prop.on_online.tell()

    def close(self) -> None:
        """Give up everything under way."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for prop in self.props.values():
            prop.commands.close()

    def _command(self, key: str, *, retained: bool) -> None:
        if retained:
            self.on_retained_command.tell(key)
            raise Rejection(RejectionKind.RETAINED_COMMAND)

    def _info(self, prop: Prop, payload: bytes) -> None:
        parsed = parse_info(payload)
        self._report(prop.key, parsed)
        prop.describe(parsed)

    def _stranger(
        self, prefix: str, device_id: str, channel: str, payload: bytes, *, retained: bool
    ) -> None:
        if not payload:
            raise Rejection(RejectionKind.EMPTY)
        stranger = (prefix, device_id)
        if stranger not in self._strangers:
            self._check_room(prefix)
        if channel == Channel.INFO:
            parsed = parse_info(payload)
            heard = self._strangers.pop(stranger, [])
            prop = self._make(prefix, device_id, parsed)
            self._report(prop.key, parsed)
            self._replay(prop, heard)
            self._introduce(prop)
            return
        heard = self._strangers.setdefault(stranger, [])
        if len(heard) < _BUFFER and self._buffered + len(payload) <= _BUFFERED_BYTES:
            self._buffered += len(payload)
            heard.append((channel, payload, retained))
        self._later("strangers", _GRACE_S, self._settle)

    def _check_room(self, prefix: str) -> None:
        known = len(self.props) + len(self._strangers)
        if known < PROP_LIMIT:
            return
        mine = sum(1 for prop in self.props.values() if prop.prefix == prefix)
        mine += sum(1 for other, _ in self._strangers if other == prefix)
        if mine >= PROP_LIMIT:
            self.on_flood.tell(prefix)
            raise Rejection(RejectionKind.TOO_MANY_PROPS, f"{PROP_LIMIT} allowed")

    def _settle(self) -> None:
        """Make boards of the reference system of those that never said what they are."""
        strangers, self._strangers = self._strangers, {}
        self._buffered = 0
        for (prefix, device_id), heard in strangers.items():
            prop = self._make(prefix, device_id, read_info(first_info(device_id)))
            self._replay(prop, heard)
            if prop.online is None and prop.state is None and not prop.telemetry.current:
                del self.props[prop.key]  # nothing that it said made sense
            else:
                self._introduce(prop)

    def _replay(self, prop: Prop, heard: list[tuple[str, bytes, bool]]) -> None:
        for channel, payload, retained in heard:
            try:
                _reader(prop, channel)(payload, retained)
            except Rejection as rejection:
                self._reject(prop.key, rejection)

    def _make(self, prefix: str, device_id: str, parsed: ParsedInfo) -> Prop:
        prop = Prop(prefix, device_id, parsed, self._transport, self._reject)
        prop.on_described.listen(self.on_described.tell)
        prop.on_doubled.listen(self.on_doubled.tell)
        self.props[prop.key] = prop
        return prop

    def _introduce(self, prop: Prop) -> None:
        self._new.append(prop)
        self._later("new", _GATHER_S, self._tell_new)

    def _tell_new(self) -> None:
        new, self._new = self._new, []
        self.on_added.tell([prop for prop in new if self.props.get(prop.key) is prop])

    def _later(self, name: str, delay_s: float, what: Callable[[], None]) -> None:
        def run() -> None:
            del self._timers[name]
            what()

        if name not in self._timers:
            self._timers[name] = asyncio.get_running_loop().call_later(delay_s, run)

    def _report(self, key: str, parsed: ParsedInfo) -> None:
        for rejection in parsed.rejections:
            self._reject(key, rejection)


def _reader(prop: Prop, channel: str) -> Handler:
    reader = prop.dialect.route(channel)
    if reader is None:
        raise Rejection(RejectionKind.UNKNOWN_CHANNEL, excerpt(channel))
    return reader


def _ignore(_payload: bytes, _retained: bool) -> None:
    """Leave alone what is no prop's word."""
