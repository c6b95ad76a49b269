"""What people are told of a card's content before it goes."""

from collections.abc import Callable
from pathlib import Path
import shutil

import pytest

from forge.flash.disks import Disk
from forge.flash.filesystems import seen, with_contents
from tests.forge.flash.cards import MIB, Loop, disk_image, run
from tests.forge.flash.conftest import Room


def made(path: Path, *argv: str) -> bytes:
    """Return the head of what a real tool makes."""
    if shutil.which(argv[0]) is None:
        pytest.skip(f"not installed: {argv[0]}")
    path.write_bytes(bytes(8 * MIB))
    run(*argv, path)
    return path.read_bytes()[:4096]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("mkfs.ext4", "-q", "-L", "rootfs"), ("ext4", "rootfs")),
        (("mkfs.ext4", "-q"), ("ext4", None)),
        (("mkfs.vfat", "-n", "HOLIDAYS"), ("vfat", "HOLIDAYS")),
        (("mkfs.vfat", "-F", "32", "-s", "1", "-n", "BOOT"), ("vfat", "BOOT")),
        (("mkfs.vfat",), ("vfat", None)),
        (("mkswap", "-q", "-L", "more"), ("swap", "more")),
    ],
)
def test_file_systems_are_known_by_kind_and_label(
    tmp_path: Path, argv: tuple[str, ...], told: tuple[str, str | None]
) -> None:
    assert seen(made(tmp_path / "part", *argv)) == told


def test_those_without_tools_here_are_known_by_their_names() -> None:
    assert seen(b"\xeb\x76\x90EXFAT   ".ljust(512)) == ("exfat", None)
    assert seen(b"\xeb\x52\x90NTFS    ".ljust(512)) == ("ntfs", None)
    assert seen(b"hsqs".ljust(512)) == ("squashfs", None)


def test_what_is_none_is_not_named() -> None:
    assert seen(b"") == (None, None)
    assert seen(bytes(4096)) == (None, None)
    hostile = bytearray(4096)
    hostile[0x438:0x43A] = b"\x53\xef"
    hostile[0x478:0x488] = b"\x1b[31m\xff\xfe\n<b>x</b>"
    assert seen(bytes(hostile)) == ("ext4", "[31m\ufffd\ufffd<b>x</b>")


def test_a_card_is_told_with_what_is_on_it(loops: Callable[..., Loop], room: Room) -> None:
    loop = loops(32 * MIB)
    run(
        "sfdisk",
        "--quiet",
        loop.path,
        given="label: dos\nstart=2048, size=8192, type=c\nstart=10240\n",
    )
    run("mkfs.vfat", "-n", "PHOTOS", "--offset=2048", loop.path, "4096")
    loop.show_parts()
    (card,) = [one for one in room.forge.cards.cards() if one.path == loop.path]
    assert [(one.filesystem, one.label) for one in card.partitions] == [
        ("vfat", "PHOTOS"),
        (None, None),
    ]


def test_a_plan_tells_what_is_on_a_card_without_partitions(
    loops: Callable[..., Loop], room: Room, tmp_path: Path
) -> None:
    loop = loops(16 * MIB)
    run("mkfs.ext4", "-q", "-F", "-L", "diary", loop.path)
    plan = room.plan(room.keep(disk_image(tmp_path / "a.img", 4 * MIB)), loop.path)
    assert (plan.device.filesystem, plan.device.label) == ("ext4", "diary")


def test_a_disk_that_cannot_be_read_is_told_all_the_same(room: Room) -> None:
    disk = Disk.model_validate(
        {
            **dict.fromkeys(("sequence", "model", "serial", "transport", "backing")),
            **{name: [] for name in ("made_of", "partitions", "holders", "mounts")},
            **dict.fromkeys(("removable", "read_only", "system"), False),
            "path": "/dev/none",
            "name": "none",
            "number": "0:0",
            "size": 1,
            "part_of": None,
        }
    )
    assert with_contents(disk) == disk
    not_there = disk.model_copy(update={"path": "/proc/self/mem"})
    assert with_contents(not_there) == not_there
