"""A lamp that lights up for a while: the smallest useful prop, to be copied."""

from atelier.values import Refused


class App:
    """What makes this prop different from others; the library does everything else.

    For each action `x` of bundle.yaml there is a method `do_x(params, source)`. It may
    raise Refused; it must return at once (no sleeping: that is what outputs and `step`
    are for). `step` is called again and again for as long as the prop runs.
    """

    def __init__(self, device):
        """Take the hardware, each part by itself, and come to rest."""
        self.device = device
        # An output cannot be switched on without a time; `_lamp_off` is called at its end.
        self.lamp = device.output("lamp", self._lamp_off)
        # A part that cannot be made is None, and the prop goes on without it.
        self.pir = device.part("pir", self._make_pir)
        # What is kept survives a restart and a power cut.
        self.disarmed = device.kept("disarmed", False)
        self.ready_at = 0
        device.report(motion=False, lamp=False, triggers=device.kept("triggers", 0))
        self.rest()

    async def step(self):
        """See to what only time changes, then sleep until something happens."""
        if self.pir:
            self.pir.settle()
        # Wakes early when a command, a setting or a movement has come.
        await self.device.pause(min(10000, self.pir.left_ms() if self.pir else 10000))

    def rest(self):
        """Go to the state of a prop that does nothing."""
        self.device.set_state("disarmed" if self.disarmed else "armed")

    def do_trigger(self, params, source):
        """Light the lamp."""
        now = self.device.clock.now()
        if self.disarmed:
            raise Refused("blocked")
        if self.lamp.on:
            raise Refused("busy")
        if now < self.ready_at:
            raise Refused("lockout", None, self.ready_at - now)
        self.ready_at = now + self.device.settings["lockout"]
        # The parameter counts for this time only, the setting when there is none.
        self.lamp.pulse(params.get("duration", self.device.settings["duration"]))
        self.device.report(lamp=True)
        self.device.set_state("active")
        self.device.count("triggers")
        self.device.event("activated", source=source)

    def do_arm(self, _params, _source):
        """Act on movements and commands."""
        self._set_disarmed(False)

    def do_disarm(self, _params, _source):
        """Refuse to act."""
        self.lamp.off()
        self._set_disarmed(True)

    def identify(self):
        """Show which prop this is."""
        if not self.lamp.on:
            self.lamp.pulse(1000)
            self.device.report(lamp=True)

    def _set_disarmed(self, disarmed):
        self.disarmed = disarmed
        self.device.keep("disarmed", disarmed)
        if not self.lamp.on:
            self.rest()

    def _lamp_off(self, _reason):
        """Take the end of the lamp's time, whatever ended it."""
        self.device.report(lamp=False)
        if self.device.state == "active":
            self.device.event("finished")
        self.rest()

    def _make_pir(self):
        # Imported here, so that a missing module costs the sensor and not the prop.
        from atelier.pir import Pir

        device = self.device
        return Pir(
            device.pins["pir"]["gpio"],
            device.clock,
            device.settings,
            lambda: device.try_act("trigger", None, "pir"),
            lambda: device.report(motion=self.pir.motion),
        )
