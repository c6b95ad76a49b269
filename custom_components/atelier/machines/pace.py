"""Let things pass at a pace: some at once, then one in a while."""


class Pace:
    """Tell how long each of many has to wait (the generic cell rate algorithm, ITU-T I.371)."""

    def __init__(self, *, at_once: int, every_s: float) -> None:
        """Let `at_once` pass without a wait, and one more after each `every_s` seconds."""
        self._every_s = every_s
        self._ahead_s = (at_once - 1) * every_s
        self._expected: dict[int, float] = {}

    def wait_s(self, number: int, now: float) -> float:
        """Return after how many seconds one may pass; 0: it passes now, and is counted.

        `now` is the time by a clock that nobody sets, in seconds.
        """
        expected = max(self._expected.get(number, now), now)
        wait = expected - now - self._ahead_s
        if wait > 0:
            return wait
        self._expected[number] = expected + self._every_s
        return 0.0
