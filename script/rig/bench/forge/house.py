"""A Forge beside the small OpenWrt, for what is measured with both."""

from contextlib import contextmanager
import http.client
import json
import shutil
import time
from typing import TYPE_CHECKING, Any, Final

from forge.app import Forge
from forge.openwrt.place import Place
from forge.settings import load
from rig.bench.forge.family import family
from rig.errors import RigError
from rig.forge import TOKEN, ForgeServer
from rig.openwrt.cache import CACHE, cached_folder
from rig.openwrt.mirror import InThread, Mirror
from rig.openwrt.releases import FILOGIC, OPKG_ZST
from rig.openwrt.tools import missing
from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELEASE: Final = OPKG_ZST
TARGET: Final = FILOGIC
PLACE: Final = Place(release=RELEASE.version, target=TARGET.board, subtarget=TARGET.subtarget)
BOARD: Final = TARGET.boards[0].id
_FOLDER: Final = CACHE / "bench"
_JOB_TIMEOUT_S: Final = 900


@contextmanager
def small_openwrt() -> Iterator[Mirror]:
    """Serve releases. Raise RigError where images cannot be built."""
    if packages := missing():
        raise RigError(f"Images cannot be built here: install {' '.join(packages)}")
    with cached_folder(_FOLDER) as folder, InThread(Mirror(folder)) as mirror:
        yield mirror


class House:
    """A Forge beside the small OpenWrt, which can be stopped and looked into."""

    def __init__(self, folder: Path, mirror: Mirror) -> None:
        """Describe it, and write down whose signatures are good; nothing runs yet."""
        self.folder = folder.resolve()
        self.mirror = mirror
        keys = self.folder / "openwrt" / "keys"
        keys.mkdir(parents=True)
        self.folder.parent.chmod(0o711)  # jobs' programs run as users of their own, and pass
        shutil.copy(mirror.upstream.keys.gpg_public, keys / "openwrt.asc")
        shutil.copy(mirror.upstream.keys.usign_public, keys / "openwrt.pub")
        self.server = self._server("forge")

    def speak(self, module: str) -> None:
        """Let the Forge be started by another module, which brings more kinds of jobs."""
        self.server = self._server(module)

    def inside(self) -> Forge:
        """Open the same store and files, without a server's limits."""
        given = {
            "data_dir": self.folder,
            "openwrt_mirrors": self.mirror.url,
            "queue_limit": 100_000,
        }
        return Forge.open(load(given, environment={}))

    @property
    def pids(self) -> list[int]:
        """Return the processes of the Forge that runs."""
        return family(self.server.pid)

    async def done(self, job_id: str) -> dict[str, Any]:
        """Wait for a job; return it. Raise RigError where it failed."""
        job = await self.server.finished(job_id, timeout_s=_JOB_TIMEOUT_S)
        if job["state"] != "done":
            raise RigError(f"A job of {job['kind']} is {job['state']}: {job['error']}")
        return job

    def _server(self, module: str) -> ForgeServer:
        settings = {"openwrt_mirrors": self.mirror.url, "openwrt_signatures": "require"}
        return ForgeServer(folder=self.folder, settings=settings, module=module)


class Line:
    """A connection that stays open, as Home Assistant's does."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)

    def timed_post(self, path: str, body: Any) -> tuple[Any, float]:
        """Ask for something; return the answer, and the seconds until it was there.

        Raise RigError where it is refused.
        """
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        data = json.dumps(body)
        began = time.perf_counter()
        self._connection.request("POST", f"/api/v1/{path}", data, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RigError(f"{path}: {text.decode('utf-8', 'replace')}")
        return json.loads(text), took

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
