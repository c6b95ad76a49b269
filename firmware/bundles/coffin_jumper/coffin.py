"""The coffin jumper's parts: motion sensor, sound player, display; its rules are in `scare.py`."""

from scare import Scare


class App(Scare):
    """Join the parts, each taken by itself, so that one that is missing fails alone."""

    def __init__(self, device):
        """Take the parts and come to rest."""
        self._device = device
        self._display = device.part("display", self._make_display)
        self._inverted_until = None
        player = device.part("player", self._make_player)
        pir = device.part("pir", self._make_pir)
        super().__init__(device, player, pir)
        device.report(
            motion=False,
            solenoid=False,
            triggers=device.kept("triggers", 0),
            player="idle",
            track=None,
        )
        self.rest()

    async def step(self):
        """See to what only time changes, then sleep until something happens."""
        if self._pir:
            self._pir.settle()
        self._draw()
        await self._device.pause(min(10000, self._pir.left_ms() if self._pir else 10000))

    def identify(self):
        """Invert the display for a few seconds."""
        self._inverted_until = self._device.clock.now() + 5000
        self._show(lambda: self._display.invert(True))

    def _make_player(self):
        from atelier.dfplayer import DFPlayer

        pins = self._device.pins
        return DFPlayer(
            pins["player"],
            self._device.clock,
            self.player_changed,
            self.track_ended,
            self.track_missing,
            pins.get("busy", {}).get("gpio"),
        )

    def _make_pir(self):
        from atelier.pir import Pir

        device = self._device
        return Pir(
            device.pins["pir"]["gpio"],
            device.clock,
            device.settings,
            self._moved,
            lambda: device.report(motion=self._pir.motion),
        )

    def _make_display(self):
        from atelier.ssd1306 import Display

        return Display(self._device.pins["display"])

    def _moved(self):
        self._device.event("motion")
        # A refused movement is over with its refusal; nothing is queued.
        self._device.try_act("trigger", None, "pir")

    def _draw(self):
        device = self._device
        if self._inverted_until is not None and device.clock.now() >= self._inverted_until:
            self._inverted_until = None
            self._show(lambda: self._display.invert(False))
        minutes = device.clock.now() // 60000
        lines = (
            "Coffin v" + device.rules["version"],
            "State: " + device.state,
            "Trig: {}".format(device.kept("triggers", 0)),
            "PIR: " + ("Motion!" if self._pir and self._pir.motion else "---"),
            "Blk: {}{}".format("NY"[self.blocked], "" if device.online else "  offline"),
            "Up: {}h {:02d}m".format(minutes // 60, minutes % 60),
        )
        self._show(lambda: self._display.show(lines))

    def _show(self, draw):
        """Draw; a display that stops answering is left out from then on."""
        if not self._display:
            return
        try:
            draw()
        except OSError:
            self._display = None
            self._device.fault("display_missing")
