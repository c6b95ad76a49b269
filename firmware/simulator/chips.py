"""The `machine` module of a simulated board."""

import io
import time as real

from .world import TICKS, Reset


class Module:
    """Something that `import` finds under a name."""

    def __init__(self, **names):
        """Take the names it has."""
        for name, value in names.items():
            setattr(self, name, value)


def time_module(world):
    """Return `time` on the board's clock."""
    half = TICKS >> 1
    return Module(
        __name__="time",
        ticks_ms=world.ticks_ms,
        ticks_us=lambda: world.ticks_ms() * 1000 & (TICKS - 1),
        ticks_cpu=lambda: world.ticks_ms() * 1000 & (TICKS - 1),
        ticks_add=lambda ticks, delta: (ticks + delta) & (TICKS - 1),
        ticks_diff=lambda end, start: ((end - start + half) & (TICKS - 1)) - half,
        sleep=lambda seconds: world.sleep_ms(int(seconds * 1000)),
        sleep_ms=world.sleep_ms,
        sleep_us=lambda us: world.sleep_ms((us + 999) // 1000),
        time=lambda: world.ms() // 1000,
        localtime=real.localtime,
        gmtime=real.gmtime,
        mktime=real.mktime,
    )


def machine_module(world, board, serial):
    """Return `machine`: pins, buses, timers and the watchdog of a board."""

    class Pin:
        """A GPIO; its level belongs to the board and outlives the object."""

        IN, OUT, OPEN_DRAIN = 1, 3, 7
        PULL_DOWN, PULL_UP = 1, 2
        IRQ_RISING, IRQ_FALLING = 1, 2

        def __init__(self, gpio, mode=-1, pull=-1, *, value=None):
            self.gpio = gpio
            if mode != -1:
                board.modes[gpio] = mode
                if mode == Pin.IN and gpio not in board.levels:
                    board.levels[gpio] = 1 if pull == Pin.PULL_UP else 0
            if value is not None:
                board.drive(gpio, value)

        def value(self, level=None):
            """Return or set the level."""
            if level is None:
                return board.levels.get(self.gpio, 0)
            board.drive(self.gpio, level)
            return None

        __call__ = value

        def on(self):
            """Set the level high."""
            board.drive(self.gpio, 1)

        def off(self):
            """Set the level low."""
            board.drive(self.gpio, 0)

        def irq(self, handler=None, trigger=3, **_):
            """Call a handler on edges."""
            board.handlers[self.gpio] = (handler, trigger, self)

    class Timer:
        """A hardware timer: it fires although Python code is busy."""

        ONE_SHOT, PERIODIC = 0, 1

        def __init__(self, number):
            if not 0 <= number <= 3:
                raise ValueError("invalid Timer number")
            self._alarm = None
            self._facts = None

        def init(self, *, mode=1, period=-1, callback=None):
            """Start it; `period` is in ms."""
            self.deinit()
            self._facts = (mode, period, callback)
            self._alarm = world.after(period, self._fire)

        def deinit(self):
            """Stop it."""
            if self._alarm:
                world.cancel(self._alarm)
            self._alarm = None

        def _fire(self):
            mode, period, callback = self._facts
            self._alarm = world.after(period, self._fire) if mode == Timer.PERIODIC else None
            board.interrupt(callback, self)

    class WDT:
        """The watchdog; once started it cannot be stopped."""

        def __init__(self, id=0, timeout=5000):
            world.watch(timeout)

        def feed(self):
            """Say that all is well."""
            world.watch(None)

    class UART(io.IOBase):
        """A serial line with whatever is at its other end."""

        def __init__(self, number, baudrate=9600, **_):
            self._end = board.serial_ends.get(number)
            self._received = bytearray()
            if self._end:
                self._end.connect(self._receive)

        def _receive(self, received):
            if len(self._received) < 256:  # as the hardware's own buffer
                self._received.extend(received)

        def any(self):
            """Return how many bytes wait."""
            return len(self._received)

        def read(self, count=-1):
            """Return what has come."""
            if not self._received:
                return None
            count = len(self._received) if count < 0 else count
            out = bytes(self._received[:count])
            self._received[:] = self._received[count:]
            return out

        def readinto(self, buffer):
            """Fill a buffer with what has come."""
            got = self.read(len(buffer))
            if got is None:
                return None
            buffer[: len(got)] = got
            return len(got)

        def write(self, sent):
            """Send bytes."""
            world.record("uart", bytes(sent).hex())
            if self._end:
                self._end.feed(bytes(sent))
            return len(sent)

        def ioctl(self, request, argument):
            """Tell the event loop what is ready."""
            if request == 3:
                return argument & (1 if self._received else 0) | argument & 4
            return 0

    class I2C:
        """A bus of chips by address."""

        def __init__(self, number=0, **_):
            pass

        def scan(self):
            """Return the addresses that answer."""
            return sorted(board.i2c_chips)

        def writeto(self, address, sent, stop=True):
            """Send bytes to a chip."""
            self._chip(address).write(bytes(sent))
            return len(sent)

        def writevto(self, address, parts, stop=True):
            """Send parts to a chip as one message."""
            chip = self._chip(address)
            chip.write_parts(parts)
            return 1 + len(parts)

        def _chip(self, address):
            chip = board.i2c_chips.get(address)
            if chip is None:
                raise OSError(19)
            return chip

    class SPI:
        """A bus to one chip, which looks at its own select line."""

        def __init__(self, number=1, **_):
            self._chip = board.spi_chips.get(number)

        def write_readinto(self, sent, buffer):
            """Send bytes, and take as many that come back meanwhile."""
            buffer[:] = self._chip.exchange(sent) if self._chip else bytes(len(sent))

        def write(self, sent):
            """Send bytes."""
            self.write_readinto(sent, bytearray(len(sent)))

    class PWM:
        """A pin that is on for a part of the time."""

        def __init__(self, pin, freq=1000, duty_u16=0):
            self._pin = pin
            self._freq = freq
            self.duty_u16(duty_u16)

        def freq(self, hertz=None):
            """Return or set the frequency."""
            if hertz is not None:
                self._freq = hertz
            return self._freq

        def duty_u16(self, duty=None):
            """Return or set the share of on-time, 0 to 65535."""
            if duty is not None:
                self._duty = duty
                self._pin.value(1 if duty else 0)
                board.tones[self._pin.gpio] = self._freq if duty else 0
            return self._duty

        def deinit(self):
            """Switch off."""
            self.duty_u16(0)

    def reset():
        raise Reset("machine.reset")

    return Module(
        __name__="machine",
        Pin=Pin,
        Timer=Timer,
        WDT=WDT,
        UART=UART,
        I2C=I2C,
        SoftI2C=I2C,
        SPI=SPI,
        PWM=PWM,
        reset=reset,
        reset_cause=lambda: board.reset_cause,
        unique_id=lambda: serial,
        freq=lambda *_: 240000000,
    )


class Board:
    """Levels, handlers and what is wired to the buses."""

    def __init__(self, world, names):
        """Begin without power on any pin; `names` is pin name by GPIO."""
        self._world = world
        self._names = names
        self.reset_cause = 1
        self.serial_ends = {}
        self.i2c_chips = {}
        self.spi_chips = {}
        self.selects = set()
        #: Hertz by GPIO, of pins that are switched on and off by PWM.
        self.tones = {}
        self.levels = {}
        self.modes = {}
        self.handlers = {}

    def drive(self, gpio, level):
        """Set an output's level."""
        level = 1 if level else 0
        if self.levels.get(gpio) != level:
            self.levels[gpio] = level
            if gpio in self.selects:
                return  # a part of a bus, and no output of its own
            self._world.record(self._names.get(gpio, "gpio{}".format(gpio)), level)

    def edge(self, gpio, level):
        """Set an input's level from outside, and call its interrupt handler."""
        before = self.levels.get(gpio, 0)
        self.levels[gpio] = level
        handler, trigger, pin = self.handlers.get(gpio, (None, 0, None))
        if handler and before != level and trigger & (1 if level else 2):
            self.interrupt(handler, pin)

    def interrupt(self, handler, argument):
        """Call a handler as an interrupt: what it raises is printed and forgotten."""
        try:
            handler(argument)
        except Exception as error:
            print("interrupt:", type(error).__name__, error)

    def power_off(self):
        """Let every pin float: what an output drives goes off."""
        for gpio, mode in self.modes.items():
            if mode == 3:
                self.drive(gpio, 0)
        self.modes.clear()
        self.tones.clear()
        self.handlers.clear()
