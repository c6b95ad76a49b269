"""What is never written: refused by name, with not one byte of the card changed."""

from collections.abc import Callable
import os
from pathlib import Path
import subprocess

import pytest

from forge.errors import ForgeError, Precondition
from forge.flash.cards import Cards
from forge.flash.devices import devices, writable
from forge.flash.facts import Wish
from forge.flash.images import Image
from tests.forge.flash.cards import MIB, Loop, disk_image, mounted, packed, run
from tests.forge.flash.conftest import Room


@pytest.fixture
def image(room: Room, tmp_path: Path) -> dict[str, str]:
    """Keep an image of 2 MiB."""
    return room.keep(disk_image(tmp_path / "image.img", 2 * MIB))


def refusal(room: Room, image: dict[str, str], device: str) -> ForgeError:
    """Return why a plan is refused."""
    with pytest.raises(ForgeError) as refused:
        room.plan(image, device)
    return refused.value


@pytest.fixture
def parted(loops: Callable[..., Loop], tmp_path: Path) -> Loop:
    """Plug a card in that has a partition with a file system."""
    loop = loops(of=disk_image(tmp_path / "parted", 16 * MIB), parts=True)
    run("mkfs.ext4", "-q", f"{loop.path}p1")
    return loop


def test_a_partition(room: Room, image: dict[str, str], parted: Loop, tmp_path: Path) -> None:
    link = tmp_path / "card"
    link.symlink_to(f"{parted.path}p1")
    for path in (f"{parted.path}p1", str(link)):
        error = refusal(room, image, path)
        assert (error.code, error.status) == ("precondition.partition", 412)
        assert error.facts["disk"] == parted.path


def test_a_mounted_disk(room: Room, image: dict[str, str], parted: Loop, tmp_path: Path) -> None:
    link = tmp_path / "card"
    link.symlink_to(parted.path)
    point = tmp_path / "a point"
    with mounted(f"{parted.path}p1", point):
        for path in (parted.path, str(link)):
            error = refusal(room, image, path)
            assert error.code == "precondition.device_mounted"
            assert error.facts["mounts"] == [str(point)]


def test_a_disk_that_is_mounted_where_we_do_not_see(
    room: Room, image: dict[str, str], parted: Loop, tmp_path: Path
) -> None:
    before = parted.content
    with mounted(f"{parted.path}p1", tmp_path / "point", elsewhere=True):
        assert parted.path not in Path("/proc/self/mountinfo").read_text("utf-8")
        assert refusal(room, image, parted.path).code == "precondition.device_busy"
    assert parted.content[: 1 * MIB] == before[: 1 * MIB]


def test_a_disk_that_is_mounted_elsewhere_after_it_was_planned(
    room: Room, image: dict[str, str], parted: Loop, tmp_path: Path
) -> None:
    plan = room.plan(image, parted.path)
    job = room.confirm(plan)
    before = parted.content
    with mounted(f"{parted.path}p1", tmp_path / "point", elsewhere=True):
        with pytest.raises(ForgeError) as refused:
            room.run(job)
        assert refused.value.code == "precondition.device_busy"
    assert parted.content[: 1 * MIB] == before[: 1 * MIB]
    assert room.last().status == "failed"
    assert room.last().error
    assert not room.last().incomplete


def test_the_disk_that_the_system_is_on(room: Room, image: dict[str, str]) -> None:
    # Only asked about: the refusal comes before anything is opened.
    systems = [disk for disk in devices(room.forge.settings.data_dir) if disk.system]
    if not systems:
        pytest.skip("the system's disk is not seen from here")
    for disk in systems:
        assert disk.refusal == "precondition.system_device"
        assert refusal(room, image, disk.path).code == "precondition.system_device"


def test_the_disk_that_the_forge_keeps_its_data_on(
    room: Room, image: dict[str, str], parted: Loop, tmp_path: Path
) -> None:
    settings = room.forge.settings.model_copy(update={"data_dir": tmp_path / "point" / "data"})
    with mounted(f"{parted.path}p1", tmp_path / "point"):
        (found,) = [d for d in devices(settings.data_dir) if d.path == parted.path]
        assert (found.system, found.refusal) == (True, "precondition.system_device")


def test_a_device_that_is_not_among_those_named(
    room: Room, image: dict[str, str], parted: Loop, card: Loop, tmp_path: Path
) -> None:
    link = tmp_path / "by-id"
    link.symlink_to(card.path)
    named = room.forge.settings.model_copy(update={"flash_devices": (tmp_path / "gone", link)})
    found = {disk.path: disk for disk in devices(named.data_dir, only=named.flash_devices)}
    assert found[card.path].refusal is None
    assert found[parted.path].refusal == "precondition.device_not_listed"
    assert writable(card.path, named.data_dir, only=named.flash_devices).path == card.path
    with pytest.raises(Precondition, match="add it to the option `flash_devices`"):
        Cards(named, room.forge.store, room.forge.jobs).plan(
            Wish(image=Image(**image), device=parted.path), by="", key=None
        )


def test_a_read_only_device(room: Room, image: dict[str, str], loops: Callable[..., Loop]) -> None:
    loop = loops(read_only=True)
    assert refusal(room, image, loop.path).code == "precondition.read_only"


def test_what_is_no_block_device(room: Room, image: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a letter")
    in_dev = Path("/dev") / f"atelier-test-{os.getpid()}"
    in_dev.write_text("a regular file")
    try:
        for path in (file, in_dev, "/dev/null", "/dev", "/dev/../etc/hostname"):
            error = refusal(room, image, str(path))
            assert error.code == "precondition.not_block_device", path
    finally:
        in_dev.unlink()
    assert file.read_text() == "a letter"


@pytest.mark.parametrize("path", ["/dev/no-such-card", "/dev/null/card", "/" + "x" * 400])
def test_a_device_that_is_not_there(room: Room, image: dict[str, str], path: str) -> None:
    assert refusal(room, image, path).code == "not_found.device"


def test_a_node_behind_which_is_nothing(
    room: Room, image: dict[str, str], tmp_path: Path, loops: Callable[..., Loop]
) -> None:
    node = tmp_path / "node"
    run("mknod", node, "b", "240", "77")
    assert refusal(room, image, str(node)).code == "not_found.device"
    detached = loops()
    detached.detach()
    assert refusal(room, image, detached.path).code == "precondition.no_medium"


@pytest.mark.parametrize("how", ["plain", "gz", "xz", "zst"])
def test_an_image_that_is_larger_than_the_card(
    room: Room, loops: Callable[..., Loop], tmp_path: Path, how: str
) -> None:
    path = disk_image(tmp_path / "large.img", 9 * MIB)
    kept = room.keep(path if how == "plain" else packed(path, how))
    card = loops(8 * MIB)
    before = card.content
    error = refusal(room, kept, card.path)
    assert error.code == "precondition.image_too_large"
    assert error.facts["fits"] == 8 * MIB
    assert card.content == before


def test_a_bomb_is_unpacked_no_further_than_the_card_is_large(
    room: Room, card: Loop, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.img.zst"
    with path.open("wb") as file:
        zeros = subprocess.Popen(["head", "-c", "4G", "/dev/zero"], stdout=subprocess.PIPE)  # noqa: S607 - the system's own
        subprocess.run(["zstd", "-q", "-1", "-c"], stdin=zeros.stdout, stdout=file, check=True)  # noqa: S607 - as above
        zeros.wait()
    error = refusal(room, room.keep(path), card.path)
    assert error.code == "precondition.image_too_large"
    assert error.facts["needs"] <= 24 * MIB


def test_an_empty_image(room: Room, card: Loop, tmp_path: Path) -> None:
    path = tmp_path / "empty.img"
    path.write_bytes(b"")
    assert refusal(room, room.keep(path), card.path).code == "precondition.image_empty"
    kept = room.keep(packed(path, "gz"))
    assert refusal(room, kept, card.path).code == "precondition.image_empty"


def test_what_is_no_image_of_a_disk(room: Room, card: Loop, tmp_path: Path) -> None:
    kernel = tmp_path / "kernel.img"
    kernel.write_bytes(b"\x27\x05\x19\x56" + bytes(100_000))
    router = disk_image(tmp_path / "squashfs-sysupgrade.bin", 2 * MIB)
    for path in (kernel, packed(kernel, "gz"), router):
        assert refusal(room, room.keep(path), card.path).code == "precondition.not_flashable"


def test_an_image_that_nobody_keeps(room: Room, card: Loop, tmp_path: Path) -> None:
    for image in (
        {"job_id": "0" * 32, "name": "image.img"},
        {"name": "image.img"},
    ):
        assert refusal(room, image, card.path).code.startswith("not_found.")
    room.forge.settings.shared.mkdir(parents=True)
    (room.forge.settings.shared / "folder").mkdir()
    assert refusal(room, {"name": "folder"}, card.path).code == "not_found.image"
    for name in ("../data/forge.db", "/etc/hostname"):
        assert refusal(room, {"name": name}, card.path).code == "validation.path_traversal"
    for name in ("../token", ".image.img.sha256"):
        image = {"job_id": "0" * 32, "name": name}
        assert refusal(room, image, card.path).code == "validation.file_name"


def test_a_kept_image_that_was_tampered_with(
    room: Room, card: Loop, tmp_path: Path, image: dict[str, str]
) -> None:
    path = room.forge.files.find(image["job_id"], image["name"])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    error = refusal(room, image, card.path)
    assert (error.code, error.status) == ("integrity.checksum_mismatch", 502)
    assert error.facts["expected"] != error.facts["found"]


def test_a_kept_image_whose_hash_is_lost(room: Room, card: Loop, image: dict[str, str]) -> None:
    path = room.forge.files.find(image["job_id"], image["name"])
    path.with_name(f".{path.name}.sha256").unlink()
    assert refusal(room, image, card.path).code == "integrity.checksum_mismatch"


def test_an_image_that_is_tampered_with_after_it_was_planned(
    room: Room, card: Loop, image: dict[str, str]
) -> None:
    job = room.confirm(room.plan(image, card.path))
    path = room.forge.files.find(image["job_id"], image["name"])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    before = card.content
    with pytest.raises(ForgeError) as refused:
        room.run(job)
    assert refused.value.code == "integrity.checksum_mismatch"
    assert card.content == before
    assert room.last().began_at is None


def test_an_image_that_was_only_touched_is_still_the_same(
    room: Room, card: Loop, image: dict[str, str]
) -> None:
    job = room.confirm(room.plan(image, card.path))
    os.utime(room.forge.files.find(image["job_id"], image["name"]), (1, 1))
    assert room.run(job)["result"] == "match"


def test_another_card_than_was_planned(
    room: Room, card: Loop, image: dict[str, str], tmp_path: Path
) -> None:
    job = room.confirm(room.plan(image, card.path))
    other = tmp_path / "other"
    other.write_bytes(b"\x77" * 16 * MIB)
    card.detach()
    run("losetup", card.path, other)
    with pytest.raises(ForgeError) as refused:
        room.run(job)
    assert refused.value.code == "precondition.device_changed"
    assert refused.value.facts["found"]["sequence"] > refused.value.facts["planned"]["sequence"]
    os.sync()
    assert other.read_bytes() == b"\x77" * 16 * MIB


def test_a_card_that_has_another_size_by_now(room: Room, card: Loop, image: dict[str, str]) -> None:
    job = room.confirm(room.plan(image, card.path))
    os.truncate(card.backing, 12 * MIB)
    run("losetup", "--set-capacity", card.path)
    before = card.content
    with pytest.raises(ForgeError) as refused:
        room.run(job)
    assert refused.value.code == "precondition.device_changed"
    assert refused.value.facts["found"]["size"] == 12 * MIB
    assert card.content == before


def test_a_card_that_is_gone_by_now(room: Room, card: Loop, image: dict[str, str]) -> None:
    job = room.confirm(room.plan(image, card.path))
    card.detach()
    with pytest.raises(ForgeError) as refused:
        room.run(job)
    assert refused.value.code == "precondition.no_medium"
    assert room.last().status == "failed"


def test_a_card_that_was_written_since_it_was_planned(
    room: Room, card: Loop, image: dict[str, str]
) -> None:
    jobs = [room.confirm(room.plan(image, card.path)) for _ in range(2)]
    room.run(jobs[0])
    with pytest.raises(ForgeError) as refused:
        room.run(jobs[1])
    assert refused.value.code == "precondition.device_changed"
    assert refused.value.facts["written"] is True
    # A plan that was made knowing so is as good as ever.
    assert room.write(image, card.path)["result"] == "match"


def test_all_of_it_where_cards_are_not_allowed(
    room: Room, card: Loop, image: dict[str, str]
) -> None:
    plan = room.plan(image, card.path)
    job = room.confirm(plan)
    allowed = room.forge.settings
    off = allowed.model_copy(update={"flashing": False})
    object.__setattr__(room.forge, "settings", off)
    object.__setattr__(room.forge.cards, "_settings", off)
    before = card.content
    for attempt in (
        lambda: room.plan(image, card.path),
        room.forge.cards.cards,
        lambda: room.forge.cards.eject(card.path),
        lambda: room.confirm(plan),
        lambda: room.run(job),
    ):
        with pytest.raises(ForgeError) as refused:
            attempt()
        assert refused.value.code == "precondition.flashing_disabled"
    assert card.content == before
