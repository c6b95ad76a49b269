"""Requests as OpenWrt's own clients write them: byte for byte as uclient does, read as it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
import socket
from typing import Any

from tests.forge.house import PATIENCE_S, House


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, its headers' names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class Uclient:
    """One program on one device: a connection for each request, and no header but its own."""

    def __init__(self, house: House, agent: str, address: str) -> None:
        """Ask below an address that a person configured."""
        self._port = house.port
        self._agent = agent
        self.address = address

    def get(self, path: str, method: str = "GET") -> Heard:
        """Ask for something."""
        return self._exchange(self._head(method, path) + b"\r\n", has_body=method != "HEAD")

    def post(self, path: str, body: Mapping[str, Any], *, pieces: int = 1) -> Heard:
        """Send JSON, in chunks as uclient does, of as many pieces as its writes were."""
        text = json.dumps(body).encode()
        size = -(-len(text) // pieces)
        chunks = b"".join(
            b"%X\r\n%b\r\n" % (len(piece), piece)
            for piece in (text[at : at + size] for at in range(0, len(text), size))
        )
        head = self._head("POST", path) + (
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        return self._exchange(head + chunks + b"0\r\n\r\n", has_body=True)

    def _head(self, method: str, path: str) -> bytes:
        return (
            f"{method} {self.address}{path} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self._port}\r\n"
            f"User-Agent: {self._agent}\r\n"
        ).encode()

    def _exchange(self, request: bytes, *, has_body: bool) -> Heard:
        with socket.create_connection(("127.0.0.1", self._port), PATIENCE_S) as line:
            line.sendall(request)
            with line.makefile("rb") as heard:
                status = int(heard.readline().split()[1])
                headers = {}
                while (said := heard.readline().strip()) != b"":
                    name, _, value = said.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                size = int(headers.get("content-length", "0"))
                return Heard(status, headers, heard.read(size) if has_body else b"")
