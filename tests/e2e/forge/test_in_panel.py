"""The Forge's page in Home Assistant's panel, as administrators use it and others do not."""

from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from browsing import go, log_in, needs_chromium
from playwright.async_api import Browser, Page, WebSocket, expect
import pytest

from rig.forge import TOKEN
from rig.routers import SLOW_PACKAGE
from rig.smithy import Smithy
from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

AWAY: Final = "The Forge does not answer"
#: So long an image takes on a computer that is busy, in milliseconds.
BUILT_MS: Final = 90_000

#: Ask Home Assistant as a page does; return what it answers, or why not.
_ASK: Final = """async (message) => {
    const { connection } = document.querySelector("home-assistant").hass;
    try { return { result: await connection.sendMessagePromise(message) }; }
    catch (error) { return { code: error.code }; }
}"""

_SENT_BYTES: Final = 3_000_000
#: Send a file as a page does; return what is answered.
_SEND: Final = """async (address) => {
    const body = new Blob(["x".repeat(3_000_000)]);
    const answer = await document.querySelector("home-assistant").hass.fetchWithAuth(
        address, { method: "PUT", headers: { "Content-Type": "application/octet-stream" }, body });
    return { status: answer.status, body: await answer.json() };
}"""


async def build(smithy: Smithy) -> str:
    """Have the garden router's image built once more; return the job's id."""
    wish = {"profile_id": smithy.routers.garden.id, "rebuild": True}
    return str((await smithy.forge.post("builds", body=wish))["job_id"])


async def test_a_build_is_watched_and_its_image_downloaded(
    admin: Page, smithy: Smithy, tmp_path: Path
) -> None:
    """From the running job and its log to a file whose hash is the Forge's; without its token."""
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        for event in ("framereceived", "framesent"):
            socket.on(event, lambda frame: heard.append(str(frame)))

    admin.on("websocket", listen)
    admin.on("request", lambda request: heard.append(f"{request.url} {request.headers}"))
    job_id = await build(smithy)
    await admin.goto(f"{admin.url.partition('/home')[0]}/atelier/forge/jobs/{job_id}")
    log = admin.get_by_role("log", name="Log")
    await expect(log).to_contain_text(f"{SLOW_PACKAGE}: (", timeout=BUILT_MS)
    await expect(admin.get_by_role("button", name="Cancel the job")).to_be_visible()
    await expect(admin.get_by_role("button", name="Cancel the job")).to_have_count(
        0, timeout=BUILT_MS
    )
    await admin.get_by_role("button", name="Show the build").click()
    await admin.wait_for_url(f"**/atelier/forge/builds/{job_id}")
    files = (await smithy.forge.get("builds", job_id, "artifacts"))["artifacts"]
    image = next(one for one in files if one["type"] == "sysupgrade")
    shown = admin.get_by_role("listitem").filter(has_text=image["name"])
    await expect(shown).to_contain_text(image["sha256"])
    async with admin.expect_download() as coming:
        await shown.get_by_role("button", name=f"Download {image['name']}").click()
    download = await coming.value
    assert download.suggested_filename == image["name"]
    await download.save_as(tmp_path / "image")
    assert sha256((tmp_path / "image").read_bytes()).hexdigest() == image["sha256"]
    assert any("atelier/forge/log" in said for said in heard)
    assert not [said for said in heard if TOKEN in said]


async def test_a_forge_that_goes_is_told_and_comes_back_by_itself(
    admin: Page, smithy: Smithy
) -> None:
    """Nobody has to load the page anew to see what happens afterwards."""
    await go(admin, "/home")
    await go(admin, "/atelier/forge/jobs")
    rows = admin.get_by_role("row").filter(has_text="Build an image")
    await expect(rows.first).to_be_visible()
    await expect(admin.get_by_text(AWAY)).to_have_count(0)
    before = await rows.count()
    await smithy.forge.close()
    try:
        await expect(admin.get_by_text(AWAY)).to_be_visible(timeout=60_000)
        # Also where it was away when the page was opened.
        await admin.reload()
        await expect(admin.get_by_text(AWAY)).to_be_visible(timeout=60_000)
    finally:
        await smithy.forge.start()
    await expect(admin.get_by_text(AWAY)).to_have_count(0, timeout=60_000)
    job_id = await build(smithy)
    await expect(rows).to_have_count(before + 1)
    await smithy.forge.post("jobs", job_id, "cancel", body=None)
    await expect(rows.filter(has_text="Cancelled")).to_have_count(1)


async def test_a_file_for_an_image_is_sent_from_the_browser(admin: Page, smithy: Smithy) -> None:
    """As the pages send it: past Home Assistant, which keeps nothing of it, to the Forge."""
    garden = smithy.routers.garden.id
    place = f"/api/atelier/forge/{smithy.entry_id}/profiles/{garden}/overlay/file"
    first = await admin.evaluate(_SEND, f"{place}?path=/etc/banner")
    assert first["status"] == 200, first
    laid = await smithy.forge.get("profiles", garden, "overlay")
    banner = next(one for one in laid["entries"] if one["path"] == "/etc/banner")
    assert (banner["size"], banner["origin"]) == (_SENT_BYTES, "upload")
    refused = await admin.evaluate(_SEND, f"{place}?path=/proc/kcore")
    assert refused["status"] == 422
    assert refused["body"]["error"]["code"].startswith("validation.")


async def test_one_of_two_forges(admin: Page, house: Workshop, smithy: Smithy) -> None:
    """The choice is in the address, so that it stays from page to page."""
    flow = await (await house.hass.flow("atelier")).choose("forge")
    elsewhere = smithy.forge.url.replace("127.0.0.1", "localhost")
    await flow.submit({"url": elsewhere, "token": TOKEN})
    entry_id = flow.entry_id()
    await house.hass.command("config_entries/update", entry_id=entry_id, title="Second")
    try:
        await go(admin, "/home")
        await go(admin, "/atelier/forge/jobs")
        picker = admin.get_by_role("combobox", name="Forge", exact=True)
        await picker.select_option(label="Second")
        await admin.wait_for_url(f"**/atelier/forge?forge={entry_id}")
        await admin.get_by_role("link", name="Jobs", exact=True).click()
        await admin.wait_for_url(f"**/atelier/forge/jobs?forge={entry_id}")
        await expect(
            admin.get_by_role("row").filter(has_text="Build an image").first
        ).to_be_visible()
    finally:
        await house.hass.rest.delete(f"/api/config/config_entries/entry/{entry_id}")


async def test_others_see_nothing_and_may_nothing(
    browser: Browser, house: Workshop, smithy: Smithy, stranger: str
) -> None:
    """Not the page, not an answer, not a file."""
    page = await log_in(browser, house.hass.url, stranger, stranger)
    await expect(page.get_by_text("Overview").first).to_be_visible()
    await expect(page.get_by_text("Atelier")).to_have_count(0)
    await go(page, "/atelier/forge/jobs")
    await expect(page.locator("atelier-forge")).to_have_count(0)

    async def ask(kind: str, **more: Any) -> Any:
        return await page.evaluate(_ASK, {"type": kind, **more})

    named = {"entry_id": smithy.entry_id}
    assert await ask("atelier/forges") == {"result": {"forges": []}}
    question = {"method": "GET", "path": "jobs", **named}
    assert await ask("atelier/forge/request", **question) == {"code": "unauthorized"}
    stream = {"stream": "eve", **named}
    assert await ask("atelier/forge/events", **stream) == {"code": "unauthorized"}
    build_ = next(
        one for one in (await smithy.forge.get("builds"))["builds"] if one["state"] == "done"
    )
    file = (await smithy.forge.get("builds", build_["id"], "artifacts"))["artifacts"][0]
    path = f"/api/atelier/forge/{smithy.entry_id}/jobs/{file['job_id']}/files/{file['name']}"
    signed = (await ask("auth/sign_path", path=path))["result"]["path"]
    answer = await page.request.get(f"{house.hass.url}{signed}")
    assert answer.status == 404
    await page.context.close()
