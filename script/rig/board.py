"""A simulated board: MicroPython runs a prop's real firmware and a control port plays its world."""

import asyncio
import base64
import contextlib
from dataclasses import dataclass
import json
from pathlib import Path
import tempfile
from typing import Any, Final, Self

from forge.firmware.compile import build
from forge.firmware.problems import BundleError
from rig.child import Child
from rig.errors import RigError, SlowError
from rig.places import BUNDLES, MICROPYTHON, ROOT, SIMULATOR
from rig.ports import LOOPBACK, free_port
from rig.started import Started

HEAP: Final = "384k"  # the simulator lives in it too, and words are twice as long as on an ESP32
START_TIMEOUT_S: Final = 30
ANSWER_TIMEOUT_S: Final = 10
PIECE_MS: Final = 300_000  # of virtual time
REAL_SHARE: Final = 0.2  # of virtual time, that a board on a busy machine may take to live it
LINE_LIMIT: Final = 1 << 20  # bytes; a long history is one line


class BoardError(RigError):
    """The simulated board refused a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPlan:
    """Which prop a board is."""

    id: str
    name: str
    bundle: str = "coffin_jumper"
    prefix: str = "props"


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """What an OLED shows: `data` holds a byte for 8 pixels downwards, lowest bit on top."""

    width: int
    height: int
    data: bytes
    lines: tuple[str, ...]


class Board(Started):
    """A board that can be switched on and off; its flash folder outlives that."""

    def __init__(
        self,
        plan: BoardPlan,
        *,
        mqtt_port: int,
        folder: Path | None = None,
        user: str | None = None,
        password: str | None = None,
        virtual: bool = False,
    ) -> None:
        """Describe the board; with `virtual` its clock only moves by `advance`."""
        self.plan = plan
        self._temporary = tempfile.TemporaryDirectory(prefix="board-") if folder is None else None
        base = Path(self._temporary.name) if self._temporary else Path(folder or "")
        self.flash = base.resolve() / "flash"
        self._mqtt = {"host": LOOPBACK, "port": mqtt_port, "user": user, "password": password}
        self._control_port = free_port()
        command: list[str | Path] = [
            MICROPYTHON,
            "-X",
            f"heapsize={HEAP}",
            SIMULATOR,
            self.flash,
            str(self._control_port),
        ]
        self._child = Child(
            f"Board {plan.id}",
            [*command, "virtual"] if virtual else command,
            log=base.resolve() / "board.log",
            folder=ROOT,
        )
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()

    # Life

    @property
    def running(self) -> bool:
        """Tell whether the board has power."""
        return self._child.running

    async def build(self) -> None:
        """Build the bundle into the flash folder and write the board's own configuration."""
        bundle = BUNDLES / self.plan.bundle
        if not bundle.is_dir():
            raise RigError(f"There is no bundle {self.plan.bundle} in {BUNDLES}")
        try:
            await asyncio.to_thread(build, bundle, self.flash)
        except BundleError as error:
            raise RigError(f"{self.plan.bundle} cannot be built: {error}") from error
        (self.flash / "config.json").write_text(
            json.dumps(self.configuration(), ensure_ascii=False), encoding="utf-8"
        )

    def configuration(self) -> dict[str, Any]:
        """Return what the board's own config.json holds."""
        return {
            "id": self.plan.id,
            "name": self.plan.name,
            "prefix": self.plan.prefix,
            "wifi": {"ssid": "simulated", "password": "simulated"},
            "mqtt": self._mqtt,
        }

    async def start(self) -> Self:
        """Switch the board on and wait until its control port listens."""
        if not MICROPYTHON.is_file():
            raise RigError(f"MicroPython is not installed ({MICROPYTHON}): run script/setup")
        if not (self.flash / "config.json").is_file():
            await self.build()
        await self._child.start()
        await self._child.wait_until(self._ready, "got ready", timeout_s=START_TIMEOUT_S)
        self._reader, self._writer = await asyncio.open_connection(
            LOOPBACK, self._control_port, limit=LINE_LIMIT
        )
        return self

    async def stop(self) -> None:
        """Let the firmware shut down in good order."""
        if self.running:
            with contextlib.suppress(RigError, OSError):
                await self.request("exit")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._child.wait(), 3)
        self._disconnect()
        await self._child.stop(timeout_s=2)

    async def kill(self) -> None:
        """Cut the power."""
        self._disconnect()
        await self._child.kill()

    async def restart(self) -> None:
        """Cut the power and switch it on again."""
        await self.kill()
        await self.start()

    async def close(self) -> None:
        """Switch it off and remove its folder if it was a temporary one."""
        await self.kill()
        if self._temporary is not None:
            self._temporary.cleanup()

    def capabilities(self) -> dict[str, Any]:
        """Return what the board says that it has."""
        description = json.loads((self.flash / "bundle.json").read_text(encoding="utf-8"))
        capabilities: dict[str, Any] = description["capabilities"]
        return capabilities

    def log_tail(self, lines: int = 25) -> str:
        """Return the last lines that the firmware printed."""
        return self._child.tail(lines)

    async def advance(self, ms: int) -> None:
        """Let virtual time pass, piece by piece; what happens in it takes real time."""
        while ms > 0:
            piece = min(ms, PIECE_MS)
            patience = ANSWER_TIMEOUT_S + piece / 1000 * REAL_SHARE
            await self.request("advance", patience_s=patience, ms=piece)
            ms -= piece

    # Its world

    async def request(
        self, do: str, *, patience_s: float = ANSWER_TIMEOUT_S, **fields: Any
    ) -> dict[str, Any]:
        """Send one request to the control port and return its answer.

        Raises BoardError when it is refused, SlowError when no answer comes.
        """
        async with self._turn:
            if self._reader is None or self._writer is None:
                raise BoardError(f"Board {self.plan.id} has no power")
            try:
                self._writer.write(json.dumps({"do": do, **fields}).encode() + b"\n")
                await self._writer.drain()
                line = await asyncio.wait_for(self._reader.readline(), patience_s)
            except TimeoutError:
                # The answer may still come; it must not be taken for that of the next request.
                self._disconnect()
                raise SlowError(f"Board {self.plan.id} did not answer {do}") from None
            except OSError as error:
                raise BoardError(
                    f"Board {self.plan.id} closed its control port: {error}\n{self.log_tail()}"
                ) from None
        if not line:
            raise BoardError(f"Board {self.plan.id} closed its control port\n{self.log_tail()}")
        answer: dict[str, Any] = json.loads(line)
        if not answer.get("ok"):
            raise BoardError(f"Board {self.plan.id} refused {do}: {answer.get('error')}")
        return answer

    async def snapshot(self) -> dict[str, Any]:
        """Return what the board's pins, outputs, player, display and heap are now."""
        return await self.request("snapshot")

    async def display(self) -> Display | None:
        """Return what the display shows, None when the board has none."""
        shown = (await self.snapshot()).get("display")
        if not shown:
            return None
        return Display(
            width=shown["width"],
            height=shown["height"],
            data=base64.b64decode(shown["data"]),
            lines=tuple(shown.get("lines", ())),
        )

    async def edge(self, pin: str = "pir", *, level: int | None = None) -> None:
        """Give a pin a pulse, or hold it at a level."""
        await self.request("edge", pin=pin, **({} if level is None else {"level": level}))

    async def network(self, *, up: bool) -> None:
        """Plug the network in or out."""
        await self.request("network", up=up)

    async def track_end(self) -> None:
        """Let the player reach the end of its track."""
        await self.request("track_end")

    async def player(self, mode: str) -> None:
        """Make the player `normal`, `silent`, `missing` or `short_reply`."""
        await self.request("player", mode=mode)

    async def history(self) -> list[list[Any]]:
        """Return every output change since the start: [milliseconds, output, value]."""
        events: list[list[Any]] = (await self.request("history"))["events"]
        return events

    async def wait_snapshot(self, *path: str, wanted: Any, timeout_s: float = 10) -> dict[str, Any]:
        """Wait until one value of the snapshot, named by its path, is the wanted one."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            snapshot = await self.snapshot()
            value: Any = snapshot
            for part in path:
                value = value.get(part) if isinstance(value, dict) else None
            if value == wanted:
                return snapshot
            if asyncio.get_running_loop().time() > deadline:
                raise SlowError(
                    f"Board {self.plan.id}: {'.'.join(path)} is {value!r}, not {wanted!r}, "
                    f"after {timeout_s:.0f} s"
                )
            await asyncio.sleep(0.05)

    # Inside

    async def _ready(self) -> bool:
        """Tell whether the control port listens."""
        return "ready" in self._child.output().splitlines()

    def _disconnect(self) -> None:
        """Forget the control connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
