"""One connection to the broker: bytes read and written with every wait bounded."""

import asyncio
import gc

from . import packets

OPEN_MS = 15000
#: A packet that has begun, or a write, must make progress within this time.
STALL_MS = 15000
#: Payloads above this are read past without being kept.
PAYLOAD_LIMIT = 2048
_TOPIC_LIMIT = 256

#: Made once, while memory is whole: no message can fail for want of a large piece.
_buffer = bytearray(PAYLOAD_LIMIT)


class Link:
    """A TCP connection; whoever uses it calls `check` now and then."""

    def __init__(self, clock):
        """Begin unconnected."""
        self.received_at = clock.now()
        self._clock = clock
        self._stream = None
        self._reading_since = None
        self._writing_since = None
        self._write_lock = asyncio.Lock()

    async def open(self, host, port):
        """Connect, or raise OSError within OPEN_MS."""
        try:
            self._stream, _ = await asyncio.wait_for_ms(
                asyncio.open_connection(host, port), OPEN_MS
            )
        except asyncio.TimeoutError:
            gc.collect()  # closes the socket that was left half open
            raise OSError("no answer from {}:{}".format(host, port))

    async def close(self):
        """Close the connection; harmless when there is none."""
        stream, self._stream = self._stream, None
        if stream:
            try:
                stream.close()
                await stream.wait_closed()
            except OSError:
                pass

    def check(self):
        """Raise OSError when a packet or a write has come to a stop."""
        now = self._clock.now()
        for since in (self._reading_since, self._writing_since):
            if since is not None and now - since > STALL_MS:
                raise OSError("link stalled")

    async def write(self, *parts):
        """Write parts as one packet; no other writer comes between them."""
        async with self._write_lock:
            try:
                for part in parts:
                    self._writing_since = self._clock.now()
                    self._stream.write(part)
                    await self._stream.drain()
            finally:
                self._writing_since = None

    async def write_chunks(self, head, chunks):
        """Write a packet whose payload comes in chunks, none of which is kept."""
        async with self._write_lock:
            try:
                self._writing_since = self._clock.now()
                self._stream.write(head)
                await self._stream.drain()
                for chunk in chunks:
                    self._writing_since = self._clock.now()
                    self._stream.write(chunk)
                    await self._stream.drain()
            finally:
                self._writing_since = None

    async def read(self):
        """Return the next packet as (type, flags, body).

        The body of a PUBLISH is (topic, packet id or None, payload); the payload is None
        where it is over the limit. Raises OSError, ProtocolError, EOFError.
        """
        first = (await self._stream.readexactly(1))[0]
        self._reading_since = self._clock.now()
        length = await self._length()
        kind, flags = first >> 4, first & 15
        if kind == packets.PUBLISH:
            body = await self._publish(flags, length)
        elif kind in (packets.CONNACK, packets.PUBACK, packets.SUBACK, packets.PINGRESP):
            if length > 64:
                raise packets.ProtocolError("packet of {} bytes".format(length))
            body = await self._stream.readexactly(length) if length else b""
        else:
            raise packets.ProtocolError("packet of type {}".format(kind))
        self._reading_since = None
        self.received_at = self._clock.now()
        return kind, flags, body

    async def _length(self):
        length = shift = 0
        while True:
            byte = (await self._stream.readexactly(1))[0]
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return length
            shift += 7
            if shift > 21:
                raise packets.ProtocolError("length without end")

    async def _publish(self, flags, length):
        qos = flags >> 1 & 3
        if qos > 1:
            raise packets.ProtocolError("QoS {}".format(qos))
        size = await self._short()
        rest = length - 2 - size - (2 if qos else 0)
        if rest < 0 or size > _TOPIC_LIMIT:
            raise packets.ProtocolError("topic of {} bytes".format(size))
        topic = (await self._stream.readexactly(size)).decode() if size else ""
        packet_id = await self._short() if qos else None
        return topic, packet_id, await self._payload(rest)

    async def _short(self):
        high, low = await self._stream.readexactly(2)
        return high << 8 | low

    async def _payload(self, length):
        whole = length <= PAYLOAD_LIMIT
        view = memoryview(_buffer)
        at = 0
        while at < length:
            start = at if whole else 0
            got = await self._stream.readinto(view[start : min(PAYLOAD_LIMIT, start + length - at)])
            if got == 0:
                raise EOFError
            if got:
                at += got
                self._reading_since = self._clock.now()
        try:
            return bytes(view[:length]) if whole else None
        except MemoryError:
            return None
