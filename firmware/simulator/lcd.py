"""An HD44780 behind a PCF8574: the I²C stream decoded into two rows of text."""

_TEXT, _ENABLE, _LIGHT = 0x01, 0x04, 0x08
_COLUMNS = 16


class Lcd:
    """Takes a nibble at each falling edge of the enable line."""

    WIDTH, HEIGHT = 16, 2

    def __init__(self):
        """Have power: 8-bit mode, nothing shown."""
        self.light = self.on = False
        self._wide = True
        self._high = None
        self._enabled = False
        self._memory = bytearray(b" " * 128)
        self._at = 0

    def write(self, message):
        """Take bytes for the port expander, each one a state of its eight lines."""
        for lines in message:
            enabled = bool(lines & _ENABLE)
            if self._enabled and not enabled:
                self._nibble(lines & 0xF0, lines & _TEXT)
            self._enabled = enabled
            self.light = bool(lines & _LIGHT)

    def write_parts(self, parts):
        """Take a message in parts."""
        for part in parts:
            self.write(part)

    def lines(self):
        """Return what can be read, row by row."""
        if not self.on:
            return ["", ""]
        return [bytes(self._memory[at : at + _COLUMNS]).decode().rstrip() for at in (0x00, 0x40)]

    def chunks(self):
        """Give width, height and rows as JSON, in the shape of a display with dots."""
        import json

        yield '{{"width":{},"height":{},"data":"","lines":'.format(self.WIDTH, self.HEIGHT)
        yield json.dumps(self.lines()) + "}"

    def _nibble(self, bits, text):
        if self._wide:
            self._byte(bits, text)
        elif self._high is None:
            self._high = bits
        else:
            high, self._high = self._high, None
            self._byte(high | bits >> 4, text)

    def _byte(self, byte, text):
        if text:
            self._memory[self._at] = byte if 32 <= byte < 127 else 63
            self._at = (self._at + 1) & 0x7F
        elif byte & 0x80:
            self._at = byte & 0x7F
        elif byte & 0x20:
            self._wide = bool(byte & 0x10)
        elif byte & 0x08:
            self.on = bool(byte & 0x04)
        elif byte == 0x01:
            self._memory[:] = b" " * 128
            self._at = 0
