"""A piezo buzzer: short tunes, each tone bounded in time."""

import asyncio

_LONGEST_MS = 2000


class Buzzer:
    """Plays one tune at a time; a new one takes the place of what is left of the last."""

    def __init__(self, gpio):
        """Take the pin and be quiet."""
        from machine import PWM, Pin

        self._pwm = PWM(Pin(gpio, Pin.OUT, value=0), freq=1000, duty_u16=0)
        self._tune = ()
        self._wake = asyncio.Event()

    def play(self, tune):
        """Play pairs of (hertz, ms); 0 hertz is a rest."""
        self._tune = tune
        self._wake.set()

    async def run(self):
        """Play what comes."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                for hertz, ms in self._tune:
                    if hertz:
                        self._pwm.freq(hertz)
                    self._pwm.duty_u16(32768 if hertz else 0)
                    await asyncio.sleep_ms(min(ms, _LONGEST_MS))
                    if self._wake.is_set():
                        break
                self._pwm.duty_u16(0)
        finally:
            self._pwm.duty_u16(0)
