"""Overlays that people send: taken in whole or not at all, kept with versions, laid over images."""

from collections.abc import Callable
import gzip
import io
import lzma
from pathlib import Path
import stat
import tarfile
from typing import Any
import zipfile

import pytest

from forge.app import Forge
from forge.errors import Conflict, ForgeError, Integrity, Invalid, NotFound, Precondition
from forge.openwrt import overlays
from forge.openwrt.entries import Origin
from forge.openwrt.uploads import archives
from forge.openwrt.uploads.intake import MOST_ENTRIES
from forge.openwrt.uploads.packing import pack, unpack
from forge.openwrt.uploads.uploads import Uploads
from forge.settings import load
from forge.store.migrate import migrate
from tests.forge.openwrt.conftest import profile

type Head = tuple[tarfile.TarInfo, bytes]


def head(name: str, content: bytes = b"", type_: bytes = tarfile.REGTYPE, **said: Any) -> Head:
    """Return a member of a tar file."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode = type_, len(content), 0o644
    for field, value in said.items():
        setattr(info, field, value)
    return info, content


def tar(*members: Head) -> bytes:
    """Return a tar file."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return body.getvalue()


def zipped(*members: tuple[str, bytes, int]) -> bytes:
    """Return a zip file; a mode of 0 says that its maker knows none."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.create_system = 3 if mode else 0
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return body.getvalue()


BANNER = head("etc/banner", b"hello\n")


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """Open a Forge that takes little, with a profile."""
    settings = load(
        {"data_dir": tmp_path / "data", "overlay_limit_mb": 1, "overlays_limit_mb": 3},
        environment={},
    )
    forge = Forge.open(settings)
    migrate(forge.store)
    forge.profiles.create(profile())
    return forge


type Send = Callable[..., Any]


@pytest.fixture
def send(forge: Forge, tmp_path: Path) -> Send:
    """Send an archive."""

    def send(body: bytes, **more: Any) -> Any:
        path = tmp_path / "sent"
        path.write_bytes(body)
        return forge.uploads.replace("p1", path, **more)

    return send


def laid(forge: Forge, version: int | None = None) -> dict[str, str]:
    """Return what a profile lays over its image, by path."""
    return {
        one.path: f"{one.kind} {one.mode:o} {one.target}".strip()
        for one in forge.uploads.laid(forge.profiles.show("p1", version))
    }


@pytest.mark.parametrize(
    "pack_it", [lambda body: body, gzip.compress, lzma.compress], ids=["tar", "gz", "xz"]
)
def test_an_archive_is_laid_over_the_image(
    forge: Forge, send: Send, pack_it: Callable[[bytes], bytes]
) -> None:
    body = tar(
        head("./etc/", type_=tarfile.DIRTYPE, mode=0o750),
        BANNER,
        head("./usr/bin/tool", b"#!/bin/sh\n", mode=0o4755),
        head("etc/motd", type_=tarfile.SYMTYPE, linkname="/var/motd"),
        head("etc/same", type_=tarfile.LNKTYPE, linkname="etc/banner"),
    )
    kept = send(pack_it(body))
    assert kept.version == 2
    assert laid(forge) == {
        "etc": "folder 750",
        "etc/banner": "file 644",
        "etc/motd": "link 0 /var/motd",
        "etc/same": "file 644",
        "usr": "folder 755",
        "usr/bin": "folder 755",
        "usr/bin/tool": "file 4755",
    }
    assert {one.origin for one in forge.uploads.laid(kept)} == {Origin.UPLOAD}


@pytest.mark.parametrize("size", [1, 7, 16])
@pytest.mark.parametrize("pack_it", [gzip.compress, lzma.compress], ids=["gz", "xz"])
def test_wherever_a_packed_archive_is_cut_it_reads_the_same(
    forge: Forge,
    send: Send,
    monkeypatch: pytest.MonkeyPatch,
    pack_it: Callable[[bytes], bytes],
    size: int,
) -> None:
    monkeypatch.setattr(archives, "_READ", size)
    content = bytes(range(256)) * 40 + bytes(5000)
    kept = send(pack_it(tar(head("etc/blob", content), BANNER)))
    found = {one.path: one.size for one in forge.uploads.laid(kept)}
    assert found == {"etc": 0, "etc/blob": len(content), "etc/banner": 6}


def test_a_zip_without_modes_knows_programs_by_how_they_begin(forge: Forge, send: Send) -> None:
    send(
        zipped(
            ("etc/", b"", 0),
            ("etc/init.d/x", b"#!/bin/sh\n", 0),
            ("etc/banner", b"hello", 0),
            ("etc/own", b"mine", stat.S_IFREG | 0o600),
            ("etc/link", b"../tmp/x", stat.S_IFLNK | 0o777),
        )
    )
    assert laid(forge) == {
        "etc": "folder 755",
        "etc/banner": "file 644",
        "etc/init.d": "folder 755",
        "etc/init.d/x": "file 755",
        "etc/link": "link 0 ../tmp/x",
        "etc/own": "file 600",
    }


def _bomb() -> bytes:
    return gzip.compress(tar(head("etc/big", bytes(40 << 20))))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (tar(head("../etc/x")), "validation.path_traversal"),
        (tar(head("etc/../../x")), "validation.path_traversal"),
        (zipped(("etc/../x", b"", 0)), "validation.path_traversal"),
        (tar(head("overlay/etc/banner")), "validation.overlay_path"),
        (tar(head("proc/x")), "validation.overlay_path"),
        (tar(head("etc/a\nb")), "validation.overlay_path"),
        (zipped(("etc\\..\\x", b"", 0)), "validation.overlay_path"),
        (tar(head("etc/" + "x" * 256)), "validation.overlay_path"),
        (
            tar(head("etc/l", type_=tarfile.SYMTYPE, linkname="../../x")),
            "validation.symlink_escape",
        ),
        (
            tar(head("etc", type_=tarfile.SYMTYPE, linkname="/var"), head("etc/x")),
            "validation.symlink_escape",
        ),
        (tar(head("etc/l", type_=tarfile.SYMTYPE, linkname="a\x01")), "validation.overlay_path"),
        (tar(head("etc/p", type_=tarfile.FIFOTYPE)), "validation.overlay_special"),
        (tar(head("etc/d", type_=tarfile.CHRTYPE)), "validation.overlay_special"),
        (zipped(("etc/p", b"", stat.S_IFIFO | 0o644)), "validation.overlay_special"),
        (tar(BANNER, BANNER), "validation.overlay_duplicate"),
        (tar(head("etc/a"), head("etc/a/b")), "validation.overlay_conflict"),
        (tar(head("etc/a/b"), head("etc/a")), "validation.overlay_conflict"),
        (
            tar(head("etc/h", type_=tarfile.LNKTYPE, linkname="etc/none")),
            "validation.archive",
        ),
        (tar(head("etc/big", bytes((1 << 20) + 1))), "validation.overlay_too_large"),
        (_bomb(), "validation.overlay_too_large"),
        (zipped(("etc/big", bytes(40 << 20), 0)), "validation.overlay_too_large"),
        (
            tar(*(head(f"etc/{n}", type_=tarfile.DIRTYPE) for n in range(MOST_ENTRIES + 1))),
            "validation.overlay_too_large",
        ),
        (b"no archive", "validation.archive"),
        (b"", "validation.archive"),
        (gzip.compress(tar(BANNER))[:-30], "validation.archive"),
        (lzma.compress(tar(BANNER))[:-90], "validation.archive"),
        (zipped(("etc/x", b"abc" * 50, 0))[:-30], "validation.archive"),
        (b"PK\x03\x04", "validation.archive"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_may_not_be_changes_nothing(forge: Forge, send: Send, body: bytes, code: str) -> None:
    send(tar(BANNER))
    with pytest.raises(ForgeError) as raised:
        send(body)
    assert raised.value.code == code
    assert forge.profiles.show("p1").version == 2
    assert set(laid(forge)) == {"etc", "etc/banner"}
    forge.uploads.sweep()
    blobs = [one for one in (forge.settings.data_dir / "overlays").glob("??/*") if one.is_file()]
    assert len(blobs) == 1


def test_versions_keep_what_was_laid_over_them(forge: Forge, send: Send) -> None:
    send(tar(BANNER))
    send(tar(head("etc/other", b"other")))
    assert send(tar(head("etc/other", b"other"))).version == 3  # says nothing new
    forge.profiles.update(profile(name="another name"))
    assert set(laid(forge)) == {"etc", "etc/other"}
    assert set(laid(forge, 2)) == {"etc", "etc/banner"}
    assert laid(forge, 1) == {}
    (changed,) = forge.profiles.compare(("p1", 2), ("p1", 3))
    assert changed.field == "overlay"
    assert forge.uploads.restore("p1", 2).version == 5
    assert set(laid(forge)) == {"etc", "etc/banner"}
    with pytest.raises(Conflict):
        send(tar(BANNER), expected=4)
    clone = forge.profiles.clone("p1", {"profile_id": "p2"})
    assert clone.overlay == forge.profiles.show("p1").overlay


def test_single_files_come_and_go(forge: Forge, send: Send, tmp_path: Path) -> None:
    send(tar(BANNER))
    path = tmp_path / "file"
    path.write_bytes(b"#!/bin/sh\n")
    forge.uploads.put("p1", "/etc/init.d/own", path, mode=None)
    forge.uploads.put("p1", "/etc/banner", path, mode=0o600)
    assert laid(forge) == {
        "etc": "folder 755",
        "etc/banner": "file 600",
        "etc/init.d": "folder 755",
        "etc/init.d/own": "file 755",
    }
    forge.uploads.take_away("p1", "/etc/init.d")
    assert set(laid(forge)) == {"etc", "etc/banner"}
    with pytest.raises(NotFound):
        forge.uploads.take_away("p1", "/etc/none")
    with pytest.raises(Invalid):
        forge.uploads.put("p1", "/dev/sda", path, mode=None)
    assert forge.uploads.take_away("p1").overlay is None
    assert laid(forge) == {}


def test_what_no_version_has_any_more_is_forgotten(forge: Forge, send: Send) -> None:
    folder = forge.settings.data_dir / "overlays"
    send(tar(BANNER))
    forge.uploads.sweep()
    assert len(list(folder.glob("??/*"))) == 1
    forge.profiles.delete("p1")
    with Uploads(forge.store, forge.settings)._blobs.taking_in():
        forge.uploads.sweep()
        assert len(list(folder.glob("??/*"))) == 1
    forge.uploads.sweep()
    assert list(folder.glob("??/*")) == []


def test_a_clone_of_what_is_deleted_meanwhile_is_none(forge: Forge, send: Send) -> None:
    tree = send(tar(BANNER)).overlay
    copy = profile(profile_id="p2")
    forge.profiles.delete("p1")
    forge.uploads.sweep()
    with pytest.raises(NotFound, match="meanwhile"):
        forge.profiles.create(copy, overlay=tree)
    assert forge.profiles.list() == []


def test_a_full_store_takes_no_more_until_profiles_go(forge: Forge, send: Send) -> None:
    for number in range(3):
        send(tar(head("etc/big", bytes([number]) * (1 << 20))))
    with pytest.raises(Precondition, match="overlays_limit_mb"):
        send(tar(BANNER))
    forge.profiles.delete("p1")
    forge.profiles.create(profile())
    assert send(tar(BANNER)).overlay


def test_uploads_lie_on_the_folder_and_below_the_files(
    forge: Forge, send: Send, tmp_path: Path
) -> None:
    shared = forge.shared.root
    (shared / "o/etc").mkdir(parents=True)
    for name in ("one", "two", "three"):
        (shared / "o/etc" / name).write_text("folder")
    (shared / "f").write_text("files")
    forge.profiles.update(
        profile(overlay_dir="o", files=[{"source": "f", "destination": "/etc/three"}])
    )
    send(tar(head("etc/two", b"upload"), head("etc/three", b"upload")))
    entries = forge.uploads.laid(forge.profiles.show("p1"))
    origin = {one.path: one.origin for one in entries}
    assert (origin["etc/one"], origin["etc/two"], origin["etc/three"]) == tuple(Origin)
    # As it would reach another host.
    packed = tmp_path / "packed.tar"
    with packed.open("wb") as file:
        pack(entries, file)
    tree = overlays.tree_hash(entries)
    with packed.open("rb") as file:
        there = unpack(file, tmp_path / "there", tree, overlays.nothing)
    assert overlays.tree_hash(there) == tree
    overlays.stage(there, tmp_path / "staged")
    assert (tmp_path / "staged/etc/two").read_text() == "upload"
    with packed.open("rb") as file, pytest.raises(Integrity):
        unpack(file, tmp_path / "there", "2:other", overlays.nothing)
    with pytest.raises(Integrity):
        unpack(io.BytesIO(packed.read_bytes()[:700]), tmp_path / "x", tree, overlays.nothing)
