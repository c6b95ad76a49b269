"""HD44780 character display behind a PCF8574, on I²C: rows of ASCII."""

import time

# Wiring of the usual backpacks: bits of the PCF8574.
_TEXT, _ENABLE, _LIGHT = 0x01, 0x04, 0x08
_ROWS = (0x80, 0xC0)
_COLUMNS = 16


class Display:
    """Two rows of 16 characters; only a row that changed is sent."""

    def __init__(self, pins):
        """Set the display up; `pins` has i2c, sda, scl and address. Raises OSError."""
        from machine import I2C, Pin

        self._address = pins["address"]
        self._i2c = I2C(pins["i2c"], sda=Pin(pins["sda"]), scl=Pin(pins["scl"]), freq=100000)
        self._rows = [None, None]
        # Hitachi HD44780U data sheet, figure 24: into 4-bit mode from whatever it was in.
        for nibble, ms in ((0x30, 5), (0x30, 1), (0x30, 1), (0x20, 1)):
            self._send((nibble | _LIGHT,))
            time.sleep_ms(ms)
        for command, ms in ((0x28, 1), (0x0C, 1), (0x06, 1), (0x01, 2)):
            self._send(_nibbles(command, 0))
            time.sleep_ms(ms)

    def show(self, rows):
        """Show two rows; raises OSError when it does not answer."""
        for index, row in enumerate(rows):
            text = (plain(row) + " " * _COLUMNS)[:_COLUMNS]
            if text == self._rows[index]:
                continue
            self._rows[index] = None
            self._send(_nibbles(_ROWS[index], 0))
            for letter in text:
                self._send(_nibbles(ord(letter), _TEXT))
            self._rows[index] = text

    def _send(self, nibbles):
        sent = bytearray()
        for nibble in nibbles:
            sent.append(nibble | _ENABLE)
            sent.append(nibble)
        self._i2c.writeto(self._address, sent)


def plain(text):
    """Return a text with what is not printable ASCII replaced."""
    return "".join([letter if " " <= letter <= "~" else "?" for letter in text])


def _nibbles(byte, flags):
    flags |= _LIGHT
    return (byte & 0xF0 | flags, byte << 4 & 0xF0 | flags)
