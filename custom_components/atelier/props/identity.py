"""Notice that two boards use one id."""

from collections import deque
from typing import Final

#: Sightings further apart than this are a repair or a replacement, not a quarrel.
WINDOW_S: Final = 600.0
#: Boot moments this far apart, in seconds, belong to one board: clocks and networks waver.
_SAME_BOOT_S: Final = 30.0


class Identity:
    """Remember who was seen behind an id lately.

    One board that is replaced or rebooted goes from A to B. Only two boards go from
    A to B and back to A.
    """

    __slots__ = ("_boots", "_serials")

    def __init__(self) -> None:
        """Begin with nobody seen."""
        self._serials: deque[tuple[str, float]] = deque(maxlen=4)
        self._boots: deque[tuple[float, float]] = deque(maxlen=4)

    def saw_serial(self, serial: str, now_s: float) -> bool:
        """Take a chip's id at a moment; return whether it shows two boards."""
        seen = self._serials
        if seen and seen[-1][0] == serial:
            seen[-1] = (serial, now_s)
            return False
        double = any(other == serial and now_s - when < WINDOW_S for other, when in seen)
        seen.append((serial, now_s))
        return double

    def saw_uptime(self, uptime_s: float, now_s: float) -> bool:
        """Take an uptime at a moment; return whether it shows two boards."""
        boot = now_s - uptime_s
        seen = self._boots
        if seen and abs(seen[-1][0] - boot) < _SAME_BOOT_S:
            seen[-1] = (boot, now_s)
            return False
        double = any(
            abs(other - boot) < _SAME_BOOT_S and now_s - when < WINDOW_S for other, when in seen
        )
        seen.append((boot, now_s))
        return double

    def forget(self) -> None:
        """Begin anew, after somebody said the quarrel is settled."""
        self._serials.clear()
        self._boots.clear()
