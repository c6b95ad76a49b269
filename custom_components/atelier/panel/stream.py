"""One stream of events to one page, for as long as its user has the right to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.components.websocket_api.messages import construct_event_message
from homeassistant.helpers.json import json_bytes


@dataclass(eq=False, slots=True)
class Stream:
    """Send events to a subscription."""

    connection: ActiveConnection
    id: int
    #: Asked before something is told: rights come and go while a connection lasts.
    may: Callable[[], bool]
    #: What follows its end, whoever brought that about.
    left: Callable[[Stream], None]
    #: Whether its page was shown everything, and can make sense of what changes.
    ready: bool = False

    def open(self) -> None:
        """End with the connection, or when the page asks for it."""
        self.connection.subscriptions[self.id] = self._leave

    def tell(self, event: bytes) -> None:
        """Send an event that was made into text."""
        self.connection.send_message(construct_event_message(self.id, event))

    def say(self, event: dict[str, Any]) -> None:
        """Send an event."""
        self.tell(json_bytes(event))

    def allowed(self) -> bool:
        """Tell whether it may go on; end it if not."""
        if self.may():
            return True
        self.finish()
        return False

    def finish(self) -> None:
        """Tell the page that it is over."""
        self.say({"type": "over"})
        self.connection.subscriptions.pop(self.id, None)
        self._leave()

    def _leave(self) -> None:
        self.left(self)
