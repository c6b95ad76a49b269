"""The signed list: who may use the machine while the server is away, and until when."""

import binascii
import hashlib
import json

from atelier.log import log
from atelier.store import Store

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
        # What was kept counts with the key it was signed with only: another one ends it.
        self._seal = None if self._key is None else sign(self._key, b"kept")
        self._store = Store("list")
        kept = self._store.get("list")
        sealed = self._seal is not None and self._store.get("seal") == self._seal
        self._list = kept if sealed and self._fits(kept) else None
        serial = self._store.get("serial")
        self._serial = serial if isinstance(serial, int) else -1

    def take(self, payload):
        """Take a new list, in bytes; return whether it was taken."""
        if not payload or self._key is None:
            return False
        fresh = self._read(payload)
        if fresh is None:
            return False
        if fresh["serial"] == self._serial:
            self._store.flush()  # where flash or memory were full before
            return False
        if fresh["serial"] < self._serial:
            log("list: older than the one that is here")
            return False
        self._list, self._serial = fresh, fresh["serial"]
        # One write: the list and the number below which none is taken any more.
        self._store.put("serial", self._serial)
        self._store.put("seal", self._seal)
        self._store.put("list", fresh)
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

    def _read(self, payload):
        """Return the list in a payload that is signed and sound, else None."""
        # Not copied: a full list is a large part of what memory is left.
        body = memoryview(payload)[_SIGNATURE + 1 :]
        signed = sign(self._key, body).encode() + b"\n"
        if not same(payload[: _SIGNATURE + 1], signed):
            log("list: the signature is not right")
            return None
        try:
            parsed = json.loads(body)
        except (ValueError, RuntimeError, MemoryError) as error:
            log("list: not read:", type(error).__name__)
            return None
        if not self._fits(parsed):
            log("list: not for this board, or not understood")
            return None
        return parsed

    def _fits(self, parsed):
        """Tell whether something is a list for this board."""
        return isinstance(parsed, dict) and parsed.get("machine") == self._number and _sound(parsed)


def sign(key, body):
    """Return HMAC-SHA256 (RFC 2104) in hex."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    inner = hashlib.sha256(_pad(key, 0x36))
    inner.update(body)
    outer = hashlib.sha256(_pad(key, 0x5C))
    outer.update(inner.digest())
    return binascii.hexlify(outer.digest()).decode()


def _pad(key, byte):
    # In place: as a list of numbers it would not fit where memory is in small pieces.
    pad = bytearray(_BLOCK)
    for index in range(_BLOCK):
        pad[index] = (key[index] if index < len(key) else 0) ^ byte
    return pad


def same(one, other):
    """Compare bytes in a time that does not tell where they differ."""
    if len(one) != len(other):
        return False
    difference = 0
    for index in range(len(one)):
        difference |= one[index] ^ other[index]
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
