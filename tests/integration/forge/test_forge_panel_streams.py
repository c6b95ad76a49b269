"""What a page of the panel follows of a Forge: numbered, resumed, at the page's own pace."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.atelier.panel.forge.relay import RELAYS, WINDOW
from tests.integration.forge.conftest import Connect, state, until
from tests.integration.forge.test_forge_life import CONNECTED
from tests.integration.forge.wire import Wire, passed_on, refusal
from tests.integration.panel import Page, page_of

JOB: Final = "b" * 32
UP: Final = {"type": "line", "up": True}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr("custom_components.atelier.panel.forge.relay._FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr("custom_components.atelier.panel.forge.relay._LONGEST_PAUSE_S", 0.2)


@pytest.fixture
async def entry(hass: HomeAssistant, wire: Wire, connect: Connect) -> MockConfigEntry:
    """Return the entry of a Forge that is there."""
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    return entry


@pytest.fixture
async def admin(
    hass: HomeAssistant, entry: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> AsyncIterator[Page]:
    """Return an administrator's page, which leaves in the end."""
    page = await page_of(hass, hass_ws_client, "admin", admin=True)
    yield page
    await page.socket.close()
    await until(hass, lambda: not hass.data.get(RELAYS))


class Log:
    """A log that is written while it is followed."""

    def __init__(self, wire: Wire) -> None:
        """Answer for a job."""
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.followed: list[str | None] = []
        wire.endings.append(lambda: self.frames.put_nowait(None))
        wire.answers[f"jobs/{JOB}/log/stream"] = self._follow

    def say(self, text: str, offset: int, event: str = "log") -> None:
        """Write, up to an offset."""
        self.frames.put_nowait(f"id: {offset}\nevent: {event}\ndata: {text}\n\n".encode())

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        self.followed.append(request.headers.get("Last-Event-ID"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        return await passed_on(self.frames, response)


async def follow(
    page: Page, entry: MockConfigEntry, what: str, stream: str = "s", **fields: Any
) -> int:
    """Follow something; return the subscription's number."""
    named = {"entry_id": entry.entry_id, "stream": stream}
    answer = await page.asks(f"forge/{what}", **named, **fields)
    assert answer["success"], answer
    return int(answer["id"])


async def say_heard(page: Page, entry: MockConfigEntry, told: dict[str, Any]) -> dict[str, Any]:
    """Say that an event of a stream was heard; return it."""
    heard = {"stream": "s", "number": told["number"]}
    await page.gets("forge/heard", entry_id=entry.entry_id, **heard)
    return told


async def test_what_happens_is_told(admin: Page, entry: MockConfigEntry, wire: Wire) -> None:
    await follow(admin, entry, "events")
    assert await admin.hears() == UP
    begin = await admin.hears()
    assert begin == {"type": "told", "number": 1, "id": 1, "event": "begin", "data": "{}"}
    wire.tell("job.queued", {"kind": "x", "state": "queued"}, job_id=JOB)
    told = await admin.hears()
    assert (told["number"], told["id"], told["event"]) == (2, 2, "job.queued")
    assert JOB in told["data"]


async def test_a_page_goes_on_where_it_was(admin: Page, entry: MockConfigEntry, wire: Wire) -> None:
    await follow(admin, entry, "events", after=41)
    assert await admin.hears() == UP
    assert wire.resumed[-1] == "41"


async def test_a_line_that_breaks_is_taken_up_without_a_word(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(2)] == ["line", "told"]
    wire.tell("job.queued", {"kind": "x", "state": "queued"}, job_id=JOB)
    assert (await admin.hears())["id"] == 2
    wire.hang_up()
    await until(hass, lambda: wire.resumed[2:].count("2") == 2)  # the page's, and the entry's own
    wire.tell("job.done", {"kind": "x", "state": "done"}, job_id=JOB)
    assert (await admin.hears())["event"] == "job.done"


async def test_a_forge_that_goes_is_told_and_comes_back(
    admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(2)] == ["line", "told"]
    await wire.__aexit__()
    down = await admin.hears()
    assert down["type"] == "line"
    assert not down["up"]
    assert down["error"]["code"] == "forge_away"
    await wire.__aenter__()
    assert await admin.hears() == UP
    wire.tell("builder.ready", {})
    assert (await admin.hears())["event"] == "builder.ready"


async def test_a_log_is_followed_to_its_end(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    log = Log(wire)
    await follow(admin, entry, "log", job_id=JOB, after=7)
    log.say("one", 11)
    log.say('{"state":"done"}', 11, "end")
    assert await admin.hears() == UP
    assert log.followed == ["7"]
    told = [await admin.hears(), await admin.hears()]
    assert [(one["event"], one["data"]) for one in told] == [
        ("log", "one"),
        ("end", '{"state":"done"}'),
    ]
    assert (await admin.hears())["type"] == "over"
    await until(hass, lambda: not hass.data[RELAYS])
    heard = {"stream": "s", "number": 2}
    assert await admin.refused("forge/heard", entry_id=entry.entry_id, **heard) == "not_found"


async def test_a_page_that_does_not_listen_holds_nothing_up(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    """What it has not heard stays with the Forge, and nothing of it is lost."""
    log, lines, piece = Log(wire), 400, "x" * 16_000
    await follow(admin, entry, "log", job_id=JOB)
    for line in range(lines):
        log.say(f"{line} {piece}", line + 1)
    assert await admin.hears() == UP
    unheard = [await admin.hears() for _ in range(WINDOW // 16_000 + 1)]
    assert await admin.silent(0.5)
    # The sockets between hold some more, whatever there is to send.
    assert not log.frames.empty()
    for told in unheard:
        await say_heard(admin, entry, told)
    texts = [told["data"] for told in unheard]
    while len(texts) < lines:
        texts.append((await say_heard(admin, entry, await admin.hears()))["data"])
    assert [text.partition(" ")[0] for text in texts] == [str(line) for line in range(lines)]


async def test_a_job_that_there_is_not(admin: Page, entry: MockConfigEntry, wire: Wire) -> None:
    async def missing(_request: web.Request) -> web.Response:
        return refusal(404, "not_found.job", "There is no such job")

    wire.answers[f"jobs/{JOB}/log/stream"] = missing
    await follow(admin, entry, "log", job_id=JOB)
    told = await admin.hears()
    assert told["type"] == "refused"
    assert told["error"]["code"] == "not_found.job"
    assert told["error"]["translation_key"] == "forge_refused"


async def test_a_forge_that_has_too_much_to_do_is_asked_again(
    admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    log, refused = Log(wire), 0
    follow_log = wire.answers[f"jobs/{JOB}/log/stream"]

    async def busy(request: web.Request) -> web.StreamResponse:
        nonlocal refused
        refused += 1
        if refused < 3:
            return refusal(429, "overloaded.streams", "too many")
        return await follow_log(request)

    wire.answers[f"jobs/{JOB}/log/stream"] = busy
    await follow(admin, entry, "log", job_id=JOB)
    told = await admin.hears()
    assert told["error"]["code"] == "overloaded.streams"
    assert await admin.hears() == UP
    assert log.followed == [None]


async def test_what_answers_with_no_stream_is_no_forge(
    admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    wire.says[f"jobs/{JOB}/log/stream"] = {"a": 1}
    await follow(admin, entry, "log", job_id=JOB)
    assert (await admin.hears())["error"]["code"] == "forge_none"


async def test_a_refused_token_is_not_tried_again(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    wire.token = "new"
    await follow(admin, entry, "log", job_id=JOB)
    assert (await admin.hears())["error"]["code"] == "forge_token_refused"
    wire.asked.clear()
    assert await admin.silent(0.5)
    assert not [path for _, path, _ in wire.asked if path.endswith("log/stream")]


async def test_an_entry_that_goes_says_that_it_is_over(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(2)] == ["line", "told"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await admin.hears() == {"type": "over"}


async def test_a_page_that_leaves_is_told_nothing_more(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    number = await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(2)] == ["line", "told"]
    await admin.unfollows(number)
    wire.tell("builder.ready", {})
    assert await admin.silent()
    assert not hass.data[RELAYS]


async def test_a_name_that_is_taken_again_ends_what_had_it(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(2)] == ["line", "told"]
    await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(3)] == ["over", "line", "told"]
    await hass.async_block_till_done()
    assert len(hass.data[RELAYS]) == 1


async def test_who_is_no_administrator_any_more_hears_nothing_more(
    hass: HomeAssistant, admin: Page, entry: MockConfigEntry, wire: Wire
) -> None:
    await follow(admin, entry, "events")
    assert [(await admin.hears())["type"] for _ in range(2)] == ["line", "told"]
    await hass.auth.async_update_user(admin.user, group_ids=[GROUP_ID_USER])
    wire.tell("builder.ready", {})
    assert await admin.hears() == {"type": "over"}
    assert await admin.silent()


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("events", {"after": -1}),
        ("events", {"after": "1"}),
        ("events", {"after": 2**60}),
        ("log", {}),
        ("log", {"job_id": "../metrics"}),
        ("log", {"job_id": f"{JOB}\n"}),
        ("log", {"job_id": JOB, "stream": "two words"}),
        ("heard", {"number": -1}),
    ],
)
async def test_what_has_another_form_is_not_followed(
    admin: Page, entry: MockConfigEntry, what: str, fields: dict[str, Any]
) -> None:
    named = {"entry_id": entry.entry_id, "stream": "s"} | fields
    code = await admin.refused(f"forge/{what}", **named)
    assert code == "invalid_format"
