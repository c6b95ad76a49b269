"""The hardware watchdog, fed only while everything that matters makes progress."""

import asyncio

from .log import log

TIMEOUT_MS = 30000
_FEED_MS = 5000


class Watchdog:
    """Reset the board when a task has stopped making progress."""

    def __init__(self, clock):
        """Begin without a watched task and without the hardware."""
        self._clock = clock
        self._limits = {}
        self._beats = {}

    def watch(self, name, limit_ms):
        """Expect a beat of a task at least every `limit_ms`."""
        self._limits[name] = limit_ms
        self.beat(name)

    def beat(self, name):
        """Say that a task makes progress."""
        self._beats[name] = self._clock.now()

    def late(self):
        """Return the name of a task without progress, or None."""
        now = self._clock.now()
        for name, limit_ms in self._limits.items():
            if now - self._beats[name] > limit_ms:
                return name
        return None

    async def run(self):
        """Feed the watchdog for as long as no task is late."""
        from machine import WDT

        hardware = WDT(timeout=TIMEOUT_MS)
        while True:
            name = self.late()
            if name is None:
                hardware.feed()
            else:
                log("watchdog: no progress of", name)
            await asyncio.sleep_ms(_FEED_MS)
