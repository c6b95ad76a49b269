"""Time and events of a simulated board: what waits, what fires, what is remembered."""

import gc
import time as real

TICKS = 1 << 30
#: Real ms that an answer of the broker is waited for before virtual time goes on.
_GRACE_MS = 700
_SHORT_GRACE_MS = 20


class Reset(BaseException):
    """The board starts again; no `except Exception` of an app can hold it."""


class World:
    """One board's clock, timers, history, and the parts that others register here."""

    def __init__(self, virtual, history):
        """Begin; with `virtual` the clock can be advanced in jumps."""
        self.virtual = virtual
        self.started = real.ticks_ms()
        self.history = history
        #: Bytes of memory that are the simulator's own, and the most that were in use.
        self.heap_base = self.heap_peak = 0
        self.control = None
        self.expecting = False
        self._jumped = 0
        self._booted = self.started
        self._tick_offset = 0
        self._alarms = []
        self._target = None
        self._arrived = None
        self._graced = False
        self._wdt_at = None
        self._wdt_ms = 0

    # Time ----------------------------------------------------------------------------

    def ms(self):
        """Return the board's time in ms, which never wraps."""
        return real.ticks_ms() + self._jumped

    def ticks_ms(self):
        """Return the tick counter as a board has it: 30 bits."""
        return (self.ms() - self._booted + self._tick_offset) & (TICKS - 1)

    def set_ticks(self, value):
        """Set the raw tick counter."""
        self._tick_offset += (value - self.ticks_ms()) & (TICKS - 1)

    def advance(self, ms, arrived):
        """Let virtual time go on by `ms`, event by event; then call `arrived`."""
        if not self.virtual:
            raise ValueError("only a virtual clock can be advanced")
        if self._target is not None:
            raise ValueError("it is being advanced")
        self._target, self._arrived = self.ms() + ms, arrived

    def after(self, ms, call):
        """Call something later; return what `cancel` takes."""
        alarm = [self.ms() + ms, call]
        self._alarms.append(alarm)
        return alarm

    def cancel(self, alarm):
        """Take back what `after` was asked for."""
        if alarm in self._alarms:
            self._alarms.remove(alarm)

    def watch(self, timeout_ms):
        """Start or feed the watchdog."""
        self._wdt_ms = timeout_ms or self._wdt_ms
        self._wdt_at = self.ms() + self._wdt_ms

    def boot(self):
        """Begin a boot: ticks at zero, no alarms, no watchdog."""
        self._booted = self.ms()
        self._tick_offset = 0
        self._alarms = []
        self._wdt_at = None

    # Events --------------------------------------------------------------------------

    def record(self, what, value):
        """Remember an output change or a frame."""
        self.history.add(self.ms() - self.started, what, value)

    def fire(self):
        """Call what is due; raise Reset where the watchdog was not fed."""
        now = self.ms()
        if self._wdt_at is not None and now >= self._wdt_at:
            self._wdt_at = None
            raise Reset("watchdog")
        due = [alarm for alarm in self._alarms if alarm[0] <= now]
        for alarm in sorted(due, key=lambda alarm: alarm[0]):
            self.cancel(alarm)
            alarm[1]()

    def wait(self, queue, dt):
        """Let a moment pass, at most `dt` ms (-1: any): the heart of the event loop."""
        self.fire()
        self.heap_peak = max(self.heap_peak, gc.mem_alloc())
        if queue.deliver(0) or dt == 0:
            return
        if self._target is None:
            queue.deliver(self._until(dt))
            return
        if self.expecting:
            # The broker lives in real time: its answer comes before time jumps on.
            if queue.deliver(_SHORT_GRACE_MS if self._graced else _GRACE_MS):
                return
            self.expecting = False
            self._graced = True
        self._jump(dt)

    def heard(self):
        """Note that an answer came."""
        self.expecting = self._graced = False

    def sleep_ms(self, ms):
        """Block, as a board does; timers fire and the watchdog bites meanwhile."""
        end = self.ms() + ms
        while self.ms() < end:
            self.fire()
            self.control.serve()
            left = end - self.ms()
            if self._target is not None:
                self._jump(left)
            elif left > 0:
                real.sleep_ms(min(left, 5))

    def _until(self, dt):
        """Return ms to the next thing that is due, at most `dt`, at most a second."""
        now = self.ms()
        until = dt if dt > 0 else 1000
        for alarm in self._alarms:
            until = min(until, alarm[0] - now)
        if self._wdt_at is not None:
            until = min(until, self._wdt_at - now)
        return max(0, min(until, 1000))

    def _jump(self, dt):
        now = self.ms()
        if now >= self._target:
            self._target = None
            self._arrived()
            return
        until = self._target - now
        if dt > 0:
            until = min(until, dt)
        for alarm in self._alarms:
            until = min(until, alarm[0] - now)
        if self._wdt_at is not None:
            until = min(until, self._wdt_at - now)
        self._jumped += max(0, until)
        self.fire()
