"""Profiles, as somebody makes, changes and compares them."""

import json
from pathlib import Path
import re
import tarfile
from typing import Any

from browsing import needs_chromium
from forge_browsing import ROUTER, Web, go, row
from playwright.async_api import Locator, Page, expect
import pytest

from tests.forge.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

PROFILES = "/api/v1/profiles"


def keep(house: House, profile_id: str, **more: Any) -> None:
    """Keep a profile, or say it differently."""
    body = {**ROUTER, "name": f"The {profile_id}", "profile_id": profile_id, **more}
    status, _ = house.ask("POST", PROFILES, body)
    if status == 409:
        status, _ = house.ask("PUT", f"{PROFILES}/{profile_id}", body)
    assert status in (200, 201)


def button(page: Page, name: str) -> Locator:
    """Return a button by its whole name."""
    return page.get_by_role("button", name=name, exact=True)


def field(place: Page | Locator, name: str) -> Locator:
    """Return a field for text by its whole label."""
    return place.get_by_role("textbox", name=name, exact=True)


async def add_package(page: Page, name: str) -> None:
    """Search a package, and add it."""
    await page.get_by_role("searchbox", name="Search packages").fill(name)
    await button(page, f"Add {name}").click()


async def test_a_profile_is_made_checked_and_built(web: Web, page: Page) -> None:
    """The device is found by its name, packages by theirs; nothing is kept before it is saved."""
    await go(page, "profiles")
    await button(page, "New profile").click()
    await field(page, "Name").fill("Barn access point")
    await expect(field(page, "Id")).to_have_value("barn-access-point")
    await field(page, "Your device").fill("barn")
    await page.get_by_label("OpenWrt release").select_option("24.10.4")
    model = page.get_by_role("combobox", name="Model")
    await model.fill("bpi r3")
    await page.get_by_role("option", name="Bananapi BPi-R3").click()
    await expect(page.get_by_text("bananapi_bpi-r3 · mediatek/filogic")).to_be_visible()
    await add_package(page, "htop")
    await page.get_by_text("What the device brings by itself").click()
    await button(page, "Leave dnsmasq out").click()
    await button(page, "Check packages").click()
    check = page.locator("forge-package-plan")
    await expect(check).to_contain_text("2 come", timeout=60_000)
    await expect(check).to_contain_text("libncurses")
    await expect(check).to_contain_text("1 go")
    assert web.house.ask("GET", f"{PROFILES}/barn-access-point")[0] == 404
    await button(page, "Save").click()
    await expect(page.get_by_role("heading", name="Barn access point")).to_be_visible()
    _, kept = web.house.ask("GET", f"{PROFILES}/barn-access-point")
    assert (kept["profile"]["packages"], kept["profile"]["packages_remove"]) == (
        ["htop"],
        ["dnsmasq"],
    )
    await button(page, "Build").click()
    await expect(page.locator("forge-package-plan")).to_contain_text("2 come", timeout=60_000)
    await page.locator("forge-build-dialog").get_by_role("button", name="Build", exact=True).click()
    await expect(page.locator("forge-state")).to_have_text("Done", timeout=60_000)
    assert web.complaints == []


async def test_what_is_wrong_is_told_at_its_field(web: Web, page: Page) -> None:
    """By the pages before anything is sent, and by the server where only it knows."""
    keep(web.house, "taken")
    await go(page, "profiles", "-new")
    await button(page, "Save").click()
    await expect(page.get_by_text("Please fill this in")).to_have_count(4)
    await expect(field(page, "Name")).to_be_focused()
    await field(page, "Name").fill("Taken")
    await field(page, "Id").fill("../taken")
    await expect(page.get_by_text("Letters, digits, _, . and - only")).to_be_visible()
    await field(page, "Your device").fill("x")
    await page.get_by_label("OpenWrt release").select_option("SNAPSHOT")
    await expect(page.get_by_text("This release changes from day to day")).to_be_visible()
    await page.get_by_label("OpenWrt release").select_option("24.10.4")
    await button(page, "Type target and model instead").click()
    for name, value in (("Target", "mediatek"), ("Subtarget", "filogic"), ("Model", "a b")):
        await field(page, name).fill(value)
    await button(page, "Add a file").click()
    await field(page, "In the shared folder").fill("../../etc/shadow")
    await field(page, "On the device").fill("etc/x")
    await field(page, "Services switched off").fill("a;b")
    await button(page, "Save").click()
    for words in ("A path within the shared folder", "A path on the device", "A service's name"):
        await expect(page.get_by_text(words).first).to_be_visible()
    await expect(page.get_by_text("Something is not right yet")).to_be_visible()
    await field(page, "Services switched off").fill("")
    await button(page, "Remove etc/x").click()
    await field(page, "Model").fill("bananapi_bpi-r3")
    await field(page, "Id").fill("taken")
    await button(page, "Save").click()
    await expect(page.get_by_text("Another profile has this id")).to_be_visible()
    await expect(field(page, "Id")).to_be_focused()
    await button(page, "Cancel").click()
    await button(page, "Leave without saving").click()
    await expect(page.get_by_role("table")).to_be_visible()
    web.complaints.clear()  # the browser tells of each refusal


async def test_packages_that_there_are_not_are_marked(web: Web, page: Page) -> None:
    """At once in the editor, and by name when an Image Builder is asked."""
    keep(web.house, "strange", packages=["no-such-package", "libncurses"])
    await go(page, "profiles", "strange", "edit")
    strange = page.locator("at-chip").filter(has_text="no-such-package")
    await expect(strange).to_contain_text("not in this release")
    known = page.locator("at-chip").filter(has_text="libncurses")
    await expect(known).to_have_attribute("tone", "good")
    await page.get_by_role("searchbox", name="Search packages").fill("nothing-like-it")
    await button(page, "Add nothing-like-it all the same").click()
    await button(page, "Check packages").click()
    problem = page.locator("forge-problem")
    await expect(problem).to_contain_text("no-such-package", timeout=60_000)
    await button(page, "Cancel").click()
    await button(page, "Leave without saving").click()
    await button(page, "Build").click()
    dialog = page.locator("forge-build-dialog")
    await expect(dialog.locator("forge-problem")).to_contain_text(
        "build.packages_missing", timeout=60_000
    )
    await expect(dialog.get_by_role("button", name="Build", exact=True)).to_be_disabled()
    await dialog.get_by_role("button", name="Cancel").click()


async def test_an_old_version_is_compared_and_comes_back(web: Web, page: Page) -> None:
    keep(web.house, "old", packages=["htop"], notes="as it was")
    keep(web.house, "old", packages=["nano"])
    await go(page, "profiles", "old")
    await page.get_by_role("link", name="version 1").click()
    changed = page.locator("forge-difference-list")
    await expect(changed.locator("del")).to_have_text([re.compile("htop"), re.compile("as it was")])
    await expect(changed.locator("ins")).to_have_text([re.compile("nano")])
    await button(page, "Make this the present one").click()
    await expect(page.get_by_text("version 3 · present")).to_be_visible()
    _, kept = web.house.ask("GET", f"{PROFILES}/old")
    assert (kept["version"], kept["profile"]["notes"]) == (3, "as it was")


async def test_who_was_slower_loses_nothing(web: Web, page: Page) -> None:
    """What somebody else changed is taken over where nothing was typed, and told."""
    keep(web.house, "shared", packages=["htop"])
    await go(page, "profiles", "shared", "edit")
    await field(page, "Notes").fill("mine")
    await expect(page.get_by_text("Not saved yet: Notes")).to_be_visible()
    keep(web.house, "shared", packages=["htop", "nano"])
    await button(page, "Save").click()
    await expect(page.get_by_text("Somebody else changed this profile")).to_contain_text(
        "Packages added"
    )
    await button(page, "Save").click()
    await expect(page.get_by_role("heading", name="The shared", exact=True)).to_be_visible()
    _, kept = web.house.ask("GET", f"{PROFILES}/shared")
    assert (kept["profile"]["packages"], kept["profile"]["notes"]) == (["htop", "nano"], "mine")
    web.complaints.clear()  # the browser tells of the refusal


async def test_files_are_imported_each_with_its_result(
    web: Web, page: Page, tmp_path: Path
) -> None:
    good = {**ROUTER, "profile_id": "from-file", "name": "From a file"}
    (tmp_path / "good.json").write_text(json.dumps(good))
    (tmp_path / "bad.yaml").write_text("profile_id: ../x\n")
    (tmp_path / "picture.toml").write_bytes(b"\xff\xfe\x00")
    await go(page, "profiles")
    await button(page, "Import").click()
    names = ("good.json", "bad.yaml", "picture.toml")
    await page.locator("input[type=file]").set_input_files([tmp_path / name for name in names])
    await button(page, "Import 3 files").click()
    dialog = page.locator("forge-import-dialog")
    await expect(dialog).to_contain_text("1 of 3 taken")
    await expect(dialog.get_by_role("listitem").filter(has_text="bad")).to_contain_text("Not taken")
    await expect(dialog.get_by_role("listitem").filter(has_text="picture")).to_contain_text(
        "This file is no text"
    )
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(row(page, "From a file")).to_be_visible()


async def test_profiles_are_found_compared_copied_and_exported(
    web: Web, page: Page, tmp_path: Path
) -> None:
    keep(web.house, "north", tags=["north-wing"], packages=["htop"])
    keep(web.house, "south", tags=["south-wing"], packages=["nano"])
    await go(page, "profiles")
    await page.get_by_role("searchbox", name="Search profiles").fill("WING")
    await expect(page.get_by_role("row")).to_have_count(3)
    await page.get_by_label("Tag").select_option("north-wing")
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_label("Tag").select_option("")
    for name in ("The north", "The south"):
        await page.get_by_role("checkbox", name=f"Choose {name}").check()
    await button(page, "Compare").click()
    await expect(page.locator("forge-difference-list ins").filter(has_text="nano")).to_be_visible()
    await page.get_by_role("link", name="north").click()
    await button(page, "More").click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name="Export as TOML").click()
    download = await coming.value
    await download.save_as(tmp_path / "north.toml")
    assert 'profile_id = "north"' in (tmp_path / "north.toml").read_text()
    await button(page, "More").click()
    await page.get_by_role("menuitem", name="Copy").click()
    dialog = page.locator("forge-clone-dialog")
    await field(dialog, "Name").fill("The west")
    await expect(field(dialog, "Id")).to_have_value("the-west")
    await dialog.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("heading", name="The west")).to_be_visible()
    await button(page, "More").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.locator("at-confirm").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("table")).to_be_visible()
    assert web.house.ask("GET", f"{PROFILES}/the-west")[0] == 404


async def test_what_is_laid_over_is_shown_as_it_is_staged(web: Web, page: Page) -> None:
    folder = web.house.folder / "shared/attic/etc"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "banner").write_text("hello\n")
    keep(web.house, "dressed", overlay_dir="attic")
    keep(web.house, "bare", overlay_dir="not-there")
    await go(page, "profiles", "dressed")
    await expect(page.get_by_text("/etc/banner")).to_be_visible()
    await go(page, "profiles", "bare")
    await expect(page.locator("forge-overlay-view")).to_contain_text("not-there")
    web.complaints.clear()  # the browser tells of what is not there


async def test_a_file_is_uploaded_taken_away_and_comes_back(
    web: Web, page: Page, tmp_path: Path
) -> None:
    """It counts as a version, and with an old one comes what was uploaded then."""
    (tmp_path / "99-name").write_text("#!/bin/sh\nuci set system.@system[0].hostname=attic\n")
    keep(web.house, "uploaded")
    await go(page, "profiles", "uploaded")
    await expect(page.get_by_text("the image is as OpenWrt makes it")).to_be_visible()
    await button(page, "Upload a file").click()
    dialog = page.locator("forge-upload-dialog")
    await dialog.locator("input[type=file]").set_input_files(tmp_path / "99-name")
    await field(dialog, "On the device").fill("/proc/99-name")
    await dialog.get_by_role("button", name="Upload").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await field(dialog, "On the device").fill("/etc/uci-defaults/99-name")
    await dialog.get_by_role("button", name="Upload").click()
    entry = page.get_by_role("listitem").filter(has_text="/etc/uci-defaults/99-name")
    await expect(entry).to_contain_text("0755")
    async with page.expect_download() as begun:
        await button(page, "Download them all").click()
    archive = await begun.value
    assert archive.suggested_filename == "uploaded.tar"
    with tarfile.open(await archive.path()) as packed:
        assert any(name.endswith("etc/uci-defaults/99-name") for name in packed.getnames())
    await button(page, "Remove /etc/uci-defaults/99-name").click()
    await page.locator("at-confirm").get_by_role("button", name="Remove").last.click()
    await expect(entry).to_have_count(0)
    await page.get_by_role("link", name="version 2").click()
    await expect(page.get_by_text("Other files were uploaded")).to_be_visible()
    await button(page, "Make this the present one").click()
    await expect(entry).to_be_visible()
    await expect(page.get_by_text("version 4 · present")).to_be_visible()
    web.complaints.clear()  # the browser tells of the refusal


async def test_many_are_built_as_one_job(web: Web, page: Page) -> None:
    for profile_id in ("one-of-two", "two-of-two"):
        keep(web.house, profile_id, tags=["pair"])
    await go(page, "profiles")
    await page.get_by_role("searchbox", name="Search profiles").fill("of-two")
    await expect(page.get_by_role("row")).to_have_count(3)
    for name in ("The one-of-two", "The two-of-two"):
        await page.get_by_role("checkbox", name=f"Choose {name}").check()
    await button(page, "Build").click()
    await page.locator("forge-batch-dialog").get_by_role("button", name="Build", exact=True).click()
    await expect(page.get_by_text("Result: 2 of 2 profiles")).to_be_visible(timeout=90_000)
