"""The signed list: who may use the machine while the server is away, and until when."""

import binascii
import hashlib

from atelier.log import log
from atelier.store import Store
import words

_BLOCK = 64
_SIGNATURE = 64
#: Characters of a card's mark, of an entry (mark, level), and of one that ends (and when).
_MARK = 8
_ENTRY = 9
_ENDING = 17
_HEX = "0123456789abcdef"
#: Seconds by which clocks may differ.
_SLACK_S = 300


class Permits:
    """Take a list only with the right signature, for this machine, and newer than the last.

    Its form is that of docs/machine-board.md: the signature in hex, a line end, JSON.
    """

    def __init__(self, wall, number, key):
        """Read the list that is kept; `key` is in hex, None where lists are not used."""
        self._wall = wall
        self._number = number
        self._key = None
        if key is not None:
            try:
                self._key = binascii.unhexlify(key)
            except (ValueError, TypeError):
                self._key = b""
            if len(self._key) < 16:
                raise ValueError("config.json: gate.key must be at least 16 bytes in hex")
        self._store = Store("list")
        self._list = self._read(self._store.get("text"))
        self._serial = self._list["serial"] if self._list else -1
        serial = self._store.get("serial")
        if isinstance(serial, int):
            self._serial = max(serial, self._serial)

    def take(self, payload):
        """Take a new list; return whether it was taken."""
        try:
            text = payload.decode()
        except (AttributeError, UnicodeError):
            return False
        if not text or self._key is None or text == self._store.get("text"):
            return False
        fresh = self._read(text)
        if fresh is None:
            return False
        if fresh["serial"] <= self._serial:
            log("list: older than the one that is here")
            return False
        self._list, self._serial = fresh, fresh["serial"]
        # One write: the list and the number below which none is taken any more.
        self._store.put("serial", self._serial)
        self._store.put("text", text)
        self._store.flush()
        return True

    def level(self, uid):
        """Return the level of a card, 0 where the list does not count or does not have it."""
        now, own = self._wall.now(), self._list
        if own is None or now is None:
            return 0
        if not own["issued"] - _SLACK_S <= now < own["expires"]:
            return 0
        # A list names no card, only what nobody without the key can make of one.
        mark = sign(self._key, "card:{}:{}".format(own["serial"], uid).encode())[:_MARK]
        entry = _find(own["cards"], _ENTRY, mark)
        if entry:
            return int(entry)
        entry = _find(own["ending"], _ENDING, mark)
        if entry and now < int(entry[1:], 16):
            return int(entry[0])
        return 0

    def _read(self, text):
        """Return the list in a text that is signed and sound, else None."""
        if self._key is None or not isinstance(text, str):
            return None
        body = text[_SIGNATURE + 1 :].encode()
        if not same(text[: _SIGNATURE + 1], sign(self._key, body) + "\n"):
            log("list: the signature is not right")
            return None
        parsed = words.parse(body)
        if parsed is None or parsed.get("machine") != self._number or not _sound(parsed):
            log("list: not for this board, or not understood")
            return None
        return parsed


def sign(key, body):
    """Return HMAC-SHA256 (RFC 2104) in hex."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]))
    inner.update(body)
    outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in key]))
    outer.update(inner.digest())
    return binascii.hexlify(outer.digest()).decode()


def same(one, other):
    """Compare in a time that does not tell where two texts differ."""
    if len(one) != len(other):
        return False
    difference = 0
    for index in range(len(one)):
        difference |= ord(one[index]) ^ ord(other[index])
    return not difference


def _find(entries, size, mark):
    """Return what stands behind a mark, None where it is not there."""
    for at in range(0, len(entries), size):
        if entries[at : at + _MARK] == mark:
            return entries[at + _MARK : at + size]
    return None


def _sound(parsed):
    for key in ("serial", "issued", "expires"):
        if not isinstance(parsed.get(key), int) or isinstance(parsed[key], bool):
            return False
    for key, size in (("cards", _ENTRY), ("ending", _ENDING)):
        entries = parsed.setdefault(key, "")
        if not isinstance(entries, str) or len(entries) % size or entries.strip(_HEX):
            return False
        for at in range(_MARK, len(entries), size):
            if entries[at] not in "123":
                return False
    return True
