"""What somebody sees whose line to the Forge breaks, or who asks what is no Forge."""

from collections.abc import Callable, Iterator
from pathlib import Path
import socket
from threading import Thread

import pytest

from tests.forge.cli.conftest import Line
from tests.forge.house import TOKEN

type Answering = Callable[..., Line]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    """Return how to ask a server that answers so, one after the other, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    said: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.recv(65_536)
                line.sendall(said.pop(0) if len(said) > 1 else said[0])
                line.shutdown(socket.SHUT_WR)

    thread = Thread(target=serve)
    thread.start()

    def ask(*answers: bytes) -> Line:
        said[:] = answers
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return Line(monkeypatch, FORGE_URL=url, FORGE_TOKEN=TOKEN)

    yield ask
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def answer(body: bytes, kind: str, length: int | None = None) -> bytes:
    """Return an answer, which may promise more than it holds."""
    said = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n"
    if length is not None:
        said += f"Content-Length: {length}\r\n"
    return said.encode() + b"Connection: close\r\n\r\n" + body


def test_half_a_file_is_no_file(answering: Answering, tmp_path: Path) -> None:
    line = answering(answer(b"half", "application/octet-stream", 8))
    told = line("jobs", "get", "0" * 32, "image.bin", "--to", tmp_path, "--json")
    assert (told.code, told.json["error"]["code"]) == (9, "unavailable.forge")
    assert "only in part: try again" in told.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sent",
    [answer(b"{", "application/json"), answer(b"<p>Log in to this network", "text/html")],
    ids=["half", "a page"],
)
def test_what_sends_no_json_is_no_forge(answering: Answering, sent: bytes) -> None:
    for command in (("config",), ("jobs", "cancel", "0" * 32), ("profiles", "delete", "x")):
        told = answering(sent)(*command, "--json")
        assert (told.code, told.json["error"]["code"]) == (10, "upstream.forge")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (answer(b"", "text/event-stream"), "ends again and again"),
        (b"", "No Forge answers"),
    ],
    ids=["ends", "nothing"],
)
def test_a_stream_that_never_lasts_is_given_up(
    answering: Answering, monkeypatch: pytest.MonkeyPatch, sent: bytes, why: str
) -> None:
    monkeypatch.setattr("forge.client.streams._PAUSES_S", (0, 0))
    told = answering(sent)("events")
    assert (told.code, told.out) == (9, "")
    assert why in told.err


def test_a_log_says_where_lines_are_missing(answering: Answering) -> None:
    events = (
        b": quiet\n\nid: 5\nevent: log\ndata: first\ndata: second\n\nid: none\nretry: 1\n\n"
        b'id: 90\nevent: gap\ndata: {"from": 5, "to": 90}\n\nid: 95\nevent: log\ndata: last\n\n'
        b"event: unheard\ndata: of\n\nevent: end\ndata: {}\n\n"
    )
    ended = answer(b'{"id": "x", "state": "done"}', "application/json")
    line = answering(answer(events, "text/event-stream"), ended)
    told = line("jobs", "log", "0" * 32, "--follow")
    assert (told.code, told.err) == (0, "")
    assert told.out == "first\nsecond\n… 85 bytes were dropped here …\nlast\n"
