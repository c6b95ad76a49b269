"""Build the images of one board from the finished root, by Debian's own tools."""

from collections.abc import Callable
import gzip
import hashlib
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from . import cpio, trailer
from .boards import Board, read
from .card import write_card
from .places import epoch, folder

FIT = """/dts-v1/;
/ {{
	description = "{title}";
	#address-cells = <1>;
	images {{
		kernel-1 {{
			description = "Kernel";
			data = /incbin/("{kernel}");
			type = "kernel";
			arch = "{cpu}";
			os = "linux";
			compression = "gzip";
			load = <0x44000000>;
			entry = <0x44000000>;
			hash-1 {{ algo = "sha256"; }};
		}};
		rootfs-1 {{
			description = "Root";
			data = /incbin/("{root}");
			type = "filesystem";
			arch = "{cpu}";
			compression = "none";
			hash-1 {{ algo = "sha256"; }};
		}};
	}};
	configurations {{
		default = "config-1";
		config-1 {{
			description = "{title}";
			kernel = "kernel-1";
			loadables = "rootfs-1";
		}};
	}};
}};
"""


def image_prefix(board: Board) -> str:
    """Return how all files of a board begin; the caller's own name is sanitised as upstream."""
    extra = re.sub(r"[ _]", "-", os.environ.get("EXTRA_IMAGE_NAME", "").strip()).lower()
    version = os.environ["VERSION_NUMBER"] if os.environ["VERSION_IN_NAMES"] else ""
    named = (version, extra, os.environ["BOARD"], os.environ["SUBTARGET"], board.id)
    return "-".join(["openwrt", *filter(None, named)])


class Images:
    """The images of one board, in the folder that make named."""

    def __init__(self, board: Board) -> None:
        """Take the board, and the name that the caller may have added to all files."""
        self.board = board
        self.device = board.device()
        self.prefix = image_prefix(board)
        self.work = folder("KDIR") / "tmp"
        self.kernel = folder("KDIR") / "kernel.gz"
        self.roots: dict[str, Path] = {}
        self.made: list[dict[str, object]] = []

    def build(self) -> None:
        """Build all of them, and the manifest."""
        for filesystem in os.environ["FILESYSTEMS"].split():
            self.roots[filesystem] = getattr(self, f"_{filesystem}")()
        recipes: dict[str, tuple[Callable[[Path, str], None], list[str]]] = {
            "sdcard.img.gz": (self._sdcard, ["squashfs", "ext4"]),
            "sysupgrade.bin": (self._sysupgrade, ["squashfs"]),
            "factory.bin": (self._factory, ["squashfs"]),
            "sysupgrade.itb": (self._fit, ["squashfs"]),
            "initramfs-kernel.bin": (self._initramfs, []),
        }
        for name in self.device["images"]:
            recipe, filesystems = recipes[name]
            if not filesystems:
                self._make(name, "initramfs", recipe)
            for filesystem in filesystems:
                if filesystem in self.roots:
                    self._make(name, filesystem, recipe)
        self._write_manifest()

    def _make(self, kind: str, filesystem: str, recipe: Callable[[Path, str], None]) -> None:
        name = f"{self.prefix}-{kind if filesystem == 'initramfs' else f'{filesystem}-{kind}'}"
        image = self.work / name
        recipe(image, filesystem)
        if filesystem != "initramfs" and self._is_too_big(image):
            return
        if self.board.has_metadata and kind.startswith(("sysupgrade", "sdcard")):
            trailer.append(image, self._description())
        shutil.copy(image, folder("BIN_DIR") / name)
        digest = hashlib.sha256(image.read_bytes()).hexdigest()
        self.made.append(
            {
                "name": name,
                "type": "kernel" if filesystem == "initramfs" else kind.split(".", 1)[0],
                "filesystem": filesystem,
                "sha256": digest,
                "sha256_unsigned": digest,
            }
        )

    def _is_too_big(self, image: Path) -> bool:
        """Tell it in upstream's words; as there, the build goes on without the image."""
        limit, size = self.device.get("image_size"), image.stat().st_size
        if limit is None or size <= limit:
            return False
        print(f"    WARNING: Image file {image} is too big: {size} > {limit}", file=sys.stderr)
        image.unlink()
        return True

    def _description(self) -> dict[str, object]:
        return {
            "metadata_version": "1.1",
            "compat_version": "1.0",
            "supported_devices": self.board.supported_devices,
            "version": {
                "dist": "OpenWrt",
                "version": os.environ["VERSION_NUMBER"],
                "revision": os.environ["REVISION"],
                "target": f"{os.environ['BOARD']}/{os.environ['SUBTARGET']}",
                "board": self.board.id,
            },
        }

    # Root file systems

    def _squashfs(self) -> Path:
        root = folder("KDIR") / "root.squashfs"
        root.unlink(missing_ok=True)
        _run(
            *("mksquashfs", folder("TARGET_DIR"), root, "-noappend", "-all-root", "-no-progress"),
            *("-comp", "xz", "-b", "256k", "-processors", "1", "-quiet"),
        )
        return root

    def _ext4(self) -> Path:
        root = folder("KDIR") / "root.ext4"
        root.unlink(missing_ok=True)
        _run(
            *("mke2fs", "-q", "-t", "ext4", "-d", folder("TARGET_DIR"), "-L", "rootfs"),
            *("-U", "57f8f4bc-abf4-655f-bf67-946fc0f9f25b", "-O", "^has_journal"),
            *("-E", "root_owner=0:0", root, f"{os.environ['ROOTFS_PARTSIZE_MB']}M"),
        )
        return root

    # Images

    def _sdcard(self, image: Path, filesystem: str) -> None:
        card = image.with_suffix("")
        write_card(
            card,
            self.work,
            kernel=self.kernel,
            root=self.roots[filesystem],
            root_mb=int(os.environ["ROOTFS_PARTSIZE_MB"]),
            title=self.board.title,
        )
        with image.open("wb") as packed:
            subprocess.run(["gzip", "-9nc", str(card)], stdout=packed, check=True)
        card.unlink()

    def _sysupgrade(self, image: Path, filesystem: str) -> None:
        image.write_bytes(self._uimage(self.kernel) + self.roots[filesystem].read_bytes())

    def _factory(self, image: Path, filesystem: str) -> None:
        header = f"FACTORY {self.board.id}".encode().ljust(512, b"\0")
        self._sysupgrade(image, filesystem)
        image.write_bytes(header + image.read_bytes())

    def _fit(self, image: Path, filesystem: str) -> None:
        said = {"title": self.board.title, "kernel": self.kernel, "root": self.roots[filesystem]}
        (self.work / "fit.its").write_text(FIT.format(cpu=self.device["cpu"], **said), "utf-8")
        # mkimage takes names of at most 255 characters, folders included.
        _run("mkimage", "-f", "fit.its", "fit.itb", folder=self.work)
        (self.work / "fit.itb").rename(image)

    def _initramfs(self, image: Path, _filesystem: str) -> None:
        payload = self.work / f"{image.name}.payload"
        ramdisk = gzip.compress(cpio.pack(folder("TARGET_DIR")), mtime=0)
        payload.write_bytes(self.kernel.read_bytes() + ramdisk)
        image.write_bytes(self._uimage(payload))

    def _uimage(self, kernel: Path) -> bytes:
        """Wrap a kernel for the boot loader; padded, so that a root may follow."""
        _run(
            *("mkimage", "-A", self.device["cpu"], "-O", "linux", "-T", "kernel", "-C", "gzip"),
            *("-a", "0x80060000", "-e", "0x80060000", "-n", self.board.id[:32], "-d", kernel),
            "uImage",
            folder=self.work,
        )
        data = (self.work / "uImage").read_bytes()
        return data + b"\xff" * (-len(data) % 65536)

    def _write_manifest(self) -> None:
        said = subprocess.run(
            ["apk" if os.environ["USES_APK"] else "opkg", "manifest"],
            check=True,
            capture_output=True,
        ).stdout
        (folder("BIN_DIR") / f"{self.prefix}.manifest").write_bytes(said)


def _run(*command: str | Path, folder: Path | None = None) -> None:
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, cwd=folder)


def main(name: str) -> int:
    """Build the images of a board, and note them for the overview."""
    images = Images(read().board(name))
    try:
        images.build()
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[0]} failed with exit code {error.returncode}", file=sys.stderr)
        return 1
    note = folder("KDIR") / "json_info_files" / f"{images.board.id}.json"
    note.write_text(
        json.dumps({"prefix": images.prefix, "epoch": epoch(), "images": images.made}), "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
