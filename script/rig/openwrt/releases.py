"""What the server offers: releases, targets and boards, each in its own dialect."""

from dataclasses import dataclass, field
import hashlib
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version of the whole, or a moving snapshot."""

    version: str
    revision: str
    epoch: int
    kernel: str
    manager: Literal["opkg", "apk"]
    suffix: Literal["tar.xz", "tar.zst"]
    #: Kernel modules lie in a folder of their own.
    kmods: bool
    #: `make info` tells the architecture, and profiles.json the kernel.
    talkative: bool
    manifest_dashes: bool = True
    chooses_filesystem: bool = False
    needs_distutils: bool = False

    @property
    def is_snapshot(self) -> bool:
        """Tell whether it is the development branch, whose names carry no version."""
        return self.version == "SNAPSHOT"

    @property
    def folder(self) -> str:
        """Return where it lies on the server."""
        return "snapshots" if self.is_snapshot else f"releases/{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A device that images can be built for."""

    id: str
    titles: tuple[dict[str, str], ...]
    packages: tuple[str, ...] = ()
    supported: tuple[str, ...] = ()
    images: tuple[str, ...] = ("sysupgrade.bin",)
    has_metadata: bool = True
    #: Bytes that fit its flash memory; None for boards that start from cards.
    image_size: int | None = None

    @property
    def title(self) -> str:
        """Return how `make info` calls it."""
        return " / ".join(
            one.get("title") or " ".join(filter(None, map(one.get, ("vendor", "model", "variant"))))
            for one in self.titles
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A family of boards that share a kernel."""

    board: str
    subtarget: str
    arch: str
    cpu: Literal["mips", "arm64"]
    filesystems: tuple[str, ...]
    packages: tuple[str, ...]
    boards: tuple[Board, ...] = field(repr=False)

    @property
    def id(self) -> str:
        """Return its name with the subtarget."""
        return f"{self.board}/{self.subtarget}"

    def vermagic(self, release: Release) -> str:
        """Return what says that a kernel module fits."""
        said = f"{release.kernel} {release.revision} {self.id}"
        return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


#: What every image begins with, before the target's own.
BASE: Final = (
    *("base-files", "busybox", "ca-bundle", "dnsmasq", "dropbear", "firewall4", "fstools"),
    *("libc", "libgcc1", "logd", "mtd", "netifd", "procd", "uci", "urngd"),
)

ATH79: Final = Target(
    board="ath79",
    subtarget="generic",
    arch="mips_24kc",
    cpu="mips",
    filesystems=("squashfs",),
    packages=(*BASE, "kmod-gpio-button-hotplug", "swconfig"),
    boards=(
        Board(
            id="tplink_archer-c6-v3",
            titles=({"vendor": "TP-Link", "model": "Archer C6", "variant": "v3"},),
            packages=("kmod-ath9k", "wpad-basic-mbedtls"),
            supported=("tplink,archer-c6-v3",),
            images=("sysupgrade.bin", "factory.bin", "initramfs-kernel.bin"),
            image_size=2 << 20,
        ),
        Board(
            id="glinet_gl-ar150",
            titles=(
                {"vendor": "GL.iNet", "model": "GL-AR150"},
                {"title": "GL.iNet 6416 (rev: B):"},
            ),
            packages=("kmod-ath9k", "kmod-usb-core", "-swconfig"),
            supported=("glinet,gl-ar150", "gl-ar150"),
            image_size=16 << 20,
        ),
        Board(
            id="generic_plain",
            titles=({"title": "A plain board"},),
            has_metadata=False,
        ),
    ),
)
FILOGIC: Final = Target(
    board="mediatek",
    subtarget="filogic",
    arch="aarch64_cortex-a53",
    cpu="arm64",
    filesystems=("squashfs", "ext4"),
    packages=(*BASE, "kmod-usb-core", "uboot-envtools"),
    boards=(
        Board(
            id="bananapi_bpi-r3",
            titles=({"vendor": "Bananapi", "model": "BPi-R3"},),
            packages=("kmod-usb-storage", "wpad-basic-mbedtls"),
            supported=("bananapi,bpi-r3",),
            images=("sdcard.img.gz", "sysupgrade.itb", "initramfs-kernel.bin"),
        ),
        Board(
            id="openwrt_one",
            titles=({"vendor": "OpenWrt", "model": "One"},),
            supported=("openwrt,one",),
            images=("sysupgrade.itb",),
            image_size=64 << 20,
        ),
    ),
)
TARGETS: Final = (ATH79, FILOGIC)

OPKG_XZ: Final = Release(
    version="23.05.5",
    revision="r24106-10cc5fcd00",
    epoch=1727093236,
    kernel="5.15.167",
    manager="opkg",
    suffix="tar.xz",
    kmods=False,
    talkative=False,
    needs_distutils=True,
)
OPKG_ZST: Final = Release(
    version="24.10.4",
    revision="r28959-29397011cc",
    epoch=1760891865,
    kernel="6.6.110",
    manager="opkg",
    suffix="tar.zst",
    kmods=True,
    talkative=True,
)
APK: Final = Release(
    version="25.12.0",
    revision="r32713-f919e7899d",
    epoch=1772469932,
    kernel="6.12.71",
    manager="apk",
    suffix="tar.zst",
    kmods=True,
    talkative=True,
    manifest_dashes=False,
    chooses_filesystem=True,
)
RELEASES: Final = (OPKG_XZ, OPKG_ZST, APK)


def snapshot(turn: int) -> Release:
    """Return the development branch as it stands after so many moves."""
    number = 34000 + turn
    commit = hashlib.sha256(f"turn {turn}".encode()).hexdigest()[:10]
    return Release(
        version="SNAPSHOT",
        revision=f"r{number}-{commit}",
        epoch=1778000000 + 86400 * turn,
        kernel=f"6.12.{87 + turn}",
        manager="apk",
        suffix="tar.zst",
        kmods=True,
        talkative=True,
        chooses_filesystem=True,
    )
