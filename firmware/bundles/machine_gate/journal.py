"""Starts, stops and care that the server has not confirmed yet, and the use that goes on."""

import binascii
import os

from atelier.store import Store

#: As on the reference board.
LIMIT = 40
_ID = 12


class Journal:
    """First in, first out, on flash; each entry has an id and a time of its own.

    An entry is the text `id,action,uid,duration,at`, the last two maybe empty. It is gone
    when the server has settled it, and never otherwise: where there is no room, a start
    whose stop is here too goes first (the stop tells both), and when even that is over
    nobody can log in (`room`).
    """

    def __init__(self, wall, clock):
        """Read what an earlier run could not deliver."""
        self._wall = wall
        self._clock = clock
        self._store = Store("journal")
        kept = self._store.get("entries")
        kept = kept if isinstance(kept, list) else []
        #: The store keeps this very list.
        self.entries = [one for one in kept if isinstance(one, str) and one.count(",") == 4]
        #: Of this boot: moments in ms of what happened before the time was known, by id.
        self._moments = {}
        #: Ids that go out for the first time, and so are no replay.
        self._fresh = set()

    @property
    def room(self):
        """Tell whether a start, care and a stop can be kept."""
        return len(self.entries) - len(self._spare()) + 3 <= LIMIT

    @property
    def use(self):
        """Return the use that goes on, as it was last kept: uid, seconds, at; else None."""
        use = self._store.get("use")
        return use if isinstance(use, dict) and "uid" in use and "seconds" in use else None

    def add(self, action, uid, duration="", *, fresh=False, at=None, use=None):
        """Keep an entry, and at once with it the use that goes on (None: there is none).

        Returns whether flash holds it. `at` is for what happened before this boot, "" where
        that time is not known.
        """
        own_id = binascii.hexlify(os.urandom(_ID // 2)).decode()
        if at is None:
            at = self._wall.now()
            if at is None:
                at = ""
                self._moments[own_id] = self._clock.now()
        if fresh:
            self._fresh.add(own_id)
        if len(self.entries) >= LIMIT:
            for start in self._spare():
                self.entries.remove(start)
        self.entries.append("{},{},{},{},{}".format(own_id, action, uid, duration, at))
        self._store.put("use", use)
        self._changed()
        return self._store.flush()

    def keep_use(self, use):
        """Keep how far a use has come; it is written soon."""
        self._store.put("use", use)

    def first(self):
        """Return the entry to tell next and whether it is a replay; (None, False): none."""
        if not self.entries:
            return None, False
        entry = self.entries[0]
        replay = entry[:_ID] not in self._fresh
        self._fresh.discard(entry[:_ID])
        return entry, replay

    def settled(self, entry):
        """Let go of an entry that the server has."""
        own_id = entry[:_ID]
        self._moments.pop(own_id, None)
        for at, one in enumerate(self.entries):
            if one[:_ID] == own_id:
                del self.entries[at]
                break
        self._changed()
        if not self.entries:
            self._store.flush()

    @property
    def untimed(self):
        """Tell whether something of this boot waits for its time."""
        return bool(self._moments)

    def time_known(self):
        """Give entries of this boot their time, once it is known."""
        if not self._moments or self._wall.now() is None:
            return
        for index, entry in enumerate(self.entries):
            if entry[:_ID] in self._moments:
                self.entries[index] = entry + str(self._wall.at(self._moments[entry[:_ID]]))
        self._moments.clear()
        self._changed()

    async def run(self):
        """Write what changed."""
        await self._store.run(self._clock)

    def _spare(self):
        """Return the starts that a stop of the same card follows at once."""
        spare = []
        for at in range(len(self.entries) - 1):
            start, stop = self.entries[at], self.entries[at + 1]
            # By place, because taking forty texts apart fills the memory.
            pair = start[13:22] == "startuse," and stop[13:21] == "stopuse,"
            if pair and start[22:30] == stop[21:29] and start[:_ID] not in self._fresh:
                spare.append(start)
        return spare

    def _changed(self):
        # In place: a new list at every message wants a large piece of a memory that is full.
        self._store.put("entries", self.entries, changed=True)
