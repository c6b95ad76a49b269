"""MFRC522 card reader on SPI: which card lies there, by ISO/IEC 14443-3 type A."""

import time

# Registers (NXP MFRC522 data sheet, chapter 9.2).
_COMMAND, _COM_IRQ, _ERROR, _FIFO, _FIFO_LEVEL = 0x01, 0x04, 0x06, 0x09, 0x0A
_BIT_FRAMING, _COLLISION, _TX_CONTROL, _VERSION = 0x0D, 0x0E, 0x14, 0x37
_IDLE, _TRANSCEIVE, _SOFT_RESET = 0x00, 0x0C, 0x0F

# The timer gives up after 5 ms (200 times 25 µs); full modulation; CRC preset of type A.
_SET_UP = (
    (0x2A, 0x80),
    (0x2B, 0xA9),
    (0x2C, 0x00),
    (0x2D, 0xC8),
    (0x15, 0x40),
    (0x11, 0x3D),
    (_TX_CONTROL, 0x83),
)
_WAKE_UP = b"\x52"
_HALT = b"\x50\x00\x57\xcd"
_CASCADE = 0x88
_POLLS = 200


class Mfrc522:
    """A reader that is asked again and again; a card that stays is read each time."""

    def __init__(self, pins):
        """Set the chip up; `pins` has spi, sck, mosi, miso, cs and rst. Raises OSError."""
        from machine import SPI, Pin

        self._cs = Pin(pins["cs"], Pin.OUT, value=1)
        Pin(pins["rst"], Pin.OUT, value=1)
        self._spi = SPI(
            pins["spi"],
            baudrate=1000000,
            polarity=0,
            phase=0,
            sck=Pin(pins["sck"]),
            mosi=Pin(pins["mosi"]),
            miso=Pin(pins["miso"]),
        )
        self._out, self._in = bytearray(2), bytearray(2)
        self._collided = 0
        if self._get(_VERSION) in (0x00, 0xFF):
            raise OSError("no MFRC522")
        self._set_up()

    def read(self):
        """Return the first four bytes of a card's id, None where there is no card."""
        if self._get(_TX_CONTROL) & 3 != 3:
            self._set_up()  # it was reset by a spark, or is not there any more
        if self._exchange(_WAKE_UP, 7) is None:
            return None
        uid = self._level(0x93)
        if uid and uid[0] == _CASCADE:
            # Ids of 7 and 10 bytes come in pieces of three; the fourth byte leads the next.
            rest = self._level(0x95)
            if rest:
                rest = rest[1:] if rest[0] == _CASCADE else rest
                uid = uid[1:4] + rest[:1]
            else:
                uid = None
        # A halted card answers the next wake-up; one that is left waiting misses every other.
        self._exchange(_HALT)
        return bytes(uid[:4]) if uid else None

    def _level(self, code):
        """Single out one card and select it on a cascade level; return its five bytes."""
        part = bytearray(5)
        known = 0
        for _ in range(33):
            whole, rest = known >> 3, known & 7
            head = bytes((code, (2 + whole) << 4 | rest)) + part[: whole + (1 if rest else 0)]
            got = self._exchange(head, rest, rest)
            if got is None or whole + len(got) > 5:
                return None
            kept = part[whole] & (1 << rest) - 1 if rest else 0
            part[whole : whole + len(got)] = got
            if rest and got:
                part[whole] = part[whole] & 0xFF << rest | kept
            if not self._collided:
                break
            if self._collided <= known:
                return None
            # Two cards differ in this bit: go on with those that have it set.
            known = self._collided
            part[known - 1 >> 3] |= 1 << (known - 1 & 7)
        if part[0] ^ part[1] ^ part[2] ^ part[3] ^ part[4]:
            return None
        frame = bytes((code, 0x70)) + part
        return part if self._exchange(frame + crc(frame)) else None

    def _exchange(self, frame, last_bits=0, align=0):
        """Send a frame, its last byte maybe in part; return the answer, None without one."""
        self._set(_COMMAND, _IDLE)
        self._set(_COM_IRQ, 0x7F)
        self._set(_FIFO_LEVEL, 0x80)
        self._set(_COLLISION, 0x00)
        for byte in frame:
            self._set(_FIFO, byte)
        self._set(_COMMAND, _TRANSCEIVE)
        self._set(_BIT_FRAMING, 0x80 | align << 4 | last_bits)
        happened = 0
        for _ in range(_POLLS):
            happened = self._get(_COM_IRQ)
            if happened & 0x31:
                break
        self._set(_BIT_FRAMING, 0)
        if not happened & 0x30:
            return None
        error = self._get(_ERROR)
        if error & 0x13:
            return None
        self._collided = 0
        if error & 0x08:
            place = self._get(_COLLISION)
            if place & 0x20:
                return None
            self._collided = place & 0x1F or 32
        return bytes([self._get(_FIFO) for _ in range(self._get(_FIFO_LEVEL) & 0x7F)])

    def _set_up(self):
        self._set(_COMMAND, _SOFT_RESET)
        for _ in range(5):
            time.sleep_ms(10)
            if not self._get(_COMMAND) & 0x10:
                break
        for register, value in _SET_UP:
            self._set(register, value)

    def _get(self, register):
        return self._transfer(register << 1 | 0x80, 0)

    def _set(self, register, value):
        self._transfer(register << 1, value)

    def _transfer(self, address, value):
        self._out[0], self._out[1] = address, value
        self._cs.value(0)
        self._spi.write_readinto(self._out, self._in)
        self._cs.value(1)
        return self._in[1]


def crc(frame):
    """Return the two bytes of CRC_A (ISO/IEC 14443-3, annex B)."""
    value = 0x6363
    for byte in frame:
        low = byte ^ value & 0xFF
        low = (low ^ low << 4) & 0xFF
        value = value >> 8 ^ low << 8 ^ low << 3 ^ low >> 4
    return bytes((value & 0xFF, value >> 8))
