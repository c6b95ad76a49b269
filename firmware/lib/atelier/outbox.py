"""Messages on their way out: those that wait, and those the broker has not confirmed."""

RESEND_MS = 5000
RESENDS = 3
IN_FLIGHT = 4
WAITING = 24


class Message:
    """One message; `payload` is bytes, or an object with `length` and `chunks`."""

    def __init__(self, topic, payload, qos, retain):
        """Keep what is sent."""
        self.topic = topic
        self.payload = payload.encode() if isinstance(payload, str) else payload
        self.qos = qos
        self.retain = retain
        self.packet_id = None
        self.sent_at = 0
        self.tries = 0


class Outbox:
    """Bounded, in order, and with nothing at QoS 1 forgotten while there is room."""

    def __init__(self):
        """Begin empty."""
        self.dropped = 0
        self._waiting = []
        self._flight = []
        self._packet_id = 0

    @property
    def empty(self):
        """Tell whether nothing waits and all is confirmed."""
        return not self._waiting and not self._flight

    @property
    def unconfirmed(self):
        """Tell whether the broker owes a confirmation."""
        return bool(self._flight)

    def add(self, message):
        """Take a message; where there is no room, the oldest that matters least is dropped."""
        if len(self._waiting) >= WAITING:
            unimportant = [one for one in self._waiting if not one.qos]
            self._waiting.remove(unimportant[0] if unimportant else self._waiting[0])
            self.dropped += 1
        self._waiting.append(message)

    def reconnected(self, first):
        """Put the messages that open a connection before what is left of the last one.

        What is retained is told anew at each connect, so an old one of these is of no use.
        """
        old = [one for one in self._flight + self._waiting if one.qos and not one.retain]
        for message in old:
            message.tries = min(message.tries, 1)
        self._flight = []
        self._waiting = first + old

    def next(self, now):
        """Return what may be sent now: an overdue message, else the oldest waiting one.

        Raises OSError where a message was not confirmed however often it was sent.
        """
        for message in self._flight:
            if now - message.sent_at > RESEND_MS:
                if message.tries > RESENDS:
                    raise OSError("no PUBACK")
                return self._sent(message, now)
        if self._waiting and (not self._waiting[0].qos or len(self._flight) < IN_FLIGHT):
            message = self._waiting.pop(0)
            if message.qos:
                if message.packet_id is None:
                    message.packet_id = self.next_id()
                self._flight.append(message)
            return self._sent(message, now)
        return None

    def confirmed(self, packet_id):
        """Take the broker's confirmation."""
        self._flight = [one for one in self._flight if one.packet_id != packet_id]

    def next_id(self):
        """Return a packet id that is free."""
        taken = [message.packet_id for message in self._flight + self._waiting]
        while True:
            self._packet_id = self._packet_id % 65535 + 1
            if self._packet_id not in taken:
                return self._packet_id

    def _sent(self, message, now):
        message.sent_at = now
        message.tries += 1
        return message
