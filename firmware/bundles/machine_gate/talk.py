"""What the board says, and when: old messages first, then signs of life and questions."""

import asyncio
import gc

from atelier import info
from line import Silent
import words

ALIVE_MS = 120000
CHECK_MS = 30000
#: After a tap on a free machine its state is asked for again so soon.
_SOON_MS = 1000
#: After silence nobody at the reader waits for an answer for so long.
DEAF_MS = 45000
#: So long after a new link, entries without a time wait for the time server.
_TIME_MS = 3000


class Talk:
    """One query after the other; `gate` hears the answers."""

    def __init__(self, device, journal, wall, gate):
        """Prepare; `gate` has told, machine, cared and `use`."""
        self._device = device
        self._line = device.presence
        self._clock = device.clock
        self._journal = journal
        self._wall = wall
        self._gate = gate
        self._wake = asyncio.Event()
        self._link = 0
        self._card = None
        self._alive_at = self._check_at = self._use_at = self._journal_at = 0
        self._deaf_until = 0

    @property
    def server(self):
        """Tell whether the server is there, as far as is known."""
        return self._device.online and self._clock.now() >= self._deaf_until

    def check(self, uid):
        """Ask about a card; return False where there is nobody to ask."""
        if not self.server:
            return False
        self._card = uid
        self._check_at = min(self._check_at, self._clock.now() + _SOON_MS)
        self._wake.set()
        return True

    def tell(self):
        """Tell at once what is new in the journal: that a use begins, ends or was cared for."""
        self._journal_at = 0
        self._use_at = self._clock.now() + CHECK_MS
        self._wake.set()

    async def run(self):
        """Talk for as long as the board runs."""
        while True:
            now = self._clock.now()
            if not self._device.online:
                self._fail_card()
                await self._pause(1000)
                continue
            if self._link != self._line.links:
                self._link = self._line.links
                self._alive_at = self._check_at = self._use_at = self._journal_at = now
                await self._time()
            due = min(self._alive_at, self._check_at)
            if self._journal.entries:
                due = min(due, self._journal_at)
            if self._gate.use:
                due = min(due, self._use_at)
            if self._card is None and now < due:
                await self._pause(due - now)
                continue
            try:
                await self._turn()
            except Silent:
                self._deaf_until = self._clock.now() + DEAF_MS
                self._fail_card()
                await self._pause(1000)

    async def _turn(self):
        """Say what is due. Raises Silent."""
        await self._replay()
        now = self._clock.now()
        if now >= self._alive_at:
            self._alive_at = now + ALIVE_MS
            self._line.say(self._alive())
        if self._card is not None:
            uid = self._card
            reply = await self._ask(words.check_user(uid), words.fits_user)
            self._card = None
            self._gate.told(uid, reply)
            return
        if now >= self._check_at:
            self._check_at = now + CHECK_MS
            self._gate.machine(await self._ask(words.CHECK_MACHINE, words.fits_machine))
        use = self._gate.use
        if use and now >= self._use_at:
            self._use_at = now + CHECK_MS
            seconds = (now - use.started) // 1000
            await self._ask(words.in_use(use.uid, seconds), words.fits_word)

    async def _replay(self):
        """Deliver the journal; what the server cannot keep now is told again at the next turn."""
        if self._clock.now() < self._journal_at:
            return
        while True:
            self._journal.time_known()
            entry, replay = self._journal.first()
            if entry is None:
                return
            reply = await self._ask(words.told(entry, replay), words.fits_word)
            if not words.settled(reply):
                self._journal_at = self._clock.now() + CHECK_MS
                return
            self._journal.settled(entry)
            if ",maintenance," in entry:
                self._gate.cared(reply["request_ok"])

    async def _ask(self, message, fits):
        reply = await self._line.ask(message, fits)
        self._deaf_until = 0
        self._wall.told(reply.get("at"))
        return reply

    def _alive(self):
        rules, device = self._device.rules, self._device
        gc.collect()
        return words.alive(
            "machine_gate," + rules["version"], device.wifi.address, info.serial(), gc.mem_free()
        )

    def _fail_card(self):
        uid, self._card = self._card, None
        if uid is not None:
            self._gate.told(uid, None)

    async def _time(self):
        """Wait a moment for the time, where something happened without it."""
        until = self._clock.now() + _TIME_MS
        while self._wall.awaited and self._journal.untimed and self._clock.now() < until:
            await asyncio.sleep_ms(100)

    async def _pause(self, ms):
        try:
            await asyncio.wait_for_ms(self._wake.wait(), max(1, min(ms, 1000)))
        except asyncio.TimeoutError:
            pass
        self._wake.clear()
