"""Waiting times between tries: longer each time, never in step with other devices."""

import random


class Backoff:
    """Double a time up to a limit; half of each wait is chance."""

    def __init__(self, first_ms, limit_ms):
        """Begin with the first, shortest wait."""
        self._first_ms = first_ms
        self._limit_ms = limit_ms
        self._ms = first_ms

    def reset(self):
        """Begin again with the shortest wait."""
        self._ms = self._first_ms

    def next_ms(self):
        """Return how long to wait now."""
        ms = self._ms
        self._ms = min(self._limit_ms, 2 * ms)
        return ms // 2 + random.getrandbits(16) * (ms - ms // 2) // 65535
