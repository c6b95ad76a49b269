"""The wireless network: joined, watched and joined again."""

import asyncio

from .backoff import Backoff
from .log import log

JOIN_MS = 20000
_LOOK_MS = 500
_WATCH_MS = 2000


class Wifi:
    """Keep the board on its network; every wait is bounded."""

    def __init__(self, ssid, password, name):
        """Remember how to join; `name` is the host name on the network."""
        self.up = asyncio.Event()
        self.lost = 0
        self.address = None
        self._ssid = ssid
        self._password = password
        self._name = name
        self._wlan = None

    def rssi(self):
        """Return the signal strength in dBm, None where it is unknown."""
        try:
            return self._wlan.status("rssi")
        except Exception:
            return None

    def connected(self):
        """Tell whether the network is there now."""
        return self._wlan is not None and self._wlan.isconnected()

    async def run(self, beat):
        """Join whenever the network is not there; `beat()` is called at every look."""
        backoff = Backoff(2000, 300000)
        while True:
            if await self._join(beat):
                backoff.reset()
                self.address = self._wlan.ifconfig()[0]
                log("wifi: joined as", self.address)
                self.up.set()
                while self.connected():
                    beat()
                    await asyncio.sleep_ms(_WATCH_MS)
                self.up.clear()
                self.lost += 1
                log("wifi: lost")
            else:
                await _pause(backoff.next_ms(), beat)

    async def _join(self, beat):
        try:
            import network

            if self._wlan is None:
                if hasattr(network, "hostname"):
                    network.hostname(self._name[:32])
                self._wlan = network.WLAN(network.STA_IF)
            # Off and on again: a radio that is stuck does not come back otherwise.
            self._wlan.active(False)
            self._wlan.active(True)
            if hasattr(network.WLAN, "PM_NONE"):
                # Saving power costs up to 0.3 s before a command is heard.
                self._wlan.config(pm=network.WLAN.PM_NONE)
            self._wlan.connect(self._ssid, self._password)
            for _ in range(JOIN_MS // _LOOK_MS):
                if self._wlan.isconnected():
                    return True
                beat()
                await asyncio.sleep_ms(_LOOK_MS)
            log("wifi: no answer from", self._ssid)
        except (OSError, ImportError) as error:
            log("wifi:", error)
        return False


async def _pause(ms, beat):
    """Sleep in short steps, so that a long wait still counts as progress."""
    while ms > 0:
        beat()
        await asyncio.sleep_ms(min(ms, 10000))
        ms -= 10000
