"""Tell a page which cards are shown at boards: how a card is learnt by tapping it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..machine_actions.request import said
from ..machines.news import Tap
from ..makerspace import Makerspace
from .stream import Stream
from .views import name_of

#: Cards are told for no longer than it takes to fetch one: nobody listens in for ever.
LEARN_S: Final = 300.0
#: A person taps once; a board that repeats a card many times a second is not told again.
AGAIN_S: Final = 1.0
#: Cards told in that time, should boards be flooded.
_MOST: Final = 20


class Learning:
    """Tell taps to those who learn cards now, and to nobody else."""

    def __init__(self, hass: HomeAssistant, makerspace: Makerspace) -> None:
        """Begin with nobody learning."""
        self._hass = hass
        self._makerspace = makerspace
        self._endings: dict[Stream, list[CALLBACK_TYPE]] = {}
        self._listening: CALLBACK_TYPE | None = None
        #: When cards were last told, by card and machine.
        self._told: dict[tuple[str, int], float] = {}

    def begin(self, connection: ActiveConnection, id_: int, may: Callable[[], bool]) -> None:
        """Tell a page the cards that are shown from now on."""
        stream = Stream(connection, id_, may, self._leave)

        @callback
        def over(_now: datetime) -> None:
            stream.finish()

        self._endings[stream] = [async_call_later(self._hass, LEARN_S, over)]
        if self._listening is None:
            self._listening = self._makerspace.desk.tapped.listen(self._tapped)
        stream.open()

    @callback
    def close(self) -> None:
        """Tell everybody that it is over."""
        for stream in tuple(self._endings):
            stream.finish()

    @callback
    def _leave(self, stream: Stream) -> None:
        for end in self._endings.pop(stream, ()):
            end()
        if not self._endings and self._listening is not None:
            self._listening()
            self._listening = None

    @callback
    def _tapped(self, tap: Tap) -> None:
        self._told = {key: at for key, at in self._told.items() if 0 <= tap.at - at < AGAIN_S}
        key = (tap.card, tap.machine_id)
        if key in self._told or len(self._told) >= _MOST:
            return
        self._told[key] = tap.at
        event = {
            "card": tap.card,
            "machine_id": tap.machine_id,
            "at": said(tap.at),
            "member_id": tap.member_id,
            "member_name": name_of(self._makerspace, tap.member_id),
        }
        for stream in tuple(self._endings):
            if stream.allowed():
                stream.say(event)
