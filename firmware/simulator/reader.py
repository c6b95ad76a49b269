"""An MFRC522 by its registers, and the cards that lie on it."""

from .cards import Card

_COMMAND, _COM_IRQ, _ERROR, _FIFO, _FIFO_LEVEL = 0x01, 0x04, 0x06, 0x09, 0x0A
_CONTROL, _BIT_FRAMING, _COLLISION, _TX_CONTROL, _VERSION = 0x0C, 0x0D, 0x0E, 0x14, 0x37
_TRANSCEIVE, _SOFT_RESET = 0x0C, 0x0F
_RECEIVED, _TIMED_OUT = 0x30, 0x01
#: Bits of the short frame that calls cards (REQA, WUPA).
_CALL_BITS = 7


class Reader:
    """The chip: two bytes a transfer, a register at a time."""

    def __init__(self, board, select):
        """Have power and no card; `select` is the GPIO of its chip select."""
        self.cards = []
        #: How often the chip was told to call, and a card answered, or none did.
        self.found = self.empty = 0
        #: Without it the chip is unplugged: the bus reads zeros.
        self.present = True
        self._board = board
        self._select = select
        self._fifo = bytearray()
        self._registers = {}
        self._reset()

    def put(self, uid):
        """Lay a card down."""
        self.cards.append(Card(uid))

    def take(self, uid=None):
        """Take one card away, or all of them."""
        self.cards = [card for card in self.cards if uid is not None and card.uid != uid]

    def exchange(self, sent):
        """Return what comes back while bytes go out, as long as the chip is selected."""
        if not self.present or self._board.levels.get(self._select, 1):
            return bytes(len(sent))
        register = sent[0] >> 1 & 0x3F
        answer = bytearray(len(sent))
        for index in range(1, len(sent)):
            if sent[0] & 0x80:
                answer[index] = self._read(register)
            else:
                self._write(register, sent[index])
        return answer

    def _read(self, register):
        if register == _FIFO:
            if not self._fifo:
                return 0
            byte = self._fifo[0]
            self._fifo[:] = self._fifo[1:]
            return byte
        if register == _FIFO_LEVEL:
            return len(self._fifo)
        return self._registers.get(register, 0)

    def _write(self, register, value):
        if register == _FIFO:
            if len(self._fifo) < 64:
                self._fifo.append(value)
        elif register == _FIFO_LEVEL:
            if value & 0x80:
                self._fifo[:] = b""
        elif register == _COM_IRQ:
            marked = self._registers[_COM_IRQ]
            self._registers[_COM_IRQ] = marked | value & 0x7F if value & 0x80 else marked & ~value
        elif register == _COMMAND and value & 0x0F == _SOFT_RESET:
            self._reset()
        else:
            self._registers[register] = value
            if register == _BIT_FRAMING and value & 0x80:
                self._transmit(value)

    def _reset(self):
        self._fifo[:] = b""
        self._registers = {_COMMAND: 0x20, _COM_IRQ: 0x14, _TX_CONTROL: 0x80, _VERSION: 0x92}

    def _transmit(self, framing):
        """Send what is in the FIFO; the answers of all cards come as one."""
        registers = self._registers
        if registers[_COMMAND] & 0x0F != _TRANSCEIVE:
            return
        frame = bytes(self._fifo)
        self._fifo[:] = b""
        registers[_ERROR] = registers[_COLLISION] = registers[_CONTROL] = 0
        answers = []
        if registers[_TX_CONTROL] & 3 == 3 and frame:
            answers = [card.hear(frame, framing & 7) for card in self.cards]
        answers = [answer for answer in answers if answer]
        if framing & 7 == _CALL_BITS:
            if answers:
                self.found += 1
            else:
                self.empty += 1
        if not answers:
            registers[_COM_IRQ] |= _TIMED_OUT
            return
        first = answers[0][1]
        bits = bytearray(framing >> 4 & 7)
        for place, bit in enumerate(answers[0][0]):
            if not all(answer[0][place] == bit for answer in answers):
                registers[_ERROR] = 0x08
                # The place counts from the first bit of the id; the 32nd is told as 0.
                registers[_COLLISION] = (first + place + 1) & 0x1F
                break
            bits.append(bit)
        while len(bits) % 8:
            bits.append(0)
        data = bytearray(len(bits) >> 3)
        for at in range(len(bits)):
            data[at >> 3] |= bits[at] << (at & 7)
        self._fifo.extend(data)
        registers[_COM_IRQ] |= _RECEIVED
