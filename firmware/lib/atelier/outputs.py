"""Outputs that cannot stay on: no switching on without a duration, no duration without a cap.

Three lines stand behind each other, none of which knows of states, sound or network:
a task of the output's own, a hardware timer that fires even while Python code is stuck
in a loop, and the watchdog, whose reset leaves the pin off (`main.py` drives it low
before anything else runs).
"""

import asyncio

from .log import log

_outputs = []
_TIMER_MARGIN_MS = 50


class Output:
    """A pin that is on for a bounded time only."""

    def __init__(self, gpio, max_on_ms, clock, on_end=None, off_level=0):
        """Take the pin and switch it off.

        `max_on_ms` is the hard cap; `on_end(reason)` is called with "time" or "off".
        """
        from machine import Pin

        self._off_level = off_level
        self._pin = Pin(gpio, Pin.OUT, value=off_level)
        self._pin.value(off_level)
        self._max_on_ms = max_on_ms
        self._clock = clock
        self._on_end = on_end
        self._deadline = None
        self._started = asyncio.Event()
        self._timer = None
        try:
            from machine import Timer

            # ESP32 has four hardware timers; further outputs rely on the other lines.
            self._timer = Timer(len(_outputs))
        except (ImportError, ValueError, OSError) as error:
            log("output", gpio, "has no hardware timer:", error)
        _outputs.append(self)

    @property
    def on(self):
        """Tell whether the output is on."""
        return self._deadline is not None

    def pulse(self, duration_ms):
        """Switch on for a time in ms, at most the cap; a new pulse replaces a running one."""
        duration_ms = int(duration_ms)
        if duration_ms <= 0:
            self.off()
            return
        duration_ms = min(duration_ms, self._max_on_ms)
        if self._timer:
            from machine import Timer

            self._timer.init(
                mode=Timer.ONE_SHOT, period=duration_ms + _TIMER_MARGIN_MS, callback=self._cut
            )
        self._deadline = self._clock.now() + duration_ms
        self._pin.value(1 - self._off_level)
        self._started.set()

    def off(self, reason="off"):
        """Switch off; harmless when it is off."""
        self._cut(None)
        if self._timer:
            self._timer.deinit()
        if self._deadline is None:
            return
        self._deadline = None
        if self._on_end:
            self._on_end(reason)

    def check(self):
        """Switch off when the time is over."""
        if self._deadline is not None and self._clock.now() >= self._deadline:
            self.off("time")

    async def run(self):
        """Switch off in time, whatever the app does."""
        while True:
            await self._started.wait()
            self._started.clear()
            while self._deadline is not None:
                left_ms = max(1, self._deadline - self._clock.now())
                try:
                    # A new pulse may be shorter than what is left of the one before.
                    await asyncio.wait_for_ms(self._started.wait(), left_ms)
                    self._started.clear()
                except asyncio.TimeoutError:
                    pass
                self.check()

    def _cut(self, _timer):
        self._pin.value(self._off_level)


def all_off():
    """Switch every output off, one failing without the others."""
    for output in _outputs:
        try:
            output.off()
        except Exception as error:
            log("output: not off:", error)


def check_all():
    """Switch off every output whose time is over."""
    for output in _outputs:
        output.check()
