"""What a worker elsewhere fetches from its Forge: lines break, and disks fill."""

from collections.abc import Iterator
from pathlib import Path
import socket
from threading import Thread

import pytest

from forge.errors import Unavailable, is_full
from forge.jobs import remote
from forge.jobs.remote import Home

_BODY = b"an overlay, packed" * 10_000
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Tree-Hash: v2:x\r\n\r\n" % len(_BODY)


class Breaking:
    """A server whose line breaks so many times in the middle of an answer."""

    def __init__(self, breaks: int) -> None:
        """Listen."""
        self._breaks = breaks
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked = 0
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line:
                line.recv(65_536)
                self.asked += 1
                whole = self.asked > self._breaks
                line.sendall(_HEAD + (_BODY if whole else _BODY[:1000]))
                line.shutdown(socket.SHUT_WR)


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Breaking]:
    """Run a server, for somebody who tries again at once."""
    monkeypatch.setattr(remote, "_PAUSES_S", (0, 0))
    server = Breaking(request.param)
    yield server
    server.close()


@pytest.mark.parametrize("server", [2], indirect=True)
def test_what_came_in_part_is_fetched_again(server: Breaking, tmp_path: Path) -> None:
    headers = Home(server.url, "token").fetch("x", to=tmp_path / "overlay")
    assert (tmp_path / "overlay").read_bytes() == _BODY
    assert headers["X-Tree-Hash"] == "v2:x"
    assert server.asked == 3


@pytest.mark.parametrize("server", [99], indirect=True)
def test_a_line_that_always_breaks_is_the_forge_s_fault(server: Breaking, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="only in part") as failed:
        Home(server.url, "token").fetch("x", to=tmp_path / "overlay")
    assert failed.value.code == "unavailable.forge"


@pytest.mark.parametrize("server", [0], indirect=True)
def test_a_full_disk_is_nobody_elses_fault(server: Breaking) -> None:
    with pytest.raises(OSError, match="No space left") as full:
        Home(server.url, "token").fetch("x", to=Path("/dev/full"))
    assert is_full(full.value)
    assert server.asked == 1
