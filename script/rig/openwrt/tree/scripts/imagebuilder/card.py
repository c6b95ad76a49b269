"""Write a whole card: a partition table, a FAT that boots, a root."""

import os
from pathlib import Path
import shutil
import subprocess

SECTOR = 512
MB = 1 << 20
BOOT_START_MB = 1
BOOT_MB = 8
LABEL_ID = "0x5452574f"
BOOT_SCRIPT = "load mmc 0:1 ${kernel_addr_r} kernel.gz\nbootm ${kernel_addr_r}\n"


def write_card(
    card: Path, work: Path, *, kernel: Path, root: Path, root_mb: int, title: str
) -> None:
    """Write an image of a card; `root_mb` is the size of its second partition."""
    if root.stat().st_size > root_mb * MB:
        # As a shell would see it: the tool that joins the parts fails.
        raise subprocess.CalledProcessError(1, ["ptgen"])
    boot = work / "boot.fat"
    _write_boot(boot, work, kernel, title)
    root_start_mb = BOOT_START_MB + BOOT_MB
    with card.open("wb") as whole:
        whole.truncate((root_start_mb + root_mb) * MB)
    table = (
        f"label: dos\nlabel-id: {LABEL_ID}\n"
        f"start={BOOT_START_MB}MiB, size={BOOT_MB}MiB, type=c, bootable\n"
        f"start={root_start_mb}MiB, size={root_mb}MiB, type=83\n"
    )
    _run("sfdisk", "--quiet", str(card), said=table)
    with card.open("r+b") as whole:
        for start_mb, part in ((BOOT_START_MB, boot), (root_start_mb, root)):
            whole.seek(start_mb * MB)
            with part.open("rb") as source:
                shutil.copyfileobj(source, whole)


def _write_boot(boot: Path, work: Path, kernel: Path, title: str) -> None:
    boot.unlink(missing_ok=True)
    _run(
        *("mkfs.fat", "--invariant", "-i", "4f575254", "-n", "BOOT", "-C", str(boot)),
        str(BOOT_MB * MB // 1024),
    )
    (work / "boot.cmd").write_text(f"# {title}\n{BOOT_SCRIPT}", "utf-8")
    _run("mkimage", "-T", "script", "-C", "none", "-d", "boot.cmd", "boot.scr", folder=work)
    for source, name in ((kernel, "kernel.gz"), (work / "boot.scr", "boot.scr")):
        _run("mcopy", "-i", str(boot), str(source), f"::{name}")


def _run(*command: str, said: str | None = None, folder: Path | None = None) -> None:
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        input=said,
        cwd=folder,
        text=True,
        env={**os.environ, "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"},
    )
