"""The control connection: one JSON object a line in, one out."""

import json
import select
import socket

_LINE_LIMIT = 65536


class Control:
    """Listens on the loopback address and hands requests to `obey`."""

    def __init__(self, port, obey):
        """Listen; `obey(request, answer)` calls `answer(dict)` once, now or later."""
        self._obey = obey
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        self._listening.listen(4)
        self._listening.setblocking(False)
        self._clients = {}
        self._poller = None
        self._own = select.poll()
        self._own.register(self._listening, select.POLLIN)

    def register(self, poller):
        """Be woken by an event loop's poll object from now on."""
        self._poller = poller
        poller.register(self._listening, select.POLLIN)
        for client, _ in self._clients.values():
            poller.register(client, select.POLLIN)

    def serve(self):
        """See to what waits, without an event loop."""
        for stream, _ in self._own.poll(0):
            self.ready(stream)

    def ready(self, stream):
        """See to a connection on which something waits."""
        if stream is self._listening:
            client, _ = stream.accept()
            client.setblocking(False)
            self._clients[id(client)] = (client, bytearray())
            self._own.register(client, select.POLLIN)
            if self._poller:
                self._poller.register(client, select.POLLIN)
        elif id(stream) in self._clients:
            self._read(*self._clients[id(stream)])

    def close(self):
        """Close everything."""
        for client, _ in list(self._clients.values()):
            self._drop(client)
        self._listening.close()

    def _read(self, client, buffer):
        try:
            received = client.recv(128)
        except OSError:
            received = b""
        if not received or len(buffer) > _LINE_LIMIT:
            self._drop(client)
            return
        buffer.extend(received)
        while True:
            end = buffer.find(b"\n")
            if end < 0:
                return
            line = bytes(buffer[:end])
            buffer[:] = buffer[end + 1 :]
            self._request(client, line)

    def _request(self, client, line):
        def answer(facts):
            # Piece by piece: the board's memory has no room for a long line at once.
            for key, value in facts.items():
                self._write(client, '{}"{}":'.format("{" if key == first(facts) else ",", key))
                if hasattr(value, "chunks"):
                    for chunk in value.chunks():
                        self._write(client, chunk)
                else:
                    self._write(client, json.dumps(value))
            ok = json.dumps("error" not in facts)
            self._write(client, '{}"ok":{}}}\n'.format("," if facts else "{", ok))

        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise ValueError("a request is an object")
            self._obey(request, answer)
        except Exception as error:
            answer({"error": "{}: {}".format(type(error).__name__, error)})

    def _write(self, client, data):
        data = memoryview(data.encode() if isinstance(data, str) else data)
        try:
            client.setblocking(True)
            while data:
                data = data[client.write(data) :]
            client.setblocking(False)
        except OSError:
            self._drop(client)

    def _drop(self, client):
        if self._clients.pop(id(client), None) is None:
            return
        for poller in (self._own, self._poller):
            try:
                if poller:
                    poller.unregister(client)
            except (KeyError, OSError):
                pass
        client.close()


def first(facts):
    """Return the key that comes first when a dictionary is gone through."""
    return next(iter(facts))
