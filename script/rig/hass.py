"""A Home Assistant process of one's own, driven as a person's browser would."""

import asyncio
from http import HTTPStatus
import os
from pathlib import Path
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp

from rig.child import Child
from rig.errors import RigError, SlowError
from rig.hass_flow import CONFIG, OPTIONS, REPAIRS, SUBENTRIES, Flow
from rig.hass_folder import FolderPlan, write_folder
from rig.hass_rest import HttpError, Rest
from rig.hass_socket import CommandError, Socket, Subscription
from rig.ports import LOOPBACK, claim_port
from rig.started import Started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START_TIMEOUT_S: Final = 120
RESTART_CODE: Final = 100  # how it asks to be started again
DOMAIN: Final = "atelier"
PLAIN_TCP: Final = {"set_client_cert": False, "set_ca_cert": "off", "transport": "tcp"}

type State = dict[str, Any]


class HomeAssistant(Started):
    """A real `hass` with its own configuration folder, user `demo` and password `demo`."""

    def __init__(
        self,
        *,
        port: int = 0,
        folder: Path | None = None,
        language: str = "en",
        recorder: bool = True,
        integration: bool = True,
        configuration: str = "",
    ) -> None:
        """Describe it; `configuration` is YAML added to configuration.yaml.

        Without `integration` it does not know Atelier.
        """
        self.port = claim_port(port, "Home Assistant")
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.language = language
        self.start_s = 0.0
        self._temporary = tempfile.TemporaryDirectory(prefix="hass-") if folder is None else None
        self.folder = Path(self._temporary.name) if self._temporary else Path(folder or "")
        self._plan = FolderPlan(
            folder=self.folder.resolve(),
            port=self.port,
            language=language,
            recorder=recorder,
            integration=integration,
            extra=configuration,
        )
        # --skip-pip: what is missing is named in the log instead of fetched.
        self._child = Child(
            "Home Assistant",
            [
                Path(sys.executable).parent / "hass",
                "-c",
                self._plan.folder,
                "--skip-pip",
                "--log-no-color",
            ],
            log=self._plan.folder / "rig.log",
        )
        self.rest = Rest(self.url)
        self.socket = Socket()

    # Life

    @property
    def running(self) -> bool:
        """Tell whether the process runs."""
        return self._child.running

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._child.pid

    async def start(self) -> Self:
        """Start it, log in, and wait until it says that it is running."""
        began = time.monotonic()
        claim_port(self.port, "Home Assistant")
        write_folder(self._plan)
        await self._child.start()
        await self._child.wait_until(self._answers, "answered", timeout_s=START_TIMEOUT_S)
        await self.rest.onboard(self.language)
        await self._child.wait_until(self._started, "started", timeout_s=START_TIMEOUT_S)
        await self._connect()
        self.start_s = time.monotonic() - began
        return self

    async def stop(self) -> None:
        """Stop it in good order, as a system shutdown would."""
        await self._disconnect()
        await self._child.stop(timeout_s=60)

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        await self._child.kill()
        await self._disconnect()

    async def restart(self) -> None:
        """Stop it and start it again with what it has stored."""
        await self.stop()
        await self.start()

    async def wait_exit(self) -> int:
        """Wait until it ends by itself and return its exit code; 100 asks for a new start."""
        code = await self._child.wait()
        await self._disconnect()
        return code

    async def close(self) -> None:
        """Stop it and remove its folder if it was a temporary one."""
        await self.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    # Health

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu(self) -> float:
        """Return the processor time used since its start in seconds."""
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def log(self) -> str:
        """Return its log since its last start."""
        return self._child.output()

    def log_tail(self, lines: int = 25) -> str:
        """Return the last lines of its log since its last start."""
        return self._child.tail(lines)

    # Doing things

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a WebSocket command and return its result."""
        return await self.socket.command(kind, **fields)

    async def act(
        self,
        action: str,
        data: dict[str, Any] | None = None,
        *,
        target: dict[str, Any] | None = None,
        response: bool = False,
    ) -> Any:
        """Perform an action (`domain.name`) and return its response data, if asked for.

        Raises CommandError with the text that a person would read when it is refused.
        """
        domain, _, service = action.partition(".")
        fields: dict[str, Any] = {"domain": domain, "service": service, "service_data": data or {}}
        if target is not None:
            fields["target"] = target
        if response:
            fields["return_response"] = True
        try:
            answer = await self.command("call_service", **fields)
        except CommandError as error:
            error.args = (f"{action}: {error.message}",)
            raise
        return answer.get("response")

    def subscribe(self, event_type: str) -> Subscription:
        """Return a subscription to the events of one type."""
        return Subscription(self.socket, {"type": "subscribe_events", "event_type": event_type})

    def stream(self, kind: str, **fields: Any) -> Subscription:
        """Return a subscription made by any subscribing command."""
        return Subscription(self.socket, {"type": kind, **fields})

    # Reading

    async def states(self) -> dict[str, State]:
        """Return all states by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}

    async def state(self, entity_id: str) -> State | None:
        """Return the state of one entity, None when it has none."""
        try:
            state: State = await self.rest.get(f"/api/states/{entity_id}")
        except HttpError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return state

    async def wait_state(
        self,
        entity_id: str,
        wanted: str | Callable[[str], bool],
        *,
        timeout_s: float = 10,
    ) -> str:
        """Wait until an entity's state is the wanted one and return it.

        Raises SlowError that names what was seen instead.
        """
        seen: str | None = None
        deadline = time.monotonic() + timeout_s
        async with self.stream("subscribe_entities", entity_ids=[entity_id]) as changes:
            while (left := deadline - time.monotonic()) > 0:
                try:
                    change = await changes.next(timeout_s=left)
                except SlowError:
                    break
                added = change.get("a", {}).get(entity_id, {})
                changed = change.get("c", {}).get(entity_id, {}).get("+", {})
                seen = changed.get("s", added.get("s", seen))
                if entity_id in change.get("r", []):
                    seen = None
                if seen is not None and (wanted(seen) if callable(wanted) else seen == wanted):
                    return seen
        expected = "another state" if callable(wanted) else wanted
        raise SlowError(f"{entity_id} is {seen}, not {expected}, after {timeout_s:.0f} s")

    async def entities(self, platform: str = DOMAIN) -> dict[str, dict[str, Any]]:
        """Return the registered entities of an integration by unique id."""
        return {
            entry["unique_id"]: entry
            for entry in await self.command("config/entity_registry/list")
            if entry["platform"] == platform
        }

    async def entity_id(self, unique_id: str, platform: str = DOMAIN) -> str:
        """Return an entity id by unique id; raise SlowError unless it is registered soon."""
        for _ in range(100):
            if (entry := (await self.entities(platform)).get(unique_id)) is not None:
                return str(entry["entity_id"])
            await asyncio.sleep(0.1)
        raise SlowError(f"Home Assistant has registered no entity {unique_id}")

    async def devices(self) -> list[dict[str, Any]]:
        """Return the device registry."""
        devices: list[dict[str, Any]] = await self.command("config/device_registry/list")
        return devices

    # Setting up

    async def flow(self, domain: str, **fields: Any) -> Flow:
        """Open the dialog that adds an integration (or, with `entry_id`, reconfigures one)."""
        return await Flow.begin(self.rest, CONFIG, {"handler": domain, **fields})

    async def options_flow(self, entry_id: str) -> Flow:
        """Open the options of an entry."""
        return await Flow.begin(self.rest, OPTIONS, {"handler": entry_id})

    async def subentry_flow(self, entry_id: str, kind: str, **fields: Any) -> Flow:
        """Open the dialog that adds (or, with `subentry_id`, changes) a subentry."""
        return await Flow.begin(self.rest, SUBENTRIES, {"handler": [entry_id, kind], **fields})

    async def repair_flow(self, domain: str, issue_id: str) -> Flow:
        """Open the dialog that fixes a repair issue."""
        return await Flow.begin(self.rest, REPAIRS, {"handler": domain, "issue_id": issue_id})

    async def discovered(self, domain: str) -> Sequence[dict[str, Any]]:
        """Return the dialogs of an integration that Home Assistant opened by discovery."""
        flows = await self.command("config_entries/flow/progress")
        return [flow for flow in flows if flow["handler"] == domain]

    async def add_mqtt(self, port: int, *, user: str | None = None, password: str = "") -> str:
        """Add the MQTT integration for a broker on a loopback port; return the entry's id."""
        flow = await self.flow("mqtt")
        login = {"username": user, "password": password} if user is not None else {}
        await flow.submit({"broker": LOOPBACK, "port": port, "other_settings": PLAIN_TCP} | login)
        return flow.entry_id()

    async def move_mqtt(self, entry_id: str, port: int) -> None:
        """Let the MQTT integration use a broker on another loopback port."""
        flow = await self.flow("mqtt", entry_id=entry_id)
        await flow.submit({"broker": LOOPBACK, "port": port, "other_settings": PLAIN_TCP})
        if flow.reason != "reconfigure_successful":
            raise RigError(f"MQTT could not be moved to port {port}: {flow.errors}")

    async def workshop_flow(self) -> Flow:
        """Begin to add a workshop; return its form."""
        return await (await self.flow(DOMAIN)).choose("workshop")

    async def add_workshop(
        self, name: str = "Workshop", prefixes: Sequence[str] = ("props", "halloween")
    ) -> str:
        """Add Atelier; return the entry's id."""
        flow = await self.workshop_flow()
        await flow.submit({"name": name, "prefixes": list(prefixes)})
        return flow.entry_id()

    # Inside

    async def _answers(self) -> bool:
        """Tell whether it answers requests at all."""
        try:
            await self.rest.onboarding()
        except aiohttp.ClientError, TimeoutError:
            return False
        return True

    async def _started(self) -> bool:
        """Tell whether its start is over."""
        try:
            configuration = await self.rest.get("/api/config")
        except HttpError, aiohttp.ClientError, TimeoutError:
            return False
        return bool(configuration["state"] == "RUNNING")

    async def _connect(self) -> None:
        """Open the WebSocket."""
        token = await self.rest.token()
        if self.rest.session is not None:
            await self.socket.connect(self.rest.session, self.url, token)

    async def _disconnect(self) -> None:
        """Close the connections."""
        await self.socket.close()
        await self.rest.close()
