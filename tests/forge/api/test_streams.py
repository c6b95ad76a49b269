"""Following what happens and what jobs write, joined late, interrupted, slow and many."""

import asyncio
from collections.abc import AsyncIterator
import json
import socket

import pytest

from forge.api import sse
from forge.jobs import events
from forge.jobs.states import State
from tests.forge.api.conftest import Doors
from tests.forge.house import TOKEN


async def sent(doors: Doors, path: str, **headers: str) -> AsyncIterator[dict[str, str]]:
    """Read a stream's events as a browser does."""
    answer = await doors.ask("GET", path, headers=headers)
    assert answer.status == 200
    assert answer.content_type == "text/event-stream"
    event: dict[str, str] = {}
    try:
        while line := await answer.content.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "data" and "data" in event:
                event["data"] += f"\n{value}"
            elif name:
                event[name] = value
            elif "event" in event:
                yield event
                event = {}
            else:
                event = {}
    finally:
        answer.close()


async def whole(doors: Doors, path: str, **headers: str) -> list[dict[str, str]]:
    """Read a stream that ends, to its end."""
    answer = await doors.ask("GET", path, headers=headers)
    found = []
    for event in (await answer.text()).rstrip("\n").split("\n\n"):
        fields = [line.split(": ", 1) for line in event.split("\n")]
        read = {name: value for name, value in fields if name != "data"}
        if "event" in read:
            data = "\n".join(value for name, value in fields if name == "data")
            found.append({**read, "data": data})
    return found


async def some(stream: AsyncIterator[dict[str, str]], count: int) -> list[dict[str, str]]:
    """Return the next events."""
    async with asyncio.timeout(20):
        return [await anext(stream) for _ in range(count)]


async def test_what_happens_is_followed_from_now_on(doors: Doors) -> None:
    doors.forge.jobs.submit("forge.tidy", {})
    stream = sent(doors, "/api/v1/events")
    (begin,) = await some(stream, 1)
    assert begin["event"] == "begin"
    job, claim = doors.running()
    claim.change("job.progress", percent=50.0, step="half")
    claim.finish(State.DONE, result={"ok": True})
    found = await some(stream, 4)
    assert [event["event"] for event in found] == [
        "job.queued",
        "job.preparing",
        "job.progress",
        "job.done",
    ]
    told = json.loads(found[3]["data"])
    assert (told["job_id"], told["data"]["result"]) == (job.id, {"ok": True})
    assert [int(event["id"]) for event in found] == sorted(int(event["id"]) for event in found)


async def test_a_client_comes_back_where_it_was(doors: Doors) -> None:
    stream = sent(doors, "/api/v1/events?after=0")
    doors.running()
    first = await some(stream, 1)
    await stream.aclose()  # type: ignore[attr-defined]  # a generator's own way to end
    doors.running()
    again = sent(doors, "/api/v1/events", **{"Last-Event-ID": first[0]["id"]})
    assert [event["event"] for event in await some(again, 3)] == [
        "job.preparing",
        "job.queued",
        "job.preparing",
    ]


@pytest.mark.parametrize("last", ["999999", "1"])
async def test_a_client_that_missed_too_much_begins_anew(
    doors: Doors, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEPT", 2)
    for _ in range(4):
        doors.running()
    with doors.forge.store.write() as session:
        events.forget(session)
    (reset,) = await some(sent(doors, "/api/v1/events", **{"Last-Event-ID": last}), 1)
    assert (reset["event"], int(reset["id"])) == ("reset", 8)


async def test_a_bad_last_id(doors: Doors) -> None:
    answer = await doors.ask("GET", "/api/v1/events", headers={"Last-Event-ID": "abc"})
    assert answer.status == 422


async def test_a_log_is_joined_late_and_followed_to_its_end(doors: Doors) -> None:
    job, claim = doors.running()
    log = doors.forge.log(job.id)
    log.append(b"before\nanybody looked\n")
    stream = sent(doors, f"/api/v1/jobs/{job.id}/log/stream")
    (first,) = await some(stream, 1)
    assert (first["event"], first["data"]) == ("log", "before\nanybody looked")
    log.append("è così\r\n".encode())
    (second,) = await some(stream, 1)
    assert second["data"] == "è così\N{SYMBOL FOR CARRIAGE RETURN}"
    log.append(b"last words\n")
    claim.finish(State.DONE)
    third, end = await some(stream, 2)
    assert third["data"] == "last words"
    assert (end["event"], json.loads(end["data"])) == ("end", {"state": "done", "size": log.size})
    assert [event async for event in stream] == []


async def test_a_log_goes_on_after_an_offset(doors: Doors) -> None:
    job, claim = doors.running()
    doors.forge.log(job.id).append(b"one\ntwo\n")
    claim.finish(State.DONE)
    path = f"/api/v1/jobs/{job.id}/log/stream"
    found = await whole(doors, path, **{"Last-Event-ID": "4"})
    assert [event["event"] for event in found] == ["log", "end"]
    assert (found[0]["id"], found[0]["data"]) == ("8", "two")


async def test_what_was_dropped_is_told(doors: Doors) -> None:
    job, claim = doors.running()
    log = doors.forge.log(job.id)
    line = b"x" * 99 + b"\n"
    for _ in range(doors.forge.settings.log_limit_mb * 11):
        log.append(line * 1000)
    claim.finish(State.DONE)
    path = f"/api/v1/jobs/{job.id}/log/stream"
    found = await whole(doors, path)
    (gap,) = [json.loads(event["data"]) for event in found if event["event"] == "gap"]
    text = sum(len(event["data"]) + 1 for event in found if event["event"] == "log")
    assert text + gap["to"] - gap["from"] == log.size


async def test_two_hundred_watch_one_log_and_miss_nothing(doors: Doors) -> None:
    job, claim = doors.running()
    log = doors.forge.log(job.id)
    path = f"/api/v1/jobs/{job.id}/log/stream"

    async def watch() -> str:
        found = await whole(doors, path)
        assert found[-1]["event"] == "end"
        return "\n".join(event["data"] for event in found[:-1])

    watchers = [asyncio.create_task(watch()) for _ in range(200)]
    written = []
    for number in range(50):
        lines = [f"line {number}.{part}" for part in range(40)]
        log.append("".join(f"{line}\n" for line in lines).encode())
        written += lines
        await asyncio.sleep(0.02)
    claim.finish(State.DONE)
    async with asyncio.timeout(60):
        texts = await asyncio.gather(*watchers)
    assert set(texts) == {"\n".join(written)}
    assert doors.live.streams == 0
    assert doors.live._tails == {}


async def test_a_slow_client_harms_nobody_and_is_let_go(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "STUCK_S", 1.0)
    job, claim = doors.running()
    path = f"/api/v1/jobs/{job.id}/log/stream"
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(stuck, ("127.0.0.1", doors.api.port))
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    await loop.sock_sendall(stuck, request.encode())
    async with asyncio.timeout(5):
        while not doors.live.streams:
            await asyncio.sleep(0.05)
    log = doors.forge.log(job.id)
    reader = asyncio.create_task(whole(doors, path))
    for _ in range(100):
        log.append((b"y" * 99 + b"\n") * 1000)
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        while doors.live.streams > 1:
            await asyncio.sleep(0.05)
    claim.finish(State.DONE)
    async with asyncio.timeout(20):
        found = await reader
    assert found[-1]["event"] == "end"
    stuck.close()


async def test_too_many_streams_are_refused(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.api.live.MOST_STREAMS", 1)
    first = sent(doors, "/api/v1/events")
    await some(first, 1)
    answer = await doors.ask("GET", "/api/v1/events")
    assert answer.status == 429
    assert (await answer.json())["error"]["code"] == "overloaded.streams"
