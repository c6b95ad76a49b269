"""Cards, as somebody writes them: on a real device, after a real look at what would be lost."""

from collections.abc import Iterator
from pathlib import Path

from browsing import needs_chromium
from forge_browsing import Web, go, opened
from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from tests.forge.flash.cards import MIB, Loop, disk_image, missing, run
from tests.forge.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

IMAGE = 3 * MIB


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    """Plug a card in on which somebody keeps a diary."""
    if reason := missing():
        pytest.skip(reason)
    backing = tmp_path_factory.mktemp("card") / "backing"
    backing.write_bytes(bytes(8 * MIB))
    run("mkfs.ext4", "-q", "-F", "-L", "diary", backing)
    loop = Loop(backing)
    yield loop
    loop.detach()


@pytest.fixture(scope="module")
def flashing(card: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a Forge that may write this card, with images in its shared folder."""
    folder = tmp_path_factory.mktemp("flashing") / "data"
    (folder / "shared").mkdir(parents=True)
    disk_image(folder / "shared/rescue.img", IMAGE)
    disk_image(folder / "shared/large.img", 9 * MIB)
    (folder / "shared/notes.img").write_text("no disk at all\n" * 100)
    with House(folder, flashing=True, flash_devices=card.path) as house:
        yield house


@pytest.fixture
def rescue(flashing: House) -> bytes:
    """Return what is to come onto the card."""
    return Path(flashing.folder, "shared/rescue.img").read_bytes()


@pytest_asyncio.fixture(loop_scope="session")
async def cards(flashing: House, browser: Browser) -> Page:
    """Return the page of somebody who looks at cards."""
    web = await opened(browser, flashing)
    await go(web.page, "cards")
    return web.page


async def choose(page: Page, card: Loop, image: str) -> Locator:
    """Choose the card, and an image of the shared folder; return the dialog."""
    device = page.get_by_role("region", name=card.path)
    await expect(device).to_contain_text("“diary”, ext4")
    await device.get_by_role("button", name="Write an image to it").click()
    dialog = page.locator("forge-write-dialog")
    await dialog.get_by_role("button", name="Take a file of the shared folder").click()
    await dialog.get_by_label("Path within the shared folder").fill(image)
    return dialog


async def test_it_is_off_until_somebody_turns_it_on(web: Web, page: Page) -> None:
    """And how is told: no device is shown, and nothing can be clicked."""
    await go(page, "cards")
    await expect(page.get_by_text("Writing cards is switched off")).to_be_visible()
    await expect(page.get_by_text("FORGE_FLASHING=true")).to_be_visible()
    await expect(page.get_by_role("button", name="Write an image to it")).to_have_count(0)
    web.complaints.clear()  # the browser tells of the refusal


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("large.img", "precondition.image_too_large"),
        ("notes.img", "precondition.not_flashable"),
        ("../secret.img", "validation.path_traversal"),
        ("not-there.img", "not_found"),
    ],
)
async def test_what_cannot_be_written_is_refused_before_anything_is_asked(
    cards: Page, card: Loop, image: str, words: str
) -> None:
    dialog = await choose(cards, card, image)
    await dialog.get_by_role("button", name="Show what would happen").click()
    await expect(dialog.locator("forge-problem")).to_contain_text(words)
    await expect(dialog.get_by_role("button", name="Overwrite the card")).to_have_count(0)
    assert b"diary" in card.content
    await cards.context.close()


async def test_only_the_very_device_typed_is_overwritten(
    cards: Page, card: Loop, rescue: bytes
) -> None:
    """What is lost is told by name; then it is written, read back, and remembered."""
    others = cards.get_by_role("region").filter(has_not_text=card.path)
    await expect(others.get_by_role("button")).to_have_count(0)
    dialog = await choose(cards, card, "rescue.img")
    await dialog.get_by_role("button", name="Show what would happen").click()
    await expect(dialog).to_contain_text("will be destroyed")
    await expect(dialog).to_contain_text("“diary”, ext4")
    overwrite = dialog.get_by_role("button", name="Overwrite the card")
    for typed in ("", "yes", card.path[:-1], f"{card.path}1", card.path.upper()):
        await dialog.get_by_role("textbox").fill(typed)
        await expect(overwrite).to_be_disabled()
    assert b"diary" in card.content
    await dialog.get_by_role("textbox").fill(card.path)
    await overwrite.click()
    await expect(dialog).to_contain_text("Written, and read back the same", timeout=60_000)
    assert card.content[:IMAGE] == rescue
    await dialog.get_by_role("button", name="Close").last.click()
    record = cards.get_by_role("row").filter(has_text="rescue.img")
    await expect(record).to_contain_text("Written, and read back the same")
    await cards.context.close()
