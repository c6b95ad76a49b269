"""Cards in a reader's field: ISO/IEC 14443-3 type A, as far as an id needs it."""

_CASCADE = 0x88
_CODES = (0x93, 0x95, 0x97)


class Card:
    """A card with an id of 4, 7 or 10 bytes, which remembers what it was told."""

    def __init__(self, uid):
        """Lie there, not spoken to yet."""
        if len(uid) not in (4, 7, 10):
            raise ValueError("an id has 4, 7 or 10 bytes")
        self.uid = uid
        self._parts = []
        while len(uid) > 4:
            self._parts.append(bytes((_CASCADE,)) + uid[:3])
            uid = uid[3:]
        self._parts.append(uid)
        self._state, self._level, self._halted = "idle", 0, False

    def hear(self, frame, last_bits):
        """Return the answer to a frame as (a byte for each bit, place of the first), or None."""
        if last_bits == 7:
            return self._called(frame[0])
        if frame[:2] == b"\x50\x00":
            if self._state == "active":
                self._state, self._halted = "halt", True
            else:
                self._lost()
            return None
        if self._state == "ready" and frame[0] == _CODES[self._level]:
            return self._singled(frame)
        self._lost()
        return None

    def _singled(self, frame):
        part = bytearray(self._parts[self._level])
        part.append(part[0] ^ part[1] ^ part[2] ^ part[3])
        known = (frame[1] >> 4) * 8 + (frame[1] & 7) - 16
        bits = _bits(part)
        if _bits(frame[2:7])[:known] != bits[:known]:
            self._lost()
            return None
        if known < 40:
            return bits[known:], known
        if len(frame) != 9 or frame[7:] != _crc(frame[:7]):
            return None
        more = self._level + 1 < len(self._parts)
        self._level += 1
        if not more:
            self._state = "active"
        sak = bytes((0x04 if more else 0x08,))
        return _bits(sak + _crc(sak)), 0

    def _called(self, word):
        if self._state in ("ready", "active"):
            self._lost()
        elif word == 0x52 or (word == 0x26 and self._state == "idle"):
            self._state, self._level = "ready", 0
            return _bits(b"\x04\x00" if len(self.uid) == 4 else b"\x44\x00"), 0
        return None

    def _lost(self):
        """Fall silent at what was not expected; a halted card stays halted."""
        self._state = "halt" if self._halted else "idle"


def _bits(data):
    # A byte a bit, in one piece: a list would take eight times the memory.
    bits = bytearray(8 * len(data))
    for at in range(len(bits)):
        bits[at] = data[at >> 3] >> (at & 7) & 1
    return bits


def _crc(frame):
    value = 0x6363
    for byte in frame:
        for place in range(8):
            flip = (value ^ byte >> place) & 1
            value = value >> 1 ^ (0x8408 if flip else 0)
    return bytes((value & 0xFF, value >> 8))
