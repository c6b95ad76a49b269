"""A DFPlayer Mini at the other end of a serial line."""

_START_UP_MS = 1200
_ANSWER_MS = 25
_TRACK_MS = 4000
_BUSY_DELAY_MS = 120


class Player:
    """Understands frames and answers them; what it plays has a length."""

    def __init__(self, world, busy=None):
        """Be powered; `busy(level)` drives the BUSY pin."""
        self.mode = "normal"
        self.status = "idle"
        self.track = 0
        self.volume = 20
        self.bad_checksums = 0
        self.track_ms = _TRACK_MS
        self.tracks = 2999
        self._world = world
        self._busy = busy
        self._send = None
        self._buffer = bytearray()
        self._alarm = None
        self._ends_at = None
        self._left_ms = None

    def connect(self, send):
        """Be connected to a board that has just started: greet it."""
        self._send = send
        self._set("idle")
        self._world.after(_START_UP_MS, lambda: self._say(0x3F, 2))

    def feed(self, received):
        """Take bytes from the board."""
        if self.mode == "missing":
            return
        self._buffer.extend(received)
        while len(self._buffer) >= 10:
            if self._buffer[0] != 0x7E or self._buffer[9] != 0xEF:
                self._buffer[:] = self._buffer[1:]
                continue
            frame = bytes(self._buffer[:10])
            self._buffer[:] = self._buffer[10:]
            if sum(frame[1:7]) + (frame[7] << 8 | frame[8]) & 0xFFFF:
                self.bad_checksums += 1
                self._say(0x40, 4)
                continue
            self._obey(frame[3], frame[5] << 8 | frame[6])

    def end(self):
        """Come to the end of the track."""
        if self.status == "idle":
            return
        self._set("idle")
        self._say(0x3D, self.track)
        self._world.after(200, lambda: self._say(0x3D, self.track))

    def describe(self):
        """Return what a person would hear and see."""
        return {
            "present": self.mode not in ("missing",),
            "status": self.status,
            "track": self.track,
            "volume": self.volume,
            "bad_checksums": self.bad_checksums,
        }

    def _obey(self, command, parameter):
        if command == 0x03:
            if not 0 < parameter <= self.tracks:
                self._say(0x40, 6)
                return
            self.track = parameter
            self._play(self.track_ms)
        elif command == 0x06 and parameter <= 30:
            self.volume = parameter
        elif command == 0x0D and self.status == "paused":
            self._play(self._left_ms)
        elif command == 0x0E and self.status == "playing":
            self._left_ms = max(1, self._ends_at - self._world.ms())
            self._set("paused")
        elif command == 0x16:
            self._set("idle")
        elif command == 0x42:
            self._say(0x42, 0x200 | ("idle", "playing", "paused").index(self.status))

    def _play(self, ms):
        self._set("playing")
        self._ends_at = self._world.ms() + ms
        self._alarm = self._world.after(ms, self.end)

    def _set(self, status):
        if self._alarm:
            self._world.cancel(self._alarm)
            self._alarm = None
        self.status = status
        if self._busy:
            level = 0 if status == "playing" else 1
            self._world.after(_BUSY_DELAY_MS, lambda: self._busy(level))

    def _say(self, command, parameter):
        if self.mode in ("missing", "silent") or not self._send:
            return
        frame = bytearray((0x7E, 0xFF, 6, command, 0, parameter >> 8, parameter & 255, 0, 0, 0xEF))
        checksum = -sum(frame[1:7]) & 0xFFFF
        frame[7], frame[8] = checksum >> 8, checksum & 255
        if self.mode == "short_reply":
            frame = frame[:7]
        self._world.after(_ANSWER_MS, lambda: self._send(bytes(frame)))
