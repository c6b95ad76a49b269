"""The Forge's own page, as browsers get it."""

from pathlib import Path
import re

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application
import pytest

from forge.api.answers import told
from forge.settings import Settings
from forge.web.pages import STATIC, Pages
from tests.forge.api.conftest import Doors

INDEX = '<script type="module" src="./assets/index-1a2b.js"></script>'
SCRIPT = "export const words = [];\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Have a small page that was built."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (folder / "assets" / "icon-3c4d.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret").write_text("not for anybody")
    return folder


def serving(folder: Path) -> TestServer:
    """Serve a page with the API's own errors."""
    app = Application(middlewares=[told])
    Pages(folder).add_to(app)
    return TestServer(app)


async def test_the_page_may_load_nothing_from_elsewhere(built: Path) -> None:
    async with TestClient(serving(built)) as client:
        for path in ("/", "/assets/index-1a2b.js", "/assets/icon-3c4d.png"):
            answer = await client.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'self'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_only_what_has_its_hash_in_its_name_is_kept_by_browsers(built: Path) -> None:
    async with TestClient(serving(built)) as client:
        index = await client.get("/")
        assert (index.headers["Cache-Control"], await index.text()) == ("no-cache", INDEX)
        assert index.content_type == "text/html"
        script = await client.get("/assets/index-1a2b.js")
        assert "immutable" in script.headers["Cache-Control"]
        assert (script.content_type, await script.text()) == ("text/javascript", SCRIPT)


async def test_scripts_are_packed_for_who_can_unpack_them(built: Path) -> None:
    async with TestClient(serving(built), auto_decompress=False) as client:
        packed = await client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(await packed.read()) < len(SCRIPT) / 5
        plain = await client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
        assert await plain.text() == SCRIPT
        icon = await client.get("/assets/icon-3c4d.png", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in icon.headers


@pytest.mark.parametrize(
    "path", ["/assets/index-0000.js", "/assets/..%2f..%2fsecret", "/assets/", "/index.html"]
)
async def test_nothing_else_is_there(built: Path, path: str) -> None:
    async with TestClient(serving(built)) as client:
        answer = await client.get(path)
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found.address")


async def test_a_page_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    async with TestClient(serving(tmp_path / "nothing")) as client:
        answer = await client.get("/")
        error = (await answer.json())["error"]
        assert (answer.status, error["code"]) == (503, "unavailable.page")
        assert "script/setup" in error["message"]


async def test_everybody_gets_the_page_where_the_token_is_asked_for(doors: Doors) -> None:
    page = await doors.ask("GET", "/", token=None)
    assert page.status == 200
    scripts = re.findall(r'"\./(assets/[^"]+)"', await page.text())
    assert scripts
    assert {path.name for path in STATIC.joinpath("assets").iterdir()} >= {
        Path(name).name for name in scripts
    }
    for name in scripts:
        assert (await doors.ask("GET", f"/{name}", token=None)).status == 200
    assert (await doors.ask("POST", "/", token=None)).status == 401


async def test_at_ingress_the_page_is_for_the_supervisor_alone(doors: Doors) -> None:
    answer = await doors.ingress.get("/")
    assert (answer.status, (await answer.json())["error"]["code"]) == (403, "forbidden.ingress")


class TestAsSupervisor:
    """What ingress does for the Supervisor."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Be the Supervisor."""
        return settings.model_copy(update={"supervisor_address": "127.0.0.1"})

    async def test_the_page_is_there(self, doors: Doors) -> None:
        answer = await doors.ingress.get("/")
        assert (answer.status, answer.content_type) == (200, "text/html")
