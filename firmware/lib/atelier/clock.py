"""Time that does not wrap: milliseconds since boot, for months."""

import time


class Clock:
    """Add up the steps of the tick counter, which wraps after 2**30 ms (12.4 days).

    `now` must be called at least every six days; the watchdog's task does so.
    """

    def __init__(self):
        """Begin at zero."""
        self._last = time.ticks_ms()
        self._ms = 0

    def now(self):
        """Return milliseconds since boot; never less than before."""
        ticks = time.ticks_ms()
        # A step back can only mean that too much time has gone by unseen: begin anew there.
        self._ms += max(0, time.ticks_diff(ticks, self._last))
        self._last = ticks
        return self._ms
