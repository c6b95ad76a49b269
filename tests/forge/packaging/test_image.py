"""The app's image, built of the real Dockerfile and started."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import subprocess
from typing import Any

import pytest

from forge import VERSION
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import OPKG_ZST
from rig.ports import free_port
from tests.forge.house import until
from tests.forge.packaging import image

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    """Have a container of the app's image."""
    if reason := image.missing():
        pytest.skip(reason)
    image.build()
    with image.container() as name:
        yield name


def test_what_image_builders_need_is_there(container: str) -> None:
    tools = "make tar xz zstd gzip bzip2 unzip cp patch diff find perl python3 gpgv gawk file git"
    looked = image.run(
        container, "sh", "-ec", f"for t in {tools} rsync wget which; do which $t; done"
    )
    assert not looked.returncode, looked.stdout + looked.stderr
    # Image Builders before 24.10 ask for it, and Python has it no more.
    assert not image.run(container, "python3", "-c", "from distutils import util").returncode
    assert not image.run(container, "perl", "-MData::Dumper", "-MFile::Compare", "-e1").returncode


def test_the_image_holds_no_compiler_and_no_pip(container: str) -> None:
    for tool in ("gcc", "pip", "pip3"):
        assert image.run(container, "which", tool).returncode
    assert image.run(container, "/opt/forge/bin/python", "-c", "import pip").returncode


def test_an_option_that_cannot_be_used_is_named(container: str, tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text('{"build_jobs": 1000}')
    output = tmp_path / "output"
    process = image.start(container, tmp_path, output, "forge", "serve")
    assert process.wait(60)
    assert "options file /data/options.json: build_jobs" in output.read_text("utf-8")


class App:
    """The Forge in its container."""

    def __init__(self, container: str, data: Path, mirror: Mirror) -> None:
        """Start it, as the Supervisor would, and wait until it answers."""
        self.port = free_port()
        self.data = data
        self.output = data.parent / "output"
        (data / "options.json").write_text(
            json.dumps({"openwrt_mirrors": [mirror.url], "flash_devices": [], "log_level": "info"})
        )
        self.process = image.start(
            *(container, data, self.output, "forge", "serve"),
            FORGE_API_HOST="127.0.0.1",
            FORGE_API_PORT=self.port,
            FORGE_DISK_RESERVE_MB=16,
        )
        until(lambda: self.process.poll() is not None or self.ask("/health")[0] == 200)
        assert self.process.poll() is None, self.said()

    def ask(self, path: str, body: Any = None, *, token: str = "") -> tuple[int, Any]:
        """Ask the API with curl, another program than the one that answers."""
        sent = [] if body is None else ["--json", json.dumps(body)]
        asked = subprocess.run(  # noqa: S603 - a list of arguments of ours
            [
                *("curl", "--silent", "--noproxy", "*", "--max-time", "30"),
                *("--write-out", "\n%{http_code}", "--header", f"Authorization: Bearer {token}"),
                *(*sent, f"http://127.0.0.1:{self.port}{path}"),
            ],
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        content, _, status = asked.rpartition("\n")
        return int(status or 0), json.loads(content) if content else None

    def read(self, path: str) -> str:
        """Return what anybody gets at an address, which must be something."""
        return subprocess.run(  # noqa: S603 - a list of arguments of ours
            [
                *("curl", "--silent", "--fail", "--noproxy", "*"),
                f"http://127.0.0.1:{self.port}{path}",
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def said(self) -> str:
        """Return what it wrote."""
        return self.output.read_text("utf-8")

    @property
    def token(self) -> str:
        """Return the token that it made."""
        return (self.data / "token").read_text("ascii").strip()


@pytest.fixture(scope="module")
def app(
    container: str, mirror_server: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """Run the app, with a server of OpenWrt's that is ours."""
    data = tmp_path_factory.mktemp("app") / "data"
    data.mkdir()
    mirror_server.heal()
    app = App(container, data, mirror_server)
    yield app
    if app.process.poll() is None:
        app.process.kill()
        app.process.wait()


def test_it_is_healthy(container: str, app: App) -> None:
    assert app.ask("/health") == (200, {"status": "ok", "version": VERSION})
    checked = image.run(container, "forge", "health", FORGE_API_PORT=app.port)
    assert not checked.returncode, checked.stderr
    elsewhere = image.run(container, "forge", "health", FORGE_API_PORT=free_port())
    assert elsewhere.returncode


def test_only_its_token_opens(app: App) -> None:
    status, refused = app.ask("/api/v1/jobs", token="wrong")
    assert (status, refused["error"]["code"]) == (401, "unauthorized.token")
    status, jobs = app.ask("/api/v1/jobs", token=app.token)
    assert (status, jobs["jobs"]) == (200, [])
    assert (app.data / "token").stat().st_mode & 0o777 == 0o600


def test_its_page_is_in_it(app: App) -> None:
    page = app.read("/")
    assert "<forge-web>" in page
    scripts = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)
    assert scripts
    assert all(app.read(f"/{name}") for name in scripts if not name.endswith(".png"))


def test_it_fetches_an_image_builder_and_asks_it(app: App) -> None:
    place = {"release": OPKG_ZST.version, "target": "ath79", "subtarget": "generic"}
    status, job = app.ask("/api/v1/builders/ensure", place, token=app.token)
    assert status == 202, job

    def seen() -> Any:
        return app.ask(f"/api/v1/jobs/{job['id']}", token=app.token)[1]

    until(lambda: seen()["state"] in {"done", "failed"}, 120)
    assert seen()["state"] == "done", seen()
    assert seen()["result"]["revision"] == OPKG_ZST.revision


def test_it_ends_when_it_is_told_to(app: App) -> None:
    assert image.stop(app.process) == 0, app.said()
    assert app.ask("/health")[0] == 0
    assert "Traceback" not in app.said()
