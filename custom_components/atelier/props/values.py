"""The current values of a prop's telemetry or settings."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ..wire.rejection import Rejection, RejectionKind, excerpt
from ..wire.values import Value, ValueSpec

_NEVER: Final = object()


class Values:
    """Keep one section's values, and tell each value's watchers when it changes.

    This is the hot path: a message costs one comparison for each value that stayed.
    """

    __slots__ = ("_raw", "_reject", "_watchers", "current", "specs", "turn")

    def __init__(self, specs: Mapping[str, ValueSpec], reject: Callable[[Rejection], None]) -> None:
        """Begin with nothing known."""
        self.specs = specs
        self.current: dict[str, Value] = {}
        #: Counts the messages, so that all that one of them changed can be told to be one.
        self.turn = 0
        self._raw: dict[str, Any] = {}
        self._reject = reject
        self._watchers: dict[str, list[Callable[[], None]]] = {}

    def describe(self, specs: Mapping[str, ValueSpec]) -> None:
        """Take new descriptions; a value whose description changed is unknown until it comes."""
        for key in [key for key in self.current if specs.get(key) != self.specs.get(key)]:
            del self.current[key], self._raw[key]
        self.specs = specs

    def update(self, message: Mapping[str, Any]) -> None:
        """Take the values of a message; one that does not fit is rejected, the others count."""
        self.turn += 1
        known = self._raw
        for key, raw in message.items():
            if known.get(key, _NEVER) == raw:
                continue
            spec = self.specs.get(key)
            if spec is None:
                self._reject(Rejection(RejectionKind.UNKNOWN_KEY, excerpt(key)))
                continue
            try:
                value = spec.parse(raw)
            except Rejection as rejection:
                self._reject(rejection)
                continue
            known[key] = raw
            self.current[key] = value
            for watcher in self._watchers.get(key, ()):
                watcher()

    def watch(self, keys: Iterable[str], watcher: Callable[[], None]) -> Callable[[], None]:
        """Call the watcher when one of the values changes; return what ends that."""
        watched = tuple(keys)
        for key in watched:
            # A new tuple-like list each time: a watcher may come or go while others are called.
            self._watchers[key] = [*self._watchers.get(key, ()), watcher]

        def end() -> None:
            for key in watched:
                self._watchers[key] = [one for one in self._watchers[key] if one != watcher]

        return end
