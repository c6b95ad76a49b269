"""A machine's gate: its parts, and the step in which they are looked at."""

from access import Access
import words

_POLL_MS = 120
#: A card that was not read so often in a row is gone: within half a second.
_MISSES = 3
#: After a tap no other is taken for so long.
_LOCKED_MS = 2000


class App(Access):
    """The reader and the button, as hands see them; `access.py` has the rules."""

    def __init__(self, device):
        """Take the parts. Raises ValueError where config.json is not right."""
        super().__init__(device)
        self._reader = device.part("rfid", self._make_reader)
        self._button = device.part("button", self._make_button)
        self._pushed = False
        self._misses = 0
        self._waiting = None
        self._locked_until = 0
        self.rest()

    async def step(self):
        """Look at card and button, keep what goes on alive, show it; then sleep."""
        now = self._device.clock.now()
        self._look(now)
        if self._button:
            self.held = self._button.value() == 0
            pushed, self._pushed = self._pushed, False
            if pushed:
                self.pushed()
        self.keep_alive(now)
        self.face.draw(self._device.state, self.title, self.use, self.talk.server)
        await self._device.pause(_POLL_MS)

    def _look(self, now):
        """Tell a card's coming and going; a card that stays is one tap."""
        uid = self._reader.read() if self._reader else None
        card = words.uid_text(uid) if uid else None
        self._misses = 0 if card else self._misses + 1
        if card is None and self._misses < _MISSES:
            return
        if card != self.card:
            self.card = self._waiting = card
            self.card_changed()
        if self._waiting and now >= self._locked_until:
            self._waiting = None
            self._locked_until = now + _LOCKED_MS
            self.tapped(card)

    def _make_reader(self):
        from atelier.mfrc522 import Mfrc522

        return Mfrc522(self._device.pins["rfid"])

    def _make_button(self):
        from machine import Pin

        pin = Pin(self._device.pins["button"]["gpio"], Pin.IN, Pin.PULL_UP)
        pin.irq(self._push, Pin.IRQ_FALLING)
        return pin

    def _push(self, _pin):
        self._pushed = True
