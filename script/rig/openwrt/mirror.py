"""Serve an upstream over HTTP on this computer, with faults that can be switched on by path."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
import hashlib
from pathlib import Path
import threading
from typing import Self

from aiohttp import web

from rig.errors import PortTakenError
from rig.openwrt.faults import Content, Fault, Status, Stored
from rig.openwrt.keys import Keys
from rig.openwrt.releases import Release, Target
from rig.openwrt.upstream import SUMS, Upstream
from rig.ports import LOOPBACK, claim_port
from rig.started import Started

PURPOSE = "the mirror of OpenWrt"
#: The server refuses this package's file the first time that anybody asks for it.
FLAKY = "*/fault-flaky[_-]*"
#: Says nothing: a test that forgets this is told so by what it awaits.
FOREVER = 1 << 30


@dataclass(slots=True)
class Rule:
    """A fault at the paths that match a pattern, for so many requests."""

    pattern: str
    fault: Fault
    times: int = FOREVER


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)


class Mirror(Started):
    """A download server for Image Builders, their sums and their feeds."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """Plan it; `folder` keeps its files and keys from one time to the next.

        Without a port it takes last time's, if that is free: then nothing is to be written anew.
        """
        self.port = _port(folder / "port", port)
        self.url = f"http://{LOOPBACK}:{self.port}"
        #: The same server under another name, as seen by who follows a redirect.
        self.other_host_url = f"http://localhost:{self.port}"
        self.upstream = Upstream(folder, self.url)
        self.asked: list[Asked] = []
        self._rules: list[Rule] = []
        self._after: list[tuple[str, Callable[[], object]]] = []
        self._runner: web.AppRunner | None = None
        self.heal()

    async def start(self) -> Self:
        """Write what is to be served if need be, and serve it."""
        await asyncio.to_thread(self.upstream.publish)
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port).start()
        return self

    async def close(self) -> None:
        """Stop serving; the folder stays."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # Trouble

    def fault(self, pattern: str, fault: Fault, *, times: int = FOREVER) -> None:
        """Let something go wrong at the paths that match, for so many requests."""
        self._rules.insert(0, Rule(pattern, fault, times))

    def after(self, pattern: str, do: Callable[[], object]) -> None:
        """Do something once, between a path's being asked for and its being served as it was."""
        self._after.append((pattern, do))

    def heal(self) -> None:
        """Let nothing go wrong any more, but for the package that always fails first."""
        self._rules = [Rule(FLAKY, Status(503), times=1)]
        self._after = []
        self.asked.clear()

    def move_snapshot(self) -> Release:
        """Let the development branch go on; return what it is now."""
        return self.upstream.move_snapshot()

    def edit_sums(
        self,
        release: Release,
        target: Target,
        edit: Callable[[str], str],
        *,
        keys: Keys | None = None,
        sign: bool = True,
    ) -> None:
        """Serve other sums: signed anew, with the keys given, or under the old signatures."""
        folder = self.upstream.folder_of(release, target)
        sums = edit(self.upstream.read(f"{folder}/{SUMS}").decode()).encode()
        for name, data in self.upstream.signed(sums, keys).items():
            if sign or name == SUMS:
                self.fault(f"/{folder}/{name}", Content(data))

    def drop_signatures(self, release: Release, target: Target) -> None:
        """Let the signatures be missing."""
        self.fault(f"/{self.upstream.folder_of(release, target)}/{SUMS}.*", Status(404))

    def offer(self, release: Release, target: Target, archive: bytes | Path) -> None:
        """Serve another archive, with sums and signatures that say it is the right one."""
        path = self.upstream.archive_path(release, target)
        name = Path(path).name
        if isinstance(archive, Path):
            with archive.open("rb") as file:
                line = f"{hashlib.file_digest(file, 'sha256').hexdigest()} *{name}"
            self.fault(f"/{path}", Stored(archive))
        else:
            line = f"{hashlib.sha256(archive).hexdigest()} *{name}"
            self.fault(f"/{path}", Content(archive))
        self.edit_sums(
            release,
            target,
            lambda sums: "".join(
                f"{line if old.endswith(f' *{name}') else old}\n" for old in sums.splitlines()
            ),
        )

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [one.path for one in self.asked]

    # Serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append(Asked(request.method, path, dict(request.headers)))
        file = self.upstream.files / path.lstrip("/")
        if not file.resolve().is_relative_to(self.upstream.files.resolve()):
            raise web.HTTPNotFound
        body = await asyncio.to_thread(file.read_bytes) if file.is_file() else None
        following = self._following(path)
        for do in following:
            await asyncio.to_thread(do)
        rule = self._rule(path)
        if rule is not None:
            return await rule.fault.answer(request, body)
        if body is None:
            raise web.HTTPNotFound
        if following:
            # What was asked for, as it was before.
            return web.Response(body=body, content_type="application/octet-stream")
        return web.FileResponse(file)

    def _following(self, path: str) -> list[Callable[[], object]]:
        """Return what is to be done now that a path was asked for, and forget it."""
        due = [one for one in self._after if fnmatchcase(path, one[0])]
        self._after = [one for one in self._after if one not in due]
        return [do for _, do in due]

    def _rule(self, path: str) -> Rule | None:
        for rule in self._rules:
            if rule.times > 0 and fnmatchcase(path, rule.pattern):
                rule.times -= 1
                return rule
        return None


def _port(kept: Path, port: int) -> int:
    """Return the port asked for, last time's, or a free one; remember it."""
    if port == 0 and kept.is_file():
        with suppress(PortTakenError):
            return claim_port(int(kept.read_text("ascii")), PURPOSE)
    port = claim_port(port, PURPOSE)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(str(port), "ascii")
    return port


class InThread:
    """Run a mirror beside tests that have no event loop of their own."""

    def __init__(self, mirror: Mirror) -> None:
        """Take the mirror; it starts with the block."""
        self._mirror = mirror
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mirror", daemon=True)

    def __enter__(self) -> Mirror:
        """Start it, and wait until it serves."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._mirror.start(), self._loop).result()
        return self._mirror

    def __exit__(self, *_raised: object) -> None:
        """Stop it."""
        asyncio.run_coroutine_threadsafe(self._mirror.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
