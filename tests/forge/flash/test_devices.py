"""What is told of devices: by the kernel here, and by trees as other hosts' kernels have them."""

from collections.abc import Callable
import errno
import os
from pathlib import Path
import subprocess
from types import SimpleNamespace

import pytest

from forge.errors import ForgeError
from forge.flash import devices as room, disks as sysfs, mounts as mounting
from forge.flash.block import BlockTarget
from forge.flash.devices import devices, refused, writable
from forge.flash.disks import disks
from forge.flash.mounts import Mount, mounts
from tests.forge.flash.cards import MIB, Loop, disk_image, run

#: As kernels lay it out: a card in a USB reader, one in a slot, a drive, an array of two.
USB = "devices/pci0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb"
MMC = "devices/platform/soc/mmc_host/mmc0/mmc0:0001/block/mmcblk0"
NVME = "devices/pci0/nvme/nvme0/nvme0n1"
ARRAY = "devices/virtual/block/md127"
EMPTY = "devices/pci0/usb1/1-3/1-3:1.0/host7/target7:0:0/7:0:0:0/block/sdc"

TREE = {
    f"{USB}/dev": "8:16\n",
    f"{USB}/size": "62333952\n",
    f"{USB}/removable": "1\n",
    f"{USB}/diskseq": "17\n",
    f"{USB}/queue/rotational": "1\n",
    f"{USB}/sdb1/dev": "8:17\n",
    f"{USB}/sdb1/partition": "1\n",
    f"{USB}/sdb1/start": "8192\n",
    f"{USB}/sdb1/size": "1000\n",
    "devices/pci0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/vendor": "Generic \n",
    "devices/pci0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/model": "STORAGE DEVICE  \n",
    "devices/pci0/usb1/1-2/idVendor": "05e3\n",
    "devices/pci0/usb1/1-2/serial": "000000001206\n",
    f"{MMC}/dev": "179:0\n",
    f"{MMC}/size": "30535680\n",
    f"{MMC}/queue/rotational": "0\n",
    f"{MMC}/mmcblk0boot0/dev": "179:8\n",
    f"{MMC}/mmcblk0boot0/size": "8192\n",
    f"{MMC}/mmcblk0boot0/queue/rotational": "0\n",
    "devices/platform/soc/mmc_host/mmc0/mmc0:0001/name": "SU16G\n",
    "devices/platform/soc/mmc_host/mmc0/mmc0:0001/cid": "0353445355313647\n",
    f"{NVME}/dev": "259:0\n",
    f"{NVME}/size": "1000215216\n",
    f"{NVME}/holders/md127": "",
    "devices/pci0/nvme/nvme0/model": "Fast One\n",
    "devices/pci0/nvme/nvme0/vendor": "0x1234\n",
    "devices/pci0/nvme/nvme0/serial": "S4EW\n",
    f"{ARRAY}/dev": "9:127\n",
    f"{ARRAY}/size": "900\n",
    f"{ARRAY}/slaves/nvme0n1": "",
    f"{EMPTY}/dev": "8:32\n",
    f"{EMPTY}/size": "0\n",
    f"{EMPTY}/removable": "1\n",
    "devices/virtual/block/loop0/dev": "7:0\n",
    "devices/virtual/block/loop0/size": "0\n",
}
LINKS = {
    f"{USB}/device": f"{USB}/../..",
    f"{MMC}/device": f"{MMC}/../..",
    f"{NVME}/device": f"{NVME}/..",
    f"{EMPTY}/device": f"{EMPTY}/../..",
    f"{NVME}/holders/md127": ARRAY,
    f"{ARRAY}/slaves/nvme0n1": NVME,
    "block/sdb": USB,
    "block/sdc": EMPTY,
    "block/mmcblk0": MMC,
    "block/mmcblk0boot0": f"{MMC}/mmcblk0boot0",
    "block/nvme0n1": NVME,
    "block/md127": ARRAY,
    "block/loop0": "devices/virtual/block/loop0",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out what another host's kernel says."""
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, target in LINKS.items():
        link = tmp_path / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to((tmp_path / target).resolve())
    monkeypatch.setattr(sysfs, "_ALL", tmp_path / "block")
    return tmp_path


def test_disks_of_many_kinds(tree: Path) -> None:
    mounted = [Mount("8:17", "/media/card", system=False), Mount("9:127", "/", system=True)]
    found = {disk.name: disk for disk in disks(mounted)}
    assert set(found) == {"sdb", "sdc", "mmcblk0", "mmcblk0boot0", "nvme0n1", "md127"}
    usb = found["sdb"]
    assert (usb.path, usb.number, usb.size, usb.sequence) == ("/dev/sdb", "8:16", 31914983424, 17)
    assert (usb.model, usb.serial) == ("Generic STORAGE DEVICE", "000000001206")
    assert (usb.transport, usb.removable, usb.system) == ("usb", True, False)
    assert usb.mounts == ["/media/card"]
    assert [part.model_dump(exclude_none=True) for part in usb.partitions] == [
        {"name": "sdb1", "start": 4 * MIB, "size": 512_000, "mounts": ["/media/card"]}
    ]
    card = found["mmcblk0"]
    assert (card.transport, card.model, card.serial) == ("mmc", "SU16G", "0353445355313647")
    assert (card.part_of, card.partitions) == (None, [])
    assert found["mmcblk0boot0"].part_of == "/dev/mmcblk0"
    drive = found["nvme0n1"]
    assert (drive.transport, drive.model, drive.serial) == ("nvme", "Fast One", "S4EW")
    # What is mounted is the array; what it is made of is not free for that.
    assert (drive.holders, drive.system, drive.mounts) == (["md127"], True, ["/"])
    assert found["md127"].made_of == ["nvme0n1"]
    assert (found["sdc"].size, found["sdc"].serial) == (0, None)


def test_why_each_of_them_is_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "mounts", lambda _data: [Mount("8:17", "/media/card", system=False)])
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("none of these may be opened"))
    monkeypatch.setattr(sysfs, "_ALL", tree / "named")
    for name in ("sdb", "sdc", "mmcblk0boot0", "md127"):
        (tree / "named").mkdir(exist_ok=True)
        (tree / "named" / name).symlink_to(tree / LINKS[f"block/{name}"])
    told = {device.name: (device.refusal, device.in_use) for device in devices(Path("/data"))}
    assert told == {
        "sdb": ("precondition.device_mounted", True),
        "sdc": ("precondition.no_medium", None),
        "mmcblk0boot0": ("precondition.partition", None),
        "md127": ("precondition.partition", None),
    }


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EBUSY, "precondition.device_busy"),
        (errno.EROFS, "precondition.read_only"),
        (errno.EACCES, "precondition.device_permission"),
        (errno.EPERM, "precondition.device_permission"),
        (errno.ENOMEDIUM, "precondition.no_medium"),
        (errno.ENXIO, "not_found.device"),
    ],
)
def test_what_the_kernel_s_refusals_are_called(number: int, code: str) -> None:
    assert refused("/dev/sdx", OSError(number, os.strerror(number))).code == code


def test_a_disk_is_held_by_one_at_a_time(card: Loop, tmp_path: Path) -> None:
    disk = writable(card.path, tmp_path)
    with BlockTarget(disk) as held:
        assert held.identity.sequence == disk.sequence
        with pytest.raises(ForgeError) as busy:
            BlockTarget(disk)
        assert busy.value.code == "precondition.device_busy"
        with pytest.raises(ForgeError):
            writable(card.path, tmp_path)
    writable(card.path, tmp_path)


def test_swap_belongs_to_the_system(card: Loop, tmp_path: Path) -> None:
    run("mkswap", card.path)
    if subprocess.run(["swapon", card.path], check=False).returncode:  # noqa: S603, S607 - the system's own
        pytest.skip("this kernel does not swap to loop devices")
    try:
        (found,) = [device for device in devices(tmp_path) if device.path == card.path]
    finally:
        run("swapoff", card.path)
    assert (found.refusal, found.mounts) == ("precondition.system_device", ["[swap]"])


def test_a_kernel_without_swap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mounting, "_SWAPS", tmp_path / "none")
    assert mounts(tmp_path)


def test_a_kernel_that_does_not_count_media(
    card: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = writable(card.path, tmp_path).model_copy(update={"sequence": None})
    with BlockTarget(disk) as held:
        monkeypatch.setattr(BlockTarget, "_ask", lambda *_: (_ for _ in ()).throw(OSError()))
        assert held.identity.sequence is None


def test_partitions_in_use_are_not_read_anew(loops: Callable[..., Loop], tmp_path: Path) -> None:
    card = loops(of=disk_image(tmp_path / "disk", 16 * MIB), parts=True)
    with Path(f"{card.path}p1").open("rb"), BlockTarget(writable(card.path, tmp_path)) as held:
        assert held.announce() is False


def test_a_device_that_takes_nothing_more(
    card: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BlockTarget(writable(card.path, tmp_path)) as held:
        monkeypatch.setattr(os, "pwrite", lambda *_: 0)
        with pytest.raises(OSError, match="No space left"):
            held.write(0, memoryview(bytes(512)))


def test_a_device_that_ejects(card: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No loop device can; that the request is the one that others know, a header says."""
    asked: list[int] = []
    fake = SimpleNamespace(ioctl=lambda _fd, request, _argument: asked.append(request))
    with BlockTarget(writable(card.path, tmp_path)) as held:
        monkeypatch.setattr("forge.flash.block.fcntl", fake)
        assert held.eject() is True
        monkeypatch.undo()
    assert asked == [0x5309]
    header = Path("/usr/include/linux/cdrom.h")
    if header.exists():
        assert "CDROMEJECT\t\t0x5309" in header.read_text("utf-8")
