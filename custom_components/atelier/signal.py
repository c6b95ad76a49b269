"""Tell whoever wants to know."""

from collections.abc import Callable


class Signal[*Told]:
    """Call every listener, in the order in which they came."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        """Begin with nobody listening."""
        self._listeners: list[Callable[[*Told], None]] = []

    def listen(self, listener: Callable[[*Told], None]) -> Callable[[], None]:
        """Add a listener; return what removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, *told: *Told) -> None:
        """Call the listeners."""
        for listener in tuple(self._listeners):
            listener(*told)
