"""What people at the machine see and hear: two rows of text, a few tunes."""

_TEXTS = {
    "en": {
        "free": "Card, please",
        "asking": "One moment...",
        "confirming": "Hold 10 s: done",
        "grace": "Power off soon",
        "blocked": "Blocked",
        "care": "Needs care",
        "unknown": "Unknown card",
        "server": "No server",
        "full": "Memory full",
        "lay": "Leave card here",
        "lost": "Switched off",
        "used": "In use by",
        "bye": "Goodbye",
    },
    "it": {
        "free": "Carta, prego",
        "asking": "Un momento...",
        "confirming": "Tieni 10 s: ok",
        "grace": "Si spegne fra po'",
        "blocked": "Bloccata",
        "care": "Manutenzione",
        "unknown": "Carta ignota",
        "server": "Nessun server",
        "full": "Memoria piena",
        "lay": "Lascia la carta",
        "lost": "Spenta",
        "used": "In uso da",
        "bye": "Arrivederci",
    },
}
_MESSAGE_MS = 3000

GOOD = ((1500, 80), (2500, 120))
BAD = ((400, 250), (0, 80), (400, 250))
TAP = ((2000, 60),)
BYE = ((2500, 80), (1500, 120))
WARN = ((2000, 150), (0, 150), (2000, 150))


class Face:
    """A display and a buzzer, either of which may be missing."""

    def __init__(self, device, language):
        """Take the parts. Raises ValueError where the language is not known."""
        if language not in _TEXTS:
            raise ValueError("config.json: gate.language must be en or it")
        self._device = device
        self._texts = _TEXTS[language]
        self._message = None
        self._until = 0
        self._display = device.part("display", self._make_display)
        self._buzzer = device.part("buzzer", self._make_buzzer)

    def say(self, text, detail, tune):
        """Show a message for a moment, with a tune."""
        self._message = (self._texts[text], detail)
        self._until = self._device.clock.now() + _MESSAGE_MS
        self.play(tune)

    def play(self, tune):
        """Play a tune."""
        if self._buzzer:
            self._buzzer.play(tune)

    def draw(self, state, title, use, server):
        """Show what the board is doing; `use` is who uses it, None while nobody does."""
        now = self._device.clock.now()
        if self._message and now >= self._until:
            self._message = None
        if self._message and state not in ("asking", "confirming"):
            rows = self._message
        elif use:
            minutes = (now - use.started) // 60000
            rows = (title, "{:10.10s} {:02d}:{:02d}".format(use.name, minutes // 60, minutes % 60))
        else:
            mark = "" if server else "!"
            rows = ("{:15.15s}{}".format(title, mark), self._texts.get(state, state))
        if not self._display:
            return
        try:
            self._display.show(rows)
        except OSError:
            self._display = None
            self._device.fault("display_missing")

    def _make_display(self):
        from atelier.hd44780 import Display

        return Display(self._device.pins["display"])

    def _make_buzzer(self):
        from atelier.buzzer import Buzzer

        return Buzzer(self._device.pins["buzzer"]["gpio"])
