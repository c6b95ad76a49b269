"""DFPlayer Mini: an MP3 player on a serial line that may be slow, silent or absent.

Frames have ten bytes: 7E FF 06 command feedback high low checksum-high checksum-low EF
(DFPlayer Mini manual, chapter 3). Nothing here waits for the player: orders are queued,
answers come when they come, and `status` says what is known.
"""

import asyncio

_PLAY, _VOLUME, _RESUME, _PAUSE, _STOP, _STATUS = 0x03, 0x06, 0x0D, 0x0E, 0x16, 0x42
_ENDED, _ERROR, _ONLINE = (0x3C, 0x3D), 0x40, 0x3F
_NO_FILE = (5, 6)
_WORDS = ("idle", "playing", "paused")

_START_UP_MS = 3000
_GAP_MS = 60
#: After an order to play, the player still says for a while that it does not.
_SETTLE_MS = 1500
_POLL_MS = 700
_RETRY_MS = 2000
_PROBE_MS = 60000
_SILENT_AFTER = 4
_QUEUE = 8


def frame(command, parameter=0):
    """Return a frame; the checksum is the negative sum of bytes 1 to 6, in 16 bits."""
    out = bytearray((0x7E, 0xFF, 6, command, 0, parameter >> 8 & 255, parameter & 255, 0, 0, 0xEF))
    checksum = -sum(out[1:7]) & 0xFFFF
    out[7] = checksum >> 8
    out[8] = checksum & 255
    return bytes(out)


def parse(buffer):
    """Take one frame out of a bytearray; return (command, parameter), or None without one."""
    while len(buffer) >= 10:
        if buffer[0] == 0x7E and buffer[9] == 0xEF:
            checksum = buffer[7] << 8 | buffer[8]
            if checksum == -sum(buffer[1:7]) & 0xFFFF:
                found = buffer[3], buffer[5] << 8 | buffer[6]
                buffer[:] = buffer[10:]
                return found
        buffer[:] = buffer[1:]
    return None


class DFPlayer:
    """Orders to the player, and what it says of itself."""

    def __init__(self, pins, clock, on_change, on_end, on_missing, busy_gpio=None):
        """Open the serial line; `pins` has uart, tx and rx.

        `on_change()` is called when `status` or `present` changes, `on_end()` when a
        track is over, `on_missing()` when there is no such file. The BUSY pin (low while
        playing) is trusted where it is wired.
        """
        from machine import UART, Pin

        self.status = "idle"
        self.track = None
        #: True once it has answered, False when it has not for too long.
        self.present = False
        self._clock = clock
        self._on_change = on_change
        self._on_end = on_end
        self._on_missing = on_missing
        self._uart = UART(pins["uart"], baudrate=9600, tx=pins["tx"], rx=pins["rx"])
        self._busy = Pin(busy_gpio, Pin.IN, Pin.PULL_UP) if busy_gpio is not None else None
        self._orders = []
        self._wake = asyncio.Event()
        self._ready = False
        self._unanswered = 0
        self._settled_at = 0

    @property
    def silent(self):
        """Tell whether it has not answered for several questions."""
        return self._unanswered >= _SILENT_AFTER

    def play(self, track, volume):
        """Play a file of the root folder, 1 to 2999, at a volume, 0 to 30."""
        self._orders = [(_VOLUME, volume), (_PLAY, track)]
        self.track = track
        self._settled_at = self._clock.now() + _START_UP_MS + _SETTLE_MS
        self._become("playing")

    def volume(self, volume):
        """Set the volume, 0 to 30."""
        self._order(_VOLUME, volume)

    def pause(self):
        """Pause the track."""
        self._order(_PAUSE)
        self._settled_at = self._clock.now() + _SETTLE_MS
        self._become("paused")

    def resume(self):
        """Go on with a paused track."""
        self._order(_RESUME)
        self._settled_at = self._clock.now() + _SETTLE_MS
        self._become("playing")

    def stop(self):
        """Stop; nothing that waits is played any more."""
        self._orders = [(_STOP, 0)]
        self._settled_at = self._clock.now() + _SETTLE_MS
        self._become("idle")

    async def run(self):
        """Send orders and ask how it goes, for ever."""
        listening = asyncio.create_task(self._listen())
        try:
            await self._start_up()
            polled_at = self._clock.now()
            while True:
                while self._orders:
                    command, parameter = self._orders.pop(0)
                    self._uart.write(frame(command, parameter))
                    if command != _VOLUME:
                        self._settled_at = self._clock.now() + _SETTLE_MS
                    await asyncio.sleep_ms(_GAP_MS)
                if listening.done():
                    raise OSError("the serial line is not read any more")
                self._look()
                active = self.status != "idle"
                now = self._clock.now()
                # A player that has not answered at all is asked again soon, then now and then.
                waiting = not self.present and not self.silent
                period = _POLL_MS if active else _RETRY_MS if waiting else _PROBE_MS
                if now - polled_at >= period:
                    polled_at = now
                    self._ask()
                await self._pause(min(period, max(1, polled_at + period - now)))
        finally:
            listening.cancel()

    async def _start_up(self):
        """Wait for the player's own greeting; without one it gets its time all the same."""
        ready_at = self._clock.now() + _START_UP_MS
        while not self._ready and self._clock.now() < ready_at:
            await asyncio.sleep_ms(100)
        self._ready = True
        self._ask()
        await asyncio.sleep_ms(_GAP_MS)

    async def _pause(self, ms):
        if self._orders:
            return
        if self._busy is not None and self.status == "playing":
            ms = min(ms, 100)
        try:
            await asyncio.wait_for_ms(self._wake.wait(), ms)
        except asyncio.TimeoutError:
            pass
        self._wake.clear()

    def _order(self, command, parameter=0):
        if len(self._orders) < _QUEUE:
            self._orders.append((command, parameter))
        self._wake.set()

    def _ask(self):
        """Ask for the status, and count the question as unanswered until it is not."""
        self._unanswered += 1
        if self._unanswered == _SILENT_AFTER:
            self.present = False
            self._on_change()
        self._uart.write(frame(_STATUS))

    def _look(self):
        """Trust the BUSY pin, where there is one."""
        if self._busy is None or self._clock.now() < self._settled_at:
            return
        playing = not self._busy.value()
        if self.status == "playing" and not playing:
            self._ended()

    async def _listen(self):
        stream = asyncio.StreamReader(self._uart)
        buffer = bytearray()
        while True:
            received = await stream.read(32)
            if not received:  # a line that reads as ended is asked again, not in a hurry
                await asyncio.sleep_ms(1000)
                continue
            buffer.extend(received)
            if len(buffer) > 64:
                buffer[:] = buffer[-10:]
            found = parse(buffer)
            while found:
                self._heard(*found)
                found = parse(buffer)

    def _heard(self, command, parameter):
        self._unanswered = 0
        if command == _ONLINE:
            self._ready = True
        if not self.present:
            self.present = True
            self._on_change()
        settled = self._clock.now() >= self._settled_at
        if command in _ENDED:
            # It says so twice; and a stop just before a new track also says so.
            if self.status == "playing" and settled:
                self._ended()
        elif command == _ERROR:
            # Busy, or a damaged frame, is no end; a file that is not there is one.
            if self.status == "playing" and parameter in _NO_FILE:
                self._become("idle")
                self._on_missing()
        elif command == _STATUS and settled and self._busy is None:
            word = _WORDS[parameter & 255] if parameter & 255 < len(_WORDS) else None
            if word == "idle" and self.status == "playing":
                self._ended()
            elif word and word != self.status:
                self._become(word)

    def _ended(self):
        self._become("idle")
        self._on_end()

    def _become(self, status):
        self._wake.set()
        if status != self.status:
            self.status = status
            self._on_change()
