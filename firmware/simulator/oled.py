"""An SSD1306 that decodes its I²C stream into a picture, and the picture into text."""

import framebuf

_ARGUMENTS = {
    0x20: 1,
    0x21: 2,
    0x22: 2,
    0x81: 1,
    0x8D: 1,
    0xA8: 1,
    0xD3: 1,
    0xD5: 1,
    0xD9: 1,
    0xDA: 1,
    0xDB: 1,
}


class Oled:
    """128 × 64 dots in pages of eight rows, horizontal addressing."""

    WIDTH, HEIGHT = 128, 64

    def __init__(self):
        """Be dark."""
        self.memory = bytearray(self.WIDTH * self.HEIGHT // 8)
        self.on = self.inverted = False
        self._pending = []
        self._columns = (0, 127)
        self._pages = (0, 7)
        self._column = self._page = 0
        self._font = bytearray(8 * 95)
        canvas = framebuf.FrameBuffer(self._font, 8 * 95, 8, framebuf.MONO_VLSB)
        for index in range(95):
            canvas.text(chr(32 + index), index * 8, 0)

    def write(self, message):
        """Take a message that begins with its control byte."""
        self.write_parts((message[:1], message[1:]))

    def write_parts(self, parts):
        """Take a message in parts; the first is the control byte."""
        control = parts[0][0]
        for part in parts[1:]:
            if control == 0x40:
                self._dots(part)
            else:
                for byte in part:
                    self._command(byte)

    def lines(self):
        """Return the text that stands on the display, line by line."""
        font = self._font
        picture = framebuf.FrameBuffer(self.memory, self.WIDTH, self.HEIGHT, framebuf.MONO_VLSB)
        cell = bytearray(8)
        window = framebuf.FrameBuffer(cell, 8, 8, framebuf.MONO_VLSB)
        lines = []
        for y in range(0, self.HEIGHT - 9, 10):
            line = ""
            for x in range(0, self.WIDTH, 8):
                window.blit(picture, -x, -y)
                line += _character(font, cell)
            lines.append(line.rstrip())
        return lines

    def _command(self, byte):
        self._pending.append(byte)
        command = self._pending[0]
        if len(self._pending) <= _ARGUMENTS.get(command, 0):
            return
        arguments, self._pending = self._pending[1:], []
        if command == 0x21:
            self._columns = tuple(arguments)
            self._column = arguments[0]
        elif command == 0x22:
            self._pages = tuple(arguments)
            self._page = arguments[0]
        elif command in (0xAE, 0xAF):
            self.on = command == 0xAF
        elif command in (0xA6, 0xA7):
            self.inverted = command == 0xA7

    def _dots(self, dots):
        for byte in dots:
            self.memory[self._page * self.WIDTH + self._column] = byte
            self._column += 1
            if self._column > self._columns[1]:
                self._column = self._columns[0]
                self._page += 1
                if self._page > self._pages[1]:
                    self._page = self._pages[0]


def _character(font, cell):
    for index in range(95):
        if font[index * 8 : index * 8 + 8] == cell:
            return chr(32 + index)
    return "?"
