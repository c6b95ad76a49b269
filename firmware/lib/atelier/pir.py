"""HC-SR501 motion sensor: debounce, warm-up and hold."""

import asyncio


class Pir:
    """Tell each movement once, and whether there is movement now.

    The interrupt only opens a gate that the task closes, so that no comparison of tick
    counters can go wrong after days without movement.
    """

    def __init__(self, gpio, clock, settings, on_edge, on_change):
        """Take the pin; `settings` has debounce, warm_up and hold, in ms.

        `on_edge()` is called for each movement, `on_change()` when `motion` may differ.
        """
        from machine import Pin

        self._clock = clock
        self._settings = settings
        self._on_edge = on_edge
        self._on_change = on_change
        self._gate = True
        self._flag = asyncio.ThreadSafeFlag()
        self._until = 0
        self._seen = False
        self._pin = Pin(gpio, Pin.IN, Pin.PULL_DOWN)
        self._pin.irq(self._edge, Pin.IRQ_RISING)

    @property
    def warm(self):
        """Tell whether the sensor has had time to settle after power-on."""
        return self._clock.now() >= self._settings["warm_up"]

    @property
    def motion(self):
        """Tell whether there is movement, or was within the hold time."""
        return self._seen and (bool(self._pin.value()) or self._clock.now() < self._until)

    def hold(self, ms):
        """Go on telling movement for a time, where there is any."""
        if self._seen:
            self._until = max(self._until, self._clock.now() + ms)

    async def run(self):
        """Take movements from the interrupt, one per debounce time."""
        self._gate = True
        while True:
            await self._flag.wait()
            # Before warm-up the sensor's output means nothing.
            if self.warm:
                self._seen = True
                self._until = self._clock.now() + self._settings["hold"]
                self._on_change()
                self._on_edge()
            await asyncio.sleep_ms(self._settings["debounce"])
            self._gate = True

    def left_ms(self):
        """Return after how many ms `motion` has to be looked at again."""
        if not self._seen:
            return 60000
        left = self._until - self._clock.now()
        return max(left, 500) if self._pin.value() else max(left, 1)

    def settle(self):
        """Forget a movement that is over; return whether there still is any."""
        if self._seen and not self.motion:
            self._seen = False
            self._on_change()
        return self._seen

    def _edge(self, _pin):
        if self._gate:
            self._gate = False
            self._flag.set()
