"""SSD1306 display, 128 × 64, on I²C: a few lines of text."""

import framebuf

_WIDTH, _HEIGHT = 128, 64
_COLUMNS = _WIDTH // 8
_LINES = _HEIGHT // 10

# Solomon Systech SSD1306 data sheet, tables 9-1 and chapter 10: horizontal addressing,
# charge pump on, 64 lines, upright.
_SET_UP = (
    b"\xae\x20\x00\x40\xa1\xa8\x3f\xc8\xd3\x00\xda\x12\xd5\x80\xd9\xf1\xdb\x30\x81\xff"
    b"\xa4\xa6\x8d\x14\xaf"
)


class Display:
    """Lines of text; only a change is sent, because it takes 25 ms."""

    def __init__(self, pins):
        """Set the display up; `pins` has i2c, sda, scl and address. Raises OSError."""
        from machine import I2C, Pin

        self._address = pins["address"]
        self._i2c = I2C(pins["i2c"], sda=Pin(pins["sda"]), scl=Pin(pins["scl"]), freq=400000)
        self._buffer = bytearray(_WIDTH * _HEIGHT // 8)
        self._canvas = framebuf.FrameBuffer(self._buffer, _WIDTH, _HEIGHT, framebuf.MONO_VLSB)
        self._lines = None
        self._command(_SET_UP)

    def show(self, lines):
        """Show up to six lines of 16 characters; raises OSError when it does not answer."""
        lines = [line[:_COLUMNS] for line in lines[:_LINES]]
        if lines == self._lines:
            return
        self._canvas.fill(0)
        for row, line in enumerate(lines):
            self._canvas.text(line, 0, row * 10)
        self._command(b"\x21\x00\x7f\x22\x00\x07")
        self._i2c.writevto(self._address, (b"\x40", self._buffer))
        self._lines = lines

    def invert(self, inverted):
        """Show dark on light, or light on dark again."""
        self._command(b"\xa7" if inverted else b"\xa6")

    def _command(self, commands):
        self._i2c.writeto(self._address, b"\x00" + commands)
