"""A client that comes back: MQTT 3.1.1 over links that drop.

`Client.run` connects, subscribes, delivers and pings until the link is of no use, waits
a jittered time and begins again. Messages at QoS 1 stay until the broker has confirmed
them and are sent again (DUP) where it has not; their number is bounded.
"""

import asyncio

from . import packets
from .backoff import Backoff
from .link import Link
from .log import log
from .outbox import Message, Outbox

KEEPALIVE_S = 30
#: A ping goes out at half the keepalive; without an answer the link is dropped.
PING_MS = 15000
ANSWER_MS = 10000
#: A link that held this long was a good one: the next wait begins short again.
GOOD_MS = 10000


class Client:
    """The device's side of the bus."""

    def __init__(self, config, client_id, will_topic, will, clock, longest_ms=60000):
        """Remember how to connect; `config` has host, port, user and password.

        Without a `will_topic` there is no last will; no wait between tries is above `longest_ms`.
        """
        self.connected = False
        self.topics = ()
        #: `on_message(topic, payload, retained)`; payload None: it was too large.
        self.on_message = None
        #: `on_connect()` returns the messages that open every connection.
        self.on_connect = None
        self.on_disconnect = None
        self._config = config
        self._identity = (client_id, KEEPALIVE_S, will_topic, will)
        self._clock = clock
        self._longest_ms = longest_ms
        self._outbox = Outbox()
        self._wake = asyncio.Event()
        self._down = asyncio.Event()
        self._stopping = False
        self._link = None

    def publish(self, topic, payload, qos=1, retain=False):
        """Take a message for sending; at QoS 0, or retained, it is dropped while offline.

        What is retained is published anew at each connect, so an old one is of no use.
        """
        if not self.connected and (retain or not qos):
            return
        self._outbox.add(Message(topic, payload, qos, retain))
        self._wake.set()

    async def run(self, network_up, beat):
        """Stay connected for as long as there is a network; `beat()` is called at every step."""
        backoff = Backoff(1000, self._longest_ms)
        while not self._stopping:
            beat()
            try:
                await asyncio.wait_for_ms(network_up.wait(), 10000)
            except asyncio.TimeoutError:
                continue
            started = self._clock.now()
            try:
                await self._session(network_up, beat)
            except Exception as error:
                log("mqtt:", type(error).__name__, error)
            if self._clock.now() - started > GOOD_MS:
                backoff.reset()
            if not self._stopping:
                ms = backoff.next_ms()
                while ms > 0:
                    beat()
                    await asyncio.sleep_ms(min(ms, 10000))
                    ms -= 10000

    def drop(self):
        """Give the link up; the next one comes after the usual wait."""
        self._down.set()

    async def stop(self, *last):
        """Send what waits and `last`, then disconnect in good order, all within 3 s."""
        self._stopping = True
        if self.connected:
            for message in last:
                self._outbox.add(message)
            self._wake.set()
            for _ in range(60):
                if self._outbox.empty or not self.connected:
                    break
                await asyncio.sleep_ms(50)
            try:
                if self.connected:
                    await asyncio.wait_for_ms(self._link.write(packets.DISCONNECT_BYTES), 500)
            except (OSError, asyncio.TimeoutError):
                pass
        self._down.set()

    async def _session(self, network_up, beat):
        link = self._link = Link(self._clock)
        tasks = []
        self._down.clear()
        try:
            await link.open(self._config["host"], self._config.get("port") or 1883)
            await asyncio.wait_for_ms(self._greet(link), ANSWER_MS)
            self.connected = True
            log("mqtt: connected")
            self._outbox.reconnected(self.on_connect())
            self._wake.set()
            for step in (
                self._receive(link),
                self._send(link),
                self._watch(link, network_up, beat),
            ):
                tasks.append(asyncio.create_task(self._guard(step)))
            await self._down.wait()
        finally:
            was = self.connected
            self.connected = False
            for task in tasks:
                task.cancel()
            await link.close()
            if was and self.on_disconnect:
                self.on_disconnect()

    async def _greet(self, link):
        user, password = self._config.get("user"), self._config.get("password")
        await link.write(packets.connect(*self._identity, user, password))
        kind, _, body = await link.read()
        if kind != packets.CONNACK or len(body) != 2:
            raise packets.ProtocolError("no CONNACK")
        if body[1]:
            raise OSError("broker refused, code {}".format(body[1]))
        packet_id = self._outbox.next_id()
        await link.write(packets.subscribe(packet_id, self.topics))
        while True:
            kind, flags, body = await link.read()
            if kind == packets.SUBACK:
                break
            await self._handle(link, kind, flags, body)
        if 0x80 in body[2:]:
            log("mqtt: the broker refused a subscription")

    async def _guard(self, step):
        """Run one part of a session; whatever ends it, ends the session."""
        try:
            await step
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log("mqtt:", type(error).__name__, error)
        self._down.set()

    async def _receive(self, link):
        while True:
            kind, flags, body = await link.read()
            await self._handle(link, kind, flags, body)

    async def _handle(self, link, kind, flags, body):
        if kind == packets.PUBLISH:
            topic, packet_id, payload = body
            if packet_id is not None:
                await link.write(packets.puback(packet_id))
            try:
                self.on_message(topic, payload, bool(flags & 1))
            except Exception as error:  # a bad message is no reason to lose the link
                log("mqtt: message on", topic, type(error).__name__, error)
        elif kind == packets.PUBACK and len(body) == 2:
            self._outbox.confirmed(body[0] << 8 | body[1])
            self._wake.set()

    async def _send(self, link):
        while True:
            message = self._outbox.next(self._clock.now())
            if message is None:
                await self._wake.wait()
                self._wake.clear()
                continue
            await self._write(link, message)

    async def _write(self, link, message):
        payload = message.payload
        streamed = hasattr(payload, "chunks")
        head = packets.publish_head(
            message.topic,
            payload.length if streamed else len(payload),
            message.qos,
            message.retain,
            message.packet_id,
            message.tries > 1,
        )
        if streamed:
            await link.write_chunks(head, payload.chunks())
        elif len(payload) < 512:
            await link.write(head + payload)  # one segment instead of two
        else:
            await link.write(head, payload)

    async def _watch(self, link, network_up, beat):
        """Ping, have lost messages sent again, and end a link that is of no use."""
        pinged_at = None
        next_ping = self._clock.now() + PING_MS
        while True:
            await asyncio.sleep_ms(1000 if self._outbox.unconfirmed else 3000)
            beat()
            link.check()
            now = self._clock.now()
            if not network_up.is_set():
                raise OSError("network lost")
            if pinged_at is not None and link.received_at >= pinged_at:
                pinged_at = None
            if pinged_at is not None and now - pinged_at > ANSWER_MS:
                raise OSError("ping without answer")
            if now >= next_ping:
                next_ping = now + PING_MS
                if pinged_at is None:
                    pinged_at = now
                await link.write(packets.PINGREQ_BYTES)
            if self._outbox.unconfirmed:
                self._wake.set()
