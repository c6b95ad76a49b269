"""People in front of the panel: what each of them asks it, and what it answers."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import CLIENT_ID
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from .machine import Laser

ENTRY: Final = "cellar"
MARA: Final = "0d0d0001"
IVO: Final = "0d0d0002"


@dataclass
class Page:
    """Somebody's page: a connection to Home Assistant's WebSocket."""

    user: User
    token: str
    socket: Any
    #: Events that came before an answer.
    heard: deque[dict[str, Any]] = field(default_factory=deque)

    async def asks(self, command: str, *, entry_id: Any = ENTRY, **fields: Any) -> dict[str, Any]:
        """Send a command and return the whole answer."""
        named = {} if command == "workshops" else {"entry_id": entry_id}
        await self.socket.send_json_auto_id({"type": f"atelier/{command}", **named, **fields})
        while (answer := await self.socket.receive_json(timeout=5))["type"] != "result":
            self.heard.append(answer["event"])
        return answer  # type: ignore[no-any-return]  # what comes off the wire

    async def gets(self, command: str, **fields: Any) -> Any:
        """Send a command that succeeds and return its result."""
        answer = await self.asks(command, **fields)
        assert answer["success"], answer
        return answer["result"]

    async def acts(self, action: str, **data: Any) -> Any:
        """Perform an action and return its response."""
        return await self.gets("act", action=action, data=data)

    async def refused(self, command: str, **fields: Any) -> str:
        """Send a command that does not succeed and return the code; it is translated."""
        answer = await self.asks(command, **fields)
        assert not answer["success"], answer
        error = answer["error"]
        assert error["translation_domain"] == "atelier"
        # Of what is missing or does not fit the sentence tells more than the code.
        assert error["translation_key"].startswith(error["code"])
        assert error["message"]
        return str(error["code"])

    async def may_not(self, action: str, **data: Any) -> str:
        """Perform an action that is refused and return the code."""
        return await self.refused("act", action=action, data=data)

    async def hears(self) -> dict[str, Any]:
        """Return the next event of a stream."""
        if self.heard:
            return self.heard.popleft()
        answer = await self.socket.receive_json(timeout=5)
        assert answer["type"] == "event", answer
        event: dict[str, Any] = answer["event"]
        return event

    async def silent(self, seconds: float = 0.3) -> bool:
        """Tell whether nothing comes for a while."""
        if self.heard:
            return False
        with suppress(TimeoutError):
            self.heard.append((await self.socket.receive_json(timeout=seconds))["event"])
        return not self.heard

    async def follows(self, command: str) -> int:
        """Subscribe and return the subscription's id."""
        answer = await self.asks(command)
        assert answer["success"], answer
        return int(answer["id"])

    async def unfollows(self, number: int) -> None:
        """End a subscription."""
        command = {"type": "unsubscribe_events", "subscription": number}
        await self.socket.send_json_auto_id(command)
        while (answer := await self.socket.receive_json(timeout=5))["type"] != "result":
            pass
        assert answer["success"], answer


async def page_of(
    hass: HomeAssistant, connect: WebSocketGenerator, name: str, *, admin: bool = False
) -> Page:
    """Return the page of a new user."""
    groups = ["system-admin"] if admin else [GROUP_ID_USER]
    user = await hass.auth.async_create_user(name, group_ids=groups)
    refresh = await hass.auth.async_create_refresh_token(user, CLIENT_ID)
    token = hass.auth.async_create_access_token(refresh)
    return Page(user, token, await connect(hass, token))


async def house(hass: HomeAssistant, laser: Laser, connect: WebSocketGenerator) -> dict[str, Page]:
    """Return a page for each kind of person.

    Berto is a member; Ivo instructs laser cutting, which lasers require; Mara manages. Anna
    is trained, and linked to nobody.
    """
    kinds = ("stranger", "member", "instructor", "manager")
    pages = {kind: await page_of(hass, connect, kind) for kind in kinds}
    pages["admin"] = admin = await page_of(hass, connect, "admin", admin=True)
    await admin.acts("add_training", name="Laser cutting")
    await admin.acts("add_training", name="Welding")
    await admin.acts("add_machine_type", name="Laser", training="Laser cutting")
    await admin.acts("add_machine_type", name="Welder", training="Welding")
    await admin.acts("change_machine", machine_id=7, type="Laser")
    await admin.acts("add_machine", machine_id=8, name="Welder", type="Welder")
    berto = (await admin.acts("list_members", search="Berto"))["members"][0]
    linked = pages["member"].user.id
    await admin.acts("change_member", member_id=berto["id"], user_id=linked)
    await admin.acts(
        "add_member",
        name="Mara",
        role="Managers",
        cards=[MARA],
        user_id=pages["manager"].user.id,
    )
    ivo = await admin.acts(
        "add_member", name="Ivo", role="Members", cards=[IVO], user_id=pages["instructor"].user.id
    )
    ivo_id = ivo["member"]["id"]
    for member_id, instructor in ((ivo_id, True), (1, False)):
        await admin.acts(
            "record_training",
            member_id=member_id,
            training="Laser cutting",
            instructor=instructor,
        )
    await hass.async_block_till_done()
    return pages
