"""Lay out a download server: releases, targets, archives, feeds, sums and signatures."""

from collections.abc import Iterable
import hashlib
import json
from pathlib import Path
import re
import shutil
from typing import Final

from rig.openwrt.archive import (
    archive_name,
    default_packages,
    feeds,
    kmods_folder,
    make_archive,
)
from rig.openwrt.catalog import Package, packages
from rig.openwrt.keys import Keys
from rig.openwrt.packing import pack, write_feed
from rig.openwrt.releases import RELEASES, TARGETS, Board, Release, Target, snapshot

SUMS: Final = "sha256sums"
SIGNED: Final = (SUMS, f"{SUMS}.asc", f"{SUMS}.sig")


class Upstream:
    """A server's files in a folder, for one address that they will be served at."""

    def __init__(self, folder: Path, url: str) -> None:
        """Plan it; the keys are made at the first use of the folder."""
        self.folder = folder
        self.files = folder / "files"
        self.url = url
        self.keys = Keys.make(folder / "keys")
        self.stranger = Keys.make(folder / "stranger")
        self._turn = 0

    @property
    def snapshot(self) -> Release:
        """Return the snapshot as it stands now."""
        return snapshot(self._turn)

    @property
    def releases(self) -> tuple[Release, ...]:
        """Return everything that is offered now."""
        return (*RELEASES, self.snapshot)

    def publish(self) -> None:
        """Write all of it, but for what the same sources wrote before for this address."""
        sources = f"{_sources()} {self.url} {self.keys.gpg_fingerprint}"
        for release in self.releases:
            stamp = self.folder / f"{release.version}.stamp"
            wanted = f"{sources} {release.revision}"
            if not stamp.is_file() or stamp.read_text("ascii") != wanted:
                stamp.unlink(missing_ok=True)
                self._write_release(release)
                stamp.write_text(wanted, "ascii")
        _write_json(
            self.files / ".versions.json",
            {
                "stable_version": RELEASES[2].version,
                "oldstable_version": RELEASES[1].version,
                "upcoming_version": "",
                "versions_list": [release.version for release in reversed(RELEASES)],
            },
        )

    def move_snapshot(self) -> Release:
        """Let the development branch go on by a day; return what it is now."""
        self._turn += 1
        self.publish()
        return self.snapshot

    def folder_of(self, release: Release, target: Target) -> str:
        """Return where a target's files lie, below the address."""
        return f"{release.folder}/targets/{target.id}"

    def archive_path(self, release: Release, target: Target) -> str:
        """Return where a target's Image Builder lies, below the address."""
        return f"{self.folder_of(release, target)}/{archive_name(release, target)}"

    def read(self, path: str) -> bytes:
        """Return a file of the server."""
        return (self.files / path).read_bytes()

    def signed(self, sums: bytes, keys: Keys | None = None) -> dict[str, bytes]:
        """Return a list of sums and its signatures, by the server's own keys unless told."""
        keys = keys or self.keys
        made = (sums, keys.sign_gpg(sums), keys.sign_usign(sums))
        return dict(zip(SIGNED, made, strict=True))

    def _write_release(self, release: Release) -> None:
        """Write a release aside, then put it in the place of the old one."""
        new, old = self.folder / "new", self.folder / "old"
        shutil.rmtree(new, ignore_errors=True)
        _write_json(new / ".targets.json", {target.id: target.arch for target in TARGETS})
        _write_json(
            new / ".overview.json",
            {
                "release": release.version,
                "profiles": [
                    {"id": board.id, "titles": board.titles, "target": target.id}
                    for target in TARGETS
                    for board in target.boards
                ],
            },
        )
        for target in TARGETS:
            self._write_target(new, release, target)
        place = self.files / release.folder
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        new.rename(place)
        shutil.rmtree(old, ignore_errors=True)

    def _write_target(self, root: Path, release: Release, target: Target) -> None:
        folder = root / "targets" / target.id
        offered = list(packages(release, target))
        packed = {package.name: pack(package, release) for package in offered}
        here = ("core", "local", "kmods") if not release.kmods else ("core", "local")
        self._feed(folder / "packages", offered, here, packed, release)
        if release.kmods:
            kmods = folder / "kmods" / kmods_folder(release, target)
            self._feed(kmods, offered, ("kmods",), packed, release)
        shared = root / "packages" / target.arch
        for name in ("base", "packages", "luci"):
            self._feed(shared / name, offered, (name,), packed, release)
        (shared / "feeds.conf").write_text(
            "".join(
                f"src/gz openwrt_{name} {url}\n"
                for name, url in feeds(release, target, self.url).items()
                if name not in ("core", "kmods")
            ),
            "utf-8",
        )
        (folder / archive_name(release, target)).write_bytes(
            make_archive(release, target, self.url, self.keys)
        )
        (folder / "version.buildinfo").write_text(f"{release.revision}\n", "ascii")
        (folder / "profiles.json").write_text(json.dumps(_profiles(release, target)), "utf-8")
        for name, data in self.signed(_sums(folder)).items():
            (folder / name).write_bytes(data)

    def _feed(
        self,
        folder: Path,
        offered: Iterable[Package],
        names: tuple[str, ...],
        packed: dict[str, bytes],
        release: Release,
    ) -> None:
        wanted = [package for package in offered if package.feed in names]
        write_feed(folder, wanted, packed, release, self.keys)


def _write_json(file: Path, said: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said), "utf-8")


def _profiles(release: Release, target: Target) -> dict[str, object]:
    """Return profiles.json of a target as a server has it."""
    said: dict[str, object] = {
        "arch_packages": target.arch,
        "default_packages": default_packages(release, target),
        "metadata_version": 1,
        "profiles": {board.id: _profile(release, target, board) for board in target.boards},
        "source_date_epoch": release.epoch,
        "target": target.id,
        "version_code": release.revision,
        "version_number": release.version,
    }
    if release.talkative:
        said["linux_kernel"] = {
            "release": "1",
            "vermagic": target.vermagic(release),
            "version": release.kernel,
        }
    return said


def _profile(release: Release, target: Target, board: Board) -> dict[str, object]:
    version = () if release.is_snapshot else (release.version,)
    return {
        "device_packages": board.packages,
        "image_prefix": "-".join(("openwrt", *version, target.board, target.subtarget, board.id)),
        # Boards that are built on demand only have none on the server.
        "images": [],
        "supported_devices": board.supported,
        "titles": board.titles,
    }


def _sums(folder: Path) -> bytes:
    """Return the sums of everything in a target's folder."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in SIGNED:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest} *{path.relative_to(folder)}\n")
    return "".join(lines).encode()


def _sources() -> str:
    """Return what says whether the sources of all this have changed."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.is_file() and not re.search(r"__pycache__|\.md$", str(path)):
            total.update(str(path).encode() + path.read_bytes())
    return total.hexdigest()
