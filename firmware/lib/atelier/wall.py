"""The time of day: seconds since 1970, from a time server (SNTP, RFC 4330) or from a peer."""

import asyncio
import socket
import struct

from .log import log

_PORT = 123
_ANSWER_MS = 2000
_AGAIN_MS = 60000
_REFRESH_MS = 3600000
#: Seconds from 1900, where NTP counts from, to 1970.
_FROM_1900 = 2208988800
#: Earlier than this firmware: no time at all.
_EARLIEST = 1735689600


class Wall:
    """Unknown until somebody tells it; then it goes on with the board's own clock."""

    def __init__(self, clock, server, network_up):
        """Remember whom to ask: `server` is a host, maybe with a port, or None for nobody."""
        self._clock = clock
        self._server = server
        self._up = network_up
        self._offset = None
        self._by_server = False

    @property
    def awaited(self):
        """Tell whether a time server is asked and has not answered yet."""
        return bool(self._server) and self._offset is None

    def now(self):
        """Return the time in seconds, None while it is unknown."""
        return self.at(self._clock.now())

    def at(self, ms):
        """Return the time of a moment of the board's clock in seconds, None while unknown."""
        return None if self._offset is None else self._offset + ms // 1000

    def told(self, seconds):
        """Take a peer's time, where no time server was heard."""
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if number and not self._by_server and _EARLIEST < seconds < 1 << 40:
            self._offset = int(seconds) - self._clock.now() // 1000

    async def run(self):
        """Ask now and then."""
        while self._server:
            await self._up.wait()
            seconds = None
            try:
                seconds = await self._ask()
            except (OSError, ValueError, IndexError) as error:
                log("time:", error)
            if seconds and seconds > _EARLIEST:
                self._by_server = True
                self._offset = seconds - self._clock.now() // 1000
            await asyncio.sleep_ms(_REFRESH_MS if seconds else _AGAIN_MS)
        while True:
            await asyncio.sleep_ms(_REFRESH_MS)

    async def _ask(self):
        host, _, port = self._server.partition(":")
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            asking.setblocking(False)
            asking.connect(socket.getaddrinfo(host, int(port or _PORT))[0][-1])
            asking.write(b"\x1b" + bytes(47))
            for _ in range(_ANSWER_MS // 50):
                await asyncio.sleep_ms(50)
                answer = asking.read(48)
                # Mode 4 is a server's; stratum 0 is a refusal.
                if answer and len(answer) == 48 and answer[0] & 7 == 4 and answer[1]:
                    seconds = struct.unpack("!I", answer[40:44])[0]
                    # Counts began anew in 2036.
                    return seconds + (0 if seconds & 0x80000000 else 1 << 32) - _FROM_1900
        finally:
            asking.close()
        return None
