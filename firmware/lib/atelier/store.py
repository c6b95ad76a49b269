"""Values that outlive a power cut: two generations, each with a checksum.

A new generation goes to a temporary file, is flushed, and takes the place of the older
of the two by renaming. Whenever the power goes, at least one whole generation is there.
"""

import asyncio
import binascii
import json
import os

from .log import log

#: Changes within this time are written together, to spare the flash.
QUIET_MS = 3000
#: However busy it is, nothing waits longer than this to be written.
LONGEST_MS = 15000


class Store:
    """A dictionary on flash."""

    def __init__(self, name="kept"):
        """Read the newest whole generation of the files of a name; begin empty without one."""
        self._slots = (name + ".a", name + ".b")
        self._draft = name + ".new"
        self.values = {}
        self.writes = 0
        self._generation = 0
        self._slot = 0
        self._dirty = False
        self._changed = asyncio.Event()
        for slot, path in enumerate(self._slots):
            generation, values = _read(path)
            if generation > self._generation:
                self._generation, self.values = generation, values
                self._slot = 1 - slot

    def get(self, key, default=None):
        """Return a kept value."""
        return self.values.get(key, default)

    def put(self, key, value, *, changed=False):
        """Keep a value; it is written soon. With `changed` it was changed in place."""
        if changed or self.values.get(key) != value or key not in self.values:
            self.values[key] = value
            self._dirty = True
            self._changed.set()

    def flush(self):
        """Write now what is not written yet; return whether flash holds everything."""
        if not self._dirty:
            return True
        # Before the write: a change that comes meanwhile makes it dirty again.
        self._dirty = False
        try:
            self._write()
        except (OSError, MemoryError) as error:
            self._dirty = True
            log("store: not written:", error)
            return False
        return True

    async def run(self, clock):
        """Write changes once they have calmed down."""
        while True:
            await self._changed.wait()
            latest = clock.now() + LONGEST_MS
            while self._changed.is_set() and clock.now() < latest:
                self._changed.clear()
                await asyncio.sleep_ms(QUIET_MS)
            self._changed.clear()
            if not self.flush():
                await asyncio.sleep_ms(LONGEST_MS)
                self._changed.set()

    def _write(self):
        # Written as text: a copy as bytes would take the same memory again.
        body = json.dumps([self._generation + 1, self.values])
        with open(self._draft, "wb") as draft:
            draft.write(b"%08x\n" % binascii.crc32(body))
            draft.write(body)
            draft.flush()
        if hasattr(os, "sync"):
            os.sync()
        os.rename(self._draft, self._slots[self._slot])
        self._generation += 1
        self._slot = 1 - self._slot
        self.writes += 1


def _read(name):
    """Return generation and values of a slot; (0, {}) where it is not whole."""
    try:
        with open(name, "rb") as slot:
            checksum = int(slot.readline(), 16)
            body = slot.read()
        if checksum == binascii.crc32(body):
            generation, values = json.loads(body)
            if isinstance(generation, int) and isinstance(values, dict):
                return generation, values
        log("store:", name, "is damaged")
    except OSError:
        pass  # not there yet
    except (ValueError, TypeError):
        log("store:", name, "is damaged")
    return 0, {}
